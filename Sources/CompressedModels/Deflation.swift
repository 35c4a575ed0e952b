import CZlib

/// zlib compression, decompression and CRC-32.
package enum Deflation {
  /// The maximum compression ratio of deflate.
  static let mostFromOne = 1032

  /// - Throws: `CodingProblem` if zlib fails.
  package static func deflated(_ bytes: [UInt8]) throws(CodingProblem) -> [UInt8] {
    var size = compressBound(UInt(bytes.count))
    var result = [UInt8](repeating: 0, count: Int(size))
    let status = compress2(&result, &size, bytes, UInt(bytes.count), Z_BEST_COMPRESSION)
    guard status == Z_OK else { throw .packing(status: status) }
    return Array(result.prefix(Int(size)))
  }

  /// - Throws: `CodingProblem` if the bytes are not a zlib stream of `count` uncompressed bytes.
  package static func inflated(
    _ bytes: ArraySlice<UInt8>, to count: Int
  ) throws(CodingProblem) -> [UInt8] {
    guard count > 0, count / mostFromOne <= bytes.count else {
      throw .headerSize(packed: bytes.count, unpacked: count)
    }
    var size = UInt(count)
    var result = [UInt8](repeating: 0, count: count)
    let status = uncompress(&result, &size, Array(bytes), UInt(bytes.count))
    guard status == Z_OK, size == UInt(count) else {
      throw .headerPacking(status: status)
    }
    return result
  }

  /// CRC-32 as in gzip and PNG.
  package static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBufferPointer { buffer in
      UInt32(truncatingIfNeeded: crc32_z(0, buffer.baseAddress, buffer.count))
    }
  }
}
