import Foundation
import Naming
import NetworkSupport
import Networks
import Tensors
import TestSupport
import Testing

/// Properties of every layer in the catalogue.
@Suite struct LayerTests {
  /// A layer with what it is tested on: the shapes of one row of its input nodes, several times.
  private struct Example {
    var layer: any Layer
    var inputs: [[Shape]]

    init(_ layer: any Layer, _ inputs: [[Shape]]) { (self.layer, self.inputs) = (layer, inputs) }
    init(_ layer: any Layer, reading inputs: [Shape]) { self.init(layer, inputs.map { [$0] }) }
  }

  private static let rows: [Shape] = [[1], [3], [5], [17]]
  private static let images: [Shape] = [[5, 7, 2], [3, 3, 4], [7, 5, 6]]

  /// Examples of every layer type; a new layer type must be added here.
  private static let examples: [Example] =
    ([Dense(3), Dense(1, start: .glorot), Dense(7)]
    + Activation.Function.allCases.filter { $0 != .thresholdedReLU }.map { Activation($0) }
    + [
      Activation(.leakyReLU, slope: 0.3), Activation(.elu, slope: 0.5),
      Activation(.clippedReLU, slope: 1.05), Activation(.thresholdedReLU, slope: -1.05),
      ParametricReLU(), LayerNormalization(epsilon: 1e-3),
    ] as [any Layer])
    .map { Example($0, reading: rows) }
    + ([
      Convolution(3, Window(3)), Convolution(1, Window(1), hasBias: false),
      Convolution(4, Window(3, stride: 2, padding: 1)),
      Convolution(2, Window(height: 2, width: 3, strideHeight: 1, strideWidth: 2, left: 1)),
      Convolution(4, Window(3, padding: 2), groups: 2), BatchNormalization(),
      Pooling(.largest, Window(2, stride: 2)), Pooling(.largest, Window(3, stride: 2, padding: 1)),
      Pooling(.mean, Window(3, stride: 2, padding: 1)), Pooling(.paddedMean, Window(2, padding: 1)),
      GlobalAveragePooling(), Flattening(), Transposition([2, 0, 1]),
      Dropout(0.3), ZeroPadding(top: 1, left: 2, right: 1, front: 1, back: 2), StridedSlice(2, 3),
      Sum(), Concatenation(), ChannelSelection([0]), ParametricReLU(),
    ] as [any Layer]).map { Example($0, reading: images) } + [
      Example(Convolution(2, Window(3), groups: 2), reading: [[5, 7, 2]]),
      Example(Convolution(4, Window(3, padding: 1), groups: 4), reading: [[3, 3, 4]]),
      Example(ChannelSelection([4, 1, 1]), reading: [[7], [3, 2, 5]]),
      Example(Reshaping([2, 6]), reading: [[12], [4, 3], [2, 3, 2]]),
      Example(BatchNormalization(epsilon: 1e-3), reading: rows + [[4, 3]]),
      Example(LayerNormalization(epsilon: 0.5), reading: [[3, 3, 4], [7, 5, 6]]),
      Example(ParametricReLU(), reading: [[4, 3]]),
      Example(Sum(), [[[3], [3]], [[2, 3, 2], [2, 3, 2], [2, 3, 2]]]),
      Example(GatedSum(), [[[3], [3]], [[2, 3, 2], [2, 3, 2]]]),
      Example(StepwiseDense(3), reading: [[4, 2]]),
      Example(Concatenation(), [[[3], [2]], [[2, 3, 2], [2, 3, 1], [2, 3, 3]]]),
    ]

  private func parameters(
    _ layer: any Layer, _ inputs: [Shape], _ generator: inout SeededGenerator
  ) -> [Parameter] {
    let tensors = layer.makeParameters(for: inputs, using: &generator)
    return zip(layer.roles, tensors).map { Parameter($0, $1) }
  }

