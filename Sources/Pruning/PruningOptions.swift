import Naming
import Networks

/// The hyperparameters of a pruning; `nil` is the method's default.
///
/// Single prunings, comparisons of methods and the runner of experiments share this value.
public struct PruningOptions: Hashable, Codable, Sendable {
  /// The sparsity schedule over the rounds.
  public var schedule: Schedule.Kind?
  /// The number of pruning rounds, at least 1.
  public var rounds: Int?
  /// The compensation (reconstruction) for pruned neurons.
  public var compensation: Compensation?
  /// The recovery after each round.
  public var recovery: Recovery.Kind?
  /// Training epochs of each recovery.
  public var epochs: Int?
  /// The ranking scope of the scores: per layer or global.
  public var scope: Scope?
  /// The normalisation of the scores of each layer.
  public var normalization: Normalization?
  /// The width of each pruned layer is a multiple of this.
  public var multiple: Int?
  /// The weight of the knowledge-distillation loss, 0 to 1, with the network before pruning as the
  /// teacher; `nil` trains on labels only.
  public var distillation: Double?
  /// The number of training rows for scores; `nil` is the method's default, fewer for an expensive
  /// network.
  public var scoreRows: Int?
  /// The hyperparameters that only one method has, by their names in
  /// `PruningMethod.ownHyperparameters`.
  public var hyperparameters: [String: Double]?

  /// All defaults.
  public init() {}

  /// A method with its own hyperparameters set; those of other methods are ignored.
  ///
  /// `name`: the method's name in the catalogue, by default `pruningCatalog`.
  /// - Throws: `UnknownName`; `PruningError.hyperparameter` for a value out of range.
  public func method(
    named name: String, in catalog: Catalog<any PruningMethod.Type> = pruningCatalog
  ) throws -> any PruningMethod {
    var method = try catalog.type(named: name).init()
    try method.set(hyperparameters ?? [:])
    return method
  }

  /// The recipe of a method, with these options in place of its defaults.
  public func recipe(of method: any PruningMethod) -> Recipe {
    var recipe = method.recipe
    if schedule != nil || rounds != nil {
      let own = recipe.schedule
      let kind = schedule ?? (own.kind == .oneShot ? .linear : own.kind)
      recipe.schedule = Schedule(kind, rounds: rounds ?? (own.rounds > 1 ? own.rounds : 5))
    }
    if let compensation { recipe.compensation = compensation }
    if let scope { recipe.scope = scope }
    if let multiple { recipe.multiple = multiple }
    if let normalization { recipe.normalization = normalization }
    recipe.recovery = Recovery(
      recovery ?? recipe.recovery.kind, epochs: epochs ?? max(recipe.recovery.epochs, 1))
    return recipe
  }

  /// Sets the rows for scores and the teacher of a pruning of `network`.
  public func apply(to context: inout PruningContext, pruning network: Network) {
    context.scoreRows = scoreRows
    context.teacher = distillation.map { Teacher(network, share: Float($0)) }
  }
}
