import Datasets
import Rules
import Tensors

/// Small random tables and rules for property tests.
extension SeededGenerator {
  /// Numeric columns x0, x1, … with few distinct values, then categorical columns c0, c1, ….
  public mutating func table(
    rows: Int, numeric: Int = 3, categorical: Int = 1, classes: Int = 3, missing: Double = 0
  ) -> Table {
    var features: [Feature] = []
    var columns: [Column] = []
    for index in 0..<numeric {
      features.append(Feature(Feature.ID("x\(index)")))
      columns.append(
        .doubles(
          (0..<rows).map { _ in
            uniform() < missing ? .nan : Double(self.index(below: 12)) / 4 - 1
          }))
    }
    for index in 0..<categorical {
      let levels = (0..<4).map { "level\($0)" }
      features.append(Feature(Feature.ID("c\(index)"), .categorical(levels: levels)))
      columns.append(
        .doubles((0..<rows).map { _ in uniform() < missing ? .nan : Double(self.index(below: 4)) }))
    }
    let names = (0..<classes).map { "class\($0)" }
    return Table(
      schema: Schema(features: features, target: Target("y", .classes(names: names))),
      columns: columns, labels: (0..<rows).map { _ in index(below: classes) })
  }

  /// A random condition on a feature.
  public mutating func condition(on feature: Feature) -> Condition {
    let orMissing = index(below: 2) == 0
    if let levels = feature.levels {
      return .levels(
        among: Set(levels.indices.filter { _ in index(below: 2) == 0 }), orMissing: orMissing)
    }
    let bounds = [index(below: 12), index(below: 12)].map { Double($0) / 4 - 1.1 }.sorted()
    switch index(below: 3) {
    case 0: return .interval(lower: bounds[0], upper: nil, orMissing: orMissing)
    case 1: return .interval(lower: nil, upper: bounds[1], orMissing: orMissing)
    default: return .interval(lower: bounds[0], upper: bounds[1] + 0.25, orMissing: orMissing)
    }
  }

  /// Random rules over a table's features, with arbitrary supports.
  public mutating func ruleSet(
    over table: Table, rules: Int, resolution: RuleSet.Resolution
  ) -> RuleSet {
    let classes = table.schema.classes.count
    let all = (0..<rules).map { _ -> Rule in
      var literals: [Literal] = []
      for feature in table.schema.features where index(below: 2) == 0 {
        literals.append(Literal(feature.id, condition(on: feature)))
      }
      let covered = index(below: 6)
      return Rule(
        if: Conjunction(literals) ?? .always, then: index(below: classes),
        support: Support(covered: covered, agreeing: index(below: covered + 1)))
    }
    return RuleSet(all, default: index(below: classes), resolution: resolution)
  }

  /// Labels of a simple function with some noise.
  public mutating func answers(to table: Table, noise: Double = 0.1) -> [Int] {
    let classes = table.schema.classes.count
    return (0..<table.count).map { row in
      if uniform() < noise { return index(below: classes) }
      let sum = table.row(row).reduce(0) { $0 + ($1.isNaN ? 0.5 : $1) }
      return min(max(Int(sum.rounded()), 0), classes - 1)
    }
  }
}
