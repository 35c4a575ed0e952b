import Datasets
import Rules

/// How a network and its rules predict one row.
public struct RowExplanation: Codable, Hashable, Sendable {
  /// The number of the row in its source, from 1; `nil` if the values were given.
  public var row: Int?
  /// The true class of the row; `nil` if it is not known.
  public var label: String?
  /// The true number of the row; `nil` without a numeric target, or if it is not known.
  public var labelNumber: Double?
  /// The values of the columns.
  public var values: [ColumnValue]
  /// The prediction of the network; `nil` without a network.
  public var network: NetworkPrediction?
  /// Whether the rules of the first level predict the class that the network predicts.
  public var agrees: Bool?
  /// The hidden features of the network; empty without a network that has them.
  public var features: [FeatureActivation]
  /// The rules of each level; those of the measured level first.
  public var levels: [LevelExplanation]

  /// The value of a column.
  public struct ColumnValue: Codable, Hashable, Sendable {
    /// The name of the column.
    public var column: String
    /// The value: a number, a level, "" if it is missing; for a level that the data of the result do not
    /// have its text, or "other" if that is not known.
    public var value: String
    /// Its unit.
    public var unit: String?
    /// Whether the rules of the first level read it.
    public var isRead: Bool
    /// The smallest and the largest number of the column in the training rows if the value is outside.
    public var trainingRange: [Double]?
  }

  /// The prediction of a network.
  public struct NetworkPrediction: Codable, Hashable, Sendable {
    /// The class, or the interval of a numeric target.
    public var prediction: String
    /// The number, for a numeric target.
    public var number: Double?
    /// The probability of each class; `nil` if the network gives none.
    public var probabilities: [String: Double]?

    private enum CodingKeys: String, CodingKey {
      case prediction = "answer"
      case number, probabilities
    }

    /// Creates a value from its properties.
    public init(prediction: String, number: Double?, probabilities: [String: Double]?) {
      self.prediction = prediction
      self.number = number
      self.probabilities = probabilities
    }
  }

  /// The value of a hidden feature.
  public struct FeatureActivation: Codable, Hashable, Sendable {
    /// The name: "F1".
    public var feature: String
    /// The value.
    public var value: Double
    /// The feature is active if its value is greater.
    public var threshold: Double
    /// Whether it is active.
    public var isActive: Bool
  }

  /// A condition of a rule with the value that it tests.
  public struct CheckedCondition: Codable, Hashable, Sendable {
    /// The condition.
    public var condition: RuleEntry.Test
    /// The value of the row as text.
    public var value: String
    /// Whether the condition holds.
    public var holds: Bool
  }

  /// A rule of the row.
  public struct CheckedRule: Codable, Hashable, Sendable {
    /// The name: "R1".
    public var rule: String
    /// The class that it predicts.
    public var prediction: String
    /// Its conditions.
    public var conditions: [CheckedCondition]

    private enum CodingKeys: String, CodingKey {
      case rule
      case prediction = "answer"
      case conditions
    }
  }

  /// A score with its terms worked out.
  public struct ScoreCard: Codable, Hashable, Sendable {
    /// A term with its points.
    public struct Line: Codable, Hashable, Sendable {
      /// The term.
      public var term: ScoreEntry.Term
      /// The value of the row as text.
      public var value: String
      /// The points that it adds.
      public var points: Double
    }
    /// The name: "S1".
    public var score: String
    /// The terms, in the order in which they are added.
    public var lines: [Line]
    /// The sum of the points.
    public var sum: Double
  }

  /// The smallest change of the row after which the rules predict another class.
  public struct Change: Codable, Hashable, Sendable {
    /// A changed value.
    public struct Step: Codable, Hashable, Sendable {
      /// The column or hidden feature.
      public var variable: String
      /// The value of the row as text.
      public var from: String
      /// The new value as text.
      public var to: String
      /// The smallest and the largest number of the column in the training rows if the new value is
      /// outside.
      public var trainingRange: [Double]?
    }
    /// The changed values.
    public var steps: [Step]
    /// The class that the rules then predict.
    public var prediction: String
    /// The rule that then decides: "R1"; `nil` for the default.
    public var rule: String?
    /// The class that the network then predicts; `nil` without a network and for hidden features.
    public var network: String?
    /// Whether the network then predicts another class than before.
    public var changesNetwork: Bool?

    private enum CodingKeys: String, CodingKey {
      case steps
      case prediction = "answer"
      case rule, network, changesNetwork
    }
  }

  /// The rules of one level for the row.
  public struct LevelExplanation: Codable, Hashable, Sendable {
    /// The level.
    public var level: RuleLevel
    /// The class that the rules predict.
    public var prediction: String
    /// The number that the rules predict, for a numeric target.
    public var number: Double?
    /// The deciding rule; `nil` if no rule holds.
    public var deciding: CheckedRule?
    /// The coverage of the deciding rule on training rows.
    public var coverage: Proportion?
    /// Its confidence on training rows.
    public var confidence: Proportion?
    /// Its coverage on held-out rows.
    public var heldOutCoverage: Proportion?
    /// Its confidence on held-out rows.
    public var heldOutConfidence: Proportion?
    /// The score cards of described rules.
    public var scores: [ScoreCard]
    /// Rules that hold too and do not decide.
    public var alsoHolding: [CheckedRule]
    /// Rules of which one condition does not hold.
    public var nearlyHolding: [CheckedRule]
    /// The smallest change after which the rules predict another class; `nil` if there is none, or
    /// none was found.
    public var change: Change?
    /// What `change` is the smallest of: "all", "one-column" for described rules, or "none" if the
    /// search was ended at its limit.
    public var changeSearched: String

    private enum CodingKeys: String, CodingKey {
      case level
      case prediction = "answer"
      case number, deciding, coverage, confidence, heldOutCoverage, heldOutConfidence, scores
      case alsoHolding, nearlyHolding, change, changeSearched
    }
  }
}
