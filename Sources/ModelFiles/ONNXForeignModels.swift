import ONNXSchema

/// The kind of a model that is not a supported neural network, recognised by one of its nodes, and
/// a hint.
struct ONNXForeignModel: Hashable, Sendable {
  let kind: String
  let advice: String

  /// The kind of model that the operator represents by itself; `nil` for operators of networks.
  static func named(_ node: Onnx_NodeProto) -> ONNXForeignModel? {
    guard node.domain == "ai.onnx.ml" else { return nil }
    let kind: String
    switch node.opType {
    case "TreeEnsembleClassifier", "TreeEnsembleRegressor", "TreeEnsemble":
      kind = "an ensemble of decision trees, not a neural network"
    case "SVMClassifier", "SVMRegressor": kind = "a support vector machine, not a neural network"
    default: return nil
    }
    return ONNXForeignModel(
      kind: kind,
      advice: "give a neural network, such as scikit-learn's MLPClassifier; or explain the data "
        + "without --model")
  }

  /// A multilabel network.
  static let multilabel = ONNXForeignModel(
    kind: "a multilabel network, which gives each row several labels at once",
    advice: "give a network with one class per row: export one network for each label")

  /// The hint for an unsupported operator.
  static func advice(for name: String, supported: [String]) -> String {
    switch name {
    case "LSTM", "GRU", "RNN", "Scan", "Loop", "If", "SequenceAt", "Attention",
      "MultiHeadAttention",
      "com.microsoft.Attention":
      return "dense and convolutional networks are supported; recurrent layers, attention and "
        + "control flow are not"
    case "MatMulInteger", "ConvInteger", "QLinearMatMul", "QLinearConv", "QLinearAdd", "QGemm",
      "DynamicQuantizeLinear", "com.microsoft.QGemm", "com.microsoft.QLinearAdd",
      "com.microsoft.DynamicQuantizeMatMul", "com.microsoft.MatMulNBits":
      return "export the network before quantization; only weights may be quantized, followed by "
        + "DequantizeLinear"
    default:
      return "supported: " + supported.joined(separator: ", ")
    }
  }
}
