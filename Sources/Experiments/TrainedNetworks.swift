import Datasets
import Explanations
import Foundation
import ModelFiles
import Networks
import Pruning
import Tensors

/// The network of a run before and after pruning.
struct TrainedNetworks: Sendable {
  /// The trained or given network.
  var original: Model
  /// The pruned network, compacted; the readable network in its place, if there is one.
  var pruned: Model
  /// The readable network, whose hidden features are scores.
  var readable: ReadableNetwork?
  /// The pruning of hidden features and columns, with its history.
  var pruning: FeatureLayer.State
  /// The number of rows on which its steps are measured.
  var measuredRows: Int
  var check: EqualityCheck
  /// "training", or the file's name and SHA-256.
  var startedFrom: String
  var epochs: Int
  /// The choice of hyperparameters; `nil` if there was none.
  var selection: HyperparameterSelection?
  /// How a given network reads rows.
  var reading: GivenReading?
  /// Assumptions about the inputs of a given network.
  var notes: [String]
  /// Warnings that these assumptions may be wrong.
  var warnings: [Warning]

  /// Prunes a network; resumes from a checkpoint if there is one.
  init(
    _ experiment: Experiment, from start: StartingNetwork, checkpoint: Checkpoint,
    control: RunControl
  ) throws {
    original = start.model
    startedFrom = start.startedFrom
    epochs = start.epochs
    selection = start.selection
    (reading, notes, warnings) = (start.reading, start.notes, start.warnings)
    let trainable = start.trainable
    let node = trainable.featureNode
    var context = PruningContext(
      start, trainer: start.defaults.fineTuning, seed: experiment.seed)
    context.onStep = { try control.checkInterruption {} }
    var task = FeatureLayer.Task(
      network: trainable.network, node: node ?? .input, context: context)
    if experiment.explainsOriginal {
      task.unlabelled = try start.synthetic(experiment.seed, control)
    }
    let split = task.split
    if let split { try task.keep(split) }
    let prunes = experiment.network.prunes && task.canBePruned
    if experiment.network.prunes, !prunes {
      control.report(
        .note("nothing is pruned: the last layer is not a dense layer over hidden features"))
    }
    control.report(
      .stage(
        name: "pruning",
        detail: "\(node.map { trainable.network.neurons(of: $0).count } ?? 0) hidden features, "
          + "\(split == nil ? task.context.columns.count : 0) columns"))
    measuredRows = task.context.measured.count
    let stored = checkpoint.load("pruning", as: FeatureLayer.State.self)
    var saving = CheckpointSchedule(
      checkpoint, stage: "pruning", parameters: trainable.network.parameterCount, control: control)
    let first = prunes ? stored : try FeatureLayer.State(untouched: task)
    var latest = first
    do {
      pruning = try start.defaults.pruning(experiment).prune(task, from: first) { state in
        latest = state
        saving.changed()
        try control.checkInterruption {}
        try saving.save(state, always: state.phase == .done)
        let quality = (state.trace.steps.last?.result ?? state.trace.before).quality
        if let remaining = state.remaining.last {
          control.report(
            .progress(
              fraction: state.phase == .done ? 1 : 0.5,
              figures: [
                ("features", Double(remaining.features)), ("columns", Double(remaining.columns)),
                ("accuracy", quality.value),
              ]))
        }
      }
    } catch let error as Interrupted {
      if let latest { try saving.saveInterrupted(latest) }
      throw error
    }
    let compaction = try pruning.compacted(
      checkedOn: task.context.validation.inputs, head: trainable.head)
    check = compaction.check
    let (unread, removed) =
      task.readsFeatures ? (pruning.plan.inputs, []) : ([], pruning.plan.inputs)
    // If nothing was pruned, the original network is used, without the fine-tuned weights.
    pruned =
      pruning.plan.removals.isEmpty
      ? original
      : try Model(
        schema: trainable.schema, encoding: trainable.encoding.removing(removed),
        network: try split?.joined(with: compaction.network, unread: unread) ?? compaction.network,
        head: trainable.head)
  }
}

