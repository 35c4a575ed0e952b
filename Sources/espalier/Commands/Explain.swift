import ArgumentParser
import Experiments
import Explanations
import Foundation
import Reports

/// Trains or loads a network, prunes it, extracts rules and writes a report folder.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train or load a network, prune it, and explain it with rules.",
    discussion: """
      Examples:
        espalier explain iris
        espalier explain loans.csv --target approved --output loans-report
        espalier explain loans.csv --model loans.onnx --min-fidelity 0.95
        espalier explain mushroom --max-rules 8 --json | jq .fidelity.heldOut
      """)

  @OptionGroup var source: DataOptions
  @Option(help: "An .onnx or .espalier file to explain; no network is trained.")
  var model: String?
  @Option(name: .shortAndLong, help: "The report folder (default: <name>-espalier).")
  var output: String?
  @OptionGroup var warnings: StrictOption
  @Flag(help: "Open the report in the desktop's browser.")
  var open = false
  @OptionGroup(title: "Rules") var rules: RuleOptions
  @OptionGroup(title: "Run") var steps: RunOptions
  @OptionGroup(title: "Network") var network: NetworkFlags
  @OptionGroup(title: "Pruning") var pruning: SimplificationFlags
  @OptionGroup(title: "Console output") var console: ConsoleOptions

  func run() throws {
    var settings = try steps.settings(for: source)
    if let model { settings.experiment.model = model }
    rules.apply(to: &settings.experiment)
    network.apply(to: &settings.experiment.network)
    pruning.apply(to: &settings.experiment.network)
    let name = output ?? settings.output ?? Self.folderName(for: source.data)
    let folder = OutputFolder(name)
    var conflicts = OutputConflicts()
    conflicts.writes(name, as: "--output")
    conflicts.reads(settings.experiment, config: steps.config)
    try conflicts.check()
    if steps.dryRun {
      let lines =
        try settings.experiment.plan(names: .options, note: \.note)
        + ["write the report to '\(name)'"]
      return try console.write(plan: lines)
    }
    let opening = try open ? Opening(for: name + "/report.html") : nil
    try folder.check(force: steps.force)
    var run: String?
    let outcome = try outcome(of: settings.experiment, in: folder) { identity in
      run = identity
      try folder.check(force: steps.force, run: identity)
    }
    try write(outcome, to: folder, run: run)
    folder.removeCheckpoint()
    if console.json, let file = outcome.files.first(where: { $0.name == "explanation.json" }) {
      try StandardOutput.write(file.data)
    }
    try console.summarise(
      ExplanationSummary(outcome.explanation, folder: name, data: source.data).text)
    var gates = outcome.gates
    gates += warnings.gates(outcome.explanation.warnings ?? [], quiet: console.quiet)
    try opening?.open(name + "/report.html")
    if !gates.isEmpty { throw CommandFailure.gates(gates) }
  }

  /// Writes the report; on failure the checkpoint is kept for `--resume`.
  private func write(_ outcome: RunOutcome, to folder: OutputFolder, run: String?) throws {
    Interruption.hold()
    do {
      try folder.write(outcome.files, force: steps.force, run: run)
    } catch let error as OutputError where folder.hasCheckpoint {
      throw CommandFailure(
        error.errorDescription ?? "the report cannot be written",
        hint: (error.isFullDisk ? "free some space" : "fix the cause")
          + ", then the same command with --resume continues the run",
        code: error.exitCode)
    }
  }

  /// Runs the experiment; keeps the checkpoint after an interruption or a write error only.
  private func outcome(
    of experiment: Experiment, in folder: OutputFolder, onRead: (String) throws -> Void
  ) throws -> RunOutcome {
    if !steps.resume { folder.removeCheckpoint() }
    let progress = ProgressPrinter(console.progress, quiet: console.quiet)
    defer { progress.finish() }
    do {
      return try experiment.run(
        control: progress.control, checkpoint: folder.checkpoint, resume: steps.resume,
        arguments: Self.decidingArguments(CommandLine.arguments), settings: steps.config,
        onRead: onRead)
    } catch let error where error is Interrupted || error is OutputError {
      throw error
    } catch {
      folder.removeCheckpoint()
      throw error
    }
  }

  /// The arguments that determine the result: without output paths, display options, threads and
  /// the folders of input files.
  static func decidingArguments(_ arguments: [String]) -> [String] {
    let alone: Set = ["--quiet", "--json", "--force", "--resume", "--strict", "--open"]
    let withValue: Set = ["--output", "-o", "--threads", "--progress", "--color", "--known"]
    var kept: [String] = []
    var skipsNext = false
    for argument in arguments.dropFirst() {
      defer { skipsNext = withValue.contains(argument) && !skipsNext }
      let name = argument.split(separator: "=", maxSplits: 1).first.map(String.init) ?? ""
      if skipsNext || alone.contains(argument) || withValue.contains(name) { continue }
      kept.append(withoutFolder(argument))
    }
    return kept
  }

  /// Rewrites `--model=nets/a.onnx` as `--model=a.onnx` if the file exists.
  private static func withoutFolder(_ argument: String) -> String {
    guard argument.contains("/") else { return argument }
    let parts = argument.hasPrefix("--") ? argument.split(separator: "=", maxSplits: 1) : []
    let path = parts.count == 2 ? String(parts[1]) : argument
    guard FileManager.default.fileExists(atPath: path) else { return argument }
    let name = URL(fileURLWithPath: path).lastPathComponent
    return parts.count == 2 ? "\(parts[0])=\(name)" : name
  }

  /// The default folder name: "iris-espalier" for iris, data/iris.csv.gz and folders named iris.
  static func folderName(for data: String) -> String {
    var name = data == "-" ? "stdin" : URL(fileURLWithPath: data).lastPathComponent
    for suffix in [".gz", ".csv", ".tsv", ".txt", ".data"] where name.hasSuffix(suffix) {
      name.removeLast(suffix.count)
    }
    return (name.isEmpty || name == "/" ? "data" : String(name.prefix(80))) + "-espalier"
  }
}

extension OutputConflicts {
  /// Adds the input files of an experiment.
  mutating func reads(_ experiment: Experiment, config: String?) {
    reads(experiment.data, as: "the data")
    reads(experiment.model, as: "the model")
    if case .rows(let source)? = experiment.heldOut { reads(source, as: "the held-out rows") }
    reads(config, as: "the settings")
  }
}
