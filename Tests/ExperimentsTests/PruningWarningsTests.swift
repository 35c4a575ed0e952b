import Experiments
import Explanations
import Rules
import Testing

@Suite struct PruningWarningsTests {
  @Test func vanishedClassesAreCountedInTheOriginalsPredictions() {
    let found = VanishedClass.all(
      original: [0, 0, 1, 2, 2, 2, 3], pruned: [0, 0, 0, 0, 3, 0, 3],
      classes: ["a", "b", "c", "d", "e"])
    #expect(found.map(\.name) == ["b", "c"])
    #expect(found.map(\.rows) == [1, 3])
  }

  @Test func agreementBelow95PercentIsSaid() {
    let low = Warning.pruning(
      agreement: Proportion(55, of: 100), vanished: [], explains: .pruned,
      names: SettingNames { "--\($0.rawValue)" })
    #expect(low.map(\.code) == ["agreement-with-original"])
    #expect(low[0].figure == 0.55)
    #expect(
      low[0].text
        == "the pruned network, which the rules describe, agrees with the network before pruning "
        + "on only 55 of 100 held-out rows (55.0 %); --explain original describes the network "
        + "before pruning")
    let plain = Warning.pruning(
      agreement: Proportion(55, of: 100), vanished: [], explains: .pruned)
    #expect(plain[0].text.hasSuffix("; explain original describes the network before pruning"))
    #expect(
      Warning.pruning(agreement: Proportion(95, of: 100), vanished: [], explains: .pruned) == [])
    #expect(Warning.pruning(agreement: Proportion(0, of: 0), vanished: [], explains: nil) == [])
  }

  @Test func vanishedClassesAreNamed() {
    let found = VanishedClass.all(
      original: [0, 1, 2, 2], pruned: [0, 0, 0, 0], classes: ["a", "b", "c"])
    let warnings = Warning.pruning(
      agreement: Proportion(99, of: 100), vanished: found, explains: nil)
    #expect(warnings.map(\.code) == ["vanished-classes"])
    #expect(
      warnings[0].text
        == "the pruned network never predicts 'b' (1 row), 'c' (2 rows), which the network before "
        + "pruning does")
  }

  @Test func aClassWithoutRuleIsNamedFromTenRowsOn() {
    let rules = RuleSet([Rule(if: .always, then: 1)], default: 0, resolution: .vote)
    let predictions = [0, 1, 2, 3].flatMap { [Int](repeating: $0, count: $0 == 3 ? 9 : 10) }
    let classes = ["a", "b", "c", "d"]
    let warnings = Warning.classesWithoutRule(rules, predictions: predictions, classes: classes)
    #expect(warnings.map(\.code) == ["classes-without-rule"])
    #expect(
      warnings.first?.text
        == "no rule predicts 'c' (10 rows), which the network predicts on validation rows")
  }
}
