import Crypto
import Foundation

/// Reads tables of comma, tab or semicolon separated text, piece by piece.
struct CSVReader {
  var plan: ReadingPlan
  /// How many bytes are asked for at a time.
  var chunkSize = Self.usualChunk
  var delimiter: UInt8?

  static let usualChunk = 1 << 18

  init(_ plan: ReadingPlan, delimiter: UInt8? = nil) {
    self.plan = plan
    self.delimiter = delimiter
  }

  /// The columns of a source, whose bytes it reads to the end.
  /// - Complexity: O(bytes); memory grows with the cells, not with their texts.
  func read(_ source: inout ByteSource) throws -> CollectedTable {
    var window = [UInt8](repeating: 0, count: chunkSize)
    var filled = 0
    var isLast = false
    // The header decides between delimiters, so the window must hold its first line.
    while !isLast, !hasLine(window[..<filled]), filled <= CSVScanner.longestCell {
      isLast = try !readMore(&window, &filled, from: &source)
    }
    if filled == 0 { throw DatasetError.emptyFile(source: source.name) }
    let skipped = window[..<filled].starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var scanner = CSVScanner(
      source: source.name, delimiter: delimiter ?? sniff(window[skipped..<filled]),
      skipping: skipped)
    var collector = TableCollector(source: source.name, plan: plan)
    var start = skipped
    while true {
      let consumed = try window.withUnsafeBufferPointer {
        try scanner.scan(
          UnsafeBufferPointer(rebasing: $0[start..<filled]), isLast: isLast, into: &collector)
      }
      if isLast { break }
      start += consumed
      window.replaceSubrange(0..<filled - start, with: window[start..<filled])
      filled -= start
      start = 0
      isLast = try !readMore(&window, &filled, from: &source)
    }
    return try collector.finish()
  }

  private func readMore(
    _ window: inout [UInt8], _ filled: inout Int, from source: inout ByteSource
  ) throws -> Bool {
    if window.count < filled + chunkSize {
      window += [UInt8](repeating: 0, count: max(filled + chunkSize - window.count, window.count))
    }
    let range = filled..<filled + chunkSize
    let count = try window.withUnsafeMutableBytes {
      try source.fill(UnsafeMutableRawBufferPointer(rebasing: $0[range]))
    }
    filled += count
    return count > 0
  }

  /// Whether a line ends outside quotes.
  private func hasLine(_ bytes: ArraySlice<UInt8>) -> Bool {
    var isQuoted = false
    for byte in bytes {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted, byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { return true }
    }
    return false
  }

  /// The delimiter that the first line has most often outside quotes.
  private func sniff(_ bytes: ArraySlice<UInt8>) -> UInt8 {
    let candidates = [",", "\t", ";"].map { UInt8(ascii: $0) }
    var counts = [0, 0, 0]
    var isQuoted = false
    for byte in bytes {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if isQuoted { continue }
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { break }
      if let index = candidates.firstIndex(of: byte) { counts[index] += 1 }
    }
    let most = counts.max() ?? 0
    return candidates[counts.firstIndex(of: most) ?? 0]
  }
}

/// The columns of a source before anything is decided about them.
struct CollectedTable {
  var source: String
  var names: [String]
  var target: Int
  var columns: [ColumnCollector]
  var rows: Int
}

/// Sorts the fields of a table into its columns.
struct TableCollector: CSVSink {
  private let source: String
  private let plan: ReadingPlan
  private let missing: MissingMarks
  private var names: [String] = []
  private var nameLines: [Int] = []
  private var nameColumns: [Int] = []
  private var columns: [ColumnCollector] = []
  private var target = 0
  private var hasHeader = false
  private var field = 0
  private var recordLine = 1
  private var rows = 0

  init(source: String, plan: ReadingPlan) {
    self.source = source
    self.plan = plan
    missing = MissingMarks(plan.missingMarks)
  }

  mutating func take(_ cell: CSVCell) throws {
    if field == 0 { recordLine = cell.line }
    if hasHeader {
      if field < columns.count { columns[field].append(cell) }
    } else {
      names.append(cell.bytes.isEmpty ? "column \(field + 1)" : cell.text)
      nameLines.append(cell.line)
      nameColumns.append(cell.column)
    }
    field += 1
  }

  mutating func endRecord() throws {
    if !hasHeader {
      try startColumns()
    } else if field == columns.count {
      rows += 1
    } else {
      throw DatasetError.raggedRow(
        at: SourcePosition(source, line: recordLine, column: 1), found: field,
        expected: columns.count)
    }
    field = 0
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

  func finish() throws -> CollectedTable {
    if !hasHeader { throw DatasetError.emptyFile(source: source) }
    if rows == 0 { throw DatasetError.noRows(source: source) }
    return CollectedTable(
      source: source, names: names, target: target, columns: columns, rows: rows)
  }
}
