import Datasets
import Explanations
import Foundation
import ModelFiles
import Naming
import Networks
import Pruning
import Reports
import Rules
import Tensors

/// The result of a run.
public struct RunOutcome: Sendable {
  /// The measured results, from which all reports are written.
  public var explanation: Explanation
  /// The files of the report folder.
  public var files: [(name: String, data: Data)]
  /// Failed thresholds (quality gates), one sentence each.
  public var gates: [String]
  /// Decisions about the data, in sentences.
  public var notes: [String]
}

extension Experiment {
  /// Runs the pipeline: read, train, prune, extract rules, measure, write.
  ///
  /// `checkpoint`: the checkpoint folder; `nil` stores nothing.
  /// `resume`: whether to resume from the checkpoints in that folder.
  /// `settings`: the settings file of the experiment, for the manifest.
  /// `onRead`: called after the data are read, with the run's identifier; an error it throws is
  /// rethrown.
  /// - Throws: the errors of the stages; `Interrupted` if `control` requests it.
  public func run(
    control: RunControl = RunControl(), checkpoint folder: URL? = nil, resume: Bool = false,
    arguments: [String] = [], settings: String? = nil,
    onRead: (_ run: String) throws -> Void = { _ in }
  ) throws -> RunOutcome {
    try validate()
    var clock = StageClock()
    if let extractor { try checkExtractor(extractor) }
    control.report(.stage(name: "reading", detail: data))
    let rows = try Preparation(self)
    rows.remarks.forEach { control.report(.note($0)) }
    clock.end("reading")
    try onRead(rows.identity(of: self))
    idleSettings(of: rows.training.schema, tunes: false)
      .forEach { control.report(.idle($0)) }
    if !resume, let folder { try? FileManager.default.removeItem(at: folder) }
    let checkpoint = Checkpoint(
      folder: folder, experiment: self, version: espalierVersion, data: rows.loaded.sha256,
      control: control)
    let (networks, predictions) = try trainedPredictions(
      on: rows, checkpoint: checkpoint, control: control, clock: &clock)
    try control.checkInterruption {}
    let usesOriginal = explainsOriginal && networks.original != networks.pruned
    let inputRules = try Extraction(
      self, level: .inputs, model: usesOriginal ? networks.original : networks.pruned,
      features: usesOriginal ? nil : predictions.features, predictions: predictions, rows: rows,
      control: control)
    try control.checkInterruption {}
    let featureRules = try predictions.features.map { features in
      try Extraction(
        self, level: .features, model: networks.pruned, features: features,
        explained: usesOriginal ? networks.original : nil, predictions: predictions, rows: rows,
        control: control)
    }
    try control.checkInterruption {}
    let describedRules = try described(
      featureRules, networks: networks, usesOriginal: usesOriginal, predictions: predictions,
      rows: rows,
      control: control)
    clock.end("extracting")
    let rules = chosen(inputRules, featureRules, describedRules)
    let explained = usesOriginal ? networks.original : networks.pruned
    let multiplicity = try rules.multiplicity(
      reading: explained, predictions: predictions, control: control)
    clock.end("counting")
    try control.checkInterruption {}
    let stability = try measuredStability(
      of: rules, explained: explained, features: usesOriginal ? nil : predictions.features,
      networks: networks, predictions: predictions, rows: rows, control: control)
    if stability != nil { clock.end("stability") }
    let crossValidation = try crossValidated(networks, rows: rows, control: control)
    if crossValidation != nil { clock.end("cross-validation") }

    control.report(.stage(name: "writing", detail: "the report"))
    let explanation = try Assembly(
      experiment: self, rows: rows, networks: networks, predictions: predictions,
      inputRules: inputRules, featureRules: featureRules, describedRules: describedRules,
      multiplicity: multiplicity, stability: stability, crossValidation: crossValidation,
      arguments: arguments, control: control
    ).explanation()
    for warning in (explanation.warnings ?? []) where !networks.warnings.contains(warning) {
      control.report(.warning(warning))
    }
    var files = try ReportFolder.files(
      for: explanation, network: .model(networks.pruned)
    ).map { (name: $0.name, data: $0.data) }
    let model = try ModelFile.data(
      for: networks.pruned, named: "model.onnx", checkedOn: rows.readBackRows)
    files.append((name: "model.onnx", data: model))
    if usesOriginal {
      let original = try ModelFile.data(
        for: networks.original, named: originalModelName, checkedOn: rows.readBackRows)
      files.append((name: originalModelName, data: original))
    }
    clock.end("writing")
    let manifest = Manifest(
      experiment: self, arguments: arguments, settings: settings, rows: rows, networks: networks,
      files: files, seconds: clock.seconds)
    files.append((name: "manifest.json", data: try manifest.data()))
    return RunOutcome(
      explanation: explanation, files: files, gates: failedGates(explanation),
      notes: rows.loaded.notes)
  }

  /// The described rules, if they are reported: those over the scores of a readable network, or those
  /// learned from the predictions where these agree with the network on more training and validation
  /// rows.
  private func described(
    _ featureRules: Extraction?, networks: TrainedNetworks, usesOriginal: Bool,
    predictions: RunPredictions,
    rows: Preparation, control: RunControl
  ) throws -> Extraction? {
    guard level == .described || describes(rows.training.schema) else { return nil }
    var direct: Extraction?
    if let readable = networks.readable, let featureRules, !usesOriginal,
      extractor == nil || level != .described
    {
      direct = try Extraction(
        describing: featureRules, of: readable, predictions: predictions, rows: rows,
        control: control)
      if level == .described, let limit = maxRules, direct?.rules.rules.count ?? 0 > limit {
        direct = nil
      }
    }
    let agreement = direct?.fittedAgreement(predictions, rows)
    if let agreement, agreement.count == agreement.total { return direct }
    let learned = try Extraction(
      self, level: .described, model: usesOriginal ? networks.original : networks.pruned,
      features: usesOriginal ? nil : predictions.features, predictions: predictions, rows: rows,
      control: control)
    let other = learned.fittedAgreement(predictions, rows)
    return agreement.map { $0.count >= other.count } ?? false ? direct : learned
  }

