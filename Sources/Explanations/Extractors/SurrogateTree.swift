import Datasets
import Naming
import Networks
import Rules
import Tensors

/// Pedagogical rule extraction: a tree fitted to the network's predictions on real and synthetic
/// rows.
public struct SurrogateTree: RuleExtractor {
  /// The name in commands, settings and files.
  public static let name = "surrogate-tree"
  /// The description in one line.
  public static let summary = "a decision tree fitted to the predictions of the network"
  /// The publication.
  public static let source = Citation(
    authors: "Craven & Shavlik",
    title: "Extracting tree-structured representations of trained networks", year: 1996,
    venue: "Advances in Neural Information Processing Systems 8")
  /// The supported levels of rules; the first is the default.
  public static let levels: [RuleLevel] = [.inputs]

  /// Creates the extractor; it has no settings.
  public init() {}

  /// Extracts rules that approximate the predictions of the network.
  /// - Throws: `ExtractionError`; errors of the callback of the subject.
  public func extract(from subject: ExtractionSubject) throws -> ExtractedRules {
    try subject.studied(.trees, by: Self.self)
  }
}
