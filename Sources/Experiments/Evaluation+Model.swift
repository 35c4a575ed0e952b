import Datasets
import Explanations
import Networks
import Tensors

extension Evaluation {
  /// Evaluates a network on the labelled rows of a table.
  ///
  /// For a numeric target the accuracy is that of the intervals between the cuts of the schema.
  public init(of model: Model, on table: Table) {
    let rows = table.labelled
    let outputs = model.outputs(for: rows)
    self.init(
      predictions: model.predictions(from: outputs), labels: rows.labels,
      classes: model.schema.classes,
      probabilities: model.probabilities(from: outputs))
    if model.head == .number {
      regression = RegressionFigures(
        predicted: model.numbers(from: outputs), actual: rows.numbers)
    }
  }
}
