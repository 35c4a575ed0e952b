import Foundation

/// An error of rule extraction.
public enum ExtractionError: LocalizedError, Hashable, Sendable {
  case noFeatureLayer(extractor: String)
  case noRows
  case level(RuleLevel, extractor: String, known: [RuleLevel])

  /// What is wrong, in one sentence.
  public var errorDescription: String? {
    switch self {
    case .noFeatureLayer(let extractor):
      "extractor '\(extractor)' found no hidden activation followed by a dense output layer"
    case .noRows: "there are no training rows for rule extraction"
    case .level(let level, let extractor, let known):
      "extractor '\(extractor)' cannot extract rules over \(level.rawValue), only rules over "
        + known.map(\.rawValue).joined(separator: " and ")
    }
  }

  /// What to do; `nil` if nothing is known to help.
  public var recoverySuggestion: String? {
    switch self {
    case .noFeatureLayer: "use the extractor 'surrogate-tree', which uses only the predictions"
    case .noRows: "give at least one row that is not held out"
    case .level(_, _, let known):
      known.first.map { "extract rules over \($0.rawValue)" }
    }
  }
}
