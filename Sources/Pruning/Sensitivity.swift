import Datasets
import Networks
import Tensors

/// Layer sensitivity analysis: loss and accuracy after pruning one layer alone, without recovery.
///
/// Layers coupled by a residual sum count as one layer.
public struct Sensitivity: Hashable, Codable, Sendable {
  /// The result for one layer and one share.
  public struct Line: Hashable, Codable, Sendable {
    /// The layers that produce the neurons.
    public var layers: [Node.ID]
    /// The number of prunable neurons in the layer.
    public var neurons: Int
    /// The number of pruned neurons.
    public var removed: Int
    /// The reduction of the network's parameters.
    public var parameters: Int
    /// The loss of the pruned network on validation rows.
    public var loss: Double
    /// The accuracy on validation rows, or R² for a numeric target.
    public var accuracy: Double
  }

  /// The loss of the whole network.
  public var loss: Double
  /// The accuracy of the whole network, or R² for a numeric target.
  public var accuracy: Double
  /// The result for each layer and share.
  public var lines: [Line]

  /// Masks the lowest-scored neurons of each layer in turn.
  ///
  /// `shares`: the shares of a layer's neurons to prune; at least one neuron is kept.
  /// - Throws: errors of the score; `PruningError.unsuited` if the recipe scores weights.
  public init(
    of network: Network, by recipe: Recipe, shares: [Double] = [0.25, 0.5, 0.75],
    on context: PruningContext
  ) throws {
    guard case .neurons(let score) = recipe.score else {
      throw PruningError.unsuited(
        method: "sensitivity analysis", needs: .neuronPruning)
    }
    let rows = context.measured
    func figures(_ network: Network) -> (loss: Double, accuracy: Double) {
      (
        context.head.loss(of: network.outputs(for: rows.inputs), for: rows).value,
        context.quality(of: network)
      )
    }
    (loss, accuracy) = figures(network)
    lines = []
    let groups = try NeuronGroups(network.architecture)
    let counter = try CostCounter(network, groups)
    var generator = SeededGenerator(seed: context.seed).stream("sensitivity")
    let scores = groups.reduced(
      try score.scores(of: network, groups, on: context, using: &generator), recipe.normalization,
      recipe.reduction)
    let whole = counter.cost(without: [Bool](repeating: false, count: scores.count)).parameters
    for own in groups.layers {
      let ranked = own.filter { scores[$0] != nil }
        .sorted { (scores[$0] ?? 0, $0) < (scores[$1] ?? 0, $1) }
      var counts: [Int] = []
      for share in shares.sorted() {
        let count = min(Int((share * Double(own.count)).rounded()), own.count - 1, ranked.count)
        if count > 0, !counts.contains(count) { counts.append(count) }
      }
      for count in counts {
        let plan = PruningPlan(
          ranked.prefix(count).map { group in
            PruningPlan.Removal(
              .neuron(name: groups.name(of: group, in: network)), score: scores[group] ?? 0,
              round: 1)
          })
        var removed = [Bool](repeating: false, count: scores.count)
        for group in ranked.prefix(count) { removed[group] = true }
        let (loss, accuracy) = figures(try network.masked(by: ResolvedPlan(plan, for: network)))
        lines.append(
          Line(
            layers: groups.groups[own[0]].producers.map { network.architecture.nodes[$0.node].id },
            neurons: own.count, removed: count,
            parameters: whole - counter.cost(without: removed).parameters, loss: loss,
            accuracy: accuracy))
      }
    }
  }
}

extension NeuronGroups {
  /// The prunable groups by the layers that produce them, in network order.
  var layers: [[Int]] {
    Dictionary(grouping: prunable.filter { !groups[$0].producers.isEmpty }) {
      groups[$0].producers.map(\.node)
    }
    .sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
  }

  /// The name of a group: that of its first neuron.
  func name(of group: Int, in network: Network) -> Neuron {
    let producer = groups[group].producers[0]
    return Neuron(
      network.architecture.nodes[producer.node].id,
      network.originalIndices[producer.node][producer.neuron])
  }
}
