import Datasets
import Rules

/// A rule in `explanation.json`, with names instead of positions.
public struct RuleEntry: Codable, Hashable, Sendable, Identifiable {
  /// A condition on one column or hidden feature.
  public struct Test: Codable, Hashable, Sendable {
    /// The operators.
    public enum Operator: String, Codable, Sendable {
      /// Greater than the value.
      case greater = ">"
      /// At most the value.
      case atMost = "<="
      /// Greater than the first value and at most the second.
      case between
      /// One of the values.
      case oneOf = "in"
      /// The value is missing.
      case missing
    }
    /// The name of the column or hidden feature.
    public var feature: String
    /// The operator, which determines whether `value`, `bounds` or `values` is set.
    public var `operator`: Operator
    /// The bound of `>` and `<=`.
    public var value: Double?
    /// The bounds of `between`.
    public var bounds: [Double]?
    /// The levels of `in`.
    public var values: [String]?
    /// Whether a missing value satisfies the condition; absent if it does not.
    public var orMissing: Bool?
  }

  /// "R1", "R2", …
  public var id: String
  /// The conditions of the rule; empty if it always holds.
  public var `if`: [Test]
  /// The predicted class.
  public var then: String
  /// The share of training rows that the rule covers; in a rule list, without rows of earlier
  /// rules.
  public var coverage: Proportion
  /// The share of covered training rows on which the network predicts the class of the rule.
  public var confidence: Proportion
  /// The coverage on held-out rows.
  public var heldOutCoverage: Proportion
  /// The confidence on held-out rows.
  public var heldOutConfidence: Proportion
  /// The confidence on training rows over the share of training rows on which the network predicts
  /// the class of the rule; `nil` if the rule covers none of them.
  public var lift: Double?
  /// The covered rows on which the network predicts another class; `nil` in older results.
  public var counterexamples: Counterexamples?
  /// For a rule over hidden features, the causal check of the features in its conditions on the
  /// held-out rows of `heldOutCoverage`.
  public var causal: MeanAblation?
  /// Whether the rule is proved; `nil` without a proof attempt.
  public var proved: Bool?

  /// Creates an entry without a proof attempt.
  public init(
    id: String, if tests: [Test], then: String, coverage: Proportion, confidence: Proportion,
    heldOutCoverage: Proportion, heldOutConfidence: Proportion
  ) {
    self.id = id
    self.if = tests
    self.then = then
    self.coverage = coverage
    self.confidence = confidence
    self.heldOutCoverage = heldOutCoverage
    self.heldOutConfidence = heldOutConfidence
  }

  private enum CodingKeys: String, CodingKey {
    case id, `if`, then, coverage, confidence, heldOutCoverage, heldOutConfidence
    case lift, counterexamples, causal, proved
  }

  /// Encodes `proved` as `null` if it is `nil`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(`if`, forKey: .if)
    try container.encode(then, forKey: .then)
    try container.encode(coverage, forKey: .coverage)
    try container.encode(confidence, forKey: .confidence)
    try container.encode(heldOutCoverage, forKey: .heldOutCoverage)
    try container.encode(heldOutConfidence, forKey: .heldOutConfidence)
    try container.encodeIfPresent(lift, forKey: .lift)
    try container.encodeIfPresent(counterexamples, forKey: .counterexamples)
    try container.encodeIfPresent(causal, forKey: .causal)
    try container.encode(proved, forKey: .proved)
  }
}

/// A rule set in `explanation.json`.
public struct RuleSetEntry: Codable, Hashable, Sendable {
  /// The rules, in the order of a rule list.
  public var rules: [RuleEntry]
  /// The class predicted if no rule holds.
  public var defaultClass: String
  /// How the rule set decides between several rules that hold.
  public var resolution: RuleSet.Resolution
  /// The extractor of the rules.
  public var extractor: ExtractorSummary
  /// The size of the rule set.
  public var complexity: ComplexitySummary
  /// The scores that described rules use; `nil` for other rules.
  public var scores: [ScoreEntry]?
  /// Creates a value from its properties; by default without scores.
  public init(
    rules: [RuleEntry], defaultClass: String, resolution: RuleSet.Resolution,
    extractor: ExtractorSummary, complexity: ComplexitySummary, scores: [ScoreEntry]? = nil
  ) {
    self.scores = scores
    self.rules = rules
    self.defaultClass = defaultClass
    self.resolution = resolution
    self.extractor = extractor
    self.complexity = complexity
  }
}

extension RuleEntry.Test {
  /// Creates a test from a literal.
  public init(_ literal: Literal, schema: Schema) {
    feature = literal.variable.rawValue
    orMissing = literal.condition.orMissing ? true : nil
    switch literal.condition {
    case .interval(let lower?, let upper?, _):
      self.operator = .between
      bounds = [lower, upper]
    case .interval(let lower?, nil, _):
      self.operator = .greater
      value = lower
    case .interval(nil, let upper?, _):
      self.operator = .atMost
      value = upper
    case .interval(nil, nil, _):
      // Any value but a missing one.
      self.operator = .greater
    case .levels(let among, _) where among.isEmpty:
      self.operator = .missing
      orMissing = nil
    case .levels(let among, _):
      self.operator = .oneOf
      let names = schema.index(of: literal.variable).flatMap { schema.features[$0].levels } ?? []
      values = among.sorted().map { names.indices.contains($0) ? names[$0] : "\($0)" }
    }
  }

  /// The literal of the test in a schema; `nil` if a level is not in it.
  public func literal(in schema: Schema) -> Literal? {
    let variable = Feature.ID(feature)
    let missing = orMissing ?? false
    switch self.operator {
    case .greater:
      return Literal(variable, .interval(lower: value, upper: nil, orMissing: missing))
    case .atMost:
      return Literal(variable, .interval(lower: nil, upper: value, orMissing: missing))
    case .between:
      return Literal(
        variable, .interval(lower: bounds?.first, upper: bounds?.last, orMissing: missing))
    case .missing:
      return Literal(variable, .onlyMissing)
    case .oneOf:
      let names = schema.index(of: variable).flatMap { schema.features[$0].levels } ?? []
      let positions = (values ?? []).map { names.firstIndex(of: $0) }
      guard !positions.contains(nil) else { return nil }
      return Literal(
        variable, .levels(among: Set(positions.compactMap { $0 }), orMissing: missing))
    }
  }
}
