import Datasets
import Networks
import Rules
import Tensors

/// How often a network keeps its prediction when hidden features are replaced by their means over
/// training rows (mean ablation; Wang et al. 2023, arXiv:2211.00593).
public struct MeanAblation: Codable, Hashable, Sendable {
  /// The share of rows with an unchanged prediction when all other features are replaced.
  public var keptAlone: Proportion
  /// The share of rows with an unchanged prediction when these features are replaced.
  public var removed: Proportion
  /// Creates a value from its properties.
  public init(keptAlone: Proportion, removed: Proportion) {
    self.keptAlone = keptAlone
    self.removed = removed
  }
}

/// The causal check of the hidden features that rules name, on held-out rows.
public struct CausalSummary: Codable, Hashable, Sendable {
  /// The features in rules over hidden features, and those that scores of described rules describe.
  public var features: [String]
  /// The share of rows with an unchanged prediction when all other features are replaced by their
  /// means.
  public var keptAlone: Proportion
  /// The share of rows with an unchanged prediction when these features are replaced by their means.
  public var removed: Proportion
  /// The share of rows with the network's most frequent prediction on these rows.
  public var trivial: Proportion
  /// Creates a value from its properties.
  public init(
    features: [String], keptAlone: Proportion, removed: Proportion, trivial: Proportion
  ) {
    self.features = features
    self.keptAlone = keptAlone
    self.removed = removed
    self.trivial = trivial
  }
}

/// Replaces hidden features of a network by their means over training rows, and counts the held-out
/// predictions that stay.
public struct CausalCheck: Sendable {
  /// A set of features and the rows to count.
  public struct Subset: Hashable, Sendable {
    /// The positions of the features.
    public var features: [Int]
    /// The positions of the rows in ascending order; `nil`: all.
    public var rows: [Int]?
    /// Creates a set; by default of all rows.
    public init(_ features: [Int], rows: [Int]? = nil) {
      self.features = features
      self.rows = rows
    }
  }

  private static let blockRows = 4096
  private static let group = 64

  private let values: FeatureValues
  private let model: Model
  private let predictions: [Int]
  private let means: [Double]
  /// The layers after the one that reads the features: activations.
  private let tail: Range<Int>

  /// - Parameters:
  ///   - values: the hidden features with their values on training and held-out rows.
  ///   - model: the network.
  ///   - predictions: its predictions on the held-out rows.
  public init(_ values: FeatureValues, in model: Model, predictions: [Int]) {
    precondition(
      predictions.count == values.heldOut.rows,
      "\(predictions.count) predictions for \(values.heldOut.rows) rows")
    self.values = values
    self.model = model
    self.predictions = predictions
    let (rows, count) = (values.training.rows, values.features.count)
    var sums = [Double](repeating: 0, count: count)
    for row in 0..<rows {
      for feature in 0..<count { sums[feature] += Double(values.training[row, feature]) }
    }
    means = sums.map { rows == 0 ? 0 : $0 / Double(rows) }
    let nodes = model.network.architecture.nodes
    let reader = nodes.lastIndex { $0.layer.isFullyConnected } ?? nodes.count - 1
    tail = reader + 1..<nodes.count
  }

  /// Measures sets of features, in the same order.
  ///
  /// `onStep`: called between blocks of rows and groups of sets; an error thrown by it ends the check.
  /// - Complexity: O(rows × outputs × features of all sets), in blocks of rows
  public func measure(
    _ subsets: [Subset], onStep: () throws -> Void = {}
  ) rethrows -> [MeanAblation] {
    var counts = [(kept: Int, removed: Int, rows: Int)](
      repeating: (0, 0, 0), count: subsets.count)
    for start in stride(from: 0, to: predictions.count, by: Self.blockRows) {
      let block = start..<min(start + Self.blockRows, predictions.count)
      try onStep()
      let all = [Int](values.features.ids.indices)
      let full = Workers.map(block.count) { sums(block.lowerBound + $0, of: all) }
      for first in stride(from: 0, to: subsets.count, by: Self.group) {
        try onStep()
        let found = Workers.map(min(Self.group, subsets.count - first)) { offset in
          count(subsets[first + offset], in: block, full: full)
        }
        for (offset, found) in found.enumerated() {
          counts[first + offset].kept += found.kept
          counts[first + offset].removed += found.removed
          counts[first + offset].rows += found.rows
        }
      }
    }
    return counts.map {
      MeanAblation(
        keptAlone: Proportion($0.kept, of: $0.rows), removed: Proportion($0.removed, of: $0.rows))
    }
  }

  /// The share of rows with the most frequent prediction.
  public var trivial: Proportion {
    let counts = predictions.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
    return Proportion(counts.values.max() ?? 0, of: predictions.count)
  }

  /// What features add to the outputs of a row beyond their means.
  private func sums(_ row: Int, of features: [Int]) -> [Double] {
    let weights = values.features.weights
    var sums = [Double](repeating: 0, count: values.features.bias.count)
    for feature in features {
      let change = Double(values.heldOut[row, feature]) - means[feature]
      for output in sums.indices { sums[output] += change * Double(weights[feature, output]) }
    }
    return sums
  }

  private func count(
    _ subset: Subset, in block: Range<Int>, full: [[Double]]
  ) -> (kept: Int, removed: Int, rows: Int) {
    let rows = subset.rows.map { $0.filter(block.contains) } ?? [Int](block)
    guard !rows.isEmpty else { return (0, 0, 0) }
    let base = atMeans
    var (kept, removed): ([Float], [Float]) = ([], [])
    for row in rows {
      let own = sums(row, of: subset.features)
      for output in base.indices {
        kept.append(Float(base[output] + own[output]))
        removed.append(
          Float(base[output] + full[row - block.lowerBound][output] - own[output]))
      }
    }
    func same(_ outputs: [Float]) -> Int {
      var outputs = Tensor(outputs, shape: [rows.count, base.count])
      for index in tail {
        model.network.architecture.nodes[index].layer.forward(
          inPlace: &outputs, model.network.parameters[index])
      }
      return zip(model.predictions(from: outputs), rows).count { $0 == predictions[$1] }
    }
    return (same(kept), same(removed), rows.count)
  }

  /// The outputs with all features at their means.
  private var atMeans: [Double] {
    let weights = values.features.weights
    return values.features.bias.indices.map { output in
      values.features.ids.indices.reduce(values.features.bias[output]) {
        $0 + means[$1] * Double(weights[$1, output])
      }
    }
  }
}
