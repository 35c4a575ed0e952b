/// A parsed number with optional sign, thousands separators, currency or percent sign.
///
/// Point and comma can each be the decimal mark or the thousands separator, so the text is parsed
/// with either: `1,234` is 1234 or 1.234, `2,5` is 2.5 only.
struct WrittenNumber {
  /// The value, and the grouping of its digits.
  struct Reading: Hashable {
    var value: Double
    /// Whether the mark that is not the decimal one separates thousands.
    var hasThousands = false
  }

  /// Notations in the text besides digits and marks.
  struct Forms: OptionSet, Hashable {
    let rawValue: Int
    /// U+2212 or an en dash for the minus.
    static let minusSign = Forms(rawValue: 1)
    /// A negative number as `(5)`.
    static let parentheses = Forms(rawValue: 2)
    /// `1 234`, with any kind of blank.
    static let blankGroups = Forms(rawValue: 4)
    /// `1'234`
    static let apostropheGroups = Forms(rawValue: 8)
    /// A no-break or other special blank around the number.
    static let specialBlank = Forms(rawValue: 16)
    /// A negative number as `5.20-`.
    static let trailingMinus = Forms(rawValue: 32)
    /// A number as `'7.58`, which a spreadsheet marks as text.
    static let leadingApostrophe = Forms(rawValue: 64)
  }

  /// The value with a decimal point.
  var point: Reading?
  /// The value with a decimal comma.
  var comma: Reading?
  var forms: Forms = []
  var isPercent = false
  var currency: String?

  /// The maximum length of a text with these notations.
  private static let longest = 80

  /// A number with the same value for either mark.
  init(_ value: Double) {
    point = Reading(value: value)
    comma = point
  }

