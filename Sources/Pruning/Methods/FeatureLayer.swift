import Datasets
import Foundation
import Naming
import Networks
import Tensors

/// Prunes the hidden feature layer unit by unit, then the input columns, within an accuracy
/// tolerance.
///
/// A unit's score is the norm of its outgoing weights times the standard deviation of its
/// activation over the training rows; a column's score is the norm of its weights times its
/// standard deviation. The mean contribution of removed units or columns is added to the next bias,
/// and the network is fine-tuned. If a removal loses too much (`LossTolerance`), it is reverted and
/// the units or columns with the next lowest scores are tried, until three removals in a row are
/// rejected. Finally, units with highly correlated activations are merged. The method is a
/// reconstruction of FEB-RE (Lee & Kim 2021) that the documentation describes; a group lasso (Yuan
/// & Lin 2006) shrinks columns before the lowest are removed.
public struct FeatureLayer: Named, Hashable {
  /// The name in commands, settings and files.
  public static let name = "feature-layer"
  /// The description in one line.
  public static let summary = "hidden features one by one, then input columns"
  /// The publication.
  public static let source = Citation(
    authors: "Lee & Kim", title: "Feature-Based Interpretation of the Deep Neural Network",
    year: 2021, venue: "Electronics 10(21):2687, doi:10.3390/electronics10212687")

  /// The maximum total loss of accuracy (or R²).
  public var accuracyDrop: Double
  /// The maximum number of units, reached even if the accuracy tolerance is exceeded.
  public var maxNeurons: Int?
  /// The maximum number of columns, reached even if the accuracy tolerance is exceeded.
  public var maxColumns: Int?
  /// Epochs of the final fine-tuning.
  public var finalEpochs: Int
  /// Whether fine-tuning uses the predictions of the network before pruning as targets instead of
  /// the labels (knowledge distillation, Hinton, Vinyals & Dean 2015, arXiv:1503.02531), which
  /// reduces overfitting on small data.
  public var distils: Bool

  /// Creates the method; without maxima only the accuracy drop limits it.
  public init(
    accuracyDrop: Double, maxNeurons: Int? = nil, maxColumns: Int? = nil, finalEpochs: Int,
    distils: Bool = false
  ) {
    self.accuracyDrop = accuracyDrop
    self.maxNeurons = maxNeurons
    self.maxColumns = maxColumns
    self.finalEpochs = finalEpochs
    self.distils = distils
  }

  /// The group lasso strengths, in increasing order. Adam normalises gradients, so strengths below
  /// about 0.1 have no visible effect.
  private static let lassoStrengths = [0.1, 0.3, 1.0]

  /// Above this number of hidden features an eighth is removed per step.
  private static let few = 48

  /// The number of consecutive rejections that ends the removal of units, of columns, and merging.
  static let mostRefusals = 3

  /// The maximum number of training rows of a column step, resampled at every step. Unit steps use
  /// all rows: with fewer, more hidden features and longer rules remain.
  private static let rowsOfAColumnStep = 16_384

  /// The network to prune and its data.
  public struct Task: Sendable {
    /// The network before pruning.
    public var network: Network
    /// The activation node whose neurons are the hidden features.
    public var node: Node.ID
    /// The rows, the columns, and the trainer for fine-tuning after each step.
    public var context: PruningContext
    /// The frozen backbone before the network: its number of parameters and of input columns.
    public var backbone = (parameters: 0, columns: 0)
    /// Whether the features are the network's inputs, listed as columns, instead of hidden units.
    public private(set) var readsFeatures = false

    /// Creates the pruning of the hidden features at a node.
    public init(network: Network, node: Node.ID, context: PruningContext) {
      self.network = network
      self.node = node
      self.context = context
    }
  }

