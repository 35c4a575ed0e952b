import Datasets
import Rules

/// A score in `explanation.json`: a sum of few columns with small integer weights.
public struct ScoreEntry: Codable, Hashable, Sendable, Identifiable {
  /// A term: `weight` times the number divided by `step`, or `weight` for one of the levels in
  /// `values`.
  public struct Term: Codable, Hashable, Sendable {
    /// The column.
    public var input: String
    /// The integer weight.
    public var weight: Int
    /// The step of a numeric column, in its unit: 1, 2 or 5 times a power of ten.
    public var step: Double?
    /// The number in place of a missing one.
    public var ifMissing: Double?
    /// The levels of a categorical column.
    public var values: [String]?
    /// Whether a missing level counts as one of `values`; absent if it does not.
    public var orMissing: Bool?
  }

  /// The hidden feature that a score describes.
  public struct Described: Codable, Hashable, Sendable {
    /// The name of the hidden feature: "F1".
    public var feature: String
    /// The share of training rows on which the score is in the interval and the feature is active, or
    /// neither; if `isOpposite`, on which exactly one of them is so.
    public var agreement: Proportion
    /// The interval of the score, above `lower` and at most `upper`; unbounded if `nil`. Both are `nil` in
    /// files of earlier versions, which do not state it.
    public var lower: Double?
    /// The upper bound of the interval of the score.
    public var upper: Double?
    /// Whether the feature is inactive in the interval; `nil` in files of earlier versions.
    public var isOpposite: Bool?

    /// Creates a value from its properties.
    public init(
      feature: String, agreement: Proportion, lower: Double? = nil, upper: Double? = nil,
      isOpposite: Bool? = nil
    ) {
      self.feature = feature
      self.agreement = agreement
      self.lower = lower
      self.upper = upper
      self.isOpposite = isOpposite
    }
  }

  /// The name in rules: "S1".
  public var id: String
  /// The terms; the score is their sum.
  public var terms: [Term]
  /// The hidden feature with the same activity on at least nine in ten training rows; `nil`: the
  /// score was learned from the predictions of the network and describes no feature.
  public var describes: Described?

  /// The entry of a score of columns of a schema.
  public init(_ score: Score, schema: Schema, describes: Described? = nil) {
    id = score.id.rawValue
    terms = score.terms.map { Term($0, schema: schema) }
    self.describes = describes
  }

  /// An entry of given terms.
  public init(id: String, terms: [Term]) {
    self.id = id
    self.terms = terms
  }

  /// The executable score.
  /// - Throws: `UnreadableRules.invalidScore`.
  public func score(over schema: Schema) throws(UnreadableRules) -> Score {
    var parts: [Score.Term] = []
    for term in terms {
      guard let part = term.term(over: schema) else {
        throw .invalidScore(name: id, input: term.input)
      }
      parts.append(part)
    }
    return Score(Feature.ID(id), parts)
  }
}

extension ScoreEntry.Term {
  /// The entry of a term on a column of a schema.
  public init(_ term: Score.Term, schema: Schema) {
    input = term.variable.rawValue
    weight = term.weight
    switch term.operand {
    case .number(let step, let ifMissing):
      self.step = step
      self.ifMissing = ifMissing
    case .levels(let among, let orMissing):
      let names = schema.index(of: term.variable).flatMap { schema.features[$0].levels } ?? []
      values = among.sorted().map { names.indices.contains($0) ? names[$0] : "\($0)" }
      self.orMissing = orMissing ? true : nil
    }
  }

  /// The executable term; `nil` if it does not fit the column.
  func term(over schema: Schema) -> Score.Term? {
    let id = Feature.ID(input)
    guard let position = schema.index(of: id), Int32(exactly: weight) != nil else { return nil }
    switch (schema.features[position].levels, step, values) {
    case (nil, let step?, nil):
      let ifMissing = ifMissing ?? 0
      guard step.isFinite, step > 0, ifMissing.isFinite else { return nil }
      return Score.Term(weight, times: id, .number(step: step, ifMissing: ifMissing))
    case (let levels?, nil, let values?):
      let positions = values.compactMap { levels.firstIndex(of: $0) }
      guard positions.count == values.count else { return nil }
      return Score.Term(
        weight, times: id, .levels(among: Set(positions), orMissing: orMissing ?? false))
    default: return nil
    }
  }
}

/// A description of a hidden feature by a score: the feature is active where the score is above the
/// threshold.
public struct FeatureDescription: Codable, Hashable, Sendable {
  /// The terms of the score.
  public var terms: [ScoreEntry.Term]
  /// The feature is described as active if the score is greater.
  public var threshold: Double
  /// The share of held-out rows on which description and activity of the feature agree.
  public var agreement: Proportion

  /// Creates a value from its properties.
  public init(terms: [ScoreEntry.Term], threshold: Double, agreement: Proportion) {
    self.terms = terms
    self.threshold = threshold
    self.agreement = agreement
  }
}
