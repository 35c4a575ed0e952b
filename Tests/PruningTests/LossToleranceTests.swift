import Datasets
import Networks
import Pruning
import Tensors
import Testing

@Suite struct LossToleranceTests {
  /// A network that predicts the class with the largest input, so that the rows determine the
  /// predictions.
  private static func passing(_ classes: Int) throws -> Network {
    var network = try Network(Architecture(input: [2 * classes]) { Dense(classes) }, seed: 1)
    network.parameters[0][0].value = Tensor(
      (0..<2 * classes).flatMap { row in (0..<classes).map { $0 == row ? 1 : 0 } },
      shape: [2 * classes, classes])
    return network
  }

  /// The same, but the second half of the inputs determines the prediction.
  private static func changed(_ classes: Int) throws -> Network {
    var network = try passing(classes)
    network.parameters[0][0].value = Tensor(
      (0..<2 * classes).flatMap { row in (0..<classes).map { $0 + classes == row ? 1 : 0 } },
      shape: [2 * classes, classes])
    return network
  }

  /// Whether a network with predictions `after` may replace one with predictions `before`.
  private func accepts(
    labels: [Int], before: [Int], after: [Int], classes: Int, drop: Double
  ) throws -> Bool {
    let rows = zip(before, after).flatMap { old, new in
      (0..<classes).map { Float($0 == old ? 1 : 0) }
        + (0..<classes).map { Float($0 == new ? 1 : 0) }
    }
    let examples = Examples(
      inputs: Tensor(rows, shape: [labels.count, 2 * classes]), labels: labels)
    let task = FeatureLayer.Task(
      network: try Self.passing(classes), node: .input, head: .softmax, training: examples,
      checked: examples, columns: [], seed: 1)
    return LossTolerance(task.network, task.context).accepts(try Self.changed(classes), drop: drop)
  }

  /// The same predictions with a third of the margin: cross-entropy ln(1 + e⁻³) = 0.0486 before and
  /// ln(1 + e⁻¹) = 0.3133 after, 0.2647 more.
  @Test func onFewRowsTheMeanLossMayRiseByThreeTimesTheDrop() throws {
    func accepts(rows: Int, drop: Double, below manyRows: Int = 1000) throws -> Bool {
      let labels = (0..<rows).map { $0 % 2 }
      let examples = Examples(
        inputs: Tensor(labels.map { $0 == 0 ? -1 : 1 }, shape: [rows, 1]), labels: labels)
      func network(margin: Float) throws -> Network {
        var network = try Network(Architecture(input: [1]) { Dense(2) }, seed: 1)
        network.parameters[0][0].value = Tensor([-margin / 2, margin / 2], shape: [1, 2])
        return network
      }
      let task = FeatureLayer.Task(
        network: try network(margin: 3), node: .input, head: .softmax, training: examples,
        checked: examples, columns: [], seed: 1)
      let tolerance = LossTolerance(task.network, task.context, limitsLossBelow: manyRows)
      let reference = tolerance.referenceLoss(task.network)
      #expect((reference != nil) == (rows < manyRows))
      let other = try network(margin: 1)
      // Without a reference, any loss is accepted.
      #expect(tolerance.accepts(other, drop: drop))
      return tolerance.accepts(other, drop: drop, referenceLoss: reference)
    }
    #expect(try !accepts(rows: 100, drop: 0.088))
    #expect(try accepts(rows: 100, drop: 0.089))
    #expect(try accepts(rows: 100, drop: 0.01, below: 0))
    #expect(try !accepts(rows: 999, drop: 0.01))
    #expect(try accepts(rows: 1000, drop: 0.01))
    #expect(try !accepts(rows: 1000, drop: 0.01, below: 5000))
    #expect(LossTolerance.manyRows == (1000, 5000))
  }

