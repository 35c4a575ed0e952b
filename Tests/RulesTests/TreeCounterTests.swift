import Rules
import Tensors
import Testing

/// The count of nearly optimal trees against an enumeration of all trees.
@Suite struct TreeCounterTests {
  private struct Problem {
    var holds: [[Bool]]
    var labels: [Int]
    var classes: Int

    init(seed: Int, rows: Int, conditions: Int, classes: Int) {
      var rng = SeededGenerator(seed: UInt64(seed))
      holds = (0..<conditions).map { _ in
        let share = 0.2 + 0.6 * rng.uniform()
        return (0..<rows).map { _ in rng.uniform() < share }
      }
      // Some rows follow two conditions, so that trees differ.
      let holds = holds
      labels = (0..<rows).map { row in
        rng.uniform() < 0.6
          ? (holds[0][row] ? 1 : 0) + (holds[1][row] && classes > 2 ? 1 : 0)
          : rng.index(below: classes)
      }
      self.classes = classes
    }

    func counter(depth: Int, penalty: Int) -> TreeCounter {
      TreeCounter(
        conditions: holds.map { held in RowSet(rows: labels.count) { held[$0] } },
        labels: labels, classes: classes, depth: depth, leafPenalty: penalty)
    }

    struct Tree: Hashable {
      var objective: Int
      var asked: Set<Int>
      var conclusion: Int?
    }

    /// All trees over some rows.
    func trees(_ rows: [Int], depth: Int, penalty: Int) -> [Tree] {
      var counts = [Int](repeating: 0, count: classes)
      for row in rows { counts[labels[row]] += 1 }
      let most = counts.max() ?? 0
      var all = [
        Tree(
          objective: rows.count - most + penalty, asked: [],
          conclusion: counts.firstIndex(of: most))
      ]
      guard depth > 0 else { return all }
      for condition in holds.indices {
        let (low, high) = (
          rows.filter { !holds[condition][$0] }, rows.filter { holds[condition][$0] }
        )
        guard !low.isEmpty, !high.isEmpty else { continue }
        let above = trees(high, depth: depth - 1, penalty: penalty)
        for one in trees(low, depth: depth - 1, penalty: penalty) {
          for other in above {
            if let conclusion = one.conclusion, conclusion == other.conclusion { continue }
            all.append(
              Tree(
                objective: one.objective + other.objective,
                asked: one.asked.union(other.asked).union([condition])))
          }
        }
      }
      return all
    }

    func trees(depth: Int, penalty: Int) -> [Tree] {
      trees(Array(labels.indices), depth: depth, penalty: penalty)
    }
  }

  private static func bits(_ conditions: [Int]) -> UInt64 {
    conditions.reduce(0) { $0 | 1 << UInt64($1) }
  }

