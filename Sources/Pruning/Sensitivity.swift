import Datasets
import Networks
import Tensors

/// What it costs to take neurons from one layer alone, before anything is learned again.
///
/// A layer here is what goes together: the layers that a residual sum ties are one.
public struct Sensitivity: Hashable, Codable, Sendable {
  /// One layer at one share.
  public struct Line: Hashable, Codable, Sendable {
    /// The layers that make the neurons.
    public var layers: [Node.ID]
    /// How many the layer has.
    public var neurons: Int
    /// How many of them went for this line.
    public var removed: Int
    /// Parameters of the whole network that go with them.
    public var parameters: Int
    /// Of the network without them, on validation rows.
    public var loss: Double
    public var accuracy: Double
  }

  /// Of the whole network.
  public var loss: Double
  public var accuracy: Double
  public var lines: [Line]

  /// Silences the lowest neurons of each layer in turn.
  ///
  /// `shares`: of a layer's neurons; as many go as the share comes to, and one always stays.
  /// - Throws: what the score throws.
  public init(
    of network: Network, by recipe: Recipe, shares: [Double] = [0.25, 0.5, 0.75],
    on context: PruningContext
  ) throws {
    guard case .neurons(let score) = recipe.score else {
      throw PruningError.unsuited(
        method: "a table of layers", needs: "a method that removes neurons")
    }
    let rows = context.validation.count > 0 ? context.validation : context.training
    func figures(_ network: Network) -> (loss: Double, accuracy: Double) {
      (
        context.head.loss(of: network.outputs(for: rows.inputs), for: rows).value,
        context.accuracy(of: network)
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
        var gone = [Bool](repeating: false, count: scores.count)
        for group in ranked.prefix(count) { gone[group] = true }
        let (loss, accuracy) = figures(try network.masked(by: ResolvedPlan(plan, for: network)))
        lines.append(
          Line(
            layers: groups.groups[own[0]].makers.map { network.architecture.nodes[$0.node].id },
            neurons: own.count, removed: count,
            parameters: whole - counter.cost(without: gone).parameters, loss: loss,
            accuracy: accuracy))
      }
    }
  }
}

extension NeuronGroups {
  /// The groups that may go, by the layers that make them, in the order of the network.
  var layers: [[Int]] {
    Dictionary(grouping: prunable.filter { !groups[$0].makers.isEmpty }) {
      groups[$0].makers.map(\.node)
    }
    .sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
  }

  /// What a group is called: the name of the first of its neurons.
  func name(of group: Int, in network: Network) -> Neuron {
    let maker = groups[group].makers[0]
    return Neuron(
      network.architecture.nodes[maker.node].id, network.originalIndices[maker.node][maker.neuron])
  }
}
