import Datasets
import Rules

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
  ///   - rules: the reported rules.
  ///   - table: the training rows, with the columns that trees may test and those of the rules.
  ///   - predictions: the predictions of the network.
  ///   - onStep: called often; an error thrown by it ends the count.
  /// - Returns: the counts, and the share of each condition and column.
  package func result(
    beside rules: RuleSet, over table: Table, predictions: [Int], onStep: () throws -> Void
  ) rethrows -> Multiplicity? {
    guard rules.resolution == .firstMatch, table.count > 0, !tolerances.isEmpty else { return nil }
    let step = max(1, (table.count + mostRows - 1) / mostRows)
    let kept = Array(stride(from: 0, to: table.count, by: step))
    let rows = step == 1 ? table : table.selecting(kept)
    let known = kept.map { predictions[$0] }
    let classes = table.schema.classes.count
    let penalty = max(1, Int((Double(rows.count) / 100).rounded()))
    let candidates = try CountedConditions(
      shown: rules, over: rows, labels: known, classes: classes, limit: sizes.max() ?? 0,
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
      within: { Self.bound($0, largest, rows.count) }, onStep: onStep)
    let total = outcome.trees(within: outcome.bound)
    let shares = (outcome.asking ?? []).map { Self.share($0, of: total) }
    return Multiplicity(
      form: form(counter, candidates: size, columns: columns.count, rows: rows.count),
      depth: counter.depth, candidates: size, rows: rows.count, leafPenalty: penalty,
      objective: outcome.least, shownObjective: shown,
      within: tolerances.map { tolerance in
        .init(
          tolerance: tolerance,
          ruleSets: outcome.trees(within: Self.bound(outcome.least, tolerance, rows.count)),
          exact: outcome.isExact)
      },
      asGoodAsShown: .init(
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
  private static func bound(_ least: Int, _ tolerance: Double, _ rows: Int) -> Int {
    least + Int((tolerance * Double(rows) + 1e-9).rounded(.down))
  }

  /// A share with six decimals that is 0 or 1 only if it is exactly.
  private static func share(_ count: Double, of total: Double) -> Double {
    if count <= 0 { return 0 }
    if count >= total { return 1 }
    return min(max((count / total).roundedTo(digits: 6), 1e-6), 1 - 1e-6)
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
    _ candidates: CountedConditions, _ predictions: [Int], classes: Int, penalty: Int
  ) -> (TreeCounter, size: Int) {
    let possible = sizes.map { min($0, candidates.rows.count) }
    var counters: [Int: TreeCounter] = [:]
    for depth in [4, 3, 2] {
      for size in possible {
        let counter =
          counters[size]
          ?? TreeCounter(
            conditions: candidates.prefix(size), labels: predictions, classes: classes,
            depth: depth,
            leafPenalty: penalty)
        counters[size] = counter
        let chosen = counter.withDepth(depth)
        if chosen.work <= work { return (chosen, size) }
      }
    }
    let size = possible.last ?? 0
    return (
      TreeCounter(
        conditions: candidates.prefix(size), labels: predictions, classes: classes, depth: 2,
        leafPenalty: penalty), size
    )
  }

  /// The disagreements of rules plus the penalty of each rule, and of the default, that decides a row.
  private func objective(
    of rules: RuleSet, over table: Table, _ predictions: [Int], penalty: Int
  ) -> Int {
    let deciding = rules.deciding(table)
    let wrong = zip(deciding, predictions).count { index, prediction in
      (index.map { rules.rules[$0].conclusion } ?? rules.defaultClass) != prediction
    }
    return wrong + penalty * Set(deciding).count
  }

  private func form(
    _ counter: TreeCounter, candidates: Int, columns: Int, rows: Int
  ) -> String {
    "decision trees to depth \(counter.depth) over \(candidates) "
      + "\(candidates == 1 ? "condition" : "conditions") on \(columns) "
      + "\(columns == 1 ? "variable" : "variables"); objective: disagreements with the network on "
      + "\(rows.grouped) training rows plus \(counter.leafPenalty.grouped) for each leaf"
  }
}
