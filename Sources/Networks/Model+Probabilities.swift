import Foundation
import Tensors

extension Model {
  /// Whether the network gives probabilities of classes: not for a numeric target, not if the only output
  /// is no logit because it is made of activations, and not if several outputs are made of sigmoids or are
  /// between 0 and 1, as a mean of them.
  public var givesProbabilities: Bool {
    guard head != .number else { return false }
    if (try? network.architecture.shapes().last?.count) == 1 {
      return head == .hardSigmoid || !network.ends { _ in true }
    }
    guard head == .softmax else { return true }
    let isShare = network.outputRange.map { $0.lowerBound >= 0 && $0.upperBound <= 1 } ?? false
    return !isShare && !network.ends { $0.function == .sigmoid }
  }

  /// The predicted probability of each class for each row of outputs, in double precision.
  ///
  /// A softmax of the logits; for one-versus-rest one sigmoid per class, which need not add up to 1,
  /// unless they are normalized; equal shares where all sigmoids are 0;
  /// for one output of two classes its sigmoid, or the hard sigmoid of that head, and 1 minus that.
  /// - Parameter outputs: the logits, `[rows, outputs]`.
  /// - Returns: `[row][class]`; `nil` if the network gives none.
  public func probabilities(from outputs: Tensor) -> [[Double]]? {
    guard givesProbabilities else { return nil }
    if outputs.width == 1 {
      return (0..<outputs.rows).map { row in
        let score = Double(outputs[row, 0])
        let second = head == .hardSigmoid ? min(max(score + 0.5, 0), 1) : Self.sigmoid(score)
        return [1 - second, second]
      }
    }
    return (0..<outputs.rows).map { row in
      let logits = outputs.row(row).map(Double.init)
      switch head {
      case .softmax, .number: return Self.softmax(logits)
      case .oneVersusRest, .hardSigmoid: return logits.map(Self.sigmoid)
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
