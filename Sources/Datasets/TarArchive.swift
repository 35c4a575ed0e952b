/// The regular files of a tar archive (POSIX ustar).
package struct TarArchive {
  /// File names without folders, and contents.
  package private(set) var files: [(name: String, bytes: ArraySlice<UInt8>)] = []

  /// Reads an archive; `nil` if the bytes are not a tar archive.
  package init?(_ bytes: [UInt8]) {
    var offset = 0
    while offset + 512 <= bytes.count {
      let header = bytes[offset..<offset + 512]
      if header.allSatisfy({ $0 == 0 }) { break }
      guard header[offset + 257..<offset + 262].elementsEqual("ustar".utf8),
        let size = Self.octal(header[offset + 124..<offset + 136]),
        offset + 512 + size <= bytes.count
      else { return nil }
      let kind = header[offset + 156]
      if kind == 0 || kind == UInt8(ascii: "0") {
        let path = String(decoding: header[offset..<offset + 100].prefix { $0 != 0 }, as: UTF8.self)
        let name = path.split(separator: "/").last.map(String.init) ?? path
        files.append((name, bytes[offset + 512..<offset + 512 + size]))
      }
      offset += 512 + (size + 511) / 512 * 512
    }
    if files.isEmpty { return nil }
  }

  private static func octal(_ digits: ArraySlice<UInt8>) -> Int? {
    let text = String(decoding: digits, as: UTF8.self)
      .prefix { $0 != "\0" }.filter { $0 != " " }
    return Int(text, radix: 8).flatMap { $0 >= 0 && $0 < 1 << 32 ? $0 : nil }
  }
}
