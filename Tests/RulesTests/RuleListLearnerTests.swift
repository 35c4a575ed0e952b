import Datasets
import RuleSupport
import Rules
import Tensors
import TestSupport
import Testing

@Suite struct RuleListLearnerTests {
  private struct Problem {
    var table: Table
    var labels: [Int]
    var weights: [Int]
    var candidates: CandidateConditions

    init(_ rng: inout SeededGenerator, rows: Int = 180, limit: Int = 30) {
      table = rng.table(rows: rows, missing: 0.05)
      labels = rng.labels(for: table)
      weights = labels.map { _ in rng.index(below: 2) == 0 ? 1 : 5 }
      candidates = CandidateConditions(
        BinnedTable(table), labels: labels, classes: table.schema.classes.count,
        weights: weights, limit: limit, minimumSupport: 2
      ) {}
    }

    var rows: RuleListLearner.Rows {
      let classes = table.schema.classes.count
      return .init(
        labels: labels, classes: classes, weights: weights, counted: labels.count,
        needed: [Int](repeating: 1, count: classes))
    }

    func agreement(_ rules: RuleSet) -> Int {
      let given = rules.classify(table)
      return labels.indices.reduce(0) { $0 + (given[$1] == labels[$1] ? weights[$1] : 0) }
    }

    /// The agreement less the penalty of each rule, without one for conditions.
    func value(_ rules: RuleSet, _ learner: RuleListLearner) -> Int {
      let penalty = max(Int(Double(weights.reduce(0, +)) * learner.rulePenalty), 1)
      return agreement(rules) - penalty * rules.rules.count
    }
  }

  private var learner: RuleListLearner {
    var learner = RuleListLearner()
    learner.conditionPenalty = 0
    return learner
  }

  @Test func aListIsNeverWorseThanItsStart() throws {
    var better = 0
    try withEverySeed(15) { rng in
      let problem = Problem(&rng)
      let bins = BinnedTable(problem.table)
      let tree = TreeGrower(maximumLeaves: 9).tree(
        imitating: problem.labels, over: bins, classes: problem.rows.classes,
        weights: problem.weights)
      let start = tree.ruleSet.simplified(on: problem.table)
      let found = try learner.list(problem.rows, problem.candidates, from: start) {}
      #expect(problem.value(found, learner) >= problem.value(start, learner))
      if problem.value(found, learner) > problem.value(start, learner) { better += 1 }
      #expect(found == (try learner.list(problem.rows, problem.candidates, from: start) {}))
    }
    #expect(better > 5)
  }

  @Test func listsHaveAtMostTheRulesAndConditionsAskedFor() throws {
    try withEverySeed(10) { rng in
      let problem = Problem(&rng)
      for (most, conditions) in [(0, 4), (1, 1), (3, 2), (8, 4)] {
        var learner = learner
        learner.maxRules = most
        learner.maxConditions = conditions
        let lists = try learner.lists(problem.rows, problem.candidates, from: nil) {}
        let sizes = lists.map(\.rules.count)
        #expect(sizes.first == 0)
        #expect(sizes == Set(sizes).sorted())
        #expect((sizes.last ?? 0) <= most)
        #expect(
          lists.flatMap(\.rules).allSatisfy { $0.premise.literals.count <= conditions })
        let largest = try learner.list(problem.rows, problem.candidates, from: nil) {}
        #expect(lists.last == largest)
      }
    }
  }

  /// A list of one rule: no other conjunction of two conditions is better with the same default.
  @Test func noOtherSingleRuleIsBetter() throws {
    try withEverySeed(10) { rng in
      let problem = Problem(&rng, rows: 120, limit: 8)
      var learner = learner
      learner.maxRules = 1
      learner.maxConditions = 2
      learner.beam = 1000
      let found = try learner.list(problem.rows, problem.candidates, from: nil) {}
      let literals = problem.candidates.pairs.flatMap { pair in
        let sides = problem.candidates.literals(pair)
        return [sides.first, sides.second]
      }
      var best = problem.value(
        RuleSet([], default: found.defaultClass, resolution: .firstMatch), learner)
      for first in literals {
        for second in literals {
          guard let premise = Conjunction([first, second]) else { continue }
          for conclusion in 0..<problem.rows.classes {
            let rules = RuleSet(
              [Rule(if: premise, then: conclusion)], default: found.defaultClass,
              resolution: .firstMatch)
            best = max(best, problem.value(rules, learner))
          }
        }
      }
      #expect(problem.value(found, learner) == best)
    }
  }

  /// A rule that decides fewer rows than its class needs is not made.
  @Test func newRulesHaveTheSupportThatTheirClassNeeds() throws {
    try withEverySeed(10) { rng in
      let problem = Problem(&rng)
      var rows = problem.rows
      rows.counted = 90
      rows.needed = [Int](repeating: 12, count: rows.classes)
      var learner = learner
      learner.maxRules = 1
      let found = try learner.list(rows, problem.candidates, from: nil) {}
      let counted = problem.table.selecting(Array(0..<90))
      #expect(found.rowsHeld(in: counted).allSatisfy { $0.count >= 12 })
      rows.needed = [Int](repeating: 91, count: rows.classes)
      #expect(try learner.list(rows, problem.candidates, from: nil) {}.rules.isEmpty)
    }
  }

  @Test func anErrorOfTheCallbackEndsTheSearch() throws {
    struct Stop: Error {}
    var rng = SeededGenerator(seed: 1)
    let problem = Problem(&rng)
    #expect(throws: Stop.self) {
      try learner.list(problem.rows, problem.candidates, from: nil) { throw Stop() }
    }
  }
}
