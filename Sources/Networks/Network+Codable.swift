import Tensors

/// Decoding validates shapes as `init(_:parameters:originalIndices:)` does, and the sizes of masks.
extension Network {
  private enum Key: String, CodingKey { case architecture, parameters, originalIndices = "births" }

  /// - Throws: `DecodingError` if a field is missing or invalid.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let parameters = try container.decode([[Parameter]].self, forKey: .parameters)
    for parameter in parameters.joined() {
      guard parameter.mask.map({ $0.kept.count == parameter.value.count }) ?? true else {
        throw DecodingError.dataCorruptedError(
          forKey: .parameters, in: container,
          debugDescription: "the mask and its parameter have different sizes")
      }
    }
    try self.init(
      container.decode(Architecture.self, forKey: .architecture), parameters: parameters,
      originalIndices: container.decode([[Int]].self, forKey: .originalIndices))
  }

  /// Encodes the fields of the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(architecture, forKey: .architecture)
    try container.encode(Array(parameters), forKey: .parameters)
    try container.encode(originalIndices, forKey: .originalIndices)
  }
}
