import ONNXSchema

/// Operators that turn scores into probabilities or labels.
extension ONNXOperator {
  static func readSoftmax(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    try reader.end(with: .softmax, node, axis: reader.opset < 13 ? 1 : -1)
  }

  static func readArgMax(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    try reader.end(with: .position, node, axis: 0)
  }

  /// Log and Exp of softmax probabilities, which are monotonic.
  static func readPower(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.input(node)
    guard value.outputFunction == .softmax else {
      throw reader.problem(node, .place(refusal(of: node)))
    }
    reader.pass(value, node)
  }
}
