import Datasets
import Networks
import Tensors

/// The thresholds of hidden features with the values that stand for "on" and "off".
struct Binarisation: Hashable {
  /// A feature is on if its value is greater.
  var cuts: [Double]
  var on: [Double]
  var off: [Double]

  /// The features' own thresholds: 1 and 0 for a sigmoid, otherwise the means on either side.
  init(_ features: HiddenFeatures, values: Tensor) {
    let levels = features.switchLevels(values)
    cuts = features.thresholds
    on = levels.map(\.on)
    off = levels.map(\.off)
  }

  /// Thresholds for which the binarised network agrees most often with the network, by coordinate
  /// search from the features' own; on and off are the means on either side.
  /// - Parameters:
  ///   - features: the hidden features.
  ///   - values: their values, `[rows, features]`; at most 8,000 rows are used.
  ///   - predictions: the predictions of the network on these rows.
  ///   - model: the network.
  ///   - onStep: called for each feature; an error thrown by it ends the search.
  init(
    tuning features: HiddenFeatures, values: Tensor, predictions: [Int], of model: Model,
    onStep: () throws -> Void
  ) rethrows {
    self.init(features, values: values)
    var search = CutSearch(features, values: values, predictions: predictions, model, from: self)
    for feature in (0..<3).flatMap({ _ in cuts.indices }) {
      try onStep()
      search.improve(feature)
    }
    self = search.best
  }
}

/// The coordinate search for the thresholds of a binarised network.
private struct CutSearch {
  let reading: OutputReading
  let predictions: [Int]
  /// `[feature][row]` and, in ascending order, `[feature][rank]`.
  let columns: [[Double]]
  let sorted: [[Double]]
  let isSigmoid: Bool
  /// `[feature][output]`.
  let weights: [[Double]]
  /// `[row · outputs + output]`, of the best thresholds so far.
  var sums: [Double]
  var best: Binarisation
  var agreeing = 0

  init(
    _ features: HiddenFeatures, values: Tensor, predictions: [Int], _ model: Model,
    from start: Binarisation
  ) {
    let rows = Array(stride(from: 0, to: values.rows, by: max(1, (values.rows + 7999) / 8000)))
    reading = OutputReading(features, of: model)
    self.predictions = rows.map { predictions[$0] }
    columns = features.ids.indices.map { feature in rows.map { Double(values[$0, feature]) } }
    sorted = columns.map { $0.sorted() }
    isSigmoid = features.isSigmoid
    weights = features.ids.indices.map { feature in
      features.bias.indices.map { Double(features.weights[feature, $0]) }
    }
    best = start
    sums = rows.flatMap { _ in features.bias }
    for feature in columns.indices {
      let levels = levels(feature, cut: best.cuts[feature])
      (best.on[feature], best.off[feature]) = levels
      add(feature, 1)
    }
    agreeing = count { sums[$0] }
  }

  /// The mean values above and not above a cut.
  private func levels(_ feature: Int, cut: Double) -> (on: Double, off: Double) {
    var (above, below) = ((sum: 0.0, count: 0), (sum: 0.0, count: 0))
    for value in columns[feature] {
      if value > cut {
        above = (above.sum + value, above.count + 1)
      } else {
        below = (below.sum + value, below.count + 1)
      }
    }
    return (
      above.count == 0 ? 1 : above.sum / Double(above.count),
      below.count == 0 ? 0 : below.sum / Double(below.count)
    )
  }

  /// Adds the contribution of a feature to the sums, or with sign -1 takes it away.
  private mutating func add(_ feature: Int, _ sign: Double) {
    let (cut, on, off) = (best.cuts[feature], best.on[feature], best.off[feature])
    let outputs = weights[feature].count
    for (row, value) in columns[feature].enumerated() {
      let level = sign * (value > cut ? on : off)
      for output in 0..<outputs { sums[row * outputs + output] += level * weights[feature][output] }
    }
  }

  private func count(_ sum: (Int) -> Double) -> Int {
    let outputs = reading.outputs
    return predictions.indices.count { row in
      reading.prediction { sum(row * outputs + $0) } == predictions[row]
    }
  }

  /// The rows on which the binarised network agrees with another cut of one feature, whose
  /// contribution the sums lack.
  private func agreeing(_ feature: Int, cut: Double) -> Int {
    let (on, off) = levels(feature, cut: cut)
    let (outputs, weights, column) = (reading.outputs, weights[feature], columns[feature])
    return predictions.indices.count { row in
      let level = column[row] > cut ? on : off
      return reading.prediction { sums[row * outputs + $0] + level * weights[$0] }
        == predictions[row]
    }
  }

  /// Moves the cut of a feature if more than a thousandth of the rows is gained.
  mutating func improve(_ feature: Int) {
    let ascending = sorted[feature]
    guard let low = ascending.first, let high = ascending.last, low < high else { return }
    var cuts: [Double] = []
    for part in 1..<20 {
      var place = ascending.count * part / 20
      // Not between values that differ by rounding errors: above all of them.
      let gap = FeatureTreeStudy.leastGap * max(abs(low), abs(high))
      var end = place
      while end + 1 < ascending.count, ascending[end + 1] - ascending[end] <= gap { end += 1 }
      if ascending[end] > ascending[place] { place = end }
      let next = min(place + 1, ascending.count - 1)
      let middle = (ascending[place] + ascending[next]) / 2
      let cut = isSigmoid ? (middle * 100).rounded() / 100 : middle
      if cut >= low, cut < high, cut != cuts.last { cuts.append(cut) }
    }
    add(feature, -1)
    let agreements = Workers.map(cuts.count) { agreeing(feature, cut: cuts[$0]) }
    for (cut, count) in zip(cuts, agreements) where count > agreeing + predictions.count / 1000 {
      agreeing = count
      best.cuts[feature] = cut
      (best.on[feature], best.off[feature]) = levels(feature, cut: cut)
    }
    add(feature, 1)
  }
}

/// How the outputs of a model give a class, as `Model.predictions(from:)` reads them.
struct OutputReading {
  let outputs: Int
  /// For a single output, the bounds between the classes; an output at a bound is below it.
  let bounds: [Double]

  init(_ features: HiddenFeatures, of model: Model) {
    outputs = features.bias.count
    if case .numeric(_, let cuts) = model.schema.target.kind, features.head == .number {
      bounds = cuts.map { ($0 - model.encoding.targetMean) / model.encoding.targetScale }
    } else {
      bounds = [0]
    }
  }

  /// The predicted class of a row; of equal outputs the first.
  @inline(__always)
  func prediction(_ sum: (Int) -> Double) -> Int {
    if outputs == 1 {
      let value = sum(0)
      return bounds.count { value > $0 }
    }
    var (best, largest) = (0, sum(0))
    for output in 1..<outputs {
      let value = sum(output)
      if value > largest { (best, largest) = (output, value) }
    }
    return best
  }
}
