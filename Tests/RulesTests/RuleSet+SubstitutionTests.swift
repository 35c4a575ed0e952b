import Datasets
import RuleSupport
import Rules
import Tensors
import TestSupport
import Testing

@Suite struct RuleSetSubstitutionTests {
  private let on = Condition.interval(lower: 0.5, upper: nil, orMissing: false)
  private let off = Condition.interval(lower: nil, upper: 0.5, orMissing: false)

  /// The definition of each literal over F1…F3, as rules over a table with the resulting values.
  private func definitions(
    _ table: Table, _ trees: [DecisionTree]
  ) -> (definitions: [Literal: RuleSet], values: [[Int]]) {
    var definitions: [Literal: RuleSet] = [:]
    var values: [[Int]] = []
    for (index, tree) in trees.enumerated() {
      var negated = tree.ruleSet
      for position in negated.rules.indices { negated.rules[position].conclusion ^= 1 }
      definitions[Literal(Feature.ID("F\(index + 1)"), on)] = tree.ruleSet
      definitions[Literal(Feature.ID("F\(index + 1)"), off)] = negated
      values.append(tree.classify(table))
    }
    return (definitions, values)
  }

  @Test func productsHoldExactlyWhereTheFeatureRulesHold() {
    withEverySeed(30) { rng in
      let table = rng.table(rows: 80, missing: 0.1)
      let trees = (0..<3).map { _ in
        TreeGrower(minimumSupport: 8).tree(
          imitating: rng.labels(for: table, noise: 0.3).map { min($0, 1) }, over: table)
      }
      let (definitions, values) = definitions(table, trees)
      let rules = (0..<4).map { _ -> Rule in
        let literals = (1...3).compactMap { index -> Literal? in
          let choice = rng.index(below: 3)
          return choice == 2 ? nil : Literal(Feature.ID("F\(index)"), choice == 0 ? on : off)
        }
        return Rule(if: Conjunction(literals) ?? .always, then: rng.index(below: 3))
      }
      let features = RuleSet(rules, default: 0, resolution: .vote)
      let (inputs, cut) = features.substituting(definitions)
      #expect(!cut)
      for row in 0..<table.count {
        let before = Set(
          rules.filter { rule in
            rule.premise.literals.allSatisfy { literal in
              let index = (Int(literal.variable.rawValue.dropFirst()) ?? 1) - 1
              return literal.condition.holds(for: Double(values[index][row]))
            }
          }.map(\.conclusion))
        let after = Set(
          inputs.rules.filter { $0.premise.holds(in: table, row: row) }.map(\.conclusion))
        #expect(before == after)
      }
    }
  }

  @Test func aLimitIsKeptAndSaid() throws {
    let ways = (0..<30).map { index in
      Rule(
        if: Conjunction([
          Literal(Feature.ID("x\(index)"), .interval(lower: 0, upper: nil, orMissing: false))
        ]) ?? .always, then: 1)
    }
    let definition = RuleSet(ways, default: 0, resolution: .firstMatch)
    let premise = try #require(Conjunction([Literal("F1", on), Literal("F2", on)]))
    let rules = RuleSet([Rule(if: premise, then: 1)], default: 0, resolution: .vote)
    let (products, cut) = rules.substituting(
      [Literal("F1", on): definition, Literal("F2", on): definition],
      limit: SubstitutionLimit(rules: 50))
    #expect(cut)
    #expect(products.rules.count == 50)
  }
}
