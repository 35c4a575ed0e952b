import Naming
import Tensors

/// 2-D convolution.
///
/// Images are `[rows, height, width, channels]`. Grouped convolutions are supported; with as many
/// groups as input and output channels the convolution is depthwise.
public struct Convolution: Layer {
  /// The name in commands, settings and files.
  public static let name = "convolution"
  /// The description in one line.
  public static let summary = "2-D convolution of an image"
  /// The publication.
  public static let source = Citation(
    authors: "LeCun, Bottou, Bengio & Haffner",
    title: "Gradient-based learning applied to document recognition", year: 1998,
    venue: "Proceedings of the IEEE 86(11), doi:10.1109/5.726791")

  /// The number of output channels.
  public var outputChannels: Int
  /// Kernel size, stride and zero padding, in pixels.
  public var window: Window
  /// Groups of input channels, each connected only to its own group of output channels; default 1.
  public var groups: Int
  /// Whether each output channel has a bias.
  public var hasBias: Bool

  private enum CodingKeys: String, CodingKey {
    case outputChannels = "units", window, groups, hasBias
  }

  /// Creates a convolution with a number of output channels; by default one group and a bias.
  public init(_ outputChannels: Int, _ window: Window, groups: Int = 1, hasBias: Bool = true) {
    self.outputChannels = outputChannels
    self.window = window
    self.groups = groups
    self.hasBias = hasBias
  }

  /// The roles of the parameters, in order.
  public var roles: [Parameter.Role] { hasBias ? [.weight, .bias] : [.weight] }
  /// How the layer couples its inputs and outputs for structured pruning.
  public var coupling: Coupling { .mixing(groups: groups) }
  /// What the dimensions of each parameter stand for.
  public var axes: [[Axis]] {
    let weight: [Axis] = [.other, .other, .inputs, .outputs]
    return hasBias ? [weight, [.outputs]] : [weight]
  }

  /// The name and size in drawings.
  public var title: String { "convolution \(outputChannels)" }
  /// The kernel size and stride in drawings.
  public var detail: String? { window.text + (groups > 1 ? ", \(groups) groups" : "") }

  /// The layer with a selection of its inputs and outputs.
  public func selecting(inputs: NeuronSelection, outputs: NeuronSelection) -> Convolution {
    // In a depthwise convolution, pruning an input channel removes its group.
    let left = groups > 1 && groups == inputs.count ? inputs.positions.count : groups
    return Convolution(outputs.positions.count, window, groups: left, hasBias: hasBias)
  }

  /// The shape of the output of one row.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept the inputs.
  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape {
    let input = inputs[0]
    let (height, width) = try window.outputSize(of: input, layer: Self.name)
    guard groups > 0, outputChannels > 0, input[2] % groups == 0, outputChannels % groups == 0
    else {
      throw .shapeMismatch(layer: Self.name, expected: .channelGroups(groups), found: input)
    }
    return [height, width, outputChannels]
  }

  /// The shapes of the parameters, in the order of `roles`.
  public func parameterShapes(for inputs: [Shape]) -> [Shape] {
    let weight: Shape = [window.height, window.width, inputs[0][2] / groups, outputChannels]
    return hasBias ? [weight, [outputChannels]] : [weight]
  }

  /// Newly initialised parameters, in the order of `roles`.
  public func makeParameters(
    for inputs: [Shape], using generator: inout SeededGenerator
  ) -> [Tensor] {
    let shapes = parameterShapes(for: inputs)
    let weights = shapes[0].dimensions.dropLast().reduce(1, *)
    let deviation = (2 / Double(max(weights, 1))).squareRoot()
    let weight = Tensor(
      (0..<shapes[0].count).map { _ in Float(generator.normal() * deviation) }, shape: shapes[0])
    return [weight] + shapes.dropFirst().map { Tensor(shape: $0) }
  }

