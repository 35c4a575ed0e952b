import Networks
import Tensors

extension RecipeRun {
  /// Prunes layers to individual widths, in rounds.
  ///
  /// The neurons with the lowest scores in each layer are pruned; units of a flattened image are
  /// pruned after the channels that they belong to.
  /// - Throws: `PruningError.noWidth`, `goalOutOfReach`, `unsuited`, `notTheSame`; errors of
  ///   training and of `onRound`.
  mutating func cut(
    to widths: [Width], _ recipe: Recipe, onRound: (PruningTrace.Step) throws -> Void
  ) throws {
    guard case .neurons(let score) = recipe.score else {
      throw PruningError.unsuited(method: "weight pruning", needs: .parameterGoal)
    }
    guard try WidthSelection(pruned.network, to: widths).isWider else { return }
    if recipe.recovery.kind == .whileTraining { try begin(recipe) }
    for round in 1...recipe.schedule.rounds {
      var generator = SeededGenerator(seed: context.seed).stream("pruning-\(round)")
      let selection = try WidthSelection(
        pruned.network, to: widths.map { target(of: $0, after: round, recipe) })
      let scores = selection.groups.reduced(
        try score.scores(of: pruned.network, selection.groups, on: context, using: &generator),
        recipe.normalization, recipe.reduction)
      let removals = try selection.removals(by: scores, from: pruned.network, round: round)
      try apply(
        PruningPlan(removals), compensation: recipe.compensation, round, recipe.schedule.rounds)
      try recover(round, recipe)
      try onRound(lastRound)
    }
  }

  /// The width of a layer after a round.
  private func target(of width: Width, after round: Int, _ recipe: Recipe) -> Width {
    guard let node = start.architecture.index(of: Node.ID(width.layer)) else { return width }
    let before = Double(start.originalIndices[node].count)
    guard Double(width.count) < before else { return width }
    let left = before * recipe.schedule.left(after: round, of: Double(width.count) / before)
    return Width(of: width.layer, max(width.count, Int(left.rounded())))
  }
}

/// Selects the neurons to prune so that each layer reaches its width.
private struct WidthSelection {
  let groups: NeuronGroups
  private let layers: [(width: Width, node: Int)]

  /// - Throws: `PruningError.noWidth` if a layer does not exist or has no prunable neurons.
  init(_ network: Network, to widths: [Width]) throws {
    let architecture = network.architecture
    let apart = try NeuronGroups(architecture, separatesFlattenedUnits: true)
    func isFlat(_ node: Int) -> Bool {
      apart.ofNodes[node].contains { apart.channelOfUnit[$0] != nil }
    }
    let layers = try widths.map { width in
      guard let node = architecture.index(of: Node.ID(width.layer)),
        apart.ofNodes[node].contains(where: { apart.isPrunable($0) })
      else {
        throw PruningError.noWidth(of: width.layer, known: apart.widths(of: network))
      }
      return (width: width, node: node)
    }
    // Removing a channel also removes its flattened units, so channels are selected first.
    self.layers = layers.filter { !isFlat($0.node) } + layers.filter { isFlat($0.node) }
    groups = layers.contains { isFlat($0.node) } ? apart : try NeuronGroups(architecture)
  }

  /// Whether any layer is wider than its target.
  var isWider: Bool {
    let none = [Bool](repeating: false, count: groups.groups.count)
    return layers.contains { left(of: $0.node, without: none).count > $0.width.count }
  }

  /// The remaining groups of a layer, without flattened units that no layer reads.
  private func left(of node: Int, without removed: [Bool]) -> Set<Int> {
    Set(groups.ofNodes[node]).filter {
      !removed[$0] && (groups.channelOfUnit[$0] == nil || !groups.groups[$0].producers.isEmpty)
    }
  }

  /// The removals by group score.
  /// - Throws: `PruningError.goalOutOfReach` if a layer has too few prunable neurons.
  func removals(
    by scores: [Double?], from network: Network, round: Int
  ) throws -> [PruningPlan.Removal] {
    var removed = [Bool](repeating: false, count: groups.groups.count)
    var removals: [PruningPlan.Removal] = []
    for (width, node) in layers {
      let own = left(of: node, without: removed)
      let ranked = own.filter { groups.isPrunable($0) && scores[$0] != nil }
        .sorted { (scores[$0] ?? 0, $0) < (scores[$1] ?? 0, $1) }
      let count = own.count - width.count
      guard count > 0 else { continue }
      guard count <= ranked.count, count < own.count else {
        throw PruningError.goalOutOfReach(
          .width(
            width.count, layer: width.layer, nearest: max(own.count - ranked.count, 1)))
      }
      for (rank, group) in ranked.prefix(count).enumerated() {
        let name = groups.name(of: group, in: network)
        removals.append(
          .init(
            groups.channelOfUnit[group] == nil ? .neuron(name: name) : .flattenedUnit(name: name),
            score: scores[group] ?? 0, round: round, rank: rank,
            threshold: ranked.count > count ? scores[ranked[count]] : nil))
        removed[group] = true
      }
      groups.close(&removed)
    }
    return removals
  }
}

extension NeuronGroups {
  /// Whether a group is not protected and is produced by a layer.
  fileprivate func isPrunable(_ group: Int) -> Bool {
    groups[group].protection == nil && !groups[group].producers.isEmpty
  }

  /// The layers with prunable neurons, each with their number.
  fileprivate func widths(of network: Network) -> [String] {
    let nodes = Set(groups.indices.filter(isPrunable).flatMap { groups[$0].producers.map(\.node) })
    return nodes.sorted().map { node in
      let count = Set(ofNodes[node]).count(where: isPrunable)
      return "\(network.architecture.nodes[node].id.rawValue) (\(count))"
    }
  }
}
