import Datasets
import RuleSupport
import Rules
import TestSupport
import Testing

@Suite struct RuleSetTests {
  private static let high = Condition.interval(lower: 0, upper: nil, orMissing: false)
  private static let table = Table(
    schema: Schema(
      features: [Feature("x"), Feature("z")], target: Target("y", .classes(names: ["a", "b", "c"]))),
    columns: [.doubles([-1, 1, 1, -1]), .doubles([-1, -1, 1, 1])], labels: [0, 0, 0, 0])

  private func rule(
    _ variable: Feature.ID, then conclusion: Int, _ agreeing: Int, of covered: Int
  ) -> Rule {
    Rule(
      if: Conjunction([Literal(variable, Self.high)]) ?? .always, then: conclusion,
      support: Support(covered: covered, agreeing: agreeing))
  }

  @Test func aCurveHasEachSizeOnceInAscendingOrder() {
    var curve: [RuleSet] = []
    for count in [0, 3, 3, 2, 1, 4, 3, 0, 5] {
      let rules = [Rule](repeating: rule("x", then: 1, 0, of: 1), count: count)
      curve.appendIfLonger(RuleSet(rules, default: 0, resolution: .firstMatch))
    }
    #expect(curve.map(\.rules.count) == [0, 3, 4, 5])
  }

  @Test func theFirstRuleThatHoldsDecides() {
    let rules = [rule("x", then: 1, 0, of: 1), rule("z", then: 2, 9, of: 9)]
    let list = RuleSet(rules, default: 0, resolution: .firstMatch)
    #expect(list.classify(Self.table) == [0, 1, 1, 2])
    #expect(list.deciding(Self.table) == [nil, 0, 0, 1])
  }

  @Test func confidenceThenSupportThenClassDecideAVote() {
    func conclusion(_ first: Rule, _ second: Rule) -> Int {
      RuleSet([first, second], default: 0, resolution: .vote).classify(Self.table)[2]
    }
    #expect(conclusion(rule("x", then: 1, 8, of: 10), rule("z", then: 2, 9, of: 10)) == 2)
    #expect(conclusion(rule("x", then: 1, 4, of: 5), rule("z", then: 2, 8, of: 10)) == 2)
    #expect(conclusion(rule("x", then: 2, 8, of: 10), rule("z", then: 1, 8, of: 10)) == 1)
    #expect(conclusion(rule("x", then: 1, 0, of: 0), rule("z", then: 2, 0, of: 3)) == 2)
  }

  @Test func everyRowIsClassifiedAsOneRowIs() {
    withEverySeed(40) { rng in
      let table = rng.table(rows: 80, missing: 0.1)
      for resolution in [RuleSet.Resolution.firstMatch, .vote] {
        let rules = rng.ruleSet(over: table, rules: 6, resolution: resolution)
        let fast = rules.deciding(table)
        for row in 0..<table.count {
          let slow = rules.deciding { variable in
            table.schema.index(of: variable).map { table.columns[$0][row] } ?? .nan
          }
          #expect(fast[row] == slow)
        }
      }
    }
  }

  @Test func aListCountsTheRowsItsRulesCover() {
    let rules = [rule("x", then: 1, 0, of: 0), rule("z", then: 2, 0, of: 0)]
    let list = RuleSet(rules, default: 0, resolution: .firstMatch)
      .supported(by: Self.table, labels: [0, 1, 2, 2])
    #expect(
      list.rules.map(\.support) == [
        Support(covered: 2, agreeing: 1), Support(covered: 1, agreeing: 1),
      ])
  }

  @Test func aVoteCountsTheRowsItsRulesFireOn() {
    let rules = [rule("x", then: 1, 0, of: 0), rule("z", then: 2, 0, of: 0)]
    let vote = RuleSet(rules, default: 0, resolution: .vote)
      .supported(by: Self.table, labels: [0, 1, 2, 2])
    #expect(
      vote.rules.map(\.support) == [
        Support(covered: 2, agreeing: 1), Support(covered: 2, agreeing: 2),
      ])
    // Counting again changes nothing: supports do not depend on the outcome of the vote.
    #expect(vote.supported(by: Self.table, labels: [0, 1, 2, 2]) == vote)
  }

  @Test func confidenceIsTheShareOfTheCoveredRows() {
    #expect(Support(covered: 4, agreeing: 3).confidence == 0.75)
    #expect(Support(covered: 1, agreeing: 1).confidence == 1)
    #expect(Support(covered: 0, agreeing: 0).confidence == 0)
  }

  /// A rule that decides rows of other classes only is used; one that decides none is not.
  @Test func rulesThatDecideNoRowAreUnused() {
    let never = Rule(if: Conjunction([Literal("x", .onlyMissing)]) ?? .always, then: 0)
    let rules = [
      rule("x", then: 1, 0, of: 0), rule("x", then: 2, 0, of: 0), never,
      rule("z", then: 2, 0, of: 0),
    ]
    let labels = [0, 0, 0, 0]
    let list = RuleSet(rules, default: 0, resolution: .firstMatch)
      .withoutUnused(on: Self.table, labels: labels)
    #expect(list.rules.map(\.conclusion) == [1, 2])
    #expect(
      list.rules.map(\.support) == [
        Support(covered: 2, agreeing: 0), Support(covered: 1, agreeing: 0),
      ])
    // In a vote each rule that holds on a row is used.
    let vote = RuleSet(rules, default: 0, resolution: .vote)
      .withoutUnused(on: Self.table, labels: labels)
    #expect(vote.rules.map(\.conclusion) == [1, 2, 2])
  }

  @Test func complexityCountsWhatAReaderReads() {
    let rules = RuleSet(
      [rule("x", then: 1, 0, of: 0), rule("z", then: 2, 0, of: 0)], default: 0,
      resolution: .firstMatch)
    #expect(rules.complexity == Complexity(rules: 2, literals: 2, variables: 2))
    #expect(rules.complexity.meanLiterals == 1)
    let both = Conjunction([Literal("x", Self.high), Literal("z", Self.high)]) ?? .always
    let longer = RuleSet(
      [
        rule("x", then: 1, 0, of: 0), Rule(if: both, then: 2), Rule(if: both, then: 0),
        Rule(if: .always, then: 1),
      ], default: 0, resolution: .firstMatch)
    #expect(longer.complexity == Complexity(rules: 4, literals: 5, variables: 2))
    #expect(longer.complexity.meanLiterals == 1.25)
    let none = RuleSet([], default: 0, resolution: .firstMatch)
    #expect(none.complexity == Complexity(rules: 0, literals: 0, variables: 0))
    #expect(none.complexity.meanLiterals == 0)
  }
}
