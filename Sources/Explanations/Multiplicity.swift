import Datasets
import Rules

/// How unique an explanation is: the number of decision trees that approximate the network nearly as
/// well as the best one (the Rashomon set; Xin, Zhong, Chen, Takagi, Seltzer & Rudin 2022,
/// arXiv:2209.08040), and what they ask.
///
/// The trees ask at most `depth` of `candidates` conditions on a path: those of the shown rules, and
/// others fitted to the predictions of the network. Both sides of a node have training rows, a leaf
/// predicts the network's most frequent class of its training rows, and two leaves below one node
/// predict different classes. Trees that ask different conditions at any node are counted as
/// different.
public struct Multiplicity: Codable, Hashable, Sendable {
  /// What is counted, in one sentence.
  public var form: String
  /// The largest number of conditions on a path of a tree: 2, 3 or 4.
  public var depth: Int
  /// The number of conditions that trees may ask.
  public var candidates: Int
  /// The number of training rows on which the objective is counted: all, or of more than 30,000 every
  /// second, third, … row.
  public var rows: Int
  /// What each leaf adds to the objective, in rows.
  public var leafPenalty: Int
  /// The least objective of a tree: rows on which tree and network disagree, plus the penalty of the
  /// leaves.
  public var objective: Int
  /// The objective of the shown rules, in which each rule that decides a row, and the default class if
  /// it decides one, is a leaf.
  public var shownObjective: Int
  /// The number of trees near the best one.
  public var within: [Count]
  /// The number of trees with at most the objective of the shown rules.
  public var asGoodAsShown: Count
  /// The share of the trees of the largest tolerance that ask each condition, in descending order;
  /// without conditions that none asks.
  public var conditions: [ConditionShare]
  /// The share of the trees of the largest tolerance that ask each column or hidden feature, in
  /// descending order; without those that none asks.
  public var columns: [ColumnShare]

  /// A number of trees.
  public struct Count: Codable, Hashable, Sendable {
    /// How much the objective may be above the least one, relative to it.
    public var tolerance: Double
    /// The number of trees; numbers above 2^53 are rounded.
    public var ruleSets: Double
    /// Whether all trees are counted; otherwise there are at least as many.
    public var exact: Bool

    /// Creates a count.
    public init(tolerance: Double, ruleSets: Double, exact: Bool) {
      self.tolerance = tolerance
      self.ruleSets = ruleSets
      self.exact = exact
    }
  }

  /// The share of trees that ask a condition.
  public struct ConditionShare: Codable, Hashable, Sendable {
    /// The condition.
    public var condition: RuleEntry.Test
    /// The share, 0 to 1.
    public var share: Double
    /// Creates a share.
    public init(condition: RuleEntry.Test, share: Double) {
      self.condition = condition
      self.share = share
    }
  }

  /// The share of trees that ask a column or hidden feature.
  public struct ColumnShare: Codable, Hashable, Sendable {
    /// The name.
    public var column: String
    /// The share, 0 to 1.
    public var share: Double
    /// Creates a share.
    public init(column: String, share: Double) {
      self.column = column
      self.share = share
    }
  }
}

