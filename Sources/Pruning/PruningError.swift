import Datasets
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
  case noFlattenedUnit(Neuron)
  case unknownInput(column: String)
  case unknownWeights(of: String)
  case noBranch(into: String, from: String)
  /// A plan prunes a neuron that cannot be pruned.
  case protected(neuron: Neuron, NeuronGroups.Protection)
  /// A plan prunes a column whose inputs cannot be pruned.
  case protectedColumn(String, NeuronGroups.Protection)
  /// A width goal names a layer without prunable neurons; `known` lists the layers that have some.
  case noWidth(of: String, known: [String])
  /// The network has no prunable neurons.
  case nothingToPrune(unknown: [String])
  /// The method does not support the network, the data or the goal.
  case unsuited(method: String, needs: Requirement)
  case goalOutOfReach(UnmetGoal)
  /// A hyperparameter of a method is out of range.
  case hyperparameter(HyperparameterDeclaration, value: Double)

  /// What a method requires of the network, the goal or the other options.
  public enum Requirement: String, Hashable, Sendable {
    case parameterGoal = "a goal in parameters"
    /// One goal for all layers, not a width for each.
    case goalOfNetwork = "a goal for the whole network"
    case otherThanInputGoal = "a goal other than the number of inputs"
    case ungroupedConvolutions = "convolutions with one group"
    case residualBlocks = "a network with residual blocks"
    case batchNormalisation = "a network with batch normalisation"
    case tabularInputs = "a network with tabular inputs"
    case neuronPruning = "a method that removes neurons"
  }

  /// What is wrong, in one sentence.
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
    case .noFlattenedUnit(let neuron):
      "the pruning plan refers to '\(neuron)' as a unit of a flattened image, which it is not"
    case .unknownInput(let column):
      "the pruning plan refers to inputs of column '\(column)' that the network does not have"
    case .unknownWeights(let node):
      "the pruning plan refers to weights of '\(node)' that the network does not have"
    case .noBranch(let join, let from):
      "'\(join)' is not a sum from which the branch '\(from)' can be removed"
    case .protected(let neuron, let reason):
      "'\(neuron)' cannot be pruned: it is \(reason.description)"
    case .protectedColumn(let column, let reason):
      "'\(column)' cannot be pruned: it is \(reason.description)"
    case .noWidth(let layer, _):
      "the network has no layer '\(layer)' with prunable neurons"
    case .nothingToPrune(let unknown):
      unknown.isEmpty
        ? "the network has no prunable hidden neurons"
        : "no hidden neuron can be pruned: the network has unsupported layers "
          + unknown.map { "'\($0)'" }.joined(separator: ", ")
    case .unsuited(let method, let needs):
      "'\(method)' needs \(needs.rawValue)"
    case .goalOutOfReach(let unmet):
      "the goal cannot be met: \(unmet.goal)"
    case .hyperparameter(let hyperparameter, let value):
      "'\(hyperparameter.name)' cannot be \(shortest(value))"
    }
  }

  /// What to do; `nil` if nothing is known to help.
  public var recoverySuggestion: String? {
    switch self {
    case .notTheSame: "this is a bug: please report it"
    case .noFeatureLayer: "use a network with at least one hidden layer"
    case .unknownLayer: "a sequence of dense layers and activations can be pruned"
    case .unknownNode, .unknownNeuron, .noFlattenedUnit, .unknownInput, .unknownWeights, .noBranch:
      "a plan applies to the network that it was made for, and to pruned versions of it"
    case .protected, .protectedColumn: "remove it from the plan"
    case .noWidth(_, let known): "layers with prunable neurons: \(known.joined(separator: ", "))"
    case .nothingToPrune: "use a network with hidden layers"
    case .unsuited: "use another method, or meet the requirement"
    case .goalOutOfReach(let unmet): "the nearest achievable value: \(unmet.nearest)"
    case .hyperparameter(let hyperparameter, _): "give \(hyperparameter.allowed)"
    }
  }
}
