import Foundation

/// Errors of pruning.
public enum PruningError: LocalizedError, Hashable, Sendable {
  case notTheSame(EqualityCheck)
  case noFeatureLayer
  /// A layer type that pruning does not support.
  case unknownLayer(node: String, layer: String)
  /// A plan refers to a node that the network does not have, because it was made for another
  /// network.
  case unknownNode(String)
  case unknownNeuron(String)
  /// A neuron that a plan treats as a unit of a flattened image is not one.
  case noNumber(String)
  case unknownInput(column: String)
  case unknownWeights(of: String)
  case noBranch(into: String, from: String)
  case protected(neuron: String, reason: String)
  /// A width goal names a layer without prunable neurons; `known` lists the layers that have some.
  case noWidth(of: String, known: [String])
  /// The network has no prunable neurons.
  case nothingToPrune(unknown: [String])
  /// The method does not support the network, the data or the goal.
  case unsuited(method: String, needs: String)
  /// The goal cannot be met; `nearest` is the nearest value that can.
  case goalOutOfReach(goal: String, nearest: String)

  public var errorDescription: String? {
    switch self {
    case .notTheSame(let check):
      "the compacted network differs from the masked one by \(check.largestAbsolute)"
    case .noFeatureLayer:
      "the network has no hidden layer between two dense layers"
    case .unknownLayer(let node, let layer):
      "the layer '\(node)' is of the kind '\(layer)', which cannot be pruned"
    case .unknownNode(let node):
      "the plan names the layer '\(node)', which the network does not have"
    case .unknownNeuron(let neuron):
      "the plan names the neuron '\(neuron)', which the network does not have"
    case .noNumber(let neuron):
      "the plan takes '\(neuron)' for a number of a flattened image, which it is not"
    case .unknownInput(let column):
      "the plan names inputs of the column '\(column)' that the network does not read"
    case .unknownWeights(let node):
      "the plan names weights of '\(node)' that the network does not have"
    case .noBranch(let join, let from):
      "'\(join)' is no sum that can do without '\(from)'"
    case .protected(let neuron, let reason):
      "'\(neuron)' must stay: it is \(reason)"
    case .noWidth(let layer, _):
      "the network has no layer '\(layer)' whose neurons could go"
    case .nothingToPrune(let unknown):
      unknown.isEmpty
        ? "the network has no hidden neuron that could go"
        : "no hidden neuron may go: nothing is known of "
          + unknown.map { "'\($0)'" }.joined(separator: ", ")
    case .unsuited(let method, let needs):
      "'\(method)' needs \(needs)"
    case .goalOutOfReach(let goal, _):
      "the goal cannot be met: \(goal)"
    }
  }

  public var recoverySuggestion: String? {
    switch self {
    case .notTheSame: "please report this: it is a bug"
    case .noFeatureLayer: "give --hidden at least one layer"
    case .unknownLayer: "dense layers and activations, one after the other, can be pruned"
    case .unknownNode, .unknownNeuron, .noNumber, .unknownInput, .unknownWeights, .noBranch:
      "a plan fits the network that it was made for, and what is left of it"
    case .protected: "leave it out of the plan"
    case .noWidth(_, let known): "those that have: \(known.joined(separator: ", "))"
    case .nothingToPrune: "give a network with hidden layers"
    case .unsuited: "'espalier list methods' says what each method works on"
    case .goalOutOfReach(_, let nearest): "the nearest that can be met: \(nearest)"
    }
  }
}
