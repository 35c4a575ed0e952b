import Foundation

/// What can go wrong while a network is pruned.
public enum PruningError: LocalizedError, Hashable, Sendable {
  case notTheSame(EqualityCheck)
  case noFeatureLayer

  public var errorDescription: String? {
    switch self {
    case .notTheSame(let check):
      "the compacted network differs from the masked one by \(check.largestAbsolute)"
    case .noFeatureLayer:
      "the network has no hidden layer between two dense layers"
    }
  }

  public var recoverySuggestion: String? {
    switch self {
    case .notTheSame: "please report this: it is a bug"
    case .noFeatureLayer: "give --hidden at least one layer"
    }
  }
}
