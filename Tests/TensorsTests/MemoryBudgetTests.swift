import Tensors
import Testing

@Suite struct MemoryBudgetTests {
  @Test func whatCannotFitIsRefusedWithTheEstimate() throws {
    let workspace = try #require(MemoryBudget.workspace)
    #expect(workspace.bytes > 0)
    try MemoryBudget.admit(1e6, for: "a small step", advice: "none")
    let advice = "give fewer units"
    #expect(
      throws: MemoryError(step: "a large step", needed: 1e18, workspace: workspace, advice: advice)
    ) {
      do {
        try MemoryBudget.admit(1e18, for: "a large step", advice: advice)
      } catch let error as MemoryError {
        // Only the available memory varies between calls.
        throw MemoryError(
          step: error.step, needed: error.needed, workspace: workspace, advice: error.advice)
      }
    }
  }

  @Test func theMessageNamesBothSizes() {
    let error = MemoryError(
      step: "training a network of 4,295,163,907 parameters", needed: 137_445_245_024,
      workspace: MemoryBudget.Room(bytes: 250_000_001, limit: "ulimit -v"),
      advice: "give fewer units")
    #expect(
      error.errorDescription
        == "training a network of 4,295,163,907 parameters needs about 137.4 GB of memory but only "
        + "251 MB are available (ulimit -v)")
    #expect(error.recoverySuggestion == "give fewer units")
  }
}
