import Datasets
import ExplanationSupport
import Explanations
import Foundation
import RuleSupport
import Rules
import Testing

/// Rules of a result are converted to executable rules, or an error is thrown.
@Suite struct ExplanationRulesTests {
  private func explanation(_ tests: String) throws -> Explanation {
    var explanation = SampleExplanation.mushroom.explanation
    explanation.rules[0].if = try JSONDecoder().decode(
      [RuleEntry.Test].self, from: Data(tests.utf8))
    return explanation
  }

  @Test func everySampleCanBeExecuted() throws {
    for sample in SampleExplanation.allCases {
      let explanation = sample.explanation
      #expect(throws: Never.self, "\(sample)") { try explanation.checkRules() }
      #expect(try explanation.ruleSet(.inputs)?.rules.count == explanation.rules.count)
    }
  }

  @Test func numbersAndLevelsOnOneColumnAreRefused() throws {
    let mixed = try explanation(
      #"[{"feature": "odor", "operator": "in", "values": ["foul"]},"#
        + #" {"feature": "odor", "operator": ">", "value": 1}]"#)
    let error = #expect(throws: UnreadableRules.self) { try mixed.ruleSet(.inputs) }
    #expect(error?.errorDescription == "rule R1 has an invalid condition on 'odor'")
    #expect(error?.recoverySuggestion == "the result file was edited or truncated")
    // "Is known" applies to any column; a level is not a number.
    let known = try explanation(
      #"[{"feature": "odor", "operator": "in", "values": ["foul"]},"#
        + #" {"feature": "odor", "operator": ">"}]"#)
    let second = #expect(throws: UnreadableRules.self) { try known.ruleSet(.inputs) }
    #expect(second?.errorDescription == "rule R1 has contradictory conditions on 'odor'")
  }

  @Test func aLevelThatTheColumnLacksIsRefused() throws {
    let wrong = try explanation(#"[{"feature": "odor", "operator": "in", "values": ["sweet?"]}]"#)
    #expect(throws: UnreadableRules.invalidCondition(rule: "R1", variable: "odor")) {
      try wrong.checkRules()
    }
  }

  @Test func rulesAreReadOverOtherColumnsAndClasses() throws {
    let explanation = SampleExplanation.iris.explanation
    let entry = explanation.inputRules
    var schema = explanation.data.schema
    schema.features.reverse()
    let classes = ["virginica", "setosa", "versicolor"]
    let rules = try entry.ruleSet(over: schema, classes: classes)
    #expect(rules.rules.map(\.conclusion) == [1, 2, 0])
    #expect(rules.rules.map(\.support.covered) == [32, 31, 32])
    #expect(rules.rules.map(\.support.agreeing) == [32, 30, 31])
    #expect(rules.defaultClass == 2)
    schema.features.removeFirst()
    #expect(throws: UnreadableRules.unknownVariable(rule: "R2", name: "petal_width")) {
      try entry.ruleSet(over: schema, classes: classes)
    }
    #expect(throws: UnreadableRules.unknownClass(rule: "R1", name: "setosa")) {
      try entry.ruleSet(over: explanation.data.schema, classes: ["versicolor", "virginica"])
    }
  }

  @Test func theLevelOfRulesMustHaveRules() {
    var explanation = SampleExplanation.mushroom.explanation
    explanation.level = .features
    explanation.featureRules = nil
    #expect(throws: UnreadableRules.noFeatureRules) { try explanation.checkRules() }
  }
}
