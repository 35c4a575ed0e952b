import Datasets
import ExplanationSupport
import Explanations
import Reports
import Rules
import Testing

@Suite struct RuleTextTests {
  private let schema = Schema(
    features: [
      Feature("length", .numeric(unit: "cm")), Feature("age"),
      Feature("odor", .categorical(levels: ["almond", "foul", "musty", "none", "spicy", "anise"])),
    ], target: Target("kind", .classes(names: ["a", "b"])))

  private func words(_ variable: String, _ condition: Condition) -> String {
    var explanation = SampleExplanation.iris.explanation
    explanation.data.schema = schema
    let test = RuleEntry.Test(Literal(Feature.ID(variable), condition), schema: schema)
    return RuleText(explanation).condition(test).plain
  }

  /// A condition with a weight stands in brackets, so that "if" is said once only.
  @Test func conditionsOfScoresStandInBrackets() {
    var explanation = SampleExplanation.iris.explanation
    explanation.data.schema = schema
    let score = Score(
      "S1",
      [
        Score.Term(2, times: "odor", .levels(among: [1, 2], orMissing: false)),
        Score.Term(1, times: "age", .number(step: 50, ifMissing: 30)),
        Score.Term(-1, times: "odor", .levels(among: [3], orMissing: true)),
        Score.Term(-3, times: "length", .number(step: 1, ifMissing: 0)),
      ])
    let text = RuleText(explanation)
    #expect(
      text.score(ScoreEntry(score, schema: schema)).plain
        == "S1 = 2 × [odor is foul or musty] + age / 50 \u{2212} [odor is none or missing] "
        + "\u{2212} 3 × length")
  }

  @Test func numbersHaveTheirUnit() {
    #expect(
      words("length", .interval(lower: 2.45, upper: nil, orMissing: false)) == "length > 2.45 cm")
    #expect(
      words("length", .interval(lower: nil, upper: 2, orMissing: true))
        == "length ≤ 2 cm or missing")
    #expect(
      words("length", .interval(lower: -1, upper: 4.95, orMissing: false))
        == "length > \u{2212}1 and ≤ 4.95 cm")
    #expect(words("age", .interval(lower: 0.1, upper: nil, orMissing: false)) == "age > 0.1")
    #expect(words("age", .interval(lower: nil, upper: nil, orMissing: false)) == "age is known")
    #expect(words("age", .onlyMissing) == "age is missing")
  }

  @Test func levelsAreListedOrTheirOpposite() {
    #expect(words("odor", .levels(among: [1], orMissing: false)) == "odor is foul")
    #expect(words("odor", .levels(among: [1, 2], orMissing: false)) == "odor is foul or musty")
    #expect(
      words("odor", .levels(among: [0, 1, 2], orMissing: false)) == "odor is almond, foul or musty")
    #expect(
      words("odor", .levels(among: [0, 1, 2, 4, 5], orMissing: false)) == "odor is not none")
    #expect(
      words("odor", .levels(among: [1, 3], orMissing: true)) == "odor is foul or none or missing")
  }

  private func words(_ levels: [String], _ condition: Condition) -> String {
    var explanation = SampleExplanation.iris.explanation
    explanation.data.schema = Schema(
      features: [Feature("job", .categorical(levels: levels))],
      target: Target("kind", .classes(names: ["a", "b"])))
    let test = RuleEntry.Test(Literal("job", condition), schema: explanation.data.schema)
    return RuleText(explanation).condition(test).plain
  }

  /// Different conditions have different texts, whatever levels are called.
  @Test func levelsThatReadAsWordsAreQuoted() {
    let levels = ["a", "b", "a or b", "missing", "not a", "c, d", "Sales and service", "orange"]
    #expect(words(levels, .levels(among: [3], orMissing: false)) == "job is “missing”")
    #expect(words(levels, .onlyMissing) == "job is missing")
    #expect(words(levels, .levels(among: [0, 1], orMissing: false)) == "job is a or b")
    #expect(words(levels, .levels(among: [2], orMissing: false)) == "job is “a or b”")
    #expect(words(levels, .levels(among: [4], orMissing: false)) == "job is “not a”")
    #expect(
      words(levels, .levels(among: [5, 6, 7], orMissing: true))
        == "job is “c, d”, “Sales and service” or orange or missing")
    let texts = (0..<(1 << levels.count)).flatMap { set in
      let among = Set(levels.indices.filter { set >> $0 & 1 == 1 })
      return [false, true].compactMap { missing in
        among.isEmpty && !missing
          ? nil : words(levels, .levels(among: among, orMissing: missing))
      }
    }
    #expect(Set(texts).count == texts.count)
  }

  /// Long levels are shortened in the middle; those that are equal then are shown whole.
  @Test func longLevelsStayDifferent() {
    let question = String(repeating: "In the last twelve months, how often? ", count: 4)
    let levels = [
      "\(question)bus", "\(question)train", "x\(question)1\(question)", "x\(question)2\(question)",
    ]
    let texts = levels.indices.map { words(levels, .levels(among: [$0], orMissing: false)) }
    #expect(Set(texts).count == 4)
    #expect(texts[0].hasSuffix("often? bus”") && texts[0].contains("…"))
  }

  /// A missing value fulfils "or missing", a level that the training rows do not have nothing.
  @Test func unknownLevelsAreExplainedWhereThereAreLevels() {
    let missing =
      "A condition on a missing value does not hold, unless it ends in \u{201C}missing\u{201D}."
    #expect(RuleText(SampleExplanation.iris.explanation).unknownValues.plain == missing)
    let mushroom = RuleText(SampleExplanation.mushroom.explanation).unknownValues.plain
    #expect(
      mushroom == missing
        + " A level that its column does not have in the training rows meets no condition, not "
        + "even \u{201C}is not \u{2026}\u{201D}.")
  }

  @Test func featuresAreOnOrOffAtTheirThreshold() {
    #expect(words("F1", .interval(lower: 0.31, upper: nil, orMissing: false)) == "F1 is on")
    #expect(words("F1", .interval(lower: nil, upper: 0.31, orMissing: false)) == "F1 is off")
    #expect(words("F1", .interval(lower: 0.5, upper: nil, orMissing: false)) == "F1 > 0.5")
  }

  @Test func conditionsOnFeaturesAreAtTheirThresholdsOrNot() {
    let explanation = SampleExplanation.iris.explanation
    let text = RuleText(explanation)
    let rules = explanation.featureRules?.rules ?? []
    #expect(text.featureConditions(of: Array(rules.prefix(2))) == .activity)
    #expect(text.featureConditions(of: rules) == .thresholds)
    #expect(text.featureConditions(of: explanation.rules) == nil)
    #expect(text.featureConditions(of: []) == nil)
  }

  @Test func rulesAreSentences() {
    let explanation = SampleExplanation.iris.explanation
    let text = RuleText(explanation)
    #expect(
      text.sentence(explanation.rules[1]).plain
        == "if petal_length > 2.45 and ≤ 4.95 cm and petal_width ≤ 1.65 cm then species is versicolor"
    )
    let always = RuleEntry(
      id: "R1", if: [], then: "setosa", coverage: Proportion(1, of: 1),
      confidence: Proportion(1, of: 1), heldOutCoverage: Proportion(0, of: 0),
      heldOutConfidence: Proportion(0, of: 0))
    #expect(text.sentence(always).plain == "if always then species is setosa")
  }
}
