import CZlib

/// Decompresses gzip data with one or more members.
struct Inflater: ~Copyable {
  private let name: String
  // zlib keeps a pointer to its stream, whose address must not change.
  private let stream: UnsafeMutablePointer<z_stream>
  private var packed: [UInt8]
  private var offset = 0
  private var isBetweenMembers = false
  private var isAtEnd = false

  init(name: String, packed: [UInt8]) {
    self.name = name
    self.packed = packed
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    _ = cz_inflate_init_gzip(stream)
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Adds compressed bytes; an empty chunk is the end.
  mutating func feed(_ bytes: [UInt8]) throws {
    if bytes.isEmpty {
      guard isBetweenMembers else {
        throw DatasetError.corruptGzip(source: name, .truncated)
      }
      isAtEnd = true
    }
    packed = bytes
    offset = 0
  }

  /// Fills the start of a buffer; `nil` if more compressed bytes are needed, 0 at the end.
  mutating func unpack(into buffer: UnsafeMutableRawBufferPointer) throws -> Int? {
    if isAtEnd { return 0 }
    while offset < packed.count {
      if isBetweenMembers {
        // Zero padding after the last member is allowed.
        if packed[offset] == 0 {
          offset += 1
          continue
        }
        inflateReset(stream)
        isBetweenMembers = false
      }
      let available = packed.count - offset
      let (status, produced, left) = packed.withUnsafeMutableBytes {
        bytes -> (Int32, Int, Int) in
        stream.pointee.next_in =
          bytes.baseAddress.map { ($0 + offset).assumingMemoryBound(to: UInt8.self) }
        stream.pointee.avail_in = UInt32(available)
        stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(clamping: buffer.count)
        let status = inflate(stream, Z_NO_FLUSH)
        return (
          status, buffer.count - Int(stream.pointee.avail_out), Int(stream.pointee.avail_in)
        )
      }
      offset = packed.count - left
      switch status {
      case Z_STREAM_END: isBetweenMembers = true
      case Z_OK, Z_BUF_ERROR: break
      default:
        let message = stream.pointee.msg.map { String(cString: $0) }
        throw DatasetError.corruptGzip(source: name, .zlib(status: status, message: message))
      }
      if produced > 0 { return produced }
    }
    return nil
  }
}
