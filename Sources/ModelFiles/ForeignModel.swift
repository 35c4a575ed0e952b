import ONNXSchema

/// The kind of a model that is not a supported neural network.
public enum ForeignModel: Hashable, Sendable {
  case treeEnsemble, supportVectorMachine, nearestNeighbours, naiveBayes
  /// A model of squares and products of the inputs.
  case quadratic
  /// A network that gives each row several labels at once.
  case multilabel
  /// Several models whose predictions are combined, such as CalibratedClassifierCV.
  case combination

  /// The kind of model that an operator represents by itself; `nil` for operators of networks.
  init?(_ node: Onnx_NodeProto) {
    guard node.domain == "ai.onnx.ml" else { return nil }
    switch node.opType {
    case "TreeEnsembleClassifier", "TreeEnsembleRegressor", "TreeEnsemble": self = .treeEnsemble
    case "SVMClassifier", "SVMRegressor": self = .supportVectorMachine
    default: return nil
    }
  }

  /// The kind of model that nodes represent together, and the node that shows it.
  static func find(in nodes: [Onnx_NodeProto]) -> (model: Self, node: Onnx_NodeProto)? {
    for node in nodes {
      if let model = Self(node) { return (model, node) }
      // The distances to the training rows, as skl2onnx computes them.
      let body = node.opType == "Scan" ? node.attribute("body")?.g.node ?? [] : []
      if node.opType == "CDist" || body.contains(where: { $0.opType == "ReduceSumSquare" }) {
        return (.nearestNeighbours, node)
      }
    }
    guard nodes.contains(where: { $0.opType == "ArrayFeatureExtractor" }),
      let node = nodes.first(where: { $0.opType == "ReduceLogSumExp" })
    else { return nil }
    return (.naiveBayes, node)
  }

  /// The kind of model of a scikit-learn pipeline in which several models read the same values, and the
  /// node of the second; `nil` if there is one model.
  static func several(in nodes: [Onnx_NodeProto]) -> (model: Self, node: Onnx_NodeProto)? {
    let passed = ["Cast", "Identity"]
    let sources = Dictionary(
      nodes.filter { passed.contains($0.opType) && $0.input.count == 1 && $0.output.count == 1 }
        .map { ($0.output[0], $0.input[0]) }, uniquingKeysWith: { first, _ in first })
    let weighted = ["Gemm", "LinearClassifier", "LinearRegressor", "MatMul"]
    var read: Set<String> = []
    for node in nodes where weighted.contains(node.opType) {
      guard var source = node.input.first else { continue }
      for _ in nodes.indices {
        guard let earlier = sources[source] else { break }
        source = earlier
      }
      guard read.insert(source).inserted else {
        // Labels of several targets are a sequence.
        let hasLabels = nodes.contains { $0.opType == "SequenceConstruct" }
        return (hasLabels ? .multilabel : .combination, node)
      }
    }
    return nil
  }

  /// The kind, in words.
  var kind: String {
    switch self {
    case .treeEnsemble: "an ensemble of decision trees, not a neural network"
    case .supportVectorMachine: "a support vector machine, not a neural network"
    case .nearestNeighbours: "a nearest-neighbours model, not a neural network"
    case .naiveBayes: "a naive Bayes model, not a neural network"
    case .quadratic:
      "a quadratic model, such as QuadraticDiscriminantAnalysis, not a neural network"
    case .multilabel: "a multilabel network, which gives each row several labels at once"
    case .combination:
      "several models whose predictions are combined, such as CalibratedClassifierCV or "
        + "StackingClassifier"
    }
  }

  /// The hint.
  var advice: String {
    switch self {
    case .treeEnsemble, .supportVectorMachine, .nearestNeighbours, .naiveBayes, .quadratic:
      "give a neural network, such as scikit-learn's MLPClassifier"
    case .multilabel:
      "give a network with one class per row: export one network for each label"
    case .combination: "give a single network, such as scikit-learn's MLPClassifier"
    }
  }
}

extension ModelFileError {
  /// The supported steps of a pipeline before a network.
  private static let steps: Set = [
    "ArrayFeatureExtractor", "Concat", "FeatureVectorizer", "Imputer", "LabelEncoder",
    "OneHotEncoder", "Scaler",
  ]

  /// The hint for quantized activations.
  static let beforeQuantization =
    "export the network before quantization; only weights may be quantized, followed by "
    + "DequantizeLinear"

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
      return beforeQuantization
    case "ReduceSumSquare", "ReduceL2", "ReduceProd":
      return "if this is a step before the network, give the table after it and export the network "
        + "without it; between layers it is not supported"
    case let name where name.hasPrefix("ai.onnx.ml."):
      return "give the network the table after this step, and export the network without it; "
        + "supported: "
        + supported.filter { Self.steps.contains($0) }.joined(separator: ", ")
    case let name where name.hasPrefix("com.microsoft."):
      return
        "give the file as it was exported, before an optimizer of onnxruntime fused its operators; "
        + "supported: " + supported.joined(separator: ", ")
    default:
      return "supported: " + supported.joined(separator: ", ")
    }
  }
}