  /// The output for a batch, `[rows, …]`.
  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    WindowKernel.convolve(
      inputs[0], parameters[.weight].value, bias: hasBias ? parameters[.bias].value : nil,
      window.windows(over: inputs[0]), outputChannels: outputChannels, groups: groups)
  }

  /// The gradients with respect to the inputs and to the parameters, by their positions.
  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    let (input, weight) = (pass.inputs[0], pass.parameters[.weight].value)
    let windows = window.windows(over: input)
    guard wanted.contains(.parameters) else {
      return LayerGradients(inputs: [
        WindowKernel.convolveToInput(
          gradient, input, weight, windows, outputChannels: outputChannels, groups: groups)
      ])
    }
    let (below, own) = WindowKernel.convolveBackward(
      gradient, input, weight, windows, outputChannels: outputChannels, groups: groups,
      needsInput: wanted.contains(.inputs))
    let inputs = below.map { [$0] } ?? []
    guard hasBias else { return LayerGradients(inputs: inputs, parameters: [own]) }
    let bias = gradient.reshaped(to: [gradient.count / outputChannels, outputChannels]).columnSums
    return LayerGradients(inputs: inputs, parameters: [own, bias])
  }

  /// The multiply-accumulate operations (MACs) per sample.
  public func macs(for inputs: [Shape], _ parameters: [Parameter]) -> Int {
    guard let output = try? outputShape(for: inputs) else { return 0 }
    return parameters[.weight].keptCount * output[0] * output[1]
  }
}

/// Kernel size, stride and zero padding of a convolution or pooling, in pixels.
public struct Window: Hashable, Codable, Sendable {
  /// Kernel height.
  public var height: Int
  /// Kernel width.
  public var width: Int
  /// Vertical stride.
  public var strideHeight: Int
  /// Horizontal stride.
  public var strideWidth: Int
  /// Rows of zero padding above the image.
  public var top: Int
  /// Columns of zero padding left of the image.
  public var left: Int
  /// Rows of zero padding below the image.
  public var bottom: Int
  /// Columns of zero padding right of the image.
  public var right: Int

  /// `3 × 3`, `3 × 3, stride 2`.
  var text: String {
    let size = "\(height) × \(width)"
    if strideHeight == 1, strideWidth == 1 { return size }
    return strideHeight == strideWidth
      ? size + ", stride \(strideHeight)" : size + ", stride \(strideHeight) × \(strideWidth)"
  }

  /// Creates a window: kernel size, stride and zero padding.
  public init(
    height: Int, width: Int, strideHeight: Int = 1, strideWidth: Int = 1, top: Int = 0,
    left: Int = 0, bottom: Int = 0, right: Int = 0
  ) {
    self.height = height
    self.width = width
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  /// A square window with equal strides and equal padding on every side.
  public init(_ side: Int, stride: Int = 1, padding: Int = 0) {
    self.init(
      height: side, width: side, strideHeight: stride, strideWidth: stride, top: padding,
      left: padding, bottom: padding, right: padding)
  }

  /// The output height and width for an image of `[height, width, channels]`.
  /// - Throws: `NetworkError.shapeMismatch` if the image with padding is smaller than the window.
  func outputSize(
    of input: Shape, layer: String
  ) throws(NetworkError) -> (height: Int, width: Int) {
    guard input.rank == 3 else {
      throw .shapeMismatch(layer: layer, expected: .image, found: input)
    }
    let rows = input[0] + top + bottom - height
    let columns = input[1] + left + right - width
    let isSensible =
      height > 0 && width > 0 && strideHeight > 0 && strideWidth > 0 && min(top, left) >= 0
      && min(bottom, right) >= 0
    guard isSensible, rows >= 0, columns >= 0 else {
      throw .shapeMismatch(
        layer: layer, expected: .imageOfAtLeast(height: height, width: width), found: input)
    }
    return (rows / strideHeight + 1, columns / strideWidth + 1)
  }

  /// The kernel arguments for a batch `[rows, height, width, channels]`.
  func windows(over input: Tensor) -> Windows {
    let shape = input.shape
    return Windows(
      image: (shape[1], shape[2], shape[3]), window: (height, width),
      stride: (strideHeight, strideWidth), top: top, left: left,
      output: (
        (shape[1] + top + bottom - height) / strideHeight + 1,
        (shape[2] + left + right - width) / strideWidth + 1
      ))
  }
}
