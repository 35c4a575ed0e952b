/// Counts of unusual number notations in a column, each with its first example.
struct NumberStatistics {
  /// A count with its first example.
  struct Occurrence: Hashable {
    var count = 0
    var text = ""
    var line = 0
    var column = 0

    /// Counts `count` cells with this text.
    mutating func see(_ cell: CSVCell, _ more: Int) {
      if count == 0 { (text, line, column) = (cell.text, cell.line, cell.column) }
      count += more
    }

    mutating func add(_ other: Occurrence) {
      if other.count == 0 { return }
      if count == 0 || other.line < line || (other.line == line && other.column < column) {
        (text, line, column) = (other.text, other.line, other.column)
      }
      count += other.count
    }
  }

  /// Numbers valid only with a decimal point: `2.5`, `1,234.5`.
  var pointOnly = Occurrence()
  /// Numbers valid only with a decimal comma: `2,5`, `1.234,5`.
  var commaOnly = Occurrence()
  /// The subset of these with a comma: `1.234.567` has none.
  var decimalCommas = Occurrence()
  /// Ambiguous numbers with a comma: `1,234`.
  var commaAmbiguous = Occurrence()
  /// Ambiguous numbers with a point: `1.234`.
  var pointAmbiguous = Occurrence()
  /// Unambiguous thousands separators, for either mark: `1,234.5` and `1.234.567`.
  var pointGroups = Occurrence()
  var commaGroups = Occurrence()
  var percent = Occurrence()
  /// Nonzero numbers without a percent sign.
  var noPercent = Occurrence()
  /// Numbers with a currency sign, by sign.
  var currencies: [String: Occurrence] = [:]
  var parentheses = Occurrence()
  var noParentheses = 0
  var minusSign = Occurrence()
  var blankGroups = Occurrence()
  var apostropheGroups = Occurrence()
  var specialBlank = Occurrence()
  var trailingMinus = Occurrence()
  var leadingApostrophe = Occurrence()
  /// Whether a number with an apostrophe is no integer of two digits: `'98` may be a year.
  var hasLongApostrophe = false
  /// Integers with leading zeros: `01234`.
  var leadingZeros = Occurrence()
  /// Integers that are not exact in double precision.
  var inexact = Occurrence()
  /// Integers without marks, below 1000 and from 1000.
  var small = 0
  var large = 0
  /// Ambiguous numbers that end in 0, which is rare for decimals.
  var roundAmbiguous = 0

  /// A number with a minus after it or an apostrophe before it.
  var markedText: String {
    trailingMinus.count > 0 ? trailingMinus.text : leadingApostrophe.text
  }

  /// Integers up to this magnitude are exact in double precision.
  static let exact = 9_007_199_254_740_992.0

  /// Counts an integer written with digits only.
  mutating func countWhole(_ value: Double) {
    if abs(value) < 1000 { small += 1 } else { large += 1 }
  }

  private mutating func addWhole(_ value: Double, _ cell: CSVCell, _ count: Int) {
    if abs(value) < 1000 { small += count } else { large += count }
    if Self.hasLeadingZero(cell.bytes) { leadingZeros.see(cell, count) }
    if abs(value) >= Self.exact, !cell.bytes.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }),
      // One more is the same number in double precision.
      !cell.bytes.elementsEqual("9007199254740992".utf8)
    {
      inexact.see(cell, count)
    }
  }

  private static func hasLeadingZero(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let marks = [UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "'")]
    let start = bytes.first.map(marks.contains) == true ? 1 : 0
    return bytes.count > start + 1 && bytes[start] == UInt8(ascii: "0")
      && bytes[start + 1] &- 48 < 10
  }

  /// Counts a number of `count` cells.
  mutating func add(_ number: WrittenNumber, _ cell: CSVCell, count: Int) {
    switch (number.point, number.comma) {
    case (let point?, let comma?) where point.value != comma.value:
      if point.hasThousands {
        commaAmbiguous.see(cell, count)
      } else {
        pointAmbiguous.see(cell, count)
      }
      if cell.bytes.last == UInt8(ascii: "0") { roundAmbiguous += count }
    case (let point?, nil):
      pointOnly.see(cell, count)
      if point.hasThousands { pointGroups.see(cell, count) }
    case (nil, let comma?):
      commaOnly.see(cell, count)
      if cell.bytes.contains(UInt8(ascii: ",")) { decimalCommas.see(cell, count) }
      if comma.hasThousands { commaGroups.see(cell, count) }
    case (let value?, _):
      let hasGroups = !number.forms.isDisjoint(with: [.blankGroups, .apostropheGroups])
      if !hasGroups { addWhole(value.value, cell, count) }
    case (nil, nil): return
    }
    addSigns(of: number, cell, count)
  }

  private mutating func addSigns(of number: WrittenNumber, _ cell: CSVCell, _ count: Int) {
    if number.isPercent {
      percent.see(cell, count)
    } else if (number.point ?? number.comma)?.value != 0 {
      noPercent.see(cell, count)
    }
    if let sign = number.currency { currencies[sign, default: Occurrence()].see(cell, count) }
    let forms = number.forms
    if forms.contains(.parentheses) {
      parentheses.see(cell, count)
    } else {
      noParentheses += count
    }
    if forms.isEmpty { return }
    if forms.contains(.minusSign) { minusSign.see(cell, count) }
    if forms.contains(.blankGroups) { blankGroups.see(cell, count) }
    if forms.contains(.apostropheGroups) { apostropheGroups.see(cell, count) }
    if forms.contains(.specialBlank) { specialBlank.see(cell, count) }
    if forms.contains(.trailingMinus) { trailingMinus.see(cell, count) }
    if forms.contains(.leadingApostrophe) {
      leadingApostrophe.see(cell, count)
      let digits = cell.bytes.suffix(2)
      let isShort = cell.text.count == 3 && digits.allSatisfy { $0 &- 48 < 10 }
      if !isShort { hasLongApostrophe = true }
    }
  }
}
