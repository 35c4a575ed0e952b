import Datasets
import ExplanationSupport
import Explanations
import Foundation
import Networks
import Rules
import Tensors
import Testing

/// The explanation of single rows, by hand.
@Suite struct RowExplainerTests {
  private static let iris = SampleExplanation.iris.explanation

  /// Lengths and widths of sepal and petal, in the order of the columns.
  private static func table(_ rows: [[Double]]) -> Table {
    Table(
      schema: iris.data.schema,
      columns: (0..<4).map { column in .doubles(rows.map { $0[column] }) },
      labels: rows.map { _ in 1 })
  }

  private func level(
    _ row: [Double], _ explanation: Explanation = RowExplainerTests.iris, scales: [[Double]] = []
  ) throws -> RowExplanation.LevelExplanation {
    let explainer = try RowExplainer(
      explanation, model: nil, levels: [.inputs],
      rows: scales.isEmpty ? nil : Self.table(scales))
    let found = try explainer.explanation(of: Self.table([row]), number: 7)
    #expect(found.row == 7 && found.label == "versicolor")
    #expect(found.network == nil && found.agrees == nil && found.features.isEmpty)
    return try #require(found.levels.first)
  }

  private func words(_ change: RowExplanation.Change?) -> [String] {
    (change?.steps ?? []).map { "\($0.variable) \($0.from) → \($0.to)" }
  }

  private func names(_ rules: [RowExplanation.CheckedRule]) -> [String] { rules.map(\.rule) }

  /// R1: petal length to 2.45; R2: over that to 4.95, and a width to 1.65; R3: a width over 1.65.
  @Test func rulesThatHoldAndNearlyHoldAreListed() throws {
    let first = try level([5, 3, 2, 1.8])
    #expect(first.deciding?.rule == "R1" && first.prediction == "setosa")
    #expect(names(first.alsoHolding) == ["R3"])
    // Both conditions of R2 fail.
    #expect(first.nearlyHolding.isEmpty)
    #expect(first.coverage == Proportion(32, of: 96) && first.confidence == Proportion(32, of: 32))
    #expect(first.heldOutCoverage == Proportion(10, of: 30))
    #expect(first.heldOutConfidence == Proportion(10, of: 10))

    // Both upper bounds are part of their intervals, the lower ones are not.
    let second = try level([5, 3, 4.95, 1.65])
    #expect(second.deciding?.rule == "R2" && second.alsoHolding.isEmpty)
    #expect(second.deciding?.conditions.map(\.value) == ["4.95", "1.65"])
    #expect(names(second.nearlyHolding) == ["R1", "R3"])
    #expect(second.heldOutConfidence == Proportion(9, of: 10))

    let none = try level([5, 3, 4.96, 1.65])
    #expect(none.deciding == nil && none.prediction == "versicolor" && none.coverage == nil)
    #expect(names(none.nearlyHolding) == ["R1", "R2", "R3"])
    #expect(none.nearlyHolding[1].conditions.map(\.holds) == [false, true])

    let missing = try level([5, 3, .nan, 1])
    #expect(missing.deciding == nil && names(missing.nearlyHolding) == ["R1", "R2", "R3"])
    #expect(missing.nearlyHolding[1].conditions.map(\.value) == ["", "1"])
  }

  @Test func fiveRulesAreListed() throws {
    var many = Self.iris
    let rule = many.rules[0]
    many.rules = (1...8).map { number in
      var copy = rule
      copy.id = "R\(number)"
      return copy
    }
    let found = try level([5, 3, 2, 1], many)
    #expect(found.deciding?.rule == "R1")
    #expect(names(found.alsoHolding) == ["R2", "R3", "R4", "R5", "R6"])
    let far = try level([5, 3, 3, 1], many)
    #expect(names(far.nearlyHolding) == ["R1", "R2", "R3", "R4", "R5"])
  }

  @Test func columnsHaveValueAndUnitAndWhetherTheyAreRead() throws {
    let explainer = try RowExplainer(
      Self.iris, model: nil, levels: [.inputs, .features], rows: nil)
    let found = try explainer.explanation(of: Self.table([[5.1, .nan, 2, 1]]), number: nil)
    #expect(found.row == nil)
    #expect(found.values.map(\.column) == Self.iris.data.schema.features.map(\.id.rawValue))
    #expect(found.values.map(\.value) == ["5.1", "", "2", "1"])
    #expect(found.values.map(\.isRead) == [false, false, true, true])
    #expect(found.values.allSatisfy { $0.unit == "cm" })
    // Without a network there are no rules over its hidden features.
    #expect(found.levels.map(\.level) == [.inputs])
  }

