import Foundation
import Tensors

/// What can be wrong with a network.
public enum NetworkError: LocalizedError, Hashable, Sendable {
  case shapeMismatch(layer: String, expected: String, found: Shape)
  case noLayers
  case wrongInputs(expected: Int, found: Int)
  case wrongAnswers(expected: Int, found: Int)
  case notFinite(step: Int, layer: String)

  public var errorDescription: String? {
    switch self {
    case .shapeMismatch(let layer, let expected, let found):
      "layer '\(layer)' was given an input of \(found) where it reads \(expected)"
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
    case .noLayers: "give at least one dense layer"
    case .wrongInputs: "use the columns it was trained with; --ignore leaves others out"
    case .wrongAnswers: "check --target: it names the column that the network answers"
    case .notFinite: "lower the learning rate"
    }
  }
}
