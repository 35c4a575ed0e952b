import Datasets
import Networks
import Tensors

extension Recipe {
  /// Prunes a network in rounds until the goal is met, and compacts it after each round of neuron
  /// pruning.
  ///
  /// - Parameters:
  ///   - network: the network to prune.
  ///   - goal: the limit.
  ///   - original: the network whose accuracy or inference time a goal refers to; by default `network`.
  ///   - context: the rows and the trainer.
  ///   - onRound: called after every round.
  /// - Returns: the compacted network with its plan and trace.
  /// - Throws: `PruningError.goalOutOfReach`, `nothingToPrune`, `unsuited`, `notTheSame`; errors of
  ///   training and of `onRound`.
  public func prune(
    _ network: Network, to goal: Goal, beside original: Network? = nil, on context: PruningContext,
    onRound: (PruningTrace.Step) throws -> Void = { _ in }
  ) throws -> PrunedNetwork {
    switch goal {
    case .accuracyDrop(let drop):
      return try AccuracyFloor(drop: drop).search(
        network, beside: original ?? network, with: self, on: context, onRound: onRound)
    case .latency(let share):
      return try LatencyGoal(share: share).search(
        network, beside: original ?? network, with: self, on: context, onRound: onRound)
    default: break
    }
    var run = try RecipeRun(network, context)
    if case .inputs(let count) = goal {
      try run.cutColumns(to: count, self)
      if let last = run.pruned.trace.steps.last { try onRound(last) }
      return run.pruned
    }
    if case .widths(let widths) = goal {
      try run.cut(to: widths, self, onRound: onRound)
      return run.pruned
    }
    let start = goal.measure(run.pruned.before) ?? 0
    let limit = goal.limit(from: run.pruned.before)
    guard start > limit else { return run.pruned }
    if recovery.kind == .whileTraining { try run.begin(self) }
    for round in 1...schedule.rounds {
      // The last limit is exact: `start * (limit / start)` may be just below it.
      let left =
        round == schedule.rounds
        ? limit : (start * schedule.left(after: round, of: limit / start)).withoutRoundingError
      switch score {
      case .weights:
        switch goal {
        case .keep, .parameters: try run.cutWeights(to: left, by: goal, round, self)
        default: throw PruningError.unsuited(method: "weight pruning", needs: .parameterGoal)
        }
      case .neurons(let score):
        try run.cutNeurons(score, to: left, by: goal, round, self)
      }
      try run.recover(round, self)
      if case .weights = score, round == schedule.rounds { try run.cutIdleNeurons(round) }
      try onRound(run.lastRound)
    }
    return run.pruned
  }
}

/// The state of a running pruning.
struct RecipeRun {
  let start: Network
  private(set) var context: PruningContext
  private(set) var pruned: PrunedNetwork
  /// The dense weights of a weight-pruned network, for recovery by splicing.
  private var whole: Network

  init(_ network: Network, _ context: PruningContext) throws {
    start = network
    whole = network
    self.context = context
    let groups = try NeuronGroups(network.architecture)
    let cost = try Cost(of: network)
    pruned = PrunedNetwork(
      network: network, plan: PruningPlan(),
      check: EqualityCheck(unchangedOver: context.checkRows(for: network).rows),
      trace: PruningTrace(before: .init(cost: cost, quality: context.measure(network))),
      after: cost, unknown: groups.unknownNodes)
  }

  /// The round that was recorded last; there must be one.
  var lastRound: PruningTrace.Step {
    get { pruned.trace.steps[pruned.trace.steps.count - 1] }
    set { pruned.trace.steps[pruned.trace.steps.count - 1] = newValue }
  }

