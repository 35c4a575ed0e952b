import Foundation

/// The dimensions of a tensor, outermost first: `[rows, inputs]`.
public struct Shape: Hashable, Codable, Sendable, ExpressibleByArrayLiteral,
  CustomStringConvertible
{
  /// The dimensions, outermost first.
  public let dimensions: [Int]

  /// Creates a shape.
  public init(_ dimensions: [Int]) { self.dimensions = dimensions }
  /// Creates a shape from its dimensions.
  public init(arrayLiteral elements: Int...) { dimensions = elements }
  /// - Throws: `DecodingError` if a field is missing or invalid.
  public init(from decoder: any Decoder) throws {
    dimensions = try decoder.singleValueContainer().decode([Int].self)
  }
  /// Encodes the fields of the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(dimensions)
  }

  /// The number of elements.
  public var count: Int { dimensions.reduce(1, *) }
  /// The number of dimensions.
  public var rank: Int { dimensions.count }
  /// The size of a dimension.
  public subscript(_ axis: Int) -> Int { dimensions[axis] }
  /// The text in messages and reports.
  public var description: String { dimensions.map(String.init).joined(separator: " x ") }
}

/// A dense `Float` tensor in row-major order; the batch is the first dimension: `[rows, inputs]`.
public struct Tensor: Hashable, Sendable {
  /// The shape; the first dimension counts the rows.
  public let shape: Shape
  /// The elements in row-major order.
  public package(set) var elements: [Float]

  /// Creates a tensor from its elements in row-major order.
  /// - Precondition: as many elements as the shape has.
  public init(_ elements: [Float], shape: Shape) {
    precondition(
      elements.count == shape.count, "\(elements.count) elements for a shape of \(shape)")
    self.elements = elements
    self.shape = shape
  }

  /// Creates a tensor of one value, by default 0.
  public init(repeating value: Float = 0, shape: Shape) {
    self.init([Float](repeating: value, count: shape.count), shape: shape)
  }

  /// A tensor filled by `body`, which must write every element.
  package init(uninitialized shape: Shape, _ body: (UnsafeMutableBufferPointer<Float>) -> Void) {
    let count = shape.count
    self.init(
      [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        body(UnsafeMutableBufferPointer(rebasing: buffer[0..<count]))
        initialized = count
      }, shape: shape)
  }

  /// The number of elements.
  public var count: Int { elements.count }
  /// The length of the first dimension.
  public var rows: Int { shape[0] }
  /// The number of elements per row.
  public var width: Int { shape.dimensions.dropFirst().reduce(1, *) }

  /// The element of a row and column of a matrix.
  public subscript(_ row: Int, _ column: Int) -> Float {
    get { elements[row * width + column] }
    set { elements[row * width + column] = newValue }
  }

  /// One row's elements.
  public func row(_ index: Int) -> ArraySlice<Float> {
    elements[index * width..<(index + 1) * width]
  }

  /// Mutates the elements in place, in row-major order.
  public mutating func withElements<Result>(
    _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result {
    var span = elements.mutableSpan
    return try body(&span)
  }

  /// The same elements in another shape.
  public func reshaped(to shape: Shape) -> Tensor { Tensor(elements, shape: shape) }
}

/// Elements are encoded losslessly as base64 of little-endian 32-bit floats.
extension Tensor: Codable {
  private enum Key: String, CodingKey { case shape, data }

  /// - Throws: `DecodingError` if a field is missing or invalid.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let shape = try container.decode(Shape.self, forKey: .shape)
    let data = try container.decode(Data.self, forKey: .data)
    var count = 1
    for dimension in shape.dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else {
        throw DecodingError.dataCorruptedError(
          forKey: .shape, in: container, debugDescription: "a shape of \(shape)")
      }
      count = product
    }
    guard data.count % 4 == 0, data.count / 4 == count else {
      throw DecodingError.dataCorruptedError(
        forKey: .data, in: container,
        debugDescription: "\(data.count) bytes for a shape of \(shape)")
    }
    let elements = data.withUnsafeBytes { bytes in
      (0..<count).map {
        Float(
          bitPattern: UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
      }
    }
    self.init(elements, shape: shape)
  }

  /// Encodes the fields of the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(shape, forKey: .shape)
    var data = Data(capacity: 4 * count)
    for element in elements {
      withUnsafeBytes(of: element.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
    try container.encode(data, forKey: .data)
  }
}
