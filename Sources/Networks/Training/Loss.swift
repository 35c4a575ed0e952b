import Datasets
import Foundation
import Tensors

extension Head {
  /// The mean loss of a batch and its gradient with respect to the outputs.
  ///
  /// - softmax: `-Σ t log p`, with one-hot targets `t` if there is no teacher
  /// - one-versus-rest: the sum over outputs of the binary cross-entropy
  /// - number: `(output - number)²`
  ///
  /// `outputs`: the logits, `[rows, outputs]`.
  /// `examples`: the labels, numeric targets, or soft targets of a teacher (knowledge distillation,
  /// Hinton, Vinyals & Dean 2015, arXiv:1503.02531).
  /// `classWeights`: the loss weight of each class; 1 each if `nil`.
  public func loss(
    of outputs: Tensor, for examples: Examples, classWeights: [Float]? = nil
  ) -> (value: Double, gradient: Tensor) {
    switch self {
    case .softmax: softmaxLoss(outputs, examples, classWeights)
    case .oneVersusRest, .normalizedOneVersusRest, .hardSigmoid:
      sigmoidLoss(outputs, examples, classWeights)
    case .number: squaredLoss(outputs, examples)
    }
  }

  /// The predicted probabilities, `[rows, outputs]`, before sigmoids are divided by their sum; the outputs
  /// themselves for `number`.
  public func probabilities(from outputs: Tensor) -> Tensor {
    switch self {
    case .softmax: outputs.softmax
    case .oneVersusRest, .normalizedOneVersusRest, .hardSigmoid:
      outputs.activated(.sigmoid, slope: 0)
    case .number: outputs
    }
  }

  private func softmaxLoss(
    _ outputs: Tensor, _ examples: Examples, _ weights: [Float]?
  ) -> (value: Double, gradient: Tensor) {
    var gradient = outputs.softmax
    let (rows, width) = (outputs.rows, outputs.width)
    let share = 1 / Float(rows)
    var total = 0.0
    gradient.withElements { elements in
      for (row, label) in examples.labels.enumerated() {
        let start = row * width
        let weight = weights?[label] ?? 1
        if let targets = examples.targets {
          for column in 0..<width {
            let target = targets[row, column]
            total -= Double(weight * target) * Self.logarithm(of: elements[start + column])
            elements[start + column] -= target
          }
        } else {
          total -= Double(weight) * Self.logarithm(of: elements[start + label])
          elements[start + label] -= 1
        }
        let scale = share * weight
        for column in start..<start + width { elements[column] *= scale }
      }
    }
    return (total / Double(rows), gradient)
  }

  /// The logarithm of a probability clamped to at least 1e-37, so that the loss stays finite; NaN
  /// is preserved.
  static func logarithm(of probability: Float) -> Double {
    log(Double(probability.isNaN ? .nan : max(probability, 1e-37)))
  }

  private func sigmoidLoss(
    _ outputs: Tensor, _ examples: Examples, _ weights: [Float]?
  ) -> (value: Double, gradient: Tensor) {
    var gradient = probabilities(from: outputs)
    let (rows, width) = (outputs.rows, outputs.width)
    let share = 1 / Float(rows)
    var total = 0.0
    gradient.withElements { elements in
      for (row, label) in examples.labels.enumerated() {
        let weight = weights?[label] ?? 1
        for column in 0..<width {
          // A single output is the logit of the second of two classes.
          let isLabel = width == 1 ? label == 1 : column == label
          let target = examples.targets?[row, column] ?? (isLabel ? 1 : 0)
          let output = Double(outputs[row, column])
          let loss = max(output, 0) - output * Double(target) + log1p(exp(-abs(output)))
          total += Double(weight) * loss
          let position = row * width + column
          elements[position] = (elements[position] - target) * share * weight
        }
      }
    }
    return (total / Double(rows), gradient)
  }

  private func squaredLoss(
    _ outputs: Tensor, _ examples: Examples
  ) -> (value: Double, gradient: Tensor) {
    var gradient = outputs
    let share = 2 / Float(outputs.rows)
    var total = 0.0
    gradient.withElements { elements in
      for (row, number) in (examples.targets?.elements ?? examples.numbers).enumerated() {
        let difference = elements[row] - number
        total += Double(difference) * Double(difference)
        elements[row] = difference * share
      }
    }
    return (total / Double(outputs.rows), gradient)
  }
}
