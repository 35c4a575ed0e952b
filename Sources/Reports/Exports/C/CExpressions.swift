import Explanations

/// Conditions and scores as C expressions; a missing number is NAN and a missing level `MISSING`.
struct CExpressions {
  /// The conjunction of the conditions of a rule.
  func premise(_ rule: RuleProgram.Rule) -> String {
    rule.premise.isEmpty ? "1" : rule.premise.map(condition).joined(separator: " && ")
  }

  /// A term of a score.
  func product(_ term: RuleProgram.Score.Term) -> String {
    let weight = CExport.literal(term.weight.value)
    switch term.operand {
    case .value(let quantity, let ifMissing):
      let name = quantity.name()
      var value = name
      if case .column = quantity {
        value = "(isnan(\(name)) ? \(CExport.literal(ifMissing)) : \(name))"
      }
      return term.step == 1
        ? "\(weight) * \(value)" : "\(weight) * (\(value) / \(CExport.literal(term.step)))"
    case .indicator(let condition): return "\(weight) * (\(self.condition(condition)))"
    }
  }

  private func condition(_ condition: RuleProgram.Condition) -> String {
    switch condition {
    case .known(let variable): return "!\(isMissing(variable))"
    case .missing(let variable): return isMissing(variable)
    case .number(let quantity, let bounds, let orMissing):
      let body = comparison(quantity.name(), bounds)
      return orMissing ? "(\(isMissing(.quantity(quantity))) || \(body))" : body
    case .level(let column, let among, let orMissing):
      let tests = among.map { "c\(column) == \($0)" }
      let all = (orMissing ? [isMissing(.level(column: column))] : []) + tests
      return all.isEmpty ? "0" : "(\(all.joined(separator: " || ")))"
    }
  }

  private func isMissing(_ variable: RuleProgram.Variable) -> String {
    switch variable {
    case .quantity(let quantity): "isnan(\(quantity.name()))"
    case .level(let column): "(c\(column) == MISSING)"
    }
  }

  private func comparison(_ name: String, _ bounds: RuleProgram.Bounds) -> String {
    switch bounds {
    case .above(let lower): "\(name) > \(CExport.literal(lower))"
    case .atMost(let upper): "\(name) <= \(CExport.literal(upper))"
    case .between(let lower, let upper):
      "(\(name) > \(CExport.literal(lower)) && \(name) <= \(CExport.literal(upper)))"
    }
  }
}
