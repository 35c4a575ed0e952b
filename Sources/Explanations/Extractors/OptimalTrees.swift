import Naming

/// Pedagogical rule extraction by search: a shallow tree over readable conditions with the fewest
/// errors, fitted to the network's predictions on real and synthetic rows.
///
/// The notes say whether the tree was proved optimal. The work is limited by a number of nodes, so
/// that results do not depend on the machine.
public struct OptimalTrees: RuleExtractor {
  /// The name in commands, settings and files.
  public static let name = "optimal-tree"
  /// The description in one line.
  public static let summary = "a shallow decision tree found by exhaustive search within a budget"
  /// The publication.
  public static let source = Citation(
    authors: "Demirović, Lukina, Hebrard, Chan, Bailey, Leckie, Ramamohanarao & Stuckey",
    title: "MurTree: optimal decision trees via dynamic programming and search", year: 2022,
    venue: "Journal of Machine Learning Research 23")
  /// The supported levels of rules; the first is the default.
  public static let levels: [RuleLevel] = [.inputs]

  /// Creates the extractor; it has no settings.
  public init() {}

  /// Extracts rules that approximate the predictions of the network.
  /// - Throws: `ExtractionError`; errors of the callback of the subject.
  public func extract(from subject: ExtractionSubject) throws -> ExtractedRules {
    try subject.studied(.optimalTrees, by: Self.self)
  }
}
