import ArgumentParser
import Datasets
import Experiments
import Naming
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
  @Option(
    name: .customLong("hyperparameter"),
    help: ArgumentHelp(
      "Hyperparameter that only the method has, such as denseBits=4; 'espalier list methods' has "
        + "their names. Can be given several times.", valueName: "name=value"))
  var hyperparameters: [MethodSetting] = []
  @Option(help: "Gate penalty per block, for block-then-channel only (default: 0.05).")
  var gatePrice: Double?

  /// `NAME=VALUE`: a hyperparameter of a pruning method.
  struct MethodSetting: ExpressibleByArgument {
    var name: String
    var value: Double

    init?(argument: String) {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, let value = Double(parts[1]), value.isFinite else {
        return nil
      }
      (name, self.value) = (String(parts[0]), value)
    }
  }

  /// The hyperparameter that has an option of its own.
  static let gatePenalty = (
    option: "--gate-price", name: "gatePrice",
    declaration: BlockThenChannel.declaredHyperparameters.first { $0.name == "gatePrice" }
  )

  mutating func validate() throws {
    try check(.rounds, rounds)
    try check(.multiple, multiple)
    try check(.scoreRows, scoreRows)
    try check(.distill, distill)
    try check(.recoveryEpochs, recoveryEpochs)
    if let gatePrice, let declared = Self.gatePenalty.declaration, !declared.allows(gatePrice) {
      throw ValidationError(
        "\(Self.gatePenalty.option) cannot be \(shortest(gatePrice)). Give \(declared.allowed)")
    }
    var given: Set<String> = gatePrice == nil ? [] : [Self.gatePenalty.name]
    for hyperparameter in hyperparameters where !given.insert(hyperparameter.name).inserted {
      throw ValidationError("\(hyperparameter.name) is given twice. Omit one of the two")
    }
    do {
      try options.validate()
    } catch {
      throw ValidationError("\(error.usage). Give \(error.allowed)")
    }
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
    var values = Dictionary(
      hyperparameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    values[Self.gatePenalty.name] = gatePrice ?? values[Self.gatePenalty.name]
    options.hyperparameters = values.isEmpty ? nil : values
    return options
  }

  /// `option`: the option that names the methods.
  /// - Throws: `ValidationError` for a hyperparameter that none of the methods has.
  func checkHyperparameters(of methods: [String], option: String) throws {
    if gatePrice != nil, !methods.contains(BlockThenChannel.name) {
      throw ValidationError(
        "--gate-price applies to one method only. Add \(option) \(BlockThenChannel.name)")
    }
    for hyperparameter in hyperparameters {
      let owners = pruningCatalog.types.filter { type in
        type.declaredHyperparameters.contains { $0.name == hyperparameter.name }
      }.map { $0.name }
      if owners.isEmpty {
        let known = pruningCatalog.types.flatMap { $0.declaredHyperparameters }.map(\.name)
        let error = UnknownName(
          hyperparameter.name, family: "hyperparameter", known: Set(known).sorted())
        throw ValidationError(
          [error.errorDescription, error.recoverySuggestion].compactMap(\.self).joined(
            separator: ". "))
      }
      if !owners.contains(where: methods.contains) {
        throw ValidationError(
          "\(hyperparameter.name) is no hyperparameter of "
            + methods.map { "'\($0)'" }.joined(separator: ", ")
            + ". Give \(option) \(owners.joined(separator: " or \(option) "))")
      }
    }
  }
}
