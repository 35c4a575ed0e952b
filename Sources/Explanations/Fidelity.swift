import Datasets
import Rules

extension Fidelity {
  /// The share of held-out rows with the most frequent prediction of the network on these rows, or with that
  /// on the training rows, whichever is larger.
  public var mostFrequentPrediction: Proportion {
    largestClass.map { Proportion($0, of: heldOut.total) } ?? majorityBaseline
  }

  /// The class of `mostFrequentPrediction`; of equally frequent ones that of the training rows, or else the
  /// first by name. `nil` if it is not known.
  public var mostFrequentClass: String? {
    largestClass.map { most in byClass.filter { $0.value.total == most }.keys.min() }
      ?? majorityClass
  }

  /// The number of rows of the most frequent prediction on held-out rows if it is larger than that of the
  /// training rows; `nil` also if the figures of the classes contradict the number of rows.
  private var largestClass: Int? {
    byClass.values.map(\.total).max()
      .flatMap { $0 > majorityBaseline.count && $0 <= heldOut.total ? $0 : nil }
  }

  /// Computes the fidelity of rules to the network that they explain.
  ///
  /// `rules`: the predictions of the rules on held-out rows and on training rows.
  /// `network`: the predictions of the explained network on the same rows.
  /// `original`: the predictions of the network before pruning on held-out rows.
  /// `isCovered`: for each held-out row, whether a rule covers it.
  public init(
    rules: (heldOut: [Int], training: [Int]), network: (heldOut: [Int], training: [Int]),
    original: [Int], isCovered: [Bool], classes: [String]
  ) {
    var counts = [Int](repeating: 0, count: classes.count)
    for prediction in network.training { counts[prediction] += 1 }
    let majority = counts.indices.max { (counts[$0], $1) < (counts[$1], $0) } ?? 0
    var byClass: [String: Proportion] = [:]
    for (label, name) in classes.enumerated() {
      let rows = network.heldOut.indices.filter { network.heldOut[$0] == label }
      byClass[name] = Proportion(rows.count { rules.heldOut[$0] == label }, of: rows.count)
    }
    self.init(
      heldOut: Proportion(agreementOf: rules.heldOut, and: network.heldOut), byClass: byClass,
      toOriginal: Proportion(agreementOf: rules.heldOut, and: original),
      training: Proportion(agreementOf: rules.training, and: network.training),
      majorityBaseline: Proportion(
        network.heldOut.count { $0 == majority }, of: network.heldOut.count),
      coverage: Proportion(isCovered.count { $0 }, of: isCovered.count))
    majorityClass = classes.indices.contains(majority) ? classes[majority] : nil
  }
}
