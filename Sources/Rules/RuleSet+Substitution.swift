import Datasets

/// The limits of a substitution.
public struct SubstitutionLimit: Hashable, Sendable {
  /// The largest number of rules of the result; of the products of a rule, the best supported are
  /// kept.
  public var rules: Int
  /// Creates the limits; 10,000 rules by default.
  public init(rules: Int = 10_000) { self.rules = rules }
}

extension RuleSet {
  /// Replaces every literal by rules that imply it: rules over hidden features become rules over
  /// inputs.
  ///
  /// The rules of a definition with conclusion 1 imply the literal. Contradictory products are
  /// dropped, and so are rules subsumed by a more general one.
  /// - Parameters:
  ///   - definitions: one for each literal of the rules; a literal without one is kept.
  ///   - limit: the limits of the expansion.
  ///   - onStep: called for each product; an error thrown by it ends the search.
  /// - Returns: the rules as a vote without supports, and whether some were omitted.
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

  /// Substitutes without a callback.
  public func substituting(
    _ definitions: [Literal: RuleSet], limit: SubstitutionLimit = SubstitutionLimit()
  ) -> (rules: RuleSet, cut: Bool) {
    substituting(definitions, limit: limit) {}
  }
}
