import CZlib
import Crypto
import Foundation

/// Bytes that come in pieces: from a file, unpacked if it is gzip, from stdin, or from memory.
///
/// What comes in is hashed as it lies in the file, before unpacking.
struct ByteSource: ~Copyable {
  private enum Origin {
    case descriptor(Int32)
    case memory([UInt8])
  }

  /// The source as the user named it.
  let name: String
  private(set) var hasher: SHA256
  private var origin: Origin
  private var isOpened = false
  private var memoryOffset = 0
  private var inflater: Inflater?
  /// The most bytes that may come, after unpacking.
  var limit = Int.max
  private var given = 0
  /// Bytes read to see what they are, and not yet given away.
  private var lookahead: [UInt8] = []

  /// Opens a file, or stdin for `-`.
  static func opening(
    _ path: String, named name: String? = nil, hasher: SHA256 = SHA256()
  ) throws -> ByteSource {
    let descriptor = try descriptor(of: path)
    return ByteSource(
      .descriptor(descriptor), name ?? (path == "-" ? "stdin" : path), hasher)
  }

  /// Reads bytes that are already there.
  init(_ bytes: [UInt8], named name: String) {
    self.init(.memory(bytes), name, SHA256())
  }

  private init(_ origin: Origin, _ name: String, _ hasher: SHA256) {
    self.origin = origin
    self.name = name
    self.hasher = hasher
  }

  private static func descriptor(of path: String) throws -> Int32 {
    if path == "-" { return dup(0) }
    guard FileManager.default.fileExists(atPath: path) else {
      throw DatasetError.missingFile(path: path)
    }
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else {
      throw DatasetError.unreadable(path: path, reason: systemMessage(errno))
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

  /// Fills the beginning of a buffer and returns how many bytes came; 0 is the end.
  /// - Throws: `DatasetError` where more than `limit` bytes have come.
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
        throw DatasetError.unreadable(path: name, reason: systemMessage(errno))
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
    hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    return count
  }

  /// Everything that is left, and nothing when it is more than a limit.
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

/// What the system says about a failure, in lower case.
func systemMessage(_ code: Int32) -> String {
  let text = String(cString: strerror(code))
  return text.prefix(1).lowercased() + text.dropFirst()
}
