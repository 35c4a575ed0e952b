import Naming
import Tensors

/// Zero padding of an image in height, width and channels.
public struct ZeroPadding: Layer {
  /// The name in commands, settings and files.
  public static let name = "zero-padding"
  /// The description in one line.
  public static let summary = "zero padding of an image in height, width and channels"
  /// The publication.
  public static let source = Citation(
    authors: "He, Zhang, Ren & Sun", title: "Deep residual learning for image recognition",
    year: 2016, venue: "CVPR 2016, arXiv:1512.03385 (shortcut option A)")

  /// Rows of zero padding above the image.
  public var top: Int
  /// Columns of zero padding left of the image.
  public var left: Int
  /// Rows of zero padding below the image.
  public var bottom: Int
  /// Columns of zero padding right of the image.
  public var right: Int
  /// Zero channels before the image's channels.
  public var front: Int
  /// Zero channels after the image's channels.
  public var back: Int

  /// Creates a padding by zeros, in pixels and in channels.
  public init(
    top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0, front: Int = 0, back: Int = 0
  ) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
    self.front = front
    self.back = back
  }

  /// How the layer couples its inputs and outputs for structured pruning.
  public var coupling: Coupling { .padding(front: front, back: back) }

  /// The layer with a selection of its inputs and outputs.
  public func selecting(inputs: NeuronSelection, outputs: NeuronSelection) -> ZeroPadding {
    var copy = self
    copy.front = outputs.positions.count { $0 < front }
    copy.back = outputs.positions.count { $0 >= outputs.count - back }
    return copy
  }

  /// The shape of the output of one row.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept the inputs.
  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape {
    let input = inputs[0]
    guard input.rank == 3, [top, left, bottom, right, front, back].allSatisfy({ $0 >= 0 }) else {
      throw .shapeMismatch(layer: Self.name, expected: .image, found: input)
    }
    return [input[0] + top + bottom, input[1] + left + right, input[2] + front + back]
  }

  /// The output for a batch, `[rows, …]`.
  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    let input = inputs[0]
    let shape = input.shape
    var output = Tensor(
      shape: [
        shape[0], shape[1] + top + bottom, shape[2] + left + right, shape[3] + front + back,
      ])
    output.copyBlock(
      of: input, size: shape.dimensions, from: [0, 0, 0, 0], to: [0, top, left, front])
    return output
  }

  /// The gradients with respect to the inputs and to the parameters, by their positions.
  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    let input = pass.inputs[0]
    var below = Tensor(shape: input.shape)
    below.copyBlock(
      of: gradient, size: input.shape.dimensions, from: [0, top, left, front], to: [0, 0, 0, 0])
    return LayerGradients(inputs: [below])
  }
}

/// Subsampling of pixel rows and columns at a fixed stride.
public struct StridedSlice: Layer {
  /// The name in commands, settings and files.
  public static let name = "strided-slice"
  /// The description in one line.
  public static let summary = "subsampling of pixel rows and columns at a fixed stride"
  /// The publication.
  public static let source = Citation(
    authors: "He, Zhang, Ren & Sun", title: "Deep residual learning for image recognition",
    year: 2016, venue: "CVPR 2016, arXiv:1512.03385 (shortcut option A)")

  /// The vertical stride, from the first row.
  public var strideHeight: Int
  /// The horizontal stride, from the first column.
  public var strideWidth: Int

  /// Creates a selection of every n-th row and column of pixels.
  public init(_ strideHeight: Int, _ strideWidth: Int) {
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
  }

  /// How the layer couples its inputs and outputs for structured pruning.
  public var coupling: Coupling { .unitwise }

  private var window: Window {
    Window(height: 1, width: 1, strideHeight: strideHeight, strideWidth: strideWidth)
  }

  /// The shape of the output of one row.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept the inputs.
  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape {
    let input = inputs[0]
    let (height, width) = try window.outputSize(of: input, layer: Self.name)
    return [height, width, input[2]]
  }

  /// The output for a batch, `[rows, …]`.
  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    WindowKernel.pool(inputs[0], window.windows(over: inputs[0]), .largest)
  }

  /// The gradients with respect to the inputs and to the parameters, by their positions.
  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    let input = pass.inputs[0]
    return LayerGradients(inputs: [
      WindowKernel.poolBackward(
        gradient, input, pass.output, window.windows(over: input), .mean(countingPadding: false))
    ])
  }
}
