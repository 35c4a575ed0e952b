/// One field of a table during parsing.
struct CSVCell {
  /// The text without its quotes; valid only until the next field is read.
  var bytes: UnsafeBufferPointer<UInt8>
  var line: Int
  /// The first byte of the field in its line, counted from 1.
  var column: Int

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The cell without spaces and tabs at its ends.
  var trimmingBlanks: CSVCell {
    func isBlank(_ byte: UInt8?) -> Bool { byte == 0x20 || byte == 0x09 }
    guard isBlank(bytes.first) || isBlank(bytes.last) else { return self }
    var range = bytes.startIndex..<bytes.endIndex
    while !range.isEmpty, isBlank(bytes[range.lowerBound]) { range = range.dropFirst() }
    while !range.isEmpty, isBlank(bytes[range.upperBound - 1]) { range = range.dropLast() }
    var cell = self
    cell.bytes = UnsafeBufferPointer(rebasing: bytes[range])
    return cell
  }
}

/// A sink for the parsed fields of a table.
protocol CSVSink {
  mutating func take(_ cell: CSVCell) throws
  /// Called after the last field of each record; blank lines are skipped.
  mutating func endRecord() throws
}

/// A streaming parser of RFC 4180 with any line endings.
///
/// Blanks around an unquoted field are trimmed. Blank lines are skipped, and so are comments if the
/// table form has them.
struct CSVScanner {
  /// The longest field that is accepted, in bytes.
  static let longestCell = 1 << 20
  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  let source: String
  let delimiter: UInt8
  /// The bytes below 64 that end a field, as bits.
  private let special: UInt64
  private var line = 1
  /// The source offsets of the line and of the window.
  private var lineStart = 0
  private var windowStart = 0
  private var isAtRecordStart = true
  private var unescaped: [UInt8] = []
  /// The number of fields by which a line starting with `#` is a row and not a comment; `nil` if
  /// there are no comments.
  private let commentWidth: Int?
  /// Whether the start of a record must be checked before its fields are parsed.
  private let needsLook: Bool
  /// The number of skipped comment lines.
  private(set) var comments = 0
  /// The number of fields with trimmed blanks.
  private(set) var trimmed = 0

  private static let hash = UInt8(ascii: "#")
  private static let space = UInt8(ascii: " ")
  private static let backslash = UInt8(ascii: "\\")

  /// Starts at the header or the first row of the table form.
  init(source: String, form: TableForm) {
    self.source = source
    delimiter = form.delimiter
    line = form.line
    lineStart = form.offset
    windowStart = form.offset
    commentWidth = form.skipsComments ? form.width : nil
    needsLook = form.skipsComments || form.delimiter == Self.space
    special = [0, Self.quote, Self.lineFeed, Self.carriageReturn, delimiter]
      .reduce(0) { $1 < 64 ? $0 | 1 << UInt64($1) : $0 }
  }

  private func isSpecial(_ byte: UInt8) -> Bool {
    byte < 64 ? special >> UInt64(byte) & 1 == 1 : byte == delimiter
  }

  private func isSpace(_ byte: UInt8) -> Bool {
    (byte == Self.space || byte == 0x09) && byte != delimiter
  }

  private func position(_ index: Int) -> SourcePosition {
    SourcePosition(source, line: line, column: windowStart + index - lineStart + 1)
  }

  /// Parses complete fields and returns the number of bytes consumed; pass the rest again.
  ///
  /// `isLast`: whether the source ends with this window.
  mutating func scan(
    _ window: UnsafeBufferPointer<UInt8>, isLast: Bool, into sink: inout some CSVSink
  ) throws -> Int {
    var start = 0
    while true {
      if needsLook, isAtRecordStart {
        guard let next = try beginRecord(window, from: start, isLast: isLast) else { break }
        start = next.start
        if next.isComment { continue }
      }
      if start == window.count, !isLast || isAtRecordStart { break }
      var index = start
      while index < window.count, isSpace(window[index]) { index += 1 }
      let next =
        if index < window.count, window[index] == Self.quote {
          try scanQuoted(window, from: start, quote: index, isLast: isLast, into: &sink)
        } else {
          try scanPlain(window, from: start, text: index, isLast: isLast, into: &sink)
        }
      guard let next else {
        if window.count - start > Self.longestCell + 2 {
          throw DatasetError.cellTooLong(at: position(start), limit: Self.longestCell)
        }
        break
      }
      start = next
    }
    windowStart += start
    return start
  }

