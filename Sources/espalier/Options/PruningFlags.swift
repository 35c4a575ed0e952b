import ArgumentParser
import Experiments
import Pruning

extension Schedule.Kind: ExpressibleByArgument {}
extension Recovery.Kind: ExpressibleByArgument {}
extension Compensation: ExpressibleByArgument {}
extension Scope: ExpressibleByArgument {}
extension Normalization: ExpressibleByArgument {}

/// The hyperparameters of a pruning; where an option is not given, the method's own default.
struct PruningFlags: ParsableArguments {
  @Option(help: "Pruning schedule over the rounds (default: the method's own).")
  var schedule: Schedule.Kind?
  @Option(help: "Number of pruning rounds.")
  var rounds: Int?
  @Option(help: "Compensation for pruned neurons (default: the method's own).")
  var compensation: Compensation?
  @Option(help: "Recovery after each pruning round (default: the method's own).")
  var recovery: Recovery.Kind?
  @Option(help: "Training epochs of each recovery (default: the method's own).")
  var recoveryEpochs: Int?
  @Option(
    help: "Knowledge distillation: weight of the unpruned network's outputs in the loss, 0 to 1.")
  var distill: Double?
  @Option(help: "Ranking scope of the importance scores.")
  var scope: Scope?
  @Option(help: "Keep the width of each pruned layer a multiple of this.")
  var multiple: Int?
  @Option(help: "Normalisation of importance scores across layers.")
  var normalization: Normalization?
  @Option(help: "Number of training rows for importance scores (default: the method's own).")
  var scoreRows: Int?
  @Option(help: "Gate penalty per block, for block-then-channel only (default: 0.05).")
  var gatePrice: Double?

  mutating func validate() throws {
    try check(.rounds, rounds)
    try check(.multiple, multiple)
    try check(.scoreRows, scoreRows)
    try check(.distill, distill)
    try check(.recoveryEpochs, recoveryEpochs)
    try check(.gatePrice, gatePrice)
  }

  var options: PruningOptions {
    var options = PruningOptions()
    options.schedule = schedule
    options.rounds = rounds
    options.compensation = compensation
    options.recovery = recovery
    options.epochs = recoveryEpochs
    options.distillation = distill
    options.scope = scope
    options.multiple = multiple
    options.normalization = normalization
    options.scoreRows = scoreRows
    options.hyperparameters = gatePrice.map { ["gatePrice": $0] }
    return options
  }

  /// `option`: the option that names the methods.
  /// - Throws: `ValidationError` for a hyperparameter that none of the methods has.
  func checkHyperparameters(of methods: [String], option: String) throws {
    if gatePrice != nil, !methods.contains(BlockThenChannel.name) {
      throw ValidationError(
        "--gate-price applies to one method only. Add \(option) \(BlockThenChannel.name)")
    }
  }
}
