import Foundation
import Testing

/// `--json` is one object on standard output, for every command that writes files.
@Suite struct JSONOutputTests {
  private func object(_ arguments: [String], in folder: URL) throws -> [String: Any] {
    let run = try Program(arguments + ["--json"], in: folder)
    #expect(run.code == 0, "\(arguments): \(run.errorOutput)")
    let found = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
    return try #require(found as? [String: Any])
  }

  @Test func writtenFilesAreNamed() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let picture = try object(["draw", "r", "-o", "net.svg"], in: folder)
      #expect(picture["output"] as? String == "net.svg" && picture["files"] == nil)
      let rules = try object(["export", "r", "--to", "sql", "-o", "r.sql"], in: folder)
      #expect(rules["output"] as? String == "r.sql")
      let report = try object(["report", "r", "--format", "md", "-o", "again"], in: folder)
      #expect(report["output"] as? String == "again")
      #expect((report["files"] as? [String])?.contains("report.md") == true)
      #expect(Set(try names(in: folder)) == ["r", "net.svg", "r.sql", "again"])
    }
  }

  @Test func aPlanIsAnObject() throws {
    try withFolder { folder in
      let found = try object(["explain", "iris", "--dry-run"], in: folder)
      let plan = try #require(found["plan"] as? [String])
      #expect(plan.last == "write the report to 'iris-espalier'")
      let text = try Program("explain", "iris", "--dry-run", in: folder)
      #expect(text.output == plan.joined(separator: "\n") + "\n")
      #expect(try names(in: folder).isEmpty)
    }
  }

  @Test func codeAndJSONDoNotShareStandardOutput() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let run = try Program("export", "r", "--to", "python", "-o", "-", "--json", in: folder)
      #expect(run.code == 64 && run.output.isEmpty)
      #expect(
        run.errorOutput
          == "error: --json and --output - both write to stdout\n"
          + " hint: give an output file, or omit --json\n")
    }
  }
}