  @Test func aLossIsJudgedByOneStandardError() throws {
    // Of 277 rows 269 are correct; two of them are lost: 0.72 % minus 0.51 % is within 0.5 %.
    let labels = [Int](repeating: 0, count: 140) + [Int](repeating: 1, count: 137)
    var before = labels
    for row in 0..<8 { before[row] = 1 }
    var after = before
    for row in [20, 21] { after[row] = 1 }
    #expect(
      try accepts(labels: labels, before: before, after: after, classes: 2, drop: 0.005))
    // Three lost: 1.08 % minus 0.62 % is within 0.5 %; five lost: 1.81 % minus 0.80 % is not.
    after[22] = 1
    #expect(
      try accepts(labels: labels, before: before, after: after, classes: 2, drop: 0.005))
    for row in [23, 24] { after[row] = 1 }
    #expect(
      try !accepts(labels: labels, before: before, after: after, classes: 2, drop: 0.005))
    #expect(
      try accepts(labels: labels, before: before, after: after, classes: 2, drop: 0.0102))
  }

  @Test func rowsWonCountAgainstRowsLost() throws {
    // Five lost and five gained are no net loss.
    let labels = [Int](repeating: 0, count: 100) + [Int](repeating: 1, count: 100)
    var before = labels
    for row in 0..<5 { before[row] = 1 }
    var after = labels
    for row in 5..<10 { after[row] = 1 }
    #expect(try accepts(labels: labels, before: before, after: after, classes: 2, drop: 0))
  }

  @Test func aRareClassIsNotLost() throws {
    // 20 of 1,000 rows are of the third class: losing all of them costs 2 % accuracy.
    let labels = (0..<1000).map { $0 < 20 ? 2 : $0 % 2 }
    let after = labels.map { $0 == 2 ? 0 : $0 }
    #expect(try !accepts(labels: labels, before: labels, after: after, classes: 3, drop: 0.05))
    // Nine rows, and nine predictions, are below the minimum for a separate check.
    let few = (0..<1000).map { $0 < 9 ? 2 : $0 % 2 }
    let without = few.map { $0 == 2 ? 0 : $0 }
    #expect(try accepts(labels: few, before: few, after: without, classes: 3, drop: 0.05))
  }

  @Test func aClassThatWasOftenPredictedStaysPredicted() throws {
    // No row is of the third class; the network predicts it wrongly for twelve rows.
    let labels = (0..<1000).map { $0 % 2 }
    let before = labels.enumerated().map { $0 < 12 ? 2 : $1 }
    #expect(
      try !accepts(labels: labels, before: before, after: labels, classes: 3, drop: 0.05))
    let half = labels.enumerated().map { $0 < 6 ? 2 : $1 }
    #expect(try accepts(labels: labels, before: before, after: half, classes: 3, drop: 0.05))
    let fewer = labels.enumerated().map { $0 < 5 ? 2 : $1 }
    #expect(try !accepts(labels: labels, before: before, after: fewer, classes: 3, drop: 0.05))
  }

  @Test func aClassThatIsRareAmongTheWatchedRowsIsLookedAtInTraining() throws {
    func accepts(_ kept: Int) throws -> Bool {
      // Of 400 training rows 20 are predicted as the third class, of 100 validation rows none.
      func rows(_ count: Int, rare: Int, kept: Int) -> Examples {
        let predictions = (0..<count).map { $0 < rare ? 2 : $0 % 2 }
        let numbers = predictions.enumerated().flatMap { row, prediction -> [Float] in
          let after = row < rare && row >= kept ? 0 : prediction
          return (0..<3).map { $0 == prediction ? 1 : 0 } + (0..<3).map { $0 == after ? 1 : 0 }
        }
        return Examples(inputs: Tensor(numbers, shape: [count, 6]), labels: predictions)
      }
      let task = FeatureLayer.Task(
        network: try Self.passing(3), node: .input, head: .softmax,
        training: rows(400, rare: 20, kept: kept), checked: rows(100, rare: 0, kept: 0),
        columns: [], seed: 1)
      return LossTolerance(task.network, task.context).accepts(try Self.changed(3), drop: 0.05)
    }
    #expect(try accepts(10))
    #expect(try !accepts(9))
  }

  @Test func numbersAreJudgedByExplainedVariance() throws {
    func accepts(_ slope: Float, drop: Double, outlier: Float = 1) throws -> Bool {
      func network(_ slope: Float) throws -> Network {
        var network = try Network(Architecture(input: [1]) { Dense(1) }, seed: 1)
        network.parameters[0][0].value = Tensor([slope], shape: [1, 1])
        return network
      }
      let numbers = (0..<400).map { $0 == 0 ? outlier : Float($0 % 2 == 0 ? 1 : -1) }
      let examples = Examples(
        inputs: Tensor(numbers, shape: [400, 1]), labels: [Int](repeating: 0, count: 400),
        numbers: numbers)
      let task = FeatureLayer.Task(
        network: try network(1), node: .input, head: .number, training: examples,
        checked: examples, columns: [], seed: 1)
      return LossTolerance(task.network, task.context).accepts(try network(slope), drop: drop)
    }
    // With a variance of 1, the slope 0.9 leaves a squared error of 0.01 in every row.
    #expect(try accepts(0.9, drop: 0.0101))
    #expect(try !accepts(0.9, drop: 0.0099))
    // One row of 100 has 100 of the loss of 104 and 10,399 of the variation: one standard error is nearly
    // the whole loss, but counts as the drop at most.
    #expect(try !accepts(0.9, drop: 0.0033, outlier: 100))
    #expect(try accepts(0.9, drop: 0.0053, outlier: 100))
  }
}
