import Foundation
import Testing

/// Models that the program must reject quickly and in little memory.
@Suite struct BrokenModelTests {
  @Test(.enabled(if: Program.hasPython)) func everyBrokenModelIsRefusedSoonAndSmall() throws {
    let script = Program.home.appendingPathComponent("Tests/Reliability/broken-models.py").path
    let run = try Program(
      ["python3", script, "--tool", Program.url.path], of: URL(fileURLWithPath: "/usr/bin/env"))
    #expect(run.code == 0, "\(run.errorOutput)")
    #expect(run.output.contains("files refused"))
  }
}
