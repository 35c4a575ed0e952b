import ArgumentParser
import CompressedModels
import Datasets
import Experiments
import Foundation
import ModelFiles
import Naming
import Networks
import Pruning
import Reports
import Tensors

/// Prunes a network and writes the pruned network.
struct Prune: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prune a network.",
    discussion: """
      Examples:
        espalier prune digits.onnx digits --keep 0.5 -o small.onnx
        espalier prune digits.onnx digits --method taylor --accuracy-drop 0.01 -o small.onnx
        espalier prune loans.onnx loans.csv --target approved --inputs 5 -o few.onnx
        espalier prune digits.onnx digits --widths dense-1=12,dense-2=8 -o narrow.onnx
        espalier prune net.onnx mnist --method deep-compression --keep 0.08 -o net.espalier

      Before a pruned network is written, its masked and its compacted forms are compared.
      """)

  @Argument(help: "An .onnx or .espalier file.")
  var model: String
  @OptionGroup var source: DataOptions
  @Option(name: .shortAndLong, help: "The .onnx or .espalier file to write.")
  var output: String
  @Option(name: .customLong("coded"), help: "Also write a compressed model, .espalier.")
  var compressed: String?
  @OptionGroup(title: "Goal") var goal: GoalOptions
  @Option(help: "The pruning method; see 'espalier list methods'.")
  var method = NeuronMagnitude.name
  @Option(help: "Training epochs of each recovery, as --recovery-epochs.")
  var epochs: Int?
  @OptionGroup(title: "Pruning") var pruning: PruningFlags
  @Option(help: "Also write the pruning plan, with the reason of each step, as JSON.")
  var plan: String?
  @Flag(
    help: """
      Write a network that takes unscaled rows and gives the class name, instead of one with the inputs \
      and outputs of the given ONNX file.
      """)
  var rawRows = false
  @Option(
    help: "Also write a sensitivity analysis of the layers, as .json, .html or a Markdown table.")
  var sensitivity: String?
  @OptionGroup(title: "Run") var steps: RunOptions
  @OptionGroup(title: "Training") var learning: LearningFlags
  @OptionGroup(title: "Console output") var console: ConsoleOptions

  mutating func validate() throws {
    try check(.fineTuningEpochs, epochs)
    if let epochs, let other = pruning.recoveryEpochs, epochs != other {
      throw ValidationError(
        "--epochs and --recovery-epochs are the same setting. Leave out one of them")
    }
    try pruning.checkHyperparameters(of: [method], option: "--method")
    if pruning.multiple != nil, goal.widths != nil {
      throw ValidationError(
        "--widths already sets the width of each layer. Leave out --widths or --multiple")
    }
    if pruning.distill != nil, goal.inputs != nil {
      throw ValidationError(
        "--distill needs both networks to have the same inputs. Leave out --inputs or --distill")
    }
  }

  func run() throws {
    var settings = try steps.settings(for: source)
    settings.experiment.model = model
    learning.apply(to: &settings.experiment.network)
    var options = pruning.options
    if let epochs { options.epochs = epochs }
    _ = try pruningCatalog.type(named: method)
    let experiment = PruningExperiment(
      settings.experiment, method: method, goal: try goal.goal, options: options)
    var conflicts = OutputConflicts()
    conflicts.writes(plan, as: "--plan")
    conflicts.writes(sensitivity, as: "--sensitivity")
    conflicts.writes(compressed, as: "--coded")
    conflicts.writes(output, as: "--output")
    conflicts.reads(settings.experiment, config: steps.config)
    try conflicts.check()
    if steps.dryRun {
      let lines =
        try settings.experiment.plan(includesRules: false, selects: false, names: .options)
        + experiment.idleSettings().map { "note: \($0.note)" } + [
          "prune: \(method), \(experiment.goal.description)",
          "write the model to '\(output)'",
        ]
      return try console.write(plan: lines)
    }
    let checkpoint = OutputFolder(output)
    if !steps.resume { checkpoint.removeCheckpoint() }
    let files = OutputFiles(
      [plan, sensitivity, compressed, output].compactMap { $0.map { OutputFile($0) } },
      checkpoint: checkpoint.checkpoint)
    try files.check(force: steps.force, resume: steps.resume)
    let progress = ProgressPrinter(console.progress, quiet: console.quiet)
    defer { progress.finish() }
    var outcome: PruningOutcome
    var replacement: Data?
    var layers: Sensitivity?
    do {
      let baseline = try PruningBaseline(settings.experiment, control: progress.control)
      if sensitivity != nil {
        layers = try experiment.sensitivity(on: baseline, control: progress.control)
      }
      outcome = try experiment.run(
        on: baseline, control: progress.control, checkpoint: checkpoint.checkpoint)
      if !rawRows, !output.hasSuffix("." + CompressedModel.fileExtension) {
        replacement = try self.replacement(
          by: outcome, of: baseline, settings.experiment.network, progress)
        if let replacement, let size = try? Data(contentsOf: URL(fileURLWithPath: model)).count {
          outcome.result.setFileBytes(before: size, after: replacement.count)
        }
      }
      for warning in outcome.result.warnings where !baseline.warnings.contains(warning) {
        progress.control.report(.warning(warning))
      }
    } catch let error where !(error is Interrupted) {
      checkpoint.removeCheckpoint()
      throw error
    }
    // Every model file is read back and its predictions compared before any file is written.
    let rows = outcome.readBackRows
    let modelData =
      try replacement ?? ModelFile.data(for: outcome.model, named: output, checkedOn: rows)
    let compressedData = try compressed.map { _ in
      try ModelFile.data(
        for: outcome.model, named: "coded." + CompressedModel.fileExtension, checkedOn: rows)
    }
    progress.finish()
    var contents: [Data] = []
    if plan != nil { contents.append(try StandardOutput.json(outcome.plan)) }
    if let layers, let sensitivity {
      let document = layers.document(
        of: model, origin: "espalier \(espalierVersion)",
        isNumeric: outcome.model.schema.target.isNumeric)
      contents.append(
        sensitivity.hasSuffix(".json")
          ? try StandardOutput.json(layers) : Data(try document.text(for: sensitivity).utf8))
    }
    if let compressedData { contents.append(compressedData) }
    contents.append(modelData)
    try files.write(contents, force: steps.force, resume: steps.resume)
    checkpoint.removeCheckpoint()
    if console.json { try StandardOutput.writeJSON(outcome.result) }
    try console.summarise(
      outcome.result.document.plain + "The model: \(output)"
        + (replacement == nil ? "" : ", with the inputs and outputs of \(model)") + "\n")
  }

  /// The pruned network with the inputs and outputs of the given file; `nil` for one of this program, and
  /// with a note if they cannot be kept.
  private func replacement(
    by outcome: PruningOutcome, of baseline: PruningBaseline, _ options: NetworkOptions,
    _ progress: ProgressPrinter
  ) throws -> Data? {
    do {
      return try baseline.replacement(
        of: URL(fileURLWithPath: model), by: outcome, named: output, options)
    } catch let problem as InterfaceProblem {
      progress.control.report(
        .note(
          "\(output) takes unscaled rows and gives class names, unlike \(model): \(problem.text)"))
      return nil
    }
  }
}

