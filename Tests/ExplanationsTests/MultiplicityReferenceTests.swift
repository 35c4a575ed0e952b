import Datasets
import Explanations
import RuleSupport
import Rules
import Tensors
import TestSupport
import Testing

/// Counts of trees beside the rules of fixed rows, compared with a snapshot.
@Suite struct MultiplicityReferenceTests {
  /// Tables of few columns, and one of more columns than conditions are drawn from.
  @Test(arguments: [4, 46]) func countsAreTheRecordedOnes(columns: Int) throws {
    var lines: [String] = []
    for seed in UInt64(0)..<2 {
      var rng = SeededGenerator(seed: seed)
      let table = rng.table(
        rows: 240, numeric: columns - 2, categorical: 2, missing: seed == 0 ? 0.1 : 0)
      // The last columns alone say something.
      let predictions = table.columns[columns - 4].values.enumerated().map { row, value in
        let level = table.columns[columns - 1].values[row]
        return value > 0.5 ? 2 : level == 1 ? 1 : 0
      }
      let tree = TreeGrower(criterion: .entropy, minimumSupport: 4, maximumLeaves: 6).tree(
        imitating: predictions, over: BinnedTable(table), classes: 3)
      lines.append(tree.ruleSet.words)
      var study = MultiplicityStudy()
      for mostRows in [30_000, 100] {
        study.mostRows = mostRows
        let found = try #require(
          study.result(beside: tree.ruleSet, over: table, predictions: predictions, onStep: {}))
        lines.append(
          "\(found.form); least \(found.objective), shown \(found.shownObjective), "
            + found.within.map { "\($0.ruleSets)\($0.exact ? "" : "+")" }.joined(separator: " "))
        lines.append(
          found.columns.map { "\($0.column) \($0.share)" }.joined(separator: ", "))
        lines.append(
          found.conditions.map {
            "\($0.condition.feature) \($0.condition.operator) \($0.share)"
          }.joined(separator: ", "))
      }
    }
    try expectSnapshot(lines.joined(separator: "\n") + "\n", named: "counts-\(columns).txt")
  }
}
