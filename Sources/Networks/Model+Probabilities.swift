import Foundation
import Tensors

extension Model {
  /// The predicted probability of each class for each row of outputs, in double precision.
  ///
  /// A softmax of the logits; for one-versus-rest one sigmoid per class, which need not add up to 1,
  /// unless they are normalized; equal shares where all sigmoids are 0;
  /// for one output of two classes its sigmoid and 1 minus that.
  /// - Parameter outputs: the logits, `[rows, outputs]`.
  /// - Returns: `[row][class]`; `nil` for a numeric target, and if the only output is no logit
  ///   because the network ends in an activation.
  public func probabilities(from outputs: Tensor) -> [[Double]]? {
    guard head != .number else { return nil }
    if outputs.width == 1 {
      guard network.architecture.nodes.last?.layer.isFullyConnected == true else { return nil }
      return (0..<outputs.rows).map { row in
        let second = Self.sigmoid(Double(outputs[row, 0]))
        return [1 - second, second]
      }
    }
    return (0..<outputs.rows).map { row in
      let logits = outputs.row(row).map(Double.init)
      switch head {
      case .softmax, .number: return Self.softmax(logits)
      case .oneVersusRest: return logits.map(Self.sigmoid)
      case .normalizedOneVersusRest: return Self.shares(logits.map(Self.sigmoid))
      }
    }
  }

  private static func shares(_ numbers: [Double]) -> [Double] {
    let sum = numbers.reduce(0, +)
    return numbers.map { sum > 0 ? $0 / sum : 1 / Double(numbers.count) }
  }

  private static func sigmoid(_ logit: Double) -> Double { 1 / (1 + exp(-logit)) }

  private static func softmax(_ logits: [Double]) -> [Double] {
    let largest = logits.max() ?? 0
    let powers = logits.map { exp($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
}
