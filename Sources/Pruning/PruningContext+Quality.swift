import Datasets
import Networks
import Tensors

/// How well a network predicts the validation rows; for every pruning measured in the same way.
///
/// The error of a row is 0 or 1 for a class, and the squared error divided by the variance of the
/// targets for a number. The quality is 1 minus the mean error: the accuracy, or R².
extension PruningContext {
  /// The rows on which a network is measured: the validation rows, or the training rows if there
  /// are none.
  package var measured: Examples { validation.count > 0 ? validation : training }

  /// The validation accuracy of a network, or R² for a numeric target; R² is 0 if all targets are
  /// equal.
  public func quality(of network: Network) -> Double { measure(network).value }

  /// The validation accuracy of a network with its number of correct rows, or R² for a numeric
  /// target.
  public func measure(_ network: Network) -> Quality {
    let rows = measured
    let outputs = network.outputs(for: rows.inputs)
    guard head == .number else {
      return Quality(
        correct: zip(head.predictions(from: outputs), rows.labels).count { $0 == $1 },
        of: rows.count)
    }
    let variation = rows.variation
    return Quality(
      explainedVariance: variation > 0
        ? 1 - rows.squaredErrors(of: outputs).reduce(0, +) / variation : 0)
  }

  /// The cost and the quality of a network.
  /// - Throws: `NetworkError` if the architecture is invalid.
  func measurement(of network: Network) throws -> PruningTrace.Measurement {
    PruningTrace.Measurement(cost: try Cost(of: network), quality: measure(network))
  }

  /// This context with the predictions of a network, or its outputs for a numeric target, in place of
  /// the labels of the measured rows and of additional rows, `[rows, inputs]`.
  package func labelled(by network: Network, adding unlabelled: Tensor?) -> PruningContext {
    var copy = self
    var rows = measured
    rows.append(unlabelled: unlabelled)
    let outputs = network.outputs(for: rows.inputs)
    if head == .number {
      rows.numbers = outputs.elements
    } else {
      rows.labels = head.predictions(from: outputs)
    }
    if validation.count > 0 { copy.validation = rows } else { copy.training = rows }
    return copy
  }

  /// The error of each measured row.
  package func errors(of network: Network) -> [Double] {
    let rows = measured
    let outputs = network.outputs(for: rows.inputs)
    guard head == .number else {
      return zip(head.predictions(from: outputs), rows.labels).map { $0 == $1 ? 0 : 1 }
    }
    let (variation, count) = (rows.variation, Double(max(rows.count, 1)))
    return rows.squaredErrors(of: outputs).map { variation > 0 ? $0 * count / variation : 0 }
  }
}

extension Examples {
  /// Adds rows whose labels and numbers are unknown and 0; soft targets are dropped.
  mutating func append(unlabelled: Tensor?) {
    guard let unlabelled, unlabelled.rows > 0 else { return }
    let count = unlabelled.rows
    self = Examples(
      inputs: Tensor(
        inputs.elements + unlabelled.elements, shape: [self.count + count, inputs.width]),
      labels: labels + [Int](repeating: 0, count: count),
      numbers: numbers.isEmpty ? [] : numbers + [Float](repeating: 0, count: count))
  }

  /// The sum of squared deviations of the numeric targets from their mean.
  var variation: Double {
    let mean = numbers.reduce(0.0) { $0 + Double($1) } / Double(max(count, 1))
    return numbers.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
  }

  /// The squared error of each row's output.
  ///
  /// `outputs`: `[rows, 1]`
  func squaredErrors(of outputs: Tensor) -> [Double] {
    numbers.indices.map { row in
      let error = Double(outputs[row, 0] - numbers[row])
      return error * error
    }
  }
}
