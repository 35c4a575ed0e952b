import Datasets
import Networks
import Tensors

/// Decides whether a pruned network may replace the network before pruning, evaluated on the same
/// rows.
///
/// A loss is compared with its standard error. Of `n` rows, `b` are correct before and wrong after
/// pruning, `c` are wrong before and correct after. The net loss is `k = b - c` rows, the accuracy
/// loss `k / n`, and its binomial standard error `sqrt(k - k² / n) / n`. Rows that change in both
/// directions do not increase the standard error, so a network with many changed predictions has no
/// larger tolerance.
///
/// - The accuracy loss minus one standard error is at most the accuracy drop. For regression the
///   loss is that of the explained variance (R²), with a standard error of at most the drop.
/// - The recall loss of every class with at least 10 rows, minus two standard errors, is at most
///   the accuracy drop. Two standard errors allow for random losses with many classes.
/// - On fewer than 1,000 rows (5,000 of images), the mean loss (cross-entropy) rises by at most three times the accuracy
///   drop, in nats: by 0.03 for one percentage point. It changes before predictions do; the accuracy on
///   few rows, on which many prunings are tried, is too optimistic. Only with a reference loss.
/// - A class that the network before pruning predicts at least 10 times is still predicted at least
///   half as often. A class with fewer predictions on these rows is checked on the training rows
///   with this predicted class: if there are at least 10, at least half keep the prediction.
package struct LossTolerance {
  /// The minimum number of rows, or predictions, of a class that is checked separately.
  static let fewestRows = 10

  /// From this number of rows on, the mean loss may rise; a larger number is for images, whose pixels
  /// each say little, so that many are removed.
  package static let manyRows = (table: 1000, images: 5000)

  /// The largest rise of the mean loss, in nats, for an accuracy drop of 1.
  private static let lossPerDrop = 3.0

  private let context: PruningContext
  /// The rows on which networks are compared.
  private let rows: Examples
  private let predictions: [Int]
  private let isCorrect: [Bool]
  /// The mean loss; `nil` if it may rise.
  private let loss: Double?
  private let squaredErrors: [Double]
  /// The sum of squared deviations of the targets from their mean, over all rows.
  private let variation: Double
  /// The row indices of each class with at least `fewestRows` rows.
  private let rowsOfClasses: [[Int]]
  /// The number of predictions of each class.
  private let predictionCounts: [Int: Int]
  /// The training rows, with predictions, of classes with fewer than `fewestRows` predictions on
  /// the validation rows.
  private let rare: (inputs: Tensor, predictions: [Int])?

  /// Evaluates the network before pruning on the validation rows.
  ///
  /// `limitsLossBelow`: the mean loss is limited on fewer rows than these; default 0, for no limit.
  package init(_ network: Network, _ context: PruningContext, limitsLossBelow manyRows: Int = 0) {
    self.context = context
    let rows = context.measured
    self.rows = rows
    let outputs = network.outputs(for: rows.inputs)
    guard context.head != .number else {
      (predictions, isCorrect, loss, rowsOfClasses, predictionCounts, rare) = (
        [], [], nil, [], [:], nil
      )
      squaredErrors = rows.squaredErrors(of: outputs)
      variation = rows.variation
      return
    }
    (squaredErrors, variation) = ([], 0)
    predictions = context.head.predictions(from: outputs)
    isCorrect = zip(predictions, rows.labels).map { $0 == $1 }
    loss =
      rows.count < manyRows ? context.meanLoss(of: outputs, for: rows) : nil
    rowsOfClasses = Dictionary(grouping: rows.labels.indices) { rows.labels[$0] }
      .sorted { $0.key < $1.key }.map(\.value).filter { $0.count >= Self.fewestRows }
    predictionCounts = predictions.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    rare = Self.rarePredictions(of: network, context, beside: predictionCounts)
  }

  private static func rarePredictions(
    of network: Network, _ context: PruningContext, beside predictionCounts: [Int: Int]
  ) -> (inputs: Tensor, predictions: [Int])? {
    guard network.architecture.input.rank == 1 else { return nil }
    let inputs = context.training.inputs
    let predictions = context.head.predictions(from: network.outputs(for: inputs))
    let counts = predictions.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
    let rows = predictions.indices.filter { row in
      predictionCounts[predictions[row], default: 0] < fewestRows
        && counts[predictions[row], default: 0] >= fewestRows
    }
    guard !rows.isEmpty else { return nil }
    return (inputs.gathering(rows[...]), rows.map { predictions[$0] })
  }

  /// The mean loss from which a rise is limited, in nats: the lowest of the accepted networks so far, and
  /// at least that of the network before pruning.
  /// - Parameters:
  ///   - network: the network that was accepted last.
  ///   - earlier: the reference before it; by default none.
  /// - Returns: `nil` if the loss is not limited.
  package func referenceLoss(_ network: Network, earlier: Double? = nil) -> Double? {
    guard let loss else { return nil }
    let found = context.meanLoss(of: network.outputs(for: rows.inputs), for: rows)
    return max(loss, min(found, earlier ?? .infinity))
  }

  /// Whether the losses of a pruned network of the same shape are within the tolerance.
  /// - Parameters:
  ///   - network: the pruned network, in masked form.
  ///   - drop: the maximum loss of accuracy (or R²), 0 to 1.
  ///   - referenceLoss: the mean loss from which the rise is limited; `nil`, the default, allows any.
  /// - Returns: whether it may replace the network before pruning.
  package func accepts(
    _ network: Network, drop: Double, referenceLoss: Double? = nil
  ) -> Bool {
    let outputs = network.outputs(for: rows.inputs)
    if context.head == .number {
      return accepts(rows.squaredErrors(of: outputs), drop)
    }
    let found = context.head.predictions(from: outputs)
    let correct = zip(found, rows.labels).map { $0 == $1 }
    guard loss(Array(correct.indices), correct, errors: 1) <= drop else { return false }
    if let referenceLoss,
      context.meanLoss(of: outputs, for: rows) - referenceLoss > Self.lossPerDrop * drop
    {
      return false
    }
    guard rowsOfClasses.allSatisfy({ loss($0, correct, errors: 2) <= drop }) else { return false }
    let counts = found.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    let keepsClasses = predictionCounts.allSatisfy { name, count in
      count < Self.fewestRows || 2 * counts[name, default: 0] >= count
    }
    return keepsClasses && keepsRareClasses(network)
  }

  private func keepsRareClasses(_ network: Network) -> Bool {
    guard let rare else { return true }
    let found = context.head.predictions(from: network.outputs(for: rare.inputs))
    let kept = zip(found, rare.predictions).reduce(into: [Int: (same: Int, all: Int)]()) {
      $0[$1.1, default: (0, 0)].all += 1
      if $1.0 == $1.1 { $0[$1.1, default: (0, 0)].same += 1 }
    }
    return kept.values.allSatisfy { 2 * $0.same >= $0.all }
  }

  /// The accuracy loss on some rows minus `errors` standard errors.
  private func loss(_ rows: [Int], _ correct: [Bool], errors: Double) -> Double {
    let count = Double(max(rows.count, 1))
    let lost = Double(rows.count { isCorrect[$0] && !correct[$0] })
    let won = Double(rows.count { !isCorrect[$0] && correct[$0] })
    let net = max(lost - won, 0)
    return (lost - won) / count - errors * (net - net * net / count).squareRoot() / count
  }

  private func accepts(_ found: [Double], _ drop: Double) -> Bool {
    guard variation > 0 else { return true }
    let more = zip(found, squaredErrors).map { $0 - $1 }
    let count = Double(max(more.count, 1))
    let mean = more.reduce(0, +) / count
    let spread = more.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
    // The sum of `count` independent differences has the standard error `spread`.
    return (mean * count - min(spread, drop * variation)) / variation <= drop
  }
}

extension PruningContext {
  /// The mean loss of a network's outputs for some rows, with the class weights of the training.
  fileprivate func meanLoss(of outputs: Tensor, for rows: Examples) -> Double {
    head.loss(of: outputs, for: rows, classWeights: trainer.classWeights).value
  }
}
