import Datasets
import Explanations
import Foundation
import ModelFiles
import Naming
import Networks
import Pruning

/// All settings of the pruning of one network; equal values give equal networks.
public struct PruningExperiment: Hashable, Codable, Sendable {
  /// The data, the network and the held-out set.
  public var base: Experiment
  /// A method's name in `pruningCatalog`.
  public var method: String
  /// The pruning goal.
  public var goal: Goal
  /// The hyperparameters of the pruning.
  public var options: PruningOptions

  /// `method`: a method's name in `pruningCatalog`; a run throws if it is unknown.
  public init(
    _ base: Experiment, method: String, goal: Goal, options: PruningOptions = PruningOptions()
  ) {
    self.base = base
    self.method = method
    self.goal = goal
    self.options = options
  }

  private static let stepsOfAnEpoch = 400
}

/// The original network, the rows and the pruning context shared by prunings of one model.
public struct PruningBaseline: Sendable {
  /// The network before pruning.
  public let original: Model
  /// The same function over standardised inputs.
  let trainable: Model
  let rows: Preparation
  /// The rows, the head and the trainer of the prunings.
  public internal(set) var context: PruningContext
  /// "training", or the file and its SHA-256.
  public let startedFrom: String
  /// The predictions of the original network on the held-out set.
  let predictions: [Int]
  /// For regression, the RMSE of the original network on the held-out set.
  let error: Double?
  /// Warnings about the preprocessing assumed for a given network, and about the held-out rows.
  public let warnings: [Warning]

  /// Reads the data and the network, or trains a network if none is given.
  ///
  /// `onRead`: called after the data are read, with their SHA-256; an error it throws is rethrown.
  /// - Throws: the errors of reading and training.
  public init(
    _ experiment: Experiment, control: RunControl = RunControl(), checkpoint folder: URL? = nil,
    onRead: (_ data: String) throws -> Void = { _ in }
  ) throws {
    try experiment.validate()
    control.report(.stage(name: "reading", detail: experiment.data))
    rows = try Preparation(experiment)
    rows.remarks.forEach { control.report(.note($0)) }
    try onRead(rows.loaded.sha256)
    // The methods prune the default hidden layers, which a choice could leave out.
    let start = try StartingNetwork(
      experiment, rows, selects: false,
      checkpoint: Checkpoint(
        folder: folder, experiment: experiment, version: espalierVersion, data: rows.loaded.sha256,
        control: control),
      control: control)
    original = start.model
    trainable = start.trainable
    startedFrom = start.startedFrom
    rows.warnings.forEach { control.report(.warning($0)) }
    warnings = start.warnings + rows.warnings
    var trainer = start.defaults.trainer
    trainer.clarification = 0
    if let pixels = experiment.network.shift {
      trainer.shift = try trainable.randomShift(pixels: pixels)
    }
    var context = PruningContext(start, trainer: trainer, seed: experiment.seed)
    // Unless a learning rate is given, fine-tuning uses half the learning rate of training.
    if experiment.network.learningRate == nil { context.fineTuningScale = 0.5 }
    self.context = context
    let outputs = original.outputs(for: rows.heldOut)
    predictions = original.predictions(from: outputs)
    error = original.rootMeanSquaredError(of: outputs, on: rows.heldOut)
  }
}

extension PruningBaseline {
  /// The bytes of an ONNX file of a pruned network with the inputs and outputs of the given file; `nil` if
  /// that was written by this program, and takes and gives the same anyway.
  ///
  /// `url`: the file of the original network; `outcome`: the pruned network.
  /// - Throws: `InterfaceProblem` if they cannot be kept; `ModelFileError`.
  public func replacement(
    of url: URL, by outcome: PruningOutcome, named name: String, _ options: NetworkOptions
  ) throws -> Data? {
    var given = try ModelFile.read(url)
    guard given.schema == nil else { return nil }
    if let order = options.classOrder {
      given = try given.withClasses(inOrder: order, for: original.schema)
    }
    // Scaling outside of the given file stays outside: that of the training is folded into the layers.
    let model =
      options.givenReading == nil ? outcome.model : outcome.model.scaled(as: original.encoding)
    return try ModelFile.data(
      for: model, named: name, keepingInterfaceOf: given, read: original,
      checkedOn: outcome.readBackRows)
  }
}

