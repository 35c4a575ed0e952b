/// The number notation of a column, if it differs from `-1234.5`.
///
/// The notation is inferred from the training rows and stored in the schema, so that rows read
/// later and exported rules parse a cell like the training rows.
public struct NumberNotation: Hashable, Sendable {
  /// The decimal mark.
  public enum DecimalMark: String, Hashable, Codable, CaseIterable, Sendable {
    /// `1.5`
    case point
    /// `1,5`
    case comma
  }

  /// The decimal mark.
  public var decimal: DecimalMark
  /// Whether the other of point and comma separates thousands: `1,234.5`, `1.234,5`.
  public var hasThousands: Bool
  /// Whether numbers end in a percent sign; the value is the number before it.
  public var isPercent: Bool
  /// The optional currency sign or code of numbers.
  public var currency: String?
  /// A numeric missing-value code, such as -999.
  public var missing: Double?

  /// The notation `-1234.5` by default.
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

  /// The notation `-1234.5`.
  public static let plain = NumberNotation()

  /// The value of a text in this notation; `nil` if it is not a number.
  ///
  /// A minus sign (U+2212), parentheses around a negative number, a minus after it, blanks or
  /// apostrophes between thousands, blanks around a number and an apostrophe before it are parsed in
  /// every notation.
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

extension NumberNotation {
  /// Why a text is no number in this notation, if it is one in another: what it has, and what this notation
  /// states; `nil` if it is no number, or one in this notation.
  func difference(from text: String) -> (found: NotationMark, expected: NotationMark)? {
    var text = text
    guard let written = text.withUTF8({ WrittenNumber($0) }), number(written) == nil else {
      return nil
    }
    if let sign = written.currency, sign != currency {
      return (.currency(sign), currency.map { .currency($0) } ?? .noCurrency)
    }
    if written.isPercent != isPercent {
      return isPercent ? (.noPercentSign, .percentSign) : (.percentSign, .noPercentSign)
    }
    let isPoint = decimal == .point
    guard let own = isPoint ? written.point : written.comma else {
      return isPoint ? (.decimalComma, .decimalPoint) : (.decimalPoint, .decimalComma)
    }
    return own.hasThousands && !hasThousands ? (.thousands, .noThousands) : nil
  }
}

extension NumberNotation: Codable {
  enum Key: String, CodingKey, CaseIterable { case decimal, thousands, percent, currency, missing }

  /// Keys that are absent have the values of `plain`.
  /// - Throws: `DecodingError` if a value has another type.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let mark = try container.decodeIfPresent(String.self, forKey: .decimal) ?? "point"
    guard let decimal = DecimalMark(rawValue: mark) else {
      throw SchemaProblem.decimal(found: mark).decodingError(at: container.codingPath, Key.decimal)
    }
    self.init(
      decimal: decimal,
      hasThousands: try container.decodeIfPresent(Bool.self, forKey: .thousands) ?? false,
      isPercent: try container.decodeIfPresent(Bool.self, forKey: .percent) ?? false,
      currency: try container.decodeIfPresent(String.self, forKey: .currency),
      missing: try container.decodeIfPresent(Double.self, forKey: .missing))
  }

  /// Writes `decimal`, and the other keys only where they differ from `plain`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(decimal, forKey: .decimal)
    if hasThousands { try container.encode(true, forKey: .thousands) }
    if isPercent { try container.encode(true, forKey: .percent) }
    try container.encodeIfPresent(currency, forKey: .currency)
    try container.encodeIfPresent(missing, forKey: .missing)
  }
}
