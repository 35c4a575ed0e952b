import Datasets
import Foundation
import Naming
import NetworkSupport
import Networks
import Tensors
import TestSupport
import Testing

/// A layer that joins branches and has parameters.
@Suite struct GatedSumTests {
  /// Two branches over the inputs of a row, gated, then classified.
  private func architecture(inputs: Int, outputs: Int) -> Architecture {
    var builder = ArchitectureBuilder(input: [inputs])
    builder.add(Dense(8))
    let first = builder.add(Activation(.tanh))
    builder.add(Dense(8), reading: .input)
    let second = builder.add(Activation(.softplus))
    builder.add(GatedSum(), reading: first, second)
    builder.add(Dense(outputs, start: .glorot))
    return builder.architecture
  }

  @Test func itsGradientsAreThoseOfTheLoss() throws {
    try withEverySeed(5) { generator in
      var network = try Network(architecture(inputs: 4, outputs: 3), seed: generator.next())
      network.parameters[4][.gate].value = generator.normalTensor([8])
      let rows = generator.normalTensor([6, 4])
      let labels = (0..<6).map { _ in generator.index(below: 3) }
      #expect(try gradientError(of: network, rows: rows, labels: labels) < 2e-3)
    }
  }

  @Test func itLearnsIrisWithTheOthers() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let table = try DataSource.load(root.appending(path: "Datasets/iris").path + "/").table
    let examples = Encoding(fitting: table).encode(table)
    let start = try Network(architecture(inputs: 4, outputs: 3), seed: 1)
    let state = try Trainer(epochs: 30, batch: 16, learningRate: 0.01).train(
      from: .init(start: start), head: .softmax, on: examples, validation: examples, seed: 1)
    let losses = state.history.map(\.validationLoss)
    #expect(try #require(losses.last) < 0.2 && losses[0] > 0.4)
    #expect(state.history.last.map { $0.validationCorrect > 140 } == true)
    let gates = state.network.parameters[4][.gate].value
    #expect(gates.elements.allSatisfy { $0 != 0 })
    #expect(start.parameters[4][.gate].value.elements.allSatisfy { $0 == 0 })
  }

  @Test func storedNetworksNeedItsCatalogue() throws {
    let network = try Network(architecture(inputs: 4, outputs: 3), seed: 2)
    let data = try JSONEncoder().encode(network)
    let read = try LayerCatalog.$current.withValue(GatedSum.catalog) {
      try JSONDecoder().decode(Network.self, from: data)
    }
    #expect(read == network)
    #expect(throws: UnknownName("gated-sum", family: "layer", known: layerCatalog.names)) {
      try JSONDecoder().decode(Network.self, from: data)
    }
  }

  @Test func itsBranchesHaveOneShape() {
    let error = NetworkError.shapeMismatch(
      layer: "gated-sum", expected: .shape([3]), found: [2])
    #expect(throws: error) {
      try GatedSum().outputShape(for: [[3], [2]])
    }
  }
}
