extension [RuleSet] {
  /// Appends a rule set if it has more rules than the last: the sets are in ascending order of size, each
  /// size once.
  package mutating func appendIfLonger(_ rules: RuleSet) {
    if rules.rules.count > last?.rules.count ?? -1 { append(rules) }
  }
}