  /// Only a petal length over 2.45 changes the class of the first row. Of the second, a length of 2.45
  /// and a width of 1.66 do: the scales say which is nearer.
  @Test func theNearestChangeIsMeasuredInTheScales() throws {
    let first = try #require(try level([5, 3, 2, 1]).change)
    #expect(words(first) == ["petal_length 2 → 2.46"])
    #expect(first.prediction == "versicolor" && first.rule == "R2")
    #expect(first.network == nil && first.changesNetwork == nil)

    let row = [5, 3, 4.9, 1.6]
    let alike = try level(row)
    #expect(alike.changeSearched == "all")
    #expect(words(alike.change) == ["petal_width 1.6 → 1.66"])
    #expect(alike.change?.prediction == "virginica" && alike.change?.rule == "R3")
    // Standard deviations of 100 and 0.01.
    let long = try level(row, scales: [[0, 0, 0.5, 0.5], [0, 0, 200.5, 0.52]])
    #expect(words(long.change) == ["petal_length 4.9 → 2.45"])
    #expect(long.change?.prediction == "setosa" && long.change?.rule == "R1")
    // Of a column of whole numbers a whole one is offered.
    let whole = try level(row, scales: [[0, 0, 0, 0.5], [0, 0, 200, 0.52]])
    #expect(words(whole.change) == ["petal_length 4.9 → 2"])
    // The profiles of the result come before other rows.
    var profiled = Self.iris
    profiled.data.profiles = Self.table([[0, 0, 0.5, 0.5], [0, 0, 200.5, 0.52]]).profiles
    let own = try level(row, profiled, scales: [[0, 0, 0.5, 0.5], [0, 0, 0.52, 200.5]])
    #expect(own.change?.steps.map(\.variable) == ["petal_length"])
  }

  /// Widths of the training rows end at 1.5, below the bound of R3, and lengths begin at 2.6, above that
  /// of R1: a change of either leaves them.
  @Test func valuesOutsideTheTrainingRowsHaveTheirRange() throws {
    var profiled = Self.iris
    profiled.data.profiles = Self.table([[4, 2, 2.6, 0.5], [8, 4, 6.5, 1.5]]).profiles
    let found = try RowExplainer(profiled, model: nil, levels: [.inputs], rows: nil)
      .explanation(of: Self.table([[5, 4.5, 4.9, 1.4]]), number: 7)
    #expect(found.values.map(\.trainingRange) == [nil, [2, 4], nil, nil])
    let change = try #require(found.levels.first?.change)
    #expect(change.steps.map(\.trainingRange) == [[0.5, 1.5]])
    #expect(words(change) == ["petal_width 1.4 → 1.66"])
    // A width of up to 2 is within the rows.
    profiled.data.profiles = Self.table([[4, 2, 2.6, 0.5], [8, 4, 6.5, 2]]).profiles
    let within = try level([5, 3, 4.9, 1.4], profiled)
    #expect(words(within.change) == ["petal_width 1.4 → 1.66"])
    #expect(within.change?.steps.map(\.trainingRange) == [nil])
  }

  /// A level that the schema does not have is shown as it was given.
  @Test func unknownLevelsHaveTheirText() throws {
    var explanation = Self.iris
    explanation.data.schema.features[3] = Feature(
      "petal_width", .categorical(levels: ["thin", "wide"]))
    explanation.rules = []
    let explainer = try RowExplainer(explanation, model: nil, levels: [.inputs], rows: nil)
    let row = Table(
      schema: explanation.data.schema,
      columns: [5, 3, 2, Table.unknownLevel].map { .doubles([$0]) }, labels: [1])
    let given = try explainer.explanation(
      of: row, number: nil, texts: ["petal_width": "broad", "petal_length": "2.0"])
    #expect(given.values.map(\.value) == ["5", "3", "2", "broad"])
    let unknown = try explainer.explanation(of: row, number: 7)
    #expect(unknown.values.map(\.value) == ["5", "3", "2", "(unknown level)"])
  }

  /// The number of the deciding rule, or the last one of the default.
  @Test func aNumericTargetHasTheNumberOfTheRule() throws {
    var numeric = Self.iris
    let text =
      #"{"within": {"count": 1, "total": 2}, "tolerance": 1, "numbers": [{"rule": "R1", "value": 7},"#
      + #"{"rule": "R2", "value": 8}, {"rule": "R3", "value": 9.5}, {"value": 3}]}"#
    numeric.fidelity.numeric = try JSONDecoder().decode(NumericFidelity.self, from: Data(text.utf8))
    #expect(try level([5, 3, 2, 1], numeric).number == 7)
    #expect(try level([5, 3, 6, 2], numeric).number == 9.5)
    #expect(try level([5, 3, 6, 1], numeric).number == 3)
    #expect(try level([5, 3, 6, 1]).number == nil)
  }

