import Datasets
import Foundation
import NetworkSupport
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct NetworkTests {
  /// One output for two classes is the logit of the second class.
  @Test func everyRowHasItsProbabilities() throws {
    let schema = Schema(
      features: [Feature("x"), Feature("z")],
      target: Target("y", .classes(names: ["no", "yes"])))
    let network = try Network(Architecture(input: [2]) { Dense(1) }, seed: 1)
    let model = try Model(
      schema: schema, encoding: .identity(for: schema), network: network, head: .oneVersusRest)
    let found = try #require(
      model.probabilities(from: Tensor([0, 3, -3], shape: [3, 1])))
    #expect(found.count == 3 && found.allSatisfy { abs($0[0] + $0[1] - 1) < 1e-12 })
    #expect(found[0] == [0.5, 0.5] && found[1][1] > 0.95 && found[2][1] < 0.05)
  }

  private func architecture(_ inputs: Int) -> Architecture {
    Architecture(input: [inputs]) {
      Dense(7)
      Activation(.relu)
      Dense(4, start: .glorot)
      Activation(.sigmoid)
      Dense(3)
    }
  }

  @Test func nodesAreNamedByKindAndNumber() throws {
    let architecture = architecture(5)
    #expect(
      architecture.nodes.map(\.id.rawValue)
        == ["dense-1", "activation-1", "dense-2", "activation-2", "dense-3"])
    #expect(architecture.summary == ["dense 7", "relu", "dense 4", "sigmoid", "dense 3"])
    #expect(architecture.hiddenNodes == [Node.ID("activation-1"), Node.ID("activation-2")])
    #expect(try architecture.shapes() == [[7], [7], [4], [4], [3]])
  }

  @Test func theSameSeedGivesTheSameNetwork() throws {
    let first = try Network(architecture(5), seed: 1)
    #expect(try Network(architecture(5), seed: 1) == first)
    #expect(try Network(architecture(5), seed: 2) != first)
    #expect(first.parameterCount == 5 * 7 + 7 + 7 * 4 + 4 + 4 * 3 + 3)
    #expect(first.macs == 5 * 7 + 7 * 4 + 4 * 3)
    #expect(first.bytes == 4 * first.parameterCount)
    #expect(
      first.originalIndices == [Array(0..<7), Array(0..<7), Array(0..<4), Array(0..<4), [0, 1, 2]])
  }

  @Test func networksAreStoredExactly() throws {
    try withEverySeed(10) { generator in
      var network = try Network(architecture(1 + generator.index(below: 9)), seed: generator.next())
      let mask = Mask((0..<28).map { _ in generator.index(below: 2) == 0 })
      network.parameters[2][0] = Parameter(.weight, network.parameters[2][0].value, mask: mask)
      let again = try JSONDecoder().decode(Network.self, from: JSONEncoder().encode(network))
      #expect(again == network)
    }
  }

  @Test func storedNumbersThatDoNotFitAreRefused() throws {
    let network = try Network(architecture(5), seed: 3)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(network), as: UTF8.self)
    func decoded(_ text: String) throws -> Network {
      try JSONDecoder().decode(Network.self, from: Data(text.utf8))
    }
    #expect(try decoded(text) == network)
    for (right, wrong) in [
      (#""units":7"#, #""units":8"#), (#""units":7"#, #""units":-7"#),
      (#""units":4"#, #""units":9223372036854775807"#), (#""shape":[5,7]"#, #""shape":[7,5]"#),
    ] {
      #expect(text.contains(right))
      #expect(throws: (any Error).self) {
        try decoded(text.replacingOccurrences(of: right, with: wrong))
      }
    }
    var masked = network
    masked.parameters[0][1].mask = Mask([true])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Network.self, from: JSONEncoder().encode(masked))
    }
  }

  @Test func batchesDoNotChangePredictions() throws {
    let network = try Network(architecture(5), seed: 4)
    var generator = SeededGenerator(seed: 4)
    let rows = generator.normalTensor([2500, 5])
    let outputs = network.outputs(for: rows)
    #expect(outputs.shape == [2500, 3])
    #expect(difference(outputs, network(rows)) < 1e-5)
    for row in [0, 1023, 1024, 2499] {
      #expect(difference(network(rows.selectingRows([row])), outputs.selectingRows([row])) < 1e-5)
    }
    let hidden = network.activations(of: Node.ID("activation-2"), for: rows)
    #expect(difference(hidden, network.activations(for: rows)[3]) < 1e-5)
  }

  /// The range of outputs that are activations, or sums and constant scalings of them; none of logits.
  @Test func outputsOfActivationsHaveARange() throws {
    func range(_ layers: [any Layer], _ factors: [Float] = []) throws -> ClosedRange<Double>? {
      var network = try Network(Architecture(input: [3]) { layers }, seed: 1)
      for (position, factor) in factors.enumerated() {
        let last = network.parameters.indices.count - 1
        let shape = network.parameters[last][position].value.shape
        network.parameters[last][position].value = Tensor(
          [Float](repeating: factor, count: shape.count), shape: shape)
      }
      return network.outputRange
    }
    let scaling = BatchNormalization(epsilon: 0, isFrozen: true)
    #expect(try range([Dense(1)]) == nil)
    #expect(try range([Dense(1), Activation(.sigmoid)]) == 0...1)
    #expect(try range([Dense(1), Activation(.tanh), scaling], [-0.5, 0.25, 0, 1]) == -0.25...0.75)
    #expect(try range([Dense(1), Activation(.relu)]) == 0...Double.infinity)
    #expect(try range([Dense(1), Activation(.relu), scaling], [1, 0, 0, 1]) == nil)
    #expect(try range([Dense(1), Activation(.sigmoid), scaling], [.nan, 0, 0, 1]) == nil)
    #expect(try range([Dense(1), Activation(.sigmoid), Dense(1)]) == nil)
  }

  @Test func masksRemoveWeights() throws {
    var network = try Network(architecture(5), seed: 4)
    let count = network.parameterCount
    let mask = Mask((0..<35).map { $0 % 5 != 0 })
    network.parameters[0][0] = Parameter(.weight, network.parameters[0][0].value, mask: mask)
    #expect(network.parameterCount == count - 7)
    #expect(network.macs == 35 - 7 + 28 + 12)
    // Runtimes multiply by the zeros that are stored.
    #expect(network.denseMACs == 35 + 28 + 12)
    #expect(
      stride(from: 0, to: 35, by: 5).allSatisfy { network.parameters[0][0].value.elements[$0] == 0 }
    )
  }

  @Test func originalIndicesAreKeptWhereTheyFit() throws {
    let network = try Network(architecture(5), seed: 4)
    let originalIndices = [
      [9, 8, 7, 6, 5, 4, 3], [9, 8, 7, 6, 5, 4, 3], [1, 3, 5, 7], [1, 3, 5, 7], [0, 1, 2],
    ]
    let named = try Network(
      network.architecture, parameters: network.parameters, originalIndices: originalIndices)
    #expect(named.originalIndices == originalIndices)
    #expect(named.neurons(of: Node.ID("activation-2")).map(\.description).last == "activation-2:7")
    let unfit = try Network(
      network.architecture, parameters: network.parameters, originalIndices: [[1]])
    #expect(unfit.originalIndices == network.originalIndices)
  }

  @Test func numbersThatDoNotFitAreRefused() throws {
    let network = try Network(architecture(5), seed: 4)
    #expect {
      try Network(architecture(6), parameters: network.parameters)
    } throws: { error in
      (error as? NetworkError)?.errorDescription
        == "layer 'dense-1' expects parameters of 6 x 7, 7 but was given 5 x 7"
    }
    #expect(throws: NetworkError.noLayers) {
      try Network(Architecture(input: [3], nodes: []), seed: 1)
    }
  }

  /// Every gradient of a network against finite differences of its loss.
  @Test func gradientsAreThoseOfTheLoss() throws {
    try withEverySeed(5) { generator in
      let network = try Network(
        Architecture(input: [4]) {
          Dense(5)
          Activation(.tanh)
          Dense(3)
        }, seed: generator.next())
      let rows = generator.normalTensor([6, 4])
      let labels = (0..<6).map { _ in generator.index(below: 3) }
      #expect(try gradientError(of: network, rows: rows, labels: labels) < 1e-3)
      let weights = generator.normalTensor([6, 3])
      let below = network.inputGradient(of: 2, inputs: rows, gradient: weights)
      for position in [0, 7, 23] {
        let shifted = [0.01, -0.01].map { (shift: Float) in
          var elements = rows.elements
          elements[position] += shift
          return zip(network(Tensor(elements, shape: rows.shape)).elements, weights.elements)
            .reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        #expect(abs((shifted[0] - shifted[1]) / 0.02 - Double(below.elements[position])) < 3e-3)
      }
    }
  }
}
