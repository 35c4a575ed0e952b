import Foundation
import Networks
import Tensors

/// The losslessly compressed parameters of a network, with storage statistics.
///
/// Weights with few distinct values are stored as indices into a codebook, zeros as gaps; if
/// neither saves space, values are stored as 32-bit floats.
public struct CompressedNetwork: Sendable {
  /// The storage statistics of one parameter.
  public struct Part: Hashable, Codable, Sendable {
    /// The node of the parameter.
    public var node: Node.ID
    /// The parameter's position in its layer.
    public var parameter: Int
    /// The role of the parameter.
    public var role: Parameter.Role
    /// The number of elements.
    public var entries: Int
    /// The number of kept elements.
    public var kept: Int
    /// The number of distinct values of the kept elements.
    public var distinct: Int
    /// The layout of the positions: "plain", "packed" or "huffman".
    public var positions: String
    /// The layout of the values: "plain", "packed" or "huffman".
    public var values: String
    /// Bits per gap before Huffman coding; `nil` if positions are not stored.
    public var indexWidth: Int?
    /// The number of fillers among the gaps.
    public var fillers: Int
    /// The total size in bits, including tables and codebook.
    public var bits: Int

    /// The compression ratio of the kept weights by weight sharing alone: n b / (n log₂ k + k b)
    /// for n weights of b = 32 bits with k distinct values (Han, Mao & Dally 2016,
    /// arXiv:1510.00149, equation 1).
    public var sharingRatio: Double {
      guard kept > 0, distinct > 0 else { return 1 }
      let (n, k, b) = (Double(kept), Double(distinct), 32.0)
      return n * b / (n * log2(k) + k * b)
    }
  }

  /// The statistics of each parameter, in the order of the network.
  public let parts: [Part]
  /// The bits of all parameters, padded with zeros to whole bytes.
  public let bytes: [UInt8]

  /// Compresses every parameter of a network in the smallest layout.
  /// - Complexity: O(parameters · log(parameters))
  public init(_ network: Network) {
    var writer = BitWriter()
    var parts: [Part] = []
    for (node, parameters) in zip(network.architecture.nodes, network.parameters) {
      for (index, parameter) in parameters.enumerated() {
        let compressed = CompressedParameter(parameter)
        compressed.write(to: &writer)
        parts.append(
          Part(
            node: node.id, parameter: index, role: parameter.role, entries: parameter.value.count,
            kept: compressed.kept, distinct: compressed.distinct,
            positions: "\(compressed.positionLayout)",
            values: "\(compressed.valueLayout)", indexWidth: compressed.indexWidth,
            fillers: compressed.fillers,
            bits: compressed.bits))
      }
    }
    writer.finish()
    self.parts = parts
    bytes = writer.bytes
  }

  /// Decodes the parameters of an architecture whose sizes have been checked.
  static func parameters(
    of sizes: CheckedSizes, from bytes: ArraySlice<UInt8>
  ) throws(CodingProblem) -> [[Parameter]] {
    var reader = BitReader(bytes)
    var result: [[Parameter]] = []
    for shapes in sizes.parameters {
      var own: [Parameter] = []
      for (role, shape) in shapes {
        own.append(try CompressedParameter.read(role, shape, from: &reader))
      }
      result.append(own)
    }
    guard reader.isAtEnd else { throw .dataAfterEnd(bits: reader.left) }
    return result
  }
}
