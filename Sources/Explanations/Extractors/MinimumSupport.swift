import Datasets
import Rules

/// The number of training rows that a rule must decide: five, or one in a hundred of the rows on
/// which the network predicts its class if that is more; all of them for a class with fewer rows.
package struct MinimumSupport: Hashable, Sendable {
  /// For each class the least number of rows, at least 1.
  package let needed: [Int]

  /// Counts the rows of each class.
  /// - Parameters:
  ///   - predictions: the predictions of the network.
  ///   - classes: the number of classes.
  package init(_ predictions: some Sequence<Int>, classes: Int) {
    var counts = [Int](repeating: 0, count: classes)
    for prediction in predictions { counts[prediction] += 1 }
    needed = counts.map { count in max(min(max(5, (count + 99) / 100), count), 1) }
  }

  /// The rule list without rules that decide too few rows. One rule is removed at a time, the one
  /// that lacks most, because its rows then go to rules after it.
  /// - Parameters:
  ///   - rules: a rule list.
  ///   - table: the rows that count.
  ///   - predictions: the predictions of the network on them.
  /// - Returns: the list with supports on these rows.
  package func enforced(on rules: RuleSet, over table: Table, predictions: [Int]) -> RuleSet {
    let held = rules.rowsHeld(in: table)
    var kept = Array(rules.rules.indices)
    while true {
      var open = RowSet(rows: table.count, all: true)
      var weakest: (place: Int, missing: Int)?
      for (place, index) in kept.enumerated() {
        let decided = open.countInCommon(with: held[index])
        open.subtract(held[index])
        let missing = needed[rules.rules[index].conclusion] - decided
        if missing > weakest?.missing ?? 0 { weakest = (place, missing) }
      }
      guard let weakest else { break }
      kept.remove(at: weakest.place)
    }
    var list = rules
    list.rules = kept.map { rules.rules[$0] }
    return list.supported(by: table, labels: predictions)
  }
}