  private func drawnParameters(
    _ layer: any Layer, _ inputs: [Shape], _ generator: inout SeededGenerator
  ) -> [Parameter] {
    var parameters = parameters(layer, inputs, &generator)
    for index in parameters.indices {
      let drawn = generator.normalTensor(parameters[index].value.shape)
      parameters[index].value =
        parameters[index].role == .variance
        ? Tensor(drawn.elements.map { 0.5 + $0 * $0 }, shape: drawn.shape) : drawn
    }
    return parameters
  }

  /// Distinct values away from zero, to avoid non-differentiable points.
  private func spread(_ shape: Shape, _ generator: inout SeededGenerator) -> Tensor {
    var order = (0..<shape.count).map { $0 }
    generator.shuffle(&order)
    let elements = order.map { position -> Float in
      let value = (Float(position) + 0.5) / Float(shape.count) * 6 - 3
      return value + (value < 0 ? -0.1 : 0.1)
    }
    return Tensor(elements, shape: shape)
  }

  /// Every example with each of its inputs and two seeds.
  private func withEveryExample(
    _ body: (_ layer: any Layer, _ shapes: [Shape], _ generator: inout SeededGenerator) throws
      -> Void
  ) rethrows {
    for example in Self.examples {
      for shapes in example.inputs {
        try withEverySeed(2) { try body(example.layer, shapes, &$0) }
      }
    }
  }

  @Test func everyMemberHasExamples() {
    let names = Set(Self.examples.map { type(of: $0.layer).name })
    #expect(names == Set(GatedSum.catalog.names + [StepwiseDense.name]))
  }

  @Test(arguments: [false, true])
  func backwardIsTheGradientOfForward(inTraining: Bool) {
    withEveryExample { layer, shapes, generator in
      let rows = 2 + generator.index(below: 3)
      let inputs = shapes.map { spread(Shape([rows] + $0.dimensions), &generator) }
      let parameters = drawnParameters(layer, shapes, &generator)
      // Less than half the distance of two values, so that the argmax does not change.
      let check = GradientCheck(
        layer, inputs: inputs, parameters: parameters,
        step: min(1e-2, 2 / Float(inputs[0].count)), inTraining: inTraining, using: &generator)
      #expect(check.inputs.allSatisfy { $0 < 1e-2 }, "\(layer) over \(shapes)")
      #expect(check.parameters.allSatisfy { $0 < 1e-2 }, "\(layer) over \(shapes)")
      #expect(check.parameters.count == layer.roles.count)
    }
  }

  @Test func theGradientOfTheInputAloneIsThatOfBackward() {
    withEveryExample { layer, shapes, generator in
      let rows = 1 + generator.index(below: 4)
      let inputs = shapes.map { spread(Shape([rows] + $0.dimensions), &generator) }
      let parameters = drawnParameters(layer, shapes, &generator)
      let output = layer.forward(inputs, parameters)
      let gradient = generator.normalTensor(output.shape)
      let pass = LayerPass(inputs: inputs, output: output, parameters: parameters)
      let both = layer.backward(gradient, through: pass, wanted: [.inputs, .parameters])
      let alone = layer.backward(gradient, through: pass, wanted: .inputs)
      #expect(both.inputs == alone.inputs, "\(layer) over \(shapes)")
      let own = layer.backward(gradient, through: pass, wanted: .parameters)
      #expect(both.parameters == own.parameters, "\(layer) over \(shapes)")
      #expect(both.inputs.map(\.shape) == inputs.map(\.shape))
    }
  }

  @Test func inPlaceTheOutputIsTheSame() {
    withEveryExample { layer, shapes, generator in
      guard shapes.count == 1 else { return }
      var values = generator.normalTensor(Shape([3] + shapes[0].dimensions))
      let parameters = drawnParameters(layer, shapes, &generator)
      let output = layer.forward([values], parameters)
      layer.forward(inPlace: &values, parameters)
      #expect(values == output, "\(layer) over \(shapes)")
    }
  }

