import Foundation
import Networks

/// Errors of pruning.
public enum PruningError: LocalizedError, Hashable, Sendable {
  case notTheSame(EqualityCheck)
  case noFeatureLayer
  /// A layer type that pruning does not support.
  case unknownLayer(node: String, layer: String)
  /// A plan refers to a node that the network does not have, because it was made for another
  /// network.
  case unknownNode(String)
  case unknownNeuron(Neuron)
  /// A neuron that a plan treats as a unit of a flattened image is not one.
  case noNumber(Neuron)
  case unknownInput(column: String)
  case unknownWeights(of: String)
  case noBranch(into: String, from: String)
  case protected(neuron: Neuron, reason: String)
  case protectedColumn(String, reason: String)
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
      "the outputs of the compacted and the masked network differ by up to "
        + "\(check.largestAbsolute)"
    case .noFeatureLayer:
      "the network has no hidden layer between two dense layers"
    case .unknownLayer(let node, let layer):
      "layer '\(node)' is of type '\(layer)', which cannot be pruned"
    case .unknownNode(let node):
      "the pruning plan refers to layer '\(node)', which the network does not have"
    case .unknownNeuron(let neuron):
      "the pruning plan refers to neuron '\(neuron)', which the network does not have"
    case .noNumber(let neuron):
      "the pruning plan refers to '\(neuron)' as a unit of a flattened image, which it is not"
    case .unknownInput(let column):
      "the pruning plan refers to inputs of column '\(column)' that the network does not have"
    case .unknownWeights(let node):
      "the pruning plan refers to weights of '\(node)' that the network does not have"
    case .noBranch(let join, let from):
      "'\(join)' is not a sum from which the branch '\(from)' can be removed"
    case .protected(let neuron, let reason):
      "'\(neuron)' cannot be pruned: it is \(reason)"
    case .protectedColumn(let column, let reason):
      "'\(column)' cannot be pruned: it is \(reason)"
    case .noWidth(let layer, _):
      "the network has no layer '\(layer)' with prunable neurons"
    case .nothingToPrune(let unknown):
      unknown.isEmpty
        ? "the network has no prunable hidden neurons"
        : "no hidden neuron can be pruned: the network has unsupported layers "
          + unknown.map { "'\($0)'" }.joined(separator: ", ")
    case .unsuited(let method, let needs):
      "'\(method)' needs \(needs)"
    case .goalOutOfReach(let goal, _):
      "the goal cannot be met: \(goal)"
    }
  }

  public var recoverySuggestion: String? {
    switch self {
    case .notTheSame: "this is a bug: please report it"
    case .noFeatureLayer: "give --hidden at least one layer"
    case .unknownLayer: "a sequence of dense layers and activations can be pruned"
    case .unknownNode, .unknownNeuron, .noNumber, .unknownInput, .unknownWeights, .noBranch:
      "a plan applies to the network that it was made for, and to pruned versions of it"
    case .protected, .protectedColumn: "remove it from the plan"
    case .noWidth(_, let known): "layers with prunable neurons: \(known.joined(separator: ", "))"
    case .nothingToPrune: "use a network with hidden layers"
    case .unsuited: "'espalier list methods' shows the networks that each method supports"
    case .goalOutOfReach(_, let nearest): "the nearest achievable value: \(nearest)"
    }
  }
}
