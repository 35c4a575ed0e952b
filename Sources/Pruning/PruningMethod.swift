import Naming
import Networks

/// A published way to prune: a name, a source, and the recipe it comes to.
public protocol PruningMethod: Named, Hashable {
  init()
  var recipe: Recipe { get }
  /// What the method works on, for those that do not work on everything.
  static var suits: String { get }

  /// Prunes a network until a goal is met.
  ///
  /// `recipe`: the method's own, where the caller has not changed it.
  /// - Throws: `PruningError` where the goal is out of reach or the method unsuited; what training
  ///   and `onRound` throw.
  func prune(
    _ network: Network, to goal: Goal, with recipe: Recipe, on context: PruningContext,
    onRound: (PrunedNetwork.Round) throws -> Void
  ) throws -> PrunedNetwork
}

extension PruningMethod {
  public static var suits: String { "any network" }

  public func prune(
    _ network: Network, to goal: Goal, with recipe: Recipe, on context: PruningContext,
    onRound: (PrunedNetwork.Round) throws -> Void
  ) throws -> PrunedNetwork {
    try recipe.prune(network, to: goal, on: context, onRound: onRound)
  }

  /// The same where nobody looks at the rounds.
  /// - Throws: what the other does.
  public func prune(
    _ network: Network, to goal: Goal, with recipe: Recipe, on context: PruningContext
  ) throws -> PrunedNetwork {
    try prune(network, to: goal, with: recipe, on: context, onRound: { _ in })
  }
}

/// The pruning methods there are.
public let pruningCatalog = Catalog<any PruningMethod>(
  "pruning method",
  [
    WeightMagnitude.self, NeuronMagnitude.self, RandomChoice.self, WeakSubnetwork.self,
    L1Filter.self, Taylor.self, PLSImportance.self, TaskGuided.self, Orthogonal.self,
    BlockThenChannel.self, GrowAndPrune.self, AdaptiveGrowthAndPruning.self, FromScratch.self,
    DeepCompression.self,
  ])

/// What a pruning comes to: a smaller network, and how it came about.
public struct PrunedNetwork: Sendable {
  /// In its small form, as it learned on.
  public var network: Network
  /// All that went, with the reasons; replayed on the network before pruning it gives this shape.
  public var plan: PruningPlan
  /// The masked network beside its compaction, over all rounds: the worst of them.
  public var check: EqualityCheck
  /// What each round took, in order.
  public var rounds: [Round]
  /// The cost before and after.
  public var before: Cost
  /// What is left.
  public var after: Cost
  /// Layers of which nothing is known, whose neighbours were left alone.
  public var unknown: [Node.ID]

  /// What one round did.
  public struct Round: Hashable, Codable, Sendable {
    /// From 1.
    public var round: Int
    /// How many rounds there are at most.
    public var of: Int
    /// What is left after it.
    public var cost: Cost
    /// Neurons, or weights, that went.
    public var removed: Int
    /// On validation rows: after the removal, and after what was learned again.
    public var accuracyCut: Double
    /// The share of validation rows answered rightly after the recovery.
    public var accuracy: Double
  }
}
