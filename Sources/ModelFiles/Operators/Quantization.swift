import ONNXSchema

/// Quantized weights.
extension ONNXOperator {
  /// Quantization of activations is not supported, because it would change predictions.
  static func refuseQuantization(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    throw reader.problem(node, .value(node.opType == "QuantizeLinear" ? .quantized : .dequantized))
  }

  /// `(x - zero point) · scale`
  static func foldDequantization(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) {
    guard let output = node.output.first else { return }
    let step = try steps(&constants, node, file)
    var numbers = try constants.numbers(node.input[0], wholeToo: true)
    for position in numbers.values.indices {
      let place = step.place(position, numbers.dimensions)
      numbers.values[position] =
        (numbers.values[position] - (step.zeros.map { $0[place] } ?? 0)) * step.scales[place]
    }
    constants.define(output, numbers)
  }

  /// `round(x / scale) + zero point`, clamped to the range of the type
  static func foldQuantization(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) {
    guard let output = node.output.first else { return }
    let step = try steps(&constants, node, file)
    var numbers = try constants.numbers(node.input[0])
    let type = node.input(2).flatMap { constants.type(of: $0) } ?? .uint8
    let range: ClosedRange<Double>
    switch type {
    case .int8: range = -128...127
    case .uint8: range = 0...255
    case .int16: range = -32768...32767
    case .uint16: range = 0...65535
    default: throw wrong(node, file, .constant(.quantizedType))
    }
    for position in numbers.values.indices {
      let place = step.place(position, numbers.dimensions)
      let rounded = (numbers.values[position] / step.scales[place]).rounded(.toNearestOrEven)
      let shifted = rounded + (step.zeros.map { $0[place] } ?? 0)
      numbers.values[position] = min(max(shifted, range.lowerBound), range.upperBound)
    }
    constants.define(output, numbers)
  }

  /// The scales and zero points, per tensor or per axis.
  private struct Steps {
    var scales: [Double]
    var zeros: [Double]?
    var axis: Int

    func place(_ position: Int, _ dimensions: [Int]) -> Int {
      guard scales.count > 1 else { return 0 }
      let inner = dimensions.dropFirst(axis + 1).reduce(1, *)
      return position / inner % dimensions[axis]
    }
  }

  private static func steps(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) -> Steps {
    guard node.input.count >= 2, node.integer("block_size", 0) == 0 else {
      throw wrong(node, file, .constant(.quantizedScales))
    }
    let lengths = try constants.lengths(node.input[0])
    let scales = try constants.numbers(node.input[1]).values
    var zeros: [Double]?
    if let name = node.input(2) { zeros = try constants.numbers(name, wholeToo: true).values }
    let stated = node.integer("axis", 1)
    let axis = stated < 0 ? stated &+ Int64(lengths.count) : stated
    let fits =
      scales.count == 1
      || (lengths.indices.contains(Int(clamping: axis)) && lengths[Int(axis)] == scales.count)
    guard fits, scales.allSatisfy({ $0 != 0 }), zeros.map({ $0.count == scales.count }) ?? true
    else {
      throw wrong(node, file, .constant(.quantizedShape))
    }
    return Steps(scales: scales, zeros: zeros, axis: Int(clamping: axis))
  }
}
