import Rules
import Tensors
import Testing

/// The search for optimal trees against an enumeration of all trees.
@Suite struct OptimalTreeTests {
  private struct Problem {
    var holds: [[Bool]]
    var labels: [Int]
    var weights: [Int]
    var classes: Int

    init(seed: UInt64, rows: Int, conditions: Int, classes: Int) {
      var rng = SeededGenerator(seed: seed)
      holds = (0..<conditions).map { index in
        (0..<rows).map { _ in index == 1 ? true : rng.uniform() < 0.4 }
      }
      labels = (0..<rows).map { _ in rng.index(below: classes) }
      weights = (0..<rows).map { _ in [0, 1, 1, 5][rng.index(below: 4)] }
      self.classes = classes
    }

    func search(penalty: Int) -> OptimalTree {
      OptimalTree(
        conditions: holds.count, labels: labels, classes: classes, weights: weights,
        leafPenalty: penalty
      ) { holds[$0] }
    }

    /// The least objective of trees of a depth over some rows, by enumeration.
    func least(_ rows: [Int], depth: Int, penalty: Int) -> Int {
      var counts = [Int](repeating: 0, count: classes)
      for row in rows { counts[labels[row]] += weights[row] }
      var best = counts.reduce(0, +) - (counts.max() ?? 0)
      guard depth > 0 else { return best }
      for condition in holds {
        let (low, high) = (rows.filter { !condition[$0] }, rows.filter { condition[$0] })
        best = min(
          best,
          least(low, depth: depth - 1, penalty: penalty)
            + least(high, depth: depth - 1, penalty: penalty) + penalty)
      }
      return best
    }

    /// The objective of a tree, counted row by row.
    func objective(_ tree: ConditionTree, penalty: Int) -> Int {
      let errors = labels.indices.reduce(0) { sum, row in
        var node = tree
        while case .split(let condition, let low, let high) = node {
          node = holds[condition][row] ? high : low
        }
        return sum + (node == .leaf(labels[row]) ? 0 : weights[row])
      }
      return errors + (tree.leafCount - 1) * penalty
    }
  }

  @Test(arguments: 0..<24) func noTreeHasALowerObjective(seed: Int) {
    let classes = 2 + seed % 3
    let problem = Problem(
      seed: UInt64(seed), rows: 70 + 30 * (seed % 4), conditions: 6, classes: classes)
    for penalty in [0, 1, 4] {
      for depth in 1...3 {
        let found = problem.search(penalty: penalty).solution(depth: depth)
        #expect(problem.objective(found.tree, penalty: penalty) == found.objective)
        let all = Array(problem.labels.indices)
        #expect(found.objective == problem.least(all, depth: depth, penalty: penalty))
      }
    }
  }

  /// A split that corrects all errors is worth a leaf as soon as they weigh more than it.
  @Test(arguments: [(4, 4), (5, 4), (8, 4), (9, 4), (2, 1), (3, 2)])
  func aSplitThatCorrectsMoreThanItCostsIsMade(errors: Int, penalty: Int) {
    let labels = [Int](repeating: 0, count: 20) + [Int](repeating: 1, count: errors)
    let tree = OptimalTree(
      conditions: 2, labels: labels, classes: 2, weights: labels.map { _ in 1 },
      leafPenalty: penalty
    ) { condition in labels.enumerated().map { condition == 1 ? $1 == 1 : $0 % 3 == 0 } }
    for depth in 1...3 {
      let found = tree.solution(depth: depth)
      #expect(found.objective == min(errors, penalty))
      #expect(found.tree.leafCount == (errors > penalty ? 2 : 1))
    }
  }

  @Test func rowsWithoutWeightOrConditionsGiveALeaf() {
    let none = OptimalTree(
      conditions: 0, labels: [1, 1, 0], classes: 2, weights: [1, 1, 1], leafPenalty: 0
    ) { _ in [] }
    #expect(none.solution(depth: 3).tree == .leaf(1))
    #expect(none.solution(depth: 3).objective == 1)
    let weightless = OptimalTree(
      conditions: 1, labels: [1, 0], classes: 2, weights: [0, 0], leafPenalty: 0
    ) { _ in [true, false] }
    #expect(weightless.solution(depth: 2).objective == 0)
  }

  /// Depth 4 by recursion, with the cache and the bounds.
  @Test(arguments: 0..<8) func deeperTreesAreOptimalToo(seed: Int) {
    let problem = Problem(seed: UInt64(100 + seed), rows: 90, conditions: 5, classes: 3)
    for penalty in [0, 2] {
      let found = problem.search(penalty: penalty).outcome(depth: 4, budget: .max) {}
      #expect(found.isProved)
      #expect(found.nodes > 0)
      #expect(problem.objective(found.solution.tree, penalty: penalty) == found.solution.objective)
      let all = Array(problem.labels.indices)
      #expect(
        found.solution.objective == problem.least(all, depth: 4, penalty: penalty),
        "seed \(seed), penalty \(penalty)")
    }
  }

  /// A budget that ends the search gives a tree that is no better than the optimum, and says so.
  @Test(arguments: 0..<8) func aSmallBudgetGivesATreeWithoutProof(seed: Int) {
    let problem = Problem(seed: UInt64(seed), rows: 200, conditions: 12, classes: 2)
    let search = problem.search(penalty: 1)
    let short = search.outcome(depth: 4, budget: 1) {}
    #expect(!short.isProved)
    #expect(problem.objective(short.solution.tree, penalty: 1) == short.solution.objective)
    #expect(
      short.solution.objective
        <= problem.least(
          Array(problem.labels.indices), depth: 1, penalty: 1))
    let long = search.outcome(depth: 3, budget: .max) {}
    #expect(long.isProved)
    #expect(search.outcome(depth: 3, budget: .max) {}.nodes == long.nodes)
    #expect(long.solution.objective <= search.solution(depth: 2).objective)
  }

  /// Whatever budget ends the search: what is said to be proved was searched to the end.
  @Test(arguments: 0..<4) func onlyAWholeSearchIsAProof(seed: Int) {
    let problem = Problem(seed: UInt64(40 + seed), rows: 120, conditions: 6, classes: 2)
    let search = problem.search(penalty: 1)
    for depth in 3...4 {
      let whole = search.outcome(depth: depth, budget: .max) {}
      for budget in 1..<whole.nodes {
        let found = search.outcome(depth: depth, budget: budget) {}
        #expect(!found.isProved || found.nodes == whole.nodes, "depth \(depth), budget \(budget)")
      }
    }
  }

  @Test func anErrorOfTheCallbackEndsTheSearch() {
    struct Stop: Error {}
    let problem = Problem(seed: 1, rows: 100, conditions: 6, classes: 2)
    #expect(throws: Stop.self) {
      try problem.search(penalty: 0).outcome(depth: 3, budget: .max) { throw Stop() }
    }
  }
}
