import Datasets
import Foundation
import RuleSupport
import Rules
import TestSupport
import Testing

@Suite struct ConditionTests {
  private let numeric = Feature("x")
  private let categorical = Feature("c", .categorical(levels: ["a", "b", "c", "d"]))
  private let values = [Double.nan] + (0..<16).map { Double($0) / 4 - 1.5 }

  @Test func intersectionHoldsExactlyWhereBothHold() {
    withEverySeed(100) { rng in
      for feature in [numeric, categorical] {
        let first = rng.condition(on: feature)
        let second = rng.condition(on: feature)
        let both = first.intersection(second)
        for value in values {
          #expect(
            (both?.holds(for: value) ?? false)
              == (first.holds(for: value) && second.holds(for: value)))
        }
      }
    }
  }

  @Test func whatIsOnlyMissingMeetsAnyCondition() {
    let open = Condition.interval(lower: 3, upper: nil, orMissing: true)
    #expect(Condition.onlyMissing.intersection(open) == .onlyMissing)
    #expect(open.intersection(.interval(lower: nil, upper: 3, orMissing: true)) == .onlyMissing)
    #expect(open.intersection(.interval(lower: nil, upper: 3, orMissing: false)) == nil)
  }

  @Test func aHullHoldsWhereEitherHolds() {
    withEverySeed(100) { rng in
      for feature in [numeric, categorical] {
        let first = rng.condition(on: feature)
        let second = rng.condition(on: feature)
        let hull = first.hull(second)
        for value in values where first.holds(for: value) || second.holds(for: value) {
          #expect(hull.holds(for: value))
        }
      }
    }
  }

  @Test func codingIsExact() throws {
    try withEverySeed(50) { rng in
      for feature in [numeric, categorical] {
        let condition = rng.condition(on: feature)
        let data = try JSONEncoder().encode(condition)
        #expect(try JSONDecoder().decode(Condition.self, from: data) == condition)
      }
    }
  }
}
