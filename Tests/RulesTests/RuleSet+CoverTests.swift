import Datasets
import Rules
import TestSupport
import Testing

@Suite struct RuleSetCoverTests {
  @Test func eachRuleAddsAgreement() {
    withEverySeed(20) { rng in
      let table = rng.table(rows: 150)
      let answers = rng.answers(to: table)
      let tree = TreeGrower(minimumSupport: 4).tree(imitating: answers, over: table)
      let lists = tree.ruleSet.covering(table, answers: answers, sizes: Array(0...50))
      #expect(lists.map(\.rules.count) == Array(0..<lists.count))
      let agreements = lists.map { list in
        zip(list.classify(table), answers).count { $0 == $1 }
      }
      #expect(zip(agreements, agreements.dropFirst()).allSatisfy { $0 < $1 })
      #expect(agreements.last == zip(tree.classify(table), answers).count { $0 == $1 })
    }
  }
}
