import CZlib

/// Bytes made smaller by zlib, and back.
package enum Deflation {
  /// No more comes out of a deflated byte.
  static let mostFromOne = 1032

  /// - Throws: `CodingProblem` where memory runs out.
  package static func deflated(_ bytes: [UInt8]) throws(CodingProblem) -> [UInt8] {
    var size = compressBound(UInt(bytes.count))
    var result = [UInt8](repeating: 0, count: Int(size))
    guard compress2(&result, &size, bytes, UInt(bytes.count), Z_BEST_COMPRESSION) == Z_OK else {
      throw CodingProblem("zlib refuses")
    }
    return Array(result.prefix(Int(size)))
  }

  /// - Throws: `CodingProblem` where the bytes are not deflated, or do not come to `count` ones.
  package static func inflated(
    _ bytes: ArraySlice<UInt8>, to count: Int
  ) throws(CodingProblem) -> [UInt8] {
    guard count > 0, count / mostFromOne <= bytes.count else {
      throw CodingProblem("the description of the network has a size that cannot be")
    }
    var size = UInt(count)
    var result = [UInt8](repeating: 0, count: count)
    let status = uncompress(&result, &size, Array(bytes), UInt(bytes.count))
    guard status == Z_OK, size == UInt(count) else {
      throw CodingProblem("the description of the network cannot be unpacked")
    }
    return result
  }

  /// CRC-32, as gzip and PNG have it.
  package static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBufferPointer { buffer in
      UInt32(truncatingIfNeeded: crc32_z(0, buffer.baseAddress, buffer.count))
    }
  }
}
