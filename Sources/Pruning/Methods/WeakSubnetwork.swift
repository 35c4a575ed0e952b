import Naming
import Networks
import Tensors

/// Prunes channels with both small incoming and small outgoing weights.
///
/// A channel is weak if the L1 norms of its incoming and of its outgoing weights are both below the
/// p-th percentile of the layer; all weak channels are pruned at once. A channel's score is the
/// larger of its two ranks, so the lowest scores are the intersection, and the goal determines p.
public struct WeakSubnetwork: PruningMethod, NeuronScore {
  /// The name in commands, settings and files.
  public static let name = "weak-subnetwork"
  /// The description in one line.
  public static let summary = "neurons with small incoming and small outgoing weights"
  /// The publication.
  public static let source = Citation(
    authors: "Guo, Wu, Kittler & Feng",
    title: "Weak sub-network pruning for strong and efficient neural networks", year: 2021,
    venue: "Neural Networks 144:614-626, doi:10.1016/j.neunet.2021.09.015")

  /// Creates the method with its defaults.
  public init() {}

  /// Whether the scores use a sample of training rows.
  public var samplesRows: Bool { false }

  /// The choices of the method.
  public var recipe: Recipe { Recipe(.neurons(self), reduction: .max) }

  /// The score of each neuron, by node.
  public func scores(
    of network: Network, _ groups: NeuronGroups, on context: PruningContext,
    using generator: inout SeededGenerator
  ) -> [Int: [Double]] {
    let forward = network.incoming(groups) { Double(abs($0)) }
    // The outgoing weights of each group; a flattened image is read pixel by pixel.
    var taken = [Double](repeating: 0, count: groups.groups.count)
    let outgoing = network.outgoing(groups) { Double(abs($0)) }
    for slot in groups.slots where !slot.isOutput {
      guard let own = outgoing[slot.node] else { continue }
      for (position, group) in slot.groups.enumerated() { taken[group] += own[position] }
    }
    var scores: [Int: [Double]] = [:]
    for (node, own) in forward {
      let sent = NeuronGroups.ranks(own)
      let received = NeuronGroups.ranks(groups.ofNodes[node].map { taken[$0] })
      scores[node] = zip(sent, received).map { max($0, $1) }
    }
    return scores
  }
}
