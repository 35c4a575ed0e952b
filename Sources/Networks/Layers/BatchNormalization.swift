import Naming
import Tensors

/// Batch normalisation: each channel with mean 0 and variance 1, then scaled and shifted.
///
/// Training uses the batch statistics; inference uses the running statistics.
public struct BatchNormalization: Layer {
  public static let name = "batch-normalization"
  public static let summary = "each channel with mean 0 and variance 1, then scaled and shifted"
  public static let source = Citation(
    authors: "Ioffe & Szegedy", title: "Batch normalization: accelerating deep network training",
    year: 2015, venue: "ICML 2015, arXiv:1502.03167")

  /// Added to the variance for numerical stability.
  public var epsilon: Float
  /// The weight of the old running statistics in an update; 1 minus PyTorch's `momentum`.
  public var momentum: Float

  public init(epsilon: Float = 1e-5, momentum: Float = 0.9) {
    self.epsilon = epsilon
    self.momentum = momentum
  }

  public var roles: [Parameter.Role] { [.scale, .bias, .mean, .variance] }
  public var coupling: Coupling { .unitwise }

  public func outputShape(for input: Shape) throws(NetworkError) -> Shape { input }

  public func parameterShapes(for input: Shape) -> [Shape] {
    [Shape](repeating: [input.dimensions.last ?? 1], count: 4)
  }

  public func forward(_ input: Tensor, _ parameters: [Parameter]) -> Tensor {
    line(input, parameters, parameters[.mean].value.elements, inverse(parameters[.variance].value.elements))
  }

  public func backward(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter], needsInput: Bool
  ) -> (input: Tensor?, parameters: [Tensor]) {
    let means = parameters[.mean].value.elements
    let inverses = inverse(parameters[.variance].value.elements)
    let (sums, products) = input.channelProducts(with: gradient, around: means)
    let shape = parameters[.scale].value.shape
    let below =
      needsInput
      ? inputGradient(gradient, input: input, output: output, parameters) : nil
    let toScale = zip(products, inverses).map { Float($0 * Double($1)) }
    // The running statistics are constants and have no gradient.
    return (
      below,
      [
        Tensor(toScale, shape: shape), Tensor(sums.map { Float($0) }, shape: shape),
        Tensor(shape: shape), Tensor(shape: shape),
      ]
    )
  }

  public func inputGradient(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter]
  ) -> Tensor {
    let inverses = inverse(parameters[.variance].value.elements)
    let scales = zip(parameters[.scale].value.elements, inverses).map { $0 * $1 }
    return gradient.scaledByChannel(scales, shifts: scales.map { _ in 0 })
  }

  public func forwardInTraining(
    _ input: Tensor, _ parameters: [Parameter], using generator: inout SeededGenerator
  ) -> (output: Tensor, memory: [Tensor]) {
    let (means, variances) = input.channelMoments
    let output = line(input, parameters, means, inverse(variances))
    let shape = parameters[.scale].value.shape
    let count = Float(input.count / max(means.count, 1))
    return (
      output,
      [
        Tensor(means, shape: shape), Tensor(variances, shape: shape),
        Tensor([count], shape: [1]),
      ]
    )
  }

  public func backwardInTraining(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter],
    memory: [Tensor], needsInput: Bool
  ) -> (input: Tensor?, parameters: [Tensor]) {
    let means = memory[0].elements
    let inverses = inverse(memory[1].elements)
    let count = Double(memory[2].elements[0])
    let (sums, products) = input.channelProducts(with: gradient, around: means)
    let shape = parameters[.scale].value.shape
    let toScale = zip(products, inverses).map { $0 * Double($1) }
    let own = [
      Tensor(toScale.map { Float($0) }, shape: shape),
      Tensor(sums.map { Float($0) }, shape: shape), Tensor(shape: shape), Tensor(shape: shape),
    ]
    guard needsInput else { return (nil, own) }
    // dx = a (g - mean(g) - x̂ mean(g x̂)), an affine function of g and x for each channel.
    var (factors, scales, shifts) = ([Float](), [Float](), [Float]())
    for channel in means.indices {
      let inverse = Double(inverses[channel])
      let a = Double(parameters[.scale].value.elements[channel]) * inverse
      let slope = -a * inverse * toScale[channel] / count
      factors.append(Float(a))
      scales.append(Float(slope))
      shifts.append(Float(-a * sums[channel] / count - slope * Double(means[channel])))
    }
    return (
      input.scaledByChannel(scales, shifts: shifts, adding: gradient, factors: factors), own
    )
  }

  public func updateRunningStatistics(_ memory: [Tensor], into parameters: inout [Parameter]) {
    let count = memory[2].elements[0]
    // The running variance uses the unbiased batch variance, as PyTorch does.
    let corrected = count > 1 ? count / (count - 1) : 1
    for channel in memory[0].elements.indices {
      blend(&parameters[.mean].value, channel, memory[0].elements[channel])
      blend(&parameters[.variance].value, channel, memory[1].elements[channel] * corrected)
    }
  }

  private func blend(_ value: inout Tensor, _ channel: Int, _ seen: Float) {
    value.withElements { $0[channel] = momentum * $0[channel] + (1 - momentum) * seen }
  }

  private func inverse(_ variances: [Float]) -> [Float] {
    variances.map { 1 / ($0 + epsilon).squareRoot() }
  }

  private func line(
    _ input: Tensor, _ parameters: [Parameter], _ means: [Float], _ inverses: [Float]
  ) -> Tensor {
    let scales = zip(parameters[.scale].value.elements, inverses).map { $0 * $1 }
    let shifts = means.indices.map {
      parameters[.bias].value.elements[$0] - means[$0] * scales[$0]
    }
    return input.scaledByChannel(scales, shifts: shifts)
  }
}
