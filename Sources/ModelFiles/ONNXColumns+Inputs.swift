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

  /// The number of columns that the Scaler or Imputer which reads an input states.
  static func scaledWidth(
    of input: Onnx_ValueInfoProto, _ chain: [Onnx_NodeProto]
  ) -> Int64? {
    var names: Set = [input.name]
    for node in chain where node.input.contains(where: names.contains) {
      let lists = ["offset", "scale", "imputed_value_floats"].compactMap {
        node.attribute($0)?.floats.count
      }
      if let width = lists.max(), width > 1 { return Int64(width) }
      guard ["Cast", "Identity", "Imputer", "Scaler"].contains(node.opType) else { return nil }
      names.formUnion(node.output)
    }
    return nil
  }
}
