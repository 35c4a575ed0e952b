import Foundation
import ONNXSchema

/// The constants of a graph (initializers and folded nodes), unpacked on demand.
package struct ONNXConstants {
  /// A tensor of doubles in row-major order.
  package struct Numbers {
    var dimensions: [Int]
    var values: [Double]
  }

  /// The stored tensor of a constant.
  private struct Source {
    var tensor: Onnx_TensorProto
    var transposed = false
  }

  let file: String
  /// The folder of external data; `nil` if the model was not read from a file.
  let folder: URL?
  private var sources: [String: Source] = [:]
  /// The number of elements that may still be unpacked, so that a small file that uses one weight
  /// many times cannot exhaust the memory.
  private var budget: Int
  private var externalFiles: Set<String> = []
  /// The number of elements that constants of one value may still have: enough for ResNet-50, whose
  /// parameters ONNX's own test data store so.
  private var filled = 1 << 25

  /// - Throws: `ModelFileError` if two initializers have the same name.
  init(
    _ tensors: [Onnx_TensorProto], file: String, folder: URL?, bytes: Int
  ) throws(ModelFileError) {
    self.file = file
    self.folder = folder
    budget = max(1 << 22, 2 * bytes)
    for tensor in tensors {
      guard sources.updateValue(Source(tensor: tensor), forKey: tensor.name) == nil else {
        throw wrong(tensor.name, .definedTwice)
      }
    }
  }

  func contains(_ name: String) -> Bool { sources[name] != nil }

  /// The number of dimensions of a constant; `nil` if there is none of that name.
  func rank(of name: String) -> Int? { sources[name]?.tensor.dims.count }

  /// Defines a constant, as a Constant node does.
  mutating func define(_ name: String, as tensor: Onnx_TensorProto) {
    sources[name] = Source(tensor: tensor)
  }

  /// Defines a constant as a copy of another one, transposed if `transposed`.
  mutating func define(_ name: String, as original: String, transposed: Bool = false) {
    guard var source = sources[original] else { return }
    if transposed { source.transposed.toggle() }
    sources[name] = source
  }

  /// Reserves elements of the budget for unpacking.
  mutating func spend(_ count: Int) throws(ModelFileError) {
    let (left, overflow) = budget.subtractingReportingOverflow(count)
    guard !overflow, left >= 0 else {
      throw .graph(file: file, .parameterCount)
    }
    budget = left
    try ModelFileError.admit(count < 1 << 40 ? 4 * count : .max, of: file)
  }

  /// Reserves elements of the budget for a constant of one value, which a layer unpacks.
  mutating func fill(_ count: Int) throws(ModelFileError) {
    guard count <= filled else { return try spend(.max) }
    filled -= count
    budget += count
    try ModelFileError.admit(4 * count, of: file)
  }

  /// The elements of a constant, each finite unless stated otherwise.
  ///
  /// The types float, double, float16 and bfloat16 are read, and integers if `wholeToo`. Values
  /// must fit in float32, the precision of the layers, unless they scale columns `inDouble`
  /// precision.
  mutating func numbers(
    _ name: String, wholeToo: Bool = false, mayBeInfinite: Bool = false, inDouble: Bool = false
  ) throws(ModelFileError) -> Numbers {
    guard let source = sources[name] else { throw wrong(name, .notConstant) }
    let tensor = source.tensor
    let (dimensions, count) = try dimensions(of: tensor, name)
    let type = Onnx_TensorProto.DataType(rawValue: Int(tensor.dataType))
    guard let format = type.flatMap(ONNXNumberFormat.init), wholeToo || !format.isWhole else {
      throw wrong(name, .type(type.map { "\($0)" } ?? "unknown"))
    }
    let raw = try bytes(of: tensor, name, count: count, size: format.size)
    try spend(count)
    let values = raw.map(format.unpacked) ?? format.fields(of: tensor)
    guard values.count == count else { throw mismatch(name, values.count, tensor) }
    if !mayBeInfinite,
      let index = values.firstIndex(where: { inDouble ? !$0.isFinite : !Float($0).isFinite })
    {
      throw wrong(name, .notFinite(value: values[index], position: index))
    }
    guard source.transposed, dimensions.count == 2 else {
      return Numbers(dimensions: dimensions, values: values)
    }
    let (rows, columns) = (dimensions[0], dimensions[1])
    return Numbers(
      dimensions: [columns, rows],
      values: Self.exchanging(values, rows: rows, columns: columns))
  }

  private static func exchanging<Value>(
    _ values: [Value], rows: Int, columns: Int
  ) -> [Value] {
    var exchanged = values
    for row in 0..<rows {
      for column in 0..<columns { exchanged[column * rows + row] = values[row * columns + column] }
    }
    return exchanged
  }

  /// The integers of a constant, such as a shape; at most `most` of them.
  mutating func integers(_ name: String, most: Int = 64) throws(ModelFileError) -> [Int64] {
    guard let source = sources[name] else { throw wrong(name, .notConstant) }
    let tensor = source.tensor
    let (dimensions, count) = try dimensions(of: tensor, name)
    let values: [Int64]
    switch Onnx_TensorProto.DataType(rawValue: Int(tensor.dataType)) {
    case .int64? where count <= most:
      let raw = try bytes(of: tensor, name, count: count, size: 8)
      values =
        raw.map { ONNXNumberFormat.unpack($0, as: UInt64.self) { Int64(bitPattern: $0) } }
        ?? tensor.int64Data
    case .int32? where count <= most:
      let raw = try bytes(of: tensor, name, count: count, size: 4)
      values =
        raw.map { ONNXNumberFormat.unpack($0, as: UInt32.self) { Int64(Int32(bitPattern: $0)) } }
        ?? tensor.int32Data.map(Int64.init)
    default: throw wrong(name, .notShape)
    }
    guard values.count == count else { throw mismatch(name, values.count, tensor) }
    guard source.transposed, dimensions.count == 2 else { return values }
    return Self.exchanging(values, rows: dimensions[0], columns: dimensions[1])
  }

  /// The shape of a constant.
  func lengths(_ name: String) throws(ModelFileError) -> [Int] {
    guard let source = sources[name] else { throw wrong(name, .notConstant) }
    let (lengths, _) = try dimensions(of: source.tensor, name)
    return source.transposed && lengths.count == 2 ? lengths.reversed() : lengths
  }

  /// The element type of a constant.
  func type(of name: String) -> Onnx_TensorProto.DataType? {
    sources[name].flatMap { Onnx_TensorProto.DataType(rawValue: Int($0.tensor.dataType)) }
  }

  /// Whether a constant has an integer type.
  func isWhole(_ name: String) -> Bool {
    type(of: name).flatMap(ONNXNumberFormat.init)?.isWhole ?? false
  }

  /// Whether a constant has a floating-point type.
  func isFloats(_ name: String) -> Bool {
    type(of: name).flatMap(ONNXNumberFormat.init).map { !$0.isWhole } ?? false
  }

  /// Whether a constant has the type int64 or int32, those of shapes.
  func isIntegers(_ name: String) -> Bool {
    let type = Onnx_TensorProto.DataType(rawValue: Int(sources[name]?.tensor.dataType ?? 0))
    return type == .int64 || type == .int32
  }

  /// The strings of a constant, or its integers as strings: the class names.
  func texts(_ name: String) -> [String]? {
    guard let tensor = sources[name]?.tensor else { return nil }
    if !tensor.stringData.isEmpty {
      return tensor.stringData.map { String(decoding: $0, as: UTF8.self) }
    }
    var copy = self
    return (try? copy.integers(name, most: 1 << 16))?.map { "\($0)" }
  }

  /// Defines a computed tensor.
  mutating func define(_ name: String, _ numbers: Numbers) {
    var tensor = Onnx_TensorProto()
    tensor.dataType = Int32(Onnx_TensorProto.DataType.double.rawValue)
    tensor.dims = numbers.dimensions.map(Int64.init)
    tensor.doubleData = numbers.values
    define(name, as: tensor)
  }

  /// Defines a computed integer tensor; one-dimensional if `lengths` is `nil`.
  mutating func define(_ name: String, integers: [Int64], lengths: [Int]? = nil) {
    var tensor = Onnx_TensorProto()
    tensor.dataType = Int32(Onnx_TensorProto.DataType.int64.rawValue)
    tensor.dims = (lengths ?? [integers.count]).map(Int64.init)
    tensor.int64Data = integers
    define(name, as: tensor)
  }

  /// Defines a constant as a reshaped copy of another one with the same number of elements.
  mutating func define(_ name: String, as original: String, lengths: [Int])
    throws(ModelFileError)
  {
    guard var source = sources[original] else { return }
    if source.transposed, isIntegers(original) {
      return define(name, integers: try integers(original), lengths: lengths)
    }
    if source.transposed {
      return define(name, Numbers(dimensions: lengths, values: try numbers(original).values))
    }
    source.tensor.dims = lengths.map(Int64.init)
    sources[name] = source
  }

  /// Whether a constant is the Boolean false.
  func isFalse(_ name: String) -> Bool {
    guard let tensor = sources[name]?.tensor, tensor.dataLocation == .default else { return false }
    return tensor.hasRawData
      ? tensor.rawData.allSatisfy { $0 == 0 } : tensor.int32Data.allSatisfy { $0 == 0 }
  }

  private func wrong(_ name: String, _ problem: TensorProblem) -> ModelFileError {
    .initializer(file: file, name: shown(name), problem)
  }

  private func mismatch(
    _ name: String, _ found: Int, _ tensor: Onnx_TensorProto
  ) -> ModelFileError {
    wrong(
      name,
      .valueCount(found: found, expected: Int(tensor.dims.reduce(1, *)), shape: tensor.dims))
  }

  private func dimensions(
    of tensor: Onnx_TensorProto, _ name: String
  ) throws(ModelFileError) -> ([Int], count: Int) {
    guard tensor.dims.count <= 8, !tensor.hasSegment else {
      throw wrong(name, .dimensions(tensor.dims.count))
    }
    var count = 1
    for dimension in tensor.dims {
      let (product, overflow) = count.multipliedReportingOverflow(by: Int(dimension))
      // With at most eight bytes per element the size in bytes does not overflow either.
      guard dimension >= 0, !overflow, product <= Int.max / 16 else {
        throw wrong(name, .shape(tensor.dims))
      }
      count = product
    }
    return (tensor.dims.map { Int($0) }, count)
  }

  /// The raw bytes; `nil` if the values are in the typed field of the message.
  private mutating func bytes(
    of tensor: Onnx_TensorProto, _ name: String, count: Int, size: Int
  ) throws(ModelFileError) -> Data? {
    let length = count * size
    if tensor.dataLocation == .external { return try external(tensor, name, length: length) }
    guard tensor.hasRawData else { return nil }
    guard tensor.rawData.count == length else {
      throw wrong(
        name, .byteCount(found: tensor.rawData.count, expected: length, shape: tensor.dims))
    }
    return tensor.rawData
  }

  /// The file of external data; `nil` if it is not in the folder of the model.
  static func place(of location: String, in folder: URL) -> URL? {
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !location.contains("\0"), !parts.contains(where: { $0.isEmpty || $0 == ".." }) else {
      return nil
    }
    let home = folder.resolvingSymlinksInPath().path
    let place = folder.appendingPathComponent(location).resolvingSymlinksInPath()
    return place.path.hasPrefix(home == "/" ? home : home + "/") ? place : nil
  }

  /// The bytes of external data, from files in the folder of the model only.
  private mutating func external(
    _ tensor: Onnx_TensorProto, _ name: String, length: Int
  ) throws(ModelFileError) -> Data {
    let entries = Dictionary(
      tensor.externalData.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    let location = entries["location"] ?? ""
    guard let folder, let place = Self.place(of: location, in: folder) else {
      throw wrong(name, .outside(location: location))
    }
    let attributes = try? FileManager.default.attributesOfItem(atPath: place.path)
    guard attributes?[.type] as? FileAttributeType == .typeRegular,
      let size = (attributes?[.size] as? NSNumber)?.intValue,
      let handle = try? FileHandle(forReadingFrom: place)
    else {
      throw .unreadable(
        file: shown(location), .externalData(initializer: shown(name), model: file))
    }
    defer { try? handle.close() }
    if externalFiles.insert(place.path).inserted { budget += size / 2 }
    let stated = (offset: entries["offset"] ?? "0", length: entries["length"] ?? "\(length)")
    guard let offset = Int(stated.offset), offset >= 0, Int(stated.length) == length,
      size >= length, offset <= size - length
    else {
      throw wrong(
        name,
        .range(
          location: location, offset: stated.offset, length: stated.length, needed: length,
          size: size))
    }
    try ModelFileError.admit(length, of: file)
    guard (try? handle.seek(toOffset: UInt64(offset))) != nil,
      let data = try? handle.read(upToCount: length) ?? Data(), data.count == length
    else { throw .unreadable(file: shown(location), .truncated) }
    return data
  }
}
