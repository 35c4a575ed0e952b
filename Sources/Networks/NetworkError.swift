import Foundation
import Tensors

/// Errors of network construction and training.
public enum NetworkError: LocalizedError, Hashable, Sendable {
  case shapeMismatch(layer: String, expected: ShapeRequirement, found: Shape)
  case noLayers
  /// A node reads an unknown node or one that is not earlier in the order.
  case unknownInput(layer: String, name: String)
  case joins(layer: String, found: Int)
  case wrongInputs(expected: Int, found: Int)
  case wrongOutputs(expected: Int, found: Int)
  /// A network for a numeric target has more than one output.
  case numericOutputs(found: Int)
  case notFinite(step: Int, layer: String)

  /// What is wrong, in one sentence.
  public var errorDescription: String? {
    switch self {
    case .shapeMismatch(let layer, let expected, let found):
      "layer '\(layer)' expects \(expected.text) but was given \(found)"
    case .unknownInput(let layer, let name):
      "layer '\(layer)' reads '\(name)', which is not an earlier node"
    case .joins(let layer, let found):
      "layer '\(layer)' was given \(found) inputs but accepts one"
    case .noLayers:
      "the network has no layers"
    case .wrongInputs(let expected, let found):
      "the encoded data have \(found) input\(found == 1 ? "" : "s") but the network expects \(expected)"
    case .numericOutputs(let found):
      "the network has \(found) outputs where a numeric target needs one"
    case .wrongOutputs(let expected, let found):
      "the network has \(found) output\(found == 1 ? "" : "s")"
        + (found == 1 && expected == 1 ? ", for two classes," : "") + " but the data have "
        + "\(expected) class\(expected == 1 ? "" : "es")"
    case .notFinite(let step, let layer):
      "training diverged: non-finite value in layer '\(layer)' at step \(step)"
    }
  }

  /// What to do; `nil` if nothing is known to help.
  public var recoverySuggestion: String? {
    switch self {
    case .shapeMismatch: "check the sizes of neighbouring layers"
    case .unknownInput: "list the nodes in topological order, each after its inputs"
    case .joins: "combine the inputs with a 'sum' or 'concatenation' layer"
    case .noLayers: "add at least one dense layer"
    case .wrongInputs: "use the columns of the training data"
    case .wrongOutputs, .numericOutputs: "the target must be the column that the network predicts"
    case .notFinite: "lower the learning rate"
    }
  }
}
