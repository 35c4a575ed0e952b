import Datasets
import Explanations
import Tensors
import TestSupport
import Testing

@Suite struct NeighbourhoodTests {
  @Test func drawnRowsLookLikeRealOnes() {
    withEverySeed(10) { rng in
      let table = rng.table(rows: 60, missing: 0.1)
      let drawn = Neighbourhood().rows(300, near: table, seed: rng.next())
      #expect(drawn.count == 300)
      for (index, column) in drawn.columns.enumerated() {
        let real = table.columns[index].values.filter { !$0.isNaN }
        let values = column.values.filter { !$0.isNaN }
        let (low, high) = (real.min() ?? 0, real.max() ?? 0)
        #expect(values.allSatisfy { low <= $0 && $0 <= high })
        // Quarters have two decimals, levels none.
        #expect(values.allSatisfy { ($0 * 100).rounded() / 100 == $0 })
        #expect(
          table.schema.features[index].levels == nil || values.allSatisfy { $0 == $0.rounded() })
      }
    }
  }

  @Test func chanceDoesNotDependOnThreads() {
    let before = Workers.threads
    defer { Workers.threads = before }
    var rng = SeededGenerator(seed: 1)
    let table = rng.table(rows: 50)
    Workers.threads = 1
    let alone = Neighbourhood().rows(1000, near: table, seed: 4)
    Workers.threads = 2
    #expect(Neighbourhood().rows(1000, near: table, seed: 4) == alone)
    #expect(Neighbourhood().rows(1000, near: table, seed: 5) != alone)
  }
}
