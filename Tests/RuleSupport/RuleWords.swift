import Datasets
import Rules

extension RuleSet {
  /// The rule set as text: one line per rule, with all bounds of its conditions, its class and
  /// support.
  public var words: String {
    let lines = rules.map { rule in
      let tests = rule.premise.literals.map { "\($0.variable.rawValue) \($0.condition.words)" }
      return "  \(tests.joined(separator: " & ")): \(rule.conclusion) "
        + "(\(rule.support.agreeing) of \(rule.support.covered))"
    }
    return (lines + ["  otherwise: \(defaultClass) (\(resolution.rawValue))"])
      .joined(separator: "\n")
  }
}

extension Score {
  /// The score as text: the weight, the variable and the operand of each term.
  public var words: String {
    terms.map { term in
      switch term.operand {
      case .number(let step, let ifMissing):
        "\(term.weight) × \(term.variable.rawValue) / \(step), missing as \(ifMissing)"
      case .levels(let among, let orMissing):
        "\(term.weight) × \(term.variable.rawValue) in \(among.sorted())"
          + (orMissing ? " or missing" : "")
      }
    }.joined(separator: "; ")
  }
}

extension Condition {
  fileprivate var words: String {
    let missing = orMissing ? " or missing" : ""
    switch self {
    case .interval(let lower, let upper, _):
      let bounds = [lower.map { ">\($0)" }, upper.map { "<=\($0)" }].compactMap { $0 }
      return (bounds.isEmpty ? "known" : bounds.joined(separator: " ")) + missing
    case .levels(let among, _):
      return "in \(among.sorted())" + missing
    }
  }
}
