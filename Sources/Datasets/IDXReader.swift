import Foundation

/// Reads images and labels in IDX format (MNIST), plain or gzip.
///
/// Big-endian: a magic number whose last byte counts the dimensions, the size of each dimension,
/// and one byte a pixel or label (LeCun, Cortes and Burges 1998).
enum IDXReader {
  private static let imagesMagic = 0x0803
  private static let labelsMagic = 0x0801
  /// The maximum plausible size in bytes; a header with a larger size is invalid.
  private static let most = 1 << 32

  /// The pixels and the shape of an image file.
  static func images(
    _ path: String, limit: Int, checksum: inout Checksum
  ) throws -> (pixels: [UInt8], count: Int, shape: ImageShape) {
    let (bytes, sizes) = try read(path, magic: imagesMagic, dimensions: 3, limit: limit, &checksum)
    let shape = ImageShape(height: sizes[1], width: sizes[2], channels: 1, maximum: 255)
    return (bytes, sizes[0], shape)
  }

  /// The labels, one per image.
  static func labels(
    _ path: String, limit: Int, checksum: inout Checksum
  ) throws -> [UInt8] {
    try read(path, magic: labelsMagic, dimensions: 1, limit: limit, &checksum).bytes
  }

  private static func read(
    _ path: String, magic: Int, dimensions: Int, limit: Int, _ checksum: inout Checksum
  ) throws -> (bytes: [UInt8], sizes: [Int]) {
    var source = try ByteSource.opening(path, checksum: checksum)
    var header = [UInt8](repeating: 0, count: 4 * (dimensions + 1))
    var filled = 0
    while filled < header.count {
      let count = try header.withUnsafeMutableBytes {
        try source.fill(UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
      }
      if count == 0 { break }
      filled += count
    }
    if filled == 0 { throw DatasetError.emptyFile(source: path) }
    let numbers = (0...dimensions).map { word in
      header[4 * word..<4 * word + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    if filled >= 2, header[0] == 0x1F, header[1] == 0x8B {
      throw DatasetError.doublyPacked(source: path)
    }
    guard filled >= 4, numbers[0] == magic else {
      throw DatasetError.wrongMagic(
        source: path, found: Array(header[..<min(4, filled)]), expected: bytes(of: magic))
    }
    guard filled == header.count else {
      throw DatasetError.wrongSize(
        source: path, .header(bytes: filled, expected: header.count))
    }
    let sizes = Array(numbers.dropFirst())
    var total = 1
    for size in sizes {
      let (product, overflow) = total.multipliedReportingOverflow(by: size)
      total = overflow ? .max : product
    }
    guard total > 0, total <= most else {
      throw DatasetError.wrongSize(source: path, .sizes(sizes, limit: most))
    }
    guard dimensions < 3 || total / sizes[0] <= ImageShape.mostValues else {
      throw DatasetError.tooManyColumns(source: path, limit: ImageShape.mostValues)
    }
    // Pixels are transposed into columns while the file is in memory.
    guard total <= limit / 2 else {
      throw DatasetError.imagesTooLarge(
        source: path, needed: total.multipliedReportingOverflow(by: 2).partialValue, limit: limit)
    }
    let fileSize = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    // Deflate compresses at most 1,032 times; larger sizes in a header are not allocated.
    let reserve = min(total, fileSize.multipliedReportingOverflow(by: 1032).partialValue)
    let body = try source.readAll(limit: total, reserving: reserve)
    checksum = source.checksum
    guard let body, body.count == total else {
      throw DatasetError.wrongSize(source: path, .body(bytes: body?.count, sizes: sizes))
    }
    return (body, sizes)
  }

  private static func bytes(of magic: Int) -> [UInt8] {
    [0, 0, UInt8(magic >> 8), UInt8(magic & 255)]
  }
}
