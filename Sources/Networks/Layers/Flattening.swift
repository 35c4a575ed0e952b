import Naming
import Tensors

/// Flattens an image to a vector in row-major order, channels last.
public struct Flattening: Layer {
  public static let name = "flattening"
  public static let summary = "an image flattened to a vector"
  public static let source = Citation(
    authors: "LeCun, Bottou, Bengio & Haffner",
    title: "Gradient-based learning applied to document recognition", year: 1998,
    venue: "Proceedings of the IEEE 86(11), doi:10.1109/5.726791")

  public init() {}

  public var coupling: Coupling { .spreading }

  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape { [inputs[0].count] }

  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    inputs[0].reshaped(to: [inputs[0].rows, inputs[0].width])
  }

  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    LayerGradients(inputs: [gradient.reshaped(to: pass.inputs[0].shape)])
  }
}

/// Reshapes each row; the batch dimension is unchanged.
public struct Reshaping: Layer {
  public static let name = "reshaping"
  public static let summary = "each row in another shape"
  public static let source = Citation(
    authors: "ONNX contributors", title: "ONNX operators: Reshape", year: 2017,
    venue: "onnx.ai/onnx/operators")

  /// The output shape of one row, without the batch dimension.
  public var shape: Shape

  public init(_ shape: Shape) { self.shape = shape }

  public var coupling: Coupling { .opaque }

  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape {
    let input = inputs[0]
    guard input.count == shape.count else {
      throw .shapeMismatch(layer: Self.name, expected: "\(shape.count) elements", found: input)
    }
    return shape
  }

  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    inputs[0].reshaped(to: Shape([inputs[0].rows] + shape.dimensions))
  }

  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    LayerGradients(inputs: [gradient.reshaped(to: pass.inputs[0].shape)])
  }
}

/// Permutes the dimensions of each row; the batch dimension is unchanged.
public struct Transposition: Layer {
  public static let name = "transposition"
  public static let summary = "the dimensions of each row permuted"
  public static let source = Citation(
    authors: "ONNX contributors", title: "ONNX operators: Transpose", year: 2017,
    venue: "onnx.ai/onnx/operators")

  /// The input dimension of each output dimension, from 0, without the batch dimension.
  public var order: [Int]

  public init(_ order: [Int]) { self.order = order }

  public var coupling: Coupling { .opaque }

  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape {
    let input = inputs[0]
    guard order.sorted() == Array(0..<input.rank) else {
      throw .shapeMismatch(
        layer: Self.name, expected: "\(order.count) dimensions", found: input)
    }
    return Shape(order.map { input[$0] })
  }

  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    inputs[0].transposed(by: order)
  }

  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    let back = order.indices.map { order.firstIndex(of: $0) ?? $0 }
    return LayerGradients(inputs: [gradient.transposed(by: back)])
  }
}
