import Datasets
import Naming
import Networks

/// The default for rules over inputs: greedy trees and optimised rule lists, of which the best in
/// cross-validation on training and validation rows is used.
///
/// The notes say what was compared. Where more than 60 rules are allowed, only trees are compared.
/// Tables of more than 20,000 training rows or 4,000,000 cells, and images, get the greedy tree without
/// a comparison.
public struct AutomaticChoice: RuleExtractor {
  /// The name in commands, settings and files.
  public static let name = "auto"
  /// The description in one line.
  public static let summary = "the best of several trees and rule lists by cross-validation"
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
    try subject.studied(.all, by: Self.self)
  }
}

extension ExtractionSubject {
  /// The rules over inputs of a family of learners.
  /// - Throws: `ExtractionError` for another level or without training rows.
  func studied(
    _ family: SurrogateStudy.Family, by extractor: any RuleExtractor.Type
  ) throws -> ExtractedRules {
    guard level == .inputs else {
      throw ExtractionError.level(level, extractor: extractor.name, known: extractor.levels)
    }
    guard training.count > 0 else { throw ExtractionError.noRows }
    return try SurrogateStudy(self, family: family, asking: { predictions(toRead: $0) }).result
  }
}
