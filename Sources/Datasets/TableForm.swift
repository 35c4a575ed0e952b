/// The detected format of a table's text: separator and header.
struct TableForm {
  var delimiter: UInt8
  /// The start of the header, or of the first row: byte offset and line.
  var offset = 0
  var line = 1
  /// The column names, if the first line is a row.
  var names: [String]?
  /// The number of empty fields at the end of lines that belong to no column.
  var trailing = 0
  /// Whether most lines end in such a field.
  var endsInDelimiter = false
  /// The number of columns, if lines have additional empty fields.
  var columns: Int?
  /// The most frequent number of fields per line.
  var width = 0
  /// Why rows have more fields than the header, if numbers or dates are split at their commas.
  var splitFields: RaggedCause?
  /// Whether lines that start with `#` and have another number of fields are comments.
  var skipsComments = false
  var notes: [String] = []
}

/// Detects the format of a table from its first lines.
struct TableFormFinder {
  let source: String
  let format: TableFormat
  /// The delimiter by the file's extension.
  let usual: UInt8?
  /// The names in the schema: a line that contains all of them is a header.
  let wanted: Set<String>?
  /// Whether rows may have a single column: without the target.
  var allowsOneField = false

  /// The number of bytes used for detection, or three times the first line if that is longer.
  static let lookahead = 1 << 16
  private static let mostRecords = 200
  private static let hash = UInt8(ascii: "#")

  /// - Throws: `DatasetError` if the first line is not a header, or every line has one field.
  func find(in bytes: UnsafeBufferPointer<UInt8>, isWhole: Bool) throws -> TableForm {
    var form = TableForm(delimiter: UInt8(ascii: ","))
    // A file may begin with several byte order marks, as of two programs that each write one.
    while bytes.dropFirst(form.offset).starts(with: [0xEF, 0xBB, 0xBF]) { form.offset += 3 }
    skipBlankLines(bytes, &form)
    var delimiter = format.separator?.byte ?? usual
    if let named = separatorLine(bytes, form.offset) {
      delimiter = delimiter ?? named
      skipLine(bytes, &form)
      form.notes.append("the first line names the separator '\(Self.text(named))'")
    }
    let beforeComments = form
    var lastComment = form
    var comments = 0
    skipBlankLines(bytes, &form)
    while form.offset < bytes.count, bytes[form.offset] == Self.hash {
      lastComment = form
      comments += 1
      skipLine(bytes, &form)
      skipBlankLines(bytes, &form)
    }
    // Every such line is a comment until the number of fields per row is known.
    form.skipsComments = comments > 0
    form.width = -1
    form.delimiter = try delimiter ?? chosenDelimiter(bytes, form, isWhole)
    var records = try self.records(bytes, form, isWhole)
    if comments > 0 {
      lastComment.delimiter = form.delimiter
      let above = try self.records(bytes, lastComment, isWhole).first ?? []
      let isHeader =
        above.count == records.first?.count && above.count > 1
        && (records.count < 2 || rowEvidence(records[0], Array(records.dropFirst())) != nil)
      if isHeader || records.isEmpty {
        form.offset = lastComment.offset
        form.line = lastComment.line
        comments -= 1
        form.skipsComments = comments > 0
        records = try self.records(bytes, form, isWhole)
      }
      if records.isEmpty { form.offset = beforeComments.offset }
    }
    form.width = Self.width(of: records)
    if format.separator == nil, [UInt8(ascii: "|"), UInt8(ascii: " ")].contains(form.delimiter) {
      form.notes.append(
        "fields are separated by " + (form.delimiter == 0x20 ? "blanks" : "'|'"))
    }
    if comments > 0 {
      form.notes.append(
        comments == 1
          ? "the line above the table that begins with '#' is left out"
          : "\(grouped(comments)) lines above the table that begin with '#' are left out")
    }
    guard let first = records.first else { return form }
    if Self.isMarkdown(records, form) {
      throw DatasetError.foreignFormat(source: source, .markdown)
    }
    try findNames(first, Array(records.dropFirst()), &form)
    return form
  }

