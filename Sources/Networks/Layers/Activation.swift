import Naming
import Tensors

/// An element-wise activation function.
public struct Activation: Layer {
  /// The name in commands, settings and files.
  public static let name = "activation"
  /// The description in one line.
  public static let summary =
    "element-wise function: " + Function.allCases.map(\.rawValue).joined(separator: ", ")
  /// The publication.
  public static let source = Citation(
    authors: "Nair & Hinton", title: "Rectified linear units improve restricted Boltzmann machines",
    year: 2010,
    venue: "ICML 2010; ELU: Clevert et al. 2016, arXiv:1511.07289; SELU: Klambauer et al. 2017, "
      + "arXiv:1706.02515; GELU: Hendrycks & Gimpel 2016, arXiv:1606.08415; SiLU: Elfwing et al. 2018, "
      + "arXiv:1702.03118; Mish: Misra 2020, arXiv:1908.08681; hard swish: Howard et al. 2019, "
      + "arXiv:1905.02244")

  /// The activation functions.
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
    /// 1.0507 · x where positive, else 1.0507 · 1.6733 · (eˣ - 1)
    case selu
    /// ln(1 + eˣ)
    case softplus
    /// x / (1 + |x|)
    case softsign
    /// x where above the threshold `slope`, else 0
    case thresholdedReLU = "thresholded-relu"
    /// min(max(0, x), slope); ReLU6 with the default slope of 6
    case clippedReLU = "clipped-relu"
    /// x · min(max(x / 6 + 1/2, 0), 1)
    case hardSwish = "hard-swish"
    /// x / (1 + e⁻ˣ), also called swish
    case silu
    /// x · Φ(x), with the cumulative distribution function Φ of the standard normal distribution
    case gelu
    /// x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 · x³))), which approximates GELU
    case geluTanh = "gelu-tanh"
    /// x · tanh(ln(1 + eˣ))
    case mish
  }

  /// The activation function.
  public var function: Function
  /// The hyperparameter of the function: the negative slope of leaky ReLU (default 0.01), alpha of
  /// ELU (1), the threshold of thresholded ReLU (1), the maximum of clipped ReLU (6). Not learned.
  public var slope: Float

  /// Creates an activation; `slope` is the hyperparameter of the function, by default its usual
  /// value.
  public init(_ function: Function, slope: Float? = nil) {
    self.function = function
    self.slope = slope ?? function.standardSlope
  }

  /// How the layer couples its inputs and outputs for structured pruning.
  public var coupling: Coupling { .unitwise }
  /// The name and size in drawings.
  public var title: String { function.rawValue }
  /// The activation function, if the layer is one.
  public var activation: Activation? { self }

  /// For each input node, the values on which the marked outputs depend, by ones.
  public func paths(
    to above: Tensor, from inputs: [Tensor], _ parameters: [Parameter]
  ) -> [Tensor] { [above] }

  /// The shape of the output of one row.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept the inputs.
  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape { inputs[0] }

  /// The output for a batch, `[rows, …]`.
  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    inputs[0].activated(function.kernel, slope: slope)
  }

  /// Replaces the values `[rows, …]` by the output of `forward`.
  public func forward(inPlace values: inout Tensor, _ parameters: [Parameter]) {
    values.activate(function.kernel, slope: slope)
  }

  /// The gradients with respect to the inputs and to the parameters, by their positions.
  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    LayerGradients(inputs: [
      gradient.activationGradient(
        function.kernel, slope: slope, input: pass.inputs[0], output: pass.output)
    ])
  }
}

extension Activation.Function {
  /// The default of `slope`; 0 for functions without one.
  var standardSlope: Float {
    switch self {
    case .leakyReLU: 0.01
    case .elu, .thresholdedReLU: 1
    case .clippedReLU: 6
    default: 0
    }
  }

  var kernel: ActivationKernel {
    switch self {
    case .relu: .relu
    case .leakyReLU: .leakyReLU
    case .elu: .elu
    case .sigmoid: .sigmoid
    case .tanh: .tanh
    case .selu: .selu
    case .softplus: .softplus
    case .softsign: .softsign
    case .thresholdedReLU: .thresholdedReLU
    case .clippedReLU: .clippedReLU
    case .hardSwish: .hardSwish
    case .silu: .silu
    case .gelu: .gelu
    case .geluTanh: .geluTanh
    case .mish: .mish
    }
  }
}
