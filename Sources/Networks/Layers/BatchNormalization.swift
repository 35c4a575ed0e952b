import Naming
import Tensors

/// Batch normalisation: each channel with mean 0 and variance 1, then scaled and shifted.
///
/// Training uses the batch statistics, unless the layer is frozen; inference uses the running statistics.
public struct BatchNormalization: Layer {
  /// The name in commands, settings and files.
  public static let name = "batch-normalization"
  /// The description in one line.
  public static let summary = "each channel with mean 0 and variance 1, then scaled and shifted"
  /// The publication.
  public static let source = Citation(
    authors: "Ioffe & Szegedy", title: "Batch normalization: accelerating deep network training",
    year: 2015, venue: "ICML 2015, arXiv:1502.03167")

  /// Added to the variance for numerical stability.
  public var epsilon: Float
  /// The weight of the old running statistics in an update; 1 minus PyTorch's `momentum`.
  public var momentum: Float
  /// Whether training changes neither parameters nor running statistics: the layer is a constant scaling, as
  /// torchvision's `FrozenBatchNorm2d`.
  public var isFrozen: Bool

  /// Creates a batch normalisation; `momentum` is the weight of the earlier running statistics.
  public init(epsilon: Float = 1e-5, momentum: Float = 0.9, isFrozen: Bool = false) {
    self.epsilon = epsilon
    self.momentum = momentum
    self.isFrozen = isFrozen
  }

  /// The same layer, frozen.
  public func freezingStatistics() -> any Layer {
    var copy = self
    copy.isFrozen = true
    return copy
  }

  private enum CodingKeys: String, CodingKey { case epsilon, momentum, isFrozen = "frozen" }

  /// - Throws: `DecodingError` if a field is missing or has another type.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      epsilon: try container.decode(Float.self, forKey: .epsilon),
      momentum: try container.decode(Float.self, forKey: .momentum),
      isFrozen: try container.decodeIfPresent(Bool.self, forKey: .isFrozen) ?? false)
  }

  /// Encodes the fields of the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(epsilon, forKey: .epsilon)
    try container.encode(momentum, forKey: .momentum)
    if isFrozen { try container.encode(true, forKey: .isFrozen) }
  }

  /// The roles of the parameters, in order.
  public var roles: [Parameter.Role] { [.scale, .bias, .mean, .variance] }
  /// Whether the layer is a normalisation.
  public var isNormalization: Bool { true }
  /// How the layer couples its inputs and outputs for structured pruning.
  public var coupling: Coupling { .unitwise }
  /// Whether the layer scales and shifts each unit.
  public var scalesUnits: Bool { true }

  /// The shape of the output of one row.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept the inputs.
  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape { inputs[0] }

  /// The shapes of the parameters, in the order of `roles`.
  public func parameterShapes(for inputs: [Shape]) -> [Shape] {
    [Shape](repeating: [inputs[0].neurons], count: 4)
  }

  /// The output for a batch, `[rows, …]`.
  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    line(
      inputs[0], parameters, parameters[.mean].value.elements,
      inverse(parameters[.variance].value.elements))
  }

  /// The output in training mode, and what the backward pass needs.
  public func forwardInTraining(
    _ inputs: [Tensor], _ parameters: [Parameter], using generator: inout SeededGenerator
  ) -> (output: Tensor, memory: [Tensor]) {
    if isFrozen { return (forward(inputs, parameters), []) }
    let (means, variances) = inputs[0].channelMoments
    let output = line(inputs[0], parameters, means, inverse(variances))
    let shape = parameters[.scale].value.shape
    let count = Float(inputs[0].count / max(means.count, 1))
    return (
      output,
      [
        Tensor(means, shape: shape), Tensor(variances, shape: shape),
        Tensor([count], shape: [1]),
      ]
    )
  }

  /// The gradients with respect to the inputs and to the parameters, by their positions.
  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    pass.memory.isEmpty
      ? backwardAtInference(gradient, pass, wanted) : backwardInTraining(gradient, pass, wanted)
  }

  private func backwardAtInference(
    _ gradient: Tensor, _ pass: LayerPass, _ wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    let inverses = inverse(pass.parameters[.variance].value.elements)
    var found = LayerGradients()
    if wanted.contains(.inputs) {
      let scales = zip(pass.parameters[.scale].value.elements, inverses).map { $0 * $1 }
      found.inputs = [gradient.scaledByChannel(scales, shifts: scales.map { _ in 0 })]
    }
    if wanted.contains(.parameters) {
      let means = pass.parameters[.mean].value.elements
      let (sums, products) = pass.inputs[0].channelProducts(with: gradient, around: means)
      found.parameters = gradients(toScale: zip(products, inverses).map { $0 * Double($1) }, sums)
    }
    return found
  }

  private func backwardInTraining(
    _ gradient: Tensor, _ pass: LayerPass, _ wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    let means = pass.memory[0].elements
    let inverses = inverse(pass.memory[1].elements)
    let count = Double(pass.memory[2].elements[0])
    let (sums, products) = pass.inputs[0].channelProducts(with: gradient, around: means)
    let toScale = zip(products, inverses).map { $0 * Double($1) }
    var found = LayerGradients(parameters: gradients(toScale: toScale, sums))
    guard wanted.contains(.inputs) else { return found }
    // dx = a (g - mean(g) - x̂ mean(g x̂)), an affine function of g and x for each channel.
    var (factors, scales, shifts) = ([Float](), [Float](), [Float]())
    for channel in means.indices {
      let inverse = Double(inverses[channel])
      let a = Double(pass.parameters[.scale].value.elements[channel]) * inverse
      let slope = -a * inverse * toScale[channel] / count
      factors.append(Float(a))
      scales.append(Float(slope))
      shifts.append(Float(-a * sums[channel] / count - slope * Double(means[channel])))
    }
    found.inputs = [
      pass.inputs[0].scaledByChannel(scales, shifts: shifts, adding: gradient, factors: factors)
    ]
    return found
  }

  /// The gradients of the parameters; those of the running statistics are zero.
  private func gradients(toScale: [Double], _ toBias: [Double]) -> [Tensor] {
    let shape: Shape = [toScale.count]
    return [
      Tensor(toScale.map { Float($0) }, shape: shape),
      Tensor(toBias.map { Float($0) }, shape: shape), Tensor(shape: shape), Tensor(shape: shape),
    ]
  }

  /// Updates the running statistics from a training pass.
  public func updateRunningStatistics(_ memory: [Tensor], into parameters: inout [Parameter]) {
    let count = memory[2].elements[0]
    // The running variance uses the unbiased batch variance, as PyTorch does.
    let corrected = count > 1 ? count / (count - 1) : 1
    blend(&parameters[.mean].value, memory[0].elements)
    blend(&parameters[.variance].value, memory[1].elements.map { $0 * corrected })
  }

  private func blend(_ value: inout Tensor, _ seen: [Float]) {
    value.withElements { elements in
      for (channel, seen) in seen.enumerated() {
        elements[channel] = momentum * elements[channel] + (1 - momentum) * seen
      }
    }
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
