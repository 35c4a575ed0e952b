import Foundation
import Naming
import Reports
import Testing

/// Rules exported from the command line.
@Suite struct ExportTests {
  @Test func everyFormatIsWritten() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      for format in exportFormats.types {
        let name = "rules." + format.fileExtension
        let run = try Program("export", "r", "--to", format.name, "-o", name, in: folder)
        #expect(run.output == "The rules: \(name)\n" && run.errorOutput == "", "\(format.name)")
        #expect(run.code == 0)
        let again = try Program("export", "r", "--to", format.name, "-o", name, in: folder)
        #expect(again.code == 73, "no file is replaced without --force")
        let forced = try Program(
          "export", "r", "--to", format.name, "-o", name, "--force", in: folder)
        #expect(forced.code == 0)
      }
    }
  }

  @Test func sqlHasADialectAndATable() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let run = try Program(
        "export", "r", "--to", "sql", "--dialect", "postgresql", "--table", "the \"rows\"",
        "-o", "-", in: folder)
      #expect(run.output.contains("\nFROM \"the \"\"rows\"\"\" AS d CROSS JOIN\n"))
      #expect(run.output.contains("AS DOUBLE PRECISION"))
      #expect(run.code == 0)
      let usual = try Program("export", "r", "--to", "sql", "-o", "-", in: folder)
      #expect(usual.output.contains("\nFROM \"data\" AS d CROSS JOIN\n"))
      #expect(usual.output.contains("for SQLite."))
    }
  }

  @Test(arguments: ["dialect", "table"]) func otherFormatsHaveNone(_ option: String) throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let run = try Program(
        "export", "r", "--to", "python", "--\(option)", "duckdb", "-o", "a.py", in: folder)
      #expect(
        run.errorOutput == """
          error: --\(option) does not apply to --to python
           hint: omit it, or use --to sql

          """)
      #expect(run.code == 64)
      #expect(try names(in: folder) == ["r"])
    }
  }

  @Test func aBinaryFileGoesToStandardOutput() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      #expect(try Program("export", "r", "--to", "onnx", "-o", "a.onnx", in: folder).code == 0)
      let run = try Program(
        [
          "sh", "-c", "\(Program.url.path) export r --to onnx -o - > b.onnx && cmp a.onnx b.onnx",
        ], of: URL(fileURLWithPath: "/usr/bin/env"), in: folder)
      #expect(run.code == 0 && run.output.isEmpty)
    }
  }

  @Test func anActivationThatSQLCannotComputeIsAnError() throws {
    try withFolder { folder in
      let made = try Program(
        "explain", "iris", "-o", "r", "--epochs", "5", "--rules", "features", "--activation",
        "gelu", "--quiet", in: folder)
      #expect(made.code == 0)
      let run = try Program("export", "r", "--to", "sql", "-o", "a.sql", in: folder)
      #expect(
        run.errorOutput == """
          error: the hidden features use the activation 'gelu', which SQL cannot compute
           hint: use --to python, or --rules inputs when explaining

          """)
      #expect(run.code == 65)
      #expect(try names(in: folder) == ["r"])
      #expect(try Program("export", "r", "--to", "c", "-o", "a.c", in: folder).code == 0)
    }
  }
}
