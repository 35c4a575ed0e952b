import Tensors

/// Rows as a network sees them.
public struct Examples: Hashable, Sendable {
  /// `[rows, inputs]`
  public var inputs: Tensor
  /// The position of each row's class.
  public var labels: [Int]
  /// The scaled numbers of a numeric target, empty otherwise.
  public var numbers: [Float]
  /// What a teacher answers instead of the labels, `[rows, outputs]`: a probability for each class.
  public var targets: Tensor?

  public init(inputs: Tensor, labels: [Int], numbers: [Float] = [], targets: Tensor? = nil) {
    precondition(inputs.rows == labels.count, "\(inputs.rows) rows for \(labels.count) labels")
    self.inputs = inputs
    self.labels = labels
    self.numbers = numbers
    self.targets = targets
  }

  /// How many rows there are.
  public var count: Int { labels.count }

  /// The examples at these positions, in this order.
  public func gathering(_ rows: ArraySlice<Int>) -> Examples {
    Examples(
      inputs: inputs.gathering(rows), labels: rows.map { labels[$0] },
      numbers: numbers.isEmpty ? [] : rows.map { numbers[$0] }, targets: targets?.gathering(rows))
  }
}

/// Which rows serve for what. No row serves twice.
public struct Split: Hashable, Codable, Sendable {
  /// The rows that weights and rules are fitted to.
  public var training: [Int]
  /// The rows that decide when to stop.
  public var validation: [Int]
  /// The rows that neither network nor rules have seen.
  public var heldOut: [Int]

  public init(training: [Int], validation: [Int], heldOut: [Int]) {
    self.training = training
    self.validation = validation
    self.heldOut = heldOut
  }

  /// Every class split in the same proportion; a class of one row is trained on.
  ///
  /// `heldOut`: the fraction of rows to hold out, 0 when they are given apart.
  /// `validation`: the fraction of the remaining rows that decide when to stop.
  public static func stratified(
    _ labels: [Int], heldOut: Double, validation: Double, seed: UInt64
  ) -> Split {
    var generator = SeededGenerator(seed: seed).stream("split")
    var split = Split(training: [], validation: [], heldOut: [])
    let classes = Dictionary(grouping: labels.indices, by: { labels[$0] })
    var owedHeldOut = 0.0
    var owedValidation = 0.0
    for label in classes.keys.sorted() {
      var rows = classes[label] ?? []
      generator.shuffle(&rows)
      // Fractions of a row are carried to the next class, so that the totals come out right.
      owedHeldOut += Double(rows.count) * heldOut
      let held = min(max(Int(owedHeldOut.rounded()), 0), rows.count - 1)
      owedHeldOut -= Double(held)
      owedValidation += Double(rows.count - held) * validation
      let checked = min(max(Int(owedValidation.rounded()), 0), rows.count - held - 1)
      owedValidation -= Double(checked)
      split.heldOut += rows[..<held]
      split.validation += rows[held..<held + checked]
      split.training += rows[(held + checked)...]
    }
    split.heldOut.sort()
    split.validation.sort()
    split.training.sort()
    return split
  }
}