/// The network that pruning starts from.
struct StartingNetwork: Sendable {
  /// The trained or given network, called "original".
  var model: Model
  /// The same function over standardised inputs, for fine-tuning.
  var trainable: Model
  /// The training rows, encoded for both models.
  private(set) var training: EncodedRows
  /// The validation rows, encoded for `trainable`.
  private(set) var validation: EncodedRows
  var defaults: Defaults
  var startedFrom: String
  var epochs: Int
  /// The choice of hyperparameters; `nil` if there was none.
  private(set) var selection: HyperparameterSelection?
  /// How a given network reads rows.
  var reading: GivenReading?
  /// Assumptions about the inputs of a given network.
  var notes: [String] = []
  /// Warnings that these assumptions may be wrong.
  var warnings: [Warning] = []

  /// `tunes`: whether a given network is fine-tuned.
  /// `selects`: whether hyperparameters that are not given are chosen by cross-validation.
  init(
    _ experiment: Experiment, _ rows: Preparation, tunes: Bool = false, selects: Bool = true,
    checkpoint: Checkpoint, control: RunControl
  ) throws {
    let schema = rows.training.schema
    let encoding = Encoding(fitting: rows.training)
    try encoding.admit(rows: rows.training.count + rows.validation.count)
    defaults = try Defaults(
      experiment.network, training: rows.training, inputs: encoding.width)
    if let file = experiment.model {
      let url = URL(fileURLWithPath: file)
      let imported = try ImportedModel(
        url, options: experiment.network, table: rows.training, names: control.names)
      model = imported.model
      (notes, warnings) = (imported.notes, imported.warnings)
      reading = imported.reading
      imported.notes.forEach { control.report(.note($0)) }
      imported.warnings.forEach { control.report(.warning($0)) }
      try rows.checkRange(by: model.encoding)
      training = EncodedRows(rows.training, by: model.encoding)
      trainable = model.standardised(over: &training)
      validation = EncodedRows(rows.validation, by: trainable.encoding)
      startedFrom = "\(url.lastPathComponent) (SHA-256 \(sha256(try Data(contentsOf: url))))"
      epochs = 0
      guard tunes else { return }
      var trainer = defaults.trainer
      trainer.learningRate = experiment.network.learningRate ?? trainer.learningRate / 10
      let given = trainable.network
      trainable.network = given.freezingStatistics
      if trainable.network.architecture != given.architecture {
        let note =
          "the batch normalization of \(url.lastPathComponent) is kept as it is: its statistics, scales "
          + "and shifts are not trained"
        notes.append(note)
        control.report(.note(note))
      }
      let state = try Self.train(
        trainable, with: trainer, training, validation, seed: experiment.seed,
        shift: experiment.network.shift, checkpoint: checkpoint, control: control)
      trainable.network = state.best.withLayers(of: given)
      model = trainable
      epochs = state.history.count
      return
    }
    try rows.checkRange(by: encoding)
    if !schema.target.isNumeric, schema.classes.count == 1 {
      throw DatasetError.oneImageClass(source: rows.loaded.name, name: schema.classes[0])
    }
    let outputs = schema.target.isNumeric ? 1 : schema.classes.count
    _ = try defaults.admitted(inputs: encoding.width, outputs: outputs, rows: rows.training.count)
    training = EncodedRows(rows.training, by: encoding)
    validation = EncodedRows(rows.validation, by: encoding)
    if selects {
      defaults = defaults.averaging
      selection =
        try checkpoint.load("selection", as: HyperparameterSelection.self)
        ?? Self.selection(
          defaults, experiment, training, validation, by: encoding, outputs: outputs,
          control: control)
      if let selection {
        try checkpoint.save(selection, for: "selection")
        let choice = selection.choice
        defaults = defaults.with(hidden: choice.hidden, weightDecay: choice.weightDecay)
      }
    }
    let fresh = try Network(
      defaults.architecture(inputs: encoding.width, outputs: outputs), seed: experiment.seed)
    model = try Model(schema: schema, encoding: encoding, network: fresh, head: defaults.head)
    let state = try Self.train(
      model, with: defaults.trainer, training, validation, seed: experiment.seed,
      shift: experiment.network.shift, checkpoint: checkpoint, control: control)
    model.network = state.best
    trainable = model
    startedFrom = Provenance.ownTraining
    epochs = state.history.count
  }

