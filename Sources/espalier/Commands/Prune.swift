import ArgumentParser
import CompressedModels
import Experiments
import Foundation
import ModelFiles
import Pruning
import Reports
import Tensors

extension Schedule.Course: ExpressibleByArgument {}
extension Compensation: ExpressibleByArgument {}
extension Scope: ExpressibleByArgument {}
extension Normalization: ExpressibleByArgument {}

/// Prunes a network and writes what is left of it.
struct Prune: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prune a network, nothing more.",
    discussion: """
      Examples:
        espalier prune digits.onnx digits --keep 0.5 -o small.onnx
        espalier prune digits.onnx digits --method taylor --accuracy-drop 0.01 -o small.onnx
        espalier prune loans.onnx loans.csv --target approved --inputs 5 -o few.onnx
        espalier prune digits.onnx digits --widths dense-1=12,dense-2=8 -o narrow.onnx
        espalier prune net.onnx mnist --method deep-compression --keep 0.08 -o net.espalier

      Every pruned network is compared, masked and compacted, before it is written.
      """)

  @Argument(help: "An .onnx or .espalier file.")
  var model: String
  @OptionGroup var source: DataOptions
  @Option(name: .shortAndLong, help: "The .onnx or .espalier file to write.")
  var output: String
  @Option(help: "Also write a coded file, .espalier.")
  var coded: String?
  @OptionGroup(title: "Goal") var goal: GoalOptions
  @OptionGroup(title: "Method") var recipe: RecipeOptions
  @Option(help: "Also write what went, and why, as JSON.")
  var plan: String?
  @Option(
    help: "Also write what the loss of each layer costs: a .json file or a table in Markdown.")
  var sensitivity: String?
  @OptionGroup(title: "Run") var steps: RunOptions
  @OptionGroup(title: "Learning") var learning: LearningFlags
  @OptionGroup(title: "Messages") var console: ConsoleOptions

  mutating func validate() throws {
    if recipe.multiple != nil, goal.widths != nil {
      throw ValidationError(
        "--widths says how wide each layer is to be. Leave out --widths or --multiple")
    }
    if recipe.distill != nil, goal.inputs != nil {
      throw ValidationError(
        "--distill needs a network of the same inputs. Leave out --inputs or --distill")
    }
  }

  func run() throws {
    var settings = try steps.settings(for: source)
    settings.experiment.model = model
    learning.apply(to: &settings.experiment.network)
    let experiment = try recipe.applied(
      to: PruningExperiment(
        settings.experiment, method: recipe.method, goal: try goal.goal))
    var conflicts = OutputConflicts()
    conflicts.writes(plan, as: "--plan")
    conflicts.writes(sensitivity, as: "--sensitivity")
    conflicts.writes(coded, as: "--coded")
    conflicts.writes(output, as: "--output")
    conflicts.reads(settings.experiment, config: steps.config)
    try conflicts.check()
    if steps.dryRun {
      let lines =
        try settings.experiment.plan().filter { !$0.hasPrefix("rules: ") } + [
          "prune: \(recipe.method), \(experiment.goal.description)",
          "write the model to '\(output)'",
        ]
      return try StandardOutput.write(lines.map(visible).joined(separator: "\n") + "\n")
    }
    let checkpoint = OutputFolder(output)
    if !steps.resume { checkpoint.removeCheckpoint() }
    let files = OutputFiles(
      [plan, sensitivity, coded, output].compactMap { $0.map { OutputFile($0) } },
      checkpoint: checkpoint.checkpoint)
    try files.check(force: steps.force, resume: steps.resume)
    let progress = ProgressPrinter(console.progress, quiet: console.quiet)
    defer { progress.finish() }
    let outcome: PruningOutcome
    var layers: Sensitivity?
    do {
      let baseline = try PruningBaseline(settings.experiment, control: progress.control)
      if sensitivity != nil {
        layers = try experiment.sensitivity(on: baseline, control: progress.control)
      }
      outcome = try experiment.run(
        on: baseline, control: progress.control, checkpoint: checkpoint.checkpoint)
      for warning in outcome.result.warnings where !baseline.warnings.contains(warning) {
        progress.control.report(.warning(warning))
      }
    } catch let error where !(error is Interrupted) {
      checkpoint.removeCheckpoint()
      throw error
    }
    // Every model file is read back and asked before any file is written.
    let rows = outcome.readBackRows
    let modelData = try ModelFile.data(for: outcome.model, named: output, checkedOn: rows)
    let compressedData = try coded.map { _ in
      try ModelFile.data(
        for: outcome.model, named: "coded." + CompressedModel.fileExtension, checkedOn: rows)
    }
    progress.finish()
    var contents: [Data] = []
    if plan != nil { contents.append(try StandardOutput.json(outcome.plan)) }
    if let layers, let sensitivity {
      contents.append(
        sensitivity.hasSuffix(".json")
          ? try StandardOutput.json(layers) : Data(layers.markdown.utf8))
    }
    if let compressedData { contents.append(compressedData) }
    contents.append(modelData)
    try files.write(contents, force: steps.force, resume: steps.resume)
    checkpoint.removeCheckpoint()
    if console.json { try StandardOutput.writeJSON(outcome.result) }
    try console.summarise(
      (outcome.result.lines.map(visible) + ["The model: \(output)"]).joined(separator: "\n") + "\n")
  }
}

