/// A streaming converter from UTF-16 to UTF-8.
struct UTF16Decoder {
  let source: String
  let isBigEndian: Bool
  /// The pending first byte of a code unit.
  private var half: UInt8?
  /// The pending high surrogate.
  private var high: UInt16?
  /// The number of consumed bytes, including the byte order mark.
  private var offset: Int

  init(source: String, isBigEndian: Bool, skipping skipped: Int) {
    self.source = source
    offset = skipped
    self.isBigEndian = isBigEndian
  }

  /// The next bytes as UTF-8.
  /// - Throws: `DatasetError` for an unpaired surrogate.
  mutating func decode(_ bytes: ArraySlice<UInt8>) throws -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    for byte in bytes {
      offset += 1
      guard let first = half else {
        half = byte
        continue
      }
      half = nil
      let unit =
        isBigEndian ? UInt16(first) << 8 | UInt16(byte) : UInt16(byte) << 8 | UInt16(first)
      try append(unit, to: &text)
    }
    return text
  }

  private mutating func append(_ unit: UInt16, to text: inout [UInt8]) throws {
    if let first = high {
      guard (0xDC00...0xDFFF).contains(unit) else { throw error(4) }
      high = nil
      append(0x10000 + (UInt32(first) - 0xD800) << 10 + UInt32(unit) - 0xDC00, to: &text)
    } else if (0xD800...0xDBFF).contains(unit) {
      high = unit
    } else if (0xDC00...0xDFFF).contains(unit) {
      throw error(2)
    } else {
      append(UInt32(unit), to: &text)
    }
  }

  private func append(_ scalar: UInt32, to text: inout [UInt8]) {
    guard let scalar = UnicodeScalar(scalar) else { return }
    text += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
  }

  /// Ends the text; throws for a pending byte or surrogate.
  func finish() throws {
    if half != nil { throw error(1) }
    if high != nil { throw error(2) }
  }

  private func error(_ back: Int) -> DatasetError {
    .invalidUTF16(source: source, offset: offset - back)
  }
}
