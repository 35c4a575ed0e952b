import Networks
import Tensors

/// The size and compute cost of a network.
public struct Cost: Hashable, Codable, Sendable {
  /// Learned parameters that are not masked.
  public var parameters: Int
  /// Multiply-accumulate operations (MACs) per sample, without those of masked weights.
  public var macs: Int
  /// Neurons and output channels of layers with weights, except the network's outputs.
  public var neurons: Int
  /// Input features of the network, or input channels of images.
  public var inputs: Int
  /// Bytes of all stored parameters as 32-bit floats, masked zeros included.
  public var bytes: Int

  private enum CodingKeys: String, CodingKey {
    case parameters, macs = "multiplications", neurons, inputs, bytes
  }
}

/// Computes the cost of a pruned network without building it.
struct CostCounter {
  private struct Term {
    /// Unmasked entries, and the MACs per sample of each.
    var count: Double
    var uses: Double
    var bytes: Double
    var isLearned: Bool
    /// The groups along each dimension that indexes neurons.
    var axes: [[Int]]
  }
  private let terms: [Term]
  private let producers: [[Int]]
  private let inputs: [Int]
  private let groups: NeuronGroups

  init(_ network: Network, _ groups: NeuronGroups) throws {
    let architecture = network.architecture
    let shapes = try architecture.shapes()
    var terms: [Term] = []
    for (node, parameters) in network.parameters.enumerated() {
      let weights = parameters.reduce(0) { $0 + ($1.role == .weight ? $1.keptCount : 0) }
      let macs = architecture.nodes[node].layer.macs(
        for: architecture.inputShapes(of: node, among: shapes), parameters)
      for (index, parameter) in parameters.enumerated() {
        let isWeight = parameter.role == .weight && weights > 0
        terms.append(
          Term(
            count: Double(parameter.keptCount),
            uses: isWeight ? Double(macs) / Double(weights) : 0,
            bytes: 4 * Double(parameter.value.count), isLearned: parameter.role.isLearned,
            axes: groups.slots.filter { $0.node == node && $0.parameter == index }.map(\.groups)))
      }
    }
    self.terms = terms
    producers = groups.groups.indices.map { group in
      // Units of a flattened image do not count as neurons.
      guard groups.groups[group].protection != .output, groups.channelOfUnit[group] == nil else {
        return []
      }
      return groups.groups[group].producers.map(\.node)
    }
    inputs = groups.ofInput
    self.groups = groups
  }

  func cost(without chosen: [Bool]) -> Cost {
    var removed = chosen
    groups.close(&removed)
    var (parameters, macs, bytes) = (0.0, 0.0, 0.0)
    for term in terms {
      var share = 1.0
      for axis in term.axes where !axis.isEmpty {
        share *= Double(axis.count { !removed[$0] }) / Double(axis.count)
      }
      if term.isLearned { parameters += term.count * share }
      macs += term.count * share * term.uses
      bytes += term.bytes * share
    }
    let neurons = producers.indices.reduce(0) { removed[$1] ? $0 : $0 + producers[$1].count }
    return Cost(
      parameters: Int(parameters.rounded()), macs: Int(macs.rounded()),
      neurons: neurons, inputs: inputs.count { !removed[$0] }, bytes: Int(bytes.rounded()))
  }
}

extension Cost {
  /// Computes the cost of a network.
  /// - Throws: `NetworkError` if the architecture is invalid.
  public init(of network: Network) throws {
    let groups = try NeuronGroups(network.architecture)
    self = try CostCounter(network, groups).cost(
      without: [Bool](repeating: false, count: groups.groups.count))
  }
}
