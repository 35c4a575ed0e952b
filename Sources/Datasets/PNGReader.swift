import CPNG
import Foundation

/// Reads PNG images of 8 bits per channel: greyscale, RGB and palettes, with libpng.
///
/// Pixels are as Pillow's `convert("RGB")` or `convert("L")` gives them for images without a gamma of
/// their own: an alpha channel is left out.
enum PNGReader {
  /// A decoded image.
  struct Image {
    var height: Int
    var width: Int
    /// 1 for greyscale, 3 for RGB.
    var channels: Int
    /// Row by row, the channels of a pixel side by side.
    var pixels: [UInt8]
    /// Whether pixels were transparent.
    var isTransparent = false
  }

  /// The stored gamma of sRGB images, in 1/100,000.
  private static let usualGamma = 45_455

  /// Decodes the bytes of a file.
  static func image(_ bytes: [UInt8], source: String) throws(DatasetError) -> Image {
    if let gamma = gamma(of: bytes), abs(gamma - usualGamma) > 1_000 {
      throw .unreadableImage(source: source, .gamma(Double(gamma) / 100_000))
    }
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    let result = bytes.withUnsafeBytes { memory in
      Result { () throws(DatasetError) in try decode(memory, &image, source) }
    }
    return try result.get()
  }

  private static func decode(
    _ memory: UnsafeRawBufferPointer, _ image: inout png_image, _ source: String
  ) throws(DatasetError) -> Image {
    guard png_image_begin_read_from_memory(&image, memory.baseAddress, memory.count) != 0 else {
      throw .unreadableImage(source: source, .undecodable(message(image)))
    }
    let (width, height) = (Int(image.width), Int(image.height))
    let flags = UInt32(image.format)
    let (values, overflows) = (width * (flags & PNG_FORMAT_FLAG_COLOR != 0 ? 3 : 1))
      .multipliedReportingOverflow(by: height)
    guard !overflows, values <= ImageShape.mostValues else {
      throw .unreadableImage(
        source: source, .size(height: height, width: width, most: ImageShape.mostValues))
    }
    guard flags & PNG_FORMAT_FLAG_LINEAR == 0 else {
      throw .unreadableImage(source: source, .depth)
    }
    let hasAlpha = flags & PNG_FORMAT_FLAG_ALPHA != 0
    let channels = flags & PNG_FORMAT_FLAG_COLOR != 0 ? 3 : 1
    let stored = channels + (hasAlpha ? 1 : 0)
    image.format = png_uint_32(
      (channels == 3 ? PNG_FORMAT_FLAG_COLOR : 0) | (hasAlpha ? PNG_FORMAT_FLAG_ALPHA : 0))
    var pixels = [UInt8](repeating: 0, count: width * height * stored)
    guard png_image_finish_read(&image, nil, &pixels, png_int_32(width * stored), nil) != 0
    else { throw .unreadableImage(source: source, .undecodable(message(image))) }
    var found = Image(height: height, width: width, channels: channels, pixels: pixels)
    guard hasAlpha else { return found }
    found.isTransparent = stride(from: channels, to: pixels.count, by: stored).contains {
      pixels[$0] < 255
    }
    found.pixels = pixels.indices.filter { $0 % stored < channels }.map { pixels[$0] }
    return found
  }

  private static func message(_ image: png_image) -> String {
    withUnsafeBytes(of: image.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// The number of the gAMA chunk, which libpng would apply; `nil` without one or with an sRGB chunk.
  private static func gamma(of bytes: [UInt8]) -> Int? {
    func number(at place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    var (place, found) = (8, Int?.none)
    while place + 12 <= bytes.count {
      switch String(decoding: bytes[place + 4..<place + 8], as: UTF8.self) {
      case "sRGB": return nil
      case "gAMA" where number(at: place) == 4: found = number(at: place + 8)
      case "IDAT", "IEND": return found
      default: break
      }
      place += 12 + number(at: place)
    }
    return found
  }
}

/// Why an image cannot be read.
public enum ImageProblem: Hashable, Sendable {
  /// The message of the decoder.
  case undecodable(String)
  /// More values, pixels times channels, than `most`.
  case size(height: Int, width: Int, most: Int)
  /// More than 8 bits per channel.
  case depth
  case gamma(Double)
  /// Another size than that of the first image.
  case otherSize(height: Int, width: Int, first: String, firstHeight: Int, firstWidth: Int)
  case jpeg

  /// The problem as the end of a sentence that begins with the file.
  var text: String {
    switch self {
    case .undecodable(let words): "is not a complete PNG image: \(excerpt(words, limit: 80))"
    case .size(let height, let width, let most):
      "is \(grouped(width)) pixels wide and \(grouped(height)) high, where at most \(grouped(most)) values, "
        + "pixels times channels, are supported"
    case .depth: "has 16 bits per channel, where 8 are supported"
    case .gamma(let gamma):
      "states a gamma of \(shortest(gamma)), where that of sRGB, 0.45455, is supported"
    case .otherSize(let height, let width, let first, let firstHeight, let firstWidth):
      "is \(width) pixels wide and \(height) high, where '\(first)' is \(firstWidth) wide and "
        + "\(firstHeight) high"
    case .jpeg: "is a JPEG image"
    }
  }

  /// What to do.
  var advice: String {
    switch self {
    case .undecodable: "write the image again, or leave it out of the folder"
    case .size, .otherSize: "resize all images to the size that the network takes"
    case .depth, .gamma: "write it as 8-bit sRGB: mogrify -depth 8 -colorspace sRGB -strip FILE"
    case .jpeg:
      "convert the images to PNG: find FOLDER -iname '*.jp*g' -exec mogrify -format png {} +"
    }
  }
}
