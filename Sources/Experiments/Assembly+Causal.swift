import Datasets
import Explanations
import Reports
import Rules

extension Assembly {
  /// Adds the causal check of the hidden features, on held-out rows, to features, rules and warnings.
  func addCausalCheck(to explanation: inout Explanation) throws {
    guard let features = predictions.features, rows.heldOut.count > 0 else { return }
    let ids = features.features.ids
    let check = CausalCheck(
      features, in: networks.pruned, predictions: predictions.pruned.predictions)
    let ruleFeatures = featureRules.map { extraction in
      extraction.rules.rules.map { rule in
        rule.premise.literals.compactMap { ids.firstIndex(of: $0.variable) }
      }
    }
    let fired = featureRules.map { $0.rules.rowsFired(in: $0.heldOutTable) }
    let described = (explanation.describedRules?.scores ?? []).compactMap(\.describes?.feature)
    let named = Set((ruleFeatures ?? []).joined()).union(
      ids.indices.filter { described.contains(ids[$0].rawValue) }
    ).sorted()
    var subsets = [CausalCheck.Subset(named)] + ids.indices.map { CausalCheck.Subset([$0]) }
    for (features, fired) in zip(ruleFeatures ?? [], fired ?? []) {
      var rows: [Int] = []
      fired.forEach { rows.append($0) }
      subsets.append(CausalCheck.Subset(features, rows: rows))
    }
    let found = try check.measure(subsets) { try control.checkInterruption {} }
    for index in explanation.features.indices {
      explanation.features[index].causal = found[1 + index]
    }
    for (index, features) in (ruleFeatures ?? []).enumerated() where !features.isEmpty {
      explanation.featureRules?.rules[index].causal = found[1 + ids.count + index]
    }
    guard !named.isEmpty else { return }
    let summary = CausalSummary(
      features: named.map { ids[$0].rawValue }, keptAlone: found[0].keptAlone,
      removed: found[0].removed, trivial: check.trivial)
    explanation.causal = summary
    // The hidden features are those of the pruned network.
    let isOther = experiment.explainsOriginal && networks.original != networks.pruned
    explanation.warnings =
      (explanation.warnings ?? [])
      + Warning.causal(summary, of: isOther ? "the pruned network" : "the network")
  }
}

extension Warning {
  /// Warnings about hidden features that do not suffice for the predictions of the network, or that
  /// it does not need; an empty list if there are none.
  ///
  /// The first is given where less than 99 % of the predictions stay with these features alone, the
  /// second where more than the most frequent prediction plus five points stay without them.
  ///
  /// `network`: the network that has the features.
  package static func causal(
    _ causal: CausalSummary, of network: String = "the network"
  ) -> [Warning] {
    guard causal.keptAlone.total > 0 else { return [] }
    var warnings: [Warning] = []
    let names = counted(causal.features.count, "hidden feature")
    // In whole numbers, so that the limits themselves give no warning.
    if 100 * causal.keptAlone.count < 99 * causal.keptAlone.total {
      warnings.append(
        Warning(
          "features-not-sufficient",
          "with only the \(names) of the rules, the others at their means, \(network) keeps its "
            + "prediction on \(ratio(causal.keptAlone)) held-out rows "
            + "(\(percent(causal.keptAlone)))", figure: causal.keptAlone.value))
    }
    if 20 * (causal.removed.count - causal.trivial.count) > causal.removed.total {
      warnings.append(
        Warning(
          "features-not-necessary",
          "with the \(names) of the rules at their means, \(network) still keeps its prediction "
            + "on \(ratio(causal.removed)) held-out rows (\(percent(causal.removed))); its most "
            + "frequent prediction agrees on \(percent(causal.trivial))",
          figure: causal.removed.value))
    }
    return warnings
  }
}
