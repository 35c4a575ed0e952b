import Naming
import Tensors

/// Max or average pooling over windows, per channel.
public struct Pooling: Layer {
  /// The name in commands, settings and files.
  public static let name = "pooling"
  /// The description in one line.
  public static let summary = "max or average pooling over windows"
  /// The publication.
  public static let source = Citation(
    authors: "LeCun, Bottou, Bengio & Haffner",
    title: "Gradient-based learning applied to document recognition", year: 1998,
    venue: "Proceedings of the IEEE 86(11), doi:10.1109/5.726791")

  /// The reduction over a window.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// Max pooling.
    case largest
    /// Average pooling that excludes padding.
    case mean
    /// Average pooling that includes padding as zeros.
    case paddedMean = "padded-mean"
  }

  /// The reduction: maximum or average.
  public var kind: Kind
  /// Window size, stride and padding, in pixels.
  public var window: Window

  /// The kernel size and stride in drawings.
  public var detail: String? { window.text }

  /// Creates a pooling over a window.
  public init(_ kind: Kind, _ window: Window) {
    self.kind = kind
    self.window = window
  }

  /// How the layer couples its inputs and outputs for structured pruning.
  public var coupling: Coupling { .unitwise }

  /// The shape of the output of one row.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept the inputs.
  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape {
    let input = inputs[0]
    let (height, width) = try window.outputSize(of: input, layer: Self.name)
    let reaches =
      max(window.top, window.bottom) < window.height
      && max(window.left, window.right) < window.width
    guard reaches else {
      throw .shapeMismatch(layer: Self.name, expected: .windowAbovePadding, found: input)
    }
    return [height, width, input[2]]
  }

  /// The output for a batch, `[rows, …]`.
  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    WindowKernel.pool(inputs[0], window.windows(over: inputs[0]), kernel)
  }

  /// The gradients with respect to the inputs and to the parameters, by their positions.
  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    let input = pass.inputs[0]
    return LayerGradients(inputs: [
      WindowKernel.poolBackward(
        gradient, input, pass.output, window.windows(over: input), kernel)
    ])
  }

  /// The maximum of a window may be any of its elements, so its paths are those of the mean.
  public func paths(
    to above: Tensor, from inputs: [Tensor], _ parameters: [Parameter]
  ) -> [Tensor] {
    Pooling(.mean, window).backward(
      above, through: LayerPass(inputs: inputs, output: above, parameters: []), wanted: .inputs
    ).inputs
  }

  private var kernel: WindowKernel.Pooling {
    kind == .largest ? .largest : .mean(countingPadding: kind == .paddedMean)
  }
}

/// Global average pooling: the mean of each channel over all pixels, `[channels]`.
public struct GlobalAveragePooling: Layer {
  /// The name in commands, settings and files.
  public static let name = "global-average-pooling"
  /// The description in one line.
  public static let summary = "the mean of each channel over all pixels"
  /// The publication.
  public static let source = Citation(
    authors: "Lin, Chen & Yan", title: "Network in network", year: 2014,
    venue: "ICLR 2014, arXiv:1312.4400")

  /// Creates the layer.
  public init() {}

  /// How the layer couples its inputs and outputs for structured pruning.
  public var coupling: Coupling { .unitwise }

  /// The shape of the output of one row.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept the inputs.
  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape {
    let input = inputs[0]
    guard input.rank == 3, input[0] > 0, input[1] > 0 else {
      throw .shapeMismatch(layer: Self.name, expected: .image, found: input)
    }
    return [input[2]]
  }

  private func windows(over input: Tensor) -> Windows {
    Window(height: input.shape[1], width: input.shape[2]).windows(over: input)
  }

  /// The output for a batch, `[rows, …]`.
  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    let input = inputs[0]
    return WindowKernel.pool(input, windows(over: input), .mean(countingPadding: false))
      .reshaped(to: [input.rows, input.shape[3]])
  }

  /// The gradients with respect to the inputs and to the parameters, by their positions.
  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    let input = pass.inputs[0]
    return LayerGradients(inputs: [
      WindowKernel.poolBackward(
        gradient, input, pass.output, windows(over: input), .mean(countingPadding: false))
    ])
  }
}