  /// Prunes until no phase is left, from a stored state or, with `nil`, from the start.
  ///
  /// `onStep`: called after every step; an error that it throws aborts the pruning.
  /// - Throws: `PruningError.unknownLayer`, `noFeatureLayer`; errors of training and of `onStep`.
  public func prune(
    _ task: Task, from start: PruningTrace? = nil, onStep: (PruningTrace) throws -> Void = { _ in }
  ) throws -> PruningTrace {
    if start?.phase == .done, let start { return start }
    let architecture = task.network.architecture
    if let strange = architecture.nodes.first(where: {
      !($0.layer.isFullyConnected || $0.layer.activation != nil) || $0.inputs != nil
    }) {
      throw PruningError.unknownLayer(
        node: strange.id.rawValue, layer: type(of: strange.layer).name)
    }
    guard task.canBePruned else { throw PruningError.noFeatureLayer }
    let node = architecture.index(of: task.node) ?? 0
    let task = distils ? task.distilled : task
    if task.readsFeatures, maxColumns != maxNeurons {
      var copy = self
      copy.maxColumns = maxNeurons
      return try copy.prune(task, from: start, onStep: onStep)
    }
    var trace = start ?? PruningTrace(start: task)
    let tolerance = LossTolerance(task.network, task.context)
    while trace.phase == .neurons {
      try pruneNeuron(&trace, task, node, tolerance)
      try onStep(trace)
    }
    if trace.phase == .lasso {
      try thinColumns(&trace, task, tolerance)
      try onStep(trace)
    }
    let spread = trace.phase == .columns ? task.context.training.inputs.columnStatistics : ([], [])
    while trace.phase == .columns {
      try pruneColumns(&trace, task, spread, tolerance)
      try onStep(trace)
    }
    while trace.phase == .merging {
      try mergeCopies(&trace, task, node, tolerance)
      try onStep(trace)
    }
    if trace.phase == .recovery {
      var trainer = task.context.trainer
      trainer.epochs = finalEpochs
      let tuned = try fineTune(trace.network, task, trainer, round: trace.steps.count + 1)
      let isAllowed =
        tolerance.accepts(tuned, drop: accuracyDrop)
        || !tolerance.accepts(trace.network, drop: accuracyDrop)
      if isAllowed, task.context.quality(of: tuned) >= task.context.quality(of: trace.network) {
        trace.network = tuned
      }
      trace.phase = .done
      try onStep(trace)
    }
    return trace
  }

  private func pruneNeuron(
    _ trace: inout PruningTrace, _ task: Task, _ node: Int, _ tolerance: LossTolerance
  ) throws {
    let gone = Set(trace.plan.neurons.map(\.originalIndex))
    let originalIndices = task.network.originalIndices[node]
    let live = originalIndices.indices.filter { !gone.contains(originalIndices[$0]) }
    let batch = min(
      trace.neuronBatch ?? (live.count > Self.few ? live.count / 8 : 1), live.count - 2,
      maxNeurons.map { max($0 < live.count ? live.count - $0 : live.count, 1) } ?? live.count)
    guard batch > 0 else {
      trace.phase = .lasso
      return
    }
    let values = trace.network.activations(of: task.node, for: task.context.training.inputs)
    let (means, deviations) = values.columnStatistics
    let outgoing = trace.network.parameters[node + 1][.weight].value
    let scores = live.map { unit in
      norm(outgoing.row(unit)) * deviations[unit]
    }
    let forced = maxNeurons.map { live.count > $0 } ?? false
    let refused = forced ? [] : Set(trace.refusedNeurons)
    let lowest = scores.indices.filter { !refused.contains(originalIndices[live[$0]]) }
      .sorted { (scores[$0], $0) < (scores[$1], $1) }.prefix(batch)
    let units = lowest.map { live[$0] }
    guard !units.isEmpty else {
      trace.phase = .lasso
      return
    }
    var plan = trace.plan
    for index in lowest {
      plan.removals.append(
        .init(
          .neuron(name: Neuron(task.node, originalIndices[live[index]])), score: scores[index],
          round: trace.steps.count + 1))
    }
    var network = trace.network
    network.fold(means: units.map { means[$0] }, ofRows: units, intoBiasOf: node + 1)
    network = try fineTune(
      try network.masked(by: plan), task, task.context.trainer, round: trace.steps.count + 1)
    // Half of the tolerance is reserved for the columns.
    let kept = forced || tolerance.accepts(network, drop: accuracyDrop / 2)
    trace.record(
      network, plan: plan, task: task,
      removed: units.map { Neuron(task.node, originalIndices[$0]).description }, kept: kept)
    if kept {
      trace.refusals = 0
      return
    }
    trace.neuronBatch = max(units.count / 2, 1)
    guard units.count == 1 else { return }
    trace.refusedNeurons += units.map { originalIndices[$0] }
    trace.refusals += 1
    if trace.refusals == Self.mostRefusals { trace.phase = .lasso }
  }

