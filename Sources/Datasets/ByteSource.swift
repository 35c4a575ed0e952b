import CZlib
import Foundation

/// A stream of bytes from a file (gzip is decompressed), stdin or memory.
///
/// The SHA-256 is computed over the raw bytes, before decompression.
struct ByteSource: ~Copyable {
  private enum Origin {
    case descriptor(Int32)
    case memory([UInt8])
  }

  /// The source as named by the user.
  let name: String
  private(set) var checksum: Checksum
  private var origin: Origin
  private var isOpened = false
  private var memoryOffset = 0
  private var inflater: Inflater?
  /// The maximum number of bytes after decompression.
  var limit = Int.max
  private var given = 0
  /// Bytes read for format detection and not yet returned.
  private var lookahead: [UInt8] = []

  /// Opens a file, or stdin for `-`.
  static func opening(
    _ path: String, named name: String? = nil, checksum: Checksum = Checksum()
  ) throws -> ByteSource {
    let descriptor = try descriptor(of: path)
    return ByteSource(
      .descriptor(descriptor), name ?? (path == "-" ? "stdin" : path), checksum)
  }

  /// A source over bytes in memory.
  init(_ bytes: [UInt8], named name: String) {
    self.init(.memory(bytes), name, Checksum())
  }

  private init(_ origin: Origin, _ name: String, _ checksum: Checksum) {
    self.origin = origin
    self.name = name
    self.checksum = checksum
  }

  private static func descriptor(of path: String) throws -> Int32 {
    if path == "-" { return dup(0) }
    guard FileManager.default.fileExists(atPath: path) else {
      throw DatasetError.missingFile(path: path)
    }
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else {
      throw DatasetError.unreadable(path: path, code: errno)
    }
    return descriptor
  }

  deinit {
    if case .descriptor(let descriptor) = origin { close(descriptor) }
  }

  private mutating func detectGzip() throws {
    isOpened = true
    var first = [UInt8](repeating: 0, count: 2)
    var count = 0
    while count < 2 {
      let more = try first.withUnsafeMutableBytes {
        try readRaw(UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
      }
      if more == 0 { break }
      count += more
    }
    lookahead = Array(first[..<count])
    if lookahead == [0x1F, 0x8B] {
      inflater = Inflater(name: name, packed: lookahead)
      lookahead = []
    }
  }

  /// Fills the start of a buffer and returns the number of bytes read; 0 at the end.
  /// - Throws: `DatasetError` after more than `limit` bytes.
  mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard buffer.count > 0 else { return 0 }
    let count = try fillUnchecked(buffer)
    given += count
    if given > limit {
      throw DatasetError.inputTooLarge(
        source: name, limit: limit, isPacked: inflater != nil)
    }
    return count
  }

  private mutating func fillUnchecked(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    if !isOpened { try detectGzip() }
    if !lookahead.isEmpty {
      let count = min(lookahead.count, buffer.count)
      buffer.copyBytes(from: lookahead[..<count])
      lookahead.removeFirst(count)
      return count
    }
    guard inflater != nil else { return try readRaw(buffer) }
    while true {
      if let count = try inflater?.unpack(into: buffer) { return count }
      var packed = [UInt8](repeating: 0, count: 1 << 18)
      let count = try packed.withUnsafeMutableBytes { try readRaw($0) }
      try inflater?.feed(Array(packed[..<count]))
    }
  }

  private mutating func readRaw(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count: Int
    switch origin {
    case .descriptor(let descriptor):
      var got = read(descriptor, buffer.baseAddress, buffer.count)
      while got < 0, errno == EINTR {
        got = read(descriptor, buffer.baseAddress, buffer.count)
      }
      guard got >= 0 else {
        throw DatasetError.unreadable(path: name, code: errno)
      }
      count = got
    case .memory(let bytes):
      count = min(buffer.count, bytes.count - memoryOffset)
      bytes.withUnsafeBytes {
        buffer.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: $0[memoryOffset..<memoryOffset + count]))
      }
      memoryOffset += count
    }
    checksum.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    return count
  }

  /// All remaining bytes; `nil` if they exceed a limit.
  mutating func readAll(limit: Int, reserving capacity: Int = 0) throws -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(capacity)
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = try chunk.withUnsafeMutableBytes { try fill($0) }
      if count == 0 { return bytes }
      if bytes.count + count > limit { return nil }
      bytes += chunk[..<count]
    }
  }
}

/// The system's error message, in lower case.
func systemMessage(_ code: Int32) -> String {
  let text = String(cString: strerror(code))
  return text.prefix(1).lowercased() + text.dropFirst()
}
