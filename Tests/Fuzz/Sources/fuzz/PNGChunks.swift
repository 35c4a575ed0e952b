/// The chunks of a PNG file: length, type, contents and a checksum each, after eight bytes.
enum PNGChunks {
  /// The bytes with the checksum (CRC-32) that each chunk should have.
  static func withChecksums(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    var place = 8
    while place + 12 <= bytes.count {
      let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - place - 12 else { break }
      let end = place + 8 + length
      var sum = bytes[place + 4..<end].reduce(~UInt32(0)) { sum, byte in
        (0..<8).reduce(sum ^ UInt32(byte)) { rest, _ in
          rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1
        }
      }
      sum = ~sum
      for index in 0..<4 { bytes[end + index] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * index)) }
      place = end + 4
    }
    return bytes
  }
}
