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
  /// Whether the accuracy drop limits the loss of agreement with the network before pruning instead
  /// of the loss of accuracy on the labels: for features that explain the network before pruning.
  public var keepsPredictions: Bool
  /// The limit of the mean loss on few rows while columns are removed; not with `keepsPredictions`, and
  /// not where the columns are features.
  public var lossLimit: LossLimit

  /// From which loss the accuracy drop limits a rise of the mean loss (`LossTolerance`).
  public enum LossLimit: String, Codable, Sendable {
    /// The loss may rise.
    case none
    /// That of the network before pruning.
    case original
    /// The lowest one since the last unit was removed, and at least that of the network before pruning:
    /// more columns are removed.
    case lowest

    /// The number of rows from which the mean loss may rise.
    var manyRows: Int {
      switch self {
      case .none: 0
      case .original: LossTolerance.manyRows.images
      case .lowest: LossTolerance.manyRows.table
      }
    }
  }

  /// Creates the method; without maxima only the accuracy drop limits it.
  public init(
    accuracyDrop: Double, maxNeurons: Int? = nil, maxColumns: Int? = nil, finalEpochs: Int,
    distils: Bool = false, keepsPredictions: Bool = false,
    lossLimit: LossLimit = .none
  ) {
    self.accuracyDrop = accuracyDrop
    self.maxNeurons = maxNeurons
    self.maxColumns = maxColumns
    self.finalEpochs = finalEpochs
    self.distils = distils
    self.keepsPredictions = keepsPredictions
    self.lossLimit = lossLimit
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
    /// The frozen backbone before the network: its cost, or `nil` without a backbone, and its number
    /// of input columns.
    private(set) var backbone: (cost: Cost?, columns: Int) = (nil, 0)
    /// The hidden features, if they are the network's inputs instead of hidden units.
    private(set) var inputFeatures: [Neuron] = []
    /// Further network inputs without labels, `[rows, inputs]`, on which only predictions of the
    /// network before pruning are known: the first half is added to the training rows of a
    /// distillation, the second to the rows of the tolerance if predictions are to be kept.
    public var unlabelled: Tensor?
    /// Whether the features are the network's inputs instead of hidden units.
    public var readsFeatures: Bool { !inputFeatures.isEmpty }

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
    _ task: Task, from start: State? = nil, onStep: (State) throws -> Void = { _ in }
  ) throws -> State {
    if start?.phase == .done, let start { return start }
    let architecture = task.network.architecture
    if let unsupported = architecture.nodes.first(where: {
      !($0.layer.isFullyConnected || $0.layer.activation != nil) || $0.inputs != nil
    }) {
      throw PruningError.unknownLayer(
        node: unsupported.id.rawValue, layer: type(of: unsupported.layer).name)
    }
    guard task.canBePruned else { throw PruningError.noFeatureLayer }
    let node = architecture.index(of: task.node) ?? 0
    let task = distils ? task.distilled : task
    if task.readsFeatures, maxColumns != maxNeurons {
      var copy = self
      copy.maxColumns = maxNeurons
      return try copy.prune(task, from: start, onStep: onStep)
    }
    var state = try start ?? State(start: task)
    let compared =
      keepsPredictions
      ? task.context.labelled(by: task.network, adding: task.unlabelled?.half(1)) : task.context
    let tolerance = LossTolerance(
      task.network, compared,
      limitsLossBelow: keepsPredictions || task.readsFeatures ? 0 : lossLimit.manyRows)
    while state.phase == .neurons {
      try pruneNeuron(&state, task, node, tolerance)
      try onStep(state)
    }
    if state.phase == .lasso {
      state.referenceLoss = tolerance.referenceLoss(
        lossLimit == .original ? task.network : state.network)
      try shrinkColumns(&state, task, tolerance)
      try onStep(state)
    }
    let spread = state.phase == .columns ? task.context.training.inputs.columnStatistics : ([], [])
    while state.phase == .columns {
      try pruneColumns(&state, task, spread, tolerance)
      try onStep(state)
    }
    while state.phase == .merging {
      try mergeCopies(&state, task, node, tolerance)
      try onStep(state)
    }
    if state.phase == .recovery {
      var trainer = task.context.trainer
      trainer.epochs = finalEpochs
      let tuned = try fineTune(state.network, task, trainer, step: state.nextStep)
      let isAllowed =
        tolerance.accepts(tuned, drop: accuracyDrop, referenceLoss: state.referenceLoss)
        || !tolerance.accepts(
          state.network, drop: accuracyDrop, referenceLoss: state.referenceLoss)
      if isAllowed, compared.quality(of: tuned) >= compared.quality(of: state.network) {
        state.network = tuned
      }
      state.phase = .done
      try onStep(state)
    }
    return state
  }

  private func pruneNeuron(
    _ state: inout State, _ task: Task, _ node: Int, _ tolerance: LossTolerance
  ) throws {
    let removed = Set(state.plan.neurons.map(\.originalIndex))
    let originalIndices = task.network.originalIndices[node]
    let live = originalIndices.indices.filter { !removed.contains(originalIndices[$0]) }
    let batch = min(
      state.neuronBatch ?? (live.count > Self.few ? live.count / 8 : 1), live.count - 2,
      maxNeurons.map { max($0 < live.count ? live.count - $0 : live.count, 1) } ?? live.count)
    guard batch > 0 else {
      state.phase = .lasso
      return
    }
    let values = state.network.activations(of: task.node, for: task.context.training.inputs)
    let (means, deviations) = values.columnStatistics
    let outgoing = state.network.parameters[node + 1][.weight].value
    let scores = live.map { unit in
      norm(outgoing.row(unit)) * deviations[unit]
    }
    let forced = maxNeurons.map { live.count > $0 } ?? false
    let refused = forced ? [] : Set(state.refusedNeurons)
    let lowest = scores.indices.filter { !refused.contains(originalIndices[live[$0]]) }
      .sorted { (scores[$0], $0) < (scores[$1], $1) }.prefix(batch)
    let units = lowest.map { live[$0] }
    guard !units.isEmpty else {
      state.phase = .lasso
      return
    }
    let removals = lowest.map { index in
      PruningPlan.Removal(
        .neuron(name: Neuron(task.node, originalIndices[live[index]])), score: scores[index],
        round: state.nextStep)
    }
    var network = state.network
    network.fold(means: units.map { means[$0] }, ofRows: units, intoBiasOf: node + 1)
    // Half of the tolerance is reserved for the columns.
    let isAccepted = try attempt(
      removals, in: network, &state, task, task.context.trainer, tolerance,
      drop: forced ? nil : accuracyDrop / 2)
    if isAccepted {
      state.refusals = 0
      return
    }
    state.neuronBatch = max(units.count / 2, 1)
    guard units.count == 1 else { return }
    state.refusedNeurons += units.map { originalIndices[$0] }
    state.refusals += 1
    if state.refusals == Self.mostRefusals { state.phase = .lasso }
  }

  /// Fine-tunes with increasing group lasso strengths while the accuracy loss is within the
  /// tolerance.
  private func shrinkColumns(
    _ state: inout State, _ task: Task, _ tolerance: LossTolerance
  ) throws {
    state.phase = .columns
    state.refusals = 0
    var trainer = task.context.trainer
    trainer.epochs *= 2
    for lasso in Self.lassoStrengths {
      trainer.inputLasso = lasso
      let thinned = try fineTune(state.network, task, trainer, step: state.nextStep)
      guard
        tolerance.accepts(thinned, drop: accuracyDrop / 2, referenceLoss: state.referenceLoss)
      else { return }
      state.network = thinned
      state.referenceLoss = tolerance.referenceLoss(thinned, earlier: state.referenceLoss)
    }
  }

  private func pruneColumns(
    _ state: inout State, _ task: Task,
    _ spread: (means: [Double], deviations: [Double]), _ tolerance: LossTolerance
  ) throws {
    let removed = Set(state.plan.inputs)
    let live = task.context.columns.indices.filter { index in
      !task.context.columns[index].inputs.allSatisfy(removed.contains)
    }
    let forced = maxColumns.map { live.count > $0 } ?? false
    let refused = forced ? [] : Set(state.refusedColumns)
    let candidates = live.filter { !refused.contains($0) }
    let batch = min(
      state.columnBatch ?? max(1, candidates.count / 3), live.count - 1, candidates.count)
    // With many columns, small batches do not justify another fine-tuning.
    let worthwhile = batch > live.count / 40 && state.columnTrials < 16 + state.refusedColumns.count
    guard batch >= 1, live.count > 1, worthwhile || forced else {
      state.phase = .merging
      state.refusals = 0
      return
    }
    state.columnTrials += 1
    let (means, deviations) = spread
    let weights = state.network.parameters[0][.weight].value
    let scored = candidates.map { index -> (index: Int, score: Double) in
      let squares = task.context.columns[index].inputs.reduce(0.0) { sum, input in
        let size = norm(weights.row(input)) * deviations[input]
        return sum + size * size
      }
      return (index, squares.squareRoot())
    }.sorted { ($0.score, $0.index) < ($1.score, $1.index) }
    let count = forced ? min(max(batch, 1), live.count - (maxColumns ?? 1)) : batch
    let leaving = scored.prefix(max(count, 1))
    let removals = leaving.map { item in
      PruningPlan.Removal(
        .column(task.context.columns[item.index]), score: item.score, round: state.nextStep)
    }
    let rows = leaving.flatMap { task.context.columns[$0.index].inputs }
    var network = state.network
    network.fold(means: rows.map { means[$0] }, ofRows: rows, intoBiasOf: 0)
    var trainer = task.context.trainer
    trainer.inputLasso = Self.lassoStrengths[0]
    let isAccepted = try attempt(
      removals, in: network, &state, task, trainer, tolerance, drop: forced ? nil : accuracyDrop)
    if isAccepted {
      state.columnBatch = nil
      state.refusals = 0
      return
    }
    state.columnBatch = max(leaving.count / 2, 1)
    guard leaving.count == 1 else { return }
    state.refusedColumns += leaving.map(\.index)
    state.refusals += 1
    guard state.refusals == Self.mostRefusals else { return }
    state.refusals = 0
    state.phase = .merging
  }

  /// Removes neurons or columns, fine-tunes the network, and records the step.
  ///
  /// `network`: the network whose biases compensate for the removals.
  /// `drop`: the maximum loss of accuracy (or R²); `nil` accepts every loss.
  /// - Returns: whether the removal was accepted.
  func attempt(
    _ removals: [PruningPlan.Removal], in network: Network, _ state: inout State, _ task: Task,
    _ trainer: Trainer, _ tolerance: LossTolerance, drop: Double?
  ) throws -> Bool {
    let masked = try network.masked(by: state.plan.union(PruningPlan(removals)))
    let tuned = try fineTune(masked, task, trainer, step: state.nextStep)
    // Removed and merged units may raise the loss: with a limit, features stay that rules do not need.
    let reference = state.phase == .columns ? state.referenceLoss : nil
    let isAccepted =
      drop.map { tolerance.accepts(tuned, drop: $0, referenceLoss: reference) } ?? true
    if isAccepted, let earlier = state.referenceLoss {
      state.referenceLoss = tolerance.referenceLoss(tuned, earlier: earlier)
    }
    try state.record(
      tuned, removing: removals, of: task, qualityBeforeRecovery: task.context.measure(masked),
      isAccepted: isAccepted)
    return isAccepted
  }

  private func fineTune(
    _ network: Network, _ task: Task, _ trainer: Trainer, step: Int
  ) throws -> Network {
    guard trainer.epochs > 0 else { return network }
    // The streams of random numbers count the network before pruning as the first step.
    let round = step + 1
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
  /// - Throws: `NetworkError` if the architecture is invalid.
  public mutating func keep(_ split: NetworkSplit) throws {
    network = split.head
    backbone = (try split.backboneCost, context.columns.count)
    inputFeatures = split.readsFeatures ? split.network.neurons(of: node) : []
    context.columns = inputFeatures.enumerated().map { input, neuron in
      InputColumn(name: neuron.description, inputs: [input])
    }
    context.training.inputs = split.network.activations(
      of: split.splitPoint, for: context.training.inputs)
    context.validation.inputs = split.network.activations(
      of: split.splitPoint, for: context.validation.inputs)
    unlabelled = unlabelled.map { split.network.activations(of: split.splitPoint, for: $0) }
  }

  /// The task with the network's predicted probabilities as targets, also on unlabelled rows.
  var distilled: FeatureLayer.Task {
    var copy = self
    copy.context.training.append(unlabelled: unlabelled?.half(0))
    copy.context.training.targets = context.head.probabilities(
      from: network.outputs(for: copy.context.training.inputs))
    return copy
  }
}

extension Tensor {
  /// The first or the second half of the rows.
  fileprivate func half(_ part: Int) -> Tensor {
    slicing(part == 0 ? 0..<(rows / 2) : (rows / 2)..<rows)
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