  /// Skips blanks that separate fields, or a comment line.
  ///
  /// Returns the start of the record, or of the line after a comment; `nil` if the window ends
  /// before that is determined.
  @inline(never)
  private mutating func beginRecord(
    _ window: UnsafeBufferPointer<UInt8>, from first: Int, isLast: Bool
  ) throws -> (start: Int, isComment: Bool)? {
    var start = first
    if delimiter == Self.space {
      while start < window.count, window[start] == Self.space { start += 1 }
    }
    guard commentWidth != nil, start < window.count, window[start] == Self.hash else {
      return (start, false)
    }
    let rest = window[start...]
    let lineEnd = rest.firstIndex { $0 == Self.lineFeed || $0 == Self.carriageReturn }
    guard lineEnd != nil || isLast else {
      if rest.count > Self.longestCell {
        throw DatasetError.cellTooLong(at: position(start), limit: Self.longestCell)
      }
      return nil
    }
    let index = lineEnd ?? window.count
    let fields = window[start..<index].reduce(1) { $0 + ($1 == delimiter ? 1 : 0) }
    if fields == commentWidth { return (start, false) }
    guard let next = end(of: window, at: index, isLast: isLast) else { return nil }
    comments += 1
    if next.endsLine {
      line += 1
      lineStart = windowStart + next.index
    }
    return (next.index, true)
  }

  private mutating func scanPlain(
    _ window: UnsafeBufferPointer<UInt8>, from start: Int, text first: Int, isLast: Bool,
    into sink: inout some CSVSink
  ) throws -> Int? {
    var index = first
    var union: UInt8 = 0
    while index < window.count {
      let byte = window[index]
      if isSpecial(byte) { break }
      union |= byte
      index += 1
    }
    guard index < window.count || isLast else { return nil }
    if index < window.count {
      if window[index] == Self.quote {
        throw DatasetError.quoteInsideField(at: position(index))
      }
      if window[index] == 0 { throw DatasetError.nulByte(at: position(index)) }
    }
    guard let next = end(of: window, at: index, isLast: isLast) else { return nil }
    var last = index
    while last > first, isSpace(window[last - 1]) { last -= 1 }
    let isBlankLine =
      isAtRecordStart && last == first && (next.endsRecord)
    if !isBlankLine {
      if last > first, first > start || last < index { trimmed += 1 }
      try give(window, first..<last, from: first, union: union, to: &sink)
    }
    try finish(next, isBlankLine: isBlankLine, &sink)
    return next.index
  }

  private mutating func scanQuoted(
    _ window: UnsafeBufferPointer<UInt8>, from start: Int, quote: Int, isLast: Bool,
    into sink: inout some CSVSink
  ) throws -> Int? {
    var index = quote + 1
    var union: UInt8 = 0
    var hasDoubled = false
    var newLines = 0
    var lastLineStart = lineStart
    while true {
      guard index < window.count else {
        if isLast { throw DatasetError.unclosedQuote(at: position(quote)) }
        return nil
      }
      let byte = window[index]
      if byte == Self.quote {
        if index + 1 < window.count, window[index + 1] == Self.quote {
          hasDoubled = true
          index += 2
          continue
        }
        if index + 1 == window.count, !isLast { return nil }
        break
      }
      if byte == Self.lineFeed {
        newLines += 1
        lastLineStart = windowStart + index + 1
      }
      if byte == 0 {
        line += newLines
        lineStart = lastLineStart
        throw DatasetError.nulByte(at: position(index))
      }
      union |= byte
      index += 1
    }
    let content = quote + 1..<index
    var after = index + 1
    while after < window.count, isSpace(window[after]) { after += 1 }
    guard after < window.count || isLast else { return nil }
    if after < window.count, !isSpecial(window[after]) || window[after] == Self.quote {
      line += newLines
      lineStart = lastLineStart
      let rest = window[after..<min(after + 1, window.count)]
      throw DatasetError.textAfterQuote(
        at: position(after), found: excerpt(String(decoding: rest, as: UTF8.self)),
        isEscaped: window[index - 1] == Self.backslash)
    }
    guard let next = end(of: window, at: after, isLast: isLast) else { return nil }
    if quote > start || after > index + 1 { trimmed += 1 }
    if hasDoubled {
      try giveUnescaped(window, content, from: quote, union: union, to: &sink)
    } else {
      try give(window, content, from: quote, union: union, to: &sink)
    }
    line += newLines
    lineStart = lastLineStart
    try finish(next, isBlankLine: false, &sink)
    return next.index
  }

