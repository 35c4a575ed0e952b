import ONNXSchema

/// What types and shapes of inputs say about columns.
extension ONNXColumns {
  /// The range of an integer type of at most 32 bits; `nil` for others.
  static func limits(of type: Int32) -> ClosedRange<Double>? {
    switch Onnx_TensorProto.DataType(rawValue: Int(type)) {
    case .uint8: 0...255
    case .int8: -128...127
    case .uint16: 0...65_535
    case .int16: -32_768...32_767
    case .uint32: 0...4_294_967_295
    case .int32: -2_147_483_648...2_147_483_647
    default: nil
    }
  }

  /// Whether the first layer reads columns of each of several inputs.
  func readsAll(_ inputs: [Onnx_ValueInfoProto]) -> Bool {
    var first = 0
    let read = Set(columns.map(\.source))
    return inputs.allSatisfy { input in
      let cells = first..<first + input.columnCount
      first = cells.upperBound
      return cells.contains(where: read.contains)
    }
  }

  /// The number of columns that the nodes which scale an input state.
  static func scaledWidth(
    of input: Onnx_ValueInfoProto, _ chain: [Onnx_NodeProto], _ constants: ONNXConstants
  ) throws(ModelFileError) -> Int64? {
    var names: Set = [input.name]
    for node in chain where node.input.contains(where: names.contains) {
      var lists = ["offset", "scale", "imputed_value_floats"].compactMap {
        node.attribute($0)?.floats.count
      }
      if arithmetic.contains(node.opType) {
        for name in node.input where constants.contains(name) {
          lists.append(try constants.lengths(name).last ?? 1)
        }
      }
      if let width = lists.max(), width > 1 { return Int64(width) }
      guard passed.union(arithmetic).union(["Imputer", "Scaler"]).contains(node.opType) else {
        return nil
      }
      names.formUnion(node.output)
    }
    return nil
  }

  private static let passed: Set = ["Cast", "Identity"]
  private static let arithmetic: Set = ["Add", "Sub", "Mul", "Div"]

  /// The offset of a scaled column, in its own unit, above which the weights of the first layer, in single
  /// precision, cannot include it.
  private static let mostOffset = 100.0

  /// Whether the first nodes that read rows of numbers subtract numbers that are large beside what they divide
  /// by: `x - mean` of such numbers is exact, where the weights of the first layer would round it.
  static func shifts(
    _ input: Onnx_ValueInfoProto, _ chain: [Onnx_NodeProto], _ constants: ONNXConstants
  ) throws(ModelFileError) -> Bool {
    let lengths = input.type.tensorType.shape.dim
    guard lengths.count == 2 else { return false }
    var width = lengths[1].dimValue
    if width < 1 { width = try scaledWidth(of: input, chain, constants) ?? 0 }
    guard width > 0, width <= 1 << 20 else { return false }
    var constants = constants
    var offsets = [Double](repeating: 0, count: Int(width))
    var name = input.name
    while true {
      let readers = chain.filter { $0.input.contains(name) }
      guard readers.count == 1, let node = readers.first, let output = node.output.first else {
        break
      }
      if let operation = ONNXArithmetic(node), arithmetic.contains(node.opType) {
        guard node.input.count == 2, let other = node.input.first(where: { $0 != name }),
          constants.contains(other)
        else { break }
        let sizes = try constants.lengths(other)
        guard sizes.dropLast().allSatisfy({ $0 == 1 }), [1, Int(width)].contains(sizes.last ?? 1)
        else { return false }
        let numbers = try constants.numbers(other, inDouble: true).values
        for index in offsets.indices {
          let number = numbers[numbers.count == 1 ? 0 : index]
          guard
            let (factor, offset) = operation.scaling(number, isFirst: node.input[0] == name),
            factor != 0
          else { return false }
          offsets[index] = offsets[index] * factor + offset
        }
      } else if !passed.contains(node.opType) {
        break
      }
      name = output
    }
    return offsets.contains { abs($0) > mostOffset }
  }
}

extension Onnx_ValueInfoProto {
  /// The lengths of the axes behind the batch; `nil` if the file does not state the axes.
  private var lengths: [Int64]? {
    type.tensorType.hasShape ? type.tensorType.shape.dim.dropFirst().map(\.dimValue) : nil
  }

  /// Whether the value is a single column, `[batch, 1]` or `[batch]`.
  var isColumn: Bool {
    lengths == [1] || lengths == [] && type.tensorType.shape.dim.count == 1
  }

  /// Whether the value is a row of a stated number of columns, `[batch, columns]` or `[batch]`.
  var isRow: Bool { isColumn || lengths.map { $0.count == 1 && $0[0] > 0 } ?? false }

  /// The number of columns of a row.
  var columnCount: Int { Int(lengths?.first ?? 1) }
}
