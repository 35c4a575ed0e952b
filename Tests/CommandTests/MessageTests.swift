import Explanations
import Foundation
import Testing

/// Messages that say what was read, and what had no effect.
@Suite struct MessageTests {
  /// `--quiet` has no warnings on stderr, so that the texts are in the error.
  @Test func strictSaysTheWarnings() throws {
    try withFolder { folder in
      let arguments = [
        "explain", "iris", "--epochs", "2", "--rules", "inputs", "--cross-validation", "0",
        "--strict", "-o", "r",
      ]
      let quiet = try Program(arguments + ["--quiet"], in: folder)
      let warnings = try ResultFolder(folder.appendingPathComponent("r")).explanation.warnings ?? []
      try #require(!warnings.isEmpty)
      let hint = "\n hint: the result is written; exit code 2 means that a threshold is not met\n"
      let texts = warnings.map { "\($0.text) (\($0.code))" }.joined(separator: ", ")
      #expect(quiet.code == 2)
      #expect(quiet.errorOutput == "error: --strict allows no warnings: " + texts + hint)
      let loud = try Program(arguments + ["--force"], in: folder)
      let codes = warnings.map(\.code).joined(separator: ", ")
      #expect(loud.code == 2)
      #expect(loud.errorOutput.hasSuffix("error: --strict allows no warnings: " + codes + hint))
    }
  }

  @Test func optionsOfOtherPicturesAndFormatsAreNoted() throws {
    try withFolder { folder in
      try Program("train", "iris", "--epochs", "2", "-o", "net.onnx", "--quiet", in: folder)
      let drawn = try Program("draw", "net.onnx", "--rules", "inputs", "-o", "n.svg", in: folder)
      #expect(drawn.code == 0)
      #expect(drawn.errorOutput == " note: --rules has no effect: a model has no rules\n")
      try Program(
        "explain", "iris", "--epochs", "2", "--cross-validation", "0", "-o", "r", "--quiet",
        in: folder)
      let templates = Program.home.appendingPathComponent("Templates").path
      let report = try Program(
        "report", "r", "--templates", templates, "--format", "md,json", "-o", "again", in: folder)
      #expect(report.code == 0)
      #expect(
        report.errorOutput
          == " note: --templates has no effect: --format has neither html nor pdf\n")
    }
  }

  @Test func anEmptyLevelOfASchemaIsRefused() throws {
    try withFolder { folder in
      let rows = (0..<40).map { "\(["u", "v", ""][$0 % 3]),\($0 % 7),\(["p", "q"][$0 % 2])\n" }
      try Data(("a,b,y\n" + rows.joined()).utf8).write(
        to: folder.appendingPathComponent("data.csv"))
      let schema = """
        {"features": [{"name": "a", "kind": "categorical", "levels": ["u", "v", ""]}, {"name": "b"}],
         "target": {"name": "y", "classes": ["p", "q"]}}
        """
      try Data(schema.utf8).write(to: folder.appendingPathComponent("schema.json"))
      let run = try Program("explain", ".", "-o", "r", in: folder)
      #expect(run.code == 65)
      #expect(
        run.errorOutput == """
          error: ./schema.json: 'a' has '' among its levels or classes, and an empty cell is a \
          missing value
           hint: remove '' from the list

          """)
    }
  }
}
