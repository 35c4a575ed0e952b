import Foundation
import Networks
import Tensors

/// The codebook size and initialisation of weight sharing.
public struct WeightSharing: Hashable, Codable, Sendable {
  /// Bits of a code in convolutions: at most 2ᵇⁱᵗˢ values in each parameter.
  public var convolutionBits: Int
  /// Bits of a code in dense layers: at most 2ᵇⁱᵗˢ values in each parameter.
  public var denseBits: Int
  /// The initialisation of the centroids.
  public var start: Codebook.Start

  /// Creates a weight sharing; codes have 8 bits in convolutions and 5 in dense layers by default.
  public init(convolutionBits: Int = 8, denseBits: Int = 5, start: Codebook.Start = .linear) {
    self.convolutionBits = convolutionBits
    self.denseBits = denseBits
    self.start = start
  }

  /// The bits of a code for a number of kept weights of a layer; fewer than configured if the
  /// codebook and the codes would take more bits than the weights, 32 each.
  func bits(for layer: any Layer, kept: Int) -> Int {
    var bits = layer.isFullyConnected ? denseBits : convolutionBits
    while bits > 1, 32 << bits + kept * bits > 32 * kept { bits -= 1 }
    return bits
  }

  /// Returns the network with the kept weights of each layer replaced by their centroids; zeros,
  /// biases and normalisation parameters do not change.
  public func applied(to network: Network, seed: UInt64) -> Network {
    var network = network
    let generator = SeededGenerator(seed: seed)
    for (node, layer) in network.architecture.nodes.map(\.layer).enumerated() {
      for (index, parameter) in network.parameters[node].enumerated()
      where parameter.role == .weight {
        let elements = parameter.value.elements
        let kept = elements.indices.filter { parameter.mask?.kept[$0] ?? (elements[$0] != 0) }
        guard !kept.isEmpty else { continue }
        var random = generator.stream("codebook-\(node)-\(index)")
        let codebook = Codebook(
          kept.map { elements[$0] }, count: 1 << bits(for: layer, kept: kept.count), start: start,
          using: &random)
        network.parameters[node][index].value.withElements { elements in
          for (entry, value) in zip(kept, codebook.values) { elements[entry] = value }
        }
      }
    }
    return network
  }
}
