import Datasets
import Explanations

/// Conditions and scores as Swift expressions; a missing value is `nil`.
struct SwiftExpressions {
  private let schema: Schema

  init(_ schema: Schema) { self.schema = schema }

  /// The conditions of a rule, separated by commas.
  func premise(_ rule: RuleProgram.Rule) -> String {
    rule.premise.isEmpty ? "true" : rule.premise.map(condition).joined(separator: ", ")
  }

  /// A term of a score.
  func product(_ term: RuleProgram.Score.Term) -> String {
    let weight = SwiftExport.literal(term.weight.value)
    switch term.operand {
    case .value(let quantity, let ifMissing):
      var value = quantity.name()
      if case .column = quantity { value = "(\(value) ?? \(SwiftExport.literal(ifMissing)))" }
      return term.step == 1
        ? "\(weight) * \(value)" : "\(weight) * (\(value) / \(SwiftExport.literal(term.step)))"
    case .indicator(let condition): return "\(self.condition(condition)) ? \(weight) : 0"
    }
  }

  private func condition(_ condition: RuleProgram.Condition) -> String {
    switch condition {
    case .known(let variable):
      return Self.isOptional(variable) ? "\(variable.name()) != nil" : "true"
    case .missing(let variable):
      return Self.isOptional(variable) ? "\(variable.name()) == nil" : "false"
    case .number(let quantity, let bounds, let orMissing):
      let missing = orMissing ? ", orMissing: true" : ""
      return "holds(\(quantity.name()), \(arguments(bounds))\(missing))"
    case .level(let column, let among, let orMissing):
      let levels = schema.features[column].levels ?? []
      let names = among.map { SwiftExport.literal(levels[$0]) }.joined(separator: ", ")
      return "holds(c\(column), among: [\(names)]\(orMissing ? ", orMissing: true" : ""))"
    }
  }

  private func arguments(_ bounds: RuleProgram.Bounds) -> String {
    switch bounds {
    case .above(let lower): "above: \(SwiftExport.literal(lower))"
    case .atMost(let upper): "atMost: \(SwiftExport.literal(upper))"
    case .between(let lower, let upper):
      "above: \(SwiftExport.literal(lower)), atMost: \(SwiftExport.literal(upper))"
    }
  }

  private static func isOptional(_ variable: RuleProgram.Variable) -> Bool {
    switch variable {
    case .quantity(.column), .level: true
    case .quantity: false
    }
  }
}
