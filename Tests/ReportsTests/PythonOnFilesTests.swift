import Datasets
import ExplanationSupport
import Explanations
import Foundation
import Reports
import RuleSupport
import Rules
import Tensors
import Testing

/// Exported Python on the rows of the files, as `csv.DictReader` yields them.
@Suite struct PythonOnFilesTests {
  /// A file, its field separator, and rules over its columns.
  private struct Trial {
    var file: String
    var separator: String
    var table: Table
    var rules: RuleSet
    var code: String

    init(
      _ file: String, separator: String = ",", _ table: Table,
      _ generator: inout SeededGenerator
    ) throws {
      (self.file, self.separator, self.table) = (file, separator, table)
      rules = generator.ruleSet(onRowsOf: table, rules: 40, resolution: .firstMatch)
      var explanation = SampleExplanation.iris.explanation
      explanation.data.schema = table.schema
      explanation.data.classes = table.schema.classes
      explanation.rules = PythonExportTests.entries(rules, table.schema)
      explanation.defaultClass = table.schema.classes[rules.defaultClass]
      explanation.resolution = rules.resolution
      code = try PythonExportTests.python(explanation)
    }

    /// For each row of the table the predicted class and the rule.
    var expected: [[String?]] {
      let deciding = rules.deciding(table)
      return deciding.map { rule in
        let prediction = rule.map { rules.rules[$0].conclusion } ?? rules.defaultClass
        return [table.schema.classes[prediction], rule.map { "R\($0 + 1)" }]
      }
    }
  }

  private static let driver = """
    import csv, importlib, json, sys
    sys.path.insert(0, sys.argv[1])
    sys.dont_write_bytecode = True
    answers = []
    for index, (name, separator) in enumerate(json.load(open(sys.argv[1] + "/files.json"))):
        explain = importlib.import_module("rules%d" % index).explain
        with open(name, encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, delimiter=separator)
            answers.append([list(explain(row)[:2]) for row in rows])
    print(json.dumps(answers))
    """

  /// The predicted class and the rule for each row of each trial's file.
  private static func predictions(_ trials: [Trial], in folder: URL) throws -> [[[String?]]]? {
    for (index, trial) in trials.enumerated() {
      try Data(trial.code.utf8).write(to: folder.appendingPathComponent("rules\(index).py"))
    }
    try JSONEncoder().encode(trials.map { [$0.file, $0.separator] })
      .write(to: folder.appendingPathComponent("files.json"))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", driver, folder.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    if process.terminationStatus == 127 { return nil }
    #expect(process.terminationStatus == 0)
    return try JSONDecoder().decode([[[String?]]].self, from: data)
  }

  private func check(_ trials: [Trial], in folder: URL) throws {
    guard let found = try Self.predictions(trials, in: folder) else { return }
    #expect(found.count == trials.count)
    for (trial, predictions) in zip(trials, found) {
      let used = trial.table.rowNumbers.map { predictions[$0 - 1] }
      #expect(used == trial.expected, "\(trial.file)")
      #expect(Set(trial.expected.map { $0[1] }).count > 2, "\(trial.file) tells rules apart")
    }
  }

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("espalier-python-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test func shippedFilesAreClassifiedAsByTheRules() throws {
    let home = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Datasets")
    try withFolder { folder in
      var trials: [Trial] = []
      for name in ["iris", "mushroom", "house-votes", "german-credit", "heart", "zoo", "wine"] {
        var generator = SeededGenerator(seed: UInt64(trials.count))
        let file = home.appendingPathComponent(name + "/data.csv").path
        // With the schema of the file, and with the schema inferred from its cells.
        trials.append(try Trial(file, DataSource.load(name).table, &generator))
        trials.append(try Trial(file, DataSource.load(file).table, &generator))
      }
      try check(trials, in: folder)
    }
  }

  /// Files in common notations; the cells of a row by its number.
  static let awkward: [(header: String, separator: String, row: @Sendable (Int) -> String)] = [
    ("x;w;y", ";", { "\($0 % 23),\($0 % 7);\($0 % 31 + 1).5\($0 % 9)0,25;\($0 % 2)" }),
    ("x;w;y", ";", { "\($0 % 23 + 1).\(100 + $0 % 77);\($0 % 13),5 €;\($0 % 2)" }),
    ("x,w,y", ",", { "\"\($0 % 23 + 1),\(100 + $0 % 7 * 100)\",\($0 % 9).5%,\($0 % 2)" }),
    (
      "x,w,y", ",",
      {
        let thousands = "\($0 % 9 + 1),000.5"
        return
          "\"$\($0 % 23).\($0 % 7)\",\"\($0 % 4 == 1 ? "(\(thousands))" : thousands)\",\($0 % 2)"
      }
    ),
    (
      "x,w,y", ",",
      {
        ["n/a", "-", "None", "\($0 % 19)"][$0 % 4] + ",\(["NA", "none", "ja"][$0 % 3]),\($0 % 2)"
      }
    ),
    ("x,w,y", ",", { "\($0 % 19).5\($0 % 3 == 0 ? "-" : ""),'\($0 % 7).25,\($0 % 2)" }),
    ("x,w,y", ",", { "−\($0 % 19).5,\u{A0}\($0 % 7 + 1) \(100 + $0 % 50),\($0 % 2)" }),
    ("x, w, y", ",", { "\($0 % 19), State-\($0 % 4) , <=\($0 % 2)K" }),
    ("\u{FEFF}x,w,y,", ",", { "\($0 % 19),\"  padded \($0 % 4)\",\($0 % 2)," }),
    ("x,w,y", ",", { "\(["true", "True", "TRUE"][$0 % 3]),0\($0 % 40 + 100),\($0 % 2)" }),
    ("é,w,y", ",", { "\($0 % 19),\(["\u{E9}", "e\u{301}", "o"][$0 % 3]),\($0 % 2)" }),
    (
      "x,w,y", ",",
      {
        "\($0 % 9 == 1 ? "-999" : "\($0 % 80)"),\(["1", "1.0", "01", "b"][$0 % 4]),\($0 % 2)"
      }
    ),
    ("x,w,y", ",", { "\($0 % 29)e\($0 % 3),\"line \($0 % 3)\nbreak \"\"q\"\"\",\($0 % 2)" }),
    (
      "x,w,y", ",",
      {
        "\"\($0 % 80 + 10),\(10 + $0 % 70),\(100 + $0 % 800)\",\($0 % 7 == 3 ? "\u{A0}" : "\($0 % 23)"),"
          + "\($0 % 2)"
      }
    ),
    ("w|x|y", "|", { " \($0 % 5)a |\($0 % 17 + 1)'500 |\($0 % 2)" }),
  ]

