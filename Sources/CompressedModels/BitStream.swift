/// Writes a bit stream, most significant bit first.
package struct BitWriter {
  package private(set) var bytes: [UInt8] = []
  private var pending: UInt64 = 0
  private var filled = 0

  package init() {}

  /// Writes the lowest `width` bits of a number, at most 56.
  package mutating func write(_ value: UInt64, _ width: Int) {
    pending = pending << UInt64(width) | value & (1 << UInt64(width) - 1)
    filled += width
    while filled >= 8 {
      filled -= 8
      bytes.append(UInt8(truncatingIfNeeded: pending >> UInt64(filled)))
    }
  }

  package mutating func write(_ value: Float) { write(UInt64(value.bitPattern), 32) }

  /// Writes a positive integer in Elias gamma code (1975, doi:10.1109/TIT.1975.1055349): one zero
  /// less than its binary digits, then its binary digits.
  package mutating func writeGamma(_ value: Int) {
    precondition(value >= 1 && value < 1 << 48, "\(value) has no gamma code here")
    let digits = Self.digits(value)
    write(0, digits - 1)
    write(UInt64(value), digits)
  }

  /// The length of a number's gamma code in bits.
  static func gammaBits(_ value: Int) -> Int { 2 * digits(value) - 1 }

  private static func digits(_ value: Int) -> Int { Int.bitWidth - value.leadingZeroBitCount }

  /// Pads the last byte with zeros.
  package mutating func finish() {
    if filled > 0 { write(0, 8 - filled) }
  }
}

/// Reads a bit stream written by `BitWriter`, with bounds checks.
package struct BitReader {
  private let bytes: ArraySlice<UInt8>
  /// The position of the next bit.
  private var position = 0

  package init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

  /// The number of remaining bits.
  var left: Int { 8 * bytes.count - position }

  /// - Throws: `CodingProblem.endsTooEarly`
  package mutating func readBit() throws(CodingProblem) -> UInt64 {
    guard left > 0 else { throw .endsTooEarly }
    let byte = bytes[bytes.startIndex + position >> 3]
    defer { position += 1 }
    return UInt64(byte >> UInt8(7 - position & 7) & 1)
  }

  /// Reads an unsigned integer of `width` bits, at most 56.
  package mutating func read(_ width: Int) throws(CodingProblem) -> UInt64 {
    guard left >= width else { throw .endsTooEarly }
    var (value, missing) = (UInt64(0), width)
    while missing > 0 {
      let byte = bytes[bytes.startIndex + position >> 3]
      let there = 8 - position & 7
      let taken = min(there, missing)
      let part = (byte << UInt8(8 - there)) >> UInt8(8 - taken)
      value = value << UInt64(taken) | UInt64(part)
      position += taken
      missing -= taken
    }
    return value
  }

  mutating func readFloat() throws(CodingProblem) -> Float {
    Float(bitPattern: UInt32(truncatingIfNeeded: try read(32)))
  }

  package mutating func readGamma() throws(CodingProblem) -> Int {
    var zeros = 0
    while try readBit() == 0 {
      zeros += 1
      guard zeros < 48 else { throw .longGammaCode }
    }
    return Int(1 << UInt64(zeros) | (try read(zeros)))
  }

  /// Whether only the zero padding of the last byte remains.
  package var isAtEnd: Bool {
    guard left < 8 else { return false }
    var copy = self
    return (try? copy.read(left)) == 0
  }
}
