/// The shape of an image whose pixels are the features of a row: channels last,
/// `index = (y * width + x) * channels + channel`.
public struct ImageShape: Hashable, Sendable {
  /// Height in pixels.
  public var height: Int
  /// Width in pixels.
  public var width: Int
  /// Channels: 1 for greyscale, 3 for RGB.
  public var channels: Int
  /// The maximum pixel value (white).
  public var maximum: Double

  /// The maximum side length, and the maximum number of channels.
  static let longest = 65_536
  /// The maximum number of values, each of which is a column.
  static let mostValues = 1 << 20
  /// The upper limit of `maximum`.
  static let largestMaximum = 1e12

  /// `maximum`: the value of a white pixel; sides and `channels` are not checked.
  public init(height: Int, width: Int, channels: Int, maximum: Double) {
    self.height = height
    self.width = width
    self.channels = channels
    self.maximum = maximum
  }

  /// The number of values: height × width × channels.
  public var count: Int { height * width * channels }
}

/// Decoded values are validated, so that arithmetic does not overflow.
extension ImageShape: Codable {
  enum Key: String, CodingKey, CaseIterable { case height, width, channels, maximum }

  /// - Throws: `DecodingError.dataCorrupted` if a side, `channels` or `maximum` is out of range.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func length(_ key: Key) throws -> Int {
      guard let value = try? container.decode(Int.self, forKey: key) else {
        let found = shortest(try container.decode(Double.self, forKey: key))
        throw SchemaProblem.imageLength(found: found).decodingError(at: container.codingPath, key)
      }
      guard (1...Self.longest).contains(value) else {
        throw SchemaProblem.imageLength(found: "\(value)").decodingError(
          at: container.codingPath, key)
      }
      return value
    }
    height = try length(.height)
    width = try length(.width)
    channels = try length(.channels)
    maximum = try container.decode(Double.self, forKey: .maximum)
    guard maximum > 0, maximum <= Self.largestMaximum else {
      throw SchemaProblem.imageMaximum(found: maximum).decodingError(
        at: container.codingPath, Key.maximum)
    }
  }

  /// Writes the keys that `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(height, forKey: .height)
    try container.encode(width, forKey: .width)
    try container.encode(channels, forKey: .channels)
    try container.encode(maximum, forKey: .maximum)
  }
}
