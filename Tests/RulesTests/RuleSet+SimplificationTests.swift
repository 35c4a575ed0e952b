import Datasets
import RuleSupport
import Rules
import TestSupport
import Testing

@Suite struct RuleSetSimplificationTests {
  @Test func noPredictionChangesAndNothingGrows() {
    withEverySeed(60) { rng in
      let table = rng.table(rows: 60, missing: 0.1)
      for resolution in [RuleSet.Resolution.firstMatch, .vote] {
        let rules = rng.ruleSet(over: table, rules: 8, resolution: resolution)
        let simple = rules.simplified(on: table)
        #expect(simple.classify(table) == rules.classify(table))
        #expect(simple.complexity.rules <= rules.complexity.rules)
        #expect(simple.simplified(on: table).complexity.rules == simple.complexity.rules)
      }
    }
  }

  @Test func aTreeKeepsItsPredictions() {
    withEverySeed(30) { rng in
      let table = rng.table(rows: 120, missing: 0.1)
      let tree = TreeGrower(minimumSupport: 3).tree(imitating: rng.labels(for: table), over: table)
      let simple = tree.ruleSet.simplified(on: table)
      #expect(simple.classify(table) == tree.classify(table))
      #expect(simple.complexity.rules < tree.leafCount)
    }
  }

  @Test func theCommonestConclusionBecomesTheElse() {
    withEverySeed(10) { rng in
      let table = rng.table(rows: 100, numeric: 1, categorical: 0, classes: 2)
      let labels = (0..<100).map { table.columns[0][$0] > 0.25 ? 1 : 0 }
      let tree = TreeGrower().tree(imitating: labels, over: table)
      let simple = tree.ruleSet.simplified(on: table)
      #expect(simple.rules.count == 1)
      #expect(simple.rules[0].premise.literals.count == 1)
      #expect(simple.rules[0].conclusion != simple.defaultClass)
    }
  }

  @Test func neighboursWithOneConclusionBecomeOne() throws {
    func part(_ lower: Double, _ upper: Double, then conclusion: Int) throws -> Rule {
      let condition = Condition.interval(lower: lower, upper: upper, orMissing: false)
      return Rule(if: try #require(Conjunction([Literal("x", condition)])), then: conclusion)
    }
    let table = Table(
      schema: Schema(features: [Feature("x")], target: Target("y", .classes(names: ["a", "b"]))),
      columns: [.doubles([0.5, 1.5, 2.5, 3.5])], labels: [0, 0, 0, 0])
    let rules = RuleSet(
      [try part(1, 2, then: 1), try part(2, 3, then: 1)], default: 0, resolution: .firstMatch)
    #expect(rules.simplified(on: table).rules == [try part(1, 3, then: 1)])
  }
}
