import Datasets
import Explanations
import Foundation
import ModelFiles
import Naming
import Networks
import Pruning

/// Everything that decides the pruning of one network. The same value gives the same network.
public struct PruningExperiment: Hashable, Codable, Sendable {
  /// The data, the network and the rows that are held out.
  public var base: Experiment
  /// A method's name in `pruningCatalog`.
  public var method: String
  /// What is to be reached.
  public var goal: Goal
  /// How removals are spread over rounds; here and below the method's own where `nil`.
  public var schedule: Schedule.Course?
  /// Rounds of removal, at least 1.
  public var rounds: Int?
  /// What makes up for neurons that go.
  public var compensation: Compensation?
  /// What follows each round, by its name in `recoveries`.
  public var recovery: String?
  /// Passes over the training rows in each recovery.
  public var epochs: Int?
  /// Where the lowest scores are looked for.
  public var scope: Scope?
  /// How the scores of layers are made comparable.
  public var normalization: Normalization?
  /// What is left of each layer that loses neurons is a multiple of this.
  public var multiple: Int?
  /// The share of the loss by which what is left learns from the answers of the network before
  /// pruning; labels alone where `nil`.
  public var distillation: Double?
  /// Rows that scores look at; the method's own number, of an expensive network fewer, where `nil`.
  public var scoreRows: Int?
  /// What a block's open gate costs while blocks are looked for; block-then-channel's own where `nil`,
  /// and of no meaning to other methods.
  public var gatePrice: Double?

  /// A pruning by a method's own recipe; an unknown method is an error of `prunes()`.
  public init(_ base: Experiment, method: String, goal: Goal) {
    self.base = base
    self.method = method
    self.goal = goal
  }

  private static let stepsOfAnEpoch = 400

  /// The recoveries that can be asked for.
  public static let recoveries = Recovery.Course.allCases.map(\.rawValue)

  /// The method by its name.
  /// - Throws: `UnknownName`
  public func prunes() throws(UnknownName) -> any PruningMethod {
    guard let type = try pruningCatalog.type(named: method) as? any PruningMethod.Type else {
      throw UnknownName(method, family: pruningCatalog.family, known: pruningCatalog.names)
    }
    guard let gatePrice, var blocks = type.init() as? BlockThenChannel else { return type.init() }
    blocks.price = Float(gatePrice)
    return blocks
  }

  /// The method's recipe with what was asked for otherwise.
  /// - Throws: `UnknownName` where there is no such recovery.
  public func recipe(of method: any PruningMethod) throws(UnknownName) -> Recipe {
    var recipe = method.recipe
    if schedule != nil || rounds != nil {
      let own = recipe.schedule
      let course = schedule ?? (own.course == .oneShot ? .linear : own.course)
      recipe.schedule = Schedule(course, rounds: rounds ?? (own.rounds > 1 ? own.rounds : 5))
    }
    if let compensation { recipe.compensation = compensation }
    if let scope { recipe.scope = scope }
    if let multiple { recipe.multiple = multiple }
    if let normalization { recipe.normalization = normalization }
    var course = recipe.recovery.course
    if let recovery {
      guard let asked = Recovery.Course(rawValue: recovery) else {
        throw UnknownName(recovery, family: "recovery", known: Self.recoveries)
      }
      course = asked
    }
    recipe.recovery = Recovery(course, epochs: epochs ?? max(recipe.recovery.epochs, 1))
    return recipe
  }
}

/// The network, rows and lesson that prunings of one model share.
public struct PruningBaseline: Sendable {
  /// The network as it came.
  public let original: Model
  /// The same function over standardised inputs.
  let trainable: Model
  let rows: Preparation
  public internal(set) var context: PruningContext
  /// "training", or the file and its SHA-256.
  public let startedFrom: String
  /// What the network answers on held-out rows, asked once for all prunings of it.
  let answers: [Int]
  /// Why the network that was given may be read wrongly.
  public let warnings: [Warning]

