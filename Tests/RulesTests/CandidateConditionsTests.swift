import Datasets
import RuleSupport
import Rules
import Tensors
import TestSupport
import Testing

@Suite struct CandidateConditionsTests {
  private func candidates(
    _ table: Table, _ labels: [Int], limit: Int = 30
  ) -> CandidateConditions {
    CandidateConditions(
      BinnedTable(table), labels: labels, classes: table.schema.classes.count, weights: nil,
      limit: limit, minimumSupport: 2
    ) {}
  }

  @Test func pairsPartEveryColumnWithinTheLimit() {
    withEverySeed(10) { rng in
      let table = rng.table(rows: 200, missing: 0.1)
      let labels = rng.labels(for: table)
      let found = candidates(table, labels, limit: 12)
      #expect(found.pairs.count == 12)
      #expect(Set(found.pairs).count == 12)
      for pair in found.pairs {
        let values = table.columns[pair.column].values
        #expect(values.allSatisfy { pair.first.holds(for: $0) != pair.second.holds(for: $0) })
      }
    }
  }

  /// A cut that a column needs is among the candidates.
  @Test func theCutOfAStepIsFound() {
    let values = (0..<200).map(Double.init)
    let table = Table(
      schema: Schema(features: [Feature("x")], target: Target("y", .classes(names: ["a", "b"]))),
      columns: [.doubles(values)], labels: values.map { $0 > 76 ? 1 : 0 })
    let pair = candidates(table, table.labels).pairs.first
    #expect(pair?.first.holds(for: 76) == true)
    #expect(pair?.first.holds(for: 77) == false)
  }

  @Test func oneClassAndConstantColumnsGiveNone() {
    let table = Table(
      schema: Schema(
        features: ["x", "y"].map { Feature($0) },
        target: Target("z", .classes(names: ["a", "b"]))),
      columns: [.doubles([1, 1, 1, 1]), .doubles([2, 2, 2, 2])], labels: [0, 1, 0, 1])
    #expect(candidates(table, [0, 1, 0, 1]).pairs.isEmpty)
    let rows = SeededGenerator(seed: 1).tableOfRows
    #expect(candidates(rows, [Int](repeating: 0, count: rows.count)).pairs.isEmpty)
  }

  /// A searched tree answers over columns as over conditions.
  @Test func aTreeOverConditionsIsATreeOverColumns() {
    withEverySeed(10) { rng in
      let table = rng.table(rows: 150, missing: 0.1)
      let labels = rng.labels(for: table)
      let classes = table.schema.classes.count
      let found = candidates(table, labels)
      let solution = found.search(labels, classes: classes, weights: nil, leafPenalty: 1)
        .solution(depth: 3)
      let tree = found.decisionTree(
        solution.tree, labels: labels, classes: classes, weights: nil)
      #expect(tree.leafCount == solution.tree.leafCount)
      let errors = zip(tree.classify(table), labels).count { $0 != $1 }
      #expect(errors + tree.leafCount - 1 == solution.objective)
    }
  }

  /// Trees of at least 30 rows on either side cut at 5.5 only. The cuts by entropy are those of the weighted
  /// rows: of rows of weight 0 there is none at 2.5.
  @Test(arguments: [(0, [5.5]), (1, [5.5, 2.5])])
  func cutsByEntropyCountWeights(weight: Int, cuts: [Double]) {
    let values = (0..<100).map { Double($0 % 10) }
    let table = Table(
      schema: Schema(features: [Feature("x")], target: Target("y", .classes(names: ["a", "b"]))),
      columns: [.doubles(values)], labels: values.map { $0 < 3 || $0 > 5 ? 1 : 0 })
    let found = CandidateConditions(
      BinnedTable(table), labels: table.labels, classes: 2,
      weights: values.map { $0 < 3 ? weight : 1 }, limit: 40, minimumSupport: 30, onStep: {})
    let bounds = found.pairs.map { pair -> Double? in
      if case .interval(let lower, _, _) = pair.second { lower } else { nil }
    }
    #expect(bounds.first == 5.5)
    #expect(Set(bounds) == Set(cuts))
  }

  /// Ten rows of each class on either side of the cut are worth a cut; an even mixture is not.
  @Test func cutsByEntropyNeedInformation() {
    #expect(EntropyCuts(counts: [[10, 0], [10, 0], [0, 10], [0, 10]]).cuts == [1])
    #expect(EntropyCuts(counts: [[5, 5], [5, 5], [5, 5], [5, 5]]).cuts == [])
    #expect(EntropyCuts(counts: [[20, 0], [0, 20], [20, 0]]).cuts.sorted() == [0, 1])
    #expect(EntropyCuts(counts: []).cuts == [])
    // A cut costs (log2(rows - 1) + log2(3^2 - 2) - entropies) / rows: five of five rows beside five of seven
    // gain less than that, beside five of six more.
    #expect(EntropyCuts(counts: [[5, 0], [2, 5]]).cuts == [])
    #expect(EntropyCuts(counts: [[5, 0], [1, 5]]).cuts == [0])
    // The gain and the cost of a cut of two rows of one class are both 0.
    #expect(EntropyCuts(counts: [[1, 0], [1, 0]]).cuts == [])
  }
}

extension SeededGenerator {
  fileprivate var tableOfRows: Table {
    var copy = self
    return copy.table(rows: 60)
  }
}
