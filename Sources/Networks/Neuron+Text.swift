import Datasets

/// The text of a neuron: the node, a colon, and the original index, `activation-2:17`.
extension Neuron: LosslessStringConvertible {
  /// The form used in reports and files: `activation-2:17`.
  public var description: String { "\(node):\(originalIndex)" }

  /// Parses the description of a neuron; `nil` if the text is not the description of one.
  public init?(_ description: String) {
    // Bytes: a colon can be part of a character of several scalars.
    guard let colon = description.utf8.lastIndex(of: UInt8(ascii: ":")),
      colon > description.startIndex
    else { return nil }
    let digits = description[description.utf8.index(after: colon)...]
    guard let index = Int(digits), index >= 0, String(index) == digits else { return nil }
    self.init(Node.ID(String(description[..<colon])), index)
  }
}

/// A neuron that is encoded as its text, as in results.
@propertyWrapper public struct NeuronText: Hashable, Codable, Sendable {
  /// The neuron.
  public var wrappedValue: Neuron

  /// Creates the text of a neuron.
  public init(wrappedValue: Neuron) { self.wrappedValue = wrappedValue }

  /// - Throws: `DecodingError.dataCorrupted` if the text is not the description of a neuron.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let neuron = Neuron(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "'\(excerpt(text))' is not a neuron, such as 'activation-2:17',")
    }
    wrappedValue = neuron
  }

  /// Encodes the fields of the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue.description)
  }
}
