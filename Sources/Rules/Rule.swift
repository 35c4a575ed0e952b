/// The support of a rule on the training rows.
public struct Support: Hashable, Codable, Sendable {
  /// The number of training rows that the rule covers.
  public var covered: Int
  /// The number of covered rows on which the network predicts the rule's conclusion.
  public var agreeing: Int

  /// Creates a support; `agreeing` is at most `covered`.
  public init(covered: Int, agreeing: Int) {
    self.covered = covered
    self.agreeing = agreeing
  }

  /// The share of covered rows on which the network predicts the rule's conclusion; 0 without rows.
  public var confidence: Double { covered == 0 ? 0 : Double(agreeing) / Double(covered) }
}

/// An if-then rule: premise and predicted class.
public struct Rule: Hashable, Codable, Sendable, VotingRule {
  /// The conditions of the rule.
  public var premise: Conjunction
  /// The position of a class in the schema.
  public var conclusion: Int
  /// The support on the training rows; 0 of 0 rows until it is counted.
  public var support: Support

  /// Creates a rule; by default without support.
  public init(
    if premise: Conjunction, then conclusion: Int,
    support: Support = Support(covered: 0, agreeing: 0)
  ) {
    self.premise = premise
    self.conclusion = conclusion
    self.support = support
  }
}

/// The size of a rule set.
public struct Complexity: Hashable, Codable, Sendable {
  /// The number of rules, without the default.
  public var rules: Int
  /// The number of conditions in all rules.
  public var literals: Int
  /// The mean number of conditions per rule; 0 without rules.
  public var meanLiterals: Double
  /// The number of distinct variables in premises.
  public var variables: Int

  /// Creates a size from its counts.
  public init(rules: Int, literals: Int, variables: Int) {
    self.rules = rules
    self.literals = literals
    self.variables = variables
    meanLiterals = rules == 0 ? 0 : Double(literals) / Double(rules)
  }
}
