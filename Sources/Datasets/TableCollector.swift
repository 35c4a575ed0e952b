/// The collected columns of a source, before their kinds are inferred.
struct CollectedTable {
  var source: String
  var names: [String]
  /// The index of the target column; `nil` if there is none.
  var target: Int?
  var columns: [ColumnCollector]
  var rows: Int
  /// Whether the header has no name for the first column, as an index written by pandas.
  var hasUnnamedFirst = false
  /// The line of the first row if rows are consecutive lines.
  var firstLine: Int?
  /// Notes about the format of the text, in sentences.
  var notes: [String]
}

/// Collects the fields of a table by column.
struct TableCollector: CSVSink {
  private let source: String
  private let plan: ReadingPlan
  private let form: TableForm
  private let missing: MissingMarks
  private let limit: Int
  /// The maximum number of columns.
  private static let mostColumns = ImageShape.mostValues
  private var names: [String] = []
  private var nameLines: [Int] = []
  private var nameColumns: [Int] = []
  private var unnamed: [String] = []
  private var columns: [ColumnCollector] = []
  private var target: Int?
  private var hasHeader = false
  private var field = 0
  private var recordLine = 1
  private var rows = 0
  private var firstLine: Int?
  private var isLineByLine = true
  /// Whether a field outside all columns has a value.
  private var hasExtraValue = false
  /// Whether the row starts with `#`.
  private var isHashed = false
  /// Whether all fields of the row so far are the names of their columns.
  private var repeatsNames = true

  init(source: String, plan: ReadingPlan, form: TableForm) throws {
    self.source = source
    self.plan = plan
    self.form = form
    limit = plan.byteLimit
    missing = MissingMarks(plan.missingMarks, amongNumbers: plan.numberMarks)
    if let names = form.names {
      self.names = names
      nameLines = names.map { _ in form.line }
      nameColumns = names.map { _ in 1 }
      try startColumns()
    }
  }

  mutating func take(_ cell: CSVCell) throws {
    if field == 0 { recordLine = cell.line }
    if hasHeader {
      if field < columns.count {
        columns[field].append(cell)
      } else if !cell.bytes.isEmpty {
        hasExtraValue = true
      }
      if field == 0, cell.bytes.first == UInt8(ascii: "#") { isHashed = true }
      if repeatsNames, field < names.count {
        repeatsNames = names[field].utf8.elementsEqual(cell.bytes)
      }
    } else {
      guard names.count < Self.mostColumns else {
        throw DatasetError.tooManyColumns(source: source, limit: Self.mostColumns)
      }
      names.append(cell.bytes.isEmpty ? "column \(field + 1)" : cell.text)
      if cell.bytes.isEmpty { unnamed.append("\(field + 1)") }
      nameLines.append(cell.line)
      nameColumns.append(cell.column)
    }
    field += 1
  }

  mutating func endRecord() throws {
    if !hasHeader {
      let extra = max(0, field - (form.columns ?? field))
      names.removeLast(extra)
      unnamed.removeLast(min(extra, unnamed.count))
      if names.count > 2, unnamed.count + 1 >= names.count,
        unnamed.first != "1" || unnamed.count == names.count
      {
        let found = unnamed.count == names.count ? "" : names[0]
        throw DatasetError.titleLine(
          at: SourcePosition(source, line: recordLine, column: 1), found: found)
      }
      try startColumns()
    } else if field == columns.count
      || (field > columns.count && field <= columns.count + form.trailing && !hasExtraValue)
    {
      if repeatsNames {
        throw DatasetError.repeatedHeader(at: SourcePosition(source, line: recordLine, column: 1))
      }
      if recordLine != (firstLine ?? recordLine) + rows { isLineByLine = false }
      if rows == 0 { firstLine = recordLine }
      rows += 1
    } else {
      throw DatasetError.raggedRow(
        at: SourcePosition(source, line: recordLine, column: 1), found: field,
        expected: columns.count, cause: cause)
    }
    field = 0
    isHashed = false
    repeatsNames = true
    hasExtraValue = false
    if rows & 0xFFF == 0xFFF { try checkMemory() }
  }

  private var cause: RaggedCause {
    if isHashed { return .comment }
    if columns.count == 1 { return .title }
    if field == 1, columns.count > 2 { return .note }
    if field > columns.count, !hasExtraValue || form.endsInDelimiter { return .trailingDelimiter }
    if field > columns.count, let split = form.splitFields { return split }
    if field < columns.count || field != form.width { return .comma }
    return field == columns.count + 1 ? .missingName : .title
  }

  private func checkMemory() throws {
    let bytes = columns.reduce(0) { $0 + $1.bytes }
    if bytes > limit {
      throw DatasetError.tableTooLarge(
        source: source, row: rows, columns: columns.count, limit: limit)
    }
  }

  private mutating func startColumns() throws {
    var positions: [String: Int] = [:]
    for (index, name) in names.enumerated() {
      if let first = positions.updateValue(index, forKey: name) {
        throw DatasetError.duplicateColumn(
          at: SourcePosition(source, line: nameLines[index], column: nameColumns[index]),
          name: name, first: first + 1, second: index + 1)
      }
    }
    let expectations: [Expectation]
    (target, expectations) = try plan.resolve(names, source: source)
    columns = expectations.map { ColumnCollector($0, missing: missing) }
    hasHeader = true
  }

  func finish(_ scanner: CSVScanner) throws -> CollectedTable {
    if !hasHeader { throw DatasetError.emptyFile(source: source) }
    if rows == 0 { throw DatasetError.noRows(source: source) }
    var notes = form.notes
    if !unnamed.isEmpty {
      notes.append(
        unnamed.count == 1
          ? "the header has no name for column \(unnamed[0]): it is called 'column \(unnamed[0])'"
          : "the header has no name for \(counted(unnamed.count, "column")): they are called "
            + "'column \(unnamed[0])' and so on")
    }
    for group in CategoryLevels.alike(names) {
      notes.append(
        "columns that differ only in case or blanks are kept separate: "
          + group.map { "'\(excerpt($0))'" }.joined(separator: ", "))
    }
    if scanner.comments > 0 {
      notes.append(
        "\(counted(scanner.comments, "line")) between the rows "
          + (scanner.comments == 1 ? "begins" : "begin") + " with '#' and "
          + (scanner.comments == 1 ? "is" : "are") + " left out")
    }
    let trimmed = columns.reduce(scanner.trimmed) { $0 + $1.trimmed }
    if trimmed > 0 { notes.append("blanks around \(counted(trimmed, "field")) are trimmed") }
    return CollectedTable(
      source: source, names: names, target: target, columns: columns, rows: rows,
      hasUnnamedFirst: unnamed.first == "1",
      firstLine: isLineByLine ? firstLine : nil, notes: notes)
  }
}
