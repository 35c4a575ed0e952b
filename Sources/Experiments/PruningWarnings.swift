import Explanations
import Reports

/// A class that is predicted before pruning and never after it.
package struct VanishedClass: Hashable, Sendable {
  package var name: String
  /// The number of rows for which the class was predicted before pruning.
  package var rows: Int

  /// The classes predicted in `original` and not in `pruned`, in class order.
  package static func all(original: [Int], pruned: [Int], classes: [String]) -> [VanishedClass] {
    let left = Set(pruned)
    let counts = original.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
    return classes.indices.compactMap { position in
      guard let rows = counts[position], !left.contains(position) else { return nil }
      return VanishedClass(name: classes[position], rows: rows)
    }
  }
}

extension Warning {
  /// The minimum agreement with the network before pruning without a warning.
  static let leastAgreement = 0.95

  /// Warnings about low agreement and vanished classes.
  /// - Parameters:
  ///   - agreement: held-out rows with the same prediction before and after pruning.
  ///   - vanished: classes that are no longer predicted.
  ///   - explains: the network that rules imitate; `nil` where there are no rules.
  ///   - names: the names of settings.
  /// - Returns: an empty list if agreement is at least 95 % and no class vanished.
  package static func pruning(
    agreement: Proportion, vanished: [VanishedClass], explains: ExplainedNetwork?,
    names: SettingNames = .properties
  ) -> [Warning] {
    var warnings: [Warning] = []
    if agreement.total > 0, agreement.value < leastAgreement {
      let role =
        switch explains {
        case .pruned: ", which the rules describe,"
        case .original: ", which hidden features and diagrams show,"
        case nil: ""
        }
      let original = SettingValue(.explain, ExplainedNetwork.original.rawValue)
      let advice =
        explains == .pruned
        ? "; \(names.words([original])) describes the network before pruning" : ""
      warnings.append(
        Warning(
          "agreement-with-original",
          "the pruned network\(role) agrees with the network before pruning on only "
            + "\(agreement.count) of \(agreement.total) held-out rows "
            + "(\(fixed(agreement.value * 100, digits: 1)) %)"
            + advice, figure: agreement.value))
    }
    if !vanished.isEmpty {
      let names = vanished.prefix(8).map { "'\(shown($0.name))' (\(counted($0.rows, "row")))" }
      let rest = vanished.count > 8 ? " and \(vanished.count - 8) more" : ""
      warnings.append(
        Warning(
          "vanished-classes",
          "the pruned network never predicts \(names.joined(separator: ", "))\(rest), which the "
            + "network before pruning does", figure: Double(vanished.count)))
    }
    return warnings
  }

  /// A warning that the inference time of the pruned network is above the goal: the search measures other
  /// networks than the one that is written, and for a shorter time.
  /// - Parameters:
  ///   - share: the share of the inference time to keep.
  ///   - low: the lower bound of the 95 % confidence interval of the measured share.
  ///   - high: the upper bound.
  /// - Returns: at most one warning.
  package static func missedLatency(_ share: Double, low: Double, high: Double) -> [Warning] {
    guard low > share else { return [] }
    return [
      Warning(
        "latency-above-goal",
        "the pruned network takes \(fixed(low * 100, digits: 1)) to \(fixed(high * 100, digits: 1)) % of the "
          + "inference time, and the goal is \(fixed(share * 100, digits: 1)) %", figure: low)
    ]
  }

  /// The accuracy on held-out rows that a pruning may lose without a warning.
  private static let mostLost = 0.01
  /// The 95 % quantile of the standard normal distribution.
  private static let oneSided = 1.645

  /// A warning about held-out accuracy that is lost in pruning: the validation rows, by which steps were
  /// accepted, can be too favourable. The loss is clearly above one point in a one-sided test of paired
  /// proportions at 5 % (McNemar 1947, doi:10.1007/BF02295996).
  /// - Parameters:
  ///   - before: the predictions of the network before pruning for the held-out rows.
  ///   - after: the predictions of the pruned network.
  ///   - labels: the classes of the rows.
  /// - Returns: at most one warning.
  package static func lostAccuracy(before: [Int], after: [Int], labels: [Int]) -> [Warning] {
    let rows = labels.indices
    guard !rows.isEmpty else { return [] }
    let lost = rows.count { before[$0] == labels[$0] && after[$0] != labels[$0] }
    let gained = rows.count { before[$0] != labels[$0] && after[$0] == labels[$0] }
    let total = Double(rows.count)
    let difference = Double(lost - gained) / total
    let error =
      (Double(lost + gained) / total - difference * difference).squareRoot() / total.squareRoot()
    guard difference - oneSided * error > mostLost else { return [] }
    let (first, second) = (
      Proportion(agreementOf: before, and: labels), Proportion(agreementOf: after, and: labels)
    )
    return [
      Warning(
        "accuracy-lost-in-pruning",
        "pruning lowers the accuracy on held-out rows from \(percent(first)) to \(percent(second)): more than "
          + "on the validation rows by which its steps were accepted",
        figure: second.value - first.value)
    ]
  }
}
