import Datasets
import RuleSupport
import Rules
import Tensors
import TestSupport
import Testing

/// Rules induced from fixed rows, compared with snapshots. All cells are multiples of 1/4, so every
/// comparison is exact on every platform.
@Suite struct InductionReferenceTests {
  private func describe(
    _ tree: DecisionTree, _ table: Table, _ labels: [Int], _ other: Table, _ truth: [Int]
  ) -> [String] {
    let sequence = PruningSequence(tree)
    let agreements = sequence.agreements(on: other, labels: truth)
    let best = sequence.smallestWithinOneError(agreements: agreements, of: other.count)
    let few = sequence.smallestWithinOneError(
      agreements: agreements, of: other.count, atMost: 4)
    let rules = sequence.tree(at: best).ruleSet
    let simple = rules.simplified(on: table)
    let lists = rules.covering(table, labels: labels, sizes: [1, 2, 4, 8])
    return [
      "leaves \(sequence.leafCounts), agreements \(agreements), best \(best), at most 4: \(few)",
      rules.supported(by: table, labels: labels).words, "simplified:",
      simple.supported(by: table, labels: labels).words, "covering:",
    ] + lists.map(\.words)
  }

  @Test func treesListsAndCoversAreTheRecordedOnes() throws {
    var lines: [String] = []
    for seed in UInt64(0)..<6 {
      var rng = SeededGenerator(seed: seed)
      let missing = seed % 2 == 0 ? 0.1 : 0
      let table = rng.table(rows: 180, numeric: 3, categorical: 2, missing: missing)
      let labels = rng.labels(for: table, noise: 0.15)
      let other = rng.table(rows: 90, numeric: 3, categorical: 2, missing: missing)
      let truth = rng.labels(for: other, noise: 0.15)
      let bins = BinnedTable(table)
      let weights = labels.indices.map { $0 % 3 == 0 ? 4 : 1 }
      for (name, criterion) in [
        ("gini", Criterion.gini), ("entropy", .entropy),
      ] {
        for weights in [nil, weights] {
          lines.append("# seed \(seed), \(name)\(weights == nil ? "" : ", weighted")")
          let tree = TreeGrower(criterion: criterion, minimumSupport: 3, maximumLeaves: 16).tree(
            imitating: labels, over: bins, classes: 3, weights: weights)
          lines += describe(tree, table, labels, other, truth)
          let small = TreeGrower(criterion: criterion, minimumSupport: 8, maximumDepth: 3).tree(
            imitating: labels, over: bins, classes: 3, weights: weights)
          for passes in [1, 20] {
            let refined = TreeRefiner(maximumPasses: passes).refine(
              small, imitating: labels, over: bins, weights: weights)
            lines += ["refined, \(passes):", refined.ruleSet.words]
          }
        }
      }
    }
    try expectSnapshot(lines.joined(separator: "\n") + "\n", named: "induction.txt")
  }

  /// Columns of two values, with missing cells and with a level that is not in the schema are among
  /// them.
  @Test func scoresAndTheirTreesAreTheRecordedOnes() throws {
    var lines: [String] = []
    for seed in UInt64(0)..<4 {
      var rng = SeededGenerator(seed: seed)
      var table = rng.table(rows: 160, numeric: 4, categorical: 2, missing: seed % 2 == 0 ? 0.1 : 0)
      // One column of 0 and 4, one with cells of unknown levels.
      table.columns[3] = .doubles(table.columns[3].values.map { $0 > 0 ? 4 : $0.isNaN ? $0 : 0 })
      table.columns[5] = .doubles(
        table.columns[5].values.enumerated().map { $0 % 17 == 3 ? Table.unknownLevel : $1 })
      let labels = rng.labels(for: table, noise: 0.1)
      let weights = labels.indices.map { $0 % 5 == 0 ? 3 : 1 }
      var learner = ScoreRuleLearner()
      for (terms, largest) in [(5, 5), (2, 1)] {
        (learner.maxTerms, learner.maxWeight) = (terms, largest)
        lines.append("# seed \(seed), \(terms) terms, weights to \(largest)")
        for tree in learner.trees(table, labels: labels, weights: weights, onStep: {}) {
          let list = tree.rules(on: table, default: 0)
          lines += ["leaves \(tree.leafCount)", list.rules.words] + list.scores.map(\.words)
        }
        let truth = table.columns[0].values.enumerated().map { row, value in
          value + (table.columns[1].values[row] > 0 ? 1 : 0) > 0.6
        }
        if let (score, cut) = learner.score("S", describing: truth, over: table) {
          lines.append("described: \(score.words), cut \(cut)")
        }
      }
      let bins = BinnedTable(table)
      let grown = TreeGrower(criterion: .entropy, minimumSupport: 4, maximumLeaves: 9).tree(
        imitating: labels, over: bins, classes: 3, weights: weights)
      lines += ["grown", grown.ruleSet.words]
    }
    try expectSnapshot(lines.joined(separator: "\n") + "\n", named: "scores.txt")
  }
}
