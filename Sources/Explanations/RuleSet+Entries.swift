import Datasets
import Rules

extension RuleSet {
  /// The rules with names, coverage and confidence.
  ///
  /// `training`, `heldOut`: rows over the variables of the rules, with the predictions of the network
  /// for them.
  public func entries(
    training: (table: Table, answers: [Int]), heldOut: (table: Table, answers: [Int])
  ) -> [RuleEntry] {
    let schema = training.table.schema
    let onTraining = shares(on: training.table, answers: training.answers)
    let onHeldOut = shares(on: heldOut.table, answers: heldOut.answers)
    return rules.enumerated().map { index, rule in
      RuleEntry(
        id: "R\(index + 1)",
        if: rule.premise.literals.map { RuleEntry.Test($0, schema: schema) },
        then: schema.classes[rule.conclusion],
        coverage: onTraining[index].coverage, confidence: onTraining[index].confidence,
        heldOutCoverage: onHeldOut[index].coverage, heldOutConfidence: onHeldOut[index].confidence)
    }
  }

  /// Coverage and confidence of each rule.
  private func shares(
    on table: Table, answers: [Int]
  ) -> [(coverage: Proportion, confidence: Proportion)] {
    supported(by: table, answers: answers).rules.map { rule in
      (
        Proportion(rule.support.covered, of: table.count),
        Proportion(rule.support.agreeing, of: rule.support.covered)
      )
    }
  }
}
