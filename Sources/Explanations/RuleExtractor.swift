import Datasets
import Naming
import Networks
import Rules

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
  public var model: Model
  /// The rows that rules are fitted to.
  public var training: Table
  /// The rows that decide how many rules there are.
  public var validation: Table
  /// What the model answers to the training rows.
  public var answers: [Int]
  public var validationAnswers: [Int]
  public var level: RuleLevel
  /// The most rules, without the default; the extractor's own choice where `nil`.
  public var maxRules: Int?
  public var seed: UInt64

  public init(
    model: Model, training: Table, validation: Table, level: RuleLevel, maxRules: Int? = nil,
    seed: UInt64
  ) {
    self.model = model
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
    self.training = training
    self.validation = validation
    self.answers = answers
    self.validationAnswers = validationAnswers
    self.level = level
    self.maxRules = maxRules
    self.seed = seed
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
