import Datasets
import Foundation
import RuleSupport
import Rules
import Tensors
import TestSupport
import Testing

/// Trees, lists and conditions of tables of other shapes, compared with a snapshot: classes of about the
/// same size, columns of more values and of more levels than there are bins, bytes, levels that are not
/// in the schema, more rows than are counted anew at each node.
@Suite struct InductionShapesTests {
  private struct Shape {
    var rows: Int
    var missing: Double
    /// The levels of a column that says nothing.
    var levels = 7

    static let all = [
      Shape(rows: 300, missing: 0.1), Shape(rows: 2600, missing: 0),
      Shape(rows: 700, missing: 0, levels: 300),
    ]
  }

  private func table(_ shape: Shape, seed: UInt64) -> Table {
    var rng = SeededGenerator(seed: seed)
    func column(_ value: () -> Double) -> Column {
      .doubles((0..<shape.rows).map { _ in rng.uniform() < shape.missing ? .nan : value() })
    }
    var other = SeededGenerator(seed: seed + 100)
    let (few, many) = (5, shape.levels)
    let columns: [Column] = [
      column { Double(other.index(below: 2000)) / 4 },
      Column.bytes((0..<shape.rows).map { _ in UInt8(other.index(below: 200)) }),
      column { Double(other.index(below: few)) },
      column { Double(other.index(below: many) * other.index(below: many) / many) },
      column { Double(other.index(below: 9)) - 4 },
      .doubles([Double](repeating: 2, count: shape.rows)),
    ]
    let names = { (count: Int) in (0..<count).map { "l\($0)" } }
    var table = Table(
      schema: Schema(
        features: [
          Feature("x"), Feature("b"), Feature("c", .categorical(levels: names(few))),
          Feature("d", .categorical(levels: names(many))), Feature("z"), Feature("k"),
        ], target: Target("y", .classes(names: ["p", "q", "r"]))),
      columns: columns, labels: [Int](repeating: 0, count: shape.rows))
    if shape.missing > 0 {
      table.columns[2] = .doubles(
        table.columns[2].values.enumerated().map { $0 % 23 == 5 ? Table.unknownLevel : $1 })
    }
    return table
  }

  /// A third of the rows of each class, with some noise.
  private func labels(_ table: Table, seed: UInt64) -> [Int] {
    var rng = SeededGenerator(seed: seed)
    return (0..<table.count).map { row in
      if rng.uniform() < 0.15 { return rng.index(below: 3) }
      let (x, b, c) = (table.columns[0][row], table.columns[1][row], table.columns[2][row])
      if c == 1 || c == 3 { return x > 200 ? 2 : 0 }
      return b + 10 * (table.columns[4][row].isNaN ? 0 : table.columns[4][row]) > 90 ? 1 : 2
    }
  }

  /// Long lines are cut, and end in their checksum.
  private func short(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.count <= 200 ? String(line) : "\(line.prefix(120)) … \(checksum(Data(line.utf8)))"
    }.joined(separator: "\n")
  }

  private func lines(
    of tree: DecisionTree, _ table: Table, _ labels: [Int], _ other: Table, _ truth: [Int]
  ) -> [String] {
    let sequence = PruningSequence(tree)
    let agreements = sequence.agreements(on: other, labels: truth)
    let best = sequence.smallestWithinOneError(agreements: agreements, of: other.count)
    let few = sequence.smallestWithinOneError(agreements: agreements, of: other.count, atMost: 6)
    let rules = sequence.tree(at: best).ruleSet
    return [
      "leaves \(sequence.leafCounts), agreements \(agreements), best \(best), at most 6: \(few)",
      short(sequence.tree(at: few).ruleSet.words), "simplified:",
      short(rules.simplified(on: table).supported(by: table, labels: labels).words), "covering:",
    ]
      + rules.covering(table, labels: labels, sizes: [2, 4]).map { short($0.words) }
  }

  @Test func treesAreTheRecordedOnes() throws {
    var text: [String] = []
    for (number, shape) in Shape.all.enumerated() {
      let seed = UInt64(number) + 3
      let (table, other) = (table(shape, seed: seed), table(shape, seed: seed + 7))
      let (labels, truth) = (labels(table, seed: seed), labels(other, seed: seed + 7))
      let bins = BinnedTable(table)
      let weights = labels.indices.map { [1, 0, 3, 1][$0 % 4] }
      for criterion in Criterion.allCases {
        for weights in [nil, weights] {
          text.append("# \(shape.rows), \(criterion)\(weights == nil ? "" : ", weighted")")
          let tree = TreeGrower(criterion: criterion, minimumSupport: 4, maximumLeaves: 24).tree(
            imitating: labels, over: bins, classes: 3, weights: weights)
          text += lines(of: tree, table, labels, other, truth)
          let small = TreeGrower(criterion: criterion, minimumSupport: 9, maximumDepth: 3).tree(
            imitating: labels, over: bins, classes: 3, weights: weights)
          let refined = TreeRefiner(maximumPasses: 3).refine(
            small, imitating: labels, over: bins, weights: weights)
          text += ["refined:", short(refined.ruleSet.words)]
        }
      }
    }
    try expectSnapshot(text.joined(separator: "\n") + "\n", named: "shapes.txt")
  }

  @Test func conditionsAndListsAreTheRecordedOnes() throws {
    var text: [String] = []
    for (number, shape) in [Shape(rows: 300, missing: 0.1), Shape(rows: 900, missing: 0)]
      .enumerated()
    {
      let seed = UInt64(number) + 13
      let table = table(shape, seed: seed)
      let labels = labels(table, seed: seed)
      let weights = labels.indices.map { [1, 0, 3, 1][$0 % 4] }
      let found = CandidateConditions(
        BinnedTable(table), labels: labels, classes: 3, weights: weights, limit: 40,
        minimumSupport: 5, onStep: {})
      text.append("# \(shape.rows)")
      text += found.pairs.map { pair in
        let sides = found.literals(pair)
        let rules = [sides.first, sides.second].map { literal in
          Rule(if: Conjunction([literal]) ?? .always, then: 0)
        }
        return short(RuleSet(rules, default: 0, resolution: .vote).words)
      }
      for (depth, budget) in [(2, 100), (3, 100), (4, 30)] {
        let search = found.search(labels, classes: 3, weights: weights, leafPenalty: 4)
        let outcome = search.outcome(depth: depth, budget: budget) {}
        let tree = found.decisionTree(
          outcome.solution.tree, labels: labels, classes: 3, weights: weights)
        text += [
          "depth \(depth): \(outcome.solution.objective), proved \(outcome.isProved), "
            + "\(outcome.nodes) nodes", short(tree.ruleSet.words),
        ]
      }
      var learner = RuleListLearner()
      learner.maxRules = 6
      let lists = try learner.lists(
        .init(
          labels: labels, classes: 3, weights: weights, counted: labels.count * 2 / 3,
          needed: [6, 5, 8]), found, from: nil
      ) {}
      text += lists.map { short($0.words) }
      let shown = lists.last ?? RuleSet([], default: 0, resolution: .firstMatch)
      for limit in [6, 30] {
        let counted = CountedConditions(
          shown: shown, over: table, labels: labels, classes: 3, limit: limit, onStep: {})
        text.append("counted, \(limit):")
        text += zip(counted.literals, counted.rows).map { literal, rows in
          let rule = Rule(if: Conjunction([literal]) ?? .always, then: 0)
          return short(RuleSet([rule], default: 0, resolution: .vote).words) + " \(rows.count) rows"
        }
      }
    }
    try expectSnapshot(text.joined(separator: "\n") + "\n", named: "conditions.txt")
  }
}
