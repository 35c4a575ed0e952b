import Foundation
import Testing

/// No use of the internet.
@Suite struct NetworkUseTests {
  private static let canTrace = Program.works("strace", "-f", "-o", "/dev/null", "true")
  private static let canUnshare = Program.works("unshare", "-rn", "true")

  @Test(.enabled(if: canTrace)) func explainOpensNoSocket() throws {
    try withFolder { folder in
      let run = try Program.system(
        "strace", "-f", "-qq", "-e", "trace=%network", "-o", "calls", Program.url.path, "explain",
        Program.home.path + "/Datasets/iris/data.csv", "--epochs", "3", "--max-rules", "3", "-o",
        "r", "--quiet",
        in: folder)
      #expect(run.code == 0)
      #expect(try names(in: folder) == ["calls", "r"])
      let calls = try String(contentsOf: folder.appendingPathComponent("calls"), encoding: .utf8)
      #expect(!calls.contains("AF_INET"))
    }
  }

  @Test(.enabled(if: canUnshare)) func explainRunsWhereThereIsNoNetwork() throws {
    try withFolder { folder in
      let run = try Program.system(
        "unshare", "-rn", Program.url.path, "explain",
        Program.home.path + "/Datasets/iris/data.csv", "--epochs", "3", "--max-rules", "3", "-o",
        "r", "--quiet",
        in: folder)
      #expect(run.code == 0 && run.errorOutput.isEmpty)
      #expect(try names(in: folder) == ["r"])
    }
  }
}
