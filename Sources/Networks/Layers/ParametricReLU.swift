import Naming
import Tensors

/// Parametric ReLU: x where positive, else slope · x, with one learned slope per channel.
public struct ParametricReLU: Layer {
  /// The name in commands, settings and files.
  public static let name = "parametric-relu"
  /// The description in one line.
  public static let summary = "ReLU with a learned negative slope per channel"
  /// The publication.
  public static let source = Citation(
    authors: "He, Zhang, Ren & Sun",
    title: "Delving deep into rectifiers: surpassing human-level performance on ImageNet",
    year: 2015,
    venue: "ICCV 2015, arXiv:1502.01852")

  /// Creates the layer.
  public init() {}

  /// The roles of the parameters, in order.
  public var roles: [Parameter.Role] { [.slope] }
  /// How the layer couples its inputs and outputs for structured pruning.
  public var coupling: Coupling { .unitwise }
  /// Whether the layer is an activation function.
  public var isActivation: Bool { true }

  /// For each input node, the values on which the marked outputs depend, by ones.
  public func paths(
    to above: Tensor, from inputs: [Tensor], _ parameters: [Parameter]
  ) -> [Tensor] { [above] }

  /// The shape of the output of one row.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept the inputs.
  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape { inputs[0] }

  /// The shapes of the parameters, in the order of `roles`.
  public func parameterShapes(for inputs: [Shape]) -> [Shape] { [[inputs[0].neurons]] }

  /// Slopes of 0.25, PyTorch's default.
  public func makeParameters(
    for inputs: [Shape], using generator: inout SeededGenerator
  ) -> [Tensor] {
    parameterShapes(for: inputs).map { Tensor(repeating: 0.25, shape: $0) }
  }

  /// The output for a batch, `[rows, …]`.
  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    var output = inputs[0]
    forward(inPlace: &output, parameters)
    return output
  }

  /// Replaces the values `[rows, …]` by the output of `forward`.
  public func forward(inPlace values: inout Tensor, _ parameters: [Parameter]) {
    let slopes = parameters[.slope].value.elements
    values.withElements { elements in
      for start in stride(from: 0, to: elements.count, by: slopes.count) {
        for (channel, slope) in slopes.enumerated() where !(elements[start + channel] > 0) {
          elements[start + channel] *= slope
        }
      }
    }
  }

  /// The gradients with respect to the inputs and to the parameters, by their positions.
  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    LayerGradients(
      inputs: wanted.contains(.inputs) ? [inputGradient(gradient, pass)] : [],
      parameters: wanted.contains(.parameters) ? [slopeGradient(gradient, pass)] : [])
  }

  private func slopeGradient(_ gradient: Tensor, _ pass: LayerPass) -> Tensor {
    let (input, shape) = (pass.inputs[0], pass.parameters[.slope].value.shape)
    let width = shape.count
    var sums = [Double](repeating: 0, count: width)
    for start in stride(from: 0, to: input.count, by: width) {
      for channel in 0..<width where !(input.elements[start + channel] > 0) {
        sums[channel] +=
          Double(input.elements[start + channel]) * Double(gradient.elements[start + channel])
      }
    }
    return Tensor(sums.map { Float($0) }, shape: shape)
  }

  private func inputGradient(_ gradient: Tensor, _ pass: LayerPass) -> Tensor {
    let (input, slopes) = (pass.inputs[0], pass.parameters[.slope].value.elements)
    var below = gradient
    below.withElements { elements in
      for start in stride(from: 0, to: elements.count, by: slopes.count) {
        for (channel, slope) in slopes.enumerated() where !(input.elements[start + channel] > 0) {
          elements[start + channel] *= slope
        }
      }
    }
    return below
  }
}