  /// Fine-tunes with increasing group lasso strengths while the accuracy loss is within the
  /// tolerance.
  private func thinColumns(
    _ trace: inout PruningTrace, _ task: Task, _ tolerance: LossTolerance
  ) throws {
    trace.phase = .columns
    trace.refusals = 0
    var trainer = task.context.trainer
    trainer.epochs *= 2
    for lasso in Self.lassoStrengths {
      trainer.inputLasso = lasso
      let thinned = try fineTune(trace.network, task, trainer, round: trace.steps.count + 1)
      guard tolerance.accepts(thinned, drop: accuracyDrop / 2) else { return }
      trace.network = thinned
    }
  }

  private func pruneColumns(
    _ trace: inout PruningTrace, _ task: Task,
    _ spread: (means: [Double], deviations: [Double]), _ tolerance: LossTolerance
  ) throws {
    let gone = Set(trace.plan.inputs)
    let live = task.context.columns.indices.filter { index in
      !task.context.columns[index].inputs.allSatisfy(gone.contains)
    }
    let forced = maxColumns.map { live.count > $0 } ?? false
    let refused = forced ? [] : Set(trace.refusedColumns)
    let candidates = live.filter { !refused.contains($0) }
    let batch = min(
      trace.columnBatch ?? max(1, candidates.count / 3), live.count - 1, candidates.count)
    // With many columns, small batches do not justify another fine-tuning.
    let worthwhile = batch > live.count / 40 && trace.columnTrials < 16 + trace.refusedColumns.count
    guard batch >= 1, live.count > 1, worthwhile || forced else {
      trace.phase = .merging
      trace.refusals = 0
      return
    }
    trace.columnTrials += 1
    let (means, deviations) = spread
    let weights = trace.network.parameters[0][.weight].value
    let scored = candidates.map { index -> (index: Int, score: Double) in
      let squares = task.context.columns[index].inputs.reduce(0.0) { sum, input in
        let size = norm(weights.row(input)) * deviations[input]
        return sum + size * size
      }
      return (index, squares.squareRoot())
    }.sorted { ($0.score, $0.index) < ($1.score, $1.index) }
    let count = forced ? min(max(batch, 1), live.count - (maxColumns ?? 1)) : batch
    let leaving = scored.prefix(max(count, 1))
    var plan = trace.plan
    for item in leaving {
      let column = task.context.columns[item.index]
      plan.removals.append(
        .init(
          .column(name: column.name, inputs: column.inputs), score: item.score,
          round: trace.steps.count + 1))
    }
    let rows = leaving.flatMap { task.context.columns[$0.index].inputs }
    var network = trace.network
    network.fold(means: rows.map { means[$0] }, ofRows: rows, intoBiasOf: 0)
    var trainer = task.context.trainer
    trainer.inputLasso = Self.lassoStrengths[0]
    network = try fineTune(
      try network.masked(by: plan), task, trainer, round: trace.steps.count + 1)
    let kept = forced || tolerance.accepts(network, drop: accuracyDrop)
    trace.record(
      network, plan: plan, task: task, removed: leaving.map { task.context.columns[$0.index].name },
      kept: kept)
    if kept {
      trace.columnBatch = nil
      trace.refusals = 0
      return
    }
    trace.columnBatch = max(leaving.count / 2, 1)
    guard leaving.count == 1 else { return }
    trace.refusedColumns += leaving.map(\.index)
    trace.refusals += 1
    guard trace.refusals == Self.mostRefusals else { return }
    trace.refusals = 0
    trace.phase = .merging
  }

