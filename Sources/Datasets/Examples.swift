import Tensors

/// Encoded rows with their labels.
public struct Examples: Hashable, Sendable {
  /// Network inputs, `[rows, inputs]`.
  public var inputs: Tensor
  /// The class index of each row.
  public var labels: [Int]
  /// The scaled numbers of a numeric target, empty otherwise.
  public var numbers: [Float]
  /// Soft targets of a teacher in place of the labels, `[rows, outputs]`: class probabilities.
  public var targets: Tensor?

  /// `inputs`: `[rows, inputs]`; `labels`: class indices; `numbers`: numeric targets, empty for
  /// classes; `targets`: class probabilities, `[rows, classes]`.
  public init(inputs: Tensor, labels: [Int], numbers: [Float] = [], targets: Tensor? = nil) {
    precondition(inputs.rows == labels.count, "\(inputs.rows) rows for \(labels.count) labels")
    self.inputs = inputs
    self.labels = labels
    self.numbers = numbers
    self.targets = targets
  }

  /// The number of rows.
  public var count: Int { labels.count }

  /// The examples at these indices, in this order.
  public func gathering(_ rows: ArraySlice<Int>) -> Examples {
    Examples(
      inputs: inputs.gathering(rows), labels: rows.map { labels[$0] },
      numbers: numbers.isEmpty ? [] : rows.map { numbers[$0] }, targets: targets?.gathering(rows))
  }
}

/// A split of the rows into disjoint training, validation and held-out sets.
public struct Split: Hashable, Codable, Sendable {
  /// The training set, to which weights and rules are fitted.
  public var training: [Int]
  /// The validation set, for early stopping.
  public var validation: [Int]
  /// The held-out set, used for neither network nor rules.
  public var heldOut: [Int]

  /// Positions of rows in their table.
  public init(training: [Int], validation: [Int], heldOut: [Int]) {
    self.training = training
    self.validation = validation
    self.heldOut = heldOut
  }

  /// A split stratified by class; a class with one row is in the training set.
  ///
  /// `heldOut`: the fraction of rows to hold out; 0 if they are given separately.
  /// `validation`: the fraction of the remaining rows for the validation set.
  public static func stratified(
    _ labels: [Int], heldOut: Double, validation: Double, seed: UInt64
  ) -> Split {
    var generator = SeededGenerator(seed: seed).stream("split")
    var split = Split(training: [], validation: [], heldOut: [])
    let classes = Dictionary(grouping: labels.indices, by: { labels[$0] })
    var heldOutRemainder = 0.0
    var validationRemainder = 0.0
    for label in classes.keys.sorted() {
      var rows = classes[label] ?? []
      generator.shuffle(&rows)
      // Rounding remainders are carried to the next class, so that the totals are exact.
      heldOutRemainder += Double(rows.count) * heldOut
      let held = min(max(Int(heldOutRemainder.rounded()), 0), rows.count - 1)
      heldOutRemainder -= Double(held)
      validationRemainder += Double(rows.count - held) * validation
      let checked = min(max(Int(validationRemainder.rounded()), 0), rows.count - held - 1)
      validationRemainder -= Double(checked)
      split.heldOut += rows[..<held]
      split.validation += rows[held..<held + checked]
      split.training += rows[(held + checked)...]
    }
    split.heldOut.sort()
    split.validation.sort()
    split.training.sort()
    return split
  }

  /// The splits of a cross-validation, stratified by class: every row is held out in one of them.
  ///
  /// `folds`: the number of splits, at least 2.
  /// `validation`: the fraction of the other rows for the validation set.
  public static func folds(
    _ labels: [Int], count folds: Int, validation: Double, seed: UInt64
  ) -> [Split] {
    var generator = SeededGenerator(seed: seed).stream("folds")
    let classes = Dictionary(grouping: labels.indices, by: { labels[$0] })
    var order: [Int] = []
    for label in classes.keys.sorted() {
      var rows = classes[label] ?? []
      generator.shuffle(&rows)
      order += rows
    }
    // Dealt out one after the other: the folds differ by at most one row, also within a class.
    return (0..<folds).map { fold in
      let heldOut = order.indices.filter { $0 % folds == fold }.map { order[$0] }.sorted()
      let others = order.indices.filter { $0 % folds != fold }.map { order[$0] }.sorted()
      let split = stratified(
        others.map { labels[$0] }, heldOut: 0, validation: validation, seed: seed)
      return Split(
        training: split.training.map { others[$0] },
        validation: split.validation.map { others[$0] }, heldOut: heldOut)
    }
  }
}
