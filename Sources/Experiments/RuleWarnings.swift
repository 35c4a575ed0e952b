import Explanations
import Reports
import Rules

extension Warning {
  /// A warning about classes that the network predicts on at least ten validation rows and the
  /// rules never; an empty list if there are none.
  /// - Parameters:
  ///   - rules: the rules; their default class is predicted without a rule.
  ///   - predictions: the predictions of the network on the validation rows.
  ///   - classes: the names of the classes.
  /// - Returns: at most one warning.
  package static func classesWithoutRule(
    _ rules: RuleSet, predictions: [Int], classes: [String]
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
        "no rule predicts \(names)\(rest), which the network predicts on validation rows",
        figure: Double(without.count))
    ]
  }
}
