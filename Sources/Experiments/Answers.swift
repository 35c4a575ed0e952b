import Datasets
import Explanations
import Networks
import Tensors

/// What the networks of a run make of its rows, each asked once.
struct Answers: Sendable {
  var training: [Int]
  var validation: [Int]
  var heldOut: [Int]
  /// Of the network before pruning, on held-out rows.
  var original: [Int]
  /// Of the pruned network, on held-out rows.
  var pruned: [Int]
  /// The hidden features of the pruned network; `nil` where it has none.
  var features: FeatureValues?

  /// `control`: asked between tables whether to stop.
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
  /// The answers to rows, and the values of the hidden features where there are any.
  fileprivate func responses(to table: Table) -> (answers: [Int], values: Tensor?) {
    guard let node = featureNode else { return (classify(table), nil) }
    let (outputs, kept) = network.outputs(for: encoding.encode(table).inputs, keeping: node)
    return (answers(from: outputs), kept)
  }
}