  /// The validation set of pruning, encoded for `trainable`: the validation rows, with the training
  /// rows added if there are fewer than 200.
  var watched: Examples { watched(by: trainable.encoding) }

  /// The same rows by another encoding, with training rows added below `least` validation rows.
  func watched(by encoding: Encoding, least: Int = 200) -> Examples {
    let examples = validation.examples(by: encoding)
    return examples.count >= least
      ? examples : training.examples(by: encoding).appending(examples)
  }

  /// Synthetic rows near the training rows, encoded for `trainable`, for a pruning that keeps the
  /// predictions of the given network; `nil` for images and large tables.
  fileprivate func synthetic(_ seed: UInt64, _ control: RunControl) throws -> Tensor? {
    guard Neighbourhood.isWorthwhile(near: training.table) else { return nil }
    // Fewer for wide rows, to limit memory.
    let count = min(12_000, max(1000, 4_000_000 / training.table.columns.count))
    let rows = try Neighbourhood(candidates: 1).rows(
      count, near: training.table, seed: seed, onStep: { try control.checkInterruption {} })
    return trainable.encoding.encode(rows).inputs
  }

  /// Trains a model's network; resumes from a checkpoint if there is one.
  private static func train(
    _ model: Model, with trainer: Trainer, _ training: EncodedRows, _ validation: EncodedRows,
    seed: UInt64, shift: Int?, checkpoint: Checkpoint, control: RunControl
  ) throws -> Trainer.State {
    var trainer = trainer
    trainer.shift = try shift.map { try model.randomShift(pixels: $0) }
    if let stored = checkpoint.load("trained", as: Trainer.State.self) { return stored }
    control.report(
      .stage(
        name: "training",
        detail: "\(training.count) rows, \(model.encoding.width) inputs, "
          + "\(model.network.parameterCount) parameters, at most \(trainer.epochs) epochs"))
    let validation = validation.examples(by: model.encoding)
    var saving = CheckpointSchedule(
      checkpoint, stage: "training", parameters: model.network.parameterCount, control: control)
    let start =
      checkpoint.load("training", as: Trainer.State.self)
      ?? Trainer.State(start: model.network)
    // `control` is checked after the first step only, which may take a second.
    let step = min(trainer.batch, training.count) * model.network.macs
    if step > 1_000_000_000 { try saving.save(start, always: true) }
    let state = try trainer.train(
      from: start, head: model.head, on: training.examples(by: model.encoding),
      validation: validation, seed: seed,
      onStep: { state in
        try control.checkInterruption { try saving.saveInterrupted(state) }
        try saving.save(state)
      }
    ) { state in
      saving.changed()
      try control.checkInterruption { try saving.saveInterrupted(state) }
      try saving.save(state)
      guard let epoch = state.history.last else { return }
      var figures = [("loss", epoch.loss)]
      if model.head != .number, validation.count > 0 {
        figures.append(
          ("accuracy", Double(epoch.validationCorrect) / Double(validation.count)))
      }
      control.report(
        .progress(
          fraction: Double(state.history.count) / Double(trainer.epochs), figures: figures))
    }
    // A signal during this ends the run with the last checkpoint.
    if checkpoint.keepsState { control.report(.checkpoint(isCurrent: true)) }
    try checkpoint.save(state, for: "trained")
    return state
  }
}

extension RunControl {
  /// Calls `save` and throws `Interrupted` if the run is to stop.
  func checkInterruption(_ save: () throws -> Void) throws {
    guard shouldStop() else { return }
    try save()
    throw Interrupted()
  }
}