  /// Reads the data and the network, or trains one where none is given.
  ///
  /// `onRead`: called when the data are read, with their SHA-256; what it throws ends the reading.
  /// - Throws: the errors of reading and training.
  public init(
    _ experiment: Experiment, control: RunControl = RunControl(), checkpoint folder: URL? = nil,
    onRead: (_ data: String) throws -> Void = { _ in }
  ) throws {
    try experiment.validate()
    control.report(.stage(name: "reading", detail: experiment.data))
    rows = try Preparation(experiment)
    rows.loaded.remarks.forEach { control.report(.note($0)) }
    try onRead(rows.loaded.sha256)
    let start = try StartingNetwork(
      experiment, rows,
      checkpoint: Checkpoint(
        folder: folder, experiment: experiment, version: espalierVersion, data: rows.loaded.sha256,
        control: control),
      control: control)
    original = start.model
    trainable = start.trainable
    startedFrom = start.startedFrom
    warnings = start.warnings
    var trainer = start.defaults.trainer
    trainer.clarification = 0
    if let pixels = experiment.network.shift {
      trainer.shift = try trainable.randomShift(pixels: pixels)
    }
    var context = PruningContext(
      head: trainable.head, training: trainable.encoding.encode(rows.training),
      validation: trainable.encoding.encode(rows.watched), trainer: trainer, seed: experiment.seed)
    // What is left of a trained network learns in smaller steps than the network did.
    if experiment.network.learningRate == nil { context.fineTuningScale = 0.5 }
    let encoding = trainable.encoding
    context.columns = rows.training.schema.features.enumerated().compactMap { index, feature in
      let inputs = encoding.inputs(of: index)
      return inputs.isEmpty ? nil : (name: feature.id.rawValue, inputs: inputs)
    }
    self.context = context
    answers = original.classify(rows.heldOut)
  }
}

/// A pruned model with every figure that says what it has become.
public struct PruningOutcome: Sendable {
  /// What is left, in its small form.
  public var model: Model
  /// All that went, with the reasons.
  public var plan: PruningPlan
  /// What it came to, in figures.
  public var result: PruningResult
  /// The rows that the written file is to answer as the model does, at most 10,000.
  public var readBackRows: Table
}

extension PruningExperiment {
  /// What the loss of neurons of each layer alone costs, by the method's scores.
  /// - Throws: `PruningError`, `UnknownName`; `Interrupted` where `control` says so.
  public func sensitivity(
    on baseline: PruningBaseline, control: RunControl = RunControl()
  ) throws -> Sensitivity {
    var context = baseline.context
    context.seed = base.seed
    context.scoreRows = scoreRows
    context.onStep = { try control.stopIfAsked {} }
    control.report(.stage(name: "asking each layer", detail: method))
    return try Sensitivity(
      of: baseline.trainable.network, by: recipe(of: prunes()), on: context)
  }

  /// Prunes the network of a ground.
  /// - Throws: `PruningError`, `UnknownName`; `Interrupted` where `control` says so.
  ///
  /// `checkpoint`: the folder for what is learned, so that a pruning that was stopped goes on; `nil`
  /// keeps nothing.
  public func run(
    on baseline: PruningBaseline, measuresLatency: Bool = true, control: RunControl = RunControl(),
    checkpoint folder: URL? = nil
  ) throws -> PruningOutcome {
    try validate()
    let method = try prunes()
    var recipe = try recipe(of: method)
    var context = baseline.context
    if epochs == nil {
      // An epoch of a few rows teaches little: the methods' own epochs are of hundreds of steps.
      let steps = max(context.training.count / max(context.trainer.batch, 1), 1)
      recipe.recovery.epochs *= max(1, Self.stepsOfAnEpoch / steps)
    }
    context.seed = base.seed
    context.scoreRows = scoreRows
    context.teacher = distillation.map { Teacher(baseline.trainable.network, share: Float($0)) }
    context.onStep = { try control.stopIfAsked {} }
    if let folder {
      context.checkpoints = PruningCheckpoints(
        Checkpoint(
          folder: folder, experiment: self, version: espalierVersion,
          data: try baseline.rows.loaded.sha256 + sha256(ModelFile.data(for: baseline.original)),
          control: control))
    }
    try idleOptions().forEach { control.report(.note($0)) }
    control.report(.stage(name: "pruning", detail: "\(self.method), \(goal.description)"))
    // What has been learned is stored as soon as it is.
    if folder != nil { control.report(.checkpoint(isCurrent: true)) }
    let pruned = try method.prune(
      baseline.trainable.network, to: goal, with: recipe, on: context
    ) { round in
      control.report(
        .progress(
          fraction: Double(round.round) / Double(max(round.of, 1)),
          figures: [
            ("parameters", Double(round.cost.parameters)), ("neurons", Double(round.cost.neurons)),
            ("accuracy", round.accuracy),
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
  /// Whether nothing was removed and nothing added. Methods that prune single weights may still have
  /// changed values: theirs are compared.
  fileprivate func isUnchanged(from network: Network, by recipe: Recipe) -> Bool {
    guard plan.removals.isEmpty, plan.growths.isEmpty else { return false }
    if case .neurons = recipe.score { return true }
    return self.network == network
  }
}
