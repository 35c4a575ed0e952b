import Datasets
import Naming
import Networks
import Rules
import Tensors

/// Decompositional rule extraction (CRED): a tree from hidden features to the predicted class, then
/// a tree from the inputs to each condition on a hidden feature, combined by substitution.
public struct TreesOverFeatures: RuleExtractor {
  /// The name in commands, settings and files.
  public static let name = "cred"
  /// The description in one line.
  public static let summary = "decision trees over hidden features, then over inputs (CRED)"
  /// The publication.
  public static let source = Citation(
    authors: "Sato & Tsukimoto",
    title: "Rule extraction from neural networks via decision tree induction", year: 2001,
    venue: "IJCNN 2001, doi:10.1109/IJCNN.2001.938448")
  /// The supported levels of rules; the first is the default.
  public static let levels: [RuleLevel] = [.features, .inputs]

  /// The minimum number of training rows of a leaf; `nil`: 5, or 1/2000 of the rows if that is
  /// more.
  public var minimumSupport: Int?

  /// Creates the extractor with the default minimum number of rows of a leaf.
  public init() { self.init(minimumSupport: nil) }
  /// Creates the extractor; `nil` is the default minimum number of rows of a leaf.
  public init(minimumSupport: Int?) { self.minimumSupport = minimumSupport }

  /// Extracts rules that approximate the predictions of the network.
  /// - Throws: `ExtractionError`; errors of the callback of the subject.
  public func extract(from subject: ExtractionSubject) throws -> ExtractedRules {
    guard subject.level != .described else {
      throw ExtractionError.level(subject.level, extractor: Self.name, known: Self.levels)
    }
    guard subject.training.count > 0 else { throw ExtractionError.noRows }
    guard let features = subject.hiddenFeatures else {
      throw ExtractionError.noFeatureLayer(extractor: Self.name)
    }
    if subject.level == .features {
      return try FeatureTreeStudy(subject, features: features, minimumSupport: minimumSupport)
        .result
    }
    // A feature without a weight to any output changes no prediction: rules do not use it.
    let read = features.readFeatures
    let training = features.activationTable(
      of: subject.trainingValues(features), like: subject.training
    ).selectingColumns(read)
    let validation = features.activationTable(
      of: subject.validationValues(features), like: subject.validation
    ).selectingColumns(read)
    var sized = try sizedRules(training, subject)
    let agreements = sized.sequence.agreements(
      on: validation, labels: subject.validationPredictions)
    let best = sized.sequence.smallestWithinOneError(
      agreements: agreements, of: subject.validation.count)
    // Over inputs each feature rule becomes several, so their number is limited.
    let step = try sized.step(from: best, atMost: 12)
    return try overInputs(try sized.rules(at: step), of: training, subject)
  }

  private var grower: TreeGrower { TreeGrower(criterion: .entropy) }

  private func sizedRules(_ table: Table, _ subject: ExtractionSubject) throws -> SizedRules {
    var grower = grower
    grower.minimumSupport = minimumSupport ?? max(5, table.count / 2000)
    let tree = try grower.tree(
      imitating: subject.predictions, over: BinnedTable(table, onStep: subject.onStep),
      classes: table.schema.classes.count, onStep: subject.onStep)
    return SizedRules(PruningSequence(tree), simplifiedOn: table, onStep: subject.onStep)
  }

  /// Replaces each condition on a feature by rules over inputs that imply it.
  private func overInputs(
    _ rules: RuleSet, of activations: Table, _ subject: ExtractionSubject
  ) throws -> ExtractedRules {
    let rows = subject.readTraining
    let bins = try BinnedTable(rows, onStep: subject.onStep)
    var grower = grower
    grower.minimumSupport = minimumSupport ?? max(5, activations.count / 500)
    grower.maximumLeaves = 12
    var definitions: [Literal: RuleSet] = [:]
    for literal in rules.rules.flatMap(\.premise.literals) where definitions[literal] == nil {
      guard let column = activations.schema.index(of: literal.variable) else { continue }
      let values = activations.columns[column]
      let truth = (0..<activations.count).map { literal.condition.holds(for: values[$0]) ? 1 : 0 }
      let tree = try grower.tree(
        imitating: truth, over: bins, classes: 2, onStep: subject.onStep)
      definitions[literal] = PruningSequence(tree).tree(at: 0).ruleSet
    }
    let limit = SubstitutionLimit(rules: 5000)
    let (products, cut) = try rules.substituting(
      definitions, limit: limit, onStep: subject.onStep)
    var notes: [String] = []
    if cut { notes.append("products of rules beyond the limit of \(limit.rules) were omitted") }
    let supported = products.supported(by: rows, labels: subject.predictions)
    let wanted = subject.maxRules ?? 20
    let curve = try supported.covering(
      rows, labels: subject.predictions, sizes: SizedRules.sizes + [wanted], onStep: subject.onStep)
    let chosen = curve.last { $0.rules.count <= wanted } ?? supported
    return ExtractedRules(
      rules: try chosen.simplified(on: rows, onStep: subject.onStep)
        .supported(by: rows, labels: subject.predictions), curve: curve, notes: notes)
  }
}