  /// S1 = 2a − b / 0.5, with a missing b as 4.
  @Test func scoreCardsAreWorkedOut() throws {
    var explanation = Self.iris
    let schema = Schema(
      features: [Feature("a"), Feature("b")], target: Target("t", .classes(names: ["p", "q"])))
    explanation.data.schema = schema
    explanation.data.classes = schema.classes
    let score = Score(
      "S1",
      [
        Score.Term(2, times: "a", .number(step: 1, ifMissing: 0)),
        Score.Term(-1, times: "b", .number(step: 0.5, ifMissing: 4)),
      ])
    var wide = schema
    wide.features.append(Feature("S1"))
    let rule = RuleEntry(
      id: "R1",
      if: [
        RuleEntry.Test(
          Literal("S1", .interval(lower: 3, upper: nil, orMissing: false)), schema: wide)
      ], then: "q", coverage: Proportion(1, of: 2), confidence: Proportion(1, of: 1),
      heldOutCoverage: Proportion(0, of: 0), heldOutConfidence: Proportion(0, of: 0))
    explanation.describedRules = RuleSetEntry(
      rules: [rule], defaultClass: "p", resolution: .firstMatch, extractor: explanation.extractor,
      complexity: explanation.complexity, scores: [ScoreEntry(score, schema: schema)])
    explanation.level = .described
    let explainer = try RowExplainer(explanation, model: nil, levels: [.described], rows: nil)
    func found(_ a: Double, _ b: Double) throws -> RowExplanation.LevelExplanation {
      let row = Table(schema: schema, columns: [.doubles([a]), .doubles([b])], labels: [0])
      let all = try explainer.explanation(of: row, number: 1)
      #expect(all.values.allSatisfy { $0.isRead })
      return try #require(all.levels.first)
    }
    let high = try found(3, 1)
    #expect(high.scores.map(\.score) == ["S1"] && high.scores.map(\.sum) == [4])
    #expect(high.scores[0].lines.map(\.points) == [6, -2])
    #expect(high.scores[0].lines.map(\.value) == ["3", "1"])
    #expect(high.prediction == "q" && high.changeSearched == "one-column")
    // A sum of 3 is not above 3.
    let low = try found(2.5, 1)
    #expect(low.scores.map(\.sum) == [3] && low.prediction == "p" && low.deciding == nil)
    #expect(names(low.nearlyHolding) == ["R1"])
    let missing = try found(3, .nan)
    #expect(missing.scores[0].lines.map(\.points) == [6, -8] && missing.scores[0].sum == -2)
  }

  /// Rules over p: a to 3, otherwise b; the network has other classes too.
  @Test func theNetworkIsAskedAboutTheRowAndItsChange() throws {
    let model = try SmallNetwork.model(head: .softmax)
    let table = SmallNetwork.table(rows: 60, seed: 3)
    var explanation = Self.iris
    explanation.data.schema = model.schema
    explanation.data.classes = model.schema.classes
    var rule = explanation.rules[0]
    rule.if = [
      RuleEntry.Test(
        Literal("p", .interval(lower: nil, upper: 3, orMissing: false)), schema: model.schema)
    ]
    rule.then = "a"
    explanation.rules = [rule]
    explanation.defaultClass = "b"
    let feature = explanation.features[0]
    let hidden = try #require(HiddenFeatures(unfitted: model))
    explanation.features = hidden.neurons.enumerated().map { index, neuron in
      var copy = feature
      (copy.id, copy.neuron, copy.threshold) = ("F\(index + 1)", neuron, Double(index) / 4)
      return copy
    }
    let explainer = try RowExplainer(explanation, model: model, levels: [.inputs], rows: table)
    let predictions = model.classify(table)
    let values = hidden.values(in: model, for: table)
    var agreements: Set<Bool> = []
    var kept: Set<Bool> = []
    for row in 0..<table.count {
      let one = table.selecting([row])
      let found = try explainer.explanation(of: one, number: row + 1)
      let network = try #require(found.network)
      let own = model.schema.classes[predictions[row]]
      #expect(network.prediction == own && network.number == nil)
      let shares = try #require(model.probabilities(from: model.outputs(for: one))?.first)
      #expect(model.schema.classes.map { network.probabilities?[$0] } == shares.map { $0 })
      let rules = one.columns[0][0] <= 3 ? "a" : "b"
      #expect(found.levels.map(\.prediction) == [rules] && found.agrees == (rules == own))
      agreements.insert(rules == own)
      for (index, active) in found.features.enumerated() {
        #expect(active.feature == "F\(index + 1)" && active.value == Double(values[row, index]))
        #expect(active.threshold == Double(index) / 4)
        #expect(active.isActive == (Double(values[row, index]) > Double(index) / 4))
      }
      let change = try #require(found.levels.first?.change)
      #expect(change.steps.map(\.variable) == ["p"])
      var other = one
      other.columns[0] = .doubles([try #require(change.steps.first.flatMap { Double($0.to) })])
      let then = model.schema.classes[model.classify(other)[0]]
      #expect(change.network == then && change.changesNetwork == (then != own))
      kept.insert(then != own)
    }
    #expect(agreements.count == 2 && kept.count == 2)
  }
}
