import Datasets
import ExplanationSupport
import Explanations
import Rules
import Testing

/// The nearest change of one column for rules over scores, against a grid of all values.
@Suite struct NearestSingleChangeTests {
  /// S1 = 2a − b / 0.5 and S2 = a + b: class "q" above 3.3 of one or 9.1 of the other.
  private var explanation: Explanation {
    var explanation = SampleExplanation.iris.explanation
    let schema = Schema(
      features: [Feature("a"), Feature("b")], target: Target("t", .classes(names: ["p", "q"])))
    explanation.data.schema = schema
    explanation.data.classes = schema.classes
    let scores = [
      Score(
        "S1",
        [
          Score.Term(2, times: "a", .number(step: 1, ifMissing: 0)),
          Score.Term(-1, times: "b", .number(step: 0.5, ifMissing: 0)),
        ]),
      Score(
        "S2",
        [
          Score.Term(1, times: "a", .number(step: 1, ifMissing: 0)),
          Score.Term(1, times: "b", .number(step: 1, ifMissing: 0)),
        ]),
    ]
    var described = schema
    described.features += scores.map { Feature($0.id) }
    func rule(_ id: String, _ score: Feature.ID, above bound: Double) -> RuleEntry {
      RuleEntry(
        id: id,
        if: [
          RuleEntry.Test(
            Literal(score, .interval(lower: bound, upper: nil, orMissing: false)),
            schema: described)
        ], then: "q", coverage: Proportion(1, of: 2), confidence: Proportion(1, of: 1),
        heldOutCoverage: Proportion(0, of: 0), heldOutConfidence: Proportion(0, of: 0))
    }
    explanation.describedRules = RuleSetEntry(
      rules: [rule("R1", "S1", above: 3.3), rule("R2", "S2", above: 9.1)], defaultClass: "p",
      resolution: .firstMatch, extractor: explanation.extractor,
      complexity: explanation.complexity,
      scores: scores.map { ScoreEntry($0, schema: schema) })
    explanation.level = .described
    return explanation
  }

  /// Of a = 3 and b = 2, a changes S1 nearest, to above 3.65; where the rows have a up to 3.5 only, b
  /// does, to below 1.35.
  @Test func aValueWithinTheTrainingRowsComesFirst() throws {
    var explanation = explanation
    let schema = explanation.data.schema
    func table(_ a: [Double], _ b: [Double]) -> Table {
      Table(
        schema: schema, columns: [.doubles(a), .doubles(b)], labels: a.map { _ in 0 },
        rowNumbers: Array(1...a.count), firstLine: 2)
    }
    func change(_ a: [Double], _ b: [Double]) throws -> [RowExplanation.Change.Step] {
      explanation.data.profiles = table(a, b).profiles
      let found = try RowExplainer(explanation, model: nil, levels: [.described], rows: nil)
        .explanation(of: table([3], [2]), number: 1)
      return try #require(found.levels.first?.change).steps
    }
    let near = try change([0, 9.5], [0, 6])
    #expect(near.map(\.variable) == ["a"] && near[0].trainingRange == nil)
    let within = try change([0, 3.5], [0, 9.5])
    #expect(within.map(\.variable) == ["b"] && within[0].trainingRange == nil)
    let outside = try change([0, 3.5], [1.9, 6])
    #expect(outside[0].trainingRange != nil)
  }

  @Test func noValueOfTheGridIsNearer() throws {
    let explanation = explanation
    let schema = explanation.data.schema
    let classifier = try RuleClassifier(explanation, level: .described)
    // Two decimal places: what is offered has three, and the grid two.
    let first: [Double] = (0..<40).map { Double($0 * 370 % 610 + 5) / 100 }
    let second: [Double] = (0..<40).map { Double($0 * 530 % 470 + 5) / 100 }
    let table = Table(
      schema: schema, columns: [.doubles(first), .doubles(second)],
      labels: first.map { _ in 0 }, rowNumbers: Array(1...first.count), firstLine: 2)
    func predictions(_ a: [Double], _ b: [Double]) -> [Int] {
      let grid = Table(
        schema: schema, columns: [.doubles(a), .doubles(b)], labels: a.map { _ in 0 },
        rowNumbers: Array(1...a.count), firstLine: 2)
      return classifier.rules.classify(grid.appending(classifier.scores))
    }
    func deviation(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
      return (squares / Double(values.count)).squareRoot()
    }
    let scales = [deviation(first), deviation(second)]
    let explainer = try RowExplainer(
      explanation, model: nil, levels: [.described], rows: table)
    let grid: [Double] = (-2000...2000).map { Double($0) / 100 }
    for (index, row) in zip(first, second).enumerated() {
      let found = try explainer.explanation(of: table.selecting([index]), number: index + 1)
      let change = try #require(found.levels.first?.change)
      let step = try #require(change.steps.first)
      let isFirst = step.variable == "a"
      let offered: Double = try #require(Double(step.to))
      let distance = abs(offered - (isFirst ? row.0 : row.1)) / scales[isFirst ? 0 : 1]
      let current = predictions([row.0], [row.1])[0]
      let changed: [(predictions: [Int], own: Double, scale: Double)] = [
        (predictions(grid, grid.map { _ in row.1 }), row.0, scales[0]),
        (predictions(grid.map { _ in row.0 }, grid), row.1, scales[1]),
      ]
      for (given, own, scale) in changed {
        for (new, other) in zip(grid, given) where other != current {
          let nearer = abs(new - own) / scale
          #expect(
            nearer >= distance - 1e-9,
            "row \(index + 1): \(step), but \(new) is nearer")
        }
      }
    }
  }
}
