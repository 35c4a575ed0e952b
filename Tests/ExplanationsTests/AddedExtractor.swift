import Explanations
import Naming
import Rules

/// An extractor outside of the library, added as CONTRIBUTING.md says: a tree of limited depth, fitted
/// to the network's predictions on the training rows only.
struct ShallowTree: RuleExtractor {
  static let name = "shallow-tree"
  static let summary = "a decision tree of limited depth on the training rows"
  static let source = Citation(
    authors: "Breiman, Friedman, Olshen & Stone", title: "Classification and Regression Trees",
    year: 1984, venue: "Wadsworth")
  static let levels: [RuleLevel] = [.inputs]

  /// The depth of the tree, at least 1.
  var depth = 5

  func extract(from subject: ExtractionSubject) throws -> ExtractedRules {
    guard subject.level == .inputs else {
      throw ExtractionError.level(subject.level, extractor: Self.name, known: Self.levels)
    }
    let table = subject.readTraining
    try subject.onStep()
    let grower = TreeGrower(
      minimumSupport: 5, maximumDepth: depth, maximumLeaves: subject.maxRules)
    let tree = grower.tree(imitating: subject.predictions, over: table)
    let rules = tree.ruleSet.supported(by: table, labels: subject.predictions)
    return ExtractedRules(rules: rules, curve: [rules])
  }
}

/// The extractors of the library and the added one.
let testedExtractors = Catalog<any RuleExtractor.Type>(
  extractorCatalog.family, extractorCatalog.types + [ShallowTree.self]
) { $0 }
