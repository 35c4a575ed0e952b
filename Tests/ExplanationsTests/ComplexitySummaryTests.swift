import Datasets
import Explanations
import Rules
import Testing

/// Sizes of rules, counted by hand.
@Suite struct ComplexitySummaryTests {
  /// One rule over two scores and a column: the scores are sums of a and b, and of b.
  @Test func columnsOfScoresCountAsUsed() throws {
    func term(_ column: Feature.ID, _ weight: Int) -> Score.Term {
      Score.Term(weight, times: column, .number(step: 1, ifMissing: 0))
    }
    let scores = [Score("S1", [term("a", 2), term("b", 1)]), Score("S2", [term("b", 3)])]
    let above = Condition.interval(lower: 1, upper: nil, orMissing: false)
    let premise = try #require(
      Conjunction([Literal("S1", above), Literal("S2", above), Literal("c", above)]))
    let rules = RuleSet([Rule(if: premise, then: 1)], default: 0, resolution: .firstMatch)
    let size = ComplexitySummary(ScoreRules(scores: scores, rules: rules))
    #expect(size.rules == 1 && size.literals == 3 && size.meanLiterals == 3)
    #expect(size.scoresUsed == 2 && size.inputsUsed == 3 && size.featuresUsed == 0)
  }

  /// Two rules with one and three conditions over three variables.
  @Test func variablesAreThoseOfTheLevel() throws {
    let above = Condition.interval(lower: 1, upper: nil, orMissing: false)
    let (first, second) = try (
      #require(Conjunction([Literal("a", above)])),
      #require(Conjunction([Literal("a", above), Literal("b", above), Literal("c", above)]))
    )
    let rules = RuleSet(
      [Rule(if: first, then: 1), Rule(if: second, then: 0)], default: 0, resolution: .firstMatch)
    let inputs = ComplexitySummary(rules.complexity, level: .inputs)
    #expect(inputs.rules == 2 && inputs.literals == 4 && inputs.meanLiterals == 2)
    #expect(inputs.inputsUsed == 3 && inputs.featuresUsed == 0 && inputs.scoresUsed == nil)
    let features = ComplexitySummary(rules.complexity, level: .features)
    #expect(features.inputsUsed == 0 && features.featuresUsed == 3)
    let point = CurvePoint(rules.complexity, fidelity: Proportion(3, of: 4))
    #expect(point.rules == 2 && point.literals == 4 && point.fidelity.count == 3)
  }
}
