import Datasets
import Rules
import Tensors

/// Random rules for property tests.
extension SeededGenerator {
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

  /// Random rules with bounds and levels that occur in the rows of a table, and arbitrary supports.
  public mutating func ruleSet(
    onRowsOf table: Table, rules: Int, resolution: RuleSet.Resolution
  ) -> RuleSet {
    let classes = table.schema.classes.count
    let all = (0..<rules).compactMap { _ -> Rule? in
      let row = index(below: table.count)
      let columns = (0...index(below: 2)).map { _ in index(below: table.columns.count) }
      let literals = Set(columns).sorted().map { column -> Literal in
        let feature = table.schema.features[column]
        return Literal(feature.id, condition(on: feature, at: table.columns[column][row]))
      }
      let covered = index(below: 6)
      let support = Support(covered: covered, agreeing: index(below: covered + 1))
      return Conjunction(literals).map {
        Rule(if: $0, then: index(below: classes), support: support)
      }
    }
    return RuleSet(all, default: index(below: classes), resolution: resolution)
  }

  /// A condition that a value satisfies, or misses by the smallest difference.
  private mutating func condition(on feature: Feature, at value: Double) -> Condition {
    if value.isNaN { return .onlyMissing }
    let orMissing = index(below: 8) == 0
    if feature.levels != nil { return .levels(among: [max(0, Int(value))], orMissing: orMissing) }
    let width = max(abs(value), 1) / 50
    return index(below: 2) == 0
      ? .interval(lower: value - width, upper: value, orMissing: orMissing)
      : .interval(lower: value, upper: value + width, orMissing: orMissing)
  }

  /// Labels of a simple function with some noise.
  public mutating func labels(for table: Table, noise: Double = 0.1) -> [Int] {
    let classes = table.schema.classes.count
    return (0..<table.count).map { row in
      if uniform() < noise { return index(below: classes) }
      let sum = table.row(row).reduce(0) { $0 + ($1.isNaN ? 0.5 : $1) }
      return min(max(Int(sum.rounded()), 0), classes - 1)
    }
  }
}
