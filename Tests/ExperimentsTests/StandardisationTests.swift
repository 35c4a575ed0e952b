import Datasets
import Experiments
import ModelFiles
import NetworkSupport
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct StandardisationTests {
  /// Columns of very different means and scales.
  private func table(_ generator: inout SeededGenerator, columns: Int) -> Table {
    let rows = 300
    let data = (0..<columns).map { column in
      let (center, spread) = (10 * generator.normal(), 1 + 20 * generator.uniform())
      return (0..<rows).map { _ in center + spread * generator.normal() + Double(column) }
    }
    return Table(
      schema: Schema(
        features: (0..<columns).map { Feature(.init("x\($0)")) },
        target: Target("y", .classes(names: ["a", "b", "c"]))),
      columns: data.map { .doubles($0) }, labels: [Int](repeating: 0, count: rows))
  }

  private func standardised(_ model: Model, over table: Table) -> Model {
    var rows = EncodedRows(table, by: model.encoding)
    return model.standardised(over: &rows)
  }

  @Test(arguments: SeededGenerator.InputBranch.allCases)
  func everyReaderOfTheInputsTakesTheScaleUp(_ branch: SeededGenerator.InputBranch) throws {
    try withEverySeed(20) { generator in
      let table = table(&generator, columns: 4)
      let network = try generator.branchedNetwork(branch, inputs: 4, outputs: 3)
      let model = try Model(
        schema: table.schema, encoding: .identity(for: table.schema), network: network,
        head: .softmax)
      let scaled = standardised(model, over: table)
      let (own, its) = (model.outputs(for: table), scaled.outputs(for: table))
      #expect(difference(own, its) < 1e-4, "\(branch)")
      #expect(zip(model.classify(table), scaled.classify(table)).allSatisfy { $0 == $1 })
      // A sum with the inputs does not support folding: the network is unchanged.
      #expect((scaled == model) == (branch == .residual))
      guard branch != .residual else { return }
      let (means, deviations) = scaled.encoding.encode(table).inputs.columnStatistics
      #expect(means.allSatisfy { abs($0) < 1e-3 })
      #expect(deviations.allSatisfy { abs($0 - 1) < 1e-3 })
    }
  }

  @Test(arguments: SeededGenerator.InputBranch.allCases)
  func filesOfBranchedNetworksPredictAsTheModel(_ branch: SeededGenerator.InputBranch) throws {
    try withEverySeed(20) { generator in
      let table = table(&generator, columns: 4)
      let network = try generator.branchedNetwork(branch, inputs: 4, outputs: 3)
      let model = try Model(
        schema: table.schema, encoding: .identity(for: table.schema), network: network,
        head: .softmax)
      for name in ["model.onnx", "model.espalier"] {
        _ = try ModelFile.data(for: model, named: name, checkedOn: table)
        _ = try ModelFile.data(
          for: standardised(model, over: table), named: name, checkedOn: table)
      }
    }
  }

  @Test func missingCellsAndConstantsStayAsTheyAre() throws {
    var generator = SeededGenerator(seed: 5)
    var table = table(&generator, columns: 3)
    table.columns[1] = .doubles(table.columns[1].values.enumerated().map { $0 == 7 ? .nan : $1 })
    table.columns[2] = .doubles([Double](repeating: 4, count: table.count))
    let network = try generator.branchedNetwork(.wide, inputs: 3, outputs: 3)
    let model = try Model(
      schema: table.schema, encoding: .identity(for: table.schema), network: network,
      head: .softmax)
    let scaled = standardised(model, over: table)
    #expect(scaled.encoding.inputs[0] != model.encoding.inputs[0])
    #expect(scaled.encoding.inputs[1...] == model.encoding.inputs[1...])
    #expect(difference(model.outputs(for: table), scaled.outputs(for: table)) < 1e-4)
  }
}
