import Foundation
import Testing

/// Exhausted memory ends the process with an error and code 75, never by a signal.
@Suite struct MemoryTests {
  /// Runs the tool with its address space limited, in kilobytes.
  private func limited(_ kilobytes: Int, _ arguments: [String], in folder: URL) throws -> Program {
    let words = ([Program.url.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
    return try Program.system(
      "bash", "-c", "ulimit -v \(kilobytes) && \(words)", in: folder)
  }

  @Test(arguments: [150_000, 200_000, 250_000, 300_000, 350_000, 400_000, 450_000, 500_000])
  func aLimitIsKeptOrSaid(_ kilobytes: Int) throws {
    try withFolder { folder in
      let run = try limited(
        kilobytes, ["explain", "iris", "-o", "r", "--epochs", "5", "--max-rules", "3", "--quiet"],
        in: folder)
      #expect([0, 75].contains(run.code), "\(run.code) \(run.errorOutput)")
      if run.code == 75 {
        #expect(run.errorOutput.contains("error: "), "\(run.errorOutput)")
        #expect(run.errorOutput.contains("(ulimit -v)"), "\(run.errorOutput)")
        #expect(run.errorOutput.contains(" hint: "), "\(run.errorOutput)")
      }
      #expect(try names(in: folder).filter { !$0.hasPrefix(".") } == (run.code == 0 ? ["r"] : []))
    }
  }

  /// Where the dynamic loader would fail, the script that starts the program says why.
  @Test func lessThanTheLibrariesNeedIsSaid() throws {
    try withFolder { folder in
      let run = try Program.system(
        "bash", "-c", "ulimit -v 100000 && '\(Program.home.path)/espalier' --version", in: folder)
      #expect(run.code == 75 && run.output.isEmpty)
      #expect(
        run.errorOutput
          == "error: the address space is limited to 102 MB (ulimit -v), where at least 352 MB are "
          + "needed\n hint: raise the limit: ulimit -v 344000\n")
    }
  }

  @Test(arguments: [300_000, 400_000, 500_000, 600_000])
  func rowsThatDoNotFitAreSaid(_ kilobytes: Int) throws {
    try withFolder { folder in
      var text = "x,y,z,kind\n"
      for row in 0..<400_000 { text += "\(row % 977),\(row % 613),\(row % 401),c\(row % 3)\n" }
      try Data(text.utf8).write(to: folder.appendingPathComponent("rows.csv"))
      let run = try limited(
        kilobytes, ["train", "rows.csv", "-o", "net.onnx", "--epochs", "1", "--quiet"],
        in: folder)
      #expect([0, 75].contains(run.code), "\(run.code) \(run.errorOutput)")
      if run.code == 75 { #expect(run.errorOutput.contains("(ulimit -v)"), "\(run.errorOutput)") }
    }
  }

  /// A small file with large constants: the memory is estimated before it is allocated.
  @Test func aModelThatCannotFitIsRefusedBeforeItIsRead() throws {
    try withFolder { folder in
      let model = Program.home.path + "/Tests/Fixtures/models/large-constants.onnx"
      let run = try limited(600_000, ["draw", model, "-o", "net.svg"], in: folder)
      #expect(run.code == 75, "\(run.errorOutput)")
      let start =
        "error: reading 68 MB of weights of large-constants.onnx needs about 336 MB of memory "
      #expect(run.errorOutput.hasPrefix(start + "but only "), "\(run.errorOutput)")
      #expect(
        run.errorOutput.hasSuffix(
          "(ulimit -v)\n hint: give the process more memory, or export a smaller network\n"))
      #expect(try names(in: folder).isEmpty)
    }
  }

  @Test func aNetworkThatCannotFitIsRefusedBeforeItIsMade() throws {
    try withFolder { folder in
      let run = try Program(
        "train", "iris", "--hidden", "65536,65536,65536", "-o", "net.onnx", in: folder)
      #expect(
        run.errorOutput.hasPrefix(
          "error: training a network of 8,591,179,827 parameters with a batch size of 16 needs about "
            + "275.0 GB of memory but only "), "\(run.errorOutput)")
      #expect(
        run.errorOutput.hasSuffix(
          "\n hint: use fewer units with --hidden or --features, or a smaller batch size with --batch\n"
        ))
      #expect(run.code == 75)
      #expect(try names(in: folder).isEmpty)
    }
  }
}
