import Naming
import Tensors

/// Layer normalisation over the last axis: each row, or each pixel over its channels, with mean 0
/// and variance 1, then scaled and shifted element-wise.
///
/// Pruning one input neuron would change the mean and variance of all others, so its input neurons
/// are not pruned.
public struct LayerNormalization: Layer {
  /// The name in commands, settings and files.
  public static let name = "layer-normalization"
  /// The description in one line.
  public static let summary = "each row with mean 0 and variance 1, then scaled and shifted"
  /// The publication.
  public static let source = Citation(
    authors: "Ba, Kiros & Hinton", title: "Layer normalization", year: 2016,
    venue: "arXiv:1607.06450")

  /// Added to the variance for numerical stability.
  public var epsilon: Float

  /// Creates a layer normalisation; `epsilon` is added to the variance.
  public init(epsilon: Float = 1e-5) { self.epsilon = epsilon }

  /// The roles of the parameters, in order.
  public var roles: [Parameter.Role] { [.scale, .bias] }
  /// Whether the layer is a normalisation.
  public var isNormalization: Bool { true }
  /// How the layer couples its inputs and outputs for structured pruning.
  public var coupling: Coupling { .opaque }

  /// Every element depends on the mean and standard deviation of all.
  public func paths(
    to above: Tensor, from inputs: [Tensor], _ parameters: [Parameter]
  ) -> [Tensor] {
    let isRead = above.elements.contains { $0 > 0 }
    return [Tensor(repeating: isRead ? 1 : 0, shape: inputs[0].shape)]
  }

  /// The shape of the output of one row.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept the inputs.
  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape { inputs[0] }

  /// The shapes of the parameters, in the order of `roles`.
  public func parameterShapes(for inputs: [Shape]) -> [Shape] {
    [Shape](repeating: [inputs[0].neurons], count: 2)
  }

  /// The output for a batch, `[rows, …]`.
  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    let input = inputs[0]
    let (scales, shifts) = (parameters[.scale].value.elements, parameters[.bias].value.elements)
    var output = input
    output.withElements { elements in
      for start in stride(from: 0, to: elements.count, by: scales.count) {
        let (mean, inverse) = moments(of: input, from: start, width: scales.count)
        for (column, scale) in scales.enumerated() {
          let centred = (Double(elements[start + column]) - mean) * inverse
          elements[start + column] = Float(centred * Double(scale) + Double(shifts[column]))
        }
      }
    }
    return output
  }

  /// The gradients with respect to the inputs and to the parameters, by their positions.
  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    LayerGradients(
      inputs: wanted.contains(.inputs) ? [inputGradient(gradient, pass)] : [],
      parameters: wanted.contains(.parameters) ? parameterGradients(gradient, pass) : [])
  }

  private func parameterGradients(_ gradient: Tensor, _ pass: LayerPass) -> [Tensor] {
    let (input, shape) = (pass.inputs[0], pass.parameters[.scale].value.shape)
    let width = shape.count
    var toScale = [Double](repeating: 0, count: width)
    var toShift = toScale
    for start in stride(from: 0, to: input.count, by: width) {
      let (mean, inverse) = moments(of: input, from: start, width: width)
      for column in 0..<width {
        let above = Double(gradient.elements[start + column])
        toScale[column] += above * (Double(input.elements[start + column]) - mean) * inverse
        toShift[column] += above
      }
    }
    return [toScale, toShift].map { Tensor($0.map { Float($0) }, shape: shape) }
  }

  /// dx = inverse · (g - mean(g) - x̂ · mean(g x̂)), where g is the output gradient times the
  /// scale.
  private func inputGradient(_ gradient: Tensor, _ pass: LayerPass) -> Tensor {
    let (input, scales) = (
      pass.inputs[0], pass.parameters[.scale].value.elements.map(Double.init)
    )
    let width = scales.count
    var below = gradient
    below.withElements { elements in
      for start in stride(from: 0, to: elements.count, by: width) {
        let (mean, inverse) = moments(of: input, from: start, width: width)
        var (sum, product) = (0.0, 0.0)
        for column in 0..<width {
          let above = Double(elements[start + column]) * scales[column]
          sum += above
          product += above * (Double(input.elements[start + column]) - mean) * inverse
        }
        for column in 0..<width {
          let above = Double(elements[start + column]) * scales[column]
          let centred = (Double(input.elements[start + column]) - mean) * inverse
          elements[start + column] = Float(
            inverse * (above - (sum + centred * product) / Double(width)))
        }
      }
    }
    return below
  }

  /// The mean of some elements and the reciprocal of their standard deviation.
  private func moments(
    of input: Tensor, from start: Int, width: Int
  ) -> (mean: Double, inverse: Double) {
    let numbers = input.elements[start..<start + width]
    let mean = numbers.reduce(0) { $0 + Double($1) } / Double(width)
    let variance =
      numbers.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(width)
    return (mean, 1 / (variance + Double(epsilon)).squareRoot())
  }
}
