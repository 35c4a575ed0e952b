import Datasets
import Rules
import Tensors
import TestSupport
import Testing

/// Known Boolean functions, fitted on their complete truth tables.
@Suite struct KnownTruthTests {
  private func rows(_ count: Int, levels: Int = 2, categorical: Bool = false) -> Table {
    let total = (0..<count).reduce(1) { product, _ in product * levels }
    let features = (0..<count).map { index in
      Feature(
        Feature.ID("x\(index)"),
        categorical ? .categorical(levels: (0..<levels).map { "\($0)" }) : .numeric(unit: nil))
    }
    var columns = [[Double]](repeating: [], count: count)
    for row in 0..<total {
      var rest = row
      for index in 0..<count {
        columns[index].append(Double(rest % levels))
        rest /= levels
      }
    }
    return Table(
      schema: Schema(features: features, target: Target("y", .classes(names: ["no", "yes"]))),
      columns: columns.map { .doubles($0) }, labels: [Int](repeating: 0, count: total))
  }

  private func learned(_ table: Table, _ truth: ([Int]) -> Bool) -> (rules: RuleSet, exact: Bool) {
    let labels = (0..<table.count).map { truth(table.row($0).map { Int($0) }) ? 1 : 0 }
    let tree = TreeGrower().tree(imitating: labels, over: table)
    let rules = tree.ruleSet.simplified(on: table)
    return (rules, rules.classify(table) == labels)
  }

  @Test(arguments: [1, 2, 3, 4])
  func atLeastSoManyOfFour(least: Int) {
    let (rules, exact) = learned(rows(4)) { $0.reduce(0, +) >= least }
    #expect(exact)
    #expect(rules.rules.count <= 6)
  }

  @Test func andIsOneRule() {
    let (rules, exact) = learned(rows(5)) { $0[1] == 1 && $0[3] == 1 }
    #expect(exact)
    #expect(rules.complexity == Complexity(rules: 1, literals: 2, variables: 2))
  }

  @Test func orIsOneRuleAndAnElse() {
    let (rules, exact) = learned(rows(5)) { $0[1] == 1 || $0[3] == 1 }
    #expect(exact)
    #expect(rules.rules.count <= 2)
  }

  @Test(arguments: [2, 3, 4])
  func parityIsLearnedThoughNoQuestionGainsAnything(bits: Int) {
    let (rules, exact) = learned(rows(bits)) { $0.reduce(0, +) % 2 == 1 }
    #expect(exact)
    #expect(rules.rules.count <= 1 << (bits - 1))
  }

  @Test func thresholdFunctionsAreLearned() {
    withEverySeed(20) { rng in
      let weights = (0..<6).map { _ in rng.normal() }
      let (_, exact) = learned(rows(6)) { bits in
        zip(weights, bits).reduce(0) { $0 + $1.0 * Double($1.1) } > 0.2
      }
      #expect(exact)
    }
  }

  @Test func theFirstMonkIsLearned() {
    // head shape = body shape or jacket colour = red, as levels.
    let (rules, exact) = learned(rows(6, levels: 3, categorical: true)) {
      $0[0] == $0[1] || $0[4] == 0
    }
    #expect(exact)
    #expect(rules.rules.count <= 5)
  }
}
