import Datasets
import Networks
import Tensors

/// A neuron's significance: the mean size of what it says times the sizes of its outgoing weights.
public struct Significance: NeuronScore {
  /// Rows that the score looks at.
  public var rows = 2048

  public init() {}

  public func scores(
    of network: Network, _ groups: NeuronGroups, on lesson: Lesson,
    using generator: inout SeededGenerator
  ) -> [Int: [Double]] {
    let sample = lesson.sample(of: rows)
    var sums: [Int: [Double]] = [:]
    var cases: [Int: Int] = [:]
    for source in network.sources(groups) {
      sums[source] = [Double](repeating: 0, count: groups.ofNodes[source].count)
    }
    _ = network.outputs(for: sample.inputs) { node, values in
      guard var own = sums.removeValue(forKey: node) else { return }
      let channels = own.count
      values.elements.withUnsafeBufferPointer { values in
        for start in stride(from: 0, to: values.count, by: max(channels, 1)) {
          for channel in 0..<channels { own[channel] += Double(abs(values[start + channel])) }
        }
      }
      sums[node] = own
      cases[node, default: 0] += values.count / max(channels, 1)
    }
    let outgoing = network.outgoing(groups) { Double(abs($0)) }
    var scores: [Int: [Double]] = [:]
    for slot in groups.slots where !slot.makes {
      guard let source = network.architecture.links[slot.node].first, source >= 0,
        let sizes = outgoing[slot.node], let said = sums[source]
      else { continue }
      let means = said.map { $0 / Double(max(cases[source] ?? 1, 1)) }
      // Several layers may read the same node: what they take adds up.
      var own = scores[source] ?? [Double](repeating: 0, count: means.count)
      for channel in own.indices { own[channel] += means[channel] * sizes[channel] }
      scores[source] = own
    }
    return scores
  }
}
