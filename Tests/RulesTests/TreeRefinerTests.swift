import Datasets
import Rules
import TestSupport
import Testing

@Suite struct TreeRefinerTests {
  @Test func agreementNeverFallsAndTheTreeNeverGrows() {
    withEverySeed(30) { rng in
      let table = rng.table(rows: 200, missing: 0.1)
      let answers = rng.answers(to: table, noise: 0.2)
      let bins = BinnedTable(table)
      let tree = TreeGrower(maximumLeaves: 5).tree(imitating: answers, over: bins, classes: 3)
      let refined = TreeRefiner().refine(tree, imitating: answers, over: bins)
      func right(_ tree: DecisionTree) -> Int {
        zip(tree.classify(table), answers).count { $0 == $1 }
      }
      #expect(right(refined) >= right(tree))
      #expect(refined.leafCount <= tree.leafCount)
      #expect(refined.leaves(of: table).allSatisfy { $0 != nil })
    }
  }

  @Test func aBadFirstQuestionIsMended() {
    // Parity of two bits: a greedy first cut at a third, useless column is put right.
    let columns = (0..<3).map { bit in (0..<64).map { Double($0 >> bit & 1) } }
    let noise = (0..<64).map { Double($0 % 7) }
    let answers = (0..<64).map { ($0 & 1) ^ ($0 >> 1 & 1) }
    let table = Table(
      schema: Schema(
        features: ["n", "a", "b", "c"].map { Feature($0) },
        target: Target("y", .classes(names: ["no", "yes"]))),
      columns: ([noise] + columns).map { .doubles($0) }, labels: answers)
    let bins = BinnedTable(table)
    let tree = TreeGrower(maximumLeaves: 4).tree(imitating: answers, over: bins, classes: 2)
    let refined = TreeRefiner().refine(tree, imitating: answers, over: bins)
    let before = zip(tree.classify(table), answers).count { $0 == $1 }
    let after = zip(refined.classify(table), answers).count { $0 == $1 }
    #expect(after > before)
  }
}
