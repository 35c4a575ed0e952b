/// What is known of a column before it is read.
enum Expectation: Hashable {
  case skipped
  case inferred
  /// Numbers; as they are written where the notation is known, as the cells say where it is not.
  case numeric(unit: String?, notation: NumberNotation?)
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
    case numbers(NumberCollector)
    /// Too many or too long texts, of which nothing is kept.
    case freeText
    case skipped
  }

  let expectation: Expectation
  let missing: MissingMarks
  /// How many levels the schema knows: the first ones.
  let knownLevels: Int
  private var codes: [Int32] = []
  private var table = LevelTable()
  private var numbers: NumberCollector
  private var mode: Mode
  private(set) var rows = 0
  private(set) var hasLongText = false
  /// A date that is in a column of nothing but dates, of which there are too many to keep.
  private(set) var firstDate: String?

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

  /// About how many bytes the values take.
  var bytes: Int {
    switch mode {
    case .coded: rows * 4
    case .numbers: rows * 8
    case .freeText, .skipped: 0
    }
  }

  mutating func append(_ cell: CSVCell) {
    rows += 1
    switch mode {
    case .skipped, .freeText: break
    case .numbers: numbers.append(cell)
    case .coded: appendCode(cell)
    }
  }

  private mutating func appendCode(_ cell: CSVCell) {
    if cell.bytes.count > LevelTable.longestLevel {
      hasLongText = true
      forget()
      return
    }
    let position = table.position(cell)
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
    let readings = table.levels.indices.map { position in
      table.withCell(position) { CellReading($0.bytes, missing: missing) }
    }
    let words = readings.indices.filter { if case .word = readings[$0] { true } else { false } }
    guard words.reduce(0, { $0 + table.levels[$1].count }) * 2 <= rows else {
      if words.allSatisfy({ table.withCell($0) { DateText.isDate($0.bytes) } }) {
        firstDate = words.first.map { table.text($0) }
      }
      return forget()
    }
    numbers.append(codes, table, readings)
    mode = .numbers
    codes = []
    table = LevelTable()
  }

  private mutating func forget() {
    mode = .freeText
    codes = []
    table = LevelTable()
  }
}
