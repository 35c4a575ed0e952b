import ArgumentParser
import Experiments
import Explanations
import Foundation
import Tensors

extension Experiment.ExplainedNetwork: ExpressibleByArgument {}

/// The level of the rules that are measured; `all` reports every level and measures the rules over
/// inputs.
enum RulesChoice: String, CaseIterable, ExpressibleByArgument {
  case inputs, features, described, all

  /// The level of the rules that are measured.
  var level: RuleLevel {
    switch self {
    case .inputs, .all: .inputs
    case .features: .features
    case .described: .described
    }
  }
}

/// The data set and its columns.
struct DataOptions: ParsableArguments {
  @Argument(help: "A data set's name, a file, '-' or a folder.")
  var data: String
  @Option(help: "The target column (default: the last).")
  var target: String?
  @Option(help: "A column to exclude; may be repeated.")
  var ignore: [String] = []
  @OptionGroup(title: "Table") var table: TableFlags
}

/// The options of a run that are not about the data.
struct RunOptions: ParsableArguments {
  @Option(help: "Held-out set: a data file, or a fraction of the rows (default: 0.2).")
  var heldOut: String?
  @Option(help: "Random seed (default: 42).")
  var seed: UInt64?
  @Option(help: "Number of threads (default: one per core); it does not change the result.")
  var threads: Int?
  @Option(help: "A JSON settings file; options override it.")
  var config: String?
  @Flag(help: "Resume an interrupted run.")
  var resume = false
  @Flag(help: "Overwrite an existing regular file or espalier report.")
  var force = false
  @Flag(help: "Print the plan of the run and exit.")
  var dryRun = false

  mutating func validate() throws {
    try check(.threads, threads)
    if let heldOut { try check(.heldOut, Double(heldOut)) }
  }

  /// The settings of the file, if one is given, overridden by these options.
  func settings(for data: DataOptions) throws -> SettingsFile {
    var settings = try SettingsFile(path: config, data: data.data)
    if let target = data.target { settings.experiment.target = target }
    if !data.ignore.isEmpty { settings.experiment.ignore = data.ignore }
    data.table.apply(to: &settings.experiment)
    if let seed { settings.experiment.seed = seed }
    if let heldOut { settings.experiment.heldOut = Experiment.HeldOut(heldOut) }
    if let threads { settings.threads = threads }
    if let threads = settings.threads { Workers.threads = MemoryGuard.threads(threads) }
    return settings
  }
}

/// The rule extractor and the required size and fidelity of the rules.
struct RuleOptions: ParsableArguments {
  @Option(help: "The rule extractor; see 'espalier list extractors'.")
  var extractor: String?
  @Option(
    help: """
      Conditions on inputs, on hidden features, or on scores (described); all reports every kind \
      (default: all; no scores for images or more than 12 classes).
      """
  )
  var rules: RulesChoice?
  @Option(help: "Maximum number of terms of a score in described rules (default: 5).")
  var maxTerms: Int?
  @Option(help: "Maximum absolute weight of a term of a score (default: 5).")
  var maxWeight: Int?
  @Option(help: "Maximum number of rules; exit code 2 if more are needed.")
  var maxRules: Int?
  @Option(help: "Minimum held-out fidelity, 0 to 1; exit code 2 if it is not reached.")
  var minFidelity: Double?
  @Flag(
    inversion: .prefixedNo, exclusivity: .exclusive,
    help: """
      Replace the hidden features of the trained network by scores with integer weights (default: if \
      that costs at most one point of validation accuracy).
      """
  )
  var readable: Bool?
  @Option(
    help: """
      Extract again with this number of other seeds and of bootstrap samples, and once from shuffled \
      labels, and report how much the rules change (default: 0).
      """
  )
  var stability: Int?
  @Option(
    help: """
      Repeat 5-fold cross-validation of network and rules this number of times (default: 2, of the \
      network alone, for fewer than 1,000 rows).
      """
  )
  var crossValidation: Int?
  @Option(help: "Maximum number of hidden features after pruning.")
  var maxNeurons: Int?
  @Option(help: "Maximum number of input columns after pruning.")
  var maxInputs: Int?
  @Option(help: "The network that the rules approximate (default: pruned; original with --model).")
  var explain: Experiment.ExplainedNetwork?

  mutating func validate() throws {
    try check(.maxRules, maxRules)
    try check(.maxTerms, maxTerms)
    try check(.maxWeight, maxWeight)
    try check(.minFidelity, minFidelity)
    try check(.stability, stability)
    try check(.crossValidation, crossValidation)
    try check(.maxNeurons, maxNeurons)
    try check(.maxInputs, maxInputs)
  }

  /// Overrides the settings that were given as options.
  func apply(to experiment: inout Experiment) {
    if let extractor { experiment.extractor = extractor }
    if let rules {
      experiment.level = rules.level
      experiment.describes = rules == .all
    }
    if let maxTerms { experiment.maxTerms = maxTerms }
    if let maxWeight { experiment.maxWeight = maxWeight }
    if let maxRules { experiment.maxRules = maxRules }
    if let readable { experiment.readable = readable }
    if let stability { experiment.stability = stability }
    if let crossValidation { experiment.crossValidation = crossValidation }
    if let minFidelity { experiment.minFidelity = minFidelity }
    if let maxNeurons { experiment.maxNeurons = maxNeurons }
    if let maxInputs { experiment.maxInputs = maxInputs }
    if let explain { experiment.explain = explain }
  }
}
