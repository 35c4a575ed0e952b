import Naming
import Tensors

/// Flattens an image to a vector in row-major order, channels last.
public struct Flattening: Layer {
  /// The name in commands, settings and files.
  public static let name = "flattening"
  /// The description in one line.
  public static let summary = "an image flattened to a vector"
  /// The publication.
  public static let source = Citation(
    authors: "LeCun, Bottou, Bengio & Haffner",
    title: "Gradient-based learning applied to document recognition", year: 1998,
    venue: "Proceedings of the IEEE 86(11), doi:10.1109/5.726791")

  /// Creates the layer.
  public init() {}

  /// How the layer couples its inputs and outputs for structured pruning.
  public var coupling: Coupling { .spreading }

  /// The shape of the output of one row.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept the inputs.
  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape { [inputs[0].count] }

  /// The output for a batch, `[rows, …]`.
  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    inputs[0].reshaped(to: [inputs[0].rows, inputs[0].width])
  }

  /// The gradients with respect to the inputs and to the parameters, by their positions.
  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    LayerGradients(inputs: [gradient.reshaped(to: pass.inputs[0].shape)])
  }
}

/// Reshapes each row; the batch dimension is unchanged.
public struct Reshaping: Layer {
  /// The name in commands, settings and files.
  public static let name = "reshaping"
  /// The description in one line.
  public static let summary = "each row in another shape"
  /// The publication.
  public static let source = Citation(
    authors: "ONNX contributors", title: "ONNX operators: Reshape", year: 2017,
    venue: "onnx.ai/onnx/operators")

  /// The output shape of one row, without the batch dimension.
  public var shape: Shape

  /// Creates a reshaping of each row to a shape.
  public init(_ shape: Shape) { self.shape = shape }

  /// How the layer couples its inputs and outputs for structured pruning.
  public var coupling: Coupling { .opaque }

  /// The shape of the output of one row.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept the inputs.
  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape {
    let input = inputs[0]
    guard input.count == shape.count else {
      throw .shapeMismatch(layer: Self.name, expected: .elements(shape.count), found: input)
    }
    return shape
  }

  /// The output for a batch, `[rows, …]`.
  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    inputs[0].reshaped(to: Shape([inputs[0].rows] + shape.dimensions))
  }

  /// The gradients with respect to the inputs and to the parameters, by their positions.
  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    LayerGradients(inputs: [gradient.reshaped(to: pass.inputs[0].shape)])
  }
}

/// Permutes the dimensions of each row; the batch dimension is unchanged.
public struct Transposition: Layer {
  /// The name in commands, settings and files.
  public static let name = "transposition"
  /// The description in one line.
  public static let summary = "the dimensions of each row permuted"
  /// The publication.
  public static let source = Citation(
    authors: "ONNX contributors", title: "ONNX operators: Transpose", year: 2017,
    venue: "onnx.ai/onnx/operators")

  /// The input dimension of each output dimension, from 0, without the batch dimension.
  public var order: [Int]

  /// Creates a transposition of the dimensions of each row.
  public init(_ order: [Int]) { self.order = order }

  /// How the layer couples its inputs and outputs for structured pruning.
  public var coupling: Coupling { .opaque }

  /// The shape of the output of one row.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept the inputs.
  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape {
    let input = inputs[0]
    guard order.sorted() == Array(0..<input.rank) else {
      throw .shapeMismatch(layer: Self.name, expected: .dimensions(order.count), found: input)
    }
    return Shape(order.map { input[$0] })
  }

  /// The output for a batch, `[rows, …]`.
  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    inputs[0].transposed(by: order)
  }

  /// The gradients with respect to the inputs and to the parameters, by their positions.
  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    let back = order.indices.map { order.firstIndex(of: $0) ?? $0 }
    return LayerGradients(inputs: [gradient.transposed(by: back)])
  }
}
