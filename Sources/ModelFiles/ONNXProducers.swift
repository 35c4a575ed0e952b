import ONNXSchema

extension [Onnx_NodeProto] {
  /// The node that computes each value; of several, the last.
  var producers: [String: Onnx_NodeProto] {
    var found: [String: Onnx_NodeProto] = [:]
    for node in self { for name in node.output { found[name] = node } }
    return found
  }

  /// The position of the node that computes each named value; of several, the last.
  var producerPositions: [String: Int] {
    var found: [String: Int] = [:]
    for (position, node) in enumerated() {
      for name in node.output where !name.isEmpty { found[name] = position }
    }
    return found
  }
}
