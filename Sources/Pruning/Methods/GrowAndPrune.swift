import Datasets
import Naming
import Networks
import Tensors

/// Adds and prunes neurons in turn during training.
///
/// A neuron's significance is its mean absolute activation times the sum of its absolute outgoing
/// weights. Neurons with a significance far below the layer's mean are pruned, except those
/// correlated with the network's error; a neuron highly correlated with another is merged into it.
/// If the error stagnates, the neuron with the largest product of variance and correlation with the
/// error is copied, with noise on the incoming weights, and the outgoing weights are shared between
/// the two. The article's formulas are not public: thresholds and tests are a reconstruction.
public struct GrowAndPrune: AdaptiveMethod {
  /// The name in commands, settings and files.
  public static let name = "grow-and-prune"
  /// The description in one line.
  public static let summary = "neurons added if the error stagnates, pruned if insignificant"
  /// The publication.
  public static let source = Citation(
    authors: "Wang, Sun, Zha & Wang",
    title:
      "Research and Application of Improved AGP Algorithm for Structural Optimization Based on "
      + "Feedforward Neural Networks", year: 2015,
    venue: "Mathematical Problems in Engineering 2015:481919, doi:10.1155/2015/481919")

  /// The settings of growth and pruning.
  public var adaptation = GrowthSettings(isImproved: true)
  /// Creates the method with its defaults.
  public init() {}
}

/// The algorithm that `GrowAndPrune` improves: added neurons are random, and pruning ignores
/// correlations.
public struct AdaptiveGrowthAndPruning: AdaptiveMethod {
  /// The name in commands, settings and files.
  public static let name = "grow-and-prune-basic"
  /// The description in one line.
  public static let summary = "the same with random new neurons and without correlations (AGP)"
  /// The publication.
  public static let source = GrowAndPrune.source

  /// The settings of growth and pruning.
  public var adaptation = GrowthSettings(isImproved: false)
  /// Creates the method with its defaults.
  public init() {}
}

/// A method that adds and prunes neurons in turn.
public protocol AdaptiveMethod: PruningMethod {
  /// The settings of growth and pruning.
  var adaptation: GrowthSettings { get set }
}

extension AdaptiveMethod {
  /// The network is trained in every round of growth and pruning.
  public static var hasOwnTraining: Bool { true }
  /// The hyperparameters of growth and pruning.
  public static var ownHyperparameters: [MethodHyperparameter<Self>] {
    [
      .init(
        "growthRounds", \.adaptation.rounds, 1...1000,
        "maximum number of rounds of training, pruning and growth (default: 16)"),
      .init(
        "growthPatience", \.adaptation.patience, 1...1000,
        "rounds without a lower error after which the search ends (default: 4)"),
      .init(
        "growthSlowdown", \.adaptation.slowdown, 0...1,
        "relative decrease of the error below which neurons are added (default: 0.03)"),
    ]
  }

  /// The choices of the method.
  public var recipe: Recipe { GrowthSettings.recipe }

  /// Prunes a network until the goal is met.
  /// - Throws: `PruningError`; errors of training and of the callback.
  public func prune(
    _ network: Network, to goal: Goal, with recipe: Recipe, on context: PruningContext,
    onRound: (PruningTrace.Step) throws -> Void
  ) throws -> PrunedNetwork {
    try goal.mustBeOneNumber(for: Self.name)
    return try adaptation.prune(network, to: goal, with: recipe, on: context, onRound: onRound)
  }
}

/// The settings of growth and pruning in turn.
public struct GrowthSettings: Hashable, Codable, Sendable {
  /// Whether correlations decide about copies, merges and exceptions from pruning.
  public var isImproved: Bool
  /// The maximum number of rounds of training, pruning and growth.
  public var rounds = 16
  /// The number of consecutive rounds without a lower error after which the search ends.
  public var patience = 4
  /// The share of the mean significance below which a neuron is a candidate for pruning.
  public var low = 0.15
  /// The minimum absolute correlation with another neuron for a merge.
  public var repeats = 0.95
  /// The minimum absolute correlation with the error for which a neuron is kept.
  public var needed = 0.2
  /// The relative decrease of the error below which the network grows.
  public var slowdown = 0.03
  /// The number of rounds in which a new neuron is not pruned.
  public var protectedRounds = 3

