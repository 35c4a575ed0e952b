import Foundation
import Testing

/// `-` is standard output for predictions and exports, and an error for every other output.
@Suite struct StandardOutputTests {
  @Test(arguments: [
    ["train", "iris", "--epochs", "1", "--output", "-"],
    ["prune", "net.onnx", "iris", "--method", "random", "--keep", "0.5", "--output", "-"],
    ["draw", "net.onnx", "--output", "-"],
  ])
  func aDashIsNoFile(_ arguments: [String]) throws {
    try withFolder { folder in
      let trained = try Program(
        "train", "iris", "--epochs", "1", "--output", "net.onnx", "--quiet", in: folder)
      #expect(trained.code == 0, "\(trained.errorOutput)")
      let run = try Program(arguments, in: folder)
      #expect(run.code == 64 && run.output.isEmpty)
      #expect(
        run.errorOutput
          == "error: --output: '-' is no file; predict and export alone write to standard output\n"
          + " hint: give a file name; './-' names a file '-'\n", "\(run.errorOutput)")
      #expect(try names(in: folder) == ["net.onnx"])
    }
  }
}
