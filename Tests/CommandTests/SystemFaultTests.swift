import Foundation
import Testing

/// A failed system call ends a command with an error and an exit code, without partial files.
@Suite struct SystemFaultTests {
  /// Runs the tool after shell commands.
  private func after(_ words: String, _ arguments: [String], in folder: URL) throws -> Program {
    let command = ([Program.url.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
    return try Program.system("bash", "-c", "\(words); exec \(command)", in: folder)
  }

  @Test(arguments: [
    (["explain", "iris", "-o", "r"], "r"), (["train", "iris", "-o", "net.onnx"], "net.onnx"),
  ])
  func aLimitOnTheSizeOfFilesIsAnError(_ arguments: [String], _ output: String) throws {
    try withFolder { folder in
      let run = try after(
        "ulimit -f 1", arguments + ["--epochs", "2", "--quiet", "--progress", "none"], in: folder)
      #expect(run.code == 74, "\(run.code) \(run.errorOutput)")
      #expect(run.errorOutput.hasPrefix("error: '"))
      #expect(
        run.errorOutput.contains("' cannot be written: file too large\n"), "\(run.errorOutput)")
      #expect(try names(in: folder).filter { !$0.hasSuffix(".espalier-run") }.isEmpty)
    }
  }

  @Test(arguments: [
    (["explain", "iris", "-o", "r", "--epochs", "2"], "r"),
    (["train", "iris", "-o", "net.onnx", "--epochs", "2"], "net.onnx"),
  ])
  func nothingIsWrittenElsewhereWhereTheWorkingFolderIsGone(
    _ arguments: [String], _ output: String
  ) throws {
    try withFolder { folder in
      let gone = folder.appendingPathComponent("gone")
      try FileManager.default.createDirectory(at: gone, withIntermediateDirectories: false)
      let run = try after("rmdir ../gone", arguments, in: gone)
      #expect(
        run.errorOutput == """
          error: '\(output)' cannot be created: the working folder was deleted
           hint: choose a folder that exists and that you may write to

          """)
      #expect(run.code == 73)
    }
  }

  @Test func tooFewDescriptorsAreSaidBeforeAnythingIsComputed() throws {
    try withFolder { folder in
      let run = try after(
        "ulimit -n 6", ["compare", "iris", "--seeds", "1", "-o", "r", "--quiet"], in: folder)
      #expect(
        run.errorOutput == """
          error: 8 files cannot be open at once: too many open files
           hint: raise the limit: ulimit -n 64

          """)
      #expect(run.code == 75)
      #expect(try names(in: folder).isEmpty)
    }
  }
}
