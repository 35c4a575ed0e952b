import Datasets
import Rules
import Tensors
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

  @Test func questionsMoveToWhereTheyAreRight() {
    let values = (0..<60).map(Double.init)
    let table = Table(
      schema: Schema(
        features: ["x", "other"].map { Feature($0) },
        target: Target("y", .classes(names: ["no", "yes"]))),
      columns: [
        .doubles(values), .doubles(values.map { 17 * $0 - 60 * (17 * $0 / 60).rounded(.down) }),
      ],
      labels: values.map { $0 > 20 ? 1 : 0 })
    let bins = BinnedTable(table)
    let tree = TreeGrower(maximumLeaves: 2).tree(imitating: table.labels, over: bins, classes: 2)
    let wanted = values.map { $0 > 35 ? 1 : 0 }
    let refined = TreeRefiner().refine(tree, imitating: wanted, over: bins)
    #expect(tree.classify(table) != wanted)
    #expect(refined.classify(table) == wanted)
  }

  @Test func withoutAPassNothingMoves() {
    var moved = 0
    for seed in UInt64(0)..<20 {
      var rng = SeededGenerator(seed: seed)
      let table = rng.table(rows: 200, missing: 0.1)
      let answers = rng.answers(to: table, noise: 0.2)
      let bins = BinnedTable(table)
      let tree = TreeGrower(maximumLeaves: 5).tree(imitating: answers, over: bins, classes: 3)
      func refined(_ passes: Int) -> RuleSet {
        TreeRefiner(maximumPasses: passes).refine(tree, imitating: answers, over: bins).ruleSet
      }
      #expect(refined(0).classify(table) == tree.classify(table))
      if refined(1).classify(table) != tree.classify(table) { moved += 1 }
    }
    #expect(moved >= 5)
  }
}