  private enum CodingKeys: String, CodingKey {
    case isImproved, rounds, patience, low, repeats, needed, slowdown
    case protectedRounds = "youth"
  }

  /// The recipe for further pruning, if the adapted network does not meet the goal; significance is
  /// divided by the layer's mean here too.
  static let recipe = Recipe(
    .neurons(Significance()), normalization: .mean, reduction: .sum, compensation: .constant,
    recovery: .fineTune(epochs: 2))

  func prune(
    _ network: Network, to goal: Goal, with recipe: Recipe, on context: PruningContext,
    onRound: (PruningTrace.Step) throws -> Void
  ) throws -> PrunedNetwork {
    let (state, log) = try context.found(
      "adaptation \(self) epochs \(recipe.recovery.epochs)", in: network
    ) { try adapted(network, with: recipe, on: context, onRound: onRound) }
    let limit = goal.limit(from: try Cost(of: network))
    let left = try Cost(of: state.network)
    var rest = recipe
    rest.recovery = .fineTune(epochs: 2 * recipe.recovery.epochs)
    let isMet = goal.measure(left).map { $0 <= limit } ?? false
    var pruned: PrunedNetwork
    if isMet {
      pruned = try rest.prune(state.network, to: .parameters(left.parameters), on: context)
      pruned.network = try context.trained(
        state.network, epochs: rest.recovery.epochs, round: rounds + 1)
    } else {
      pruned = try goal.naming(goalsOf: {
        try rest.prune(
          state.network, to: goal.absolute(limit, in: left), beside: network, on: context,
          onRound: onRound)
      })
    }
    pruned.check = pruned.check.worst(state.check ?? pruned.check)
    pruned.trace = PruningTrace(
      before: try context.measurement(of: network), steps: log + pruned.trace.steps)
    pruned.plan = state.plan.union(pruned.plan)
    return pruned
  }

  /// Grows and prunes until the error stagnates, independent of the goal; returns the smallest
  /// network whose validation loss is at most 0.5 % above the lowest.
  private func adapted(
    _ network: Network, with recipe: Recipe, on context: PruningContext,
    onRound: (PruningTrace.Step) throws -> Void
  ) throws -> (state: State, log: [PruningTrace.Step]) {
    var state = State(network: network, context: context)
    var generator = SeededGenerator(seed: context.seed).stream("growing")
    var log: [PruningTrace.Step] = []
    var seen: [(state: State, loss: Double)] = []
    var best = Double.infinity
    var quiet = 0
    for round in 1...rounds where quiet < patience {
      state.network = try context.trained(
        state.network, epochs: recipe.recovery.epochs, round: round)
      let removals = try shrink(&state, round)
      let loss = state.loss
      quiet = loss < best * (1 - slowdown) ? 0 : quiet + 1
      best = min(best, loss)
      seen.append((state, loss))
      if quiet > 0, quiet < patience { try grow(&state, round, using: &generator) }
      let result = try context.measurement(of: state.network)
      log.append(
        .init(
          round, of: rounds, removals: removals, qualityBeforeRecovery: result.quality,
          result: result))
      try onRound(log[log.count - 1])
    }
    let good = seen.filter { $0.loss <= best * 1.005 }
    state =
      good.min { $0.state.network.parameterCount < $1.state.network.parameterCount }?.state
      ?? state
    return (state, log)
  }

  private struct State: Sendable {
    var network: Network
    let context: PruningContext
    var plan = PruningPlan()
    var check: EqualityCheck?
    var addedIn: [Neuron: Int] = [:]
    /// The largest original index that each node has used.
    var taken: [Node.ID: Int]

    init(network: Network, context: PruningContext) {
      self.network = network
      self.context = context
      taken = network.largestNames
    }

