import Datasets
import Explanations
import Foundation
import Networks
import Reports

/// The result of training without pruning.
public struct TrainingOutcome: Sendable {
  /// The trained network with its encoding.
  public var model: Model
  /// Size and accuracy, in sentences.
  public var summary: [String]
  /// Accuracy on the held-out set; for a numeric target, of the intervals.
  public var accuracy: Proportion
  /// The accuracy of always predicting the most frequent class of the held-out set.
  public var majority: Proportion
  /// The errors on the held-out set, for a numeric target.
  public var regression: RegressionFigures?
  /// What is doubtful about the network.
  public var warnings: [Warning]
  /// The rows on which the written file is verified, at most 10,000.
  public var readBackRows: Table
}

extension Experiment {
  /// Trains a network, or fine-tunes a given one, without pruning.
  /// - Throws: the errors of reading and training; `Interrupted` if `control` requests it.
  public func trainModel(
    control: RunControl = RunControl(), checkpoint folder: URL? = nil, resume: Bool = false
  ) throws -> TrainingOutcome {
    try validate()
    control.report(.stage(name: "reading", detail: data))
    let rows = try Preparation(self)
    rows.remarks.forEach { control.report(.note($0)) }
    idleSettings(of: rows.training.schema, tunes: true)
      .forEach { control.report(.idle($0)) }
    if !resume, let folder { try? FileManager.default.removeItem(at: folder) }
    let checkpoint = Checkpoint(
      folder: folder, experiment: self, version: espalierVersion, data: rows.loaded.sha256,
      control: control)
    let start = try StartingNetwork(
      self, rows, tunes: true, checkpoint: checkpoint, control: control)
    let evaluation = Evaluation(of: start.model, on: rows.heldOut)
    let known = [rows.training, rows.validation, rows.heldOut]
    let warnings =
      rows.warnings + Warning.network(evaluation)
      + Warning.notPredicted(
        labels: known.flatMap(\.labels), predictions: known.flatMap(start.model.classify),
        classes: start.model.schema.classes, "the network")
    warnings.forEach { control.report(.warning($0)) }
    let network = start.model.network
    return TrainingOutcome(
      model: start.model,
      summary: [
        "\(start.model.encoding.width) inputs, "
          + network.architecture.outline
          + ": \(network.parameterCount) parameters, \(counted(start.epochs, "epoch"))",
        Self.sentence(evaluation, rows),
      ] + (start.selection.map { ["chosen: \($0.sentence)"] } ?? []),
      accuracy: evaluation.accuracy, majority: evaluation.majority.accuracy,
      regression: evaluation.regression, warnings: warnings, readBackRows: rows.readBackRows)
  }

  /// The figures of a trained network on the held-out rows, in one sentence.
  private static func sentence(_ evaluation: Evaluation, _ rows: Preparation) -> String {
    let heldOut = "\(evaluation.rows) held-out rows (\(rows.heldOutFrom))"
    guard let regression = evaluation.regression else {
      return "accuracy: \(evaluation.accuracy.count) of \(heldOut)"
    }
    let error = significant(regression.rootMeanSquaredError.value, digits: 4)
    let rSquared = regression.rSquared.map { "R² \(significant($0.value, digits: 4)), " } ?? ""
    return "\(rSquared)root mean squared error \(error) on \(heldOut); in the intervals of the "
      + "target, the predictions are correct on \(evaluation.accuracy.count) rows"
  }

  /// The plan of a run, without running it: the output of `--dry-run`.
  ///
  /// `includesRules`: whether rules are extracted, which the last line then says. Default `true`.
  /// `selects`: whether hyperparameters that are not given are chosen, as `explain` and `train` do.
  /// Default `true`.
  /// `tunes`: whether a given network is fine-tuned. Default `false`.
  /// `names`: the names of settings in warnings.
  /// `note`: the sentence about a setting without effect. Default: none.
  /// - Throws: the errors of reading.
  public func plan(
    includesRules: Bool = true, selects: Bool = true, tunes: Bool = false,
    names: SettingNames = .properties, note: ((IdleSetting) -> String)? = nil
  ) throws -> [String] {
    try validate()
    let rows = try Preparation(self)
    let schema = rows.training.schema
    if network.shift != nil, model == nil, schema.image == nil { throw PixelError.nothingToMove }
    let encoding = Encoding(fitting: rows.training)
    let defaults = try Defaults(
      network, training: rows.training, inputs: encoding.width)
    let outputs = schema.target.isNumeric ? 1 : schema.classes.count
    var lines = [
      "data: \(rows.loaded.name), \(rows.loaded.rowsRead) rows, \(schema.features.count) columns, "
        + "target '\(schema.target.name)'",
      "rows: \(rows.training.count) training, \(rows.validation.count) validation, "
        + "\(rows.heldOut.count) held-out (\(rows.heldOutFrom))",
    ]
    for dropped in rows.loaded.dropped {
      lines.append("dropped: \(dropped.count) rows, \(dropped.reason)")
    }
    lines += rows.remarks.map { "note: \($0)" }
    if let note {
      lines += idleSettings(of: schema, tunes: tunes).map { "note: \(note($0))" }
    }
    if let model {
      lines.append("network: \(model)")
      let imported = try ImportedModel(
        URL(fileURLWithPath: model), options: network, table: rows.training, names: names)
      lines += imported.notes.map { "note: \($0)" }
      lines += imported.warnings.map { "warning: \($0.text)" }
    } else {
      lines += try networkLines(
        defaults, training: rows.training, inputs: encoding.width, outputs: outputs,
        selects: selects)
      lines.append(
        "training: at most \(defaults.trainer.epochs) epochs, batch size \(defaults.trainer.batch), "
          + "learning rate \(shortest(defaults.trainer.learningRate)), seed \(seed)")
    }
    guard includesRules else { return lines }
    if let extractor { try checkExtractor(extractor) }
    var levels = ["inputs", "features"]
    if level == .described || describes(rows.training.schema) { levels.append("scores") }
    lines.append(
      "rules: over \(levels.joined(separator: ", ")), of the "
        + "\(explainsOriginal ? "original" : "pruned") network; first those over "
        + (level == .described ? "scores" : level.rawValue))
    return lines
  }
}

extension Experiment {
  /// The network, or each candidate for it, in a line.
  private func networkLines(
    _ defaults: Defaults, training: Table, inputs: Int, outputs: Int, selects: Bool
  ) throws -> [String] {
    let shape = try defaults.admitted(inputs: inputs, outputs: outputs, rows: training.count)
    let candidates =
      selects
      ? defaults.candidates(network, training: training, inputs: inputs, outputs: outputs) : []
    guard !candidates.isEmpty else { return ["network: \(inputs) inputs, \(shape.outline)"] }
    return candidates.enumerated().map { index, candidate in
      let other = defaults.with(hidden: candidate.hidden, weightDecay: candidate.weightDecay)
      return "network: \(inputs) inputs, "
        + other.architecture(inputs: inputs, outputs: outputs).outline
        + "; weight decay \(shortest(candidate.weightDecay)) "
        + "(candidate \(index + 1) of \(candidates.count))"
    }
  }
}

extension Architecture {
  /// The layers in one line; for more than 24 layers the first 12 and the last 6.
  var outline: String {
    let (layers, shown) = (summary, 24)
    guard layers.count > shown else { return layers.joined(separator: ", ") }
    let ends = (layers.prefix(shown / 2), layers.suffix(shown / 4))
    return (ends.0 + ["… \(layers.count - ends.0.count - ends.1.count) more …"] + ends.1)
      .joined(separator: ", ")
  }
}
