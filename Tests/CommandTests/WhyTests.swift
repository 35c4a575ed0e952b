import Datasets
import Explanations
import Foundation
import Networks
import Rules
import Tensors
import Testing

/// `why` against the rules and the model themselves.
@Suite struct WhyTests {
  private func withResult(_ body: (URL, ResultFolder) throws -> Void) throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      try body(folder, ResultFolder(folder.appendingPathComponent("r")))
    }
  }

  private func explained(_ arguments: String..., in folder: URL) throws -> RowExplanation {
    let run = try Program(["why", "r"] + arguments + ["--json"], in: folder)
    #expect(run.code == 0, "\(run.errorOutput)")
    return try JSONDecoder().decode(RowExplanation.self, from: Data(run.output.utf8))
  }

  @Test func aRowHasThePredictionsOfNetworkAndRules() throws {
    try withResult { folder, result in
      let (model, table) = try result.modelAndRows("iris")
      let predictions = model.classify(table).map { model.schema.classes[$0] }
      let cells = try shippedRows("iris")
      for row in [1, 59, 90, 150] {
        let found = try explained("\(row)", in: folder)
        #expect(found.row == row && found.label == cells[row - 1]["species"])
        #expect(found.network?.prediction == predictions[row - 1])
        #expect(found.levels.map(\.level) == [.inputs, .features, .described])
        let inputs = try #require(found.levels.first)
        #expect(try inputs.prediction == result.prediction(cells[row - 1]))
        #expect(found.agrees == (inputs.prediction == predictions[row - 1]))
        #expect(inputs.deciding?.conditions.allSatisfy(\.holds) ?? true)
        #expect(
          inputs.nearlyHolding.allSatisfy { rule in
            rule.conditions.count { !$0.holds } == 1
          })
        #expect(
          found.values.map(\.value).compactMap(Double.init)
            == ["sepal_length", "sepal_width", "petal_length", "petal_width"].compactMap {
              cells[row - 1][$0].flatMap(Double.init)
            })
      }
    }
  }

  /// A numeric target has its number, and JSON numbers are read whatever the notation of their column.
  @Test func numbersOfTheRowAndItsTarget() throws {
    try withFolder { folder in
      var lines = ["a;b;share;y"]
      for row in 0..<80 {
        let (a, b) = (Double(row) / 8, Double(row * 7 % 13) / 4)
        let cells = [a, b].map { "\($0)".replacingOccurrences(of: ".", with: ",") }
        lines.append(
          (cells + ["\(row % 9 * 10)%", "\(1000 * a + b)".replacingOccurrences(of: ".", with: ",")])
            .joined(separator: ";"))
      }
      try Data((lines.joined(separator: "\n") + "\n").utf8)
        .write(to: folder.appendingPathComponent("rows.csv"))
      let run = try Program(
        "explain", "rows.csv", "--epochs", "5", "--no-pruning", "--cross-validation", "0",
        "--quiet",
        "-o", "r", in: folder)
      #expect(run.code == 0, "\(run.errorOutput)")
      let found = try explained("58", "--data", "rows.csv", in: folder)
      #expect(found.labelNumber == 7127.25)
      let text = try Program("why", "r", "58", "--data", "rows.csv", in: folder)
      #expect(text.output.contains("The label in the data is y = 7127.25 ('"), "\(text.output)")
      // The same row in three notations.
      for row in [
        #"{"a": 7.125, "b": 2.25, "share": 30}"#, #"{"a": "7,125", "b": "2,25", "share": "30%"}"#,
        #"a="7,125",b=2.25,share=30"#,
      ] {
        let given = try explained(row, in: folder)
        #expect(given.values.map(\.value) == found.values.map(\.value), "\(row)")
        #expect(given.network == found.network, "\(row)")
      }
      // No training row has an a of 20.
      let far = try Program("why", "r", "a=20,b=2.25,share=30", in: folder)
      #expect(
        far.output.contains(/\n  a +20 +training rows have [0-9.]+ to [0-9.]+/), "\(far.output)")
      // Intervals stand in their order, not in that of their names.
      let classes = try ResultFolder(folder.appendingPathComponent("r")).explanation.data.classes
      let fidelity = try Program("fidelity", "r", "r/model.onnx", "rows.csv", in: folder)
      #expect(
        fidelity.output.matches(of: /where the network predicts '([^']*)'/).map { String($0.1) }
          == classes)
      #expect(classes != classes.sorted())
    }
  }

  /// A level that the data of the result do not have stands as it was given.
  @Test func anUnknownLevelHasItsText() throws {
    try withFolder { folder in
      let rows = (0..<60).map { "\($0),\($0 % 2 == 0 ? "red" : "blue"),\($0 % 2 == 0 ? "p" : "q")" }
      try Data((["x,colour,t"] + rows).joined(separator: "\n").utf8)
        .write(to: folder.appendingPathComponent("rows.csv"))
      let run = try Program(
        "explain", "rows.csv", "--epochs", "5", "--no-pruning", "--cross-validation", "0",
        "--quiet", "-o", "r", in: folder)
      #expect(run.code == 0, "\(run.errorOutput)")
      let text = try Program("why", "r", "x=7,colour=purple", in: folder)
      #expect(text.output.contains(/\n  colour +purple/), "\(text.output)")
      #expect(!text.output.contains("other\n") && !text.output.contains("value other"))
    }
  }

  /// The rules over hidden features of a given network are those of its pruned copy, which is beside them.
  @Test func theGivenNetworkServesAllRules() throws {
    try withFolder { folder in
      let network = Program.home.appendingPathComponent("Tests/Fixtures/models/good/relu.onnx").path
      let run = try Program(
        "explain", "iris", "--model", network, "--epochs", "5", "--cross-validation", "0",
        "--quiet",
        "-o", "r", in: folder)
      #expect(run.code == 0, "\(run.errorOutput)")
      let plain = try Program("why", "r", "1", in: folder)
      let named = try Program("why", "r", "1", "--model", network, in: folder)
      #expect(plain.code == 0 && named.code == 0, "\(named.errorOutput)")
      #expect(named.output == plain.output && named.output.contains("Rules over hidden features"))
    }
  }

  /// Another network has none of the hidden features of the rules; the other rules need none.
  @Test func anotherNetworkServesTheRulesOverColumns() throws {
    try withFolder { folder in
      let network = Program.home.appendingPathComponent("Tests/Fixtures/models/good/relu.onnx").path
      let run = try Program(
        "explain", "iris", "--epochs", "5", "--cross-validation", "0", "--quiet", "-o", "r",
        in: folder)
      #expect(run.code == 0, "\(run.errorOutput)")
      let found = try Program("why", "r", "1", "--model", network, in: folder)
      #expect(found.code == 0, "\(found.errorOutput)")
      #expect(
        found.errorOutput.contains(
          "the rules over hidden features are left out: those of \(network) are others\n"),
        "\(found.errorOutput)")
      #expect(found.output.contains("Rules over columns"))
      let asked = try Program(
        "why", "r", "1", "--model", network, "--rules", "features", in: folder)
      #expect(asked.code == 65)
    }
  }

  /// The change, applied to the row, changes the rules as stated, and the network as stated.
  @Test func theNearestChangeDoesWhatItSays() throws {
    try withResult { folder, result in
      let cells = try shippedRows("iris")
      for row in [1, 59, 90, 150] {
        let found = try explained("\(row)", "--rules", "inputs", in: folder)
        let level = try #require(found.levels.first)
        let change = try #require(level.change)
        #expect(level.changeSearched == "all" && change.prediction != level.prediction)
        var other = cells[row - 1]
        for step in change.steps { other[step.variable] = step.to }
        #expect(try result.prediction(other) == change.prediction)
        let pairs = ["sepal_length", "sepal_width", "petal_length", "petal_width"].map {
          "\($0)=\(other[$0] ?? "")"
        }
        let again = try explained(
          pairs.joined(separator: ","), "--rules", "inputs", in: folder)
        #expect(again.levels.first?.prediction == change.prediction)
        #expect(again.network?.prediction == change.network)
        #expect(change.changesNetwork == (change.network != found.network?.prediction))
      }
    }
  }

  @Test func scoreCardsAddUpAndDecide() throws {
    try withResult { folder, result in
      let found = try explained("120", "--rules", "described", in: folder)
      let level = try #require(found.levels.first)
      let classifier = try RuleClassifier(result.explanation, level: .described)
      let (model, table) = try result.modelAndRows("iris")
      let row = table.selecting([119])
      let variables = try classifier.variables(of: row, in: model)
      #expect(level.deciding?.rule == classifier.name(of: classifier.rules.deciding(variables)[0]))
      #expect(level.scores.map(\.score) == classifier.scores.map(\.id.rawValue))
      for (card, score) in zip(level.scores, classifier.scores) {
        #expect(card.sum == score.values(in: row)[0])
        #expect(card.lines.reduce(0) { $0 + $1.points } == card.sum)
      }
      if let change = level.change {
        #expect(change.steps.count == 1 && level.changeSearched == "one-column")
        #expect(change.prediction != level.prediction)
      }
    }
  }

  @Test func hiddenFeaturesAreThoseOfTheModel() throws {
    try withResult { folder, result in
      let found = try explained("1", in: folder)
      let (model, table) = try result.modelAndRows("iris")
      let features = try #require(HiddenFeatures(unfitted: model))
      let values = features.values(in: model, for: table)
      #expect(found.features.map(\.feature) == features.ids.map(\.rawValue))
      for (index, feature) in found.features.enumerated() {
        #expect(feature.value == Double(values[0, index]))
        #expect(feature.isActive == (feature.value > feature.threshold))
      }
    }
  }

  @Test func valuesCanBeGivenInTwoForms() throws {
    try withResult { folder, _ in
      let pairs = try Program("why", "r", "petal_length=4.9, petal_width=1.7", in: folder)
      #expect(pairs.code == 0)
      #expect(
        pairs.errorOutput == " note: not given, and so missing: sepal_length, sepal_width\n")
      #expect(pairs.output.hasPrefix("The row: the rules over "))
      let object = try Program(
        "why", "r", "{\"petal_width\": 1.7, \"petal_length\": \"4.9\"}", in: folder)
      #expect(object.output == pairs.output)
      try FileManager.default.removeItem(at: folder.appendingPathComponent("r/model.onnx"))
      let alone = try Program("why", "r", "petal_length=4.9,petal_width=1.7", in: folder)
      #expect(alone.code == 0 && !alone.output.contains("Hidden features:"))
      #expect(!alone.output.contains("network then"))
    }
  }

  @Test(
    arguments: [
      (
        ["why", "r", "151"],
        "error: there is no row 151 in iris, which has 150 rows\n"
          + " hint: rows are counted from 1, without the header\n", 65
      ),
      (
        ["why", "r", "petal"],
        "error: 'petal' is not a row number and not name=value\n"
          + " hint: give a row number, name=value,name=value, or {\"name\": value}\n", 64
      ),
      (
        ["why", "r", "1.5", "--data", "iris"],
        "error: '1.5' is not a row number and not name=value\n"
          + " hint: give a row number, name=value,name=value, or {\"name\": value}\n", 64
      ),
      (
        ["why", "r", "0", "--data", "iris"],
        "error: there is no row 0 in iris, which has 150 rows\n"
          + " hint: rows are counted from 1, without the header\n", 65
      ),
      (
        ["why", "r", "{\"petal_width\": [1]}"],
        "error: the row is not a JSON object of numbers and strings\n"
          + " hint: give a row number, name=value,name=value, or {\"name\": value}\n", 64
      ),
      (
        ["why", "r", "petal_width=1,petal_width=2"],
        "error: the row has 'petal_width' twice\n"
          + " hint: give a row number, name=value,name=value, or {\"name\": value}\n", 64
      ),
      (
        ["why", "r", "petal_widht=1"],
        "error: there is no column named 'petal_widht'\n hint: did you mean 'petal_width'?\n", 64
      ),
      (
        ["why", "r", "petal_width=wide"],
        "error: petal_width=wide: petal_width is a number\n"
          + " hint: give a finite number, or omit the column if the value is missing\n", 65
      ),
      (
        ["why", "r", "petal_width=1", "--data", "iris"],
        "error: --data is for a row number, and the row is given by its values\n"
          + " hint: omit --data, or give a row number\n", 64
      ),
    ] as [([String], String, Int32)])
  func mistakesAreNamed(_ arguments: [String], _ text: String, _ code: Int32) throws {
    try withResult { folder, _ in
      let run = try Program(arguments, in: folder)
      #expect(run.errorOutput == text && run.code == code && run.output.isEmpty)
    }
  }
}
