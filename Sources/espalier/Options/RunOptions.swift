import ArgumentParser
import Experiments
import Explanations
import Foundation
import Tensors

extension Experiment.ExplainedNetwork: ExpressibleByArgument {}

/// Which rules are spoken of; `all` reports every kind and speaks of those over inputs.
enum RulesChoice: String, CaseIterable, ExpressibleByArgument {
  case inputs, features, all
}

/// What data are read, and which rows are kept apart.
struct DataOptions: ParsableArguments {
  @Argument(help: "A data set's name, a file, '-' or a folder.")
  var data: String
  @Option(help: "The column to answer (default: the last).")
  var target: String?
  @Option(help: "A column to leave out; may be repeated.")
  var ignore: [String] = []
  @OptionGroup(title: "Table") var table: TableFlags
}

/// What decides a run, beside the data.
struct RunOptions: ParsableArguments {
  @Option(help: "Rows of their own, or a fraction (default: 0.2), that nothing is fitted to.")
  var heldOut: String?
  @Option(help: "The source of all chance (default: 42).")
  var seed: UInt64?
  @Option(help: "Cores to use (default: all); the result is the same with any number.")
  var threads: Int?
  @Option(help: "A file of settings; options win over it.")
  var config: String?
  @Flag(help: "Go on with an interrupted run.")
  var resume = false
  @Flag(help: "Replace a regular file, or a report of espalier; nothing else ever is.")
  var force = false
  @Flag(help: "Say what would be done, and stop.")
  var dryRun = false

  mutating func validate() throws {
    try check(.threads, threads)
    if let heldOut { try check(.heldOut, Double(heldOut)) }
  }

  /// The settings of the file, if one is given, with what these options say of them.
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

/// What rules are wanted, and how good they must be.
struct RuleOptions: ParsableArguments {
  @Option(help: "How rules are found; see 'espalier list extractors'.")
  var extractor: String?
  @Option(help: "What the rules that are measured and exported speak of (default: all).")
  var rules: RulesChoice?
  @Option(help: "Rules at most; exit code 2 where more are needed.")
  var maxRules: Int?
  @Option(help: "Held-out fidelity at least, from 0 to 1; exit code 2 where it is not reached.")
  var minFidelity: Double?
  @Option(help: "Hidden features at most after pruning.")
  var maxNeurons: Int?
  @Option(help: "Columns at most after pruning.")
  var maxInputs: Int?
  @Option(help: "The network that the rules imitate (default: pruned; original with --model).")
  var explain: Experiment.ExplainedNetwork?

  mutating func validate() throws {
    try check(.maxRules, maxRules)
    try check(.minFidelity, minFidelity)
    try check(.maxNeurons, maxNeurons)
    try check(.maxInputs, maxInputs)
  }

  /// Sets what was given; the rest stays as it is.
  func apply(to experiment: inout Experiment) {
    if let extractor { experiment.extractor = extractor }
    if let rules { experiment.level = rules == .features ? .features : .inputs }
    if let maxRules { experiment.maxRules = maxRules }
    if let minFidelity { experiment.minFidelity = minFidelity }
    if let maxNeurons { experiment.maxNeurons = maxNeurons }
    if let maxInputs { experiment.maxInputs = maxInputs }
    if let explain { experiment.explain = explain }
  }
}
