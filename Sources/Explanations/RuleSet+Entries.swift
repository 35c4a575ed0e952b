import Datasets
import Rules

extension RuleSet {
  /// The rules with names, coverage and confidence.
  ///
  /// `training`, `heldOut`: rows over the variables of the rules, with the predictions of the network
  /// for them.
  public func entries(
    training: (table: Table, predictions: [Int]), heldOut: (table: Table, predictions: [Int])
  ) -> [RuleEntry] {
    let schema = training.table.schema
    let onTraining = fired(on: training.table, predictions: training.predictions)
    let onHeldOut = fired(on: heldOut.table, predictions: heldOut.predictions)
    return rules.enumerated().map { index, rule in
      let (fit, held) = (onTraining[index], onHeldOut[index])
      var entry = RuleEntry(
        id: "R\(index + 1)",
        if: rule.premise.literals.map { RuleEntry.Test($0, schema: schema) },
        then: schema.classes[rule.conclusion],
        coverage: Proportion(fit.covered, of: training.table.count), confidence: fit.confidence,
        heldOutCoverage: Proportion(held.covered, of: heldOut.table.count),
        heldOutConfidence: held.confidence)
      let base = training.predictions.count { $0 == rule.conclusion }
      if fit.covered > 0, base > 0 {
        let share = Double(base) / Double(training.predictions.count)
        entry.lift = (fit.confidence.value / share).roundedTo(digits: 6)
      }
      entry.counterexamples = Counterexamples(
        training: fit.counterexamples, heldOut: held.counterexamples)
      return entry
    }
  }

  /// The rows of each rule, and those on which the network predicts another class.
  private func fired(
    on table: Table, predictions: [Int]
  ) -> [(covered: Int, confidence: Proportion, counterexamples: Counterexamples.Rows)] {
    zip(rules, rowsFired(in: table)).map { rule, rows in
      var (covered, others) = (0, Counterexamples.Rows(total: 0, rows: []))
      rows.forEach { row in
        covered += 1
        guard predictions[row] != rule.conclusion else { return }
        others.total += 1
        if others.rows.count < Counterexamples.most { others.rows.append(table.rowNumbers[row]) }
      }
      return (covered, Proportion(covered - others.total, of: covered), others)
    }
  }
}

/// The rows that a rule covers and on which the network predicts another class.
public struct Counterexamples: Codable, Hashable, Sendable {
  /// The maximum number of rows listed of each set.
  public static let most = 5

  /// The number of rows, with the first of them.
  public struct Rows: Codable, Hashable, Sendable {
    /// The number of counterexamples.
    public var total: Int
    /// The row numbers of the first ones in their source, from 1, without the header.
    public var rows: [Int]
    /// Creates a value from its properties.
    public init(total: Int, rows: [Int]) {
      self.total = total
      self.rows = rows
    }
  }

  /// Those among the training rows.
  public var training: Rows
  /// Those among the held-out rows.
  public var heldOut: Rows
  /// Creates a value from its properties.
  public init(training: Rows, heldOut: Rows) {
    self.training = training
    self.heldOut = heldOut
  }
}
