/// Parsing of decimal numbers from bytes.
package enum DecimalNumber {
  private static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// The number of a text, correctly rounded; `nil` if it is not a number.
  ///
  /// Up to 15 digits and powers of ten up to 22 are exact in `Double`, so that one product or
  /// quotient of the two is rounded correctly (Clinger 1990); the C library parses the rest.
  /// "inf", "infinity" and overflowing numbers are infinite.
  package static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    var hasMark = false
    return parse(bytes, mark: UInt8(ascii: "."), &hasMark)
  }

  /// The same with a given decimal mark; `hasMark`: whether the text contains it.
  @inline(__always)
  static func parse(
    _ bytes: UnsafeBufferPointer<UInt8>, mark: UInt8, _ hasMark: inout Bool
  ) -> Double? {
    let count = bytes.count
    guard count > 0, let first = bytes.baseAddress else { return nil }
    let isNegative = first[0] == UInt8(ascii: "-")
    var index = isNegative || first[0] == UInt8(ascii: "+") ? 1 : 0
    let start = index
    var digits: UInt64 = 0
    while index < count, first[index] == UInt8(ascii: "0") { index += 1 }
    var leadingZeros = index - start
    while index < count, case let digit = first[index] &- 48, digit < 10 {
      digits = digits &* 10 &+ UInt64(digit)
      index += 1
    }
    var seen = index - start
    var places = 0
    if index < count, first[index] == mark {
      hasMark = true
      index += 1
      let fraction = index
      if digits == 0, leadingZeros == seen {
        while index < count, first[index] == UInt8(ascii: "0") { index += 1 }
        leadingZeros += index - fraction
      }
      while index < count, case let digit = first[index] &- 48, digit < 10 {
        digits = digits &* 10 &+ UInt64(digit)
        index += 1
      }
      places = index - fraction
      seen += places
    }
    guard seen > 0 else { return infinity(bytes, isNegative: isNegative) }
    var exponent = 0
    if index < count, first[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      var isDown = false
      if index < count, first[index] == UInt8(ascii: "-") || first[index] == UInt8(ascii: "+") {
        isDown = first[index] == UInt8(ascii: "-")
        index += 1
      }
      guard index < count else { return nil }
      while index < count, case let digit = first[index] &- 48, digit < 10 {
        exponent = min(exponent * 10 + Int(digit), 100_000_000)
        index += 1
      }
      if isDown { exponent = -exponent }
    }
    guard index == count else { return nil }
    let scale = exponent - places
    guard seen - leadingZeros <= 15, abs(scale) <= 22 else {
      return longNumber(bytes, mark: mark)
    }
    let whole = Double(digits)
    let value = scale < 0 ? whole / powers[-scale] : whole * powers[scale]
    return isNegative ? -value : value
  }

  @inline(never)
  private static func longNumber(
    _ bytes: UnsafeBufferPointer<UInt8>, mark: UInt8
  ) -> Double? {
    let point = UInt8(ascii: ".")
    return Double(String(decoding: bytes.map { $0 == mark ? point : $0 }, as: UTF8.self))
  }

  @inline(never)
  private static func infinity(
    _ bytes: UnsafeBufferPointer<UInt8>, isNegative: Bool
  ) -> Double? {
    guard bytes.count <= 9 else { return nil }
    let word = String(decoding: bytes, as: UTF8.self).lowercased()
    let isInfinite = ["inf", "infinity"].contains(word.trimmingPrefix { "+-".contains($0) })
    return isInfinite ? (isNegative ? -.infinity : .infinity) : nil
  }

  /// Whether a text is a spelling of NaN.
  static func isNaN(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard (3...4).contains(bytes.count) else { return false }
    let word = String(decoding: bytes, as: UTF8.self).lowercased()
    return ["nan", "-nan", "+nan"].contains(word)
  }
}
