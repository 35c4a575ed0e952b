/// On how many of the rows it was learned from a rule fires, and how often it is right there.
public struct Support: Hashable, Codable, Sendable {
  /// The training rows that the rule answers.
  public var covered: Int
  /// Those among them on which the network gives the rule's conclusion.
  public var agreeing: Int

  public init(covered: Int, agreeing: Int) {
    self.covered = covered
    self.agreeing = agreeing
  }

  /// The share of the covered rows on which the network gives the rule's conclusion.
  public var confidence: Double { covered == 0 ? 0 : Double(agreeing) / Double(covered) }
}

/// If all this holds, then the answer is that.
public struct Rule: Hashable, Codable, Sendable {
  public var premise: Conjunction
  /// The position of a class in the schema.
  public var conclusion: Int
  public var support: Support

  public init(
    if premise: Conjunction, then conclusion: Int,
    support: Support = Support(covered: 0, agreeing: 0)
  ) {
    self.premise = premise
    self.conclusion = conclusion
    self.support = support
  }
}

/// How large a rule set is to a reader.
public struct Complexity: Hashable, Codable, Sendable {
  public var rules: Int
  public var literals: Int
  public var meanLiterals: Double
  /// Distinct variables asked about.
  public var variables: Int

  public init(rules: Int, literals: Int, variables: Int) {
    self.rules = rules
    self.literals = literals
    self.variables = variables
    meanLiterals = rules == 0 ? 0 : Double(literals) / Double(rules)
  }
}
