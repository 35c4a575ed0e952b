import Tensors

/// The number of decision trees that are nearly as good as the best one (the Rashomon set), by
/// objective.
///
/// A tree tests one of the given conditions at each inner node, at most `depth` on a path, and
/// predicts in each leaf the commonest class of its rows, the first of equals. Both sides of a node
/// have rows, and a node with two leaves has leaves of different classes. The objective is the
/// number of rows of other classes plus `leafPenalty` for each leaf.
///
/// Counting by dynamic programming over the rows of paths as in TreeFARMS (Xin et al., "Exploring the
/// whole Rashomon set of sparse decision trees", NeurIPS 2022), with histograms of objectives in place
/// of the trees, and counts of pairs for the last two levels (Demirović et al., "MurTree", JMLR 23,
/// 2022).
package struct TreeCounter: Sendable {
  /// The largest number of conditions on a path, 2 to 4.
  package let depth: Int
  /// What each leaf adds to the objective, in rows; at least 1.
  package let leafPenalty: Int
  private let rows: MergedRows

  /// Creates a counter.
  /// - Parameters:
  ///   - conditions: the rows on which each condition holds; at most 64.
  ///   - labels: the class of each row.
  ///   - classes: the number of classes.
  ///   - depth: the largest number of conditions on a path, 2 to 4.
  ///   - leafPenalty: what each leaf adds to the objective, in rows; at least 1.
  package init(
    conditions: [RowSet], labels: [Int], classes: Int, depth: Int, leafPenalty: Int
  ) {
    precondition((2...4).contains(depth) && leafPenalty >= 1, "depth \(depth), \(leafPenalty)")
    rows = MergedRows(conditions: conditions, labels: labels, classes: classes)
    self.depth = depth
    self.leafPenalty = leafPenalty
  }

  private init(_ rows: MergedRows, depth: Int, leafPenalty: Int) {
    self.rows = rows
    self.depth = depth
    self.leafPenalty = leafPenalty
  }

  /// The same conditions and rows with another depth, 2 to 4.
  package func withDepth(_ depth: Int) -> TreeCounter {
    TreeCounter(rows, depth: depth, leafPenalty: leafPenalty)
  }

  /// The number of paths above the last two levels.
  private var paths: Int {
    let literals = 2 * rows.conditions
    return switch depth {
    case 2: 1
    case 3: literals
    default: literals * (literals - 2) / 2
    }
  }

  /// An estimate of the operations of the search for the least objective, from numbers of conditions,
  /// words and classes only.
  package var work: Int {
    let pairs = rows.conditions * (rows.conditions + 1) / 2
    return paths * pairs * (rows.weights.count + 4 * rows.classes)
  }

  /// Trees by objective.
  package struct Outcome: Sendable {
    /// The least objective; 0 without rows.
    package var least: Int
    /// The largest objective of counted trees.
    package var bound: Int
    /// Whether all trees up to the bound are counted; otherwise the numbers are lower bounds.
    package var isExact: Bool
    /// The number of trees for each objective from `least` to `bound`.
    package var counts: [Double]
    /// For each of the given groups of conditions, the number of counted trees that test one of
    /// them; `nil` if the limit did not suffice.
    package var asking: [Double]?

    /// The number of counted trees with an objective of at most `objective`.
    package func trees(within objective: Int) -> Double {
      counts.prefix(max(objective - least + 1, 0)).reduce(0, +)
    }
  }

  /// The limits of a count, in operations and stored values, so that results do not depend on the
  /// machine.
  package struct Limit: Sendable {
    /// The largest number of leaves and stumps of paths that are kept.
    package var stumps = 2_000_000
    /// The largest number of products of counts.
    package var products = 400_000_000
    /// The largest number of objectives above the least one.
    package var objectives = 2000
    /// The default limits.
    package init() {}
  }

  /// Counts trees.
  /// - Parameters:
  ///   - groups: groups of conditions, as bits.
  ///   - limit: the limits.
  ///   - bound: the largest objective that counts, from the least one.
  ///   - onStep: called often; an error thrown by it ends the count.
  /// - Returns: the numbers of trees by objective.
  package func count(
    asking groups: [UInt64], limit: Limit = Limit(), within bound: (Int) -> Int,
    onStep: () throws -> Void
  ) rethrows -> Outcome {
    let search = try Levels(
      rows, levels: depth - 2, penalty: leafPenalty, onStep: onStep)
    let least = search.least
    let requested = max(bound(least), least)
    let allowed = min(requested, least + limit.objectives)
    var outcome = Outcome(
      least: least, bound: requested, isExact: allowed == requested, counts: [], asking: nil)
    guard rows.rows > 0 else {
      outcome.counts = [0]
      outcome.asking = groups.map { _ in 0 }
      return outcome
    }
    let trees = try search.trees(within: allowed, limit: limit.stumps, onStep: onStep)
    if !trees.isComplete { outcome.isExact = false }
    var all = try trees.counts(without: 0, limit: limit.products, reusing: nil, onStep: onStep)
    if !all.isComplete { outcome.isExact = false }
    outcome.counts = all.root.counts
    // The same is computed again for each group.
    guard all.isComplete, all.products <= limit.products / max(groups.count, 1) else {
      return outcome
    }
    let total = all.root.total(through: allowed)
    all.products = 0
    outcome.asking = try groups.map { group in
      let others = try trees.counts(
        without: group, limit: .max, reusing: all.shallow, onStep: onStep)
      return total - others.root.total(through: allowed)
    }
    return outcome
  }
}
