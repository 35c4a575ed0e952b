import Foundation

/// A count out of a total, with the Wilson interval at 95 % (Wilson 1927).
public struct Proportion: Hashable, Sendable {
  /// The number of positive rows.
  public let count: Int
  /// The total number of rows.
  public let total: Int

  /// Creates a proportion; `count` must be from 0 to `total`.
  public init(_ count: Int, of total: Int) {
    precondition(0 <= count && count <= total, "\(count) of \(total)")
    self.count = count
    self.total = total
  }

  /// The share of positions at which two lists of predictions agree.
  public init(agreementOf first: [Int], and second: [Int]) {
    precondition(first.count == second.count, "\(first.count) predictions and \(second.count)")
    self.init(zip(first, second).count { $0 == $1 }, of: first.count)
  }

  /// The share, 0 if the total is 0.
  public var value: Double { total == 0 ? 0 : Double(count) / Double(total) }

  /// The 95 % Wilson score interval; 0...1 if the total is 0.
  public var interval: ClosedRange<Double> {
    guard total > 0 else { return 0...1 }
    let z = 1.959963984540054
    let n = Double(total)
    let center = (value + z * z / (2 * n)) / (1 + z * z / n)
    let half =
      z / (1 + z * z / n) * (value * (1 - value) / n + z * z / (4 * n * n)).squareRoot()
    let low = count == 0 ? 0 : max(0, center - half)
    let high = count == total ? 1 : min(1, center + half)
    return min(low, value)...max(high, value)
  }
}

/// `{"count": 118, "total": 120, "value": 0.98333, "low": 0.9413, "high": 0.9954, "method": "wilson-95"}`
extension Proportion: Codable {
  private enum Key: String, CodingKey { case count, total, value, low, high, method }

  /// - Throws: `DecodingError` if a field is missing or invalid.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let count = try container.decode(Int.self, forKey: .count)
    let total = try container.decode(Int.self, forKey: .total)
    // Counts beyond the size of a table would overflow in comparisons of proportions.
    guard 0 <= count, count <= total, total <= Int32.max else {
      throw DecodingError.dataCorruptedError(
        forKey: .count, in: container, debugDescription: "\(count) of \(total)")
    }
    self.init(count, of: total)
  }

  /// Encodes the fields of the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(count, forKey: .count)
    try container.encode(total, forKey: .total)
    try container.encode(value.roundedTo(digits: 12), forKey: .value)
    try container.encode(interval.lowerBound.roundedTo(digits: 6), forKey: .low)
    try container.encode(interval.upperBound.roundedTo(digits: 6), forKey: .high)
    try container.encode("wilson-95", forKey: .method)
  }
}

extension Double {
  /// The number rounded to `digits` decimal places; its description has no more.
  public func roundedTo(digits: Int) -> Double {
    guard isFinite else { return self }
    if (0..<Self.powersOfTen.count).contains(digits) {
      let power = Self.powersOfTen[digits]
      let multiple = self * power
      let nearest = multiple.rounded()
      // A power of ten and an integer are exact, so their quotient is correctly rounded. If the
      // product is near a half, all digits are needed for the direction of rounding.
      if abs(multiple) < 0x1p40, abs(multiple - nearest) < 0.499 { return nearest / power }
    }
    return Double(fixed(self, digits: digits)) ?? self
  }

  /// A figure in a unit of the data: rounded to 6 decimal places, or to 6 significant digits below 0.001.
  public var roundedFigure: Double {
    guard isFinite, self != 0 else { return self }
    var (digits, size) = (6, abs(self))
    guard size < 1e-3 else { return roundedTo(digits: digits) }
    while size < 0.1, digits < 330 {
      size *= 10
      digits += 1
    }
    return roundedTo(digits: digits)
  }

  private static let powersOfTen: [Double] = (0...15).map { exponent in
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }
}

/// A number with a fixed number of decimal places, for tables: `0.980`.
public func fixed(_ value: Double, digits: Int) -> String {
  guard value.isFinite else { return "\(value)" }
  return String(format: "%.\(digits)f", value)
}
