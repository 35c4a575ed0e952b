import Foundation
import Tensors

extension Head {
  /// The mean loss over the rows and its gradient with respect to the outputs.
  ///
  /// - softmax: `-log p[label]`
  /// - one-versus-rest: the sum over outputs of the binary cross-entropy
  /// - number: `(output - number)²`
  ///
  /// `outputs`: `[rows, outputs]`, before any squashing.
  /// `classWeights`: how much a row of each class counts; 1 each where `nil`.
  public func loss(
    of outputs: Tensor, labels: ArraySlice<Int>, numbers: ArraySlice<Float> = [],
    classWeights: [Float]? = nil
  ) -> (value: Double, gradient: Tensor) {
    switch self {
    case .softmax: softmaxLoss(outputs, labels, classWeights)
    case .oneVersusRest: sigmoidLoss(outputs, labels, classWeights)
    case .number: squaredLoss(outputs, numbers)
    }
  }

  private func softmaxLoss(
    _ outputs: Tensor, _ labels: ArraySlice<Int>, _ weights: [Float]?
  ) -> (value: Double, gradient: Tensor) {
    var gradient = outputs.softmax
    let (rows, width) = (outputs.rows, outputs.width)
    let share = 1 / Float(rows)
    var total = 0.0
    gradient.withElements { elements in
      for (row, label) in labels.enumerated() {
        let start = row * width
        let weight = weights?[label] ?? 1
        // A probability that underflowed counts as the smallest normal number: the loss stays
        // finite; one that is not a number stays one.
        let probability = elements[start + label]
        total -= Double(weight) * log(Double(probability.isNaN ? .nan : max(probability, 1e-37)))
        elements[start + label] -= 1
        let scale = share * weight
        for column in start..<start + width { elements[column] *= scale }
      }
    }
    return (total / Double(rows), gradient)
  }

  private func sigmoidLoss(
    _ outputs: Tensor, _ labels: ArraySlice<Int>, _ weights: [Float]?
  ) -> (value: Double, gradient: Tensor) {
    var gradient = outputs.activated(.sigmoid, slope: 0)
    let (rows, width) = (outputs.rows, outputs.width)
    let share = 1 / Float(rows)
    var total = 0.0
    gradient.withElements { elements in
      for (row, label) in labels.enumerated() {
        let weight = weights?[label] ?? 1
        for column in 0..<width {
          // One output alone says yes to the second of two classes.
          let isTarget = width == 1 ? label == 1 : column == label
          let output = Double(outputs[row, column])
          let loss = max(output, 0) - (isTarget ? output : 0) + log1p(exp(-abs(output)))
          total += Double(weight) * loss
          let position = row * width + column
          elements[position] = (elements[position] - (isTarget ? 1 : 0)) * share * weight
        }
      }
    }
    return (total / Double(rows), gradient)
  }

  private func squaredLoss(
    _ outputs: Tensor, _ numbers: ArraySlice<Float>
  ) -> (value: Double, gradient: Tensor) {
    var gradient = outputs
    let share = 2 / Float(outputs.rows)
    var total = 0.0
    gradient.withElements { elements in
      for (row, number) in numbers.enumerated() {
        let difference = elements[row] - number
        total += Double(difference) * Double(difference)
        elements[row] = difference * share
      }
    }
    return (total / Double(outputs.rows), gradient)
  }
}