  /// The rules of `level`, or those over inputs if there are none.
  private func chosen(
    _ inputs: Extraction, _ features: Extraction?, _ described: Extraction?
  ) -> Extraction {
    switch level {
    case .inputs: inputs
    case .features: features ?? inputs
    case .described: described ?? inputs
    }
  }

  /// The stability of the rules; `nil` if it was not requested.
  private func measuredStability(
    of rules: Extraction, explained: Model, features: FeatureValues?, networks: TrainedNetworks,
    predictions: RunPredictions, rows: Preparation, control: RunControl
  ) throws -> Stability? {
    guard let count = stability, count > 0 else { return nil }
    control.report(
      .stage(name: "extracting", detail: "\(count) other seeds and bootstrap samples"))
    let overFeatures = rules.level == .features
    return try StabilityStudy(
      experiment: with(networks.selection), rows: rows, predictions: predictions, shown: rules,
      model: overFeatures ? networks.pruned : explained,
      features: overFeatures ? predictions.features : features, control: control
    ).result(count)
  }

  /// The cross-validation; `nil` if there is none.
  private func crossValidated(
    _ networks: TrainedNetworks, rows: Preparation, control: RunControl
  ) throws -> CrossValidation? {
    guard
      let repeats = CrossValidationStudy.repeats(
        self, rows: rows, network: networks.original.network, epochs: networks.epochs)
    else { return nil }
    control.report(
      .stage(
        name: "cross-validation", detail: "\(repeats) times \(CrossValidationStudy.folds) folds"))
    return try CrossValidationStudy(
      experiment: with(networks.selection), rows: rows,
      given: model == nil ? nil : networks.original,
      control: control
    ).result(repeats)
  }

  /// Trains and prunes a network and computes its predictions; the encoded rows, which only this
  /// needs, are freed on return.
  private func trainedPredictions(
    on rows: Preparation, checkpoint: Checkpoint, control: RunControl, clock: inout StageClock
  ) throws -> (TrainedNetworks, RunPredictions) {
    let start = try StartingNetwork(self, rows, checkpoint: checkpoint, control: control)
    var networks = try TrainedNetworks(self, from: start, checkpoint: checkpoint, control: control)
    try networks.makeReadable(self, from: start, on: rows, control: control)
    clock.end("training and pruning")
    try control.checkInterruption {}
    control.report(.stage(name: "extracting", detail: "rules over \(level.rawValue)"))
    return (
      networks,
      try RunPredictions(
        networks, from: start, explained: explainsOriginal ? networks.original : networks.pruned,
        heldOut: rows.heldOut, control: control)
    )
  }

  /// Whether the rules imitate the network before pruning.
  var explainsOriginal: Bool { (explain ?? (model == nil ? .pruned : .original)) == .original }

  /// - Throws: `UnknownName`, `ExtractorLevelError`.
  func checkExtractor(_ name: String) throws {
    let extractor = try extractorCatalog.type(named: name)
    guard extractor.levels.contains(level) else {
      throw ExtractorLevelError(
        extractor: name, level: level, possible: extractor.levels)
    }
  }

  private func failedGates(_ explanation: Explanation) -> [String] {
    var gates: [String] = []
    let fidelity = explanation.fidelity.heldOut
    if let minFidelity, fidelity.value < minFidelity {
      gates.append(
        "fidelity"
          // Another level has the headline.
          + (explanation.leads == nil ? " " : " of the rules \(explanation.level.words) ")
          + "\(fixed(fidelity.value, digits: 4)) is below the minimum of "
          + shortest(minFidelity))
    }
    if let maxRules, explanation.complexity.rules > maxRules {
      gates.append("\(explanation.complexity.rules) rules exceed the maximum of \(maxRules)")
    }
    if let maxNeurons, explanation.pruned.neurons > maxNeurons {
      gates.append(
        "\(explanation.pruned.neurons) hidden features exceed the maximum of \(maxNeurons)")
    }
    if let maxInputs, explanation.pruned.inputs > maxInputs {
      gates.append(
        "\(explanation.pruned.inputs) columns exceed the maximum of \(maxInputs)")
    }
    return gates
  }
}

/// An extractor does not support the requested rule level.
public struct ExtractorLevelError: LocalizedError, Hashable, Sendable {
  /// The extractor's name.
  public let extractor: String
  /// The requested rule level.
  public let level: RuleLevel
  /// The rule levels that the extractor supports.
  public let possible: [RuleLevel]

  /// The error of an extractor that supports the `possible` levels only.
  public init(extractor: String, level: RuleLevel, possible: [RuleLevel]) {
    self.extractor = extractor
    self.level = level
    self.possible = possible
  }

  /// The unsupported level.
  public var errorDescription: String? {
    "the extractor '\(extractor)' does not extract rules over \(level.rawValue)"
  }

  /// A supported level.
  public var recoverySuggestion: String? {
    possible.first.map { "extract rules over \($0.rawValue)" }
  }
}