  /// Parses a text; `nil` if it is not a number with either mark.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.contains(where: { $0 &- 48 < 10 }) else { return nil }
    if takePlain(bytes) { return }
    guard bytes.count <= Self.longest else { return nil }
    guard var text = NumberText(bytes) else { return nil }
    guard let negative = text.takeSigns(&self) else { return nil }
    let core = text.rest
    point = Self.reading(core, mark: .point, isNegative: negative, &forms)
    comma = Self.reading(core, mark: .comma, isNegative: negative, &forms)
    if point == nil, comma == nil { return nil }
  }

  /// Parses a number with digits, a sign, one mark and an exponent only.
  private mutating func takePlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var hasMark = false
    if let value = DecimalNumber.parse(bytes, mark: UInt8(ascii: "."), &hasMark) {
      point = Reading(value: value)
      comma = hasMark ? Self.thousands(bytes, value) : point
      return true
    }
    // `5.` is a valid number, `5,` is not.
    guard let place = bytes.firstIndex(of: UInt8(ascii: ",")), place + 1 < bytes.count,
      bytes[place + 1] &- 48 < 10,
      let value = DecimalNumber.parse(bytes, mark: UInt8(ascii: ","), &hasMark)
    else { return false }
    comma = Reading(value: value)
    point = Self.thousands(bytes, value)
    return true
  }

  /// The value of a text such as `1.234` if its mark is a thousands separator.
  private static func thousands(
    _ bytes: UnsafeBufferPointer<UInt8>, _ value: Double
  ) -> Reading? {
    let isSigned = bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+")
    let digits = bytes.count - (isSigned ? 1 : 0)
    guard (5...7).contains(digits), [",", "."].contains(UnicodeScalar(bytes[bytes.count - 4])),
      bytes[isSigned ? 1 : 0] &- 49 < 9, bytes.suffix(3).allSatisfy({ $0 &- 48 < 10 })
    else { return nil }
    return Reading(value: (value * 1000).rounded(), hasThousands: true)
  }

  private static func reading(
    _ core: ArraySlice<UInt8>, mark: Mark, isNegative: Bool, _ forms: inout Forms
  ) -> Reading? {
    let decimal = mark == .point ? UInt8(ascii: ".") : UInt8(ascii: ",")
    let exponent = core.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? core.endIndex
    let mantissa = core[..<exponent]
    let marks = mantissa.indices.filter { mantissa[$0] == decimal }
    guard marks.count <= 1 else { return nil }
    let whole = mantissa[..<(marks.first ?? mantissa.endIndex)]
    let fraction = marks.first.map { mantissa[($0 + 1)...] } ?? []
    guard fraction.allSatisfy({ $0 &- 48 < 10 }) else { return nil }
    // `5.` is a valid number, `5,` is not.
    if mark == .comma, !marks.isEmpty, fraction.isEmpty { return nil }
    guard let (digits, separator) = ungrouped(whole) else { return nil }
    if digits.isEmpty, fraction.isEmpty { return nil }
    // Groups and powers of ten do not go together.
    if separator != nil, exponent < core.endIndex { return nil }
    var plain: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
    plain += digits
    if !fraction.isEmpty { plain += [UInt8(ascii: ".")] + fraction }
    plain += core[exponent...]
    guard let value = plain.withUnsafeBufferPointer({ DecimalNumber.parse($0) }) else {
      return nil
    }
    switch separator {
    case UInt8(ascii: " ")?: forms.insert(.blankGroups)
    case UInt8(ascii: "'")?: forms.insert(.apostropheGroups)
    default: break
    }
    let hasThousands = separator == UInt8(ascii: ".") || separator == UInt8(ascii: ",")
    return Reading(value: value, hasThousands: hasThousands)
  }

  private enum Mark { case point, comma }

  /// The digits of the integer part without thousands separators, and the separator.
  ///
  /// Groups have three digits, the first one to three and no leading zero. Of a number with commas
  /// all groups but the last may have two: `12,34,567`, as in India.
  private static func ungrouped(
    _ whole: ArraySlice<UInt8>
  ) -> (digits: [UInt8], separator: UInt8?)? {
    guard let separator = whole.first(where: { $0 &- 48 >= 10 }) else { return (Array(whole), nil) }
    guard [",", ".", " ", "'"].contains(UnicodeScalar(separator)) else { return nil }
    let groups = whole.split(separator: separator, omittingEmptySubsequences: false)
    guard let first = groups.first, let last = groups.last, (1...3).contains(first.count),
      first.first != UInt8(ascii: "0"), last.count == 3,
      groups.allSatisfy({ $0.allSatisfy { $0 &- 48 < 10 } })
    else { return nil }
    let inner = groups.dropFirst().dropLast()
    let isByThousands = inner.allSatisfy { $0.count == 3 }
    let isIndian =
      separator == UInt8(ascii: ",") && !inner.isEmpty && first.count <= 2
      && inner.allSatisfy { $0.count == 2 }
    guard isByThousands || isIndian else { return nil }
    return (groups.flatMap { Array($0) }, separator)
  }
}

/// The characters of a number, every kind of blank, minus and apostrophe as one byte.
private struct NumberText {
  private var bytes: [UInt8] = []
  private var start = 0
  private var end = 0
  private var forms: WrittenNumber.Forms = []

  private static let minus = UInt8(ascii: "-")
  private static let space = UInt8(ascii: " ")
  private static let apostrophe = UInt8(ascii: "'")
  private static let dollar = UInt8(ascii: "$")
  /// Signs other than `$`, by the byte that stands for them here.
  private static let signs = ["€", "£", "¥", "₹"]
  private static let firstSign: UInt8 = 0x80
  private static let codes = ["EUR", "USD", "GBP", "CHF", "JPY", "CNY", "INR"]

  var rest: ArraySlice<UInt8> { bytes[start..<end] }

