import Datasets
import Explanations
import Foundation
import ModelFiles
import Networks
import Testing

/// `predict` and `evaluate` for networks of other programs.
@Suite struct ForeignPredictionTests {
  private let network = Program.home.appendingPathComponent(
    "Tests/Fixtures/models/good/relu.onnx")

  /// Iris without its target column.
  private func write(to folder: URL) throws {
    let columns = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    let lines = try shippedRows("iris").map { row in
      columns.map { row[$0] ?? "" }.joined(separator: ",")
    }
    try Data((([columns.joined(separator: ",")] + lines).joined(separator: "\n") + "\n").utf8)
      .write(to: folder.appendingPathComponent("new.csv"))
  }

  @Test func rowsWithoutATargetHaveTheClassesOfTheOutputs() throws {
    try withFolder { folder in
      try write(to: folder)
      let table = try DataSource.load("iris").table
      let model = try ModelFile.read(network).model(for: table.schema)
      let predictions = model.classify(table)
      let plain = try Program("predict", network.path, "new.csv", "--no-target", in: folder)
      #expect(plain.code == 0)
      #expect(plain.output.hasPrefix("row,network,probability_0,probability_1,probability_2\n"))
      #expect(plainRows(plain.output).map { $0["network"] } == predictions.map { "\($0)" })
      let named = try Program(
        "predict", network.path, "new.csv", "--no-target", "--class-order", "z,y,x", in: folder)
      #expect(named.code == 0)
      #expect(
        plainRows(named.output).map { $0["network"] } == predictions.map { ["z", "y", "x"][$0] })
      let labelled = try Program("predict", network.path, "iris", in: folder)
      #expect(
        plainRows(labelled.output).map { $0["network"] }
          == predictions.map { table.schema.classes[$0] })
      #expect(labelled.errorOutput.contains("relu.onnx classifies "))
    }
  }

  @Test func aTableWithoutATargetIsHintedAt() throws {
    try withFolder { folder in
      try write(to: folder)
      let run = try Program("predict", network.path, "new.csv", in: folder)
      #expect(run.code == 65 && run.output.isEmpty)
      #expect(
        run.errorOutput.hasSuffix(
          " hint: if the last column, 'petal_width', is no target, add --no-target\n"))
    }
  }

  @Test func rowsMayLackAClass() throws {
    try withFolder { folder in
      let lines = try String(
        contentsOf: Program.home.appendingPathComponent("Datasets/iris/data.csv"), encoding: .utf8
      ).split(separator: "\n")
      let two = [lines[0]] + lines.filter { $0.hasSuffix("setosa") || $0.hasSuffix("virginica") }
      try Data((two.joined(separator: "\n") + "\n").utf8)
        .write(to: folder.appendingPathComponent("two.csv"))
      let order = "setosa,versicolor,virginica"
      func evaluation(_ data: String) throws -> Evaluation {
        let run = try Program(
          "evaluate", network.path, data, "--class-order", order, "--json", in: folder)
        #expect(run.code == 0, "\(run.errorOutput)")
        return try JSONDecoder().decode(Evaluation.self, from: Data(run.output.utf8))
      }
      let (all, some) = (try evaluation("iris"), try evaluation("two.csv"))
      #expect(some.rows == 100 && some.classes.map(\.class) == all.classes.map(\.class))
      #expect(some.confusion[0] == all.confusion[0] && some.confusion[2] == all.confusion[2])
      #expect(some.confusion[1] == [0, 0, 0])
    }
  }

  @Test func theAssumptionsAreCheckedAsForExplain() throws {
    try withFolder { folder in
      let run = try Program("evaluate", network.path, "iris", "--json", in: folder)
      #expect(run.code == 0)
      let found = try JSONDecoder().decode(Evaluation.self, from: Data(run.output.utf8))
      #expect(
        run.errorOutput.contains(
          "relu.onnx classifies \(found.accuracy.count) of 150 ("))
      #expect(run.errorOutput.contains("relu.onnx reads the columns in the order of the table"))
      let order = try Program(
        "evaluate", network.path, "iris", "--class-order", "virginica,versicolor,setosa", "--json",
        in: folder)
      let other = try JSONDecoder().decode(Evaluation.self, from: Data(order.output.utf8))
      #expect(other.confusion.map { Array($0.reversed()) } == found.confusion)
      let wrong = try Program(
        "evaluate", network.path, "iris", "--class-order", "a,b,c", in: folder)
      #expect(wrong.code == 65 && wrong.errorOutput.hasPrefix("error: the class order 'a,b,c'"))
    }
  }
}
