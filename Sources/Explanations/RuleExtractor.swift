import Datasets
import Naming
import Networks
import Rules
import Tensors

/// A way to read rules off a network.
public protocol RuleExtractor: Named, Hashable {
  /// What its rules can speak of; the first is its own choice.
  static var levels: [RuleLevel] { get }
  init()
  /// Rules that answer as the subject's network does.
  /// - Throws: `ExtractionError` where the network has not what the extractor reads.
  func extract(from subject: ExtractionSubject) throws -> ExtractedRules
}

/// The ways there are.
public let extractorCatalog = Catalog<any RuleExtractor>(
  "extractor", [SurrogateTree.self, TreesOverFeatures.self, OrderedAttributeSearch.self])

/// A network and the rows on which it is asked.
public struct ExtractionSubject: Sendable {
  /// The network that the rules imitate.
  public var model: Model {
    didSet { readColumns = model.readColumns }
  }
  /// The positions of the columns that the model reads. Rules over inputs name no other column.
  public private(set) var readColumns: [Int]
  /// The rows that rules are fitted to.
  public var training: Table
  /// The rows that decide how many rules there are.
  public var validation: Table
  /// What the model answers to the training rows.
  public var answers: [Int]
  /// The same on validation rows.
  public var validationAnswers: [Int]
  /// What the rules speak of.
  public var level: RuleLevel
  /// The most rules, without the default; the extractor's own choice where `nil`.
  public var maxRules: Int?
  /// The source of all chance.
  public var seed: UInt64
  /// The model's hidden features, where they are known already.
  public var features: FeatureValues?
  /// Called often while rules are extracted; what it throws ends the extraction.
  public var onStep: @Sendable () throws -> Void = {}

  public init(
    model: Model, training: Table, validation: Table, level: RuleLevel, maxRules: Int? = nil,
    seed: UInt64
  ) {
    self.model = model
    readColumns = model.readColumns
    self.training = training
    self.validation = validation
    answers = model.classify(training)
    validationAnswers = model.classify(validation)
    self.level = level
    self.maxRules = maxRules
    self.seed = seed
  }

  public init(
    model: Model, training: Table, validation: Table, answers: [Int], validationAnswers: [Int],
    level: RuleLevel, maxRules: Int?, seed: UInt64
  ) {
    self.model = model
    readColumns = model.readColumns
    self.training = training
    self.validation = validation
    self.answers = answers
    self.validationAnswers = validationAnswers
    self.level = level
    self.maxRules = maxRules
    self.seed = seed
  }
}

/// A model's hidden features and what they are on the rows of a run, worked out once.
public struct FeatureValues: Sendable {
  public var features: HiddenFeatures
  /// `[rows, features]`
  public var training: Tensor
  /// The same on validation rows.
  public var validation: Tensor
  /// The same on held-out rows.
  public var heldOut: Tensor

  public init(_ features: HiddenFeatures, training: Tensor, validation: Tensor, heldOut: Tensor) {
    self.features = features
    self.training = training
    self.validation = validation
    self.heldOut = heldOut
  }
}

extension ExtractionSubject {
  /// The training rows with the columns that the model reads, all that rules over inputs may name.
  public var readTraining: Table { training.selectingColumns(readColumns) }

  /// The validation rows with the columns that the model reads.
  public var readValidation: Table { validation.selectingColumns(readColumns) }

  /// The model's answers to rows that have the columns it reads and no others.
  public func answers(toRead table: Table) -> [Int] {
    guard readColumns.count < training.columns.count else { return model.classify(table) }
    // No answer depends on what stands in the other columns, so they share one.
    let unread = Column.doubles([Double](repeating: 0, count: table.count))
    var columns = [Column](repeating: unread, count: training.columns.count)
    for (position, column) in zip(readColumns, table.columns) { columns[position] = column }
    return model.classify(
      Table(
        schema: training.schema, columns: columns, labels: table.labels, numbers: table.numbers))
  }

  /// The model's hidden features; `nil` where it has none.
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

/// What an extractor has found.
public struct ExtractedRules: Codable, Hashable, Sendable {
  /// Over inputs, or over F1, F2, …, with supports counted on the training rows.
  public var rules: RuleSet
  /// Smaller and larger alternatives, the smallest first.
  public var curve: [RuleSet]
  /// What the reader must know, for example that a list of rules was cut.
  public var notes: [String]

  public init(rules: RuleSet, curve: [RuleSet] = [], notes: [String] = []) {
    self.rules = rules
    self.curve = curve
    self.notes = notes
  }
}