/// What a pruning is to reach: one of these.
struct GoalOptions: ParsableArguments {
  @Option(help: "The share of parameters that stays (default: 0.5).")
  var keep: Double?
  @Option(help: "Validation accuracy that may be lost, at 95 % confidence: 0.01 is one point.")
  var accuracyDrop: Double?
  @Option(help: "The share of multiplications that stays.")
  var multiplications: Double?
  @Option(help: "The share of the measured time for an answer that stays.")
  var latency: Double?
  @Option(help: "Parameters at most.")
  var parameters: Int?
  @Option(help: "Hidden neurons at most.")
  var neurons: Int?
  @Option(help: "Inputs of the network at most.")
  var inputs: Int?
  @Option(help: "Bytes of numbers at most.")
  var bytes: Int?
  @Option(
    help:
      "Neurons of layers at most: convolution-1=9,dense-1=25; flattening-1=65 numbers of a flattened image."
  )
  var widths: String?

  private func given() throws -> [Goal] {
    try [
      keep.map { .keep($0) }, accuracyDrop.map { .accuracyDrop($0) },
      multiplications.map { .multiplications($0) }, latency.map { .latency($0) },
      parameters.map { .parameters($0) }, neurons.map { .neurons($0) }, inputs.map { .inputs($0) },
      bytes.map { .bytes($0) }, widths.map { .widths(try [Width]($0)) },
    ].compactMap { $0 }
  }

  mutating func validate() throws {
    try check(.keep, keep)
    try check(.accuracyDrop, accuracyDrop)
    try check(.multiplications, multiplications)
    try check(.latency, latency)
    try check(.parameters, parameters)
    try check(.neurons, neurons)
    try check(.inputs, inputs)
    try check(.bytes, bytes)
    guard try given().count < 2 else {
      throw ValidationError("a pruning has one goal. Give one of --keep, --accuracy-drop and so on")
    }
  }

  var goal: Goal {
    get throws { try given().first ?? .keep(0.5) }
  }
}

extension [Width] {
  /// How wide layers may be, as it is written on the command line.
  /// - Throws: `ValidationError` where a part is no layer and number, or a layer is there twice.
  fileprivate init(_ text: String) throws {
    self = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      // A layer's name may have an equals sign; a number has none.
      guard let sign = part.lastIndex(of: "="), sign > part.startIndex,
        let count = Int(part[part.index(after: sign)...]), count > 0
      else {
        throw ValidationError(
          "--widths cannot read '\(part)'. Give a layer and how many of its neurons stay, at least 1: "
            + "dense-1=25")
      }
      let layer = String(part[..<sign])
      guard !contains(where: { $0.layer == layer }) else {
        throw ValidationError("--widths names '\(layer)' twice. Give each layer one width")
      }
      append(Width(of: layer, count))
    }
  }
}

/// How a network is pruned.
struct RecipeOptions: ParsableArguments {
  @Option(help: "See 'espalier list methods'.")
  var method = "neuron-magnitude"
  @Option(help: "How removals are spread over rounds (default: the method's own).")
  var schedule: Schedule.Course?
  @Option(help: "Rounds of removal.")
  var rounds: Int?
  @Option(help: "What makes up for neurons that go.")
  var compensation: Compensation?
  @Option(
    help:
      "What follows each round: fine-tune, fine-tune-budget, splice, rewind, scratch, scratch-budget, while-training, none."
  )
  var recovery: String?
  @Option(help: "Passes over the training rows in each recovery.")
  var epochs: Int?
  @Option(help: "The share of the loss that is the answers of the network before pruning.")
  var distill: Double?
  @Option(help: "Where the lowest scores are looked for.")
  var scope: Scope?
  @Option(help: "What is left of a layer that loses neurons is a multiple of this.")
  var multiple: Int?
  @Option(help: "How the scores of layers are made comparable.")
  var normalization: Normalization?
  @Option(help: "Training rows that scores look at (default: the method's own).")
  var scoreRows: Int?
  @Option(help: "For block-then-channel: what a block costs while it stays (default: 0.05).")
  var gatePrice: Double?

  mutating func validate() throws {
    try check(.rounds, rounds)
    try check(.multiple, multiple)
    try check(.scoreRows, scoreRows)
    try check(.distill, distill)
    try check(.fineTuningEpochs, epochs)
    try check(.gatePrice, gatePrice)
    if gatePrice != nil, method != BlockThenChannel.name {
      throw ValidationError(
        "--gate-price is for one method. Add --method \(BlockThenChannel.name)")
    }
  }

  /// - Throws: `UnknownName` where there is no such method or recovery.
  func applied(to experiment: PruningExperiment) throws -> PruningExperiment {
    var copy = experiment
    copy.schedule = schedule
    copy.rounds = rounds
    copy.compensation = compensation
    copy.recovery = recovery
    copy.epochs = epochs
    copy.scope = scope
    copy.normalization = normalization
    copy.multiple = multiple
    copy.distillation = distill
    copy.scoreRows = scoreRows
    copy.gatePrice = gatePrice
    _ = try copy.recipe(of: copy.prunes())
    return copy
  }
}