/// The pruning target, exactly one of these options.
struct GoalOptions: ParsableArguments {
  @Option(help: "Fraction of parameters to keep (default: 0.5).")
  var keep: Double?
  @Option(
    help: """
      Maximum drop of validation accuracy, or of R² for a numeric target, at 95 % confidence; 0.01 is \
      one percentage point.
      """)
  var accuracyDrop: Double?
  @Option(
    name: .customLong("multiplications"),
    help: "Fraction of multiply-accumulate operations (MACs) per sample to keep.")
  var macs: Double?
  @Option(help: "Fraction of the measured inference latency to keep.")
  var latency: Double?
  @Option(help: "Maximum number of parameters.")
  var parameters: Int?
  @Option(help: "Maximum number of hidden neurons.")
  var neurons: Int?
  @Option(help: "Maximum number of network inputs.")
  var inputs: Int?
  @Option(help: "Maximum weight bytes (bytes of the parameters).")
  var bytes: Int?
  @Option(
    help:
      "Maximum width per layer: convolution-1=9,dense-1=25; flattening-1=65 is in flattened units."
  )
  var widths: String?

  private func given() throws -> [Goal] {
    try [
      keep.map { .keep($0) }, accuracyDrop.map { .accuracyDrop($0) },
      macs.map { .macs($0) }, latency.map { .latency($0) },
      parameters.map { .parameters($0) }, neurons.map { .neurons($0) }, inputs.map { .inputs($0) },
      bytes.map { .bytes($0) }, widths.map { .widths(try [Width]($0)) },
    ].compactMap { $0 }
  }

  mutating func validate() throws {
    try check(.keep, keep)
    try check(.accuracyDrop, accuracyDrop)
    try check(.macs, macs)
    try check(.latency, latency)
    try check(.parameters, parameters)
    try check(.neurons, neurons)
    try check(.inputs, inputs)
    try check(.bytes, bytes)
    guard try given().count < 2 else {
      throw ValidationError(
        "only one pruning goal can be given. Give one of --keep, --accuracy-drop and so on")
    }
  }

  var goal: Goal {
    get throws { try given().first ?? .keep(0.5) }
  }
}

extension [Width] {
  /// Parses the layer widths of the command line.
  /// - Throws: `ValidationError` when an entry is not `layer=number` or a layer is repeated.
  fileprivate init(_ text: String) throws {
    self = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      // A layer's name may have an equals sign; a number has none.
      guard let sign = part.lastIndex(of: "="), sign > part.startIndex,
        let count = Int(part[part.index(after: sign)...]), count > 0
      else {
        throw ValidationError(
          "--widths cannot read '\(part)'. Give a layer and the number of neurons to keep, "
            + "at least 1: dense-1=25")
      }
      let layer = String(part[..<sign])
      guard !contains(where: { $0.layer == layer }) else {
        throw ValidationError("--widths names '\(layer)' twice. Give each layer one width")
      }
      append(Width(of: layer, count))
    }
  }
}
