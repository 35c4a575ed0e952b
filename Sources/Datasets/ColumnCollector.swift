/// What is known of a column before it is read.
enum Expectation: Hashable {
  case skipped
  case inferred
  case numeric(unit: String?)
  /// Levels in their order; none when the data are to say.
  case categorical(levels: [String]?)
}

/// The values of one column as they pass by: small whatever the column turns out to be.
///
/// Texts are coded by their position among the column's texts. Once there are too many for a
/// category, numbers are kept as they are and words are only counted: such a column is either
/// numeric, or wrong, or not used.
struct ColumnCollector {
  enum Content {
    case coded([Int32], LevelTable)
    case numbers([Double])
    /// Too many or too long texts, of which nothing is kept.
    case freeText
    case skipped
  }

  /// A cell that is no finite number where numbers are.
  struct Exception {
    var text: String
    var line: Int
    var column: Int
  }

  let expectation: Expectation
  private let missing: MissingMarks
  private let marksAreNumbers: Bool
  /// How many levels the schema knows: the first ones.
  let knownLevels: Int
  private var codes: [Int32] = []
  private var table = LevelTable()
  private var numbers: [Double] = []
  private var mode: Mode
  private(set) var rows = 0
  private(set) var words = 0
  private(set) var firstWord: Exception?
  private(set) var firstInfinite: Exception?
  private(set) var hasLongText = false

  private enum Mode { case coded, numbers, freeText, skipped }

  init(_ expectation: Expectation, missing: MissingMarks) {
    self.expectation = expectation
    self.missing = missing
    marksAreNumbers = missing.areNumbers
    switch expectation {
    case .skipped: mode = .skipped
    case .numeric: mode = .numbers
    case .inferred, .categorical: mode = .coded
    }
    if case .categorical(let levels?) = expectation {
      table = LevelTable(known: levels)
      knownLevels = table.levels.count
    } else {
      knownLevels = 0
    }
  }

  var content: Content {
    switch mode {
    case .coded: .coded(codes, table)
    case .numbers: .numbers(numbers)
    case .freeText: .freeText
    case .skipped: .skipped
    }
  }

  mutating func append(_ cell: CSVCell) {
    rows += 1
    switch mode {
    case .skipped, .freeText: break
    case .numbers: appendNumber(cell)
    case .coded: appendCode(cell)
    }
  }

  private mutating func appendNumber(_ cell: CSVCell) {
    if !marksAreNumbers, let value = DecimalNumber.parse(cell.bytes), value.isFinite {
      numbers.append(value)
      return
    }
    switch CellMeaning(cell.bytes, missing: missing) {
    case .missing: numbers.append(.nan)
    case .number(let value) where value.isFinite: numbers.append(value)
    case .number:
      if firstInfinite == nil { firstInfinite = Exception(cell) }
      numbers.append(.nan)
    case .word:
      words += 1
      if firstWord == nil { firstWord = Exception(cell) }
      numbers.append(.nan)
    }
  }

  private mutating func appendCode(_ cell: CSVCell) {
    if cell.bytes.count > LevelTable.longestLevel {
      hasLongText = true
      forget()
      return
    }
    let position = table.position(cell) { CellMeaning($0, missing: missing) }
    table.count(position)
    codes.append(Int32(position))
    // Levels that a schema does not know are one to it, however many they are.
    if table.levels.count > knownLevels + LevelTable.limit { leaveCodes() }
  }

  private mutating func leaveCodes() {
    guard expectation == .inferred else {
      if knownLevels == 0 { forget() }
      return
    }
    let used = table.levels
    words = used.reduce(0) { $0 + ($1.meaning == .word ? $1.count : 0) }
    guard words * 2 <= rows else { return forget() }
    let values = used.map { level -> Double in
      if case .number(let value) = level.meaning, value.isFinite { value } else { .nan }
    }
    if let word = used.indices.first(where: { used[$0].meaning == .word }) {
      firstWord = exception(word)
    }
    if let infinite = used.indices.first(where: { isInfinite(used[$0].meaning) }) {
      firstInfinite = exception(infinite)
    }
    numbers = codes.map { values[Int($0)] }
    mode = .numbers
    codes = []
    table = LevelTable()
  }

  private mutating func forget() {
    mode = .freeText
    codes = []
    numbers = []
    table = LevelTable()
  }

  private func exception(_ position: Int) -> Exception {
    let level = table.levels[position]
    return Exception(
      text: excerpt(table.text(position)), line: level.line, column: level.column)
  }
}

extension ColumnCollector.Exception {
  init(_ cell: CSVCell) {
    let start = UnsafeBufferPointer(rebasing: cell.bytes.prefix(400))
    self.init(
      text: excerpt(String(decoding: start, as: UTF8.self)), line: cell.line, column: cell.column)
  }
}

/// Whether a cell is a number, and not a finite one.
func isInfinite(_ meaning: CellMeaning) -> Bool {
  if case .number(let value) = meaning { value.isInfinite } else { false }
}