  private mutating func giveUnescaped(
    _ window: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, from first: Int, union: UInt8,
    to sink: inout some CSVSink
  ) throws {
    unescaped.removeAll(keepingCapacity: true)
    var index = range.lowerBound
    while index < range.upperBound {
      unescaped.append(window[index])
      index += window[index] == Self.quote ? 2 : 1
    }
    let column = windowStart + first - lineStart + 1
    if union >= 0x80 { try checkText(window, range) }
    try unescaped.withUnsafeBufferPointer {
      try sink.take(CSVCell(bytes: $0, line: line, column: column))
    }
  }

  private func give(
    _ window: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, from first: Int, union: UInt8,
    to sink: inout some CSVSink
  ) throws {
    if range.count > Self.longestCell {
      throw DatasetError.cellTooLong(at: position(first), limit: Self.longestCell)
    }
    if union >= 0x80 { try checkText(window, range) }
    try sink.take(
      CSVCell(
        bytes: UnsafeBufferPointer(rebasing: window[range]), line: line,
        column: windowStart + first - lineStart + 1))
  }

  private func checkText(
    _ window: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
  ) throws {
    guard let wrong = firstInvalidByte(UnsafeBufferPointer(rebasing: window[range])) else {
      return
    }
    var place = position(range.lowerBound)
    for index in range.lowerBound..<range.lowerBound + wrong {
      place.column += 1
      if window[index] == Self.lineFeed {
        place.line += 1
        place.column = 1
      }
    }
    throw DatasetError.invalidText(at: place, byte: window[range.lowerBound + wrong])
  }

  private struct FieldEnd {
    var index: Int
    var endsRecord: Bool
    var endsLine: Bool
  }

  /// The token after a field; `nil` if the window ends before that is determined.
  private func end(
    of window: UnsafeBufferPointer<UInt8>, at index: Int, isLast: Bool
  ) -> FieldEnd? {
    guard index < window.count else {
      return FieldEnd(index: index, endsRecord: true, endsLine: false)
    }
    if window[index] == delimiter {
      if delimiter == Self.space { return endOfBlanks(window, at: index, isLast: isLast) }
      return FieldEnd(index: index + 1, endsRecord: false, endsLine: false)
    }
    if window[index] == Self.carriageReturn {
      guard index + 1 < window.count || isLast else { return nil }
      if index + 1 < window.count, window[index + 1] == Self.lineFeed {
        return FieldEnd(index: index + 2, endsRecord: true, endsLine: true)
      }
    }
    return FieldEnd(index: index + 1, endsRecord: true, endsLine: true)
  }

  /// The token after separating blanks; blanks at the end of a line separate nothing.
  @inline(never)
  private func endOfBlanks(
    _ window: UnsafeBufferPointer<UInt8>, at first: Int, isLast: Bool
  ) -> FieldEnd? {
    var index = first
    while index < window.count, window[index] == Self.space { index += 1 }
    guard index < window.count else {
      return isLast ? FieldEnd(index: index, endsRecord: true, endsLine: false) : nil
    }
    guard window[index] == Self.lineFeed || window[index] == Self.carriageReturn else {
      return FieldEnd(index: index, endsRecord: false, endsLine: false)
    }
    return end(of: window, at: index, isLast: isLast)
  }

  private mutating func finish(
    _ next: FieldEnd, isBlankLine: Bool, _ sink: inout some CSVSink
  ) throws {
    isAtRecordStart = next.endsRecord
    if next.endsRecord, !isBlankLine { try sink.endRecord() }
    if next.endsLine {
      line += 1
      lineStart = windowStart + next.index
    }
  }
}

/// The first byte that is invalid UTF-8.
func firstInvalidByte(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
  var index = 0
  while index < bytes.count {
    let first = bytes[index]
    if first < 0x80 {
      index += 1
      continue
    }
    let (length, lowest, highest): (Int, UInt8, UInt8) =
      switch first {
      case 0xC2...0xDF: (2, 0x80, 0xBF)
      case 0xE0: (3, 0xA0, 0xBF)
      case 0xED: (3, 0x80, 0x9F)
      case 0xE1...0xEF: (3, 0x80, 0xBF)
      case 0xF0: (4, 0x90, 0xBF)
      case 0xF1...0xF3: (4, 0x80, 0xBF)
      case 0xF4: (4, 0x80, 0x8F)
      default: (0, 0, 0)
      }
    if length == 0 { return index }
    for place in 1..<length {
      guard index + place < bytes.count else { return index }
      let byte = bytes[index + place]
      let isGood = place == 1 ? (lowest...highest).contains(byte) : byte & 0xC0 == 0x80
      if !isGood { return index }
    }
    index += length
  }
  return nil
}
