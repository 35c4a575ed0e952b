import Datasets

/// The performance of a network on labelled rows.
public struct Evaluation: Codable, Hashable, Sendable {
  /// The number of rows.
  public var rows: Int
  /// The share of rows with a correct prediction; for a numeric target, of the right interval.
  public var accuracy: Proportion
  /// The accuracy of always predicting the most frequent class of the rows.
  public var majority: Baseline
  /// The mean recall over the classes that the rows have.
  public var balancedAccuracy: Double
  /// Each class, in the order of the network.
  public var classes: [ClassFigures]
  /// The number of rows of each class and prediction: `[class][prediction]`.
  public var confusion: [[Int]]
  /// The agreement of probabilities with accuracy; `nil` if the network gives none.
  public var calibration: Calibration?
  /// The errors of a regression; `nil` for classes.
  public var regression: RegressionFigures?

  /// A prediction that is the same for all rows.
  public struct Baseline: Codable, Hashable, Sendable {
    /// The class.
    public var `class`: String
    /// Its accuracy.
    public var accuracy: Proportion
    /// Creates a value from its properties.
    public init(class name: String, accuracy: Proportion) {
      self.class = name
      self.accuracy = accuracy
    }
  }

  /// The figures of one class.
  public struct ClassFigures: Codable, Hashable, Sendable {
    /// The name.
    public var `class`: String
    /// Of the rows that are predicted as this class, the share that has it.
    public var precision: Proportion
    /// Of the rows of this class, the share that is predicted so.
    public var recall: Proportion
    /// The harmonic mean of precision and recall: 2·TP / (2·TP + FP + FN); 0 without such rows.
    public var f1: Double
    /// The number of rows of this class.
    public var support: Int
    /// The number of rows that are predicted as this class.
    public var predicted: Int
  }

  /// Evaluates predictions.
  /// - Parameters:
  ///   - predictions: the position of the predicted class of each row.
  ///   - labels: the position of the class of each row; not negative.
  ///   - names: the names of the classes.
  ///   - probabilities: `[row][class]`; `nil` if there are none.
  public init(
    predictions: [Int], labels: [Int], classes names: [String], probabilities: [[Double]]? = nil
  ) {
    precondition(
      predictions.count == labels.count, "\(predictions.count) predictions, \(labels.count) labels")
    var confusion = names.map { _ in [Int](repeating: 0, count: names.count) }
    for (prediction, label) in zip(predictions, labels) { confusion[label][prediction] += 1 }
    self.confusion = confusion
    rows = labels.count
    accuracy = Proportion(agreementOf: predictions, and: labels)
    let supports = confusion.map { $0.reduce(0, +) }
    let predicted = names.indices.map { name in confusion.reduce(0) { $0 + $1[name] } }
    let most = supports.max() ?? 0
    majority = Baseline(
      class: supports.firstIndex(of: most).map { names[$0] } ?? "",
      accuracy: Proportion(most, of: rows))
    classes = names.indices.map { index in
      let hits = confusion[index][index]
      let all = supports[index] + predicted[index]
      return ClassFigures(
        class: names[index], precision: Proportion(hits, of: predicted[index]),
        recall: Proportion(hits, of: supports[index]),
        f1: all == 0 ? 0 : (2 * Double(hits) / Double(all)).roundedTo(digits: 6),
        support: supports[index], predicted: predicted[index])
    }
    let present = classes.filter { $0.support > 0 }
    balancedAccuracy =
      (present.reduce(0) { $0 + $1.recall.value } / Double(max(present.count, 1)))
      .roundedTo(digits: 6)
    calibration = probabilities.flatMap {
      Calibration(probabilities: $0, predictions: predictions, labels: labels)
    }
  }
}

/// The agreement of predicted probabilities with accuracy.
public struct Calibration: Codable, Hashable, Sendable {
  /// The rows whose confidence, the probability of the predicted class, is above `low` and at most
  /// `high`.
  public struct Bin: Codable, Hashable, Sendable {
    /// The lower bound of the confidence.
    public var low: Double
    /// The upper bound of the confidence.
    public var high: Double
    /// The mean confidence; 0 without rows.
    public var confidence: Double
    /// The accuracy of the rows.
    public var accuracy: Proportion
  }

  /// The number of bins of equal width.
  public static let bins = 15

  /// The bins, in ascending order.
  public var bins: [Bin]
  /// Σ (rows of a bin / all rows) · |accuracy − mean confidence| over the bins (Naeini, Cooper &
  /// Hauskrecht 2015; Guo, Pleiss, Sun & Weinberger 2017, arXiv:1706.04599).
  public var expectedCalibrationError: Double
  /// The mean over the rows of Σ (probability − 1 for the true class, 0 for others)² over the
  /// classes; half of it for two classes, as in scikit-learn (Brier 1950).
  public var brierScore: Double

  /// Measures probabilities, `[row][class]`; `nil` if one is not a number.
  public init?(probabilities: [[Double]], predictions: [Int], labels: [Int]) {
    guard probabilities.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return nil }
    var sums = [(count: Int, right: Int, confidence: Double)](
      repeating: (0, 0, 0), count: Self.bins)
    var squares = 0.0
    for (row, shares) in probabilities.enumerated() {
      let confidence = shares[predictions[row]]
      let bin = min(max(Int((confidence * Double(Self.bins)).rounded(.up)) - 1, 0), Self.bins - 1)
      sums[bin].count += 1
      sums[bin].confidence += confidence
      if predictions[row] == labels[row] { sums[bin].right += 1 }
      for (position, share) in shares.enumerated() {
        let distance = share - (position == labels[row] ? 1 : 0)
        squares += distance * distance
      }
    }
    let rows = Double(max(probabilities.count, 1))
    let width = 1 / Double(Self.bins)
    bins = sums.enumerated().map { index, sum in
      Bin(
        low: (Double(index) * width).roundedTo(digits: 6),
        high: (Double(index + 1) * width).roundedTo(digits: 6),
        confidence: (sum.confidence / Double(max(sum.count, 1))).roundedTo(digits: 6),
        accuracy: Proportion(sum.right, of: sum.count))
    }
    expectedCalibrationError = sums.reduce(0) {
      $0 + abs(Double($1.right) - $1.confidence) / rows
    }.roundedTo(digits: 6)
    let halves = probabilities.first?.count == 2 ? 0.5 : 1
    brierScore = (squares / rows * halves).roundedTo(digits: 6)
  }
}
