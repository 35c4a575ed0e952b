import Datasets
import ExplanationSupport
import Explanations
import Rules
import Testing

/// Differences of results, counted by hand.
@Suite struct ExplanationDifferenceTests {
  private let iris = SampleExplanation.iris.explanation

  /// Another result: other rows, another column, fewer features, and rules that use other columns.
  private var other: Explanation {
    var other = iris
    other.data.sha256 = String(repeating: "0", count: 64)
    other.data.schema.features[0] = Feature("sepal_area")
    other.data.schema.features.append(Feature("weight"))
    other.features.removeLast()
    other.fidelity.heldOut = Proportion(24, of: 30)
    other.accuracy.network = Proportion(21, of: 30)
    other.accuracy.rules = Proportion(20, of: 30)
    other.rules.removeLast()
    other.rules[1].if.removeLast()
    return other
  }

  @Test func figuresAreThoseOfTheHeldOutRows() throws {
    let found = try ExplanationDifference(iris, other, level: .inputs)
    #expect(!found.data.isSame && found.data.rows == [150, 150])
    #expect(found.data.columnsAdded == ["sepal_area", "weight"])
    #expect(found.data.columnsRemoved == ["sepal_length"])
    #expect(found.data.classesAdded.isEmpty && found.data.classesRemoved.isEmpty)
    #expect(
      found.fidelity
        == ProportionChange(before: Proportion(28, of: 30), after: Proportion(24, of: 30)))
    #expect(
      found.rulesAccuracy
        == ProportionChange(before: Proportion(28, of: 30), after: Proportion(20, of: 30)))
    #expect(
      found.networkAccuracy
        == ProportionChange(before: Proportion(28, of: 30), after: Proportion(21, of: 30)))
    #expect(found.networkAccuracy.difference == -0.233333)
    #expect(found.explains == [.pruned, .pruned])
    var original = iris
    original.explains = .original
    #expect(
      try ExplanationDifference(iris, original, level: .inputs).explains == [.pruned, .original])
    #expect(found.hiddenFeatures == [3, 2])
    #expect(found.rules.counts == [3, 2] && found.rules.literals == [4, 2])
    #expect(found.columnsUsedAdded.isEmpty && found.columnsUsedRemoved == ["petal_width"])
    let back = try ExplanationDifference(other, iris, level: .inputs)
    #expect(back.columnsUsedAdded == ["petal_width"] && back.columnsUsedRemoved.isEmpty)
    #expect(back.data.columnsAdded == ["sepal_length"])
  }

  /// The accuracy in a result is that of the rules of its level.
  @Test func theAccuracyOfOtherRulesIsNotKnown() throws {
    #expect(try ExplanationDifference(iris, other, level: .features).rulesAccuracy == nil)
    var overFeatures = other
    overFeatures.level = .features
    #expect(try ExplanationDifference(iris, overFeatures, level: .inputs).rulesAccuracy == nil)
    #expect(try ExplanationDifference(overFeatures, iris, level: .inputs).rulesAccuracy == nil)
    #expect(try ExplanationDifference(iris, iris, level: .features).columnsUsedAdded.isEmpty)
  }

  @Test func theLevelsOfBothAreOffered() {
    var without = iris
    without.featureRules = nil
    for (first, second) in [(iris, without), (without, iris)] {
      #expect {
        try ExplanationDifference(first, second, level: .features)
      } throws: { error in
        (error as? MissingRules)?.known == [.inputs]
      }
    }
  }

  /// A rule over a score with another definition is not the same, whatever it says.
  @Test func rulesOverAChangedScoreAreNotTheSame() throws {
    let term = ScoreEntry.Term(
      Score.Term(2, times: "petal_length", .number(step: 1, ifMissing: 0)),
      schema: iris.data.schema)
    var changed = term
    changed.weight = 3
    func entry(_ term: ScoreEntry.Term) -> RuleSetEntry {
      var rule = iris.rules[0]
      rule.if = [
        RuleEntry.Test(
          Literal("S1", .interval(lower: 4, upper: nil, orMissing: false)),
          schema: Schema(
            features: [Feature("S1")], target: iris.data.schema.target))
      ]
      var entry = iris.inputRules
      entry.rules = [rule, iris.rules[2]]
      entry.scores = [ScoreEntry(id: "S1", terms: [term])]
      return entry
    }
    let same = RuleDifference(entry(term), entry(term))
    #expect(same.same.count == 2 && same.scoresChanged.isEmpty && !same.isReordered)
    let found = RuleDifference(entry(term), entry(changed))
    #expect(found.scoresChanged == ["S1"])
    #expect(found.same == [.init(before: "R3", after: "R3")])
  }
}
