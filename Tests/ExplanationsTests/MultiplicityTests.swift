import Datasets
import Explanations
import Foundation
import Rules
import Tensors
import Testing

/// The number of trees beside reported rules.
@Suite struct MultiplicityTests {
  private static let schema = Schema(
    features: [Feature("a"), Feature("b"), Feature("c")],
    target: Target("class", .classes(names: ["no", "yes"])))

  /// 200 rows of three columns of 0 and 1; the network predicts "yes" for a and b, and for 6 rows of
  /// another kind.
  private static var table: Table {
    Table(
      schema: schema,
      columns: (0..<3).map { column in .doubles((0..<200).map { Double($0 >> column & 1) }) },
      labels: [Int](repeating: 0, count: 200))
  }

  private static var predictions: [Int] {
    (0..<200).map { $0 & 3 == 3 || ($0 & 7 == 4 && $0 < 48) ? 1 : 0 }
  }

  private static func rules(_ conditions: [[(String, Bool)]]) throws -> RuleSet {
    RuleSet(
      try conditions.map { premise in
        let literals = premise.map { name, isHigh in
          Literal(
            Feature.ID(name),
            .interval(
              lower: isHigh ? 0.5 : nil, upper: isHigh ? nil : 0.5, orMissing: false))
        }
        return Rule(if: try #require(Conjunction(literals)), then: 1)
      }, default: 0, resolution: .firstMatch)
  }

  private static func found(_ rules: RuleSet, study: MultiplicityStudy = MultiplicityStudy())
    -> Multiplicity?
  {
    study.result(beside: rules, over: table, predictions: predictions, onStep: {})
  }

  /// By hand: the penalty is 2. The tree of a and b has 6 errors and 3 leaves, and there are two of
  /// it (a or b first): 12. Two more ask c above the last condition of the high side, which makes five
  /// leaves: 16. A tree with c first has six leaves: 18. One leaf has 50 + 6 errors: 58.
  @Test func figuresOfAConjunctionByHand() throws {
    let result = try #require(Self.found(Self.rules([[("a", true), ("b", true)]])))
    #expect(result.depth == 4)
    #expect(result.candidates == 3)
    #expect(result.rows == 200)
    #expect(result.leafPenalty == 2)
    #expect(result.objective == 12)
    // A rule and the default: two leaves, and 6 rows.
    #expect(result.shownObjective == 10)
    #expect(
      result.within == [
        .init(tolerance: 0.01, ruleSets: 2, exact: true),
        .init(tolerance: 0.02, ruleSets: 4, exact: true),
      ])
    #expect(result.asGoodAsShown == .init(ruleSets: 0, exact: true))
    #expect(
      result.columns == [
        .init(column: "a", share: 1), .init(column: "b", share: 1),
        .init(column: "c", share: 0.5),
      ])
    #expect(result.conditions.map(\.condition.feature) == ["a", "b", "c"])
    #expect(result.conditions.map(\.condition.value) == [0.5, 0.5, 0.5])
    #expect(result.conditions.map(\.share) == [1, 1, 0.5])
    #expect(
      result.form == """
        decision trees to depth 4 over 3 conditions on 3 variables; objective: disagreements with \
        the network on 200 training rows plus 2 for each leaf
        """)
  }

  /// One condition on one column.
  @Test func theFormNamesOneVariable() throws {
    let table = Table(
      schema: Schema(features: [Feature("x")], target: Target("t", .classes(names: ["p", "q"]))),
      columns: [.doubles((0..<2000).map { $0 < 1000 ? 0 : 1 })],
      labels: (0..<2000).map { $0 < 1000 ? 0 : 1 })
    let found = MultiplicityStudy().result(
      beside: RuleSet([], default: 0, resolution: .firstMatch), over: table,
      predictions: table.labels
    ) {}
    #expect(
      found?.form == """
        decision trees to depth 4 over 1 condition on 1 variable; objective: disagreements with the \
        network on 2,000 training rows plus 20 for each leaf
        """)
  }

  /// A wider tolerance against an enumeration, with the shares of columns.
  @Test func countsWithinATolerance() throws {
    var study = MultiplicityStudy()
    study.tolerances = [0, 0.1, 0.3]
    let rules = try Self.rules([[("a", true)]])
    let result = try #require(Self.found(rules, study: study))
    let all = Self.enumerated(Array(0..<200), depth: 4)
    for (index, tolerance) in study.tolerances.enumerated() {
      let near = all.filter { $0.objective <= 12 + Int((tolerance * 200).rounded()) }
      #expect(result.within[index].ruleSets == Double(near.count))
    }
    let near = all.filter { $0.objective <= 72 }
    for (name, column) in [("a", 0), ("b", 1), ("c", 2)] {
      let share = Double(near.count { $0.asked.contains(column) }) / Double(near.count)
      let found = try #require(result.columns.first { $0.column == name })
      #expect(abs(found.share - share) < 1e-6)
    }
    #expect(result.columns.map(\.share) == result.columns.map(\.share).sorted(by: >))
    // Rule and default, 50 rows that have a but not b, and the 6 others.
    #expect(result.shownObjective == 50 + 6 + 4)
    #expect(
      result.asGoodAsShown
        == .init(ruleSets: Double(all.count { $0.objective <= 60 }), exact: true))
  }

  private struct Tree: Hashable {
    var objective: Int
    var asked: Set<Int>
    var prediction: Int?
  }

  /// All trees over some rows, by enumeration.
  private static func enumerated(_ rows: [Int], depth: Int) -> [Tree] {
    let yes = rows.count { predictions[$0] == 1 }
    var all = [
      Tree(
        objective: min(yes, rows.count - yes) + 2, asked: [],
        prediction: yes > rows.count - yes ? 1 : 0
      )
    ]
    guard depth > 0 else { return all }
    for column in 0..<3 {
      let (low, high) = (
        rows.filter { $0 >> column & 1 == 0 }, rows.filter { $0 >> column & 1 == 1 }
      )
      guard !low.isEmpty, !high.isEmpty else { continue }
      for one in enumerated(low, depth: depth - 1) {
        for other in enumerated(high, depth: depth - 1) {
          if let prediction = one.prediction, prediction == other.prediction { continue }
          all.append(
            Tree(
              objective: one.objective + other.objective,
              asked: one.asked.union(other.asked).union([column])))
        }
      }
    }
    return all
  }

  /// Where the reported rules are worse than the largest tolerance, the trees as good as them are
  /// bounded from below.
  @Test func worseRulesHaveALowerBound() throws {
    let result = try #require(Self.found(try Self.rules([[("c", true)]])))
    // 75 rows of c without a and b, 25 rows of a and b without c, less the 6 others of c.
    #expect(result.shownObjective == 75 + 25 - 6 + 4)
    #expect(result.asGoodAsShown == .init(ruleSets: 4, exact: false))
  }

  @Test func theLimitsAreKept() throws {
    let rules = try Self.rules([[("a", true), ("b", true)]])
    var study = MultiplicityStudy()
    study.limit.stumps = 1
    let bounded = try #require(Self.found(rules, study: study))
    #expect(bounded.within.map(\.exact) == [false, false])
    #expect(bounded.within.allSatisfy { $0.ruleSets < 4 })
    study = MultiplicityStudy()
    study.work = 0
    #expect(try #require(Self.found(rules, study: study)).depth == 2)
    study = MultiplicityStudy()
    study.mostRows = 60
    let few = try #require(Self.found(rules, study: study))
    #expect(few.rows == 50)
    #expect(few.leafPenalty == 1)
    study = MultiplicityStudy()
    study.sizes = [2]
    #expect(try #require(Self.found(rules, study: study)).candidates == 2)
  }

  @Test func votingRulesAndTablesWithoutRowsHaveNoCount() throws {
    var rules = try Self.rules([[("a", true)]])
    let none = MultiplicityStudy().result(
      beside: rules, over: Self.table.selecting([]), predictions: [], onStep: {})
    #expect(none == nil)
    rules.resolution = .vote
    #expect(Self.found(rules) == nil)
  }

  /// A network with one answer: the single leaf is the only tree within the tolerance.
  @Test func aConstantNetworkHasOneTree() throws {
    let rules = RuleSet([], default: 0, resolution: .firstMatch)
    let result = try #require(
      MultiplicityStudy().result(
        beside: rules, over: Self.table, predictions: [Int](repeating: 0, count: 200), onStep: {}))
    #expect(result.objective == 2)
    #expect(result.shownObjective == 2)
    #expect(result.within.map(\.ruleSets) == [1, 1])
    #expect(result.asGoodAsShown == .init(ruleSets: 1, exact: true))
    #expect(result.columns.isEmpty)
    #expect(result.conditions.isEmpty)
  }

  @Test func keysOfTheFile() throws {
    let result = try #require(Self.found(try Self.rules([[("a", true), ("b", true)]])))
    let data = try JSONEncoder().encode(result)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "form", "depth", "candidates", "rows", "leafPenalty", "objective", "shownObjective",
        "within", "asGoodAsShown", "conditions", "columns",
      ])
    let within = try #require((object["within"] as? [[String: Any]])?.first)
    #expect(Set(within.keys) == ["tolerance", "ruleSets", "exact"])
    let condition = try #require((object["conditions"] as? [[String: Any]])?.first)
    #expect(Set(condition.keys) == ["condition", "share"])
    #expect(try JSONDecoder().decode(Multiplicity.self, from: data) == result)
  }
}