  /// `nil` for a character that is invalid in a number.
  init?(_ text: UnsafeBufferPointer<UInt8>) {
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte < 0x80 {
        bytes.append(byte)
        index += 1
        continue
      }
      guard let (replacement, length) = Self.replacement(text, at: index, &forms) else {
        return nil
      }
      bytes.append(replacement)
      index += length
    }
    end = bytes.count
  }

  private static func replacement(
    _ text: UnsafeBufferPointer<UInt8>, at index: Int, _ forms: inout WrittenNumber.Forms
  ) -> (UInt8, Int)? {
    let rest = text.count - index
    if text[index] == 0xC2, rest >= 2 {
      switch text[index + 1] {
      case 0xA0: return (Self.space, 2)
      case 0xA3: return (Self.firstSign + 1, 2)
      case 0xA5: return (Self.firstSign + 2, 2)
      default: return nil
      }
    }
    guard text[index] == 0xE2, rest >= 3 else { return nil }
    switch (text[index + 1], text[index + 2]) {
    case (0x88, 0x92), (0x80, 0x93):
      forms.insert(.minusSign)
      return (Self.minus, 3)
    case (0x80, 0xAF), (0x80, 0x87), (0x80, 0x88), (0x80, 0x89): return (Self.space, 3)
    case (0x80, 0x99): return (Self.apostrophe, 3)
    case (0x82, 0xAC): return (Self.firstSign, 3)
    case (0x82, 0xB9): return (Self.firstSign + 3, 3)
    default: return nil
    }
  }

  /// Removes signs from both ends, so that only digits and marks remain.
  ///
  /// Returns whether the number is negative; `nil` if the signs are inconsistent.
  mutating func takeSigns(_ number: inout WrittenNumber) -> Bool? {
    if trim() { number.forms.insert(.specialBlank) }
    number.forms.formUnion(forms)
    if start < end, bytes[start] == Self.apostrophe {
      number.forms.insert(.leadingApostrophe)
      start += 1
      trim()
    }
    var isNegative = false
    if start + 1 < end, bytes[start] == UInt8(ascii: "("), bytes[end - 1] == UInt8(ascii: ")") {
      isNegative = true
      number.forms.insert(.parentheses)
      start += 1
      end -= 1
      trim()
    }
    var hasSign = isNegative
    if !takeSign(&hasSign, &isNegative) { return nil }
    takeCurrency(&number.currency)
    if !takeSign(&hasSign, &isNegative) { return nil }
    if start < end, bytes[end - 1] == UInt8(ascii: "%") {
      number.isPercent = true
      end -= 1
    } else {
      takeLastCurrency(&number.currency)
    }
    trim()
    // `70.-` and `70,--` are prices without cents.
    if end - start > 1, bytes[end - 1] == Self.minus,
      [".", ",", "-"].contains(UnicodeScalar(bytes[end - 2]))
    {
      return nil
    }
    if !hasSign, start < end, bytes[end - 1] == Self.minus {
      isNegative = true
      number.forms.insert(.trailingMinus)
      end -= 1
    }
    guard start < end, let last = bytes[start..<end].last else { return nil }
    let isNumber = last &- 48 < 10 || last == UInt8(ascii: ".")
    return isNumber ? isNegative : nil
  }

  private mutating func takeSign(_ hasSign: inout Bool, _ isNegative: inout Bool) -> Bool {
    guard start < end, bytes[start] == Self.minus || bytes[start] == UInt8(ascii: "+") else {
      return true
    }
    if hasSign { return false }
    hasSign = true
    isNegative = bytes[start] == Self.minus
    start += 1
    trim()
    return true
  }

  private mutating func takeCurrency(_ currency: inout String?) {
    guard start < end else { return }
    if let sign = Self.sign(bytes[start]) {
      currency = sign
      start += 1
    } else if let code = Self.codes.first(where: { bytes[start..<end].starts(with: $0.utf8) }) {
      currency = code
      start += 3
    } else {
      return
    }
    trim()
  }

  private mutating func takeLastCurrency(_ currency: inout String?) {
    guard currency == nil, start < end else { return }
    if let sign = Self.sign(bytes[end - 1]) {
      currency = sign
      end -= 1
    } else if end - start > 3,
      let code = Self.codes.first(where: { bytes[end - 3..<end].elementsEqual($0.utf8) })
    {
      currency = code
      end -= 3
    }
  }

  private static func sign(_ byte: UInt8) -> String? {
    if byte == dollar { return "$" }
    return byte >= firstSign ? signs[Int(byte - firstSign)] : nil
  }

  /// Trims blanks at both ends; returns whether there were any.
  @discardableResult
  private mutating func trim() -> Bool {
    let (first, last) = (start, end)
    while start < end, bytes[start] == Self.space { start += 1 }
    while start < end, bytes[end - 1] == Self.space { end -= 1 }
    return start != first || end != last
  }
}
