import Datasets
import Explanations

/// Conditions and scores as Python expressions; a missing value is `None`.
struct PythonExpressions {
  private let schema: Schema

  init(_ schema: Schema) { self.schema = schema }

  /// The conjunction of the conditions of a rule.
  func premise(_ rule: RuleProgram.Rule) -> String {
    rule.premise.isEmpty ? "True" : rule.premise.map(condition).joined(separator: " and ")
  }

  /// The value of a score.
  func sum(_ score: RuleProgram.Score) -> String {
    score.terms.isEmpty ? "0" : score.terms.map(product).joined(separator: " + ")
  }

  private func product(_ term: RuleProgram.Score.Term) -> String {
    let weight =
      switch term.weight {
      case .integer(let value): "\(value)"
      case .real(let value): PythonExport.literal(value)
      }
    switch term.operand {
    case .value(let quantity, let ifMissing):
      let name = quantity.name()
      guard case .column = quantity else { return "\(weight) * \(name)" }
      let value = "(\(PythonExport.literal(ifMissing)) if \(name) is None else \(name))"
      return term.step == 1
        ? "\(weight) * \(value)" : "\(weight) * (\(value) / \(PythonExport.literal(term.step)))"
    case .indicator(let condition): return "\(weight) * (\(self.condition(condition)))"
    }
  }

  private func condition(_ condition: RuleProgram.Condition) -> String {
    switch condition {
    case .known(let variable): return "\(variable.name()) is not None"
    case .missing(let variable): return "\(variable.name()) is None"
    case .number(let quantity, let bounds, let orMissing):
      let name = quantity.name()
      let body = comparison(name, bounds)
      if case .score = quantity { return body }
      return orMissing
        ? "(\(name) is None or \(body))" : "(\(name) is not None and \(body))"
    case .level(let column, let among, let orMissing):
      let name = "c\(column)"
      let levels = schema.features[column].levels ?? []
      let names = among.map { PythonExport.literal(levels[$0]) }
      let body = names.isEmpty ? "False" : "\(name) in {\(names.joined(separator: ", "))}"
      return orMissing ? "(\(name) is None or \(body))" : body
    }
  }

  private func comparison(_ name: String, _ bounds: RuleProgram.Bounds) -> String {
    switch bounds {
    case .above(let lower): "\(name) > \(PythonExport.literal(lower))"
    case .atMost(let upper): "\(name) <= \(PythonExport.literal(upper))"
    case .between(let lower, let upper):
      "\(PythonExport.literal(lower)) < \(name) <= \(PythonExport.literal(upper))"
    }
  }
}
