import Foundation
import Tensors

/// What can be wrong with a network.
public enum NetworkError: LocalizedError, Hashable, Sendable {
  case shapeMismatch(layer: String, expected: String, found: Shape)
  case noLayers
  /// A node reads another that is not there or does not come before it.
  case unknownInput(layer: String, name: String)
  case joins(layer: String, found: Int)
  case wrongInputs(expected: Int, found: Int)
  case wrongAnswers(expected: Int, found: Int)
  case notFinite(step: Int, layer: String)

  public var errorDescription: String? {
    switch self {
    case .shapeMismatch(let layer, let expected, let found):
      "layer '\(layer)' was given an input of \(found) where it reads \(expected)"
    case .unknownInput(let layer, let name):
      "layer '\(layer)' reads '\(name)', which does not come before it"
    case .joins(let layer, let found):
      "layer '\(layer)' was given \(found) inputs where it reads one"
    case .noLayers:
      "the network has no layers"
    case .wrongInputs(let expected, let found):
      "the data make \(found) inputs where the network reads \(expected)"
    case .wrongAnswers(let expected, let found):
      "the network gives \(found) outputs where the data have \(expected) classes"
    case .notFinite(let step, let layer):
      "training met a number that is not finite in layer '\(layer)' at step \(step)"
    }
  }

  public var recoverySuggestion: String? {
    switch self {
    case .shapeMismatch: "check the sizes of neighbouring layers"
    case .unknownInput: "list the nodes so that each comes after those it reads"
    case .joins: "add the inputs up with 'sum', or put them side by side with 'concatenation'"
    case .noLayers: "give at least one dense layer"
    case .wrongInputs: "use the columns it was trained with; --ignore leaves others out"
    case .wrongAnswers: "check --target: it names the column that the network answers"
    case .notFinite: "lower the learning rate"
    }
  }
}
