import Datasets
import Explanations
import Foundation
import Networks
import Rules
import Tensors
import Testing

/// `predict` and `evaluate` against the model and the rules themselves.
@Suite struct PredictTests {
  /// Iris without its target, with a blank cell in row 1.
  private func writeUnlabelled(to folder: URL) throws {
    let rows = try shippedRows("iris")
    let columns = ["petal_width", "petal_length", "sepal_width", "sepal_length"]
    let lines = rows.enumerated().map { index, row in
      columns.map { index == 0 && $0 == "petal_width" ? "" : row[$0] ?? "" }.joined(separator: ",")
    }
    let text = ([columns.joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
    try Data(text.utf8).write(to: folder.appendingPathComponent("new.csv"))
  }

  @Test func aTableHasThePredictionsOfNetworkAndRules() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let run = try Program("predict", "r", "iris", "-o", "out.csv", in: folder)
      #expect(run.code == 0 && run.talkBesideWarnings.isEmpty)
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      let rows = plainRows(
        try String(contentsOf: folder.appendingPathComponent("out.csv"), encoding: .utf8))
      let (model, table) = try result.modelAndRows("iris")
      let outputs = model.outputs(for: table)
      let probabilities = try #require(model.probabilities(from: outputs))
      let cells = try shippedRows("iris")
      #expect(rows.count == 150)
      var agreeing = 0
      for (index, row) in rows.enumerated() {
        #expect(row["row"] == "\(index + 1)")
        #expect(row["network"] == model.schema.classes[model.predictions(from: outputs)[index]])
        #expect(try row["rules"] == result.prediction(cells[index]))
        for (position, name) in model.schema.classes.enumerated() {
          let text = try #require(row["probability_\(name)"])
          #expect(Double(text) == probabilities[index][position])
        }
        #expect((row["agrees"] == "yes") == (row["network"] == row["rules"]))
        agreeing += row["agrees"] == "yes" ? 1 : 0
      }
      #expect(
        run.output.hasPrefix(
          "150 rows: rules over columns and network agree on \(agreeing) of 150 ("))
      #expect(run.output.hasSuffix("The predictions: out.csv\n"))
      let same = try Program("predict", "r", "iris", in: folder)
      #expect(
        try Data(same.output.utf8)
          == Data(contentsOf: folder.appendingPathComponent("out.csv")))
      let again = try Program("predict", "r", "iris", "-o", "out.csv", in: folder)
      #expect(again.code == 73)
      #expect(again.errorOutput.hasPrefix("error: 'out.csv' already exists\n"))
    }
  }

  /// Another decimal mark and separator than those of the training rows.
  @Test func aGivenDecimalMarkIsThatOfTheRows() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let text = try String(
        contentsOf: Program.home.appendingPathComponent("Datasets/iris/data.csv"), encoding: .utf8)
      let other = text.replacing(",", with: ";").replacing(".", with: ",")
      try Data(other.utf8).write(to: folder.appendingPathComponent("comma.csv"))
      let plain = try Program("predict", "r", "iris", in: folder)
      let comma = try Program("predict", "r", "comma.csv", "--decimal", "comma", in: folder)
      #expect(comma.code == 0, "\(comma.errorOutput)")
      #expect(comma.output == plain.output && plain.code == 0)
      let wrong = try Program("predict", "r", "comma.csv", in: folder)
      #expect(wrong.code == 65 && wrong.output.isEmpty)
    }
  }

  @Test func rowsNeedNoTargetColumn() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      try writeUnlabelled(to: folder)
      for source in ["r", "r/model.onnx"] {
        let labelled = try Program("predict", source, "iris", in: folder)
        let run = try Program("predict", source, "new.csv", in: folder)
        #expect(run.code == 0)
        #expect(run.errorOutput == " note: 1 row with a missing value in petal_width\n")
        let lines = (run.output.split(separator: "\n"), labelled.output.split(separator: "\n"))
        #expect(lines.0.count == 151 && lines.0[0] == lines.1[0])
        // All rows but the changed one.
        #expect(lines.0.dropFirst(2) == lines.1.dropFirst(2))
      }
    }
  }

  @Test func describedRulesHaveScores() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let run = try Program("predict", "r", "iris", "--rules", "described", in: folder)
      #expect(run.code == 0)
      let explanation = try ResultFolder(folder.appendingPathComponent("r")).explanation
      let rules = try RuleClassifier(explanation, level: .described)
      let (_, table) = try ResultFolder(folder.appendingPathComponent("r")).modelAndRows("iris")
      let variables = try rules.variables(of: table, in: nil)
      let deciding = rules.rules.deciding(variables)
      let rows = plainRows(run.output)
      for (index, row) in rows.enumerated() {
        #expect(row["rule"] == rules.name(of: deciding[index]) ?? "default")
        for score in rules.scores {
          let text = try #require(row["score_\(score.id.rawValue)"])
          #expect(Double(text) == score.values(in: table)[index])
        }
      }
      #expect(rows.count == 150 && !rules.scores.isEmpty)
    }
  }

  @Test func rulesOverFeaturesUseTheNetworkOfTheReport() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let measured = try Program("predict", "r", "iris", "--rules", "features", in: folder)
      #expect(measured.code == 0)
      let explanation = try ResultFolder(folder.appendingPathComponent("r")).explanation
      let covered = try #require(explanation.featureFidelity)
      let agreeing = plainRows(measured.output).count { $0["agrees"] == "yes" }
      #expect(agreeing >= covered.heldOut.count && agreeing >= 120)
      try FileManager.default.removeItem(at: folder.appendingPathComponent("r/model.onnx"))
      let alone = try Program("predict", "r", "iris", "--rules", "features", in: folder)
      // Nothing is written, not even the names of the columns.
      #expect(alone.code == 65 && alone.output.isEmpty)
      #expect(
        alone.talkBesideWarnings == """
           note: there is no model.onnx beside the result: only the rules are evaluated
          error: the rules use hidden features, and there is no network to compute them
           hint: keep the model.onnx of the report beside its explanation.json

          """)
      let inputs = try Program("predict", "r", "iris", in: folder)
      #expect(inputs.code == 0 && inputs.output.hasPrefix("row,rules,rule\n"))
    }
  }

  @Test func jsonHasTheSamePredictionsAndCounts() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let run = try Program("predict", "r", "iris", "--json", in: folder)
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
      let rows = try #require(object["predictions"] as? [[String: Any]])
      let table = plainRows(try Program("predict", "r", "iris", in: folder).output)
      #expect(rows.map { $0["network"] as? String } == table.map { $0["network"] })
      #expect(rows.map { $0["rule"] as? String } == table.map { $0["rule"] })
      let summary = try #require(object["summary"] as? [String: Any])
      #expect(summary["rows"] as? Int == 150)
      let agreement = try #require(summary["agreement"] as? [String: Any])
      #expect(agreement["count"] as? Int == table.count { $0["agrees"] == "yes" })
    }
  }

  @Test(
    arguments: [
      (
        ["predict", "net.onnx", "iris", "--rules", "inputs"],
        "error: --rules requires a result\n hint: give a report folder\n", 64
      ),
      (
        ["predict", "r", "iris", "--target", "species", "--no-target"],
        "error: --target and --no-target contradict each other\n hint: omit one of them\n", 64
      ),
      (
        ["predict", "r", "house-votes"],
        "error: \(Program.home.path)/Datasets/house-votes/data.csv: no column named 'sepal_length', "
          + "'sepal_width', 'petal_length', 'petal_width'\n", 65
      ),
      (
        ["predict", "none", "iris"],
        "error: there is no result 'none'\n hint: give a report folder or its explanation.json, as "
          + "'espalier explain' writes it\n", 66
      ),
      (
        ["predict", "r/model.onnx", "iris", "--target", "petal_width"],
        "error: --target does not apply: the model predicts 'species'\n hint: omit --target\n", 64
      ),
      (
        ["predict", "r", "iris", "-o", "r/model.onnx", "--force"],
        "error: --output names 'r/model.onnx', which is read as the result\n", 64
      ),
    ] as [([String], String, Int32)])
  func mistakesAreNamed(_ arguments: [String], _ text: String, _ code: Int32) throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let run = try Program(arguments, in: folder)
      #expect(run.errorOutput.hasPrefix(text), "\(run.errorOutput)")
      #expect(run.code == code && run.output.isEmpty)
    }
  }

  @Test func fieldsWithSeparatorsAreQuoted() throws {
    try withFolder { folder in
      var text = "x,kind\n"
      for row in 0..<60 { text += "\(row),\(row < 30 ? "\"a, \"\"b\"\"\"" : "c")\n" }
      try Data(text.utf8).write(to: folder.appendingPathComponent("t.csv"))
      #expect(
        try Program("train", "t.csv", "-o", "m.onnx", "--epochs", "60", "--quiet", in: folder).code
          == 0)
      let run = try Program("predict", "m.onnx", "t.csv", in: folder)
      #expect(run.code == 0)
      #expect(
        run.output.hasPrefix("row,network,\"probability_a, \"\"b\"\"\",probability_c\n1,"))
      let read = try DataSource.load(bytes: Array(run.output.utf8), named: "p.csv").table
      #expect(read.count == 60)
    }
  }

  // MARK: evaluate

  @Test func anEvaluationIsThatOfTheModel() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let run = try Program("evaluate", "r/model.onnx", "iris", "--json", in: folder)
      #expect(run.code == 0)
      let found = try JSONDecoder().decode(Evaluation.self, from: Data(run.output.utf8))
      let (model, table) = try ResultFolder(folder.appendingPathComponent("r"))
        .modelAndRows("iris")
      let outputs = model.outputs(for: table)
      #expect(
        found
          == Evaluation(
            predictions: model.predictions(from: outputs), labels: table.labels,
            classes: model.schema.classes, probabilities: model.probabilities(from: outputs)))
      let explanation = try ResultFolder(folder.appendingPathComponent("r")).explanation
      let held = explanation.pruned.accuracy
      #expect(
        run.errorOutput.hasPrefix(
          "warning: \(explanation.data.training) of the rows are training rows and "
            + "\(explanation.data.validation) validation rows of the result; it "
            + "has \(held.count) of \(held.total) ("))
      let text = try Program("evaluate", "r/model.onnx", "iris", "--quiet", in: folder)
      #expect(text.output.isEmpty && text.code == 0)
      let words = try Program("evaluate", "r/model.onnx", "iris", in: folder).output
      let accuracy = found.accuracy
      #expect(
        words.hasPrefix(
          "The network classifies \(accuracy.count) of 150 rows correctly ("))
      #expect(words.contains("Always predicting 'setosa' is correct on 50 of 150 rows (33.3 %).\n"))
    }
  }

  @Test func numericTargetsHaveErrors() throws {
    try withFolder { folder in
      var text = "x,y\n"
      for row in 0..<80 { text += "\(row),\(3 * row + row % 7).5\n" }
      try Data(text.utf8).write(to: folder.appendingPathComponent("t.csv"))
      try Program("train", "t.csv", "-o", "m.onnx", "--epochs", "200", "--quiet", in: folder)
      let run = try Program("evaluate", "m.onnx", "t.csv", "--json", in: folder)
      #expect(run.code == 0 && run.errorOutput.isEmpty)
      let found = try JSONDecoder().decode(Evaluation.self, from: Data(run.output.utf8))
      let regression = try #require(found.regression)
      let rows = plainRows(try Program("predict", "m.onnx", "t.csv", in: folder).output)
      let errors = try zip(rows, plainRows(text)).map { predicted, actual in
        try #require(predicted["network"].flatMap(Double.init))
          - #require(actual["y"].flatMap(Double.init))
      }
      let mean = errors.map(abs).reduce(0, +) / 80
      #expect(abs(regression.meanAbsoluteError.value - mean) < 1e-5)
      #expect(try #require(regression.rSquared).value > 0.9)
      #expect(found.calibration == nil)
      let words = try Program("evaluate", "m.onnx", "t.csv", in: folder).output
      #expect(words.hasPrefix("R² 0.9") && words.contains("Always predicting the mean has"))
    }
  }
}