/// The search for the number of nearly optimal trees.
package struct MultiplicityStudy {
  /// The tolerances that are counted, ascending.
  package var tolerances = [0.01, 0.02]
  /// The largest number of conditions; fewer are tried where the rows are many.
  package var sizes = [40, 32, 24]
  /// The largest number of training rows.
  package var mostRows = 30_000
  /// The largest estimated number of operations of the search for the best tree.
  package var work = 400_000_000
  /// The limits of the count.
  package var limit = TreeCounter.Limit()

  /// The default settings.
  package init() {}

  /// Counts the trees beside a rule list; `nil` for voting rules and without rows.
  /// - Parameters:
  ///   - rules: the shown rules.
  ///   - table: the training rows, with the columns that trees may ask and those of the rules.
  ///   - answers: the predictions of the network.
  ///   - onStep: called often; an error thrown by it ends the count.
  /// - Returns: the counts, and the share of each condition and column.
  package func result(
    beside rules: RuleSet, over table: Table, answers: [Int], onStep: () throws -> Void
  ) rethrows -> Multiplicity? {
    guard rules.resolution == .firstMatch, table.count > 0, !tolerances.isEmpty else { return nil }
    let step = max(1, (table.count + mostRows - 1) / mostRows)
    let kept = Array(stride(from: 0, to: table.count, by: step))
    let rows = step == 1 ? table : table.selecting(kept)
    let known = kept.map { answers[$0] }
    let classes = table.schema.classes.count
    let penalty = max(1, Int((Double(rows.count) / 100).rounded()))
    let candidates = try CandidateConditions(
      shown: rules, over: rows, answers: known, classes: classes, limit: sizes.max() ?? 0,
      onStep: onStep)
    let (counter, size) = counter(candidates, known, classes: classes, penalty: penalty)
    let literals = Array(candidates.literals.prefix(size))
    let columns = rows.schema.features.filter { feature in
      literals.contains { $0.variable == feature.id }
    }
    let groups =
      literals.indices.map { 1 << UInt64($0) }
      + columns.map { column in
        literals.indices.reduce(UInt64(0)) {
          literals[$1].variable == column.id ? $0 | 1 << UInt64($1) : $0
        }
      }
    let shown = objective(of: rules, over: rows, known, penalty: penalty)
    let largest = tolerances.max() ?? 0
    let outcome = try counter.count(
      asking: groups, limit: limit,
      within: { Self.bound($0, largest) }, onStep: onStep)
    let total = outcome.trees(within: outcome.bound)
    let shares = (outcome.asking ?? []).map { ($0 / max(total, 1)).roundedTo(digits: 6) }
    return Multiplicity(
      form: form(counter, candidates: size, columns: columns.count, rows: rows.count),
      depth: counter.depth, candidates: size, rows: rows.count, leafPenalty: penalty,
      objective: outcome.least, shownObjective: shown,
      within: tolerances.map { tolerance in
        .init(
          tolerance: tolerance,
          ruleSets: outcome.trees(within: Self.bound(outcome.least, tolerance)),
          exact: outcome.isExact)
      },
      asGoodAsShown: .init(
        tolerance: (Double(shown) / Double(max(outcome.least, 1)) - 1).roundedTo(digits: 6),
        ruleSets: outcome.trees(within: shown),
        exact: shown < outcome.least || outcome.isExact && shown <= outcome.bound),
      conditions: Self.sorted(zip(literals, shares)).map {
        .init(condition: .init($0.0, schema: rows.schema), share: $0.1)
      },
      columns: Self.sorted(zip(columns, shares.dropFirst(size))).map {
        .init(column: $0.0.id.rawValue, share: $0.1)
      })
  }

  /// The largest objective within a tolerance.
  private static func bound(_ least: Int, _ tolerance: Double) -> Int {
    Int((Double(least) * (1 + tolerance) + 1e-9).rounded(.down))
  }

  /// The positive shares, descending; equal ones in their order.
  private static func sorted<Item>(
    _ shares: Zip2Sequence<some Sequence<Item>, some Sequence<Double>>
  ) -> [(Item, Double)] {
    let positive = Array(shares).filter { $0.1 > 0 }
    return positive.indices.sorted { (positive[$1].1, $0) < (positive[$0].1, $1) }
      .map { positive[$0] }
  }

  /// The deepest trees over the most conditions whose search is within the limit of work.
  private func counter(
    _ candidates: CandidateConditions, _ answers: [Int], classes: Int, penalty: Int
  ) -> (TreeCounter, size: Int) {
    let possible = sizes.map { min($0, candidates.rows.count) }
    var counters: [Int: TreeCounter] = [:]
    for depth in [4, 3, 2] {
      for size in possible {
        let counter =
          counters[size]
          ?? TreeCounter(
            conditions: candidates.prefix(size), answers: answers, classes: classes, depth: depth,
            leafPenalty: penalty)
        counters[size] = counter
        let chosen = counter.withDepth(depth)
        if chosen.work <= work { return (chosen, size) }
      }
    }
    let size = possible.last ?? 0
    return (
      TreeCounter(
        conditions: candidates.prefix(size), answers: answers, classes: classes, depth: 2,
        leafPenalty: penalty), size
    )
  }

  /// The disagreements of rules plus the penalty of each rule, and of the default, that decides a row.
  private func objective(
    of rules: RuleSet, over table: Table, _ answers: [Int], penalty: Int
  ) -> Int {
    let deciding = rules.deciding(table)
    let wrong = zip(deciding, answers).count { index, answer in
      (index.map { rules.rules[$0].conclusion } ?? rules.defaultClass) != answer
    }
    return wrong + penalty * Set(deciding).count
  }

  private func form(
    _ counter: TreeCounter, candidates: Int, columns: Int, rows: Int
  ) -> String {
    "decision trees to depth \(counter.depth) over \(candidates) conditions on \(columns) "
      + "variables, with the disagreements on \(rows) training rows plus \(counter.leafPenalty) for "
      + "each leaf as the objective"
  }
}