  mutating func cutNeurons(
    _ score: any NeuronScore, to limit: Double, by goal: Goal, _ round: Int, _ recipe: Recipe
  ) throws {
    let network = pruned.network
    let groups = try NeuronGroups(network.architecture)
    guard groups.groups.contains(where: { $0.protection == nil && !$0.producers.isEmpty }) else {
      throw PruningError.nothingToPrune(unknown: groups.unknownNodes.map(\.rawValue))
    }
    let counter = try CostCounter(network, groups)
    var generator = SeededGenerator(seed: context.seed).stream("pruning-\(round)")
    let scores = try score.scores(of: network, groups, on: context, using: &generator)
    let reduced = groups.reduced(scores, recipe.normalization, recipe.reduction)
    func measure(_ cost: Cost) -> Double { goal.measure(cost) ?? 0 }
    // If the goal cannot be met with this floor, the floor is halved, and finally set to one neuron
    // per layer.
    var floor = recipe.floor
    var selection = Selection(reduced, groups, counter, recipe, floor: floor)
    while floor > 0, selection.count(until: limit, by: measure) == nil {
      floor = floor < 0.01 ? 0 : floor / 2
      selection = Selection(reduced, groups, counter, recipe, floor: floor)
    }
    guard let count = selection.count(until: limit, by: measure) else {
      guard round == recipe.schedule.rounds else {
        return try cut(selection, selection.order.count, round, recipe)
      }
      throw PruningError.goalOutOfReach(
        .neurons(goal, nearest: selection.cost(without: selection.order.count)))
    }
    try cut(selection, count, round, recipe)
  }

  private mutating func cut(
    _ selection: Selection, _ count: Int, _ round: Int, _ recipe: Recipe
  ) throws {
    let plan = PruningPlan(selection.removals(count, from: pruned.network, round: round))
    try apply(plan, compensation: recipe.compensation, round, recipe.schedule.rounds)
  }

  /// Compensates for the removals of a plan, compacts the network and checks it against the masked
  /// one.
  mutating func apply(
    _ plan: PruningPlan, compensation: Compensation, _ round: Int, _ rounds: Int
  ) throws {
    try compact(by: plan, compensation: compensation)
    try record(plan.removals, round, rounds)
  }

  private mutating func compact(by plan: PruningPlan, compensation: Compensation) throws {
    let compaction = try context.compacted(pruned.network, by: plan, compensation: compensation)
    pruned.check = pruned.check.worst(compaction.check)
    pruned.network = compaction.network
    pruned.plan = pruned.plan.union(plan)
  }

  /// Adds a round to the history, before recovery.
  private mutating func record(
    _ removals: [PruningPlan.Removal], _ round: Int, _ rounds: Int
  ) throws {
    let quality = context.measure(pruned.network)
    pruned.after = try Cost(of: pruned.network)
    pruned.trace.steps.append(
      .init(
        round, of: rounds, removals: removals, qualityBeforeRecovery: quality,
        result: .init(cost: pruned.after, quality: quality)))
  }

