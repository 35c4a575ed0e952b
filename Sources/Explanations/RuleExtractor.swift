import Datasets
import Naming
import Networks
import Rules
import Tensors

/// A method of rule extraction.
public protocol RuleExtractor: Named, Hashable {
  /// The supported levels of rules; the first is the default.
  static var levels: [RuleLevel] { get }
  /// Creates the extractor with its default settings.
  init()
  /// Extracts rules that approximate the predictions of the subject's network.
  /// - Throws: `ExtractionError` if the network lacks the layers that the extractor needs.
  func extract(from subject: ExtractionSubject) throws -> ExtractedRules
}

/// The catalogue of extractors.
public let extractorCatalog = Catalog<any RuleExtractor.Type>(
  "extractor",
  [
    AutomaticChoice.self, SurrogateTree.self, OptimalTrees.self, RuleLists.self,
    TreesOverFeatures.self, OrderedAttributeSearch.self, ScoreTrees.self,
  ]
) { $0 }

/// A network with the rows for rule extraction.
public struct ExtractionSubject: Sendable {
  /// The network that the rules approximate.
  public var model: Model {
    didSet { readColumns = model.readColumns }
  }
  /// The positions of the columns that the model reads. Rules over inputs name no other column.
  public private(set) var readColumns: [Int]
  /// The training rows, to which rules are fitted.
  public var training: Table
  /// The validation rows, which determine the number of rules.
  public var validation: Table
  /// The predictions of the model on the training rows.
  public var predictions: [Int]
  /// The predictions of the model on the validation rows.
  public var validationPredictions: [Int]
  /// The level of the rules.
  public var level: RuleLevel
  /// The largest number of rules, without the default; `nil`: the default of the extractor.
  public var maxRules: Int?
  /// The largest number of terms of a score, and the largest absolute weight of a term.
  public var scoreLimits = ScoreLimits()
  /// The random seed.
  public var seed: UInt64
  /// The network whose predictions the rules approximate, if it is not `model`: rules over hidden
  /// features of a pruned network can approximate the network before pruning.
  public var approximated: Model?
  /// The precomputed hidden features of the model, if available.
  public var features: FeatureValues?
  /// Called often during extraction; an error thrown by it ends the extraction.
  public var onStep: @Sendable () throws -> Void = {}

  /// Creates a subject and computes the predictions of the model on its rows.
  public init(
    model: Model, training: Table, validation: Table, level: RuleLevel, maxRules: Int? = nil,
    seed: UInt64
  ) {
    self.model = model
    readColumns = model.readColumns
    self.training = training
    self.validation = validation
    predictions = model.classify(training)
    validationPredictions = model.classify(validation)
    self.level = level
    self.maxRules = maxRules
    self.seed = seed
  }

  /// Creates a subject with known predictions, one class position per row.
  public init(
    model: Model, training: Table, validation: Table, predictions: [Int],
    validationPredictions: [Int],
    level: RuleLevel, maxRules: Int?, seed: UInt64
  ) {
    self.model = model
    readColumns = model.readColumns
    self.training = training
    self.validation = validation
    self.predictions = predictions
    self.validationPredictions = validationPredictions
    self.level = level
    self.maxRules = maxRules
    self.seed = seed
  }
}

/// The hidden features of a model with their precomputed values on the rows of a run.
public struct FeatureValues: Sendable {
  /// The hidden features.
  public var features: HiddenFeatures
  /// The values on the training rows, `[rows, features]`.
  public var training: Tensor
  /// The values on the validation rows, `[rows, features]`.
  public var validation: Tensor
  /// The values on the held-out rows, `[rows, features]`.
  public var heldOut: Tensor

  /// Creates a value from its properties.
  public init(_ features: HiddenFeatures, training: Tensor, validation: Tensor, heldOut: Tensor) {
    self.features = features
    self.training = training
    self.validation = validation
    self.heldOut = heldOut
  }
}

extension ExtractionSubject {
  /// The training rows with only the columns that the model reads, the variables of rules over
  /// inputs.
  public var readTraining: Table { training.selectingColumns(readColumns) }

  /// The validation rows with only the columns that the model reads.
  public var readValidation: Table { validation.selectingColumns(readColumns) }

  /// The predictions of the model on rows that have only the columns it reads.
  public func predictions(toRead table: Table) -> [Int] {
    model.classify(table.expanded(to: training.schema, from: readColumns))
  }

  /// The network whose predictions the rules approximate.
  var explained: Model { approximated ?? model }

  /// The model's hidden features; `nil` if it has none.
  var hiddenFeatures: HiddenFeatures? {
    features?.features ?? HiddenFeatures(of: model, over: training)
  }

  /// The features' values on the training rows.
  func trainingValues(_ hidden: HiddenFeatures) -> Tensor {
    features?.training ?? hidden.values(in: model, for: training)
  }

  /// The features' values on the validation rows.
  func validationValues(_ hidden: HiddenFeatures) -> Tensor {
    features?.validation ?? hidden.values(in: model, for: validation)
  }
}

/// The limits of scores in described rules.
public struct ScoreLimits: Hashable, Codable, Sendable {
  /// The largest number of terms; 5 by default.
  public var terms: Int
  /// The largest absolute weight; 5 by default.
  public var weight: Int

  /// Creates limits.
  public init(terms: Int = 5, weight: Int = 5) {
    self.terms = terms
    self.weight = weight
  }
}

/// The result of an extractor.
public struct ExtractedRules: Codable, Hashable, Sendable {
  /// The rules over inputs, over hidden features F1, F2, … or over inputs and scores S1, S2, …, with
  /// supports on the training rows.
  public var rules: RuleSet
  /// The scores that the rules use.
  public var scores: [Score] = []
  /// The scores that rule sets of the curve use, with names of their own.
  public var curveScores: [Score] = []
  /// Rule sets of other sizes, in ascending order.
  public var curve: [RuleSet]
  /// Notes, for example that the number of rules was limited.
  public var notes: [String]

  /// Creates a result; by default without other sizes and notes.
  public init(rules: RuleSet, curve: [RuleSet] = [], notes: [String] = []) {
    self.rules = rules
    self.curve = curve
    self.notes = notes
  }
}
