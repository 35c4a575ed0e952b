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

  /// Of 1,000 rows `lost` are right before pruning only, and `gained` after it only. With 30 and 5 the
  /// difference of 25 rows has a standard error of 5.9 rows: 25 - 1.645 * 5.9 = 15.4 rows, above 10.
  @Test(arguments: [(30, 5, true), (24, 5, true), (23, 5, false), (12, 0, false), (0, 60, false)])
  func accuracyThatIsLostIsSaid(_ lost: Int, _ gained: Int, _ isSaid: Bool) {
    let labels = [Int](repeating: 0, count: 1000)
    let before = labels.indices.map { $0 < lost ? 0 : $0 < lost + gained ? 1 : $0 < 900 ? 0 : 1 }
    let after = labels.indices.map { $0 < lost ? 1 : $0 < lost + gained ? 0 : $0 < 900 ? 0 : 1 }
    let found = Warning.lostAccuracy(before: before, after: after, labels: labels)
    #expect(found.map(\.code) == (isSaid ? ["accuracy-lost-in-pruning"] : []))
    if lost == 30 {
      #expect(
        found[0].text
          == "pruning lowers the accuracy on held-out rows from 89.5 % to 87.0 %: more than on the "
          + "validation rows by which its steps were accepted")
      #expect(found[0].figure.map { abs($0 + 0.025) < 1e-12 } == true)
    }
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

  @Test func aLatencyAboveTheGoalIsNamed() {
    #expect(Warning.missedLatency(0.5, low: 0.5, high: 0.6) == [])
    #expect(
      Warning.missedLatency(0.5, low: 0.64, high: 0.651) == [
        Warning(
          "latency-above-goal",
          "the pruned network takes 64.0 to 65.1 % of the inference time, and the goal is 50.0 %",
          figure: 0.64)
      ])
  }

  @Test func aClassWithoutRuleIsNamedFromTenRowsOn() {
    let rules = RuleSet([Rule(if: .always, then: 1)], default: 0, resolution: .vote)
    let predictions = [0, 1, 2, 3].flatMap { [Int](repeating: $0, count: $0 == 3 ? 9 : 10) }
    let classes = ["a", "b", "c", "d"]
    let warnings = Warning.classesWithoutRule(rules, predictions: predictions, classes: classes)
    #expect(warnings.map(\.code) == ["classes-without-rule"])
    #expect(
      warnings.first?.text
        == "no rule predicts 'c' (10 rows), which the network predicts on validation and held-out "
        + "rows")
  }
}
