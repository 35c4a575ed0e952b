import Naming

/// Pedagogical rule extraction: an ordered rule list whose agreement with the network on real and
/// synthetic rows is optimised within a number of rules and of conditions.
public struct RuleLists: RuleExtractor {
  /// The name in commands, settings and files.
  public static let name = "rule-list"
  /// The description in one line.
  public static let summary = "an ordered rule list optimised for agreement with the network"
  /// The publication.
  public static let source = Citation(
    authors: "Angelino, Larus-Stone, Alabi, Seltzer & Rudin",
    title: "Learning certifiably optimal rule lists for categorical data", year: 2018,
    venue: "Journal of Machine Learning Research 18")
  /// The supported levels of rules; the first is the default.
  public static let levels: [RuleLevel] = [.inputs]

  /// Creates the extractor; it has no settings.
  public init() {}

  /// Extracts rules that approximate the predictions of the network.
  /// - Throws: `ExtractionError`; errors of the callback of the subject.
  public func extract(from subject: ExtractionSubject) throws -> ExtractedRules {
    try subject.studied(.lists, by: Self.self)
  }
}
