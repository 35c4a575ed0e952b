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
