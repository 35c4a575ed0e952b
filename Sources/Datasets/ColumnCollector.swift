/// The declared kind of a column before it is read.
enum Expectation: Hashable {
  case skipped
  case inferred
  /// Numeric; the notation is detected from the cells if it is not given.
  case numeric(unit: String?, notation: NumberNotation?)
  /// Categorical with ordered levels; empty to infer them from the data.
  case categorical(levels: [String]?)
}

/// Collects the values of one column with bounded memory per cell.
///
/// Texts are dictionary-encoded. Above the maximum number of levels, numbers are stored as numbers
/// and words are only counted: such a column is numeric, an error, or not used.
struct ColumnCollector {
  enum Content {
    case coded([Int32], LevelTable)
    case numbers(NumberCollector)
    /// Too many or too long texts; no values are stored.
    case freeText
    case skipped
  }

  let expectation: Expectation
  let missing: MissingMarks
  /// The number of levels declared by the schema, which are the first ones.
  let knownLevels: Int
  private var codes: [Int32] = []
  private var table = LevelTable()
  private var numbers: NumberCollector
  private var mode: Mode
  /// Whether a declared level begins or ends with a blank.
  private let keepsBlanks: Bool
  private(set) var rows = 0
  /// The number of quoted cells with trimmed blanks; those of unquoted ones are trimmed before.
  private(set) var trimmed = 0
  private(set) var hasLongText = false
  /// A date of a column with dates only, of which there are too many to store.
  private(set) var firstDate: String?
  /// The first text, rather one that is not a number, of a column with too many texts to store.
  private(set) var firstText = ""

  private enum Mode { case coded, numbers, freeText, skipped }

  init(_ expectation: Expectation, missing: MissingMarks) {
    self.expectation = expectation
    self.missing = missing
    var notation: NumberNotation?
    switch expectation {
    case .skipped: mode = .skipped
    case .numeric(_, let known):
      mode = .numbers
      notation = known
    case .inferred, .categorical: mode = .coded
    }
    numbers = NumberCollector(notation, missing: missing)
    if case .categorical(let levels?) = expectation {
      table = LevelTable(known: levels)
      knownLevels = table.levels.count
      keepsBlanks = levels.contains { level in
        var level = level
        return level.withUTF8 {
          CSVCell(bytes: $0, line: 0, column: 0).trimmingBlanks.bytes.count < $0.count
        }
      }
    } else {
      knownLevels = 0
      keepsBlanks = false
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

  /// The approximate size of the values in bytes.
  var bytes: Int {
    switch mode {
    case .coded: rows * 4
    case .numbers: rows * 8
    case .freeText, .skipped: 0
    }
  }

  mutating func append(_ given: CSVCell) {
    rows += 1
    let cell = keepsBlanks ? given : given.trimmingBlanks
    if cell.bytes.count < given.bytes.count, !cell.bytes.isEmpty { trimmed += 1 }
    switch mode {
    case .skipped, .freeText: break
    case .numbers: numbers.append(cell)
    case .coded: appendCode(cell)
    }
  }

  private mutating func appendCode(_ cell: CSVCell) {
    if cell.bytes.count > LevelTable.longestLevel {
      hasLongText = true
      dropValues()
      return
    }
    let position = table.position(cell)
    table.count(position)
    codes.append(Int32(position))
    // All levels unknown to the schema count as one.
    if table.levels.count > knownLevels + LevelTable.limit { leaveCodes() }
  }

  private mutating func leaveCodes() {
    guard expectation == .inferred else {
      if knownLevels == 0 {
        firstText = table.text(0)
        dropValues()
      }
      return
    }
    let readings = table.levels.indices.map { position in
      table.withCell(position) { CellReading($0.bytes, missing: missing) }
    }
    let words = readings.indices.filter { if case .word = readings[$0] { true } else { false } }
    guard words.reduce(0, { $0 + table.levels[$1].count }) * 2 <= rows else {
      firstText = words.first.map { table.text($0) } ?? ""
      if words.allSatisfy({ table.withCell($0) { DateText.isDate($0.bytes) } }) {
        firstDate = words.first.map { table.text($0) }
      }
      return dropValues()
    }
    numbers.append(codes, table, readings)
    mode = .numbers
    codes = []
    table = LevelTable()
  }

  private mutating func dropValues() {
    mode = .freeText
    codes = []
    table = LevelTable()
  }
}
