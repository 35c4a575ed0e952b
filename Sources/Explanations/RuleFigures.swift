/// How often rules and network agree on rows that neither was fitted to.
public struct Fidelity: Codable, Hashable, Sendable {
  /// On held-out rows.
  public var heldOut: Proportion
  /// For each class that the network gives, how often the rules give it too.
  public var byClass: [String: Proportion]
  /// To the network before pruning.
  public var toOriginal: Proportion
  /// On the rows that the rules are fitted to.
  public var training: Proportion
  /// How often the network's commonest training answer is its answer on held-out rows.
  public var majorityBaseline: Proportion
  /// The network's commonest training answer.
  public var majorityClass: String?
  /// The share of held-out rows that some rule answers, not the default.
  public var answered: Proportion

  /// Each value as its property says.
  public init(
    heldOut: Proportion, byClass: [String: Proportion], toOriginal: Proportion,
    training: Proportion, majorityBaseline: Proportion, majorityClass: String? = nil,
    answered: Proportion
  ) {
    self.heldOut = heldOut
    self.byClass = byClass
    self.toOriginal = toOriginal
    self.training = training
    self.majorityBaseline = majorityBaseline
    self.majorityClass = majorityClass
    self.answered = answered
  }
}

/// Against the labels, on held-out rows.
public struct AccuracySummary: Codable, Hashable, Sendable {
  /// Of the rules, against the labels, on held-out rows.
  public var rules: Proportion
  /// Of the network that is explained.
  public var network: Proportion
  /// Of the rows on which rules and network agree.
  public var whereBothAgree: Proportion
  /// Each value as its property says.
  public init(rules: Proportion, network: Proportion, whereBothAgree: Proportion) {
    self.rules = rules
    self.network = network
    self.whereBothAgree = whereBothAgree
  }
}

/// How large the rules are to a reader.
public struct ComplexitySummary: Codable, Hashable, Sendable {
  /// Rules without the default.
  public var rules: Int
  /// Tests in all of them.
  public var literals: Int
  /// Tests a rule.
  public var meanLiterals: Double
  /// Columns that any rule names.
  public var inputsUsed: Int
  /// Hidden features that any rule names.
  public var featuresUsed: Int
  /// Each value as its property says.
  public init(
    rules: Int, literals: Int, meanLiterals: Double, inputsUsed: Int, featuresUsed: Int
  ) {
    self.rules = rules
    self.literals = literals
    self.meanLiterals = meanLiterals
    self.inputsUsed = inputsUsed
    self.featuresUsed = featuresUsed
  }
}

/// Fidelity against size: what fewer or more rules would reach.
public struct CurvePoint: Codable, Hashable, Sendable {
  /// Rules without the default.
  public var rules: Int
  /// Tests in all of them.
  public var literals: Int
  /// Agreement with the network on held-out rows.
  public var fidelity: Proportion
  /// Each value as its property says.
  public init(rules: Int, literals: Int, fidelity: Proportion) {
    self.rules = rules
    self.literals = literals
    self.fidelity = fidelity
  }
}

/// A held-out row on which rules and network disagree.
public struct Disagreement: Codable, Hashable, Sendable {
  /// Counted from 1 in the source, without the header.
  public var row: Int
  /// The cells of the columns that the rules use, in the data's own writing; missing is "".
  public var values: [String: String]
  /// The class that the network gives.
  public var network: String
  /// The class that the rules give.
  public var rules: String
  /// The rule that answered; `nil` where the default did.
  public var rule: String?
  /// Each value as its property says.
  public init(
    row: Int, values: [String: String], network: String, rules: String, rule: String?
  ) {
    self.row = row
    self.values = values
    self.network = network
    self.rules = rules
    self.rule = rule
  }
}

/// Which extractor made the rules of `level`.
public struct ExtractorSummary: Codable, Hashable, Sendable {
  /// The extractor's name.
  public var name: String
  /// Where the method is published.
  public var source: String
  /// What the reader must know, for example that a list of rules was cut.
  public var notes: [String]
  /// Each value as its property says.
  public init(name: String, source: String, notes: [String]) {
    self.name = name
    self.source = source
    self.notes = notes
  }
}