    /// The loss on validation rows.
    var loss: Double {
      let rows = context.measured
      return context.head.loss(of: network.outputs(for: rows.inputs), for: rows).value
    }
  }

  /// - Returns: the removals that were not reverted.
  private func shrink(
    _ state: inout State, _ round: Int
  ) throws -> [PruningPlan.Removal] {
    let network = state.network
    let groups = try NeuronGroups(network.architecture)
    var generator = SeededGenerator(seed: 0)
    let scores = groups.reduced(
      Significance().scores(of: network, groups, on: state.context, using: &generator), .none,
      .sum)
    var merged = PruningPlan()
    var dropped = PruningPlan()
    let related = isImproved ? network.relations(groups, on: state.context) : []
    for (position, own) in groups.layers.enumerated() {
      let known = own.compactMap { scores[$0] }
      guard own.count > 1, known.count == own.count else { continue }
      let mean = known.reduce(0, +) / Double(known.count)
      var relations = isImproved ? related[position] : nil
      var left = own.count
      for (index, group) in own.enumerated().sorted(by: {
        (scores[$0.1] ?? 0) < (scores[$1.1] ?? 0)
      })
      where left > 1 {
        let name = groups.name(of: group, in: network)
        guard round - (state.addedIn[name] ?? 0) > protectedRounds || state.addedIn[name] == nil
        else { continue }
        let removal = PruningPlan.Removal(
          .neuron(name: name), score: scores[group] ?? 0, round: round, threshold: low * mean)
        let isWeak = (scores[group] ?? 0) < low * mean
        if let known = relations, known.repeatsAnother(index, from: repeats) {
          relations?.exclude(index)
          merged.removals.append(removal)
          left -= 1
        } else if isWeak, (relations?.withError(index) ?? 0) < needed {
          dropped.removals.append(removal)
          left -= 1
        }
      }
    }
    let merges = try apply(merged, .leastSquares, &state)
    let drops = try apply(dropped, isImproved ? .constant : .none, &state)
    return merges + drops
  }

  /// - Returns: the removals: none if they are reverted because they increase the loss.
  private func apply(
    _ plan: PruningPlan, _ compensation: Compensation, _ state: inout State
  ) throws -> [PruningPlan.Removal] {
    guard !plan.removals.isEmpty else { return [] }
    let before = state
    let compaction = try state.context.compacted(
      state.network, by: plan, compensation: compensation)
    state.check = state.check?.worst(compaction.check) ?? compaction.check
    state.network = compaction.network
    state.plan = state.plan.union(plan)
    if isImproved, state.loss > before.loss * (1 + slowdown) {
      state = before
      return []
    }
    return plan.removals
  }

  private func grow(
    _ state: inout State, _ round: Int, using generator: inout SeededGenerator
  ) throws {
    let network = state.network
    let groups = try NeuronGroups(network.architecture)
    var best: (score: Double, group: Int)?
    if isImproved {
      for (own, relations) in zip(groups.layers, network.relations(groups, on: state.context)) {
        for (index, group) in own.enumerated() {
          let score = relations.withError(index) * relations.variance(index)
          if score > best?.score ?? -1 { best = (score, group) }
        }
      }
    } else if let group = groups.layers.first?.first {
      best = (0, group)
    }
    guard let group = best?.group, let producer = groups.groups[group].producers.first else {
      return
    }
    // A random neuron is a copy with noisy incoming weights and zero outgoing weights.
    let (share, noise): (Float, Float) = isImproved ? (0.5, 0.2) : (0, 1)
    state.network = try network.growing(
      copyOf: group, groups, share: share, noise: noise, taken: state.taken, using: &generator)
    state.taken.merge(state.network.largestNames) { max($0, $1) }
    let original = groups.name(of: group, in: network)
    let name = Neuron(original.node, state.network.originalIndices[producer.node].max() ?? 0)
    state.plan.growths.append(.init(of: original, name: name, share: share, round: round))
    // Copy and original are similar at first, so neither is pruned for a few rounds.
    for neuron in [name, original] { state.addedIn[neuron] = round }
  }
}