  /// Whether the second line is the rule below the header of a Markdown table: `| --- | :---: |`.
  private static func isMarkdown(_ records: [[FormField]], _ form: TableForm) -> Bool {
    guard form.delimiter == UInt8(ascii: "|"), records.count > 1 else { return false }
    let fields = records[1].map(\.text).filter { !$0.isEmpty }
    return !fields.isEmpty
      && fields.allSatisfy { $0.contains("-") && $0.allSatisfy { $0 == "-" || $0 == ":" } }
  }

  /// The most frequent number of fields of the lines after the first; of several, that of the earliest
  /// line.
  private static func width(of records: [[FormField]]) -> Int {
    let widths = records.dropFirst().map(\.count)
    let counts = Dictionary(widths.map { ($0, 1) }, uniquingKeysWith: +)
    let most = counts.values.max()
    return widths.first { counts[$0] == most } ?? records.first?.count ?? 0
  }

  private static func text(_ byte: UInt8) -> String {
    byte == UInt8(ascii: "\t") ? "tab" : String(UnicodeScalar(byte))
  }

  // MARK: - Names

  private func findNames(
    _ first: [FormField], _ rows: [[FormField]], _ form: inout TableForm
  ) throws {
    if let field = first.first, first.count == 1, !rows.isEmpty, !allowsOneField,
      rows.allSatisfy({ $0.count == 1 })
    {
      throw DatasetError.oneField(
        at: SourcePosition(source, line: field.line, column: field.column))
    }
    var endsHeader = false
    if format.hasHeader == false || format.names != nil {
      form.trailing = Self.emptyFields(in: [first] + rows, beyond: 0)
      form.endsInDelimiter = form.trailing > 0
      let width = first.count - form.trailing
      if let names = format.names {
        if names.count == first.count { form.trailing = 0 }
        guard names.count == first.count - form.trailing else {
          throw DatasetError.wrongNameCount(
            source: source, names: names.count, fields: first.count)
        }
        form.names = names
      } else {
        form.names = (1...max(width, 1)).map { "column \($0)" }
      }
    } else {
      try checkHeader(first, rows, &form)
      let named = first.count - (first.reversed().firstIndex { !$0.text.isEmpty } ?? first.count)
      let longest = rows.map(\.count).max() ?? named
      let filled = rows.count { $0.dropFirst(named).contains { !$0.text.isEmpty } }
      // Few values in an unnamed column are an error, reported later; many are intended.
      if named > 0, longest > named, filled * 10 <= rows.count {
        form.trailing = longest - named
        form.columns = named
        form.endsInDelimiter = 2 * rows.count { $0.count > named } > rows.count
      } else if named > 0, longest == named, longest < first.count {
        form.trailing = first.count - named
        form.columns = named
        endsHeader = true
      }
      form.splitFields = splitFields(first, rows, form)
    }
    if form.trailing > 0 {
      let ends = endsHeader ? "the header ends" : "lines end"
      form.notes.append(
        form.trailing == 1
          ? "\(ends) in an empty field without a name, which is left out"
          : "\(ends) in \(grouped(form.trailing)) empty fields without names, which are left out")
    }
  }

  /// Why rows have more fields than the header: numbers with a decimal comma, or dates such as
  /// `May 18, 2019`, that are split at their commas; `nil` if there is no sign of either.
  private func splitFields(
    _ header: [FormField], _ rows: [[FormField]], _ form: TableForm
  ) -> RaggedCause? {
    let longer = rows.filter { $0.count > header.count }
    guard form.delimiter == UInt8(ascii: ","), 2 * longer.count > rows.count else { return nil }
    if longer.allSatisfy(Self.splitsDate) { return .comma }
    guard longer.allSatisfy({ Self.splitNumbers($0) >= $0.count - header.count }) else {
      return nil
    }
    return longer.allSatisfy { $0.count == header.count + 1 } ? .decimalCommaOrName : .decimalComma
  }

  private static func splitsDate(_ row: [FormField]) -> Bool {
    zip(row, row.dropFirst()).contains { first, second in
      let first = first.text
      var text = first + ", " + second.text.drop { $0 == " " }
      return first.contains { $0.isLetter } && text.withUTF8(DateText.isDate)
    }
  }

