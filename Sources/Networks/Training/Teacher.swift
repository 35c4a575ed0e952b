import Datasets
import Tensors

/// The teacher network of knowledge distillation (Hinton, Vinyals & Dean 2015, arXiv:1503.02531).
///
/// The loss is `(1 - share) · L(outputs, labels) + share · t² · L(outputs / t, targets)`, where
/// `targets` are the teacher's probabilities at the temperature `t`; `t` is 1 for the head
/// `number`.
public struct Teacher: Sendable {
  /// The teacher; it has the same inputs as the student.
  public var network: Network
  /// The weight of the distillation loss, 0...1.
  public var share: Float
  /// The softmax temperature, above 0; 1 leaves the probabilities unchanged, higher values smooth
  /// them.
  public var temperature: Float

  /// Creates a teacher; `share` must be in 0...1, `temperature` above 0 (default 3).
  public init(_ network: Network, share: Float, temperature: Float = 3) {
    precondition((0...1).contains(share), "a share of \(share)")
    precondition(temperature > 0, "a temperature of \(temperature)")
    self.network = network
    self.share = share
    self.temperature = temperature
  }

  /// The mean loss of the student on a batch and its gradient with respect to the student's
  /// outputs.
  ///
  /// `outputs`: the student's logits, `[rows, outputs]`.
  public func loss(
    of outputs: Tensor, for examples: Examples, head: Head, classWeights: [Float]? = nil
  ) -> (value: Double, gradient: Tensor) {
    let temperature = head == .number ? 1 : self.temperature
    var taught = examples
    taught.targets = head.probabilities(
      from: network.outputs(for: examples.inputs).multiplied(by: 1 / temperature))
    let (distilled, own) = (
      head.loss(
        of: outputs.multiplied(by: 1 / temperature), for: taught, classWeights: classWeights),
      head.loss(of: outputs, for: examples, classWeights: classWeights)
    )
    var gradient = own.gradient
    gradient.withElements { elements in
      for (index, slope) in distilled.gradient.elements.enumerated() {
        elements[index] = (1 - share) * elements[index] + share * temperature * slope
      }
    }
    let part = Double(share)
    return (
      (1 - part) * own.value + part * Double(temperature * temperature) * distilled.value, gradient
    )
  }
}

extension Tensor {
  fileprivate func multiplied(by factor: Float) -> Tensor {
    factor == 1 ? self : Tensor(elements.map { $0 * factor }, shape: shape)
  }
}
