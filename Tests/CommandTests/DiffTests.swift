import Explanations
import Foundation
import Rules
import Testing

@Suite struct DiffTests {
  private func entry(
    _ id: String, _ tests: [(String, RuleEntry.Test.Operator, Double)], _ prediction: String
  ) throws -> RuleEntry {
    let conditions = tests.map { feature, name, value in
      "{\"feature\":\"\(feature)\",\"operator\":\"\(name.rawValue)\",\"value\":\(value)}"
    }.joined(separator: ",")
    let share = "{\"count\":1,\"total\":2}"
    return try JSONDecoder().decode(
      RuleEntry.self,
      from: Data(
        """
        {"id":"\(id)","if":[\(conditions)],"then":"\(prediction)","coverage":\(share),
        "confidence":\(share),"heldOutCoverage":\(share),"heldOutConfidence":\(share)}
        """.utf8))
  }

  private func set(_ rules: [RuleEntry], default fallback: String) -> RuleSetEntry {
    RuleSetEntry(
      rules: rules, defaultClass: fallback, resolution: .firstMatch,
      extractor: ExtractorSummary(name: "surrogate-tree", source: "", notes: []),
      complexity: ComplexitySummary(Complexity(rules: 0, literals: 0, variables: 0), level: .inputs)
    )
  }

  @Test func rulesAreTheSameChangedRemovedOrAdded() throws {
    let before = set(
      [
        try entry("R1", [("x", .greater, 2)], "a"),
        try entry("R2", [("x", .greater, 1), ("y", .atMost, 5)], "b"),
        try entry("R3", [("z", .greater, 0)], "c"), try entry("R4", [("y", .greater, 9)], "a"),
      ], default: "a")
    let after = set(
      [
        try entry("R1", [("y", .greater, 9)], "a"),
        try entry("R2", [("y", .atMost, 5), ("x", .greater, 1.5)], "b"),
        try entry("R3", [("x", .greater, 2)], "a"), try entry("R4", [("z", .greater, 0)], "a"),
      ], default: "c")
    let found = RuleDifference(before, after)
    #expect(
      found.same == [.init(before: "R1", after: "R3"), .init(before: "R4", after: "R1")])
    #expect(found.isReordered && found.defaults == ["a", "c"])
    #expect(found.changed.map(\.before.id) == ["R2"] && found.changed.map(\.after.id) == ["R2"])
    #expect(found.changed[0].conditions.map { $0.map(\.value) } == [[1, 1.5]])
    #expect(found.removed.map(\.id) == ["R3"] && found.added.map(\.id) == ["R4"])
    #expect(found.counts == [4, 4] && found.literals == [5, 5])
  }

  /// Newcombe (1998), table II: 56/70 against 48/80 by method 10: 0.2, 0.0524 to 0.3339.
  @Test func differencesHaveTheIntervalOfNewcombe() {
    let change = ProportionChange(before: Proportion(48, of: 80), after: Proportion(56, of: 70))
    #expect(change.difference == 0.2)
    #expect(abs(change.low - 0.0524) < 5e-5 && abs(change.high - 0.3339) < 5e-5)
    #expect(change.isClear)
    let none = ProportionChange(before: Proportion(9, of: 10), after: Proportion(3, of: 3))
    #expect(!none.isClear && none.low < 0 && none.high > 0)
  }

  @Test func aResultDoesNotDifferFromItself() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      for level in ["inputs", "features", "described"] {
        let run = try Program("diff", "r", "r", "--rules", level, "--json", in: folder)
        #expect(run.code == 0 && run.errorOutput.isEmpty)
        let found = try JSONDecoder().decode(
          ExplanationDifference.self, from: Data(run.output.utf8))
        #expect(found.predictions == Proportion(150, of: 150))
        #expect(found.data.isSame && found.rules.changed.isEmpty)
        #expect(found.rules.added.isEmpty && found.rules.removed.isEmpty)
        #expect(found.rules.same.count == found.rules.counts[0] && !found.rules.isReordered)
        #expect(found.fidelity?.difference ?? 0 == 0)
      }
    }
  }

  @Test func changedThresholdsChangePredictions() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      var other = try result.explanation
      let index = try #require(other.rules.firstIndex { $0.if.contains { $0.value != nil } })
      let place = try #require(other.rules[index].if.firstIndex { $0.value != nil })
      let value = try #require(other.rules[index].if[place].value)
      other.rules[index].if[place].value = value + 0.3
      try JSONEncoder().encode(other).write(to: folder.appendingPathComponent("other.json"))
      let run = try Program("diff", "r", "other.json", in: folder)
      #expect(run.code == 0 && run.errorOutput.isEmpty)
      let id = other.rules[index].id
      #expect(run.output.contains("1 changed, 0 removed, 0 added.\n"))
      #expect(run.output.contains("\n  changed   \(id): "))
      let table = try result.modelAndRows("iris").1
      let (old, new) = (
        try #require(try result.explanation.ruleSet(.inputs)).classify(table),
        try #require(try other.ruleSet(.inputs)).classify(table)
      )
      let same = zip(old, new).count { $0 == $1 }
      #expect(same < 150)
      #expect(run.output.contains("predict the same class for \(same) of 150 rows ("))
      #expect(run.output.hasPrefix("Data: the same bytes, 150 rows.\n"))
    }
  }

  @Test func missingLevelsAreNamed() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      var other = try ResultFolder(folder.appendingPathComponent("r")).explanation
      other.describedRules = nil
      try JSONEncoder().encode(other).write(to: folder.appendingPathComponent("other.json"))
      let run = try Program("diff", "r", "other.json", "--rules", "described", in: folder)
      #expect(run.code == 65 && run.output.isEmpty)
      #expect(
        run.errorOutput
          == "error: the result has no described rules\n hint: use --rules inputs\n")
    }
  }
}
