/// The distinct strings of a column, in order of first occurrence.
struct LevelTable {
  /// A column with more texts than this is not categorical.
  static let limit = 1000
  /// A column with a longer text than this is not categorical.
  static let longestLevel = 1 << 16

  struct Level {
    fileprivate var hash: UInt64
    fileprivate var range: Range<Int>
    /// The position of its first occurrence.
    var line: Int
    var column: Int
    var count = 0
  }

  private(set) var levels: [Level] = []
  private var letters: [UInt8] = []
  /// Hash table of indices into `levels`, -1 for empty slots; open addressing.
  private var slots = [Int32](repeating: -1, count: 64)

  init() {}

  /// A table initialised with known levels.
  init(known texts: [String]) {
    for var text in texts {
      text.withUTF8 { _ = position(CSVCell(bytes: $0, line: 0, column: 0)) }
    }
  }

  func text(_ position: Int) -> String {
    String(decoding: letters[levels[position].range], as: UTF8.self)
  }

  /// A level as the cell of its first occurrence.
  func withCell<Result>(_ position: Int, _ body: (CSVCell) throws -> Result) rethrows -> Result {
    let level = levels[position]
    return try letters.withUnsafeBufferPointer {
      try body(
        CSVCell(
          bytes: UnsafeBufferPointer(rebasing: $0[level.range]), line: level.line,
          column: level.column))
    }
  }

  mutating func count(_ position: Int) { levels[position].count += 1 }

  /// The index of a cell's text, which is added if it is new.
  mutating func position(_ cell: CSVCell) -> Int {
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
        hash: hash, range: start..<letters.count, line: cell.line, column: cell.column))
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
