import Datasets
import Explanations
import Foundation
import Networks
import Reports
import RuleSupport
import Rules
import Testing

/// Rules over scores, from the command line to the exported Python.
@Suite struct DescribedRulesTests {
  private func withResult(
    _ arguments: [String], _ body: (Program, URL) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("espalier-described-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let arguments = ["explain"] + arguments + ["--output", "r"]
    try body(try Program(arguments, in: folder), folder)
  }

  /// Numbers, levels and missing values: the rules of the result, the tool's figure and the exported
  /// Python agree on every row.
  @Test(arguments: ["iris", "heart", "german-credit"])
  func exportedRulesPredictAsTheResult(data: String) throws {
    try withResult([data, "--rules", "described"]) { explain, folder in
      #expect(explain.code == 0)
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      let explanation = try result.explanation
      let scores = try #require(explanation.describedRules?.scores)
      for score in scores { #expect(explain.output.contains("\n  \(score.id) = ")) }
      #expect(!scores.isEmpty && scores.allSatisfy { (1...5).contains($0.terms.count) })
      #expect(scores.flatMap(\.terms).allSatisfy { abs($0.weight) <= 5 && $0.weight != 0 })
      #expect(explanation.level == .described)
      #expect(explanation.describedFidelity == explanation.fidelity)
      #expect(explanation.complexity.rules <= 8)
      #expect(explanation.fidelity.heldOut.value > explanation.fidelity.majorityBaseline.value)

      let (model, table) = try result.modelAndRows(data)
      let list = try #require(try explanation.ruleSet(.described))
      let wide = table.appending(try explanation.scores())
      let predictions = list.classify(wide).map { table.schema.classes[$0] }
      let program = try RuleProgram(explanation, for: PythonExport.self)
      #expect(try program.classify(table).map { program.predictions[$0].name } == predictions)

      let measured = try Program("fidelity", "r", "r/model.onnx", data, "--json", in: folder)
      let network = model.classify(table).map { table.schema.classes[$0] }
      let same = zip(network, predictions).count { $0 == $1 }
      let figure = try #require(
        try JSONSerialization.jsonObject(with: Data(measured.output.utf8)) as? [String: Any])
      #expect((figure["fidelity"] as? [String: Any])?["count"] as? Int == same)

      let export = try Program("export", "r", "--to", "python", "-o", "rules.py", in: folder)
      #expect(export.code == 0)
      let rows = (0..<table.count).map { row in
        Dictionary(
          uniqueKeysWithValues: zip(table.schema.features, table.row(row)).map { feature, value in
            let text =
              value.isNaN ? "" : feature.levels.map { $0[Int(value)] } ?? "\(value)"
            return (feature.id.rawValue, text)
          })
      }
      #expect(
        try ResultFolder.pythonPredictions(folder.appendingPathComponent("rules.py"), rows)
          == predictions)
    }
  }

  @Test func allReportsEveryKind() throws {
    try withResult(["iris", "--rules", "all", "--max-terms", "2"]) { explain, folder in
      #expect(explain.code == 0)
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      let explanation = try result.explanation
      #expect(explanation.level == .inputs)
      #expect(explanation.featureRules != nil)
      let scores = try #require(explanation.describedRules?.scores)
      #expect(scores.allSatisfy { $0.terms.count <= 2 })
      let descriptions = explanation.features.compactMap(\.description)
      #expect(!descriptions.isEmpty && descriptions.allSatisfy { $0.terms.count <= 2 })
      // Markdown escapes underscores.
      let report = try result.text("report.md").replacing("\\", with: "")
      #expect(report.contains("Rules over columns and scores"))
      for score in scores {
        #expect(report.contains("Score \(score.id): "))
        for term in score.terms { #expect(report.contains(term.input)) }
      }
    }
  }

  @Test func limitsWithoutDescribedRulesAreNoted() throws {
    try withResult(["iris", "--rules", "inputs", "--no-readable", "--max-weight", "3"]) {
      explain, folder in
      #expect(explain.code == 0)
      #expect(explain.errorOutput.contains("--max-weight has no effect: "))
      let explanation = try ResultFolder(folder.appendingPathComponent("r")).explanation
      #expect(explanation.describedRules == nil && explanation.features[0].description == nil)
    }
  }

  /// Without `--rules`, scores are reported for tables but not for images.
  @Test(arguments: [("iris", true), ("digits", false)])
  func tablesHaveDescribedRulesByDefault(data: String, described: Bool) throws {
    try withResult([data, "--epochs", "2", "--max-weight", "3"]) { explain, folder in
      #expect(explain.code == 0)
      #expect(explain.errorOutput.contains("--max-weight has no effect: ") == !described)
      let explanation = try ResultFolder(folder.appendingPathComponent("r")).explanation
      #expect((explanation.describedRules != nil) == described)
      #expect(explanation.level == .inputs && explanation.featureRules != nil)
    }
  }

  @Test(arguments: [
    ("--max-terms", "0", "--max-terms cannot be 0"),
    ("--max-weight", "101", "--max-weight cannot be 101"),
  ])
  func limitsOutOfRangeAreUsageErrors(option: String, value: String, says: String) throws {
    let run = try Program("explain", "iris", "--rules", "described", option, value)
    #expect(run.code == 64)
    #expect(run.errorOutput.contains(says))
  }

  /// A score on an unknown column, of the wrong kind, or without a step.
  @Test(
    arguments: [
      [:],
      ["input": "nowhere", "weight": 2, "step": 1.0],
      ["input": "petal_length", "weight": 2, "values": ["a"]],
      ["input": "petal_length", "weight": 2, "step": 0.0],
    ] as [[String: any Sendable]])
  func editedScoresAreRefused(term: [String: any Sendable]) throws {
    try withResult(["iris", "--rules", "described"]) { _, folder in
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      var json = result.json
      var rules = try result.object("describedRules")
      var scores = try #require(rules["scores"] as? [[String: Any]])
      scores[0]["terms"] = [term]
      rules["scores"] = scores
      json["describedRules"] = rules
      let file = folder.appendingPathComponent("edited.json")
      try JSONSerialization.data(withJSONObject: json).write(to: file)
      for command in [
        ["export", "edited.json", "--to", "python", "-o", "rules.py"],
        ["fidelity", "edited.json", "r/model.onnx", "iris"],
      ] {
        let run = try Program(command, in: folder)
        #expect(run.code == 65)
        if !term.isEmpty { #expect(run.errorOutput.contains("the score 'S1' has an invalid term")) }
      }
    }
  }

  /// A score of the name of a column would be the column to one command and the score to another.
  @Test(arguments: ["petal_length", "S1"])
  func aNameOfTwoThingsIsRefused(name: String) throws {
    try withResult(["iris", "--rules", "described"]) { _, folder in
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      var json = result.json
      var rules = try result.object("describedRules")
      var scores = try #require(rules["scores"] as? [[String: Any]])
      var copy = scores[0]
      copy["id"] = name
      scores.append(copy)
      rules["scores"] = scores
      json["describedRules"] = rules
      let file = folder.appendingPathComponent("edited.json")
      try JSONSerialization.data(withJSONObject: json).write(to: file)
      let run = try Program("export", "edited.json", "--to", "python", "-o", "a.py", in: folder)
      #expect(run.code == 65)
      #expect(
        run.errorOutput.contains(
          "the name of the score '\(name)' is also that of a column or another score"))
    }
  }
}
