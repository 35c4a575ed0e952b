import Foundation

/// Reads delimited text tables in chunks.
struct CSVReader {
  var plan: ReadingPlan
  /// The number of bytes per read.
  var chunkSize = Self.usualChunk
  /// The delimiter by the file's extension.
  var delimiter: UInt8?

  static let usualChunk = 1 << 18

  init(_ plan: ReadingPlan, delimiter: UInt8? = nil) {
    self.plan = plan
    self.delimiter = delimiter
  }

  /// The columns of a source, which is read to its end.
  /// - Complexity: O(bytes); memory is proportional to the number of cells.
  func read(_ source: inout ByteSource) throws -> CollectedTable {
    source.limit = plan.byteLimit
    var window = TextWindow(chunkSize: chunkSize)
    // Separator and header are detected from the first lines.
    var isLast = false
    while !isLast, window.filled < TableFormFinder.lookahead {
      isLast = try !window.readMore(from: &source)
    }
    while !isLast, window.firstLine == nil, window.filled <= CSVScanner.longestCell {
      isLast = try !window.readMore(from: &source)
    }
    if window.filled == 0 { throw DatasetError.emptyFile(source: source.name) }
    // The first line and two rows of its length, for header detection.
    let lookahead = max(TableFormFinder.lookahead, window.firstLine.map { 3 * $0 } ?? window.filled)
    while !isLast, window.filled < lookahead { isLast = try !window.readMore(from: &source) }
    var form = try self.form(of: window, upTo: lookahead, source.name, isLast)
    if window.isUnmarkedUTF16 { form.notes.insert("the text is read as UTF-16", at: 0) }
    var scanner = CSVScanner(source: source.name, form: form)
    var collector = try TableCollector(source: source.name, plan: plan, form: form)
    window.drop(form.offset)
    while true {
      let consumed = try window.withBytes {
        try scanner.scan($0, isLast: isLast, into: &collector)
      }
      if isLast { break }
      window.drop(consumed)
      isLast = try !window.readMore(from: &source)
    }
    return try collector.finish(scanner)
  }

  private func form(
    of window: TextWindow, upTo lookahead: Int, _ name: String, _ isLast: Bool
  ) throws -> TableForm {
    let wanted = plan.schemaSource.schema.map { Set(plan.needed($0)) }
    let features = plan.schemaSource.schema?.features.count ?? plan.readCount
    let finder = TableFormFinder(
      source: name, format: plan.format, usual: delimiter, wanted: wanted,
      allowsOneField: plan.labels != .required && (features ?? 1) == 1)
    return try window.withBytes { bytes in
      let region = UnsafeBufferPointer(rebasing: bytes.prefix(lookahead))
      return try finder.find(in: region, isWhole: isLast && region.count == bytes.count)
    }
  }
}

/// The window of a text in memory, as UTF-8.
struct TextWindow {
  private var bytes: [UInt8]
  private(set) var filled = 0
  private let chunkSize: Int
  private var isOpened = false
  private var decoder: UTF16Decoder?
  /// Whether the text is UTF-16 without a byte order mark.
  private(set) var isUnmarkedUTF16 = false

  init(chunkSize: Int) {
    self.chunkSize = chunkSize
    bytes = [UInt8](repeating: 0, count: chunkSize)
  }

  func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[..<filled])) }
  }

  /// The length in bytes of the first line that ends outside quotes; `nil` if none does.
  var firstLine: Int? {
    var isQuoted = false
    for (index, byte) in bytes[..<filled].enumerated() {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted, byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { return index + 1 }
    }
    return nil
  }

  /// Removes the first bytes.
  mutating func drop(_ count: Int) {
    if count == 0 { return }
    bytes.replaceSubrange(0..<filled - count, with: bytes[count..<filled])
    filled -= count
  }

  /// Reads the next bytes; `false` at the end.
  mutating func readMore(from source: inout ByteSource) throws -> Bool {
    if !isOpened {
      isOpened = true
      while filled < ForeignFormat.lookahead, try readRaw(from: &source) {}
      if let format = ForeignFormat(bytes[..<min(filled, ForeignFormat.lookahead)]) {
        throw DatasetError.foreignFormat(source: source.name, format)
      }
      let start = Array(bytes[..<min(filled, 4)])
      if start.starts(with: [0x1F, 0x8B]) {
        throw DatasetError.doublyPacked(source: source.name)
      }
      if let (isBigEndian, length) = Self.utf16(start) {
        isUnmarkedUTF16 = length == 0
        var decoder = UTF16Decoder(source: source.name, isBigEndian: isBigEndian, skipping: length)
        let rest = Array(bytes[length..<filled])
        filled = 0
        try append(decoder.decode(rest[...]))
        self.decoder = decoder
        return true
      }
      return filled > 0
    }
    guard decoder != nil else { return try readRaw(from: &source) }
    var packed = [UInt8](repeating: 0, count: chunkSize)
    let count = try packed.withUnsafeMutableBytes { try source.fill($0) }
    if count == 0 {
      try decoder?.finish()
      return false
    }
    try append(decoder?.decode(packed[..<count]) ?? [])
    return true
  }

  /// Whether a text with these first bytes is UTF-16, its byte order, and the length of its mark.
  ///
  /// Without a mark, two ASCII characters suffice: no other text has a zero byte.
  private static func utf16(_ start: [UInt8]) -> (isBigEndian: Bool, length: Int)? {
    if start.starts(with: [0xFF, 0xFE]) { return (false, 2) }
    if start.starts(with: [0xFE, 0xFF]) { return (true, 2) }
    guard start.count == 4 else { return nil }
    switch (start[0] == 0, start[1] == 0, start[2] == 0, start[3] == 0) {
    case (false, true, false, true): return (false, 0)
    case (true, false, true, false): return (true, 0)
    default: return nil
    }
  }

  private mutating func reserve(_ count: Int) {
    guard bytes.count < filled + count else { return }
    bytes += [UInt8](repeating: 0, count: max(filled + count - bytes.count, bytes.count))
  }

  private mutating func append(_ more: [UInt8]) {
    reserve(more.count)
    bytes.replaceSubrange(filled..<filled + more.count, with: more)
    filled += more.count
  }

  private mutating func readRaw(from source: inout ByteSource) throws -> Bool {
    reserve(chunkSize)
    let range = filled..<filled + chunkSize
    let count = try bytes.withUnsafeMutableBytes {
      try source.fill(UnsafeMutableRawBufferPointer(rebasing: $0[range]))
    }
    filled += count
    return count > 0
  }
}
