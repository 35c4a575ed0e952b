import Foundation

/// Why rules cannot be read off a network.
public enum ExtractionError: LocalizedError, Hashable, Sendable {
  case noFeatureLayer(extractor: String)
  case noRows
  case level(RuleLevel, extractor: String, known: [RuleLevel])

  public var errorDescription: String? {
    switch self {
    case .noFeatureLayer(let extractor):
      "extractor '\(extractor)' found no hidden activation that a dense layer turns into answers"
    case .noRows: "there are no training rows to learn rules from"
    case .level(let level, let extractor, let known):
      "extractor '\(extractor)' was asked for rules over \(level.rawValue) where it gives rules over "
        + known.map(\.rawValue).joined(separator: " and ")
    }
  }

  public var recoverySuggestion: String? {
    switch self {
    case .noFeatureLayer: "use --extractor surrogate-tree, which asks the network alone"
    case .noRows: "give at least one row that is not held out"
    case .level(_, _, let known):
      known.first.map { "use --rules \($0.rawValue)" }
    }
  }
}
