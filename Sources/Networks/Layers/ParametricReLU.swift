import Naming
import Tensors

/// Parametric ReLU: x where positive, else slope · x, with one learned slope per channel.
public struct ParametricReLU: Layer {
  public static let name = "parametric-relu"
  public static let summary = "ReLU with a learned negative slope per channel"
  public static let source = Citation(
    authors: "He, Zhang, Ren & Sun",
    title: "Delving deep into rectifiers: surpassing human-level performance on ImageNet",
    year: 2015,
    venue: "ICCV 2015, arXiv:1502.01852")

  public init() {}

  public var roles: [Parameter.Role] { [.slope] }
  public var coupling: Coupling { .unitwise }

  public func outputShape(for input: Shape) throws(NetworkError) -> Shape { input }

  public func parameterShapes(for input: Shape) -> [Shape] { [[input.dimensions.last ?? 1]] }

  /// Slopes of 0.25, PyTorch's default.
  public func makeParameters(for input: Shape, using generator: inout SeededGenerator) -> [Tensor] {
    parameterShapes(for: input).map { Tensor(repeating: 0.25, shape: $0) }
  }

  public func forward(_ input: Tensor, _ parameters: [Parameter]) -> Tensor {
    var output = input
    forward(inPlace: &output, parameters)
    return output
  }

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

  public func backward(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter], needsInput: Bool
  ) -> (input: Tensor?, parameters: [Tensor]) {
    let width = parameters[.slope].value.count
    var sums = [Double](repeating: 0, count: width)
    for start in stride(from: 0, to: input.count, by: width) {
      for channel in 0..<width where !(input.elements[start + channel] > 0) {
        sums[channel] +=
          Double(input.elements[start + channel]) * Double(gradient.elements[start + channel])
      }
    }
    let below =
      needsInput ? inputGradient(gradient, input: input, output: output, parameters) : nil
    return (below, [Tensor(sums.map { Float($0) }, shape: parameters[.slope].value.shape)])
  }

  public func inputGradient(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter]
  ) -> Tensor {
    let slopes = parameters[.slope].value.elements
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
