import Foundation

/// The largest of 1, 2 and 5 times a power of ten that is at most `limit`; `nil` if `limit` is not
/// positive and finite.
package func readableStep(atMost limit: Double) -> Double? {
  guard limit.isFinite, limit > 0 else { return nil }
  let exponent = Int(log10(limit).rounded(.down))
  for power in [exponent + 1, exponent, exponent - 1] {
    for digit in [5, 2, 1] {
      if let step = Double("\(digit)e\(power)"), step > 0, step <= limit { return step }
    }
  }
  return nil
}

/// The most readable number in `low...high`: the multiple of the largest 1-2-5 step that has one
/// there, the nearest to the middle; `low` if the bounds are not in order.
package func readableNumber(between low: Double, and high: Double) -> Double {
  let middle = low / 2 + high / 2
  guard low < high, middle.isFinite else { return low }
  if low <= 0, high >= 0 { return 0 }
  let exponent = Int(log10(max(abs(low), abs(high))).rounded(.down)) + 1
  for power in stride(from: exponent, through: exponent - 17, by: -1) {
    for digit in [5, 2, 1] {
      guard let step = Double("\(digit)e\(power)"), step > 0 else { continue }
      let multiple = (middle / step).rounded()
      guard abs(multiple) < 1e16,
        let number = Double("\(Int64(multiple) * Int64(digit))e\(power)")
      else { continue }
      if low <= number, number <= high { return number }
    }
  }
  return middle
}
