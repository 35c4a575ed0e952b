import Datasets
import Tensors

/// A training step: the forward pass of a batch, the loss, its gradients and the update of the
/// parameters.
///
/// Every training uses it: of a network as a whole, with masks that are recomputed, with shared
/// weights, or with gates.
public struct TrainingStep: Sendable {
  /// The optimiser.
  public var optimizer: Optimizer
  /// The weight decay coefficient, applied to weights only.
  public var weightDecay: Float
  /// The mean loss of a batch and its gradient with respect to the outputs `[rows, outputs]`.
  public var loss:
    @Sendable (_ outputs: Tensor, _ batch: Examples) -> (value: Double, gradient: Tensor)

  /// Creates a step; `weightDecay` is 0 by default.
  public init(
    optimizer: Optimizer, weightDecay: Double = 0,
    loss:
      @escaping @Sendable (_ outputs: Tensor, _ batch: Examples) -> (
        value: Double, gradient: Tensor
      )
  ) {
    self.optimizer = optimizer
    self.weightDecay = Float(weightDecay)
    self.loss = loss
  }

  /// The forward and backward pass of one batch, in training mode.
  public struct Pass: Sendable {
    /// The mean loss.
    public var loss: Double
    /// The gradients with respect to the parameters of every node.
    public var gradients: [[Tensor]]
    /// The outputs and intermediate values of every node.
    public var forward: TrainingPass
  }

  /// The loss of a batch and its gradients.
  ///
  /// `number`: the number of the step, from 1, for errors.
  /// `generator`: the random generator of stochastic layers.
  /// `extra`: further gradients with respect to the outputs of some nodes, by position.
  /// - Throws: `NetworkError.notFinite` if the loss is not finite, with the first layer whose output
  ///   is not finite.
  public func pass(
    of network: Network, on batch: Examples, number: Int, using generator: inout SeededGenerator,
    adding extra: (TrainingPass) -> [Int: Tensor] = { _ in [:] }
  ) throws(NetworkError) -> Pass {
    let forward = network.trainingPass(batch.inputs, using: &generator)
    guard let outputs = forward.outputs.last else {
      return Pass(loss: 0, gradients: [], forward: forward)
    }
    let (value, gradient) = loss(outputs, batch)
    guard value.isFinite else {
      throw .notFinite(step: number, layer: forward.firstNotFinite(network.architecture))
    }
    return Pass(
      loss: value,
      gradients: network.gradients(of: forward, gradient: gradient, adding: extra(forward)),
      forward: forward)
  }

  /// Updates the running statistics and the parameters of a network.
  ///
  /// `memory`: the optimiser state.
  /// `rate`: the learning rate.
  public func update(
    _ network: inout Network, by pass: Pass, memory: inout Optimizer.Memory, rate: Double
  ) {
    network.updateRunningStatistics(pass.forward)
    optimizer.step(
      &network, gradients: pass.gradients, memory: &memory, rate: Float(rate), decay: weightDecay)
  }
}

extension Trainer {
  /// The training step of a network: the loss of the head with the class weights, and of the
  /// teacher, if there is one.
  public func step(head: Head, teacher: Teacher? = nil) -> TrainingStep {
    TrainingStep(optimizer: optimizer, weightDecay: weightDecay) { [classWeights] outputs, batch in
      teacher?.loss(of: outputs, for: batch, head: head, classWeights: classWeights)
        ?? head.loss(of: outputs, for: batch, classWeights: classWeights)
    }
  }
}

extension TrainingPass {
  /// The name of the first node with a value that is not finite, or "loss".
  fileprivate func firstNotFinite(_ architecture: Architecture) -> String {
    let first = outputs.firstIndex { $0.elements.contains { !$0.isFinite } }
    return first.map { architecture.nodes[$0].id.rawValue } ?? "loss"
  }
}
