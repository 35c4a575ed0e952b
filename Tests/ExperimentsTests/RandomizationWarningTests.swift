import Experiments
import Explanations
import Testing

/// The warnings about rules of a network of shuffled labels, word for word.
@Suite struct RandomizationWarningTests {
  private func result(accuracy: Int, fidelity: Int, baseline: Int) -> Randomization {
    Randomization(
      fidelity: Proportion(fidelity, of: 100), majorityBaseline: Proportion(baseline, of: 100),
      accuracy: Proportion(accuracy, of: 100), accuracyBaseline: Proportion(50, of: 100), rules: 3)
  }

  private let shown = Fidelity(
    rules: ([Int](repeating: 0, count: 90) + [Int](repeating: 1, count: 10), []),
    network: ([Int](repeating: 0, count: 100), []), original: [Int](repeating: 0, count: 100),
    isCovered: [Bool](repeating: true, count: 100), classes: ["a", "b"])

  @Test func rulesThatPredictShuffledLabels() {
    let warnings = Warning.randomization(
      result(accuracy: 70, fidelity: 95, baseline: 50), shown: shown)
    #expect(warnings.map(\.code) == ["randomization"])
    #expect(warnings.map(\.figure) == [0.7])
    #expect(
      warnings.map(\.text) == [
        "rules of a network trained on shuffled labels predict 70 of 100 shuffled held-out labels, "
          + "more than the most frequent label, 50 of 100: held-out rows may not be independent"
      ])
  }

  @Test func rulesThatAgreeAsOften() {
    let warnings = Warning.randomization(
      result(accuracy: 50, fidelity: 95, baseline: 50), shown: shown)
    #expect(warnings.map(\.code) == ["randomization"])
    #expect(warnings.map(\.figure) == [0.95])
    #expect(
      warnings.map(\.text) == [
        "rules of a network trained on shuffled labels agree with it on 95 of 100 held-out rows, and "
          + "the reported rules with theirs on 90 of 100: this fidelity is no evidence that the "
          + "network learned anything from the data"
      ])
  }

  /// 90 of 100 is from 0.826 on: above 82 of 100, not above 83.
  @Test func noWarningForAnExpectedResult() {
    #expect(
      Warning.randomization(result(accuracy: 52, fidelity: 82, baseline: 50), shown: shown) == [])
    #expect(
      Warning.randomization(result(accuracy: 52, fidelity: 83, baseline: 50), shown: shown).count
        == 1)
    #expect(
      Warning.randomization(result(accuracy: 52, fidelity: 100, baseline: 100), shown: shown) == [])
    #expect(Warning.randomization(nil, shown: shown) == [])
  }
}
