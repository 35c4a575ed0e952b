/// How a row's features lie in an image: `index = (y * width + x) * channels + channel`.
public struct ImageShape: Hashable, Sendable {
  /// Rows of pixels.
  public var height: Int
  /// Pixels in a row.
  public var width: Int
  /// Numbers for a pixel: 1 for grey, 3 for red, green and blue.
  public var channels: Int
  /// The value of a white pixel.
  public var maximum: Double

  /// The longest side of an image, and the most channels.
  static let longest = 65_536
  /// The value of a white pixel at most.
  static let brightest = 1e12

  public init(height: Int, width: Int, channels: Int, maximum: Double) {
    self.height = height
    self.width = width
    self.channels = channels
    self.maximum = maximum
  }

  /// Numbers in an image.
  public var count: Int { height * width * channels }
}

/// What is read is checked, so that no arithmetic with it overflows.
extension ImageShape: Codable {
  private enum Key: String, CodingKey { case height, width, channels, maximum }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func length(_ key: Key) throws -> Int {
      let value = try container.decode(Int.self, forKey: key)
      guard (1...Self.longest).contains(value) else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container,
          debugDescription: "\(value) where a whole number from 1 to 65,536 is needed")
      }
      return value
    }
    height = try length(.height)
    width = try length(.width)
    channels = try length(.channels)
    maximum = try container.decode(Double.self, forKey: .maximum)
    guard maximum > 0, maximum <= Self.brightest else {
      throw DecodingError.dataCorruptedError(
        forKey: .maximum, in: container,
        debugDescription: "\(shortest(maximum)) where the value of a white pixel is needed, "
          + "a number above 0")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(height, forKey: .height)
    try container.encode(width, forKey: .width)
    try container.encode(channels, forKey: .channels)
    try container.encode(maximum, forKey: .maximum)
  }
}
