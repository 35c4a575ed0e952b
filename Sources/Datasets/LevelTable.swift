/// What the text of a cell is.
enum CellMeaning: Hashable {
  case missing
  case word
  /// A number, which may be infinite.
  case number(Double)

  init(_ bytes: UnsafeBufferPointer<UInt8>, missing: MissingMarks) {
    if missing.contains(bytes) {
      self = .missing
    } else if let value = DecimalNumber.parse(bytes) {
      self = .number(value)
    } else {
      self = DecimalNumber.isNaN(bytes) ? .missing : .word
    }
  }
}

/// The cell texts that stand for a missing value.
struct MissingMarks {
  private let marks: [[UInt8]]
  private let longest: Int
  /// Whether a mark is a number to those who do not know: "-999".
  let areNumbers: Bool

  init(_ texts: [String]) {
    marks = texts.map { Array($0.utf8) }
    longest = marks.map(\.count).max() ?? 0
    areNumbers = marks.contains { mark in
      mark.withUnsafeBufferPointer { DecimalNumber.parse($0) != nil }
    }
  }

  func contains(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    if bytes.isEmpty { return true }
    if bytes.count > longest { return false }
    return marks.contains { $0.elementsEqual(bytes) }
  }
}

/// The different texts of a column, in the order in which they came.
struct LevelTable {
  /// A column with more texts than this is not categorical.
  static let limit = 1000
  /// A column with a longer text than this is not categorical.
  static let longestLevel = 1 << 16

  struct Level {
    fileprivate var hash: UInt64
    fileprivate var range: Range<Int>
    var meaning: CellMeaning
    /// Where it stood first.
    var line: Int
    var column: Int
    var count = 0
  }

  private(set) var levels: [Level] = []
  private var letters: [UInt8] = []
  /// Positions in `levels`, -1 where there is none; open addressing.
  private var slots = [Int32](repeating: -1, count: 64)

  init() {}

  /// A table that begins with levels that are known.
  init(known texts: [String]) {
    for var text in texts {
      text.withUTF8 { bytes in
        let meaning: CellMeaning = DecimalNumber.parse(bytes).map { .number($0) } ?? .word
        _ = position(CSVCell(bytes: bytes, line: 0, column: 0)) { _ in meaning }
      }
    }
  }

  func text(_ position: Int) -> String {
    String(decoding: letters[levels[position].range], as: UTF8.self)
  }

  mutating func count(_ position: Int) { levels[position].count += 1 }

  /// The position of a cell's text, which is added when it is new.
  mutating func position(
    _ cell: CSVCell, meaning: (UnsafeBufferPointer<UInt8>) -> CellMeaning
  ) -> Int {
    let hash = Self.hash(cell.bytes)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let position = Int(slots[slot])
      if levels[position].hash == hash, isEqual(levels[position].range, cell.bytes) {
        return position
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    let start = letters.count
    letters.append(contentsOf: cell.bytes)
    levels.append(
      Level(
        hash: hash, range: start..<letters.count, meaning: meaning(cell.bytes), line: cell.line,
        column: cell.column))
    slots[slot] = Int32(levels.count - 1)
    if levels.count * 2 > slots.count { grow() }
    return levels.count - 1
  }

  private func isEqual(_ range: Range<Int>, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard range.count == bytes.count else { return false }
    for offset in 0..<bytes.count where letters[range.lowerBound + offset] != bytes[offset] {
      return false
    }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for (position, level) in levels.enumerated() {
      var slot = Int(truncatingIfNeeded: level.hash) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(position)
    }
  }

  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash ^ hash >> 29
  }
}