  @Test func awkwardFilesAreClassifiedAsByTheRules() throws {
    try withFolder { folder in
      var trials: [Trial] = []
      for (index, one) in Self.awkward.enumerated() {
        let text = ([one.header] + (0..<300).map(one.row)).joined(separator: "\n") + "\n"
        let file = folder.appendingPathComponent("\(index).csv")
        try Data(text.utf8).write(to: file)
        var generator = SeededGenerator(seed: UInt64(index))
        let table = try DataSource.load(file.path).table
        #expect(table.schema.features.count == 2, "\(one.header) \(one.row(1))")
        trials.append(try Trial(file.path, separator: one.separator, table, &generator))
      }
      try check(trials, in: folder)
    }
  }

  @Test func rowsThatTheToolRefusesAreErrors() throws {
    let schema = Schema(
      features: [
        Feature("x"), Feature("share", notation: NumberNotation(isPercent: true)),
        Feature("c", .categorical(levels: ["a", "b"])),
      ], target: Target("y", .classes(names: ["no", "yes"])), numberMarks: ["-"])
    let rules = RuleSet(
      [
        Rule(
          if: try #require(
            Conjunction([
              Literal("x", .interval(lower: 1, upper: nil, orMissing: false)),
              Literal("share", .interval(lower: nil, upper: 50, orMissing: true)),
              Literal("c", .levels(among: [0], orMissing: false)),
            ])), then: 1)
      ], default: 0, resolution: .firstMatch)
    var explanation = SampleExplanation.iris.explanation
    explanation.data.schema = schema
    explanation.data.classes = schema.classes
    explanation.rules = PythonExportTests.entries(rules, schema)
    explanation.defaultClass = "no"
    let code = try PythonExportTests.python(explanation)
    let driver = """
      import json, sys
      sys.path.insert(0, sys.argv[1])
      sys.dont_write_bytecode = True
      from rules import classify, explain
      rows = [
          {}, {"X": "2", "share": "5%", "c": "a"}, {"x": "2", "share": "5%"},
          {"x": "two", "share": "5%", "c": "a"}, {"x": "1,5", "share": "5%", "c": "a"},
          {"x": "2", "share": "0.05", "c": "a"}, {"x": "inf", "share": "5%", "c": "a"},
          {"x": "2", "share": "5%", "c": "a", None: ["7"]},
          {"x": " 2", " share": "5%", "c ": " a "}, {"x": 2, "share": 5, "c": "a"},
          {"x": "2", "share": "-", "c": "a", None: [""]}, {"x": "2", "share": "5%", "c": "z"},
          {"x": "1_0", "share": "5%", "c": "a"}, {"x": "２", "share": "5%", "c": "a"},
      ]
      found = []
      for row in rows:
          try:
              found.append(classify(row))
          except (KeyError, ValueError) as error:
              found.append("%s: %s" % (type(error).__name__, error.args[0]))
      found.append(list(explain(rows[8])))
      found.append(list(explain(rows[11])))
      print(json.dumps(found))
      """
    try withFolder { folder in
      try Data(code.utf8).write(to: folder.appendingPathComponent("rules.py"))
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["python3", "-c", driver, folder.path]
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let data = pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      if process.terminationStatus == 127 { return }
      let found = try #require(try JSONSerialization.jsonObject(with: data) as? [Any])
      #expect(
        found.prefix(14).map { "\($0)" } == [
          "KeyError: the row has no column 'x'", "KeyError: the row has no column 'x'",
          "KeyError: the row has no column 'c'",
          "ValueError: 'two' in column 'x' is not a number",
          "ValueError: '1,5' in column 'x' is not a number",
          "ValueError: '0.05' in column 'share' is not written as the training rows are",
          "ValueError: 'inf' in column 'x' is not a number",
          "ValueError: the row has more fields than the header names: ['7']",
          "yes", "yes", "yes", "no", "ValueError: '1_0' in column 'x' is not a number",
          "ValueError: '２' in column 'x' is not a number",
        ])
      let named = found.suffix(2).compactMap { $0 as? [Any] }
      #expect(named.first?.prefix(2).map { "\($0)" } == ["yes", "R1"])
      #expect(named.last?.first as? String == "no")
      #expect(named.last?.dropFirst().first is NSNull)
      #expect(named.last?.last as? String == "no rule holds")
    }
  }
}
