import Datasets
import Networks
import Tensors

/// A neuron's significance: its mean absolute activation times the sum of its absolute outgoing
/// weights.
public struct Significance: NeuronScore {
  /// Training rows on which the score is computed.
  public var rows = 2048

  /// Creates the method with its defaults.
  public init() {}

  /// The score of each neuron, by node.
  public func scores(
    of network: Network, _ groups: NeuronGroups, on context: PruningContext,
    using generator: inout SeededGenerator
  ) -> [Int: [Double]] {
    let sample = context.sample(of: rows, for: network)
    var sums: [Int: [Double]] = [:]
    var cases: [Int: Int] = [:]
    let widths = network.sources(groups).reduce(into: [:]) { $0[$1] = groups.ofNodes[$1].count }
    _ = network.outputs(for: sample.inputs) { node, values in
      widths[node].map { (sizes: values.channelSizes($0), cases: values.count / max($0, 1)) }
    } take: { node, found in
      let own = sums[node] ?? found.sizes.map { _ in 0 }
      sums[node] = zip(own, found.sizes).map { $0 + $1 }
      cases[node, default: 0] += found.cases
    }
    let outgoing = network.outgoing(groups) { Double(abs($0)) }
    var scores: [Int: [Double]] = [:]
    for slot in groups.slots where !slot.isOutput {
      guard let source = network.architecture.links[slot.node].first, source >= 0,
        let sizes = outgoing[slot.node], let activations = sums[source]
      else { continue }
      let means = activations.map { $0 / Double(max(cases[source] ?? 1, 1)) }
      // The scores of several layers that read the same node are added.
      var own = scores[source] ?? [Double](repeating: 0, count: means.count)
      for channel in own.indices { own[channel] += means[channel] * sizes[channel] }
      scores[source] = own
    }
    return scores
  }
}

extension Tensor {
  /// The sums of absolute values per channel, over rows and pixels.
  fileprivate func channelSizes(_ channels: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: channels)
    elements.withUnsafeBufferPointer { values in
      for start in stride(from: 0, to: values.count, by: max(channels, 1)) {
        for channel in 0..<channels { sums[channel] += Double(abs(values[start + channel])) }
      }
    }
    return sums
  }
}
