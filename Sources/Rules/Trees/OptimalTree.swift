import Tensors

/// The search for a shallow decision tree with the fewest errors plus a penalty per leaf.
///
/// Trees of depth 2 are found by counting each pair of conditions once, as in MurTree (Demirović et
/// al., "MurTree: optimal decision trees via dynamic programming and search", JMLR 23, 2022). Deeper
/// trees are found by recursion with its bounds: an incumbent, rows that no condition tells apart,
/// the solution of a similar set of rows, and a cache. The incumbent is a tree in which each split is
/// the one whose greedy completion is best (LicketySPLIT; Babbar et al., "Near-optimal decision trees
/// in a SPLIT second", ICML 2025); it is the result where the budget ends first.
package struct OptimalTree {
  /// A tree with its objective: weighted errors plus `leafPenalty` for each leaf but one.
  package struct Solution: Sendable {
    package var objective: Int
    package var tree: ConditionTree
  }

  /// A solution with what is known of it.
  package struct Outcome: Sendable {
    package var solution: Solution
    /// Whether no tree of the depth has a lower objective.
    package var isProved: Bool
    /// The number of sets of rows for which a subtree of depth 2 was searched.
    package var nodes: Int
  }

  let rows: BitRows
  /// The rows on which each condition holds.
  let conditions: [[UInt64]]
  /// The rows of each class.
  let classes: [[UInt64]]
  /// The weighted rows that a further leaf must classify correctly in addition.
  let leafPenalty: Int
  /// Of rows that satisfy the same conditions, those not of their most frequent class.
  private let indistinct: [UInt64]

  /// Creates a search.
  /// - Parameters:
  ///   - conditions: how many there are.
  ///   - labels: the class of each row.
  ///   - classes: the number of classes.
  ///   - weights: the sample weight of each row; rows of weight 0 do not count.
  ///   - leafPenalty: the weighted rows that a further leaf must classify correctly in addition.
  ///   - holding: whether a condition holds, for each row.
  package init(
    conditions: Int, labels: [Int], classes: Int, weights: [Int], leafPenalty: Int,
    holding: (Int) -> [Bool]
  ) {
    let rows = BitRows(weights: weights)
    let held = Workers.map(conditions) { index in
      let holds = holding(index)
      return rows.bits { holds[$0] }
    }
    self.init(
      rows, conditions: held, labels: labels, classes: classes, weights: weights,
      leafPenalty: leafPenalty)
  }

  init(
    _ rows: BitRows, conditions: [[UInt64]], labels: [Int], classes: Int, weights: [Int],
    leafPenalty: Int
  ) {
    self.rows = rows
    self.conditions = conditions
    self.classes = (0..<classes).map { group in rows.bits { labels[$0] == group } }
    self.leafPenalty = leafPenalty
    indistinct = Self.indistinct(
      rows, conditions: conditions, labels: labels, classes: classes, weights: weights)
  }

  private static func indistinct(
    _ rows: BitRows, conditions: [[UInt64]], labels: [Int], classes: Int, weights: [Int]
  ) -> [UInt64] {
    // The group of each row, refined by one condition after another.
    var group = [Int](repeating: 0, count: labels.count)
    var groups = 1
    for held in conditions {
      var next: [Int: Int] = [:]
      for (row, place) in rows.places.enumerated() where place >= 0 {
        let key = 2 * group[row] + Int(held[place >> 6] >> UInt64(place & 63) & 1)
        if let known = next[key] {
          group[row] = known
        } else {
          next[key] = next.count
          group[row] = next.count - 1
        }
      }
      groups = next.count
    }
    var counts = [Int](repeating: 0, count: max(groups, 1) * classes)
    for row in labels.indices where rows.places[row] >= 0 {
      counts[group[row] * classes + labels[row]] += weights[row]
    }
    let most = (0..<max(groups, 1)).map { group in
      (0..<classes).max { counts[group * classes + $0] < counts[group * classes + $1] } ?? 0
    }
    return rows.bits { labels[$0] != most[group[$0]] }
  }

  /// The best tree whose paths have at most `depth` conditions, over all rows.
  package func solution(depth: Int) -> Solution {
    outcome(depth: depth, budget: .max) {}.solution
  }

  /// A tree whose paths have at most `depth` conditions, over all rows.
  /// - Parameters:
  ///   - depth: the largest number of conditions on a path.
  ///   - budget: the number of nodes after which the search ends with the best tree so far.
  ///   - onStep: called between groups of nodes; an error thrown by it ends the search.
  /// - Returns: the best tree found, and whether it is optimal.
  package func outcome(
    depth: Int, budget: Int, onStep: () throws -> Void
  ) rethrows -> Outcome {
    var search = TreeSearch(self, budget: budget)
    let mask = rows.all
    let found = try search.solve(mask, depth: depth, onStep: onStep)
    return Outcome(solution: found.solution, isProved: found.isProved, nodes: search.nodes)
  }

  /// The rows that fail and that pass a condition; `nil` if one side is empty.
  func sides(of mask: [UInt64], _ index: Int) -> (low: [UInt64], high: [UInt64])? {
    let high = mask.intersection(conditions[index])
    let low = mask.subtracting(conditions[index])
    return low.hasNoRows || high.hasNoRows ? nil : (low, high)
  }

  /// A number of errors that no tree over these rows is below.
  func leastErrors(among mask: [UInt64]) -> Int { rows.weight(of: indistinct, and: mask) }

  /// The best leaf.
  func leaf(among mask: [UInt64]) -> Solution {
    var total = 0
    var best = (count: 0, index: 0)
    for (index, members) in classes.enumerated() {
      let count = rows.weight(of: members, and: mask)
      total += count
      if count > best.count { best = (count, index) }
    }
    return Solution(objective: total - best.count, tree: .leaf(best.index))
  }

  /// The best tree of depth at most 2 by counts of pairs.
  func pairs(among mask: [UInt64], depth: Int) -> Solution {
    // Only words with rows of the mask, and only classes that occur.
    let words = mask.indices.filter { mask[$0] != 0 }
    var present: [(index: Int, words: [UInt64], total: Int)] = []
    for (index, bits) in classes.enumerated() {
      let inside = words.map { bits[$0] & mask[$0] }
      let total = zip(inside, words).reduce(0) {
        $0 + $1.0.nonzeroBitCount * rows.wordWeights[$1.1]
      }
      if total > 0 { present.append((index, inside, total)) }
    }
    guard let commonest = present.max(by: { ($0.total, $1.index) < ($1.total, $0.index) }) else {
      return Solution(objective: 0, tree: .leaf(0))
    }
    let all = present.reduce(0) { $0 + $1.total }
    let leaf = Solution(objective: all - commonest.total, tree: .leaf(commonest.index))
    guard depth > 0, present.count > 1, leaf.objective > leafPenalty else { return leaf }
    let counts = PairCounts(
      conditions: conditions, words: words, weights: rows.wordWeights, classes: present)
    return depth == 1 ? counts.stump(leaf, leafPenalty) : counts.best(leaf, leafPenalty)
  }
}