  /// 40 tables: depth 2 and 3 over five conditions, depth 4 over three.
  @Test(arguments: 0..<40) func countsAndSharesAreThoseOfAnEnumeration(seed: Int) throws {
    let depth = 2 + seed % 3
    let conditions = [6, 5, 4][depth - 2]
    let problem = Problem(
      seed: seed, rows: 10 + 3 * (seed % 9), conditions: conditions, classes: 2 + seed % 2)
    let penalty = 1 + seed % 3
    let all = problem.trees(depth: depth, penalty: penalty)
    let least = try #require(all.map(\.objective).min())
    let bound = least + seed % 7
    let near = all.filter { $0.objective <= bound }
    let groups = (0..<conditions).map { [$0] } + [[0, 1], [2, 3], Array(0..<conditions), []]

    let outcome = problem.counter(depth: depth, penalty: penalty).count(
      asking: groups.map(Self.bits), within: { $0 + seed % 7 }, onStep: {})

    #expect(outcome.least == least)
    #expect(outcome.bound == bound)
    #expect(outcome.isExact)
    #expect(
      outcome.counts
        == (least...bound).map { objective in
          Double(near.count { $0.objective == objective })
        })
    #expect(
      outcome.asking
        == groups.map { group in
          Double(near.count { !$0.asked.isDisjoint(with: group) })
        })
    #expect(outcome.trees(within: bound) == Double(near.count))
  }

  /// With a bound above every objective, all trees are counted: by hand, of two independent conditions
  /// on four rows of which one has another class.
  @Test func countsOfFourRowsByHand() {
    // Rows 00, 01, 10, 11; class 1 for 11 only. Trees: the leaf (1 error), no tree of depth 1 or 2
    // that tests a or b alone with differing leaves but those below.
    // a alone: sides 0 0 | 0 1: leaves 0 and 0 (first of equals): left out. b alone: the same.
    // a, then b above: leaves 0 | 0 1: 3 leaves, no error. b, then a: the same. b below a's low side
    // has two leaves of class 0: left out.
    let a = RowSet(rows: 4) { $0 >= 2 }
    let b = RowSet(rows: 4) { $0 % 2 == 1 }
    let counter = TreeCounter(
      conditions: [a, b], labels: [0, 0, 0, 1], classes: 2, depth: 3, leafPenalty: 1)
    let outcome = counter.count(asking: [1, 2, 3], within: { _ in 100 }, onStep: {})
    #expect(outcome.least == 2)
    #expect(outcome.counts.prefix(2) == [1, 2])
    #expect(outcome.trees(within: 100) == 3)
    #expect(outcome.asking == [2, 2, 2])
  }

  @Test(arguments: 0..<12) func limitsGiveLowerBounds(seed: Int) {
    let depth = 2 + seed % 3
    let problem = Problem(seed: 100 + seed, rows: 40, conditions: 6, classes: 2 + seed % 2)
    let counter = problem.counter(depth: depth, penalty: 1)
    let exact = counter.count(asking: [1], within: { $0 + 6 }, onStep: {})
    #expect(exact.isExact)
    var cuts = 0
    for stumps in [0, 10, 30, 100, 300, 1000] {
      var limit = TreeCounter.Limit()
      limit.stumps = stumps
      let bounded = counter.count(asking: [1], limit: limit, within: { $0 + 6 }, onStep: {})
      #expect(bounded.least == exact.least)
      if !bounded.isExact {
        cuts += 1
        for objective in exact.least...exact.bound {
          #expect(bounded.trees(within: objective) <= exact.trees(within: objective))
        }
        #expect(bounded.trees(within: exact.bound) < exact.trees(within: exact.bound))
      } else {
        #expect(bounded.counts == exact.counts)
      }
    }
    #expect(cuts > 0)
    var limit = TreeCounter.Limit()
    limit.products = 20
    let bounded = counter.count(asking: [1], limit: limit, within: { $0 + 6 }, onStep: {})
    #expect(bounded.asking == nil)
    #expect(bounded.trees(within: exact.bound) <= exact.trees(within: exact.bound))
    limit = TreeCounter.Limit()
    limit.objectives = 2
    let near = counter.count(asking: [1], limit: limit, within: { $0 + 6 }, onStep: {})
    #expect(!near.isExact)
    #expect(near.bound == exact.bound)
    #expect(near.counts == Array(exact.counts.prefix(3)))
  }

  /// Rows of weight above 1, and more rows than a word has bits, do not change the definition.
  @Test func repeatedRowsAreCountedOften() {
    let problem = Problem(seed: 7, rows: 60, conditions: 5, classes: 3)
    var many = problem
    many.holds = problem.holds.map { held in (0..<5).flatMap { _ in held } }
    many.labels = (0..<5).flatMap { _ in problem.labels }
    let once = problem.counter(depth: 3, penalty: 2)
      .count(asking: [5], within: { $0 + 3 }, onStep: {})
    let often = many.counter(depth: 3, penalty: 10)
      .count(asking: [5], within: { $0 + 15 }, onStep: {})
    #expect(often.least == 5 * once.least)
    #expect(often.asking == once.asking)
    #expect(often.counts.enumerated().filter { $0.offset % 5 == 0 }.map(\.element) == once.counts)
  }

  @Test func withoutConditionsThereIsOneTree() {
    let counter = TreeCounter(
      conditions: [], labels: [0, 1, 1], classes: 2, depth: 4, leafPenalty: 2)
    let outcome = counter.count(asking: [], within: { $0 + 5 }, onStep: {})
    #expect(outcome.least == 3)
    #expect(outcome.counts == [1, 0, 0, 0, 0, 0])
    let none = TreeCounter(conditions: [], labels: [], classes: 2, depth: 2, leafPenalty: 2)
      .count(asking: [1], within: { $0 + 5 }, onStep: {})
    #expect(none.counts == [0])
    #expect(none.asking == [0])
  }

  @Test func anErrorOfTheCallbackEndsTheCount() {
    struct Stop: Error {}
    let counter = Problem(seed: 1, rows: 20, conditions: 4, classes: 2)
      .counter(depth: 4, penalty: 1)
    #expect(throws: Stop.self) {
      try counter.count(asking: [], within: { $0 }, onStep: { throw Stop() })
    }
  }
}
