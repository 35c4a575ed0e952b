import Datasets
import Tensors

/// The conditions that trees beside the reported rules may test: those of the rules, then cuts and
/// levels of the columns with the largest Gini gain about the classes, then quantiles of numeric
/// columns.
package struct CountedConditions: Sendable {
  /// The conditions; no two of them, nor one and the opposite of another, hold on the same rows.
  package private(set) var literals: [Literal] = []
  /// The rows of the table on which each condition holds.
  package private(set) var rows: [RowSet] = []

  private let limit: Int
  private var seen: Set<RowSet> = []

  /// The largest number of rows to which cuts are fitted.
  private static let mostRows = 5000
  /// The largest number of columns to which cuts are fitted, and the cells for choosing them.
  private static let (mostColumns, mostCells) = (40, 2_000_000)
  /// The leaves of the tree of one column, whose splits are its cuts.
  private static let leaves = 8

  /// Chooses conditions.
  /// - Parameters:
  ///   - shown: the rules whose conditions come first.
  ///   - table: the rows.
  ///   - labels: the class of each row.
  ///   - classes: the number of classes.
  ///   - limit: the largest number of conditions.
  ///   - onStep: called between columns; an error thrown by it ends the choice.
  package init(
    shown: RuleSet, over table: Table, labels: [Int], classes: Int, limit: Int,
    onStep: () throws -> Void
  ) rethrows {
    self.limit = limit
    for literal in shown.rules.flatMap(\.premise.literals) {
      guard let column = table.schema.index(of: literal.variable) else { continue }
      let hasMissing = table.columns[column].values.contains(where: \.isNaN)
      for part in Self.cuts(of: literal.condition, hasMissing: hasMissing) {
        add(Literal(literal.variable, part), over: table.columns[column])
      }
    }
    var found: [(gain: Double, column: Int, condition: Condition)] = []
    let columns = try Self.columns(of: table, labels, classes, onStep: onStep)
    let sample = Self.sample(of: table.count, atMost: Self.mostRows)
    let asked = sample.map { labels[$0] }
    for column in columns {
      try onStep()
      let part = table.selectingColumns([column]).selecting(sample)
      found += Self.splits(of: part, asked, classes, leaves: Self.leaves).map {
        ($0.gain, column, $0.condition)
      }
      if let levels = table.schema.features[column].levels {
        for level in levels.indices.prefix(64) {
          let condition = Condition.levels(among: [level], orMissing: false)
          let gain = Self.gain(of: condition.rows(of: part.columns[0]), asked, classes)
          found.append((gain, column, condition))
        }
      }
    }
    // Equal gains stay in the order of columns.
    let order = found.indices.sorted { (found[$1].gain, $0) < (found[$0].gain, $1) }
    for item in order.map({ found[$0] }) where literals.count < limit {
      add(
        Literal(table.schema.features[item.column].id, item.condition),
        over: table.columns[item.column])
    }
    for share in [0.5, 0.25, 0.75] {
      for column in columns where table.schema.features[column].levels == nil {
        try onStep()
        let values = sample.map { table.columns[column][$0] }.filter { !$0.isNaN }.sorted()
        guard let cut = Self.cut(of: values, at: share), literals.count < limit else { continue }
        add(
          Literal(
            table.schema.features[column].id,
            .interval(lower: cut, upper: nil, orMissing: false)), over: table.columns[column])
      }
    }
  }

  /// The first conditions.
  package func prefix(_ count: Int) -> [RowSet] { Array(rows.prefix(count)) }

  private mutating func add(_ literal: Literal, over column: Column) {
    guard literals.count < limit else { return }
    let held = literal.condition.rows(of: column)
    let others = RowSet(rows: held.rows, all: true).subtracting(held)
    guard !held.isEmpty, !others.isEmpty, !seen.contains(held), !seen.contains(others) else {
      return
    }
    seen.insert(held)
    literals.append(literal)
    rows.append(held)
  }

  /// The conditions of single cuts that decide the same.
  private static func cuts(of condition: Condition, hasMissing: Bool) -> [Condition] {
    guard case .interval(let lower, let upper, let orMissing) = condition else {
      return [condition]
    }
    var cuts: [Condition] = []
    if let lower {
      cuts.append(.interval(lower: lower, upper: nil, orMissing: hasMissing && orMissing))
    }
    if let upper {
      cuts.append(.interval(lower: upper, upper: nil, orMissing: hasMissing && !orMissing))
    }
    return cuts.isEmpty ? [condition] : cuts
  }

  /// Rows at equal distances.
  private static func sample(of count: Int, atMost most: Int) -> [Int] {
    let step = max(1, (count + most - 1) / most)
    return Array(stride(from: 0, to: count, by: step))
  }

  /// All columns, or those whose best split has the largest gain, in the order of the table.
  private static func columns(
    of table: Table, _ labels: [Int], _ classes: Int, onStep: () throws -> Void
  ) rethrows -> [Int] {
    let width = table.columns.count
    guard width > mostColumns else { return Array(0..<width) }
    let rows = sample(of: table.count, atMost: min(1000, max(200, mostCells / width)))
    let asked = rows.map { labels[$0] }
    var gains: [Double] = []
    for column in 0..<width {
      try onStep()
      let part = table.selectingColumns([column]).selecting(rows)
      gains.append(splits(of: part, asked, classes, leaves: 2).first?.gain ?? 0)
    }
    return (0..<width).sorted { (gains[$1], $0) < (gains[$0], $1) }.prefix(mostColumns).sorted()
  }

  /// The splits of a tree over one column, with their gains.
  private static func splits(
    of table: Table, _ labels: [Int], _ classes: Int, leaves: Int
  ) -> [(gain: Double, condition: Condition)] {
    let tree = TreeGrower(minimumSupport: 2, maximumLeaves: leaves).tree(
      imitating: labels, over: BinnedTable(table), classes: classes)
    return tree.nodes.compactMap { node in
      guard let split = node.split else { return nil }
      let gain =
        impurity(node.counts) - impurity(tree.nodes[split.first].counts)
        - impurity(tree.nodes[split.second].counts)
      if case .levels = split.firstCondition { return (gain, split.firstCondition) }
      return (gain, split.secondCondition)
    }
  }

  private static func gain(of rows: RowSet, _ labels: [Int], _ classes: Int) -> Double {
    var inside = [Int](repeating: 0, count: classes)
    var outside = inside
    for (row, label) in labels.enumerated() {
      if rows.contains(row) { inside[label] += 1 } else { outside[label] += 1 }
    }
    let all = zip(inside, outside).map { $0 + $1 }
    return impurity(all) - impurity(inside) - impurity(outside)
  }

  /// The Gini impurity times the number of rows.
  private static func impurity(_ counts: [Int]) -> Double {
    let total = counts.reduce(0, +)
    guard total > 0 else { return 0 }
    return Double(total) - counts.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(total)
  }

  /// A short number between a quantile of sorted values and the next larger value.
  private static func cut(of sorted: [Double], at share: Double) -> Double? {
    guard let last = sorted.last else { return nil }
    let value = sorted[Int(Double(sorted.count - 1) * share)]
    guard value < last, let next = sorted.first(where: { $0 > value }) else { return nil }
    return shortestCut(between: value, and: next)
  }
}
