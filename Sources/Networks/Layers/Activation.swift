import Naming
import Tensors

/// A function of each number alone.
public struct Activation: Layer {
  public static let name = "activation"
  public static let summary = "a function of each number: relu, leaky-relu, elu, sigmoid, tanh"
  public static let source = Citation(
    authors: "Nair & Hinton", title: "Rectified linear units improve restricted Boltzmann machines",
    year: 2010, venue: "ICML 2010; ELU: Clevert et al. 2016, arXiv:1511.07289")

  /// A function of one number.
  public enum Function: String, Codable, Sendable, CaseIterable {
    /// max(0, x)
    case relu
    /// x where positive, else slope · x
    case leakyReLU = "leaky-relu"
    /// x where positive, else slope · (eˣ - 1)
    case elu
    /// 1 / (1 + e⁻ˣ)
    case sigmoid
    case tanh
  }

  /// Applied to every number alike.
  public var function: Function
  /// The slope below zero of leaky ReLU (0.01) or the scale of ELU (1); unused by the others.
  public var slope: Float

  public init(_ function: Function, slope: Float? = nil) {
    self.function = function
    self.slope = slope ?? (function == .leakyReLU ? 0.01 : function == .elu ? 1 : 0)
  }

  public var roles: [Parameter.Role] { [] }
  public var coupling: Coupling { .unitwise }

  public func outputShape(for input: Shape) throws(NetworkError) -> Shape { input }
  public func forward(_ input: Tensor, _ parameters: [Parameter]) -> Tensor {
    input.activated(function.kernel, slope: slope)
  }

  public func forward(inPlace values: inout Tensor, _ parameters: [Parameter]) {
    values.activate(function.kernel, slope: slope)
  }

  public func backward(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter], needsInput: Bool
  ) -> (input: Tensor?, parameters: [Tensor]) {
    (gradient.activationGradient(function.kernel, slope: slope, output: output), [])
  }
}

extension Activation.Function {
  var kernel: ActivationKernel {
    switch self {
    case .relu: .relu
    case .leakyReLU: .leakyReLU
    case .elu: .elu
    case .sigmoid: .sigmoid
    case .tanh: .tanh
    }
  }
}
