import Datasets
import Explanations
import Reports

extension Warning {
  /// Below this number of held-out rows, a warning says so.
  private static let enoughHeldOut = 50
  /// The number of held-out rows of a class from which its agreement is compared with that of all.
  private static let enoughOfClass = 10
  /// How far the agreement of a class may be below that of all rows.
  private static let mostBehind = 0.15

  /// Warnings about the figures of a result: network or rules not better than a constant
  /// prediction, a class with much less agreement, few held-out rows, a numeric target. If reports
  /// begin with the rules of another level, the rules of both are measured and named.
  /// - Parameters:
  ///   - explanation: the result.
  ///   - mostFrequent: the share of the most frequent class of the held-out rows, where the rows are
  ///     known; that of the training rows may be rare among them.
  /// - Returns: an empty list if there is nothing to warn of.
  package static func figures(
    of explanation: Explanation, mostFrequent: Proportion? = nil
  ) -> [Warning] {
    let leading = explanation.leads.flatMap { explanation.choosing($0) }
    let accuracy = explanation.accuracy
    var warnings: [Warning] = []
    let constants = [accuracy.majorityBaseline, mostFrequent].compactMap(\.self)
    if let majority = constants.max(by: { $0.count < $1.count }) {
      warnings += notBetter(accuracy.network, than: majority, "the explained network")
    }
    if let leading {
      warnings += rules(leading.fidelity, "the rules \(leading.level.words)")
      warnings += rules(explanation.fidelity, "the rules \(explanation.level.words)")
    } else {
      warnings += rules(explanation.fidelity, "the rules")
    }
    let found = explanation.fidelity.heldOut
    if found.total < enoughHeldOut {
      let effect =
        found.total == 0
        ? "the fidelity on unseen rows is not known"
        : "the 95 % interval of the fidelity is \(interval(found))"
      warnings.append(
        Warning(
          "few-held-out-rows", "only \(counted(found.total, "row")) held out: \(effect)",
          figure: Double(found.total)))
    }
    warnings += notBetterThanMean(explanation.explained.regression, "the explained network")
    if explanation.data.schema.target.isNumeric {
      let classes = explanation.data.classes
      let names = classes.prefix(8).map { "'\(shown($0))'" }.joined(separator: ", ")
      warnings.append(
        Warning(
          "numeric-target",
          "the numeric target '\(shown(explanation.data.schema.target.name))' is explained by "
            + "\(counted(classes.count, "interval")): \(names)", figure: Double(classes.count)))
    }
    return warnings
  }

  /// A warning about a network that is not better than a constant prediction on held-out rows.
  package static func network(_ evaluation: Evaluation) -> [Warning] {
    guard evaluation.regression == nil else {
      return notBetterThanMean(evaluation.regression, "the network")
    }
    return notBetter(evaluation.accuracy, than: evaluation.majority.accuracy, "the network")
  }

  /// A warning about a regression whose R² on held-out rows is not clearly above 0, that of the mean.
  private static func notBetterThanMean(
    _ figures: RegressionFigures?, _ subject: String
  ) -> [Warning] {
    guard let figures, let found = figures.rSquared, found.low <= 0 else { return [] }
    let error = significant(figures.rootMeanSquaredError.value, digits: 4)
    return [
      Warning(
        "network-not-better-than-mean",
        "\(subject) predicts held-out rows not clearly better than their mean: R² is "
          + "\(significant(found.value, digits: 3)) (95 % interval \(significant(found.low, digits: 3)) to "
          + "\(significant(found.high, digits: 3))), the root mean squared error \(error) beside "
          + "\(significant(figures.meanBaseline, digits: 4))", figure: found.value)
    ]
  }

  private static func notBetter(
    _ accuracy: Proportion, than majority: Proportion, _ subject: String
  ) -> [Warning] {
    guard accuracy.total > 0, accuracy.count <= majority.count else { return [] }
    return [
      Warning(
        "network-not-better-than-majority",
        "\(subject) classifies \(share(accuracy)) held-out rows correctly, "
          + "always predicting the most frequent class \(share(majority))",
        figure: accuracy.value)
    ]
  }

