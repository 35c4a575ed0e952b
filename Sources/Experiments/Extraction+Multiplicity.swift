import Datasets
import Explanations
import Networks
import Rules

extension Extraction {
  /// The number of trees beside the rules, over the columns that the network reads and the scores, or
  /// over the hidden features; `nil` for voting rules.
  /// - Throws: `Interrupted` if `control` requests it.
  func multiplicity(
    reading model: Model, predictions: RunPredictions, control: RunControl
  ) throws -> Multiplicity? {
    let added = Array(training.columns.indices.suffix(scores.count))
    let table =
      level == .features ? training : training.selectingColumns(model.readColumns + added)
    return try MultiplicityStudy().result(
      beside: rules, over: table, predictions: predictions.training,
      onStep: { try control.checkInterruption {} })
  }
}
