import Datasets
import Rules
import Tensors
import Testing

@Suite struct ScoreTests {
  private static let schema = Schema(
    features: [Feature("age"), Feature("odor", .categorical(levels: ["a", "b", "c"]))],
    target: Target("kind", .classes(names: ["no", "yes"])))

  private let score = Score(
    "S1",
    [
      Score.Term(3, times: "age", .number(step: 20, ifMissing: 50)),
      Score.Term(-2, times: "odor", .levels(among: [0, 2], orMissing: true)),
    ])

  @Test func valuesAreSumsOfPoints() {
    let table = Table(
      schema: Self.schema,
      columns: [.doubles([40, .nan, 10, 0]), .doubles([1, 0, .nan, Table.unknownLevel])],
      labels: [0, 0, 0, 0])
    #expect(score.values(in: table) == [6, 7.5 - 2, 1.5 - 2, 0])
    for row in 0..<table.count {
      let value = score.value { id in
        table.columns[table.schema.index(of: id) ?? 0][row]
      }
      #expect(value == score.values(in: table)[row])
    }
    let wider = table.appending([score])
    #expect(wider.schema.features.map(\.id) == ["age", "odor", "S1"])
    #expect(wider.columns[2].values == score.values(in: table))
  }

  /// Rows of uniform numbers in 0...100, with the class whether `holds`.
  private func rows(
    _ count: Int, columns: Int, seed: UInt64, classes: Int = 2, _ conclusion: ([Double]) -> Int
  ) -> (table: Table, labels: [Int]) {
    var rng = SeededGenerator(seed: seed)
    let values = (0..<columns).map { _ in (0..<count).map { _ in 100 * rng.uniform() } }
    let table = Table(
      schema: Schema(
        features: (0..<columns).map { Feature(Feature.ID("x\($0)")) },
        target: Target("kind", .classes(names: (0..<classes).map { "c\($0)" }))),
      columns: values.map { .doubles($0) }, labels: [Int](repeating: 0, count: count))
    return (table, (0..<count).map { row in conclusion(values.map { $0[row] }) })
  }

  private func agreement(_ list: ScoreRules, _ table: Table, _ labels: [Int]) -> Double {
    let given = list.rules.classify(table.appending(list.scores))
    return Double(zip(given, labels).count { $0 == $1 }) / Double(labels.count)
  }

  @Test(arguments: [UInt64(1), 2, 3]) func aPlantedScoreIsFound(seed: UInt64) throws {
    let truth: ([Double]) -> Int = { 2 * $0[0] + $0[1] - 3 * $0[4] > 20 ? 1 : 0 }
    let (table, labels) = rows(2000, columns: 8, seed: seed, truth)
    let trees = ScoreRuleLearner().trees(
      table, labels: labels, weights: labels.map { _ in 1 }
    ) {}
    let tree = try #require(trees.first { $0.leafCount == 2 })
    let list = tree.rules(on: table, default: 0)
    #expect(list.rules.rules.count == 1)
    #expect(Set(list.scores[0].terms.map(\.variable)).isSuperset(of: ["x0", "x1", "x4"]))
    // Columns of one spread have one step, which is left out.
    let hasNoSteps = list.scores[0].terms.allSatisfy { term in
      if case .number(let step, _) = term.operand { step == 1 } else { false }
    }
    #expect(hasNoSteps)
    let (fresh, expected) = rows(4000, columns: 8, seed: seed + 100, truth)
    #expect(agreement(list, fresh, expected) > 0.985)
  }

  /// A column of 0, 1 and 2 with a standard deviation of 0.5 beside one of 20: halves would be counted.
  @Test func stepsOfCountsAreWhole() throws {
    var rng = SeededGenerator(seed: 4)
    let x = (0..<400).map { _ in max(0, Double(rng.index(below: 20)) - 17) }
    let y = (0..<400).map { _ in Double(rng.index(below: 70)) }
    func step(of scale: Double) throws -> Double {
      let table = Table(
        schema: Schema(
          features: [Feature("x"), Feature("y")], target: Target("t", .classes(names: ["a", "b"]))),
        columns: [.doubles(x.map { $0 * scale }), .doubles(y)],
        labels: [Int](repeating: 0, count: 400))
      let truth = zip(x, y).map { 20 * $0 + $1 > 50 }
      let found = try #require(ScoreRuleLearner().score("S", describing: truth, over: table))
      let term = try #require(found.score.terms.first { $0.variable == "x" })
      guard case .number(let step, _) = term.operand else { return 0 }
      return step
    }
    #expect(try step(of: 1) == 1)
    #expect(try step(of: 0.1) == 0.05)
  }