  @Test func outputsHaveTheShapeThatWasStated() throws {
    try withEveryExample { layer, shapes, generator in
      let rows = 1 + generator.index(below: 4)
      let parameters = parameters(layer, shapes, &generator)
      let expected = layer.parameterShapes(for: shapes)
      #expect(parameters.map(\.value.shape) == expected, "\(layer)")
      #expect(expected.count == layer.roles.count, "\(layer)")
      #expect(Set(layer.roles).count == layer.roles.count, "\(layer)")
      #expect(layer.axes.map(\.count) == expected.map(\.rank), "\(layer)")
      let inputs = shapes.map { generator.normalTensor(Shape([rows] + $0.dimensions)) }
      let stated = try layer.outputShape(for: shapes)
      let output = layer.forward(inputs, parameters)
      #expect(output.shape == Shape([rows] + stated.dimensions), "\(layer)")
    }
  }

  @Test func rowsDoNotMeet() {
    withEveryExample { layer, shapes, generator in
      let inputs = shapes.map { generator.normalTensor(Shape([3] + $0.dimensions)) }
      let parameters = drawnParameters(layer, shapes, &generator)
      let together = layer.forward(inputs, parameters)
      for row in 0..<3 {
        let alone = layer.forward(inputs.map { $0.selectingRows([row]) }, parameters)
        #expect(
          difference(alone, together.selectingRows([row])) < 1e-4, "\(layer)")
      }
    }
  }

  @Test func theThreadsDecideNothing() {
    let before = Workers.threads
    defer { Workers.threads = before }
    Workers.startThreads(64)
    for example in Self.examples {
      var generator = SeededGenerator(seed: 3)
      let shapes = example.inputs[0]
      let inputs = shapes.map { generator.normalTensor(Shape([5] + $0.dimensions)) }
      let parameters = drawnParameters(example.layer, shapes, &generator)
      let all = [1, 2, 3, 8, 64].map { threads -> [Tensor] in
        Workers.threads = threads
        let output = example.layer.forward(inputs, parameters)
        let found = example.layer.backward(
          output, through: LayerPass(inputs: inputs, output: output, parameters: parameters),
          wanted: [.inputs, .parameters])
        return [output] + found.inputs + found.parameters
      }
      #expect(all.allSatisfy { $0 == all[0] }, "\(example.layer)")
    }
  }

  @Test func layersAreStoredUnderTheirNames() throws {
    for layer in Self.examples.map(\.layer) where !(layer is StepwiseDense) {
      let node = Node(Node.ID("some"), layer, reading: [.input, Node.ID("other")])
      let data = try JSONEncoder().encode(node)
      let read = try LayerCatalog.$current.withValue(GatedSum.catalog) {
        try JSONDecoder().decode(Node.self, from: data)
      }
      #expect(read == node)
      #expect(String(decoding: data, as: UTF8.self).contains(type(of: layer).name))
      #expect(!type(of: layer).summary.isEmpty && type(of: layer).source.year > 1900)
    }
  }

  @Test func startsHaveTheSpreadThatTheirNamesSay() {
    withEverySeed(5) { generator in
      let (inputs, units) = (60, 50)
      let he = Dense(units).makeParameters(for: [[inputs]], using: &generator)[0]
      let glorot = Dense(units, start: .glorot).makeParameters(for: [[inputs]], using: &generator)[
        0]
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
      let output = layer.forward([known.input.tensor], parameters)
      #expect(difference(output, known.output.tensor) < 1e-5)
      let pass = LayerPass(inputs: [known.input.tensor], output: output, parameters: parameters)
      let found = layer.backward(
        known.above.tensor, through: pass, wanted: [.inputs, .parameters])
      #expect(difference(try #require(found.inputs.first), known.below.tensor) < 1e-5)
      #expect(difference(found.parameters[0], known.weightGradient.tensor) < 1e-5)
      #expect(difference(found.parameters[1], known.biasGradient.tensor) < 1e-5)
      let unasked = layer.backward(known.above.tensor, through: pass, wanted: .parameters)
      #expect(unasked.inputs.isEmpty)
    }
  }

  @Test func denseLayersReadRowsOnly() {
    #expect {
      try Dense(2).outputShape(for: [[3, 3]])
    } throws: { error in
      (error as? NetworkError)?.errorDescription
        == "layer 'dense' expects a vector but was given 3 x 3"
    }
  }
}
