import Tensors

/// How a gradient becomes a step.
public enum Optimizer: Hashable, Codable, Sendable {
  /// Gradient descent with momentum (Polyak 1964).
  case momentum(momentum: Float)
  /// Kingma & Ba 2015, arXiv:1412.6980; weight decay is decoupled (Loshchilov & Hutter 2019,
  /// arXiv:1711.05101).
  case adam(beta1: Float, beta2: Float, epsilon: Float)

  /// With the constants of its paper (Kingma & Ba 2015, arXiv:1412.6980).
  public static let adam = Optimizer.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)

  /// What an optimiser remembers between steps.
  public struct Memory: Hashable, Codable, Sendable {
    var steps = 0
    /// For each node and parameter: the mean gradient or velocity.
    var means: [[Tensor]]
    /// For each node and parameter: the mean squared gradient, for Adam.
    var squares: [[Tensor]]

    public init(for network: Network) {
      means = network.parameters.map { $0.map { Tensor(shape: $0.value.shape) } }
      squares = means
    }
  }

  /// Changes the network by one step down the gradient; masked entries stay zero.
  ///
  /// `decay`: the weight decay; biases are left alone.
  public func step(
    _ network: inout Network, gradients: [[Tensor]], memory: inout Memory, rate: Float,
    decay: Float
  ) {
    memory.steps += 1
    for node in network.parameters.indices {
      for index in network.parameters[node].indices
      where network.parameters[node][index].role.isLearned && !gradients[node].isEmpty {
        let own = network.parameters[node][index].role == .weight ? decay : 0
        switch self {
        case .momentum(let momentum):
          network.parameters[node][index].value.momentumStep(
            gradient: gradients[node][index], velocity: &memory.means[node][index], rate: rate,
            momentum: momentum, decay: own)
        case .adam(let beta1, let beta2, let epsilon):
          network.parameters[node][index].value.adamStep(
            gradient: gradients[node][index], mean: &memory.means[node][index],
            square: &memory.squares[node][index], rate: rate, beta1: beta1, beta2: beta2,
            epsilon: epsilon, decay: own,
            corrections: (1 - beta1.power(memory.steps), 1 - beta2.power(memory.steps)))
        }
        network.parameters[node][index].applyMask()
      }
    }
  }
}

extension Float {
  /// A whole power by repeated squaring: the same bits wherever it is computed.
  func power(_ exponent: Int) -> Float {
    var (result, base, left) = (1.0, Double(self), exponent)
    while left > 0 {
      if left & 1 == 1 { result *= base }
      base *= base
      left >>= 1
    }
    return Float(result)
  }
}

/// How the learning rate changes over the epochs.
public enum LearningRateSchedule: Hashable, Codable, Sendable {
  case constant
  /// Half a cosine from the full rate to zero (Loshchilov & Hutter 2017, arXiv:1608.03983).
  case cosine
  /// Multiplied by `factor` every so many epochs.
  case step(every: Int, factor: Double)
}
