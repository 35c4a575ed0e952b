import Datasets
import Foundation
import RuleSupport
import Rules
import TestSupport
import Testing

@Suite struct ConjunctionTests {
  @Test func andHoldsExactlyWhereBothHold() {
    withEverySeed(50) { rng in
      let table = rng.table(rows: 60, missing: 0.1)
      let rules = rng.ruleSet(over: table, rules: 2, resolution: .firstMatch).rules
      let (first, second) = (rules[0].premise, rules[1].premise)
      let both = first.and(second)
      for row in 0..<table.count {
        #expect(
          (both?.holds(in: table, row: row) ?? false)
            == (first.holds(in: table, row: row) && second.holds(in: table, row: row)))
      }
    }
  }

  @Test func aVariableIsAskedAboutOnce() throws {
    let conjunction = try #require(
      Conjunction([
        Literal("x", .interval(lower: 1, upper: nil, orMissing: false)),
        Literal("x", .interval(lower: 2, upper: nil, orMissing: false)),
        Literal("x", .interval(lower: nil, upper: 5, orMissing: false)),
      ]))
    #expect(
      conjunction.literals == [Literal("x", .interval(lower: 2, upper: 5, orMissing: false))])
    #expect(conjunction.dropping("x") == .always)
  }

  @Test func contradictionsCannotBeWritten() {
    #expect(
      Conjunction([
        Literal("x", .interval(lower: 2, upper: nil, orMissing: false)),
        Literal("x", .interval(lower: nil, upper: 2, orMissing: false)),
      ]) == nil)
  }

  @Test func aHullHoldsWhereEitherHolds() {
    withEverySeed(50) { rng in
      let table = rng.table(rows: 60, missing: 0.1)
      let rules = rng.ruleSet(over: table, rules: 2, resolution: .firstMatch).rules
      let hull = rules[0].premise.hull(rules[1].premise)
      for row in 0..<table.count
      where rules.contains(where: { $0.premise.holds(in: table, row: row) }) {
        #expect(hull.holds(in: table, row: row))
      }
    }
  }

  @Test func codingIsExact() throws {
    try withEverySeed(20) { rng in
      let table = rng.table(rows: 5)
      let rules = rng.ruleSet(over: table, rules: 4, resolution: .vote)
      let data = try JSONEncoder().encode(rules)
      #expect(try JSONDecoder().decode(RuleSet.self, from: data) == rules)
    }
  }
}

extension Conjunction {
  /// The definition, evaluated for one value at a time.
  func holds(in table: Table, row: Int) -> Bool {
    literals.allSatisfy { literal in
      guard let column = table.schema.index(of: literal.variable) else { return false }
      return literal.condition.holds(for: table.columns[column][row])
    }
  }
}
