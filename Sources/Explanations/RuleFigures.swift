import Rules

/// The agreement of rules and network.
public struct Fidelity: Codable, Hashable, Sendable {
  /// Agreement on held-out rows.
  public var heldOut: Proportion
  /// For each class that the network predicts, the share of its held-out rows on which the rules
  /// agree.
  public var byClass: [String: Proportion]
  /// Agreement with the network before pruning, on held-out rows.
  public var toOriginal: Proportion
  /// Agreement on the rows to which the rules are fitted.
  public var training: Proportion
  /// The majority-class baseline: share of held-out rows on which the network predicts
  /// `majorityClass`.
  public var majorityBaseline: Proportion
  /// The most frequent prediction of the network on training rows.
  public var majorityClass: String?
  /// The share of held-out rows covered by a rule.
  public var coverage: Proportion
  /// For a numeric target, the agreement of the rules' numbers with the network's.
  public var numeric: NumericFidelity?

  private enum CodingKeys: String, CodingKey {
    case heldOut, byClass, toOriginal, training, majorityBaseline, majorityClass
    case coverage = "answered"
    case numeric
  }

  /// Creates a value from its properties.
  public init(
    heldOut: Proportion, byClass: [String: Proportion], toOriginal: Proportion,
    training: Proportion, majorityBaseline: Proportion, majorityClass: String? = nil,
    coverage: Proportion
  ) {
    self.heldOut = heldOut
    self.byClass = byClass
    self.toOriginal = toOriginal
    self.training = training
    self.majorityBaseline = majorityBaseline
    self.majorityClass = majorityClass
    self.coverage = coverage
  }
}

/// Accuracy on held-out rows.
public struct AccuracySummary: Codable, Hashable, Sendable {
  /// Accuracy of the rules.
  public var rules: Proportion
  /// Accuracy of the explained network.
  public var network: Proportion
  /// Accuracy on the rows on which rules and network agree.
  public var whereBothAgree: Proportion
  /// Accuracy of always predicting the most frequent class of the training rows; `nil` in results
  /// of earlier versions.
  public var majorityBaseline: Proportion?
  /// Creates a value from its properties.
  public init(
    rules: Proportion, network: Proportion, whereBothAgree: Proportion,
    majorityBaseline: Proportion? = nil
  ) {
    self.rules = rules
    self.network = network
    self.whereBothAgree = whereBothAgree
    self.majorityBaseline = majorityBaseline
  }
}

/// The size of a rule set.
public struct ComplexitySummary: Codable, Hashable, Sendable {
  /// The number of rules, without the default.
  public var rules: Int
  /// The number of conditions in all rules.
  public var literals: Int
  /// The mean number of conditions per rule.
  public var meanLiterals: Double
  /// The number of distinct columns in the rules.
  public var inputsUsed: Int
  /// The number of distinct hidden features in the rules.
  public var featuresUsed: Int
  /// The number of scores in described rules; `nil` for other rules.
  public var scoresUsed: Int?
  /// The size of rules whose variables are those of a level.
  public init(_ size: Complexity, level: RuleLevel) {
    rules = size.rules
    literals = size.literals
    meanLiterals = size.meanLiterals.roundedTo(digits: 4)
    inputsUsed = level == .inputs ? size.variables : 0
    featuresUsed = level == .features ? size.variables : 0
  }

  /// The size of rules over columns and scores; columns of scores count as used.
  public init(_ rules: ScoreRules) {
    self.init(rules.rules.complexity, level: .described)
    let names = Set(rules.scores.map(\.id))
    let tested = rules.rules.rules.flatMap { $0.premise.literals.map(\.variable) }
      .filter { !names.contains($0) }
    inputsUsed = Set(tested + rules.scores.flatMap { $0.terms.map(\.variable) }).count
    scoresUsed = rules.scores.count
  }
}

/// A point of the curve of fidelity against size.
public struct CurvePoint: Codable, Hashable, Sendable {
  /// The number of rules, without the default.
  public var rules: Int
  /// The number of conditions in all rules.
  public var literals: Int
  /// Agreement with the network on held-out rows.
  public var fidelity: Proportion
  /// The point of rules of a size.
  public init(_ complexity: Complexity, fidelity: Proportion) {
    rules = complexity.rules
    literals = complexity.literals
    self.fidelity = fidelity
  }
}

/// A held-out row on which rules and network disagree.
public struct Disagreement: Codable, Hashable, Sendable {
  /// The row number in the source, from 1, without the header.
  public var row: Int
  /// The cells of the columns that the rules use, as written in the data; "" if missing.
  public var values: [String: String]
  /// The class predicted by the network.
  public var network: String
  /// The class predicted by the rules.
  public var rules: String
  /// The deciding rule; `nil` for the default class.
  public var rule: String?
  /// Creates a value from its properties.
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

/// The extractor of a rule set.
public struct ExtractorSummary: Codable, Hashable, Sendable {
  /// The extractor's name.
  public var name: String
  /// The publication of the method.
  public var source: String
  /// Notes, for example that the number of rules was limited.
  public var notes: [String]
  /// Creates a value from its properties.
  public init(name: String, source: String, notes: [String]) {
    self.name = name
    self.source = source
    self.notes = notes
  }
}
