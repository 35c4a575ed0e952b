import Foundation

/// Reads images in the binary format of CIFAR-10 (Krizhevsky 2009).
///
/// A record is a label, then a red, a green and a blue plane of 32 x 32 bytes, row by row.
enum CIFARReader {
  static let side = 32
  private static let plane = side * side
  static let record = 1 + 3 * plane
  /// A record of CIFAR-100, with a coarse and a fine label.
  static let twoLabelRecord = 2 + 3 * plane
  static let shape = ImageShape(height: side, width: side, channels: 3, maximum: 255)

  /// The images of several files, concatenated.
  static func images(
    _ paths: [String], classes: Int, limit: Int, checksum: inout Checksum
  ) throws -> Images {
    var pixels: [UInt8] = []
    var labels: [UInt8] = []
    for path in paths {
      var source = try ByteSource.opening(path, checksum: checksum)
      // Pixels are transposed into columns while the file is in memory.
      source.limit = max(0, limit / 2 - pixels.count)
      let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
      if size > source.limit {
        throw DatasetError.imagesTooLarge(
          source: path, needed: 2 * (pixels.count + size), limit: limit)
      }
      pixels.reserveCapacity(pixels.count + size)
      try read(&source, classes: classes, into: &pixels, &labels)
      checksum = source.checksum
    }
    var result = Images(pixels: pixels, labels: labels, count: labels.count, shape: shape)
    result.offset = { index in index % 3 * plane + index / 3 }
    return result
  }

  private static func read(
    _ source: inout ByteSource, classes: Int, into pixels: inout [UInt8],
    _ labels: inout [UInt8]
  ) throws {
    let name = source.name
    var chunk = [UInt8](repeating: 0, count: record * 256)
    var total = 0
    while true {
      var filled = 0
      while filled < chunk.count {
        let count = try chunk.withUnsafeMutableBytes {
          try source.fill(UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
        }
        if count == 0 { break }
        filled += count
      }
      total += filled
      guard filled % record == 0 else {
        throw DatasetError.wrongSize(source: name, .records(bytes: total, record: record))
      }
      for start in stride(from: 0, to: filled, by: record) {
        let label = chunk[start]
        guard label < classes else {
          throw DatasetError.wrongLabel(
            source: name, row: total / record - (filled - start) / record + 1, found: Int(label),
            classes: classes)
        }
        labels.append(label)
        pixels += chunk[start + 1..<start + record]
      }
      if filled < chunk.count { break }
    }
    if total == 0 { throw DatasetError.emptyFile(source: name) }
  }
}
