import Datasets
import Networks
import Tensors

/// What a pruned network may lose against the network before pruning, measured on the same rows.
///
/// A loss is judged by its standard error. Of `n` rows, `b` were right before and are wrong now, `c`
/// the other way round; `k = b - c` rows are lost in all, and the accuracy lost is `k / n` with the
/// binomial standard error `sqrt(k - k² / n) / n`. Rows that change sides both ways do not widen it: a
/// network that answers many rows otherwise is not judged more mildly.
///
/// - The accuracy lost, less one standard error, is at most the accuracy drop. For a number it is the
///   share of explained variance (R²) that is lost, with a standard error of at most the drop.
/// - The same holds for the recall of every class with at least 10 rows, less two standard errors:
///   with many classes some lose a few rows by chance.
/// - A class that the network before pruning answers at least 10 times is still answered at least
///   half as often. Of a class with fewer answers among these rows, the training rows to which it is
///   given are looked at: where there are at least 10, half of them still get it.
package struct LossTolerance {
  /// The rows of a class, or the answers of a class, from which on it is watched by itself.
  static let fewestRows = 10

  private let task: FeatureLayer.Task
  private let answers: [Int]
  private let isCorrect: [Bool]
  private let squaredErrors: [Double]
  /// Of the squared errors about the mean, over all rows.
  private let variation: Double
  /// The rows of each class with enough of them.
  private let rowsOfClasses: [[Int]]
  /// How often each class was answered.
  private let answered: [Int: Int]
  /// The training rows of classes that are rarely answered among the watched rows, with the answers.
  private let rare: (inputs: Tensor, answers: [Int])?

  /// Measures the network before pruning on the rows that accuracy is watched on.
  package init(_ task: FeatureLayer.Task) {
    self.task = task
    let outputs = task.network.outputs(for: task.checked.inputs)
    guard task.head != .number else {
      (answers, isCorrect, rowsOfClasses, answered, rare) = ([], [], [], [:], nil)
      squaredErrors = Self.squaredErrors(outputs, task.checked.numbers)
      let count = Double(max(task.checked.count, 1))
      let mean = task.checked.numbers.reduce(0.0) { $0 + Double($1) } / count
      variation = task.checked.numbers.reduce(0.0) {
        $0 + (Double($1) - mean) * (Double($1) - mean)
      }
      return
    }
    (squaredErrors, variation) = ([], 0)
    answers = task.head.answers(from: outputs)
    isCorrect = zip(answers, task.checked.labels).map { $0 == $1 }
    rowsOfClasses = Dictionary(grouping: task.checked.labels.indices) { task.checked.labels[$0] }
      .sorted { $0.key < $1.key }.map(\.value).filter { $0.count >= Self.fewestRows }
    answered = answers.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    rare = Self.rareAnswers(task, beside: answered)
  }

  private static func rareAnswers(
    _ task: FeatureLayer.Task, beside answered: [Int: Int]
  ) -> (inputs: Tensor, answers: [Int])? {
    guard task.network.architecture.input.rank == 1 else { return nil }
    let inputs = task.training.inputs
    let answers = task.head.answers(from: task.network.outputs(for: inputs))
    let counts = answers.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
    let rows = answers.indices.filter { row in
      answered[answers[row], default: 0] < fewestRows
        && counts[answers[row], default: 0] >= fewestRows
    }
    guard !rows.isEmpty else { return nil }
    return (inputs.gathering(rows[...]), rows.map { answers[$0] })
  }

  /// Whether a pruned network of the same shape loses no more than it may.
  /// - Parameters:
  ///   - network: the pruned network, in masked form.
  ///   - drop: accuracy (or explained variance) that may be lost, 0 to 1.
  /// - Returns: whether it may replace the network before pruning.
  package func accepts(_ network: Network, drop: Double) -> Bool {
    let outputs = network.outputs(for: task.checked.inputs)
    if task.head == .number {
      return accepts(Self.squaredErrors(outputs, task.checked.numbers), drop)
    }
    let found = task.head.answers(from: outputs)
    let correct = zip(found, task.checked.labels).map { $0 == $1 }
    guard loss(Array(correct.indices), correct, errors: 1) <= drop else { return false }
    guard rowsOfClasses.allSatisfy({ loss($0, correct, errors: 2) <= drop }) else { return false }
    let counts = found.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    let keepsClasses = answered.allSatisfy { name, count in
      count < Self.fewestRows || 2 * counts[name, default: 0] >= count
    }
    return keepsClasses && keepsRareClasses(network)
  }

  private func keepsRareClasses(_ network: Network) -> Bool {
    guard let rare else { return true }
    let found = task.head.answers(from: network.outputs(for: rare.inputs))
    let kept = zip(found, rare.answers).reduce(into: [Int: (same: Int, all: Int)]()) {
      $0[$1.1, default: (0, 0)].all += 1
      if $1.0 == $1.1 { $0[$1.1, default: (0, 0)].same += 1 }
    }
    return kept.values.allSatisfy { 2 * $0.same >= $0.all }
  }

  /// The accuracy lost on some rows, less so many standard errors.
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

  private static func squaredErrors(_ outputs: Tensor, _ numbers: [Float]) -> [Double] {
    numbers.indices.map { row in
      let error = Double(outputs[row, 0] - numbers[row])
      return error * error
    }
  }
}