  func fineTune(
    _ network: Network, _ task: Task, _ trainer: Trainer, round: Int
  ) throws -> Network {
    guard trainer.epochs > 0 else { return network }
    var examples = task.context.training
    if examples.count > Self.rowsOfAColumnStep, trainer.inputLasso > 0 {
      var order = Array(0..<examples.count)
      var generator = SeededGenerator(seed: task.context.seed).stream("step-\(round)")
      generator.shuffle(&order)
      examples = examples.gathering(order[..<Self.rowsOfAColumnStep])
    }
    // Returns the last network, not the best: the validation rows for early stopping also decide
    // about removals.
    return try trainer.train(
      from: Trainer.State(start: network), head: task.context.head, on: examples,
      validation: task.context.validation, inputGroups: task.context.columns.map(\.inputs),
      seed: task.context.seed &+ UInt64(round), onStep: { _ in try task.context.onStep() }
    ).network
  }

  func norm(_ values: ArraySlice<Float>) -> Double {
    values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}

extension FeatureLayer.Task {
  /// Whether the network consists of dense layers and activations only, the first of them dense,
  /// with a dense layer after the features or with features as inputs.
  public var canBePruned: Bool {
    let nodes = network.architecture.nodes
    if readsFeatures { return context.columns.count > 1 }
    guard let index = network.architecture.index(of: node), index >= 1, index + 1 < nodes.count
    else { return false }
    return nodes[0].layer.isFullyConnected && nodes[index + 1].layer.isFullyConnected
      && network.architecture.isSequence
      && nodes.allSatisfy { $0.layer.isFullyConnected || $0.layer.activation != nil }
  }

  /// The split into a frozen backbone and a dense head, for a network that cannot be pruned as a
  /// whole.
  public var split: NetworkSplit? {
    canBePruned
      ? nil : NetworkSplit(network, beforeMakerOf: node) ?? NetworkSplit(network, behind: node)
  }

  /// Freezes the backbone of a split: the inputs become its outputs, and columns are pruned only if
  /// the head reads the features directly.
  public mutating func keep(_ split: NetworkSplit) {
    network = split.head
    backbone = (parameters: split.backboneParameters, columns: context.columns.count)
    readsFeatures = split.readsFeatures
    context.columns =
      readsFeatures
      ? split.network.neurons(of: node).enumerated().map { ($0.element.description, [$0.offset]) }
      : []
    context.training.inputs = split.network.activations(
      of: split.splitPoint, for: context.training.inputs)
    context.validation.inputs = split.network.activations(
      of: split.splitPoint, for: context.validation.inputs)
  }

  /// The task with the network's predicted probabilities as targets.
  var distilled: FeatureLayer.Task {
    var copy = self
    copy.context.training.targets = context.head.probabilities(
      from: network.outputs(for: context.training.inputs))
    return copy
  }
}

extension Network {
  /// Adds the mean contribution of some inputs of a dense layer to its bias.
  mutating func fold(means: [Double], ofRows rows: [Int], intoBiasOf node: Int) {
    let weight = parameters[node][.weight].value
    for (mean, row) in zip(means, rows) {
      for unit in 0..<weight.width {
        let folded =
          Double(parameters[node][.bias].value[unit, 0]) + mean * Double(weight[row, unit])
        parameters[node][.bias].value[unit, 0] = Float(folded)
      }
    }
  }
}