  /// No single column says anything about the class.
  @Test(arguments: [UInt64(1), 2]) func anExclusiveOrNeedsFourLeaves(seed: UInt64) throws {
    let truth: ([Double]) -> Int = { ($0[2] > 50) != ($0[5] > 40) ? 1 : 0 }
    let (table, labels) = rows(1500, columns: 8, seed: seed, truth)
    let trees = ScoreRuleLearner().trees(
      table, labels: labels, weights: labels.map { _ in 1 }
    ) {}
    let tree = try #require(trees.first { $0.leafCount == 4 })
    let list = tree.rules(on: table, default: 0)
    let (fresh, expected) = rows(4000, columns: 8, seed: seed + 100, truth)
    #expect(agreement(list, fresh, expected) > 0.98)
  }

  /// 2 · 0.7 + 3 · 0.2 is 1.9999999999999998 in floating point and 2 on paper.
  @Test func noSumEqualsItsThreshold() {
    #expect(unattainable(-0.2, by: [-0.3, -0.1, 0.4]) == -0.15)
    #expect(unattainable(2, by: [1.9, 0.1 + 0.2]) == 2.05)
    #expect(unattainable(0.25, by: [0.125, 0.5]) == 0.2505)
    #expect(unattainable(0.1, by: []) == 0.1)
    // Sums of whole numbers are exact; a threshold with more decimals is none of the sums; many decimals are
    // those of measured numbers.
    #expect(unattainable(3, by: [1, 5]) == 3)
    #expect(unattainable(-0.25, by: [-0.3, -0.2]) == -0.25)
    #expect(unattainable(0.5, by: [0.1234567, 0.9]) == 0.5)
  }

  @Test(arguments: [UInt64(1), 2, 3]) func thresholdsOfScoresAreApartFromSums(seed: UInt64) throws {
    var rng = SeededGenerator(seed: seed)
    func column() -> [Double] { (0..<400).map { _ in Double(rng.index(below: 60)) / 10 } }
    let (x, y) = (column(), column())
    let table = Table(
      schema: Schema(
        features: [Feature("x"), Feature("y")], target: Target("t", .classes(names: ["a", "b"]))),
      columns: [.doubles(x), .doubles(y)], labels: [Int](repeating: 0, count: 400))
    let truth = zip(x, y).map { 2 * $0 - $1 > 3 }
    let found = try #require(ScoreRuleLearner().score("S", describing: truth, over: table))
    for row in 0..<table.count {
      let exact = found.score.terms.reduce(0) { sum, term in
        guard case .number(let step, _) = term.operand else { return sum }
        let tenths = Int(((term.variable == "x" ? x : y)[row] * 10).rounded())
        return sum + Double(term.weight * tenths) / (10 * step)
      }
      #expect(abs(exact - found.threshold) > 1e-6)
    }
  }

  @Test func limitsOfTermsWeightsScoresAndLeavesHold() {
    let (table, labels) = rows(1200, columns: 6, seed: 9, classes: 4) { row in
      Int(row[0] + row[1]) / 67 + (row[2] > 60 && row[3] > row[4] ? 1 : 0)
    }
    for (terms, weight, scores, leaves) in [(5, 5, 4, 9), (2, 3, 2, 5), (1, 1, 1, 3)] {
      var learner = ScoreRuleLearner()
      learner.maxTerms = terms
      learner.maxWeight = weight
      learner.maxScores = scores
      learner.maxLeaves = leaves
      let trees = learner.trees(table, labels: labels, weights: labels.map { _ in 1 }) {}
      #expect(!trees.isEmpty)
      #expect(trees.map(\.leafCount) == trees.map(\.leafCount).sorted())
      for tree in trees {
        #expect(tree.leafCount <= leaves)
        let list = tree.rules(on: table, default: 0)
        #expect(list.rules.rules.count < max(tree.leafCount, 2))
        #expect(list.scores.allSatisfy { $0.terms.count <= terms })
        #expect(list.scores.joinedTerms.allSatisfy { abs($0.weight) <= weight && $0.weight != 0 })
        #expect(list.scores.map(\.id.rawValue) == list.scores.indices.map { "S\($0 + 1)" })
        #expect(tree.scoreCount <= scores || terms == 1)
      }
    }
  }

