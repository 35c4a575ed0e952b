import Datasets

/// How far a substitution may grow.
public struct SubstitutionLimit: Hashable, Sendable {
  /// The most rules of the result; of a rule's products the best supported are kept.
  public var rules: Int
  public init(rules: Int = 10_000) { self.rules = rules }
}

extension RuleSet {
  /// The same rules with every literal replaced by what is known to make it hold: rules over hidden
  /// features become rules over inputs.
  ///
  /// A definition's rules with conclusion 1 say where the literal holds. Products that contradict
  /// themselves vanish, and so do rules that say no more than a wider one.
  /// - Parameters:
  ///   - definitions: one for each literal of the rules; a literal without one stays as it is.
  ///   - limit: where to stop multiplying out.
  ///   - onStep: called for each product; what it throws ends the search.
  /// - Returns: the rules as a vote without supports, and whether some were left out.
  public func substituting(
    _ definitions: [Literal: RuleSet], limit: SubstitutionLimit = SubstitutionLimit(),
    onStep: () throws -> Void
  ) rethrows -> (rules: RuleSet, cut: Bool) {
    var result: [Rule] = []
    var seen: Set<Rule> = []
    var cut = false
    let share = max(limit.rules / max(rules.count, 1), 1)
    for rule in rules {
      var products = [Conjunction.always]
      for literal in rule.premise.literals {
        let ways =
          definitions[literal].map { $0.rules.filter { $0.conclusion == 1 }.map(\.premise) }
          ?? Conjunction([literal]).map { [$0] } ?? []
        var next: [Conjunction] = []
        for product in products {
          try onStep()
          for way in ways {
            guard let both = product.and(way), !next.contains(both) else { continue }
            if next.count >= share {
              cut = true
              continue
            }
            next.append(both)
          }
        }
        products = next
      }
      for product in products {
        let new = Rule(if: product, then: rule.conclusion)
        if seen.insert(new).inserted { result.append(new) }
      }
    }
    return (RuleSet(result, default: defaultClass, resolution: .vote), cut)
  }

  /// The same without an end before all is done.
  public func substituting(
    _ definitions: [Literal: RuleSet], limit: SubstitutionLimit = SubstitutionLimit()
  ) -> (rules: RuleSet, cut: Bool) {
    substituting(definitions, limit: limit) {}
  }
}
