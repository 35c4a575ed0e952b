import Foundation

/// A decimal with few digits that separates lower from upper values.
///
/// One value in 500 may be on the other side, but at most one in 50 of either, which spares digits
/// that no reader needs.
/// - Parameters:
///   - lower: the values that are to be at most the cut.
///   - upper: the values that are to be above it.
///   - other: a cut near which to stay if the two sides are not apart or one is empty.
/// - Returns: the cut.
func readableCut(_ lower: [Double], _ upper: [Double], or other: Double) -> Double {
  let tolerance = (lower.count + upper.count) / 500
  let below = lower.sorted(by: >).dropFirst(min(tolerance, lower.count / 50)).first
  let above = upper.sorted().dropFirst(min(tolerance, upper.count / 50)).first
  if let below, let above, below < above { return shortestCut(between: below, and: above) }
  let width = max(abs(other) * 1e-5, .leastNormalMagnitude)
  return other.isFinite ? shortestCut(between: other - width, and: other + width) : other
}

/// A threshold of sums that no sum can equal, where all of them have few decimals.
///
/// The rounding of a sum in floating point would decide on which side of the threshold an equal sum is:
/// 3 · 0.1 > 0.3.
/// - Parameters:
///   - threshold: a threshold.
///   - sums: the sums of some rows; other rows may have other sums with as few decimals.
/// - Returns: the threshold; if it has no more decimals than the sums and these have 1 to 6, half of a unit
///   in their last place above it.
package func unattainable(_ threshold: Double, by sums: [Double]) -> Double {
  let digits = (0...6).first { digits in sums.allSatisfy { hasDecimals($0, digits) } }
  guard let digits, digits > 0, hasDecimals(threshold, digits) else { return threshold }
  let higher = threshold + 0.5 / Foundation.pow(10, Double(digits))
  return Double(String(format: "%.\(digits + 1)f", higher)) ?? threshold
}

/// Whether a value has at most some decimals, up to the rounding of a sum.
private func hasDecimals(_ value: Double, _ digits: Int) -> Bool {
  let multiple = value * Foundation.pow(10, Double(digits))
  return abs(multiple - multiple.rounded()) <= 1e-9 * max(abs(multiple), 1)
}
