import Datasets
import Explanations
import ModelFiles
import Networks
import Tensors

/// The predictions of the networks of a run, each computed once per set of rows.
struct RunPredictions: Sendable {
  /// A network's predictions on the held-out set, with its error.
  struct HeldOut: Sendable {
    var predictions: [Int]
    /// The root mean squared error of a regression, in the unit of the target.
    var error: Double?
    /// The figures of a regression.
    var regression: RegressionFigures?
  }

  var training: [Int]
  var validation: [Int]
  var heldOut: [Int]
  /// The outputs of the explained network for a numeric target, in its unit.
  var numbers: (training: [Double], heldOut: [Double])?
  /// The network before pruning.
  var original: HeldOut
  /// The pruned network.
  var pruned: HeldOut
  /// Classes that the pruned network never predicts, over all rows; for an expensive network, over
  /// the rows on which model files are verified.
  var vanished: [VanishedClass]
  /// Activations of the hidden features of the pruned network; `nil` if it has none.
  var features: FeatureValues?
  /// These features on the training rows, at most 10,000, for their attributions.
  var attribution: AttributionSubject?

  /// Maximum number of MACs for the search for vanished classes.
  private static let mostMACs = 40_000_000_000
  /// Maximum number of rows for attributions.
  private static let mostAttributed = 10_000

  /// `control`: checked between tables for a request to stop.
  init(
    _ networks: TrainedNetworks, from start: StartingNetwork, explained: Model,
    heldOut table: Table,
    control: RunControl
  ) throws {
    let (before, after) = (networks.original, networks.pruned)
    let onTraining = after.responses(to: start.training)
    try control.checkInterruption {}
    let onValidation = after.responses(to: start.validation)
    try control.checkInterruption {}
    let isUnchanged = before == after
    let rows = EncodedRows(table, by: before.encoding)
    let onHeldOut = after.responses(to: rows)
    try control.checkInterruption {}
    let outputs =
      isUnchanged
      ? onHeldOut.outputs : before.network.outputs(for: rows.inputs(by: before.encoding))
    original = HeldOut(outputs, of: before, on: table)
    pruned = HeldOut(onHeldOut.outputs, of: after, on: table)
    let usesPruned = isUnchanged || explained == after
    if usesPruned {
      (training, validation) = (onTraining.predictions, onValidation.predictions)
    } else {
      training = explained.predictions(for: start.training)
      try control.checkInterruption {}
      validation = explained.predictions(for: start.validation)
    }
    heldOut = usesPruned ? pruned.predictions : original.predictions
    if explained.head == .number {
      numbers = (
        explained.numbers(
          from: usesPruned
            ? onTraining.outputs
            : explained.network.outputs(for: start.training.inputs(by: explained.encoding))),
        explained.numbers(from: usesPruned ? onHeldOut.outputs : outputs)
      )
    }

    vanished =
      isUnchanged || before.head == .number
      ? []
      : Self.vanished(
        from: before, classes: after.schema.classes,
        on: [
          (rows, original.predictions, pruned.predictions),
          (start.validation, usesPruned ? nil : validation, onValidation.predictions),
          (start.training, usesPruned ? nil : training, onTraining.predictions),
        ])

    guard let values = onTraining.values, let validating = onValidation.values,
      let holding = onHeldOut.values,
      let hidden = HiddenFeatures(of: after, responses: { _ in (values, onTraining.predictions) }),
      let node = after.network.architecture.index(of: hidden.node)
    else { return }
    features = FeatureValues(hidden, training: values, validation: validating, heldOut: holding)
    attribution = AttributionSubject(
      network: after.network, node: node,
      inputs: start.training.inputs(by: after.encoding, first: Self.mostAttributed),
      values: values.slicing(0..<min(values.rows, Self.mostAttributed)),
      thresholds: hidden.thresholds)
  }
  /// `sets`: rows with the predictions of the original network, if known, and of the pruned one.
  private static func vanished(
    from original: Model, classes: [String],
    on sets: [(rows: EncodedRows, before: [Int]?, after: [Int])]
  ) -> [VanishedClass] {
    let all = sets.reduce(0) { $0 + $1.rows.count }
    let isCheap = all * (original.network.macs + 1000) <= mostMACs
    var left = isCheap ? all : ModelFile.mostRowsReadBack
    var (before, after): ([Int], [Int]) = ([], [])
    for set in sets {
      let count = min(set.rows.count, left)
      left -= count
      let known = set.before.map { Array($0.prefix(count)) }
      before += known ?? original.predictions(for: set.rows, first: count)
      after += set.after.prefix(count)
    }
    return VanishedClass.all(original: before, pruned: after, classes: classes)
  }
}

extension RunPredictions.HeldOut {
  /// The predictions from the outputs of a model, `[rows, outputs]`.
  fileprivate init(_ outputs: Tensor, of model: Model, on table: Table) {
    predictions = model.predictions(from: outputs)
    error = model.rootMeanSquaredError(of: outputs, on: table)
    if model.head == .number {
      regression = RegressionFigures(predicted: model.numbers(from: outputs), actual: table.numbers)
    }
  }
}

extension Model {
  /// The outputs and predictions for the rows, and the activations of the hidden features if there
  /// are any.
  fileprivate func responses(
    to rows: EncodedRows
  ) -> (outputs: Tensor, predictions: [Int], values: Tensor?) {
    let inputs = rows.inputs(by: encoding)
    guard let node = featureNode else {
      let outputs = network.outputs(for: inputs)
      return (outputs, predictions(from: outputs), nil)
    }
    let (outputs, kept) = network.outputs(for: inputs, keeping: node)
    return (outputs, predictions(from: outputs), kept)
  }
}
