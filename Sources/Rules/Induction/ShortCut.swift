import Foundation

/// The decimal with the fewest digits that separates two numbers as `x <= t` and `x > t`; of
/// several, the nearest to the midpoint.
///
/// Decimals in the middle half of the gap are preferred, so the threshold is not close to one of
/// the numbers.
/// - Returns: a number with `low <= t < high`.
public func shortestCut(between low: Double, and high: Double) -> Double {
  precondition(low < high, "a cut between \(low) and \(high)")
  guard low.isFinite, high.isFinite else {
    return low.isFinite ? low : (high.isFinite ? high.nextDown : 0)
  }
  // Halved before adding: the sum of two large numbers can overflow.
  let middle = low / 2 + high / 2
  let quarter = high / 4 - low / 4
  let (from, to) = (middle - quarter, middle + quarter)
  if let cut = shortestDecimal(near: middle, from: max(from, low), to: min(to, high.nextDown)) {
    return cut
  }
  return low
}

/// The decimal with the fewest digits in a closed range; of several, the nearest to `middle`.
private func shortestDecimal(near middle: Double, from: Double, to: Double) -> Double? {
  guard from <= to else { return nil }
  let largest = max(abs(from), abs(to))
  if largest == 0 { return 0 }
  let top = Int(Foundation.log10(largest).rounded(.up))
  for exponent in stride(from: top, to: top - 18, by: -1) {
    let multiple = exponent >= 0 ? middle / power(exponent) : middle * power(-exponent)
    guard abs(multiple) < 0x1p53 else { return nil }
    let nearest = multiple.rounded()
    // Rounding in the division may miss the true nearest multiple by one.
    let candidates = [nearest, nearest - 1, nearest + 1].compactMap { digits -> Double? in
      guard let value = Double("\(Int64(digits))e\(exponent)") else { return nil }
      return from <= value && value <= to ? value : nil
    }
    if let best = candidates.min(by: { abs($0 - middle) < abs($1 - middle) }) {
      return best == 0 ? 0 : best
    }
  }
  return nil
}

/// 10 to an integer power, infinity on overflow.
private func power(_ exponent: Int) -> Double { Foundation.pow(10, Double(exponent)) }
