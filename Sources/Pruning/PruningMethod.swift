import Naming
import Networks

/// A published pruning method: name, citation and recipe.
public protocol PruningMethod: Named, Hashable {
  init()
  var recipe: Recipe { get }
  /// The networks that the method supports, in a phrase for lists of methods.
  static var suits: String { get }
  /// Whether the method also trains apart from the recovery; by default it does not.
  static var hasOwnTraining: Bool { get }
  /// The hyperparameters that only this method has; none by default.
  static var ownHyperparameters: [MethodHyperparameter<Self>] { get }

  /// Prunes a network until the goal is met.
  ///
  /// `recipe`: the method's own recipe, or one changed by the caller.
  /// - Throws: `PruningError` if the goal cannot be met or the method does not support the network;
  ///   errors of training and of `onRound`.
  func prune(
    _ network: Network, to goal: Goal, with recipe: Recipe, on context: PruningContext,
    onRound: (PruningTrace.Step) throws -> Void
  ) throws -> PrunedNetwork
}

extension PruningMethod {
  /// The networks that the method supports.
  public static var suits: String { "any network" }
  /// Whether the method also trains apart from the recovery.
  public static var hasOwnTraining: Bool { false }

  /// Prunes a network until the goal is met.
  /// - Throws: `PruningError`; errors of training and of the callback.
  public func prune(
    _ network: Network, to goal: Goal, with recipe: Recipe, on context: PruningContext,
    onRound: (PruningTrace.Step) throws -> Void
  ) throws -> PrunedNetwork {
    try recipe.prune(network, to: goal, on: context, onRound: onRound)
  }

  /// Prunes a network without a callback for rounds.
  /// - Throws: the same errors.
  public func prune(
    _ network: Network, to goal: Goal, with recipe: Recipe, on context: PruningContext
  ) throws -> PrunedNetwork {
    try prune(network, to: goal, with: recipe, on: context, onRound: { _ in })
  }
}

/// The catalogue of pruning methods.
public let pruningCatalog = Catalog<any PruningMethod.Type>(
  "pruning method",
  [
    WeightMagnitude.self, NeuronMagnitude.self, RandomChoice.self, WeakSubnetwork.self,
    L1Filter.self, Taylor.self, PLSImportance.self, TaskGuided.self, Orthogonal.self,
    BlockThenChannel.self, GrowAndPrune.self, AdaptiveGrowthAndPruning.self, FromScratch.self,
    DeepCompression.self,
  ]
) { $0 }

/// The result of a pruning: the smaller network and its history.
public struct PrunedNetwork: Sendable {
  /// The compacted network after fine-tuning.
  public var network: Network
  /// All growths and removals; applied to the network before pruning, the plan yields this
  /// architecture.
  public var plan: PruningPlan
  /// The comparison of masked and compacted networks: the worst values over all rounds.
  public var check: EqualityCheck
  /// The history; a step is a round.
  public var trace: PruningTrace
  /// The cost after pruning.
  public var after: Cost
  /// Layers of unsupported types; neurons connected to them are not pruned.
  public var unknown: [Node.ID]

  /// The cost before pruning.
  public var before: Cost { trace.before.cost }
}
