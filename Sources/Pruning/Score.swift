import Datasets
import Naming
import Networks
import Tensors

/// An importance score of neurons.
public protocol NeuronScore: Hashable, Sendable {
  /// Returns the scores of the neurons of each scored node; a higher score means a more important
  /// neuron. The scores of coupled neurons are reduced to one afterwards.
  func scores(
    of network: Network, _ groups: NeuronGroups, on context: PruningContext,
    using generator: inout SeededGenerator
  ) throws -> [Int: [Double]]

  /// Whether `PruningContext.scoreRows` sets the number of training rows of the score.
  var samplesRows: Bool { get }
}

extension NeuronScore {
  /// Whether the scores use a sample of training rows.
  public var samplesRows: Bool { true }
}

/// The structures that are scored.
public enum Score: Sendable {
  case neurons(any NeuronScore)
  /// Individual weights by absolute value.
  case weights
}

/// The normalisation of scores between layers.
public enum Normalization: String, Codable, Sendable, CaseIterable {
  case none
  /// Division by the layer's mean.
  case mean
  /// Division by the layer's Euclidean norm.
  case norm
  /// The share of the layer's neurons with a lower score.
  case rank
  /// For weights: the squared weight divided by the sum of the squares of all weights of the layer
  /// that are not smaller (Lee et al. 2021, "Layer-adaptive sparsity", ICLR 2021,
  /// arXiv:2010.07611).
  case layerAdaptive = "layer-adaptive"
}

/// The reduction of the scores of coupled neurons to one.
public enum Reduction: String, Codable, Sendable, CaseIterable {
  case sum, mean, max
}

/// The ranking scope.
public enum Scope: String, Codable, Sendable, CaseIterable {
  /// Per layer: the same share of every layer is pruned.
  case layer
  /// Global: the lowest scores of the whole network are pruned.
  case network
}

extension NeuronGroups {
  /// One score for each prunable group; `nil` for the others.
  ///
  /// Missing scores and NaN are ignored within a group. A channel without own scores gets those of
  /// its flattened units.
  package func reduced(
    _ scores: [Int: [Double]], _ normalization: Normalization, _ reduction: Reduction
  ) -> [Double?] {
    var found = [[Double]](repeating: [], count: groups.count)
    for node in scores.keys.sorted() {
      guard let own = scores[node] else { continue }
      // A group may occur several times in a node, as a channel does for each pixel of a flattened
      // image.
      let values = Self.normalized(own, normalization)
      for (position, group) in ofNodes[node].enumerated() where position < values.count {
        // NaN marks neurons without a score.
        if !values[position].isNaN { found[group].append(values[position]) }
      }
    }
    let unknown = Set(channelOfUnit.values).filter { found[$0].isEmpty }
    for part in channelOfUnit.keys.sorted() {
      guard let whole = channelOfUnit[part], unknown.contains(whole) else { continue }
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

  /// For each score the share of scores that are lower; ties are ordered by position.
  static func ranks(_ scores: [Double]) -> [Double] {
    let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
    var ranks = [Double](repeating: 0, count: scores.count)
    for (rank, index) in order.enumerated() { ranks[index] = Double(rank) / Double(scores.count) }
    return ranks
  }
}

extension Network {
  /// The nodes that layers with weights read, where the activations of neurons are taken.
  func sources(_ groups: NeuronGroups) -> [Int] {
    var sources: Set<Int> = []
    for slot in groups.slots where !slot.isOutput {
      for link in architecture.links[slot.node] where link >= 0 { sources.insert(link) }
    }
    return sources.sorted()
  }

  /// The summed size of each neuron's incoming weights, by node; for individually prunable units of
  /// a flattened image, of their outgoing weights.
  ///
  /// `size`: the size of one weight.
  func incoming(_ groups: NeuronGroups, _ size: (Float) -> Double) -> [Int: [Double]] {
    var sums = weightSums(groups, isOutput: true, size)
    guard !groups.channelOfUnit.isEmpty else { return sums }
    let read = outgoing(groups, size)
    var taken = [Double](repeating: 0, count: groups.groups.count)
    for slot in groups.slots where !slot.isOutput {
      for (position, group) in slot.groups.enumerated() where groups.channelOfUnit[group] != nil {
        taken[group] += read[slot.node]?[position] ?? 0
      }
    }
    for node in Set(groups.channelOfUnit.keys.flatMap { groups.groups[$0].producers.map(\.node) })
    where sums[node] == nil {
      sums[node] = groups.ofNodes[node].map { taken[$0] }
    }
    return sums
  }

  /// The summed size of each neuron's outgoing weights, by the node that reads it.
  func outgoing(_ groups: NeuronGroups, _ size: (Float) -> Double) -> [Int: [Double]] {
    weightSums(groups, isOutput: false, size)
  }

  private func weightSums(
    _ groups: NeuronGroups, isOutput: Bool, _ size: (Float) -> Double
  ) -> [Int: [Double]] {
    var sums: [Int: [Double]] = [:]
    for slot in groups.slots where slot.isOutput == isOutput {
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
