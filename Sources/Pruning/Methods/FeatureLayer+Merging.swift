import Datasets
import Networks
import Tensors

extension FeatureLayer {
  /// The minimum absolute correlation of the activations of two units for a merge.
  private static let correlationOfCopies = 0.97

  /// Merges the two units with the largest absolute correlation of their activations.
  ///
  /// The unit with the lower score is approximated as `factor · other + offset` by least squares
  /// over the training rows. Its outgoing weights are added to the other unit's outgoing weights
  /// and to the bias, and it is removed.
  func mergeCopies(
    _ state: inout State, _ task: Task, _ node: Int, _ tolerance: LossTolerance
  ) throws {
    let removed = Set(state.plan.neurons.map(\.originalIndex))
    let originalIndices = task.network.originalIndices[node]
    let live = originalIndices.indices.filter { !removed.contains(originalIndices[$0]) }
    guard !task.readsFeatures, live.count > 1, state.refusals < Self.mostRefusals else {
      state.phase = .recovery
      return
    }
    let values = state.network.activations(of: task.node, for: task.context.training.inputs)
    let outgoing = state.network.parameters[node + 1][.weight].value
    let spreads = values.columnStatistics.deviations
    let scores = live.map { norm(outgoing.row($0)) * spreads[$0] }
    var best: (pair: LinearPair, score: Double)?
    for (first, one) in live.enumerated() {
      for (second, other) in live.enumerated().dropFirst(first + 1) {
        // The unit with the lower score is removed.
        let (stays, goes, score) =
          scores[first] >= scores[second]
          ? (one, other, scores[second]) : (other, one, scores[first])
        guard !state.refusedMerges.contains([originalIndices[stays], originalIndices[goes]]),
          let pair = LinearPair(of: goes, from: stays, in: values),
          abs(pair.correlation) >= Self.correlationOfCopies,
          abs(pair.correlation) > abs(best?.pair.correlation ?? 0)
        else { continue }
        best = (pair, score)
      }
    }
    guard let (pair, score) = best else {
      state.phase = .recovery
      return
    }
    let removal = PruningPlan.Removal(
      .neuron(name: Neuron(task.node, originalIndices[pair.dependent])), score: score,
      round: state.nextStep)
    var network = state.network
    network.fold(pair, intoReader: node + 1)
    let isAccepted = try attempt(
      [removal], in: network, &state, task, task.context.trainer, tolerance, drop: accuracyDrop)
    if isAccepted {
      state.refusals = 0
    } else {
      state.refusals += 1
      state.refusedMerges.append([originalIndices[pair.source], originalIndices[pair.dependent]])
    }
  }
}

/// A least-squares fit of one activation as a linear function of another:
/// `dependent ≈ factor · source + offset`.
struct LinearPair {
  var source: Int
  var dependent: Int
  var factor: Double
  var offset: Double
  /// Pearson's correlation of the two activations, -1 to 1.
  var correlation: Double

  /// `nil` if one of the two activations is constant.
  init?(of dependent: Int, from source: Int, in values: Tensor) {
    let count = Double(max(values.rows, 1))
    var (sumX, sumY, squaresX, squaresY, products) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for row in 0..<values.rows {
      let (x, y) = (Double(values[row, source]), Double(values[row, dependent]))
      sumX += x
      sumY += y
      squaresX += x * x
      squaresY += y * y
      products += x * y
    }
    let (spreadX, spreadY) = (squaresX - sumX * sumX / count, squaresY - sumY * sumY / count)
    let common = products - sumX * sumY / count
    guard spreadX > 1e-9 * count, spreadY > 1e-9 * count else { return nil }
    self.source = source
    self.dependent = dependent
    factor = common / spreadX
    offset = (sumY - factor * sumX) / count
    correlation = common / (spreadX * spreadY).squareRoot()
  }
}

extension Network {
  /// Replaces an input of a dense layer by a linear function of another input.
  fileprivate mutating func fold(_ pair: LinearPair, intoReader node: Int) {
    fold(means: [pair.offset], ofRows: [pair.dependent], intoBiasOf: node)
    for unit in 0..<parameters[node][.weight].value.width {
      let moved = pair.factor * Double(parameters[node][.weight].value[pair.dependent, unit])
      let own = Double(parameters[node][.weight].value[pair.source, unit])
      parameters[node][.weight].value[pair.source, unit] = Float(own + moved)
    }
  }
}
