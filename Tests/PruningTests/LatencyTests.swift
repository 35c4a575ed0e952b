import Foundation
import Pruning
import Tensors
import Testing

@Suite struct LatencyTests {
  /// Ranks of a two-sided 95 % confidence interval of the median: at most 2.5 % of the binomial
  /// distribution of `n` at 1/2 lies below (R's `qbinom(0.025, n, 0.5)`).
  @Test(arguments: [
    (31, 16.0, 10.0, 22.0), (100, 50.5, 40, 61), (4, 2.5, 1, 4), (1, 1, 1, 1),
  ])
  func theIntervalOfTheMedianIsOfOrderStatistics(
    _ count: Int, _ median: Double, _ low: Double, _ high: Double
  ) {
    var generator = SeededGenerator(seed: 1)
    var values = (1...count).map(Double.init)
    generator.shuffle(&values)
    let time = Latency.summary(values)
    #expect(time.median == median && time.low == low && time.high == high, "\(time)")
  }

  @Test func nothingMeasuredIsNothing() {
    let time = Latency.summary([])
    #expect(time.median == 0 && time.low == 0 && time.high == 0)
  }

  /// McNemar's test: of 200 rows 10 are lost and 4 gained, a net loss of 6, with the standard error
  /// √(14 - 36/200).
  @Test func theBoundOfALossIsOneSidedAtNinetyFivePerCent() {
    let before = (0..<200).map { $0 < 150 ? 0.0 : 1 }
    let after = (0..<200).map { $0 >= 10 && $0 < 154 ? 0.0 : 1 }
    let bound = AccuracyFloor.bound(before: before, after: after)
    #expect(abs(bound - (6 + 1.644_853_626_951 * (14 - 0.18).squareRoot()) / 200) < 1e-12)
    #expect(AccuracyFloor.bound(before: before, after: before) == 0)
  }
}
