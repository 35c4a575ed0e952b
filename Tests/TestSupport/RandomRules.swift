import Datasets
import Explanations
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

  /// Random scores over a table's columns; every score but the first also uses the one before it.
  public mutating func scores(over schema: Schema, count: Int) -> [RuleProgram.Score] {
    (0..<count).map { number in
      var terms: [RuleProgram.Score.Term] = []
      for (column, feature) in schema.features.enumerated() {
        let weight = self.weight()
        switch (feature.levels, index(below: 3)) {
        case (_, 0): continue
        case (let levels?, _):
          let among = levels.indices.filter { _ in index(below: 2) == 0 }
          terms.append(
            .init(
              weight,
              .indicator(
                .level(column: column, among: among, orMissing: index(below: 2) == 0))))
        case (nil, 1):
          let other = (normal() * 5).roundedTo(digits: 2)
          terms.append(.init(weight, .value(.column(column), ifMissing: other)))
        default:
          let bound = (normal() * 5).roundedTo(digits: 2)
          let bounds: RuleProgram.Bounds =
            index(below: 2) == 0 ? .above(bound) : .between(bound - 4, bound)
          terms.append(
            .init(
              weight,
              .indicator(.number(.column(column), bounds, orMissing: index(below: 2) == 0))))
        }
      }
      if number > 0 {
        terms.append(.init(weight(), .value(.score(number - 1), ifMissing: 0)))
        terms.append(
          .init(
            weight(),
            .indicator(.number(.score(number - 1), .atMost(normal()), orMissing: false))))
      }
      return RuleProgram.Score("S\(number + 1)", terms)
    }
  }

  private mutating func weight() -> RuleProgram.Score.Weight {
    index(below: 2) == 0
      ? .integer(Int32(index(below: 9)) - 4) : .real((normal() * 2).roundedTo(digits: 3))
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
