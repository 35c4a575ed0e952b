/// Collects the numbers of a column under each decimal mark that is still possible.
struct NumberCollector {
  /// The decimal mark of the numbers so far.
  private enum Mark {
    /// None: integers.
    case open
    case point, comma
    /// All numbers so far are valid with either mark, and some differ in value: `1,234`.
    case both
  }

  /// The notation given by the schema; `nil` to infer it from the numbers.
  let notation: NumberNotation?
  private let missing: MissingMarks
  private var mark = Mark.open
  /// The decimal mark of numbers on the fast path.
  private var plainMark: UInt8
  /// Cells parsed on the slow path, and other cells with a comma.
  private var looked = 0
  private var plainCommas = 0
  /// The first nonzero number on the fast path.
  private var firstPlain: CellExample?
  private var hasPlain = false
  /// The numbers with a decimal point, or with a decimal comma if that is the only possible mark.
  private var values: [Double] = []
  /// The numbers with a decimal comma, if both marks are possible.
  private var others: [Double] = []
  private var seen = NumberStatistics()
  private(set) var words = 0
  private(set) var firstWord: CellExample?
  private(set) var firstInfinite: CellExample?
  /// Distinct words, at most four.
  private(set) var wordSpellings: [String] = []
  /// The number of cells of each missing-value text.
  private(set) var missingWords: [(text: String, count: Int)] = []
  private let takesPlain: Bool
  private let sentinel: Double

  init(_ notation: NumberNotation?, missing: MissingMarks) {
    self.notation = notation
    self.missing = missing
    takesPlain = !missing.areNumbers && notation?.isPercent != true
    plainMark = UInt8(ascii: notation?.decimal == .comma ? "," : ".")
    sentinel = notation?.missing ?? .nan
  }

  /// Unusual notations among the numbers.
  var statistics: NumberStatistics {
    var statistics = seen
    let plain = values.count - looked
    statistics.noParentheses += plain
    statistics.decimalCommas.count += plainCommas
    statistics.commaOnly.count += plainCommas
    if let firstPlain {
      statistics.noPercent.add(
        .init(
          count: plain, text: firstPlain.text, line: firstPlain.line, column: firstPlain.column))
    }
    return statistics
  }

  /// The column's values under a decimal mark.
  func values(under decimal: NumberNotation.DecimalMark) -> [Double] {
    mark == .both && decimal == .comma ? others : values
  }

  mutating func append(_ cell: CSVCell) {
    var hasMark = false
    if takesPlain, mark != .both, let value = plainNumber(cell.bytes, &hasMark) {
      values.append(value == sentinel ? .nan : value)
      if hasMark, notation != nil {
        countMark(cell)
      } else if mark == .open {
        seen.countWhole(value)
      } else if mark == .comma, hasMark {
        plainCommas += 1
      }
      if value != 0, !hasPlain { keepPlain(cell) }
    } else {
      appendLooked(cell)
    }
  }

  /// Counts a number with a decimal mark of a known notation: `2.189` may be written with thousands.
  private mutating func countMark(_ cell: CSVCell) {
    let bytes = cell.bytes
    let isComma = plainMark == UInt8(ascii: ",")
    let start = bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") ? 1 : 0
    if (5...7).contains(bytes.count - start), bytes[bytes.count - 4] == plainMark,
      bytes[start] != UInt8(ascii: "0")
    {
      if isComma {
        seen.commaAmbiguous.see(cell, 1)
      } else {
        seen.pointAmbiguous.see(cell, 1)
      }
      if bytes.last == UInt8(ascii: "0") { seen.roundAmbiguous += 1 }
    } else if isComma {
      seen.decimalCommas.count += 1
    } else {
      seen.pointOnly.count += 1
    }
  }

  @inline(never)
  private mutating func keepPlain(_ cell: CSVCell) {
    hasPlain = true
    firstPlain = CellExample(cell)
  }

  @inline(never)
  private mutating func appendLooked(_ cell: CSVCell) {
    let reading = CellReading(cell.bytes, missing: missing)
    looked += 1
    register(reading, cell, count: 1)
    let (point, comma) = numbers(in: reading)
    values.append(mark == .comma ? comma : point)
    if mark == .both { others.append(comma) }
  }