  @Test func rowsOfLargerWeightCountMore() throws {
    // Two contradicting groups of rows: the heavier one decides.
    let (table, labels) = rows(1000, columns: 2, seed: 4) { $0[0] > 50 ? 1 : 0 }
    let mixed = labels.indices.map { $0 < 300 ? labels[$0] : 1 - labels[$0] }
    for heavy in [1, 5] {
      let weights = labels.indices.map { $0 < 300 ? heavy : 1 }
      let trees = ScoreRuleLearner().trees(table, labels: mixed, weights: weights) {}
      let list = try #require(trees.first { $0.leafCount == 2 }).rules(on: table, default: 0)
      #expect((agreement(list, table, labels) > 0.95) == (heavy == 5))
    }
  }

  @Test func degenerateTablesHaveAnPrediction() {
    let (table, _) = rows(50, columns: 2, seed: 1) { _ in 0 }
    let constant = table.selecting([Int](repeating: 3, count: 20))
    for (rows, labels) in [
      (table, [Int](repeating: 1, count: 50)),
      (constant, (0..<20).map { $0 % 2 }), (table.selecting([0]), [1]),
      (table.selectingColumns([]), (0..<50).map { $0 % 2 }),
    ] {
      let trees = ScoreRuleLearner().trees(
        rows, labels: labels, weights: labels.map { _ in 1 }
      ) {}
      #expect(trees.count == 1 && trees[0].leafCount == 1)
      let list = trees[0].rules(on: rows, default: 1)
      #expect(list.rules.rules.isEmpty && list.scores.isEmpty)
    }
  }

  @Test func theNumberOfThreadsChangesNothing() {
    let (table, labels) = rows(800, columns: 5, seed: 3, classes: 3) { row in
      Int(row[0] + 2 * row[1] - row[2] + 100) / 134
    }
    let before = Workers.threads
    defer { Workers.threads = before }
    let found = [1, 2, 8].map { threads in
      Workers.threads = threads
      return ScoreRuleLearner().trees(table, labels: labels, weights: labels.map { _ in 1 }) {}
        .map { $0.rules(on: table, default: 0) }
    }
    #expect(found[0] == found[1] && found[0] == found[2])
  }

  /// A level of fewer than one row in a hundred is a term where it decides.
  @Test func aRareLevelIsATerm() throws {
    var (table, _) = rows(1000, columns: 2, seed: 5) { _ in 0 }
    let first = table.columns[0].values
    let low = (0..<1000).filter { first[$0] <= 50 }.prefix(5)
    let high = (0..<1000).filter { first[$0] > 50 }.prefix(3)
    let rare = (0..<1000).map { low.contains($0) || high.contains($0) ? 1.0 : 0 }
    table.schema.features.append(Feature("rare"))
    table.columns.append(.doubles(rare))
    let truth = (0..<1000).map { first[$0] + 100 * rare[$0] > 50 }
    let found = try #require(ScoreRuleLearner().score("S", describing: truth, over: table))
    #expect(found.score.terms.map(\.variable).contains("rare"))
    let given = found.score.values(in: table).map { $0 > found.threshold }
    #expect(given == truth)
  }

  @Test func aTruthIsDescribed() throws {
    let (table, truth) = rows(1000, columns: 6, seed: 2) { $0[1] - $0[3] > 10 ? 1 : 0 }
    let found = try #require(
      ScoreRuleLearner().score("S", describing: truth.map { $0 == 1 }, over: table))
    let given = found.score.values(in: table).map { $0 > found.threshold ? 1 : 0 }
    #expect(zip(given, truth).count { $0 == $1 } > 980)
    #expect(
      ScoreRuleLearner().score("S", describing: truth.map { _ in false }, over: table) == nil)
  }
}

extension [Score] {
  fileprivate var joinedTerms: [Score.Term] { flatMap(\.terms) }
}
