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
