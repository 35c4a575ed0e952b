import Datasets
import Explanations
import Foundation
import Rules
import Testing

/// Tables in regional formats, from the file to the exported code.
@Suite struct TableCommandTests {
  /// Two numbers with decimal commas and a missing value, and the class.
  private static let rows = (0..<120).map { row in
    let (a, b) = (row * 7 % 40, row * 3 % 50)
    return "\(row % 9 == 4 ? "n/a" : "1.\(100 + a),5");\(b),25;\(a > 20 ? "yes" : "no")"
  }

  private static let short = ["--epochs", "30", "--max-rules", "6", "--progress", "plain"]

  private func write(_ lines: [String], _ name: String, in folder: URL) throws {
    try Data((lines.joined(separator: "\n") + "\n").utf8)
      .write(to: folder.appendingPathComponent(name))
  }

  private static let notes = [
    "'a' and 'b' have a decimal comma in 227 cells: '1.100,5' is read as 1100.5",
    "'a' has thousands separators in 107 cells: '1.100,5' is read as 1100.5",
    "'n/a' is read as a missing value in 13 cells of 'a'",
  ]

  @Test func whatIsAssumedIsSaidEverywhere() throws {
    try withFolder { folder in
      try write(["a;b;y"] + Self.rows, "t.csv", in: folder)
      let run = try Program(["explain", "t.csv", "-o", "r"] + Self.short, in: folder)
      #expect(run.code == 0 || run.code == 2)
      for note in Self.notes { #expect(run.errorOutput.contains(" note: \(note)\n")) }
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      #expect(try result.object("data")["notes"] as? [String] == Self.notes)
      for note in Self.notes { #expect(try result.text("report.md").contains("Note: \(note).")) }
      let fidelity = try Program("fidelity", "r", "r/model.onnx", "t.csv", in: folder)
      #expect(fidelity.code == 0)
      #expect(fidelity.talkBesideWarnings == " note: 13 rows with a missing value in a\n")
      // Numbers in another format than that of the training rows are rejected.
      try write(["a;b;y", "1.5;2,5;no"], "other.csv", in: folder)
      let other = try Program("fidelity", "r", "r/model.onnx", "other.csv", in: folder)
      #expect(
        other.errorOutput.hasPrefix(
          "error: other.csv:2:1: '1.5' in the column 'a' has a decimal point, where the schema states a "
            + "decimal comma\n hint: --decimal point reads numbers with a point\n"))
      #expect(other.code == 65)
    }
  }

  @Test(.enabled(if: Program.hasPython)) func exportedCodeReadsTheFileItself() throws {
    try withFolder { folder in
      try write(["a; b ;y"] + Self.rows, "t.csv", in: folder)
      try Program(["explain", "t.csv", "-o", "r", "--quiet"] + Self.short, in: folder)
      #expect(try Program("export", "r", "--to", "python", "-o", "r.py", in: folder).code == 0)
      let run = try Program.system(
        "python3", "-B", "-c",
        """
        import csv, json
        from r import classify, explain
        rows = list(csv.DictReader(open("t.csv", newline=""), delimiter=";"))
        print(json.dumps([classify(row) for row in rows]))
        print(all(explain(row)[0] == classify(row) for row in rows))
        for row in [{}, {"A": "1,5", "b": "1,5"}, dict(rows[0], a="x")]:
            try:
                print(classify(row))
            except (KeyError, ValueError) as error:
                print(error.args[0])
        """, in: folder)
      #expect(run.errorOutput.isEmpty && run.code == 0)
      let lines = run.output.split(separator: "\n").map(String.init)
      let predictions = try JSONDecoder().decode([String].self, from: Data(lines[0].utf8))
      let explanation = try ResultFolder(folder.appendingPathComponent("r"))
      let (_, table) = try explanation.modelAndRows(folder.appendingPathComponent("t.csv").path)
      let rules = try #require(try explanation.explanation.ruleSet(.inputs))
      #expect(predictions == rules.classify(table).map { table.schema.classes[$0] })
      #expect(
        lines.dropFirst().prefix(3) == [
          "True", "the row has no column 'a'", "the row has no column 'a'",
        ])
    }
  }

  @Test func theFormOfATableCanBeSaid() throws {
    try withFolder { folder in
      let rows = (0..<60).map { "\($0 * 7 % 40).5|\($0 % 9)|\($0 % 2 == 0 ? "yes" : "no")" }
      try write(rows, "t.csv", in: folder)
      let none = try Program("explain", "t.csv", "--dry-run", in: folder)
      #expect(
        none.errorOutput == """
          error: t.csv:1:1: the first line looks like a row, not a header: it has '0.5'
           hint: --no-header reads it as a row, --names A,B,… names the columns, --header takes it \
          for names

          """)
      #expect(none.code == 65)
      let plan = try Program(
        "explain", "t.csv", "--names", "a,b,answer", "--separator", "|", "--dry-run", in: folder)
      #expect(plan.output.hasPrefix("data: t, 60 rows, 2 columns, target 'answer'\n"))
      try Data(#"{"names": ["a", "b", "answer"], "separator": "|", "decimal": "point"}"#.utf8)
        .write(to: folder.appendingPathComponent("run.json"))
      let config = try Program(
        "train", "t.csv", "--config", "run.json", "--dry-run", "-o", "n.onnx", in: folder)
      #expect(config.output.hasPrefix("data: t, 60 rows, 2 columns, target 'answer'\n"))
      let numbered = try Program("explain", "t.csv", "--no-header", "--dry-run", in: folder)
      #expect(numbered.output.hasPrefix("data: t, 60 rows, 2 columns, target 'column 3'\n"))
      for (arguments, message) in [
        (
          ["--separator", "x"],
          "error: --separator cannot be 'x'\n hint: give ',', ';', 'tab', '|' or 'blank'\n"
        ),
        (
          ["--decimal", "pint"], "error: --decimal cannot be 'pint'\n hint: did you mean 'point'?\n"
        ),
        (
          ["--header", "--names", "a,b,c"],
          "error: --header and --names contradict each other\n"
            + " hint: leave out --names to take the first line\n"
        ),
        (
          ["--max-input-bytes", "0"],
          "error: --max-input-bytes cannot be 0\n hint: give a whole number of at least 1\n"
        ),
      ] {
        let run = try Program(["explain", "t.csv"] + arguments, in: folder)
        #expect(run.errorOutput == message)
        #expect(run.code == 64)
      }
      let large = try Program(
        "explain", "t.csv", "--no-header", "--max-input-bytes", "100", in: folder)
      #expect(
        large.errorOutput == """
          error: t.csv: more than 100 bytes, the maximum
           hint: --max-input-bytes allows more, up to the machine's memory

          """)
      #expect(large.code == 75)
    }
  }
}