  /// Prunes whole table columns in order of the norm of their weights times standard deviation.
  mutating func cutColumns(to limit: Int, _ recipe: Recipe) throws {
    let network = pruned.network
    guard network.architecture.input.rank == 1, !context.columns.isEmpty else {
      throw PruningError.unsuited(
        method: "input pruning", needs: .tabularInputs)
    }
    guard context.teacher == nil else {
      throw PruningError.unsuited(
        method: "distillation", needs: .otherThanInputGoal)
    }
    let groups = try NeuronGroups(network.architecture)
    let deviations = context.training.inputs.columnStatistics.deviations
    var sizes = [Double](repeating: 0, count: groups.ofInput.count)
    let outgoing = network.outgoing(groups) { Double($0) * Double($0) }
    // Several layers may read an input, some of them after a concatenation.
    let positions = Dictionary(
      groups.ofInput.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { $1 })
    for slot in groups.slots where !slot.isOutput {
      for (group, size) in zip(slot.groups, outgoing[slot.node] ?? []) {
        if let input = positions[group] { sizes[input] += size }
      }
    }
    let scored = context.columns.map { column in
      column.inputs.reduce(0.0) { $0 + sizes[$1] * deviations[$1] * deviations[$1] }.squareRoot()
    }
    let order = scored.indices.sorted { (scored[$0], $0) < (scored[$1], $1) }
    var left = sizes.count
    var plan = PruningPlan()
    for (rank, index) in order.dropLast().enumerated() where left > limit {
      let column = context.columns[index]
      left -= column.inputs.count
      plan.removals.append(
        .init(
          .column(column), score: scored[index], round: 1, rank: rank))
    }
    let lowestKept = scored[order[plan.removals.count]]
    for index in plan.removals.indices { plan.removals[index].threshold = lowestKept }
    guard left <= limit else {
      throw PruningError.goalOutOfReach(.inputs(limit, nearest: left))
    }
    let removed = Set(plan.inputs)
    let kept = sizes.indices.filter { !removed.contains($0) }
    try compact(by: plan, compensation: .constant)
    context.training.inputs = context.training.inputs.selectingColumns(kept)
    context.validation.inputs = context.validation.inputs.selectingColumns(kept)
    try record(plan.removals, 1, 1)
    guard recipe.recovery.epochs > 0 else { return }
    pruned.network = try context.trained(
      pruned.network, epochs: recipe.recovery.epochs, round: 1)
    lastRound.result.quality = context.measure(pruned.network)
  }

  mutating func cutWeights(
    to limit: Double, by goal: Goal, _ round: Int, _ recipe: Recipe
  ) throws {
    let selection = WeightSelection(
      pruned.network, normalization: recipe.normalization, scope: recipe.scope)
    let least = selection.leastParameters
    guard limit >= Double(least) || round < recipe.schedule.rounds else {
      throw PruningError.goalOutOfReach(.weights(goal, nearest: least))
    }
    let plan = selection.plan(leaving: max(limit, Double(least)), round: round)
    // The architecture does not change before the last round, so positions are the same in every
    // round.
    pruned.network = try pruned.network.masked(by: plan)
    pruned.plan = pruned.plan.union(plan)
    try record(plan.removals, round, recipe.schedule.rounds)
  }

  /// Removes the neurons whose outgoing weights are all pruned; only the weights count as removed
  /// in the history.
  mutating func cutIdleNeurons(_ rounds: Int) throws {
    let idle = try pruned.network.idleNeurons(round: rounds)
    guard !idle.removals.isEmpty else { return }
    try compact(by: idle, compensation: .none)
    pruned.after = try Cost(of: pruned.network)
    lastRound.result.cost = pruned.after
  }

  mutating func recover(_ round: Int, _ recipe: Recipe) throws {
    let (epochs, rounds) = (recipe.recovery.epochs, recipe.schedule.rounds)
    let isLast = round == rounds
    let own = isLast && rounds > 1 ? 2 * epochs : epochs
    switch recipe.recovery.kind {
    case .none: return
    case .splice where recipe.prunesWeights:
      try Surgery(recipe: recipe, context: context).learn(
        &pruned.network, whole: &whole, epochs: isLast ? 2 * epochs : epochs, round: round)
      pruned.plan = pruned.network.maskedWeights(round: round)
      pruned.after = try Cost(of: pruned.network)
    case .fineTune, .splice:
      pruned.network = try context.trained(pruned.network, epochs: own, round: round)
    case .fineTuneBudget:
      pruned.network = try context.trained(
        pruned.network, epochs: lengthened(own), round: round)
    case .whileTraining:
      pruned.network = try context.trained(
        pruned.network, epochs: recipe.recovery.share(after: round, of: rounds), round: round,
        isFresh: true)
    case .rewind:
      pruned.network = try context.trained(
        fresh(seed: context.seed).cut(by: pruned.plan), epochs: epochs, round: round, isFresh: true)
    case .scratch, .scratchBudget:
      guard isLast else { return }
      pruned.network = try context.trained(
        fresh(seed: context.seed ^ Self.scratch).cut(by: pruned.plan),
        epochs: recipe.recovery.kind == .scratch ? epochs : lengthened(epochs), round: round,
        isFresh: true)
    }
    lastRound.result.quality = context.measure(pruned.network)
  }

