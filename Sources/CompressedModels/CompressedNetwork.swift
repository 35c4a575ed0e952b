import Foundation
import Networks
import Tensors

/// A network's numbers as few bits: what a coded file holds, and what it comes to.
///
/// Nothing is lost. Weights that share few values become codes into a codebook, zeros become gaps;
/// where neither saves anything, numbers stand as they are.
public struct CompressedNetwork: Sendable {
  /// What became of one parameter.
  public struct Part: Hashable, Codable, Sendable {
    /// The layer that has the parameter.
    public var node: Node.ID
    /// The parameter's position in its layer.
    public var parameter: Int
    /// What the parameter is to its layer.
    public var role: Parameter.Role
    /// How many numbers the parameter has.
    public var entries: Int
    /// How many of them are kept.
    public var kept: Int
    /// Distinct values of the kept entries.
    public var distinct: Int
    /// How positions are stored: "plain", "packed" or "huffman".
    public var positions: String
    /// How values are stored, by the same words.
    public var values: String
    /// Bits of an index before Huffman coding, where positions are coded.
    public var indexWidth: Int?
    /// Fillers among the indices.
    public var fillers: Int
    /// All that it takes, tables and codebook included.
    public var bits: Int

    /// How much smaller sharing alone makes the kept weights: n b / (n log₂ k + k b) for n weights of
    /// b = 32 bits with k values (Han, Mao & Dally 2016, arXiv:1510.00149, equation 1).
    public var sharingRatio: Double {
      guard kept > 0, distinct > 0 else { return 1 }
      let (n, k, b) = (Double(kept), Double(distinct), 32.0)
      return n * b / (n * log2(k) + k * b)
    }
  }

  /// One for each parameter, in the order of the network.
  public let parts: [Part]
  /// The bits of all parts, the last byte filled up with zeros.
  public let bytes: [UInt8]

  /// Codes every parameter of a network in the way that takes the fewest bits.
  /// - Complexity: O(parameters · log(parameters))
  public init(_ network: Network) {
    var writer = BitWriter()
    var parts: [Part] = []
    for (node, parameters) in zip(network.architecture.nodes, network.parameters) {
      for (index, parameter) in parameters.enumerated() {
        let coded = CompressedParameter(parameter)
        coded.write(to: &writer)
        parts.append(
          Part(
            node: node.id, parameter: index, role: parameter.role, entries: parameter.value.count,
            kept: coded.kept, distinct: coded.distinct, positions: "\(coded.positionLayout)",
            values: "\(coded.valueLayout)", indexWidth: coded.indexWidth, fillers: coded.fillers,
            bits: coded.bits))
      }
    }
    writer.finish()
    self.parts = parts
    bytes = writer.bytes
  }

  /// Reads the numbers of an architecture whose sizes have been checked.
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
    guard reader.isAtEnd else { throw CodingProblem("there is more than the network's numbers") }
    return result
  }
}