  /// Takes over the rows of a dictionary-encoded column whose texts are parsed.
  mutating func append(_ codes: [Int32], _ table: LevelTable, _ readings: [CellReading]) {
    for position in readings.indices {
      table.withCell(position) {
        register(readings[position], $0, count: table.levels[position].count)
      }
    }
    let pairs = readings.map { numbers(in: $0) }
    looked = codes.count
    values = codes.map { mark == .comma ? pairs[Int($0)].comma : pairs[Int($0)].point }
    if mark == .both { others = codes.map { pairs[Int($0)].comma } }
  }

  /// Fast path: a number without leading zeros, and without a mark while the decimal mark is open.
  @inline(__always)
  private func plainNumber(
    _ bytes: UnsafeBufferPointer<UInt8>, _ hasMark: inout Bool
  ) -> Double? {
    guard let value = DecimalNumber.parse(bytes, mark: plainMark, &hasMark),
      abs(value) <= NumberStatistics.exact
    else { return nil }
    if bytes.count > 1, bytes[0] == 48, bytes[1] &- 48 < 10 { return nil }
    if hasMark, mark == .open, notation == nil { return nil }
    return value
  }

  /// The value of a cell with either decimal mark; NaN if it is not a number.
  private func numbers(in reading: CellReading) -> (point: Double, comma: Double) {
    guard case .number(let number) = reading else { return (.nan, .nan) }
    if let notation {
      let value = notation.number(number) ?? .nan
      let usable = value.isFinite && value != sentinel ? value : .nan
      return (usable, usable)
    }
    let (point, comma) = (number.point?.value ?? .nan, number.comma?.value ?? .nan)
    return (point.isFinite ? point : .nan, comma.isFinite ? comma : .nan)
  }

  /// Counts a cell, or `count` cells with the same text.
  private mutating func register(_ reading: CellReading, _ cell: CSVCell, count: Int) {
    switch reading {
    case .missing, .missingNumber:
      if !cell.bytes.isEmpty { countMissing(cell.text, count) }
    case .word: registerWord(cell, count)
    case .number(let number):
      guard (number.point ?? number.comma)?.value.isFinite == true else {
        if firstInfinite == nil { firstInfinite = CellExample(cell) }
        return
      }
      if let notation {
        if notation.number(number) == nil {
          registerWord(cell, count)
        } else {
          seen.add(number, cell, count: count)
        }
        return
      }
      seen.add(number, cell, count: count)
      settle(by: number)
    }
  }

  private mutating func registerWord(_ cell: CSVCell, _ count: Int) {
    words += count
    if firstWord == nil { firstWord = CellExample(cell) }
    if wordSpellings.count < 4 {
      let text = excerpt(cell.text)
      if !wordSpellings.contains(text) { wordSpellings.append(text) }
    }
  }

  private mutating func countMissing(_ text: String, _ count: Int) {
    if let index = missingWords.firstIndex(where: { $0.text == text }) {
      missingWords[index].count += count
    } else if missingWords.count < 100 {
      missingWords.append((text, count))
    }
  }

  /// Updates the possible decimal marks by one number.
  private mutating func settle(by number: WrittenNumber) {
    switch (mark, number.point, number.comma) {
    case (.open, _?, nil): mark = .point
    case (.open, nil, _?):
      mark = .comma
      plainMark = UInt8(ascii: ",")
    case (.open, let point?, let comma?) where point.value != comma.value:
      mark = .both
      others = values
    case (.both, _?, nil):
      mark = .point
      others = []
    case (.both, nil, _?):
      mark = .comma
      plainMark = UInt8(ascii: ",")
      values = others
      others = []
    default: break
    }
  }
}

/// A cell as shown in messages.
struct CellExample: Hashable {
  var text: String
  var line: Int
  var column: Int

  init(text: String, line: Int, column: Int) {
    self.text = text
    self.line = line
    self.column = column
  }

  init(_ cell: CSVCell) {
    let start = UnsafeBufferPointer(rebasing: cell.bytes.prefix(400))
    self.init(
      text: excerpt(String(decoding: start, as: UTF8.self)), line: cell.line, column: cell.column)
  }
}
