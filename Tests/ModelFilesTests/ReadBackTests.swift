import Datasets
import Foundation
import ModelFiles
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct ReadBackTests {
  private func table(_ count: Int) -> Table {
    var generator = SeededGenerator(seed: 9)
    return Table(
      schema: RoundTripTests.schema,
      columns: [
        .doubles((0..<count).map { _ in generator.normal() }),
        .doubles((0..<count).map { $0 % 9 == 0 ? .nan : 5 * generator.normal() }),
        .doubles((0..<count).map { _ in Double(generator.index(below: 3)) }),
      ], labels: [Int](repeating: 0, count: count))
  }

  @Test func aFileThatPredictsAsItsModelPasses() throws {
    try withEverySeed(10) { generator in
      let model = try RoundTripTests.model(seed: generator.next())
      for name in ["a.onnx", "a.espalier"] {
        let data = try ModelFile.data(for: model, named: name, checkedOn: table(200))
        #expect(try data == ModelFile.data(for: model, named: name))
      }
    }
  }

  @Test func aFileOfAnotherNetworkIsRefused() throws {
    let model = try RoundTripTests.model(seed: 1, outputs: 1)
    // The sign of the only output decides: negated, every prediction changes.
    var other = model
    let last = model.network.parameters.count - 1
    for index in model.network.parameters[last].indices {
      let value = model.network.parameters[last][index].value
      other.network.parameters[last][index].value = Tensor(
        value.elements.map { -$0 }, shape: value.shape)
    }
    let rows = table(200)
    #expect(throws: ModelFileError.differs(file: "a.onnx", changed: 200, rows: 200)) {
      try ModelFile.check(
        ModelFile.data(for: other), named: "a.onnx", predictsAs: model, on: rows)
    }
  }

  @Test func theErrorSaysWhatDiffers() {
    let error = ModelFileError.differs(file: "net.onnx", changed: 3, rows: 60)
    #expect(
      error.errorDescription
        == "net.onnx: read back, its predictions on 3 of 60 rows differ from those of the "
        + "measured network; it is not written")
    #expect(
      error.recoverySuggestion == "this is a fault of espalier; please report it")
  }

  @Test func numbersMayDifferByRoundingAlone() throws {
    let schema = Schema(
      features: [Feature("a")], target: Target("t", .numeric(unit: nil, cuts: [0])))
    func model(_ weight: Float) throws -> Model {
      var network = try Network(Architecture(input: [1]) { Dense(1) }, seed: 1)
      network.parameters[0][0].value = Tensor([weight], shape: [1, 1])
      return try Model(
        schema: schema, encoding: .identity(for: schema), network: network, head: .number)
    }
    let rows = Table(
      schema: schema, columns: [.doubles([1, 2, 3])], labels: [0, 0, 0], numbers: [1, 2, 3])
    let own = try model(1)
    try ModelFile.check(
      ModelFile.data(for: model(1.000_001)), named: "a.onnx", predictsAs: own, on: rows)
    #expect(throws: ModelFileError.differs(file: "a.onnx", changed: 3, rows: 3)) {
      try ModelFile.check(
        ModelFile.data(for: model(1.001)), named: "a.onnx", predictsAs: own, on: rows)
    }
  }
}