  /// Trains newly initialised weights for the epochs before the first pruning round.
  mutating func begin(_ recipe: Recipe) throws {
    pruned.network = try context.trained(
      fresh(seed: context.seed ^ Self.scratch),
      epochs: recipe.recovery.share(after: 0, of: recipe.schedule.rounds), round: 0, isFresh: true)
    whole = pruned.network
  }

  private static let scratch: UInt64 = 0x5C2A_7C85

  /// The initial architecture with newly initialised parameters and the same original indices.
  private func fresh(seed: UInt64) throws -> Network {
    let numbers = try Network(start.architecture, seed: seed).parameters
    return try Network(
      start.architecture, parameters: numbers, originalIndices: start.originalIndices)
  }

  /// The number of epochs of the pruned network with the MACs of `epochs` epochs of the whole
  /// network.
  private func lengthened(_ epochs: Int) -> Int {
    let (before, after) = (pruned.before.macs, max(pruned.after.macs, 1))
    return Int((Double(epochs) * Double(before) / Double(after)).rounded())
  }
}

extension Recipe {
  fileprivate var prunesWeights: Bool {
    if case .weights = score { true } else { false }
  }
}

extension Network {
  /// Applies a plan: masks pruned weights, or compacts if neurons are pruned.
  fileprivate func cut(by plan: PruningPlan) throws -> Network {
    plan.neurons.isEmpty && plan.flattenedUnits.isEmpty
      ? try masked(by: plan) : try compacted(by: plan)
  }

  /// The neurons whose outgoing weights are all zero, which can be removed without changing the
  /// outputs.
  func idleNeurons(round: Int) throws -> PruningPlan {
    let groups = try NeuronGroups(architecture)
    var isRead = groups.groups.map { $0.protection != nil || $0.producers.isEmpty }
    for slot in groups.slots where !slot.isOutput {
      let value = parameters[slot.node][slot.parameter].value
      let inner = value.shape.dimensions.dropFirst(slot.axis + 1).reduce(1, *)
      for (position, weight) in value.elements.enumerated() where weight != 0 {
        isRead[slot.groups[position / inner % slot.groups.count]] = true
      }
    }
    // A neuron passed on by a sum is marked as read through its own group.
    return PruningPlan(
      groups.groups.indices.filter { !isRead[$0] }.compactMap { group in
        groups.groups[group].producers.first.map { producer in
          PruningPlan.Removal(
            .neuron(
              name: Neuron(
                architecture.nodes[producer.node].id,
                originalIndices[producer.node][producer.neuron])),
            score: 0, round: round)
        }
      })
  }
}

extension PruningContext {
  /// The maximum MACs of an equality check; larger networks are checked on fewer rows.
  private static let checkCost = 10_000_000_000

  /// The rows on which a masked network is compared with its compaction: at most 256, fewer for
  /// large networks, but at least 32.
  func checkRows(for network: Network) -> Tensor {
    let rows = validation.count > 0 ? validation.inputs : training.inputs
    let most = max(32, min(256, Self.checkCost / max(network.macs, 1)))
    return rows.rows > most ? rows.slicing(0..<most) : rows
  }
}

extension EqualityCheck {
  /// The larger value of each difference; changed predictions are added.
  package func worst(_ other: EqualityCheck) -> EqualityCheck {
    EqualityCheck(
      rows: max(rows, other.rows),
      largestAbsolute: max(largestAbsolute, other.largestAbsolute),
      largestRelative: max(largestRelative, other.largestRelative),
      changedPredictions: changedPredictions + other.changedPredictions)
  }
}
