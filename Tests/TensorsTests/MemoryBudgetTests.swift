import Tensors
import Testing

@Suite struct MemoryBudgetTests {
  @Test func whatCannotFitIsRefusedWithTheEstimate() throws {
    let workspace = try #require(MemoryBudget.workspace)
    #expect(workspace.bytes > 0)
    try MemoryBudget.admit(1e6)
    #expect(throws: MemoryError(needed: 1e18, workspace: workspace)) {
      do {
        try MemoryBudget.admit(1e18)
      } catch let error as MemoryError {
        // Only the available memory varies between calls.
        throw MemoryError(needed: error.needed, workspace: workspace)
      }
    }
  }

  @Test(arguments: [
    (
      MemoryBudget.Available(bytes: 250_000_001, limit: .addressSpace),
      "needs about 137.4 GB of memory but only 251 MB are available (ulimit -v)"
    ),
    (
      .init(bytes: 1_000_000_000, limit: .container),
      "needs about 137.4 GB of memory but only 1.0 GB are available (the memory limit of the "
        + "container)"
    ),
    (
      .init(bytes: 0, limit: .freeMemory),
      "needs about 137.4 GB of memory but only 0 MB are available (free memory)"
    ),
  ])
  func theMessageNamesBothSizes(_ workspace: MemoryBudget.Available, _ text: String) {
    let error = MemoryError(needed: 137_445_245_024, workspace: workspace)
    #expect(error.shortage == text)
    #expect(error.errorDescription == "a step " + text)
    #expect(error.recoverySuggestion == "give the process more memory")
  }
}
