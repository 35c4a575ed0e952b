import ONNXSchema

extension ONNXRecognition {
  /// Replaces the division of two sigmoids by their sum where the sum is 1: of scores `z` and `-z`, as
  /// skl2onnx exports the parts of one-vs-rest classifiers in double precision.
  static func passPairs(_ chain: inout [Onnx_NodeProto], _ constants: ONNXConstants) {
    let producers = chain.producers
    for index in chain.indices where chain[index].opType == "Div" {
      var node = chain[index]
      guard let value = node.input(0), let sum = node.input(1), let squashing = producers[value],
        squashing.opType == "Sigmoid", let scores = squashing.input(0),
        ONNXOutputs.isSum(sum, of: value, producers), arePair(scores, producers, constants)
      else { continue }
      (node.opType, node.attribute, node.input) = ("Identity", [], [value])
      chain[index] = node
    }
  }

  /// Whether a value has two elements of the same magnitude and opposite signs, by the weights that
  /// compute them.
  private static func arePair(
    _ scores: String, _ producers: [String: Onnx_NodeProto], _ constants: ONNXConstants
  ) -> Bool {
    guard let sum = producers[scores], sum.opType == "Add", sum.input.count == 2,
      let product = producers[sum.input[0]], product.opType == "MatMul", product.input.count == 2
    else { return false }
    var copy = constants
    guard let weight = try? copy.numbers(product.input[1]),
      let bias = try? copy.numbers(sum.input[1]), weight.dimensions.count == 2,
      weight.dimensions[1] == 2, bias.values.count == 2
    else { return false }
    let numbers = weight.values + bias.values
    return stride(from: 0, to: numbers.count, by: 2).allSatisfy { numbers[$0] == -numbers[$0 + 1] }
  }
}
