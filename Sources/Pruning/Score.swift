import Datasets
import Naming
import Networks
import Tensors

/// A way to say how much each neuron matters.
public protocol NeuronScore: Hashable, Sendable {
  /// For each node that a score is known of, each of its neurons' score: the higher, the more it
  /// matters. Neurons that go together are scored together afterwards.
  func scores(
    of network: Network, _ groups: NeuronGroups, on context: PruningContext,
    using generator: inout SeededGenerator
  ) throws -> [Int: [Double]]

  /// Whether it looks at as many training rows as `PruningContext.scoreRows` says.
  var samplesRows: Bool { get }
}

extension NeuronScore {
  public var samplesRows: Bool { true }
}

/// What is scored.
public enum Score: Sendable {
  case neurons(any NeuronScore)
  /// Every weight by its size.
  case weights
}

/// How the scores of one layer are made comparable with those of another.
public enum Normalization: String, Codable, Sendable, CaseIterable {
  case none
  /// By the layer's mean.
  case mean
  /// By the layer's Euclidean norm.
  case norm
  /// The share of the layer's neurons that score lower.
  case rank
  /// For weights: the square of a weight over the sum of the squares of all that are not smaller
  /// (Lee et al. 2021, "Layer-adaptive sparsity", ICLR 2021, arXiv:2010.07611).
  case layerAdaptive = "layer-adaptive"
}

/// How the scores of neurons that go together become one.
public enum Reduction: String, Codable, Sendable, CaseIterable {
  case sum, mean, max
}

/// Among which neurons the lowest are looked for.
public enum Scope: String, Codable, Sendable, CaseIterable {
  /// The same share of every layer.
  case layer
  /// The lowest of the whole network.
  case network
}

extension NeuronGroups {
  /// One score for each group that may go; `nil` for the others.
  ///
  /// A neuron of which no score is known, or NaN, leaves its group to the others. A channel that is
  /// known by the numbers of a flattened image alone is scored by them.
  package func reduced(
    _ scores: [Int: [Double]], _ normalization: Normalization, _ reduction: Reduction
  ) -> [Double?] {
    var found = [[Double]](repeating: [], count: groups.count)
    for node in scores.keys.sorted() {
      guard let own = scores[node] else { continue }
      // A group may stand several times in a node, as each pixel of a flattened image does.
      let values = Self.normalized(own, normalization)
      for (position, group) in ofNodes[node].enumerated() where position < values.count {
        // No number is known of what has no gate of its own.
        if !values[position].isNaN { found[group].append(values[position]) }
      }
    }
    let unknown = Set(wholes.values).filter { found[$0].isEmpty }
    for part in wholes.keys.sorted() {
      guard let whole = wholes[part], unknown.contains(whole) else { continue }
      found[whole] += found[part]
    }
    return groups.indices.map { group in
      guard groups[group].protection == nil, !found[group].isEmpty else { return nil }
      let values = found[group]
      return switch reduction {
      case .sum: values.reduce(0, +)
      case .mean: values.reduce(0, +) / Double(values.count)
      case .max: values.max() ?? 0
      }
    }
  }

  private static func normalized(_ scores: [Double], _ normalization: Normalization) -> [Double] {
    switch normalization {
    case .none, .layerAdaptive: return scores
    case .mean:
      let mean = scores.reduce(0, +) / Double(Swift.max(scores.count, 1))
      return mean > 0 ? scores.map { $0 / mean } : scores
    case .norm:
      let norm = scores.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return norm > 0 ? scores.map { $0 / norm } : scores
    case .rank: return ranks(scores)
    }
  }

  /// For each number the share of the others that are lower; of equal ones the first is lower.
  static func ranks(_ scores: [Double]) -> [Double] {
    let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
    var ranks = [Double](repeating: 0, count: scores.count)
    for (rank, index) in order.enumerated() { ranks[index] = Double(rank) / Double(scores.count) }
    return ranks
  }
}

extension Network {
  /// The nodes that layers with weights read: where a neuron's value has become what others use.
  func sources(_ groups: NeuronGroups) -> [Int] {
    var sources: Set<Int> = []
    for slot in groups.slots where !slot.makes {
      for link in architecture.links[slot.node] where link >= 0 { sources.insert(link) }
    }
    return sources.sorted()
  }

  /// The size of the weights into each neuron that weights make, by node; of numbers of a flattened
  /// image that may go by themselves, which no weights make, of those that read them.
  ///
  /// `size`: of one weight; the sum over all is taken.
  func incoming(_ groups: NeuronGroups, _ size: (Float) -> Double) -> [Int: [Double]] {
    var sums = weightSums(groups, makes: true, size)
    guard !groups.wholes.isEmpty else { return sums }
    let read = outgoing(groups, size)
    var taken = [Double](repeating: 0, count: groups.groups.count)
    for slot in groups.slots where !slot.makes {
      for (position, group) in slot.groups.enumerated() where groups.wholes[group] != nil {
        taken[group] += read[slot.node]?[position] ?? 0
      }
    }
    for node in Set(groups.wholes.keys.flatMap { groups.groups[$0].makers.map(\.node) })
    where sums[node] == nil {
      sums[node] = groups.ofNodes[node].map { taken[$0] }
    }
    return sums
  }

  /// The size of the weights that read each neuron, by the node that reads.
  func outgoing(_ groups: NeuronGroups, _ size: (Float) -> Double) -> [Int: [Double]] {
    weightSums(groups, makes: false, size)
  }

  private func weightSums(
    _ groups: NeuronGroups, makes: Bool, _ size: (Float) -> Double
  ) -> [Int: [Double]] {
    var sums: [Int: [Double]] = [:]
    for slot in groups.slots where slot.makes == makes {
      let parameter = parameters[slot.node][slot.parameter]
      guard parameter.role == .weight else { continue }
      let shape = parameter.value.shape
      let inner = shape.dimensions.dropFirst(slot.axis + 1).reduce(1, *)
      var own = [Double](repeating: 0, count: slot.groups.count)
      for (position, value) in parameter.value.elements.enumerated() {
        own[position / inner % own.count] += size(value)
      }
      sums[slot.node] = own
    }
    return sums
  }
}
