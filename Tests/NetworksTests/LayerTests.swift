import Foundation
import Naming
import Networks
import Tensors
import TestSupport
import Testing

/// What every layer of the catalogue must do.
@Suite struct LayerTests {
  /// Examples of each member; a new layer is put here before it passes.
  private static let examples: [any Layer] =
    [Dense(3), Dense(1, start: .glorot), Dense(7)]
    + Activation.Function.allCases.map { Activation($0) }
    + [Activation(.leakyReLU, slope: 0.3), Activation(.elu, slope: 0.5)]

  private func parameters(
    _ layer: any Layer, _ input: Shape, _ generator: inout SeededGenerator
  ) -> [Parameter] {
    let tensors = layer.makeParameters(for: input, using: &generator)
    return zip(layer.roles, tensors).map { Parameter($0, $1) }
  }

  @Test func everyMemberHasExamples() {
    let names = Set(Self.examples.map { type(of: $0).name })
    #expect(names == Set(layerCatalog.names))
  }

  @Test func backwardIsTheGradientOfForward() {
    for layer in Self.examples {
      withEverySeed(5) { generator in
        let shape: Shape = [1 + generator.index(below: 4), 1 + generator.index(below: 6)]
        // Away from zero, where some activations have a kink.
        let drawn = generator.normalTensor(shape).elements.map { $0 + ($0 < 0 ? -0.1 : 0.1) }
        var parameters = parameters(layer, [shape[1]], &generator)
        for index in parameters.indices {
          parameters[index].value = generator.normalTensor(parameters[index].value.shape)
        }
        let check = GradientCheck(
          layer, input: Tensor(drawn, shape: shape), parameters: parameters, using: &generator)
        #expect(check.input < 3e-3, "\(layer)")
        #expect(check.parameters.allSatisfy { $0 < 3e-3 }, "\(layer)")
        #expect(check.parameters.count == layer.roles.count)
      }
    }
  }

  @Test func outputsHaveTheShapeThatWasStated() throws {
    for layer in Self.examples {
      try withEverySeed(5) { generator in
        let width = 1 + generator.index(below: 9)
        let rows = 1 + generator.index(below: 4)
        let parameters = parameters(layer, [width], &generator)
        let output = layer.forward(generator.normalTensor([rows, width]), parameters)
        let stated = try layer.outputShape(for: [width])
        #expect(output.shape == Shape([rows] + stated.dimensions))
      }
    }
  }

  @Test func rowsDoNotMeet() {
    for layer in Self.examples {
      withEverySeed(5) { generator in
        let input = generator.normalTensor([3, 5])
        let parameters = parameters(layer, [5], &generator)
        let together = layer.forward(input, parameters)
        for row in 0..<3 {
          let alone = layer.forward(input.selectingRows([row]), parameters)
          #expect(difference(alone, together.selectingRows([row])) < 1e-5, "\(layer)")
        }
      }
    }
  }

  @Test func layersAreStoredUnderTheirNames() throws {
    for layer in Self.examples {
      let node = Node(Node.ID("some"), layer)
      let data = try JSONEncoder().encode(node)
      #expect(try JSONDecoder().decode(Node.self, from: data) == node)
      #expect(String(decoding: data, as: UTF8.self).contains(type(of: layer).name))
      #expect(!type(of: layer).summary.isEmpty && type(of: layer).source.year > 1900)
    }
  }

  @Test func startsHaveTheSpreadThatTheirNamesSay() {
    withEverySeed(5) { generator in
      let (inputs, units) = (60, 50)
      let he = Dense(units).makeParameters(for: [inputs], using: &generator)[0]
      let glorot = Dense(units, start: .glorot).makeParameters(for: [inputs], using: &generator)[0]
      let variances = [he, glorot].map { tensor in
        tensor.elements.reduce(0) { $0 + Double($1) * Double($1) } / Double(tensor.count)
      }
      #expect(abs(variances[0] * Double(inputs) / 2 - 1) < 0.15)
      #expect(abs(variances[1] * Double(inputs + units) / 2 - 1) < 0.15)
    }
  }

  @Test func denseLayersAreThoseOfTheReference() throws {
    for known in try Reference.load().dense {
      let layer = Dense(known.bias.elements.count)
      let parameters = [
        Parameter(.weight, known.weight.tensor), Parameter(.bias, known.bias.tensor),
      ]
      let output = layer.forward(known.input.tensor, parameters)
      #expect(difference(output, known.output.tensor) < 1e-5)
      let (below, own) = layer.backward(
        known.above.tensor, input: known.input.tensor, output: output, parameters, needsInput: true)
      #expect(difference(try #require(below), known.below.tensor) < 1e-5)
      #expect(difference(own[0], known.weightGradient.tensor) < 1e-5)
      #expect(difference(own[1], known.biasGradient.tensor) < 1e-5)
      let unasked = layer.backward(
        known.above.tensor, input: known.input.tensor, output: output, parameters, needsInput: false
      )
      #expect(unasked.input == nil)
    }
  }

  @Test func denseLayersReadRowsOnly() {
    #expect {
      try Dense(2).outputShape(for: [3, 3])
    } throws: { error in
      (error as? NetworkError)?.errorDescription
        == "layer 'dense' was given an input of 3 x 3 where it reads one row of numbers"
    }
  }
}
