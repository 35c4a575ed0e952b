import Datasets
import Explanations
import Networks
import Tensors

/// The predictions of the networks of a run, each computed once per set of rows.
struct Answers: Sendable {
  var training: [Int]
  var validation: [Int]
  var heldOut: [Int]
  /// Predictions of the network before pruning on the held-out set.
  var original: [Int]
  /// Predictions of the pruned network on the held-out set.
  var pruned: [Int]
  /// Activations of the hidden features of the pruned network; `nil` if it has none.
  var features: FeatureValues?

  /// `control`: checked between tables for a request to stop.
  init(
    _ networks: TrainedNetworks, explained: Model, rows: Preparation, control: RunControl
  ) throws {
    let pruned = networks.pruned
    let onTraining = pruned.responses(to: rows.training)
    try control.stopIfAsked {}
    let onValidation = pruned.responses(to: rows.validation)
    try control.stopIfAsked {}
    let onHeldOut = pruned.responses(to: rows.heldOut)
    try control.stopIfAsked {}
    self.pruned = onHeldOut.answers
    let isUnchanged = networks.original == pruned
    original = isUnchanged ? onHeldOut.answers : networks.original.classify(rows.heldOut)
    if isUnchanged || explained == pruned {
      (training, validation) = (onTraining.answers, onValidation.answers)
      heldOut = onHeldOut.answers
    } else {
      training = explained.classify(rows.training)
      try control.stopIfAsked {}
      validation = explained.classify(rows.validation)
      heldOut = original
    }
    guard let values = onTraining.values, let validating = onValidation.values,
      let holding = onHeldOut.values,
      let hidden = HiddenFeatures(of: pruned, responses: { _ in (values, onTraining.answers) })
    else { return }
    features = FeatureValues(hidden, training: values, validation: validating, heldOut: holding)
  }
}

extension Model {
  /// The predictions for the rows, and the activations of the hidden features if there are any.
  fileprivate func responses(to table: Table) -> (answers: [Int], values: Tensor?) {
    guard let node = featureNode else { return (classify(table), nil) }
    let (outputs, kept) = network.outputs(for: encoding.encode(table).inputs, keeping: node)
    return (answers(from: outputs), kept)
  }
}
