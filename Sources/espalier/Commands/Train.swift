import ArgumentParser
import Experiments
import Explanations
import Foundation
import ModelFiles
import Reports

/// Trains a network and writes it as a model file.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a network.",
    discussion: """
      Examples:
        espalier train digits -o digits.onnx
        espalier train loans.csv --target approved --hidden 32 -o loans.onnx
        espalier train june.csv --target approved --model loans.onnx -o loans-june.onnx
      """)

  @OptionGroup var source: DataOptions
  @Option(help: "An .onnx or .espalier file to fine-tune (default: newly initialised weights).")
  var model: String?
  @Option(name: .shortAndLong, help: "The .onnx or .espalier file to write.")
  var output: String
  @OptionGroup(title: "Run") var steps: RunOptions
  @OptionGroup(title: "Network") var network: NetworkFlags
  @OptionGroup var warnings: StrictOption
  @OptionGroup(title: "Console output") var console: ConsoleOptions

  func run() throws {
    var settings = try steps.settings(for: source)
    if let model { settings.experiment.model = model }
    network.apply(to: &settings.experiment.network)
    let file = OutputFile(output)
    var conflicts = OutputConflicts()
    conflicts.writes(output, as: "--output")
    conflicts.reads(settings.experiment, config: steps.config)
    try conflicts.check()
    if steps.dryRun {
      let lines =
        try settings.experiment.plan(
          includesRules: false, tunes: true, names: .options, note: \.note) + [
          "write the model to '\(output)'"
        ]
      return try console.write(plan: lines)
    }
    try file.check(force: steps.force)
    let checkpoint = OutputFolder(output)
    if !steps.resume { checkpoint.removeCheckpoint() }
    let progress = ProgressPrinter(console.progress, quiet: console.quiet)
    defer { progress.finish() }
    let outcome: TrainingOutcome
    do {
      outcome = try settings.experiment.trainModel(
        control: progress.control, checkpoint: checkpoint.checkpoint, resume: steps.resume)
    } catch let error where !(error is Interrupted) {
      checkpoint.removeCheckpoint()
      throw error
    }
    progress.finish()
    try file.write(
      ModelFile.data(for: outcome.model, named: output, checkedOn: outcome.readBackRows),
      force: steps.force)
    checkpoint.removeCheckpoint()
    if console.json {
      try StandardOutput.writeJSON(
        TrainResult(
          model: output, accuracy: outcome.accuracy, majorityBaseline: outcome.majority,
          regression: outcome.regression, summary: outcome.summary, warnings: outcome.warnings))
    }
    try console.summarise(
      (outcome.summary + ["The model: \(output)"]).joined(separator: "\n") + "\n")
    try warnings.check(outcome.warnings, quiet: console.quiet)
  }

  private struct TrainResult: Encodable {
    var model: String
    var accuracy: Proportion
    var majorityBaseline: Proportion
    /// For a numeric target.
    var regression: RegressionFigures?
    var summary: [String]
    var warnings: [Warning]
  }
}

extension JSONEncoder.NonConformingFloatEncodingStrategy {
  /// Numbers that JSON does not have, as texts.
  static let texts = Self.convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
}

extension StandardOutput {
  /// Writes a value as one JSON object with sorted keys.
  static func writeJSON(_ value: some Encodable) throws {
    try write(String(decoding: try json(value), as: UTF8.self))
  }

  /// A value as one JSON object with sorted keys and a final newline.
  static func json(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .texts
    return try encoder.encode(value) + Data("\n".utf8)
  }
}
