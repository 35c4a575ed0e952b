import Networks

/// Selects the groups with the lowest scores until a goal is met.
struct Selection {
  let groups: NeuronGroups
  let counter: CostCounter
  /// The prunable groups in pruning order.
  let order: [Int]
  let scores: [Double?]
  /// Whether scores are compared within each layer only.
  let isByLayer: Bool
  /// The allowed numbers of pruned groups: all, or those for which every layer width is a multiple
  /// of `Recipe.multiple`.
  let stops: [Int]

  /// `floor`: the minimum share of each layer's neurons that is kept, at least one neuron.
  init(
    _ scores: [Double?], _ groups: NeuronGroups, _ counter: CostCounter, _ recipe: Recipe,
    floor: Double
  ) {
    self.groups = groups
    self.counter = counter
    self.scores = scores
    isByLayer = recipe.scope == .layer
    var left = [Int: Int]()
    for group in groups.groups {
      for producer in group.producers { left[producer.node, default: 0] += 1 }
    }
    let least = left.mapValues { max(1, Int((floor * Double($0)).rounded(.up))) }
    let ranked = Self.ranked(scores, groups, recipe.scope)
    var order: [Int] = []
    for group in ranked {
      var own: [Int: Int] = [:]
      for producer in groups.groups[group].producers { own[producer.node, default: 0] += 1 }
      guard own.allSatisfy({ (left[$0.key] ?? 0) - $0.value >= (least[$0.key] ?? 1) }) else {
        continue
      }
      for (node, count) in own { left[node, default: 0] -= count }
      order.append(group)
    }
    guard recipe.multiple > 1 else {
      self.order = order
      stops = Array(0...order.count)
      return
    }
    let packs = Self.packs(order, groups, multiple: recipe.multiple)
    self.order = packs.flatMap(\.self)
    stops = packs.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
  }

  /// Packs the groups of each layer so that removing a pack leaves a width that is a multiple; a
  /// pack is ordered by its last group. Groups produced by several layers form a layer of their
  /// own.
  private static func packs(
    _ order: [Int], _ groups: NeuronGroups, multiple: Int
  ) -> [[Int]] {
    func layer(_ group: Int) -> [Int] { groups.groups[group].producers.map(\.node) }
    var left = Dictionary(grouping: groups.groups.indices, by: layer).mapValues(\.count)
    var open: [[Int]: [Int]] = [:]
    var packs: [[Int]] = []
    for group in order {
      let own = layer(group)
      let pack = open[own, default: []] + [group]
      let rest = (left[own] ?? 0) - pack.count
      guard rest > 0, rest.isMultiple(of: multiple) else {
        open[own] = pack
        continue
      }
      packs.append(pack)
      left[own] = rest
      open[own] = []
    }
    return packs
  }

  private static func ranked(_ scores: [Double?], _ groups: NeuronGroups, _ scope: Scope) -> [Int] {
    let scored = scores.indices.filter { scores[$0] != nil && !groups.groups[$0].producers.isEmpty }
    func isLower(_ first: Int, _ second: Int) -> Bool {
      (scores[first] ?? 0, first) < (scores[second] ?? 0, second)
    }
    guard scope == .layer else { return scored.sorted(by: isLower) }
    // A group belongs to the first layer that produces it.
    var shares = [(share: Double, group: Int)]()
    for layer in Dictionary(grouping: scored, by: { groups.groups[$0].producers[0].node }).values {
      for (rank, group) in layer.sorted(by: isLower).enumerated() {
        shares.append((Double(rank) / Double(layer.count), group))
      }
    }
    return shares.sorted { ($0.share, $0.group) < ($1.share, $1.group) }.map(\.group)
  }

  /// The smallest number of pruned groups for which a measure is at most a limit; `nil` if pruning
  /// all of them is not enough.
  /// - Complexity: O(log(groups) · network)
  func count(until limit: Double, by measure: (Cost) -> Double) -> Int? {
    func reaches(_ stop: Int) -> Bool { measure(cost(without: stops[stop])) <= limit }
    var (low, high) = (0, stops.count - 1)
    guard reaches(high) else { return nil }
    while low < high {
      let middle = (low + high) / 2
      if reaches(middle) { high = middle } else { low = middle + 1 }
    }
    return stops[low]
  }

  func cost(without count: Int) -> Cost {
    var removed = [Bool](repeating: false, count: groups.groups.count)
    for group in order.prefix(count) { removed[group] = true }
    return counter.cost(without: removed)
  }

  /// The groups with which the score of a group is compared: those of its layer, or all.
  private func comparison(_ group: Int) -> Int {
    isByLayer ? groups.groups[group].producers.first?.node ?? -1 : 0
  }

  /// The removals of the first `count` groups, with scores and ranks.
  func removals(_ count: Int, from network: Network, round: Int) -> [PruningPlan.Removal] {
    // Of packs and of layers at their minimum width, a group with a lower score may be kept.
    var lowestKept: [Int: Double] = [:]
    for group in order.dropFirst(count) {
      guard let score = scores[group] else { continue }
      lowestKept[comparison(group)] = min(lowestKept[comparison(group)] ?? .infinity, score)
    }
    var ranks: [Int: Int] = [:]
    return order.prefix(count).compactMap { group in
      guard !groups.groups[group].producers.isEmpty else { return nil }
      let own = comparison(group)
      defer { ranks[own, default: 0] += 1 }
      return PruningPlan.Removal(
        .neuron(name: groups.name(of: group, in: network)), score: scores[group] ?? 0, round: round,
        rank: ranks[own, default: 0], threshold: lowestKept[own])
    }
  }
}
