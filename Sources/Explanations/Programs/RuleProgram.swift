import Datasets
import Rules

/// Rules as typed expressions over typed variables: what exports of rules print and Swift evaluates.
///
/// Names are resolved: variables, levels and classes are positions, and every condition applies to
/// the kind of its variable. The rules are an ordered list or a vote over
///
/// - columns of the data: numbers or levels, either of which can be missing,
/// - hidden features, which `layers` compute from a row,
/// - scores: weighted sums of other variables and of conditions.
public struct RuleProgram: Hashable, Sendable {
  /// A number that is compared with thresholds.
  public enum Quantity: Hashable, Sendable {
    /// A numeric column, by its position in the schema; it can be missing.
    case column(Int)
    /// A hidden feature, by its position in `features`.
    case feature(Int)
    /// A score, by its position in `scores`.
    case score(Int)
  }

  /// A variable of conditions.
  public enum Variable: Hashable, Sendable {
    /// A number.
    case quantity(Quantity)
    /// A categorical column, by its position in the schema; it can be missing.
    case level(column: Int)
  }

  /// An interval with at least one bound.
  public enum Bounds: Hashable, Sendable {
    /// Greater than a threshold.
    case above(Double)
    /// At most a threshold.
    case atMost(Double)
    /// Greater than the first and at most the second threshold.
    case between(Double, Double)

    /// Whether a number is in the interval; `false` for `nan`.
    public func contains(_ value: Double) -> Bool {
      switch self {
      case .above(let lower): value > lower
      case .atMost(let upper): value <= upper
      case .between(let lower, let upper): lower < value && value <= upper
      }
    }
  }

  /// A condition on one variable. A missing value satisfies it only if `orMissing` is true.
  public enum Condition: Hashable, Sendable {
    /// A number in an interval.
    case number(Quantity, Bounds, orMissing: Bool)
    /// One of some levels, by their positions, ascending; never satisfied by another level if empty.
    case level(column: Int, among: [Int], orMissing: Bool)
    /// Any value but a missing one.
    case known(Variable)
    /// A missing value.
    case missing(Variable)
  }

  /// A named weighted sum of numbers and conditions: Σ w·x.
  public struct Score: Hashable, Sendable {
    /// The factor of a term.
    public enum Weight: Hashable, Sendable {
      case integer(Int32)
      case real(Double)

      /// The factor as a number.
      public var value: Double {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        }
      }
    }

    /// What a term multiplies.
    public enum Operand: Hashable, Sendable {
      /// A number; `ifMissing` is used in place of a missing one.
      case value(Quantity, ifMissing: Double)
      /// 1 if the condition holds, else 0.
      case indicator(Condition)
    }

    /// A product of weight and operand: weight · (operand / step).
    public struct Term: Hashable, Sendable {
      /// The factor.
      public var weight: Weight
      /// The multiplied value.
      public var operand: Operand
      /// The positive divisor of the operand, in its unit.
      public var step: Double

      /// Creates a term: weight times operand; by default with step 1.
      public init(_ weight: Weight, _ operand: Operand, step: Double = 1) {
        self.weight = weight
        self.operand = operand
        self.step = step
      }
    }

    /// The name in texts.
    public var name: String
    /// The terms, added in this order in double precision; without terms the score is 0.
    public var terms: [Term]

    /// Creates a score with a name.
    public init(_ name: String, _ terms: [Term]) {
      self.name = name
      self.terms = terms
    }
  }

  /// A rule: if all conditions of the premise hold, it predicts the class at `conclusion`.
  public struct Rule: Hashable, Sendable, VotingRule {
    /// The name: "R1".
    public var id: String
    /// The conditions, all of which must hold; without conditions the rule always holds.
    public var premise: [Condition]
    /// The position of the prediction in `predictions`.
    public var conclusion: Int
    /// The support on the training rows, which decides votes.
    public var support: Support

    /// Creates a rule.
    public init(id: String, if premise: [Condition], then conclusion: Int, support: Support) {
      self.id = id
      self.premise = premise
      self.conclusion = conclusion
      self.support = support
    }
  }

  /// A possible prediction.
  public enum Outcome: Hashable, Sendable {
    /// A class of the target.
    case named(String)
    /// An interval of a numeric target: greater than `lower` and at most `upper`; `nil` is no bound.
    case interval(name: String, lower: Double?, upper: Double?)

    /// The name of the class or of the interval: "setosa", "at most 3 cm".
    public var name: String {
      switch self {
      case .named(let name), .interval(let name, _, _): name
      }
    }
  }

  /// The columns of a row, and the target.
  public let schema: Schema
  /// The names of the hidden features, in the order of the outputs of `layers`.
  public let features: [Feature.ID]
  /// The layers that compute the hidden features; `nil` if they are not known: the rules can then be
  /// printed as text, but not evaluated if they use hidden features.
  public let layers: FeatureProgram?
  /// The scores; a score uses only scores before it.
  public let scores: [Score]
  /// The rules, in the order of the result.
  public let rules: [Rule]
  /// How the rules decide if several hold.
  public let resolution: RuleSet.Resolution
  /// The position of the prediction in `predictions` if no rule holds.
  public let defaultPrediction: Int
  /// The possible predictions, in the order of the classes of the schema.
  public let predictions: [Outcome]
  /// The positions of the rules in the order in which the first that holds decides; a vote is equal
  /// to a list sorted from the highest to the lowest priority.
  public let order: [Int]
  /// The variables of the conditions and of the scores.
  public let variables: Set<Variable>
  /// Whether a condition or a score uses a hidden feature.
  public let usesFeatures: Bool

  /// Creates a program.
  /// - Throws: `Fault` unless positions exist, thresholds and weights are finite, variables have the
  ///   kind that their conditions need, and a score uses only scores before it.
  public init(
    _ rules: [Rule], default defaultPrediction: Int, resolution: RuleSet.Resolution, schema: Schema,
    features: [Feature.ID] = [], layers: FeatureProgram? = nil, scores: [Score] = []
  ) throws(Fault) {
    self.rules = rules
    self.defaultPrediction = defaultPrediction
    self.resolution = resolution
    self.schema = schema
    self.features = features
    self.layers = layers
    self.scores = scores
    predictions = schema.target.predictions
    order = resolution.order(of: rules)
    variables = Set(rules.flatMap { $0.premise.map(\.variable) })
      .union(scores.flatMap { $0.terms.map(\.operand.variable) })
    usesFeatures = variables.contains {
      if case .quantity(.feature) = $0 { true } else { false }
    }
    if let fault { throw fault }
  }
}

extension Target {
  fileprivate var predictions: [RuleProgram.Outcome] {
    switch kind {
    case .classes(let names): return names.map { .named($0) }
    case .numeric(_, let cuts):
      return classes.enumerated().map { index, name in
        .interval(
          name: name, lower: index > 0 ? cuts[index - 1] : nil,
          upper: index < cuts.count ? cuts[index] : nil)
      }
    }
  }
}
