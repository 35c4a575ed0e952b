import Datasets
import Explanations
import Foundation
import Networks

/// A network that was trained and not yet pruned.
public struct TrainingOutcome: Sendable {
  /// As trained, with the encoding that it reads rows by.
  public var model: Model
  /// What was reached, in sentences.
  public var summary: [String]
  /// Against the labels, on held-out rows.
  public var accuracy: Proportion
  /// The rows that the written file is to answer as the model does, at most 10,000.
  public var readBackRows: Table
}

extension Experiment {
  /// Trains only; a network that is given goes on learning.
  /// - Throws: the errors of reading and training; `Interrupted` where `control` says so.
  public func trainModel(
    control: RunControl = RunControl(), checkpoint folder: URL? = nil, resume: Bool = false
  ) throws -> TrainingOutcome {
    try validate()
    control.report(.stage(name: "reading", detail: data))
    let rows = try Preparation(self)
    rows.loaded.remarks.forEach { control.report(.note($0)) }
    idleOptions(isNumeric: rows.training.schema.target.isNumeric, tunes: true)
      .forEach { control.report(.note($0)) }
    if !resume, let folder { try? FileManager.default.removeItem(at: folder) }
    let checkpoint = Checkpoint(
      folder: folder, experiment: self, version: espalierVersion, data: rows.loaded.sha256,
      control: control)
    let start = try StartingNetwork(
      self, rows, tunes: true, checkpoint: checkpoint, control: control)
    let answers = start.model.classify(rows.heldOut)
    let accuracy = Proportion(agreementOf: answers, and: rows.heldOut.labels)
    let network = start.model.network
    return TrainingOutcome(
      model: start.model,
      summary: [
        "\(start.model.encoding.width) inputs, "
          + network.architecture.outline
          + ": \(network.parameterCount) parameters, \(start.epochs) epochs",
        "right on \(accuracy.count) of \(accuracy.total) held-out rows (\(rows.heldOutFrom))",
      ], accuracy: accuracy, readBackRows: rows.readBackRows)
  }

  /// What a run would do, without doing it: what `--dry-run` prints.
  /// - Throws: the errors of reading.
  public func plan() throws -> [String] {
    try validate()
    let rows = try Preparation(self)
    let schema = rows.training.schema
    let encoding = Encoding(fitting: rows.training)
    let defaults = try Defaults(
      network, extractor: extractor, training: rows.training, inputs: encoding.width)
    let outputs = schema.target.isNumeric ? 1 : schema.classes.count
    var lines = [
      "data: \(rows.loaded.name), \(rows.loaded.rowsRead) rows, \(schema.features.count) columns, "
        + "target '\(schema.target.name)'",
      "rows: \(rows.training.count) to train on, \(rows.validation.count) to validate, "
        + "\(rows.heldOut.count) held out (\(rows.heldOutFrom))",
    ]
    for dropped in rows.loaded.dropped {
      lines.append("dropped: \(dropped.count) rows, \(dropped.reason)")
    }
    lines += rows.loaded.remarks.map { "note: \($0)" }
    if let model {
      lines.append("network: \(model)")
      let imported = try ImportedModel(
        URL(fileURLWithPath: model), options: network, table: rows.training)
      lines += imported.notes.map { "note: \($0)" }
      lines += imported.warnings.map { "warning: \($0.text)" }
    } else {
      let shape = try defaults.admitted(
        inputs: encoding.width, outputs: outputs, rows: rows.training.count
      ).outline
      lines.append("network: \(encoding.width) inputs, " + shape)
      lines.append(
        "training: at most \(defaults.trainer.epochs) epochs, batch \(defaults.trainer.batch), "
          + "learning rate \(shortest(defaults.trainer.learningRate)), seed \(seed)")
    }
    lines.append(
      "rules: over \(level.rawValue), of the \(explainsOriginal ? "original" : "pruned") network")
    return lines
  }
}

extension Architecture {
  /// The layers in one line; of a deep network the first and the last.
  var outline: String {
    let (layers, shown) = (summary, 24)
    guard layers.count > shown else { return layers.joined(separator: ", ") }
    let ends = (layers.prefix(shown / 2), layers.suffix(shown / 4))
    return (ends.0 + ["… \(layers.count - ends.0.count - ends.1.count) more …"] + ends.1)
      .joined(separator: ", ")
  }
}
