import Foundation

/// The decimal of fewest digits that parts two numbers as `x <= t` and `x > t`; of several, the
/// nearest to the middle.
///
/// Only decimals from the middle half of the gap are looked at while there are any, so that a short
/// number does not hug one of its neighbours.
/// - Returns: a number with `low <= t < high`.
public func shortestCut(between low: Double, and high: Double) -> Double {
  precondition(low < high, "a cut between \(low) and \(high)")
  guard low.isFinite, high.isFinite else {
    return low.isFinite ? low : (high.isFinite ? high.nextDown : 0)
  }
  // Halves first: the sum of two large numbers need not be finite.
  let middle = low / 2 + high / 2
  let quarter = high / 4 - low / 4
  let (from, to) = (middle - quarter, middle + quarter)
  if let cut = shortestDecimal(near: middle, from: max(from, low), to: min(to, high.nextDown)) {
    return cut
  }
  return low
}

/// The decimal of fewest digits in a closed range; of several, the nearest to `middle`.
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

/// 10 to a whole power, also where that is beyond the largest number.
private func power(_ exponent: Int) -> Double { Foundation.pow(10, Double(exponent)) }
