/// Two proportions of different runs, with the interval of their difference.
public struct ProportionChange: Codable, Hashable, Sendable {
  /// The first proportion.
  public var before: Proportion
  /// The second proportion.
  public var after: Proportion
  /// `after` minus `before`.
  public var difference: Double
  /// The lower bound of the difference.
  public var low: Double
  /// The upper bound of the difference.
  public var high: Double
  /// "newcombe-95": from the Wilson intervals of both, as of independent rows (Newcombe 1998,
  /// Statistics in Medicine 17, method 10).
  public var method: String

  /// Whether the interval does not contain 0.
  public var isClear: Bool { low > 0 || high < 0 }

  /// The change between two proportions.
  public init(before: Proportion, after: Proportion) {
    self.before = before
    self.after = after
    let (p, q) = (after.value, before.value)
    let (own, other) = (after.interval, before.interval)
    func distance(_ first: Double, _ second: Double) -> Double {
      (first * first + second * second).squareRoot()
    }
    difference = (p - q).roundedTo(digits: 6)
    low = (p - q - distance(p - own.lowerBound, other.upperBound - q)).roundedTo(digits: 6)
    high = (p - q + distance(own.upperBound - p, q - other.lowerBound)).roundedTo(digits: 6)
    method = "newcombe-95"
  }
}
