import Datasets
import Explanations

/// Conditions and scores as SQL expressions; a missing value is `NULL`.
struct SQLExpressions {
  private let schema: Schema
  private let dialect: SQLDialect

  init(_ schema: Schema, _ dialect: SQLDialect) {
    self.schema = schema
    self.dialect = dialect
  }

  /// The conjunction of the conditions of a rule.
  func premise(_ rule: RuleProgram.Rule) -> String {
    rule.premise.isEmpty ? "1 = 1" : rule.premise.map(condition).joined(separator: " AND ")
  }

  /// The value of a score, one line for each term.
  func sum(_ score: RuleProgram.Score) -> [String] {
    guard !score.terms.isEmpty else { return [dialect.literal(0.0)] }
    return score.terms.enumerated().map { ($0 == 0 ? "" : "+ ") + product($1) }
  }

  private func product(_ term: RuleProgram.Score.Term) -> String {
    let weight = dialect.literal(term.weight.value)
    switch term.operand {
    case .value(let quantity, let ifMissing):
      let name = quantity.name(feature: Self.feature)
      guard case .column = quantity else {
        return term.step == 1
          ? "\(weight) * \(name)" : "\(weight) * (\(name) / \(dialect.literal(term.step)))"
      }
      let value = "coalesce(\(name), \(dialect.literal(ifMissing)))"
      return term.step == 1
        ? "\(weight) * \(value)" : "\(weight) * (\(value) / \(dialect.literal(term.step)))"
    case .indicator(let condition):
      let other = dialect.literal(0.0)
      return "CASE WHEN \(self.condition(condition)) THEN \(weight) ELSE \(other) END"
    }
  }

  private func condition(_ condition: RuleProgram.Condition) -> String {
    switch condition {
    case .known(let variable): return "\(variable.name(feature: Self.feature)) IS NOT NULL"
    case .missing(let variable): return "\(variable.name(feature: Self.feature)) IS NULL"
    case .number(let quantity, let bounds, let orMissing):
      let name = quantity.name(feature: Self.feature)
      let body = comparison(name, bounds)
      return orMissing ? "(\(name) IS NULL OR \(body))" : body
    case .level(let column, let among, let orMissing):
      let name = "c\(column)"
      let levels = schema.features[column].levels ?? []
      let names = among.map { dialect.literal(levels[$0]) }
      let body = names.isEmpty ? "1 = 0" : "\(name) IN (\(names.joined(separator: ", ")))"
      return orMissing ? "(\(name) IS NULL OR \(body))" : body
    }
  }

  private func comparison(_ name: String, _ bounds: RuleProgram.Bounds) -> String {
    switch bounds {
    case .above(let lower): "\(name) > \(dialect.threshold(lower))"
    case .atMost(let upper): "\(name) <= \(dialect.threshold(upper))"
    case .between(let lower, let upper):
      "(\(name) > \(dialect.threshold(lower)) AND \(name) <= \(dialect.threshold(upper)))"
    }
  }

  private static func feature(_ position: Int) -> String { "f\(position)" }
}
