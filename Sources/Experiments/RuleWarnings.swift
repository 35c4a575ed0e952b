import Explanations
import Reports
import Rules

extension Warning {
  /// A warning about classes that the network predicts on at least ten validation and held-out rows and
  /// the rules never; an empty list if there are none.
  /// - Parameters:
  ///   - rules: the rules; their default class is predicted without a rule.
  ///   - predictions: the predictions of the network on the validation and held-out rows.
  ///   - classes: the names of the classes.
  ///   - kind: what one of the rules is called.
  /// - Returns: at most one warning.
  package static func classesWithoutRule(
    _ rules: RuleSet, predictions: [Int], classes: [String], kind: String = "rule"
  ) -> [Warning] {
    let ruled = Set(rules.rules.map(\.conclusion) + [rules.defaultClass])
    let without = classes.indices.compactMap { position -> String? in
      let rows = predictions.count { $0 == position }
      guard rows >= 10, !ruled.contains(position) else { return nil }
      return "'\(shown(classes[position]))' (\(rows) rows)"
    }
    guard !without.isEmpty else { return [] }
    let names = without.prefix(8).joined(separator: ", ")
    let rest = without.count > 8 ? " and \(without.count - 8) more" : ""
    return [
      Warning(
        "classes-without-rule",
        "no \(kind) predicts \(names)\(rest), which the network predicts on validation "
          + "and held-out rows",
        figure: Double(without.count))
    ]
  }

  /// A warning that the same run on shuffled labels gives rules that look good; an empty list if it
  /// does not, or was not made.
  /// - Parameters:
  ///   - result: the rules of the network of shuffled labels.
  ///   - shown: the fidelity of the reported rules.
  /// - Returns: at most one warning.
  package static func randomization(_ result: Randomization?, shown: Fidelity) -> [Warning] {
    guard let result else { return [] }
    if result.predictsShuffledLabels {
      return [
        Warning(
          "randomization",
          "rules of a network trained on shuffled labels predict \(ratio(result.accuracy)) shuffled "
            + "held-out labels, more than the most frequent label, "
            + "\(ratio(result.accuracyBaseline)): held-out rows may not be independent",
          figure: result.accuracy.value)
      ]
    }
    if result.looksAsGood(as: shown) {
      return [
        Warning(
          "randomization",
          "rules of a network trained on shuffled labels agree with it on \(ratio(result.fidelity)) "
            + "held-out rows, and the reported rules with theirs on \(ratio(shown.heldOut)): this "
            + "fidelity is no evidence that the network learned anything from the data",
          figure: result.fidelity.value)
      ]
    }
    return []
  }
}
