import Foundation
import Networks
import Tensors

/// How many values weights share, and how those are found.
public struct WeightSharing: Hashable, Codable, Sendable {
  /// Bits of a code: at most 2ᵇⁱᵗˢ values in each parameter.
  public var convolutionBits: Int
  /// Bits of a code in dense layers: at most two to so many values.
  public var denseBits: Int
  /// Where the values begin before they are fitted.
  public var start: Codebook.Start

  public init(convolutionBits: Int = 8, denseBits: Int = 5, start: Codebook.Start = .linear) {
    self.convolutionBits = convolutionBits
    self.denseBits = denseBits
    self.start = start
  }

  /// The bits of a code for some kept weights of a layer: fewer than asked for where the codebook
  /// would be larger than the codes.
  func bits(for layer: any Layer, kept: Int) -> Int {
    var bits = layer is Convolution ? convolutionBits : denseBits
    while bits > 1, 32 << bits > kept * bits { bits -= 1 }
    return bits
  }

  /// The network with the kept weights of each layer moved to the nearest of few values. Zeros stay
  /// zeros; biases and what normalises stay as they are.
  public func applied(to network: Network, seed: UInt64) -> Network {
    var network = network
    let generator = SeededGenerator(seed: seed)
    for (node, layer) in network.architecture.nodes.map(\.layer).enumerated() {
      for (index, parameter) in network.parameters[node].enumerated()
      where parameter.role == .weight {
        let elements = parameter.value.elements
        let kept = elements.indices.filter { parameter.mask?.kept[$0] ?? (elements[$0] != 0) }
        guard !kept.isEmpty else { continue }
        var chance = generator.stream("codebook-\(node)-\(index)")
        let codebook = Codebook(
          kept.map { elements[$0] }, count: 1 << bits(for: layer, kept: kept.count), start: start,
          using: &chance)
        network.parameters[node][index].value.withElements { elements in
          for (entry, value) in zip(kept, codebook.values) { elements[entry] = value }
        }
      }
    }
    return network
  }
}
