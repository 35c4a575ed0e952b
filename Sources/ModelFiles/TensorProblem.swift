/// What is wrong with a constant tensor of a model file.
public enum TensorProblem: Hashable, Sendable {
  case definedTwice
  case notConstant
  /// The element type of weights, by its name in ONNX, is none of the supported ones.
  case type(String)
  /// Too many dimensions, or elements in segments.
  case dimensions(Int)
  /// A negative or too large dimension.
  case shape([Int64])
  case valueCount(found: Int, expected: Int, shape: [Int64])
  case byteCount(found: Int, expected: Int, shape: [Int64])
  /// A value that is not finite in float32, the precision of the layers.
  case notFinite(value: Double, position: Int)
  /// A sparse initializer, of the positions and values of its non-zero elements.
  case sparse
  /// A tensor that is used as a shape, and is not a short list of type int64.
  case notShape
  /// The file of external data is outside the folder of the model.
  case outside(location: String)
  /// A range of bytes that does not have the `needed` bytes, or is not within the `size` bytes of
  /// the file of external data.
  case range(location: String, offset: String, length: String, needed: Int, size: Int)

  /// The problem as the end of a sentence that begins with the name of the tensor.
  var text: String {
    switch self {
    case .definedTwice: "is defined twice"
    case .notConstant: "is not a constant"
    case .type(let name):
      "has the type \(name) where float, double, float16 or bfloat16 is supported"
    case .dimensions(let count): "has \(count) dimensions or is stored in segments"
    case .shape(let lengths): "has an invalid shape: " + Self.text(lengths)
    case .valueCount(let found, let expected, let shape):
      "holds \(found) values where its shape \(Self.text(shape)) requires \(expected)"
    case .byteCount(let found, let expected, let shape):
      "holds \(found) bytes where its shape \(Self.text(shape)) requires \(expected)"
    case .notFinite(let value, let position):
      "holds \(value) at position \(position), which is not a finite float"
    case .sparse: "is a sparse initializer, where dense ones are supported"
    case .notShape: "is not a shape, a short list of type int64"
    case .outside(let location): "is stored in '\(shown(location))', outside the model's folder"
    case .range(let location, let offset, let length, let needed, let size):
      "needs \(needed) bytes of '\(shown(location))', which has \(size), and states "
        + "offset \(shown(offset)) and length \(shown(length))"
    }
  }

  private static func text(_ dimensions: [Int64]) -> String {
    dimensions.isEmpty ? "of a scalar" : dimensions.map(String.init).joined(separator: " x ")
  }
}
