import Datasets
import RuleSupport
import Rules
import Tensors
import TestSupport
import Testing

@Suite struct RuleSetCoverTests {
  @Test func eachRuleAddsAgreement() {
    withEverySeed(20) { rng in
      let table = rng.table(rows: 150)
      let labels = rng.labels(for: table)
      let tree = TreeGrower(minimumSupport: 4).tree(imitating: labels, over: table)
      let lists = tree.ruleSet.covering(table, labels: labels, sizes: Array(0...50))
      #expect(lists.map(\.rules.count) == Array(0..<lists.count))
      let agreements = lists.map { list in
        zip(list.classify(table), labels).count { $0 == $1 }
      }
      #expect(zip(agreements, agreements.dropFirst()).allSatisfy { $0 < $1 })
      #expect(agreements.last == zip(tree.classify(table), labels).count { $0 == $1 })
    }
  }

  @Test func noListIsLongerThanTheLargestSizeAsked() {
    var longer = 0
    for seed in UInt64(0)..<20 {
      var rng = SeededGenerator(seed: seed)
      let table = rng.table(rows: 150)
      let labels = rng.labels(for: table, noise: 0.05)
      let rules = TreeGrower(maximumLeaves: 12).tree(imitating: labels, over: table)
      let set = PruningSequence(rules).tree(at: 0).ruleSet
      for size in [1, 3] {
        let lists = set.covering(table, labels: labels, sizes: [size])
        #expect(lists.allSatisfy { $0.rules.count <= size })
      }
      let all = set.covering(table, labels: labels, sizes: [12])
      if all.contains(where: { $0.rules.count > 3 }) { longer += 1 }
    }
    #expect(longer >= 10)
  }
}
