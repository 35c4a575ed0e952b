import Foundation
import Tensors

/// The optimisers.
public enum Optimizer: Hashable, Codable, Sendable {
  /// Stochastic gradient descent (SGD) with momentum (Polyak 1964).
  case momentum(momentum: Float)
  /// Adam (Kingma & Ba 2015, arXiv:1412.6980); weight decay is decoupled (Loshchilov & Hutter 2019,
  /// arXiv:1711.05101).
  case adam(beta1: Float, beta2: Float, epsilon: Float)

  /// Adam with the defaults of its paper (Kingma & Ba 2015, arXiv:1412.6980).
  public static let adam = Optimizer.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)

  /// The optimiser state.
  public struct Memory: Hashable, Codable, Sendable {
    var steps = 0
    /// The first moment (Adam) or velocity (momentum) of each node and parameter.
    var means: [[Tensor]]
    /// The second moment of each node and parameter (Adam).
    var squares: [[Tensor]]

    /// The state before the first step: zeros of the shapes of the network's parameters.
    public init(for network: Network) {
      means = network.parameters.map { $0.map { Tensor(shape: $0.value.shape) } }
      squares = means
    }

    /// The state before the first step of one tensor: zeros of its shape.
    package init(for tensor: Tensor) {
      means = [[Tensor(shape: tensor.shape)]]
      squares = means
    }
  }

  /// Applies one optimiser step; masked elements stay zero.
  ///
  /// `decay`: the weight decay, applied to weights only.
  public func step(
    _ network: inout Network, gradients: [[Tensor]], memory: inout Memory, rate: Float,
    decay: Float
  ) {
    memory.steps += 1
    for node in network.parameters.indices where !network.architecture.nodes[node].layer.isFrozen {
      for index in network.parameters[node].indices
      where network.parameters[node][index].role.isLearned && !gradients[node].isEmpty {
        let own = network.parameters[node][index].role == .weight ? decay : 0
        update(
          &network.parameters[node][index].value, gradient: gradients[node][index],
          (node, index), &memory, rate: rate, decay: own)
        network.parameters[node][index].applyMask()
      }
    }
  }

  /// Applies one optimiser step, without weight decay, to a tensor that is not a parameter of a
  /// network.
  package func step(
    _ tensor: inout Tensor, gradient: Tensor, memory: inout Memory, rate: Float
  ) {
    memory.steps += 1
    update(&tensor, gradient: gradient, (0, 0), &memory, rate: rate, decay: 0)
  }

  /// `place`: the node and the parameter in the optimiser state.
  private func update(
    _ value: inout Tensor, gradient: Tensor, _ place: (node: Int, parameter: Int),
    _ memory: inout Memory, rate: Float, decay: Float
  ) {
    let (node, index) = place
    switch self {
    case .momentum(let momentum):
      value.momentumStep(
        gradient: gradient, velocity: &memory.means[node][index], rate: rate, momentum: momentum,
        decay: decay)
    case .adam(let beta1, let beta2, let epsilon):
      value.adamStep(
        gradient: gradient, mean: &memory.means[node][index],
        square: &memory.squares[node][index], rate: rate, beta1: beta1, beta2: beta2,
        epsilon: epsilon, decay: decay,
        corrections: (1 - beta1.power(memory.steps), 1 - beta2.power(memory.steps)))
    }
  }
}

extension Float {
  /// An integer power by repeated squaring, bit-identical on all platforms.
  package func power(_ exponent: Int) -> Float {
    var (result, base, left) = (1.0, Double(self), exponent)
    while left > 0 {
      if left & 1 == 1 { result *= base }
      base *= base
      left >>= 1
    }
    return Float(result)
  }
}

/// The learning rate schedules.
public enum LearningRateSchedule: Hashable, Codable, Sendable {
  /// The initial rate in every epoch.
  case constant
  /// Cosine annealing from the initial rate to zero (Loshchilov & Hutter 2017, arXiv:1608.03983).
  case cosine
  /// Step decay: multiplied by `factor` every `every` epochs.
  case step(every: Int, factor: Double)

  /// The share of the initial learning rate in an epoch, from 0.
  ///
  /// `progress`: the share of the epoch that is done, 0 to 1; `epochs`: the number of all epochs.
  public func factor(epoch: Int, progress: Double, epochs: Int) -> Double {
    switch self {
    case .constant: 1
    case .cosine: 0.5 * (1 + cos(Double.pi * (Double(epoch) + progress) / Double(epochs)))
    case .step(let every, let factor): pow(factor, Double(epoch / max(every, 1)))
    }
  }
}
