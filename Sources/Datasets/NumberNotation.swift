/// How the numbers of a column are written, where it is not `-1234.5`.
///
/// The notation is found in the training rows and kept in the schema, so that rows that are read
/// later, and exported rules, understand a cell as the training rows did.
public struct NumberNotation: Hashable, Sendable {
  /// The character before a number's decimals.
  public enum DecimalMark: String, Hashable, Codable, CaseIterable, Sendable {
    /// `1.5`
    case point
    /// `1,5`
    case comma
  }

  /// The character before the decimals.
  public var decimal: DecimalMark
  /// Whether the other of point and comma separates thousands: `1,234.5`, `1.234,5`.
  public var hasThousands: Bool
  /// Whether numbers end in a percent sign; the value is what stands before it.
  public var isPercent: Bool
  /// The currency sign or code that numbers may have.
  public var currency: String?
  /// A number that stands for a missing value, such as -999.
  public var missing: Double?

  /// `-1234.5`, unless the arguments say otherwise.
  public init(
    decimal: DecimalMark = .point, hasThousands: Bool = false, isPercent: Bool = false,
    currency: String? = nil, missing: Double? = nil
  ) {
    self.decimal = decimal
    self.hasThousands = hasThousands
    self.isPercent = isPercent
    self.currency = currency
    self.missing = missing
  }

  /// Numbers as `-1234.5` and nothing else.
  public static let plain = NumberNotation()

  /// The number that a text is in this notation; nothing where it is none.
  ///
  /// A minus sign (U+2212), parentheses around a negative number, blanks or apostrophes between
  /// thousands and blanks around a number have one meaning only, and are read in every notation.
  func number(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    guard let written = WrittenNumber(bytes) else { return nil }
    return number(written)
  }

  func number(_ written: WrittenNumber) -> Double? {
    let found = decimal == .point ? written.point : written.comma
    guard let reading = found else { return nil }
    if reading.hasThousands, !hasThousands { return nil }
    if let sign = written.currency, sign != currency { return nil }
    if written.isPercent != isPercent, reading.value != 0 || written.isPercent { return nil }
    return reading.value
  }
}

extension NumberNotation: Codable {
  private enum Key: String, CodingKey { case decimal, thousands, percent, currency, missing }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    self.init(
      decimal: try container.decodeIfPresent(DecimalMark.self, forKey: .decimal) ?? .point,
      hasThousands: try container.decodeIfPresent(Bool.self, forKey: .thousands) ?? false,
      isPercent: try container.decodeIfPresent(Bool.self, forKey: .percent) ?? false,
      currency: try container.decodeIfPresent(String.self, forKey: .currency),
      missing: try container.decodeIfPresent(Double.self, forKey: .missing))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(decimal, forKey: .decimal)
    if hasThousands { try container.encode(true, forKey: .thousands) }
    if isPercent { try container.encode(true, forKey: .percent) }
    try container.encodeIfPresent(currency, forKey: .currency)
    try container.encodeIfPresent(missing, forKey: .missing)
  }
}
