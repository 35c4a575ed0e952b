import Datasets
import RuleSupport
import Rules
import Tensors
import TestSupport
import Testing

@Suite struct TreeRefinerTests {
  @Test func agreementNeverFallsAndTheTreeNeverGrows() {
    withEverySeed(30) { rng in
      let table = rng.table(rows: 200, missing: 0.1)
      let labels = rng.labels(for: table, noise: 0.2)
      let bins = BinnedTable(table)
      let tree = TreeGrower(maximumLeaves: 5).tree(imitating: labels, over: bins, classes: 3)
      let refined = TreeRefiner().refine(tree, imitating: labels, over: bins)
      func right(_ tree: DecisionTree) -> Int {
        zip(tree.classify(table), labels).count { $0 == $1 }
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
      let labels = rng.labels(for: table, noise: 0.2)
      let bins = BinnedTable(table)
      let tree = TreeGrower(maximumLeaves: 5).tree(imitating: labels, over: bins, classes: 3)
      func refined(_ passes: Int) -> RuleSet {
        TreeRefiner(maximumPasses: passes).refine(tree, imitating: labels, over: bins).ruleSet
      }
      #expect(refined(0).classify(table) == tree.classify(table))
      if refined(1).classify(table) != tree.classify(table) { moved += 1 }
    }
    #expect(moved >= 5)
  }

  /// A split of known values from missing ones has its threshold between the last value that
  /// reaches the node and the next value of the table.
  @Test func aQuestionForMissingValuesReachesTowardsTheNextValue() {
    // Where b is no, x of 1 or 2 is low and a missing one is none; where b is yes, x is 5 or 6.
    let x: [Double] = [1, 2, .nan, .nan, .nan, 5, 6, 5, 6]
    let b: [Double] = [0, 0, 0, 0, 0, 1, 1, 1, 1]
    let table = Table(
      schema: Schema(
        features: [Feature("x"), Feature("b", .categorical(levels: ["no", "yes"]))],
        target: Target("y", .classes(names: ["low", "none", "high"]))),
      columns: [.doubles(x), .doubles(b)], labels: x.map { $0.isNaN ? 1 : $0 > 4 ? 2 : 0 })
    let bins = BinnedTable(table)
    let tree = TreeGrower(maximumLeaves: 3).tree(imitating: table.labels, over: bins, classes: 3)
    #expect(tree.classify(table) != table.labels)
    let rules = TreeRefiner().refine(tree, imitating: table.labels, over: bins).ruleSet
    #expect(rules.classify(table) == table.labels)
    let unseen = Table(
      schema: table.schema, columns: [.doubles([2.1, .nan]), .doubles([0, 0])], labels: [0, 0])
    #expect(rules.classify(unseen) == [0, 1])
  }

  /// Levels are divided by the class of most of their rows: the tree is grown for the first two of six
  /// levels, and refined for the second and the last. Of the first two levels as many rows are of either
  /// class, so that their leaf keeps its class.
  @Test func levelsMoveToWhereTheyAreRight() {
    let levels = (0..<120).map { Double($0 % 6) }
    let table = Table(
      schema: Schema(
        features: [Feature("c", .categorical(levels: ["a", "b", "c", "d", "e", "f"]))],
        target: Target("y", .classes(names: ["no", "yes"]))),
      columns: [.doubles(levels)], labels: levels.map { $0 < 2 ? 1 : 0 })
    let bins = BinnedTable(table)
    let tree = TreeGrower(maximumLeaves: 2).tree(imitating: table.labels, over: bins, classes: 2)
    // Most rows of b and f, and some of the others, are of the second class.
    let wanted = levels.enumerated().map { row, level in
      (level == 1 || level == 5) != (row / 6 % 5 == 0) ? 1 : 0
    }
    let refined = TreeRefiner().refine(tree, imitating: wanted, over: bins)
    #expect(refined.classify(table) == levels.map { $0 == 1 || $0 == 5 ? 1 : 0 })
  }

  /// Where all rows of a split belong to one branch, that branch takes its place with its own splits: the
  /// tree asks g, then z, then w; wanted is the answer of w for all z.
  @Test func aSplitWithAnEmptyBranchIsReplacedByTheOther() {
    let rows = 0..<96
    let g = rows.map { Double($0 % 2) }
    let z = rows.map { $0 % 2 == 1 ? 9 : Double($0 / 2 % 6) }
    let w = rows.map { Double($0 / 12 % 2) }
    let labels = rows.map { g[$0] == 1 ? 3 : z[$0] > 2 ? 2 : Int(w[$0]) }
    let table = Table(
      schema: Schema(
        features: ["g", "z", "w"].map { Feature($0) },
        target: Target("y", .classes(names: ["a", "b", "c", "d"]))),
      columns: [.doubles(g), .doubles(z), .doubles(w)], labels: labels)
    let bins = BinnedTable(table)
    let tree = TreeGrower(maximumLeaves: 4).tree(imitating: labels, over: bins, classes: 4)
    #expect(tree.leafCount == 4 && tree.classify(table) == labels)
    let wanted = rows.map { g[$0] == 1 ? 3 : Int(w[$0]) }
    let refined = TreeRefiner().refine(tree, imitating: wanted, over: bins)
    #expect(refined.leafCount == 3)
    #expect(refined.classify(table) == wanted)
  }
}