  /// The number of pairs of neighbouring fields that may be the parts of a number such as `7,58`.
  private static func splitNumbers(_ row: [FormField]) -> Int {
    func isWhole(_ text: Substring) -> Bool {
      !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isNumber }
    }
    var count = 0
    var index = 1
    while index < row.count {
      let before = row[index - 1].text.drop { $0 == "-" || $0 == "+" }
      if isWhole(before), isWhole(row[index].text[...]) {
        count += 1
        index += 1
      }
      index += 1
    }
    return count
  }

  /// The number of fields at the end that are empty in every row.
  private static func emptyFields(in rows: [[FormField]], beyond named: Int) -> Int {
    guard let longest = rows.map(\.count).max(), longest > named else { return 0 }
    let filled = rows.reduce(named) { most, row in
      max(most, (row.lastIndex { !$0.text.isEmpty } ?? -1) + 1)
    }
    return longest - filled
  }

  private func checkHeader(
    _ first: [FormField], _ rows: [[FormField]], _ form: inout TableForm
  ) throws {
    if format.hasHeader == true { return }
    if let wanted, wanted.isSubset(of: first.map(\.text)) { return }
    guard let evidence = rowEvidence(first, rows) else { return }
    if Self.isCounted(first) {
      form.notes.append(
        "the first line has consecutive numbers such as '\(excerpt(evidence.text))' and is read as names"
      )
      return
    }
    throw DatasetError.noHeader(
      at: SourcePosition(source, line: evidence.line, column: evidence.column),
      found: excerpt(evidence.text))
  }

  /// Evidence that the first line is a row: a number above numbers, or one of several words that
  /// occur below it too.
  private func rowEvidence(_ first: [FormField], _ rows: [[FormField]]) -> FormField? {
    // A repeated header is a header.
    let rows = rows.filter { $0.map(\.text) != first.map(\.text) }
    if rows.isEmpty { return nil }
    let columns = first.enumerated().map { index, field in
      (field: field, below: rows.compactMap { $0.count > index ? $0[index].text : nil })
    }
    for (field, below) in columns where Self.isNumber(field.text) {
      let known = below.filter { !Self.isMissing($0) }
      let numbers = known.count { Self.isNumber($0) }
      if !known.isEmpty, numbers * 10 >= known.count * 9 { return field }
    }
    let repeated = columns.filter { !$0.field.text.isEmpty && $0.below.contains($0.field.text) }
    return repeated.count >= 2 && repeated.count * 2 >= first.count ? repeated[0].field : nil
  }

  /// Whether the numbers of a line are consecutive, as in column numbers or years.
  private static func isCounted(_ first: [FormField]) -> Bool {
    let numbers = first.filter { isNumber($0.text) }.map { Int($0.text) }
    guard numbers.count > 1 else { return false }
    return zip(numbers, numbers.dropFirst()).allSatisfy { one, next in
      if let one, let next { one >= 0 && next == one + 1 } else { false }
    }
  }

  private static func isNumber(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { WrittenNumber($0) != nil }
  }

  private static func isMissing(_ text: String) -> Bool {
    MissingWords.everywhere.contains(text)
      || MissingWords.amongNumbers.contains(text.lowercased())
  }

  // MARK: - Lines

  private func skipBlankLines(_ bytes: UnsafeBufferPointer<UInt8>, _ form: inout TableForm) {
    while true {
      var index = form.offset
      while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
      guard index < bytes.count, bytes[index] == 0x0A || bytes[index] == 0x0D else { return }
      skipLine(bytes, &form)
    }
  }

  private func skipLine(_ bytes: UnsafeBufferPointer<UInt8>, _ form: inout TableForm) {
    var index = form.offset
    while index < bytes.count, bytes[index] != 0x0A, bytes[index] != 0x0D { index += 1 }
    if bytes[index...].starts(with: [0x0D, 0x0A]) { index += 1 }
    form.offset = min(index + 1, bytes.count)
    form.line += 1
  }

  /// The separator given by a first line such as `sep=;`, as in Excel.
  private func separatorLine(_ bytes: UnsafeBufferPointer<UInt8>, _ offset: Int) -> UInt8? {
    let line = bytes[offset...].prefix { $0 != 0x0A && $0 != 0x0D }
    guard line.count <= 8 else { return nil }
    let text = String(decoding: line, as: UTF8.self).filter { $0 != "\"" }
    guard text.lowercased().hasPrefix("sep="), text.utf8.count == 5, let byte = text.utf8.last,
      byte < 0x80, !UnicodeScalar(byte).properties.isAlphabetic, byte &- 48 >= 10
    else { return nil }
    return byte
  }

  // MARK: - Delimiters

  /// The delimiter that splits all lines into the same number of fields; of several, the one whose
  /// fields contain the fewest other delimiters; else the most frequent one in the first line.
  private func chosenDelimiter(
    _ bytes: UnsafeBufferPointer<UInt8>, _ form: TableForm, _ isWhole: Bool
  ) throws -> UInt8 {
    let candidates = [",", "\t", ";", "|", " "].map { UInt8(ascii: $0) }
    let counts = candidates.map { count(of: $0, bytes, form.offset) }
    var best: (delimiter: UInt8, score: Double)?
    for (candidate, count) in zip(candidates, counts) where count > 0 {
      if candidate == 0x20, counts.dropLast().contains(where: { $0 > 0 }) { continue }
      var trial = form
      trial.delimiter = candidate
      let records = try self.records(bytes, trial, isWhole)
      guard let first = records.first, records.count > 1, first.count > 1,
        records.dropFirst().allSatisfy({ $0.count == records[1].count }), records[1].count > 1,
        abs(records[1].count - first.count) < 2
      else { continue }
      let fields = records.joined()
      let clean = fields.count { field in
        Self.isNumber(field.text)
          || !candidates.contains { $0 != candidate && $0 != 0x20 && field.text.utf8.contains($0) }
      }
      let score = Double(clean) / Double(max(fields.count, 1))
      if best.map({ score > $0.score }) ?? true { best = (candidate, score) }
    }
    if let best { return best.delimiter }
    let common = counts.prefix(3).max() ?? 0
    if common == 0, counts[3] > 0 { return candidates[3] }
    return candidates[counts.firstIndex(of: common) ?? 0]
  }

  /// The number of occurrences of a byte in the first line outside quotes.
  private func count(
    of byte: UInt8, _ bytes: UnsafeBufferPointer<UInt8>, _ offset: Int
  ) -> Int {
    var count = 0
    var isQuoted = false
    for found in bytes[offset...] {
      if found == UInt8(ascii: "\"") { isQuoted.toggle() }
      if isQuoted { continue }
      if found == 0x0A || found == 0x0D { break }
      if found == byte { count += 1 }
    }
    return count
  }

  /// The first records, up to the first syntax error.
  private func records(
    _ bytes: UnsafeBufferPointer<UInt8>, _ form: TableForm, _ isWhole: Bool
  ) throws -> [[FormField]] {
    var sink = FormSink(limit: Self.mostRecords)
    var scanner = CSVScanner(source: source, form: form)
    do {
      _ = try scanner.scan(
        UnsafeBufferPointer(rebasing: bytes[form.offset...]), isLast: isWhole, into: &sink)
    } catch let error where error is FormSink.Full || error is DatasetError {
      // Syntax errors are reported when the table is parsed.
    }
    return sink.records
  }
}

/// A field of the first lines.
private struct FormField: Hashable {
  var text: String
  var line: Int
  var column: Int
}

/// A sink that stores the first records of a table.
private struct FormSink: CSVSink {
  struct Full: Error {}

  let limit: Int
  private(set) var records: [[FormField]] = []
  private var record: [FormField] = []

  init(limit: Int) { self.limit = limit }

  mutating func take(_ cell: CSVCell) throws {
    let start = UnsafeBufferPointer(rebasing: cell.bytes.prefix(4096))
    record.append(
      FormField(
        text: String(decoding: start, as: UTF8.self), line: cell.line, column: cell.column))
  }

  mutating func endRecord() throws {
    records.append(record)
    record = []
    if records.count == limit { throw Full() }
  }
}
