import CPNG
import Foundation

/// Deterministic PNG encoder.
public enum PNGEncoder {
  /// Encodes a greyscale image of one byte per pixel in row-major order; 0 is black.
  /// - Throws: `DrawingError.pixels` if the number of pixels is not width · height.
  public static func grey(
    _ pixels: [UInt8], width: Int, height: Int
  ) throws(DrawingError) -> Data {
    try encode(pixels, width: width, height: height, channels: 1)
  }

  /// Encodes an RGB image of three bytes per pixel in row-major order.
  /// - Throws: `DrawingError.pixels` if the number of bytes is not 3 · width · height.
  public static func rgb(
    _ pixels: [UInt8], width: Int, height: Int
  ) throws(DrawingError) -> Data {
    try encode(pixels, width: width, height: height, channels: 3)
  }

  private static func encode(
    _ pixels: [UInt8], width: Int, height: Int, channels: Int
  ) throws(DrawingError) -> Data {
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow, area <= 1 << 28, pixels.count == area * channels else {
      throw .pixels(expected: overflow ? 0 : max(area, 0) * channels, found: pixels.count)
    }
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    image.width = png_uint_32(width)
    image.height = png_uint_32(height)
    image.format = channels == 3 ? png_uint_32(PNG_FORMAT_FLAG_COLOR) : 0
    let stride = png_int_32(width * channels)
    // Upper bound of the size of the encoded file.
    var size = png_alloc_size_t(pixels.count + pixels.count / 100 + height * 8 + 4096)
    var data = Data(count: size)
    let done = data.withUnsafeMutableBytes { memory in
      png_image_write_to_memory(&image, memory.baseAddress, &size, 0, pixels, stride, nil)
    }
    guard done != 0 else {
      let words = withUnsafeBytes(of: image.message) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw .encoder(words)
    }
    return data.prefix(size)
  }
}
