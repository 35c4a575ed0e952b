import Foundation
import Testing

/// Requests that cannot be met are refused, and say why.
@Suite struct RefusedRequestTests {
  @Test func aFractionThatHoldsOutNoRowIsRefused() throws {
    try withFolder { folder in
      let run = try Program("train", "iris", "--held-out", "0.0001", "-o", "n.onnx", in: folder)
      #expect(run.code == 64)
      #expect(
        run.errorOutput
          == "error: --held-out: a fraction of 0.0001 of 150 rows holds out no row\n"
          + " hint: give a larger fraction, such as --held-out 0.2\n")
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "n.onnx").path))
    }
  }

  @Test func aReportNeedsAFormat() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      for format in ["", ","] {
        let run = try Program("report", "r", "--format", format, "-o", "out", in: folder)
        #expect(run.code == 64)
        #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "out").path))
      }
    }
  }

  @Test func oneSettingHasOneValue() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let run = try Program(
        "prune", "r/model.onnx", "iris", "--epochs", "3", "--recovery-epochs", "1", "-o", "p.onnx",
        in: folder)
      #expect(run.code == 64)
      #expect(
        run.errorOutput
          == "error: --epochs and --recovery-epochs are the same setting\n hint: leave out one of them\n"
      )
    }
  }
}