  /// A warning about classes of the data that a network never predicts.
  /// - Parameters:
  ///   - labels: the class of each row, training, validation and held-out rows together; -1 if unknown.
  ///   - predictions: the predicted class of each row.
  ///   - classes: the names of the classes.
  ///   - subject: the network, at the beginning of the sentence.
  ///   - named: the classes that another warning names.
  /// - Returns: at most one warning, with the first five classes.
  package static func notPredicted(
    labels: [Int], predictions: [Int], classes: [String], _ subject: String,
    named: Set<String> = []
  ) -> [Warning] {
    let predicted = Set(predictions)
    let counts = labels.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
    let never = classes.indices.filter { position in
      counts[position] != nil && !predicted.contains(position) && !named.contains(classes[position])
    }
    guard !never.isEmpty else { return [] }
    let names = never.prefix(5).map { position in
      "'\(shown(classes[position]))' (\(counted(counts[position] ?? 0, "row")))"
    }
    let rest = never.count > 5 ? " and \(counted(never.count - 5)) more" : ""
    return [
      Warning(
        "classes-not-predicted",
        "\(subject) predicts \(names.joined(separator: ", "))\(rest) for none of the "
          + counted(labels.count, "row"), figure: Double(never.count))
    ]
  }

  /// Warnings about the agreement of `subject`.
  private static func rules(_ fidelity: Fidelity, _ subject: String) -> [Warning] {
    var warnings: [Warning] = []
    let found = fidelity.heldOut
    let constant = fidelity.mostFrequentPrediction
    if found.total > 0, found.interval.lowerBound <= constant.value {
      warnings.append(
        Warning(
          "rules-not-better-than-majority",
          "\(subject) agree with the network on \(share(found)) held-out rows, not clearly more than "
            + "its most frequent prediction, \(share(constant)): they do not explain "
            + "it", figure: found.value))
    }
    if let worst = worstClass(fidelity), found.value - worst.share.value >= mostBehind {
      warnings.append(
        Warning(
          "worst-class",
          "\(subject) agree with the network on only \(share(worst.share)) held-out rows that it "
            + "predicts as '\(shown(worst.name))', beside \(percent(found)) of all",
          figure: worst.share.value))
    }
    return warnings
  }

  /// The class with the least agreement among those that the network predicts for enough rows.
  private static func worstClass(_ fidelity: Fidelity) -> (name: String, share: Proportion)? {
    fidelity.byClass.filter { $0.value.total >= enoughOfClass }
      .sorted { $0.key < $1.key }
      .min { $0.value.value < $1.value.value }
      .map { ($0.key, $0.value) }
  }

  /// A warning about held-out rows that are training rows: figures on them are not those of unseen rows.
  ///
  /// `isSameSource`: whether they were read from the file of the training rows.
  package static func trainedHeldOut(
    _ count: Int?, of total: Int, isSameSource: Bool = false
  ) -> [Warning] {
    guard let count, isSameSource || count > 0 else { return [] }
    let fact =
      isSameSource
      ? "the held-out rows are the training rows, read from the same data"
      : "\(counted(count)) of \(counted(total, "held-out row")) equal a training row"
    return [
      Warning(
        Warning.trainingRowsHeldOut,
        "\(fact): accuracy and fidelity on them are not those on unseen rows",
        figure: Double(isSameSource ? total : count))
    ]
  }

  /// A warning about hidden features that are on and off for nearly the same rows, or always differ.
  /// - Parameters:
  ///   - names: the names of the features.
  ///   - active: for each feature the activity on training rows.
  /// - Returns: at most one warning, with the first pairs.
  package static func similarFeatures(_ names: [String], active: [[Bool]]) -> [Warning] {
    let pairs = SimilarFeature.pairs(names, active: active).map {
      "\($0.other.feature) and \(names[$0.position])"
    }
    guard !pairs.isEmpty else { return [] }
    let rest = pairs.count > 4 ? " and \(pairs.count - 4) more pairs" : ""
    return [
      Warning(
        "similar-features",
        "hidden features with the same or the opposite activity on at least 99 % of the training "
          + "rows: \(pairs.prefix(4).joined(separator: "; "))\(rest)", figure: Double(pairs.count))
    ]
  }

  private static func share(_ proportion: Proportion) -> String {
    "\(ratio(proportion)) (\(percent(proportion)))"
  }
}
