import Naming
import Tensors

/// An image as one row of numbers: pixel by pixel, the channels of each side by side.
public struct Flattening: Layer {
  public static let name = "flattening"
  public static let summary = "an image as one row of numbers"
  public static let source = Citation(
    authors: "LeCun, Bottou, Bengio & Haffner",
    title: "Gradient-based learning applied to document recognition", year: 1998,
    venue: "Proceedings of the IEEE 86(11), doi:10.1109/5.726791")

  public init() {}

  public var roles: [Parameter.Role] { [] }
  public var coupling: Coupling { .spreading }

  public func outputShape(for input: Shape) throws(NetworkError) -> Shape { [input.count] }
  public func forward(_ input: Tensor, _ parameters: [Parameter]) -> Tensor {
    input.reshaped(to: [input.rows, input.width])
  }

  public func backward(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter], needsInput: Bool
  ) -> (input: Tensor?, parameters: [Tensor]) {
    (needsInput ? gradient.reshaped(to: input.shape) : nil, [])
  }
}

/// The same numbers of a row in another shape.
public struct Reshaping: Layer {
  public static let name = "reshaping"
  public static let summary = "the same numbers of a row in another shape"
  public static let source = Citation(
    authors: "ONNX contributors", title: "ONNX operators: Reshape", year: 2017,
    venue: "onnx.ai/onnx/operators")

  /// Of one row.
  public var shape: Shape

  public init(_ shape: Shape) { self.shape = shape }

  public var roles: [Parameter.Role] { [] }
  public var coupling: Coupling { .opaque }

  public func outputShape(for input: Shape) throws(NetworkError) -> Shape {
    guard input.count == shape.count else {
      throw .shapeMismatch(layer: Self.name, expected: "\(shape.count) numbers", found: input)
    }
    return shape
  }

  public func forward(_ input: Tensor, _ parameters: [Parameter]) -> Tensor {
    input.reshaped(to: Shape([input.rows] + shape.dimensions))
  }

  public func backward(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter], needsInput: Bool
  ) -> (input: Tensor?, parameters: [Tensor]) {
    (needsInput ? gradient.reshaped(to: input.shape) : nil, [])
  }
}

/// The dimensions of a row in another order.
public struct Transposition: Layer {
  public static let name = "transposition"
  public static let summary = "the dimensions of a row in another order"
  public static let source = Citation(
    authors: "ONNX contributors", title: "ONNX operators: Transpose", year: 2017,
    venue: "onnx.ai/onnx/operators")

  /// For each dimension of the output the one of the input, the batch not counted.
  public var order: [Int]

  public init(_ order: [Int]) { self.order = order }

  public var roles: [Parameter.Role] { [] }
  public var coupling: Coupling { .opaque }

  public func outputShape(for input: Shape) throws(NetworkError) -> Shape {
    guard order.sorted() == Array(0..<input.rank) else {
      throw .shapeMismatch(
        layer: Self.name, expected: "\(order.count) dimensions", found: input)
    }
    return Shape(order.map { input[$0] })
  }

  public func forward(_ input: Tensor, _ parameters: [Parameter]) -> Tensor {
    input.transposed(by: order)
  }

  public func backward(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter], needsInput: Bool
  ) -> (input: Tensor?, parameters: [Tensor]) {
    let back = order.indices.map { order.firstIndex(of: $0) ?? $0 }
    return (needsInput ? gradient.transposed(by: back) : nil, [])
  }
}