extension PruningContext {
  /// The encoded training and validation rows of a network, with its columns.
  init(_ start: StartingNetwork, trainer: Trainer, seed: UInt64) {
    let model = start.trainable
    self.init(
      head: model.head, training: start.training.examples(by: model.encoding),
      validation: start.watched, trainer: trainer, seed: seed)
    columns = model.encoding.columns(of: start.training.table.schema)
  }
}

/// A pruned model with its pruning plan and measured result.
public struct PruningOutcome: Sendable {
  /// The pruned, compacted model.
  public var model: Model
  /// The pruning plan: removals and growths with their reasons.
  public var plan: PruningPlan
  /// The measured result.
  public var result: PruningResult
  /// The rows on which the written file is verified, at most 10,000.
  public var readBackRows: Table
}

extension PruningExperiment {
  /// Sensitivity analysis: the cost of pruning each layer alone, by the method's scores.
  /// - Throws: `PruningError`, `UnknownName`; `Interrupted` if `control` requests it.
  public func sensitivity(
    on baseline: PruningBaseline, control: RunControl = RunControl()
  ) throws -> Sensitivity {
    var context = baseline.context
    context.seed = base.seed
    context.scoreRows = options.scoreRows
    context.onStep = { try control.checkInterruption {} }
    control.report(.stage(name: "analysing layer sensitivity", detail: method))
    return try Sensitivity(
      of: baseline.trainable.network, by: options.recipe(of: options.method(named: method)),
      on: context)
  }

  /// Prunes the network of a baseline.
  ///
  /// `checkpoint`: the checkpoint folder, from which an interrupted pruning is resumed; `nil`
  /// stores nothing.
  /// - Throws: `PruningError`, `UnknownName`; `Interrupted` if `control` requests it.
  public func run(
    on baseline: PruningBaseline, measuresLatency: Bool = true, control: RunControl = RunControl(),
    checkpoint folder: URL? = nil
  ) throws -> PruningOutcome {
    try validate()
    let method = try options.method(named: method)
    var recipe = options.recipe(of: method)
    var context = baseline.context
    if options.epochs == nil {
      // On small data the default epochs are multiplied, to about `stepsOfAnEpoch` batches each.
      let steps = max(context.training.count / max(context.trainer.batch, 1), 1)
      recipe.recovery.epochs *= max(1, Self.stepsOfAnEpoch / steps)
    }
    context.seed = base.seed
    options.apply(to: &context, pruning: baseline.trainable.network)
    context.onStep = { try control.checkInterruption {} }
    if let folder {
      context.checkpoints = PruningCheckpoints(
        Checkpoint(
          folder: folder, experiment: self, version: espalierVersion,
          data: try baseline.rows.loaded.sha256 + sha256(ModelFile.data(for: baseline.original)),
          control: control))
    }
    try idleSettings().forEach { control.report(.idle($0)) }
    control.report(.stage(name: "pruning", detail: "\(self.method), \(goal.description)"))
    // Fine-tuned networks are stored immediately.
    if folder != nil { control.report(.checkpoint(isCurrent: true)) }
    let pruned = try method.prune(
      baseline.trainable.network, to: goal, with: recipe, on: context
    ) { round in
      let (cost, quality) = (round.result.cost, round.result.quality)
      control.report(
        .progress(
          fraction: Double(round.number) / Double(round.limit ?? round.number),
          figures: [
            ("parameters", Double(cost.parameters)), ("neurons", Double(cost.neurons)),
            ("accuracy", quality.value),
          ]))
    }
    let model =
      pruned.isUnchanged(from: baseline.trainable.network, by: recipe)
      ? baseline.original
      : try Model(
        schema: baseline.trainable.schema,
        encoding: baseline.trainable.encoding.removing(pruned.plan.inputs), network: pruned.network,
        head: baseline.trainable.head)
    control.report(
      .stage(name: "measuring", detail: "\(baseline.rows.heldOut.count) held-out rows"))
    if folder != nil { control.report(.checkpoint(isCurrent: true)) }
    let result = try PruningResult(
      self, pruned, model: model, baseline: baseline, recipe: recipe,
      measuresLatency: measuresLatency)
    return PruningOutcome(
      model: model, plan: pruned.plan, result: result, readBackRows: baseline.rows.readBackRows)
  }
}

extension PrunedNetwork {
  /// Whether nothing was pruned or added. For methods that prune single weights, the parameters are
  /// compared too.
  fileprivate func isUnchanged(from network: Network, by recipe: Recipe) -> Bool {
    guard plan.removals.isEmpty, plan.growths.isEmpty else { return false }
    if case .neurons = recipe.score { return true }
    return self.network == network
  }
}
