import Datasets
import Explanations
import Rules
import Testing

/// The number of rules and the support of each, counted by hand.
@Suite struct SizeChoiceTests {
  /// Predictions with the first rows wrong.
  private func given(_ predictions: [Int], wrong: Int) -> [Int] {
    predictions.enumerated().map { $0.offset < wrong ? 1 - $0.element : $0.element }
  }

  /// Twenty errors are the fewest: 20 × 1.05 and a quarter of √21 more allow 22.
  @Test func theToleranceIsRelativeToTheDisagreementLeft() {
    let predictions = (0..<400).map { $0 % 2 }
    let choice = SizeChoice(predictions: predictions, real: 400)
    func chosen(_ errors: [Int]) -> Int? {
      choice.choice(of: errors.map { given(predictions, wrong: $0) })
    }
    #expect(chosen([200, 40, 22, 20, 20]) == 2)
    #expect(chosen([200, 40, 23, 20, 20]) == 3)
    #expect(chosen([200, 3, 0]) == 2)
    // Four points are within the tolerance of a point and a standard error that a large
    // disagreement had.
    #expect(chosen([200, 26, 10]) == 2)
    #expect(chosen([20, 20, 20]) == 0)
    #expect(chosen([]) == nil)
  }

  /// Real rows of weight 5 beside synthetic ones: one wrong real row is five errors.
  @Test func weightsCount() {
    let predictions = [Int](repeating: 0, count: 40) + [Int](repeating: 1, count: 60)
    let weights = [Int](repeating: 5, count: 40) + [Int](repeating: 1, count: 60)
    let choice = SizeChoice(predictions: predictions, real: 40, weights: weights)
    let synthetic = predictions.indices.map { $0 >= 97 ? 0 : predictions[$0] }
    // Three errors on synthetic rows allow 3.15 + √28 / 4 = 4.47; one on a real row is 5.
    #expect(choice.choice(of: [given(predictions, wrong: 1), synthetic]) == 1)
  }

  /// Four real rows of weight 5 are 20 errors with the variance 4 · 25, and one row more is 25:
  /// 20 · 1.05 + √125 / 4 allow 23.8, where 20 errors of weight 1 would allow 22.7.
  @Test func theVarianceIsThatOfWeightedRows() {
    let predictions = [Int](repeating: 0, count: 8)
    let weights = [5, 5, 5, 5, 1, 1, 1, 1]
    let choice = SizeChoice(predictions: predictions, real: 4, weights: weights)
    let best = given(predictions, wrong: 4)
    #expect(choice.choice(of: [given(predictions, wrong: 7), best]) == 0)
    #expect(choice.choice(of: [given(predictions, wrong: 8), best]) == 1)
  }

  @Test(arguments: [(9, 0), (10, 1)]) func aClassOfTenRowsNeedsARule(rows: Int, chosen: Int) {
    let predictions = [Int](repeating: 0, count: 1000) + [Int](repeating: 1, count: rows)
    let without = [Int](repeating: 0, count: 1000 + rows)
    // With the rare class, but with more errors.
    let with = predictions.indices.map { $0 < 30 ? 1 : predictions[$0] }
    let choice = SizeChoice(predictions: predictions, real: predictions.count)
    #expect(choice.needed == (rows == 10 ? [0, 1] : [0]))
    #expect(choice.choice(of: [without, with]) == chosen)
    #expect(choice.choice(of: [without]) == 0)
  }

  @Test func theNeedIsFiveOrOneInAHundredOrTheWholeClass() {
    let predictions =
      [Int](repeating: 0, count: 1001) + [Int](repeating: 1, count: 300) + [2, 2, 2]
    #expect(MinimumSupport(predictions, classes: 4).needed == [11, 5, 3, 1])
    #expect(MinimumSupport([], classes: 1).needed == [1])
  }

  /// Rules for x ≤ 1 (two rows), x ≤ 3 and x ≤ 8: the first is dropped, and its rows go to the
  /// second, which so has enough.
  @Test func rowsOfADroppedRuleGoToTheNext() {
    let values = (0..<20).map(Double.init)
    let table = Table(
      schema: Schema(features: [Feature("x")], target: Target("y", .classes(names: ["a", "b"]))),
      columns: [.doubles(values)], labels: [Int](repeating: 0, count: 20))
    func rule(_ upper: Double, _ conclusion: Int) -> Rule {
      Rule(
        if: Conjunction([Literal("x", .interval(lower: nil, upper: upper, orMissing: false))])
          ?? .always, then: conclusion)
    }
    let predictions = values.map { $0 <= 4 ? 0 : 1 }
    let rules = RuleSet(
      [rule(1, 1), rule(5, 0), rule(8, 1)], default: 1, resolution: .firstMatch)
    let support = MinimumSupport(predictions, classes: 2)
    #expect(support.needed == [5, 5])
    let kept = support.enforced(on: rules, over: table, predictions: predictions)
    #expect(kept.rules.map(\.premise) == [rule(5, 0).premise])
    #expect(kept.rules.map(\.support) == [Support(covered: 6, agreeing: 5)])
  }
}
