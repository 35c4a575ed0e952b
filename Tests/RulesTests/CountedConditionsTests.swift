import Datasets
import Rules
import Tensors
import Testing

/// The conditions that trees beside the reported rules may test.
@Suite struct CountedConditionsTests {
  private let schema = Schema(
    features: [
      Feature("x"), Feature("y"),
      Feature("colour", .categorical(levels: ["red", "green", "blue"])),
    ], target: Target("class", .classes(names: ["no", "yes"])))

  private var table: Table {
    Table(
      schema: schema,
      columns: [
        .doubles((0..<60).map { Double($0 % 10) }), .doubles((0..<60).map { Double($0 / 6) }),
        .doubles((0..<60).map { Double($0 % 3) }),
      ], labels: [Int](repeating: 0, count: 60))
  }

  private var labels: [Int] { (0..<60).map { $0 % 10 > 6 ? 1 : 0 } }

  private func candidates(_ rules: RuleSet, limit: Int) -> CountedConditions {
    CountedConditions(
      shown: rules, over: table, labels: labels, classes: 2, limit: limit, onStep: {})
  }

  private func shown(_ condition: Condition, _ variable: String) throws -> RuleSet {
    RuleSet(
      [
        Rule(
          if: try #require(Conjunction([Literal(Feature.ID(variable), condition)])), then: 1)
      ], default: 0, resolution: .firstMatch)
  }

  @Test func conditionsOfTheRulesComeFirstAsSingleCuts() throws {
    let rules = try shown(.interval(lower: 2, upper: 5, orMissing: false), "y")
    let found = candidates(rules, limit: 10)
    #expect(
      found.literals.prefix(2) == [
        Literal(Feature.ID("y"), .interval(lower: 2, upper: nil, orMissing: false)),
        Literal(Feature.ID("y"), .interval(lower: 5, upper: nil, orMissing: false)),
      ])
    // Then the cut that separates the answers.
    #expect(found.literals[2].variable == Feature.ID("x"))
    #expect(found.rows[2] == RowSet(rows: 60) { $0 % 10 > 6 })
  }

  /// Where nothing separates the classes, levels come first, then the quantiles of both columns: of the
  /// sorted values 0 to 9, six of each, the 30th is 4, the 15th 2 and the 45th 7.
  @Test func quantilesAreTheLastConditions() {
    let found = CountedConditions(
      shown: RuleSet([], default: 0, resolution: .firstMatch), over: table,
      labels: [Int](repeating: 0, count: 60), classes: 2, limit: 20, onStep: {})
    let levels = (0..<3).map {
      Literal(Feature.ID("colour"), .levels(among: [$0], orMissing: false))
    }
    let cuts = [4.5, 2.5, 7.5].flatMap { cut in
      ["x", "y"].map {
        Literal(Feature.ID($0), .interval(lower: cut, upper: nil, orMissing: false))
      }
    }
    #expect(found.literals == levels + cuts)
    #expect(found.rows.map(\.count) == [20, 20, 20, 30, 30, 42, 42, 12, 12])
    let few = CountedConditions(
      shown: RuleSet([], default: 0, resolution: .firstMatch), over: table,
      labels: [Int](repeating: 0, count: 60), classes: 2, limit: 5, onStep: {})
    #expect(few.literals == Array((levels + cuts).prefix(5)))
  }

  /// The opposite of a condition that missing values do not satisfy.
  @Test func upperBoundsOfColumnsWithMissingValuesHoldForThem() throws {
    var rows = table
    rows.columns[1] = .doubles((0..<60).map { $0 < 6 ? .nan : Double($0 / 6) })
    let found = CountedConditions(
      shown: try shown(.interval(lower: 2, upper: 5, orMissing: false), "y"), over: rows,
      labels: labels, classes: 2, limit: 10, onStep: {})
    #expect(
      found.literals.prefix(2) == [
        Literal(Feature.ID("y"), .interval(lower: 2, upper: nil, orMissing: false)),
        Literal(Feature.ID("y"), .interval(lower: 5, upper: nil, orMissing: true)),
      ])
  }

  @Test func noTwoConditionsHoldOnTheSameOrOppositeRows() throws {
    let found = candidates(
      try shown(.interval(lower: nil, upper: 6.5, orMissing: false), "x"), limit: 40)
    #expect(found.literals.count > 8)
    for one in found.rows.indices {
      let opposite = RowSet(rows: 60, all: true).subtracting(found.rows[one])
      #expect(!found.rows[one].isEmpty && !opposite.isEmpty)
      for other in found.rows.indices where other != one {
        #expect(found.rows[one] != found.rows[other])
        #expect(opposite != found.rows[other])
      }
    }
    for (literal, rows) in zip(found.literals, found.rows) {
      let column = try #require(schema.index(of: literal.variable))
      #expect(literal.condition.rows(of: table.columns[column]) == rows)
    }
  }

  /// A column that says nothing alone still has its levels and its median.
  @Test func columnsWithoutGainAreAsked() {
    let found = candidates(RuleSet([], default: 0, resolution: .firstMatch), limit: 40)
    #expect(
      found.literals.contains {
        $0 == Literal(Feature.ID("colour"), .levels(among: [0], orMissing: false))
      })
    #expect(found.literals.contains { $0.variable == Feature.ID("y") })
  }

  @Test(arguments: [0, 1, 3]) func thereAreAtMostTheGivenNumber(limit: Int) {
    let found = candidates(RuleSet([], default: 0, resolution: .firstMatch), limit: limit)
    #expect(found.literals.count == limit)
    #expect(found.prefix(2).count == min(limit, 2))
  }

  /// Of 12,000 rows every third is looked at: 5,000 at most.
  @Test func cutsAreFittedToRowsAtEqualDistances() throws {
    let count = 12_000
    let labels = (0..<count).map { $0 / 3 % 2 }
    // u tells the answers of every third row, v those of all others.
    let schema = Schema(
      features: [Feature("v"), Feature("u")], target: Target("class", .classes(names: ["a", "b"])))
    let (v, u) = (
      (0..<count).map { (row: Int) -> Double in
        row % 3 == 0 ? Double(row / 6 % 2) : Double(labels[row])
      },
      (0..<count).map { (row: Int) -> Double in
        row % 3 == 0 ? Double(labels[row]) : Double(row % 2)
      }
    )
    let rows = Table(
      schema: schema, columns: [.doubles(v), .doubles(u)], labels: [Int](repeating: 0, count: count)
    )
    let found = CountedConditions(
      shown: RuleSet([], default: 0, resolution: .firstMatch), over: rows, labels: labels,
      classes: 2, limit: 4, onStep: {})
    #expect(found.literals.first?.variable == Feature.ID("u"))
  }
}
