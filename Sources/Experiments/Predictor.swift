import Datasets
import Explanations
import Networks
import Rules
import Tensors

/// Predicts rows with a network, with the rules of a result, or with both.
public struct Predictor: Sendable {
  /// The network; `nil` predicts with the rules alone.
  public let model: Model?
  /// The rules; `nil` predicts with the network alone.
  public let rules: RuleClassifier?
  /// The network with the hidden features of the rules.
  private let featureModel: Model?

  /// A predictor; `model` and `rules` must be for the same schema.
  ///
  /// `featureModel`: the network with the hidden features of the rules, if it is not `model`.
  public init(model: Model?, rules: RuleClassifier?, featureModel: Model? = nil) {
    self.model = model
    self.rules = rules
    self.featureModel = featureModel ?? model
  }

  /// Whether the target is numeric.
  public var isNumeric: Bool { model.map { $0.head == .number } ?? (rules?.numbers != nil) }

  /// The classes of the network in the order of probabilities; empty for a numeric target and if the
  /// network gives no probabilities.
  public var probabilityClasses: [String] {
    model.map { $0.givesProbabilities ? $0.schema.classes : [] } ?? []
  }

  /// The predictions for rows.
  /// - Throws: `FeaturesMismatch` if the network does not have the hidden features of the rules.
  public func predictions(for table: Table) throws(FeaturesMismatch) -> [Prediction] {
    var all = table.rowNumbers.map { Prediction(row: $0) }
    if let model {
      let outputs = model.outputs(for: table)
      let predictions = model.predictions(from: outputs)
      let probabilities = model.probabilities(from: outputs)
      let numbers = model.head == .number ? model.numbers(from: outputs) : nil
      for row in all.indices {
        all[row].network = Prediction.Outcome(
          class: model.schema.classes[predictions[row]], number: numbers?[row])
        all[row].probabilities = probabilities?[row]
      }
    }
    if let rules {
      let variables = try rules.variables(of: table, in: featureModel)
      let deciding = rules.rules.deciding(variables)
      let scores = rules.scores.map { $0.values(in: table) }
      for row in all.indices {
        all[row].rules = Prediction.Outcome(
          class: rules.classes[rules.prediction(of: deciding[row])],
          number: rules.number(of: deciding[row]))
        all[row].rule = rules.name(of: deciding[row])
        all[row].scores = scores.map { $0[row] }
      }
    }
    return all
  }
}

/// The predictions for one row.
public struct Prediction: Hashable, Sendable {
  /// A prediction of a network or of rules.
  public struct Outcome: Hashable, Sendable {
    /// The class, or the interval of a numeric target.
    public var `class`: String
    /// The number, for a numeric target.
    public var number: Double?

    /// Creates a prediction.
    public init(class name: String, number: Double?) {
      self.class = name
      self.number = number
    }
  }

  /// The number of the row in its source, from 1, without the header.
  public var row: Int
  /// The prediction of the network; `nil` without a network.
  public var network: Outcome?
  /// The network's probability of each class; `nil` if it gives none.
  public var probabilities: [Double]?
  /// The prediction of the rules; `nil` without rules.
  public var rules: Outcome?
  /// The deciding rule; `nil` if no rule holds.
  public var rule: String?
  /// The values of the scores of described rules.
  public var scores: [Double] = []

  /// A row without predictions.
  public init(row: Int) { self.row = row }

  /// Whether network and rules predict the same class; `nil` if one of them is missing.
  public var agrees: Bool? {
    guard let network, let rules else { return nil }
    return network.class == rules.class
  }
}
