import Foundation

/// What can go wrong while a network is pruned.
public enum PruningError: LocalizedError, Hashable, Sendable {
  case notTheSame(EqualityCheck)
  case noFeatureLayer
  /// The network has a layer that pruning does not know how to make smaller.
  case unknownLayer(node: String, layer: String)

  public var errorDescription: String? {
    switch self {
    case .notTheSame(let check):
      "the compacted network differs from the masked one by \(check.largestAbsolute)"
    case .noFeatureLayer:
      "the network has no hidden layer between two dense layers"
    case .unknownLayer(let node, let layer):
      "the layer '\(node)' is of the kind '\(layer)', which cannot be pruned"
    }
  }

  public var recoverySuggestion: String? {
    switch self {
    case .notTheSame: "please report this: it is a bug"
    case .noFeatureLayer: "give --hidden at least one layer"
    case .unknownLayer: "dense layers and activations, one after the other, can be pruned"
    }
  }
}
