import Explanations
import Testing

/// Intervals of differences against Newcombe 1998 (Statistics in Medicine 17:873), table II, method
/// 10.
@Suite struct ProportionChangeTests {
  @Test(arguments: [
    (56, 70, 48, 80, 0.0524, 0.3339), (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062), (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775), (10, 10, 0, 20, 0.6791, 1), (10, 10, 0, 10, 0.6075, 1),
  ])
  func intervalsAreThePublishedOnes(
    first: Int, firstRows: Int, second: Int, secondRows: Int, low: Double, high: Double
  ) {
    let change = ProportionChange(
      before: Proportion(second, of: secondRows), after: Proportion(first, of: firstRows))
    #expect(abs(change.low - low) < 0.00006)
    #expect(abs(change.high - high) < 0.00006)
    #expect(change.isClear == (low > 0))
    let difference = Double(first) / Double(firstRows) - Double(second) / Double(secondRows)
    #expect(abs(change.difference - difference) < 1e-6)
    // Exchanged, the interval is mirrored.
    let back = ProportionChange(before: change.after, after: change.before)
    #expect(back.low == -change.high && back.high == -change.low)
    #expect(back.isClear == change.isClear)
  }
}
