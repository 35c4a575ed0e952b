import Networks
import ONNXSchema

/// A supported operator: an entry of the operator table.
///
/// The functions of an entry are in the file of its family, together with the export of the layer.
struct ONNXOperator: Sendable {
  typealias Read =
    @Sendable (inout ONNXReader, Onnx_NodeProto) throws(ModelFileError) -> Void
  typealias Fold =
    @Sendable (inout ONNXConstants, Onnx_NodeProto, String) throws(ModelFileError) -> Void

  let name: String
  /// Converts the node to steps of the network.
  let read: Read?
  /// Folds the node if all its inputs are constants.
  let fold: Fold?

  private init(_ name: String, read: Read? = nil, fold: Fold? = nil) {
    self.name = name
    self.read = read
    self.fold = fold
  }

  static let all: [ONNXOperator] = [
    ONNXOperator("Abs", fold: foldFunction),
    ONNXOperator("Add", read: readArithmetic, fold: foldArithmetic),
    ONNXOperator("ArgMax", read: readArgMax),
    ONNXOperator("ArrayFeatureExtractor"),
    ONNXOperator("AveragePool", read: readPool),
    ONNXOperator("BatchNormalization", read: readBatchNormalization),
    ONNXOperator("Cast", read: readCast, fold: foldCast),
    ONNXOperator("CastLike", read: readCast, fold: foldSame),
    ONNXOperator("Celu", read: readActivation),
    ONNXOperator("Clip", read: readClip),
    ONNXOperator("Concat", read: readConcat, fold: foldConcat),
    ONNXOperator("Constant", fold: foldConstant),
    ONNXOperator("ConstantOfShape", fold: foldRepetition),
    ONNXOperator("Conv", read: readConv),
    ONNXOperator("DequantizeLinear", read: refuseQuantization, fold: foldDequantization),
    ONNXOperator("Div", read: readArithmetic, fold: foldArithmetic),
    ONNXOperator("Dropout", read: readDropout),
    ONNXOperator("Elu", read: readActivation),
    ONNXOperator("Erf"),
    ONNXOperator("Exp", read: readPower, fold: foldFunction),
    ONNXOperator("Expand", fold: foldExpansion),
    ONNXOperator("Flatten", read: readFlatten, fold: foldReshape),
    ONNXOperator("Gather", read: readGather, fold: foldGather),
    ONNXOperator("Gelu", read: readActivation),
    ONNXOperator("Gemm", read: readDense),
    ONNXOperator("GlobalAveragePool", read: readGlobalPool),
    ONNXOperator("Greater"),
    ONNXOperator("GreaterOrEqual"),
    ONNXOperator("HardSigmoid", read: readHardSigmoid),
    ONNXOperator("HardSwish", read: readActivation),
    ONNXOperator("Identity", read: readIdentity, fold: foldSame),
    ONNXOperator("Imputer"),
    ONNXOperator("IsNaN"),
    ONNXOperator("LabelEncoder"),
    ONNXOperator("LayerNormalization", read: readLayerNormalization),
    ONNXOperator("LeakyRelu", read: readActivation),
    ONNXOperator("Less"),
    ONNXOperator("LessOrEqual"),
    ONNXOperator("LinearClassifier", read: readLinear),
    ONNXOperator("LinearRegressor", read: readLinear),
    ONNXOperator("Log", read: readPower, fold: foldFunction),
    ONNXOperator("LogSoftmax", read: readSoftmax),
    ONNXOperator("MatMul", read: readDense, fold: foldProduct),
    ONNXOperator("Max", read: readExtreme, fold: foldArithmetic),
    ONNXOperator("MaxPool", read: readPool),
    ONNXOperator("Min", read: readExtreme, fold: foldArithmetic),
    ONNXOperator("Mish", read: readActivation),
    ONNXOperator("Mul", read: readArithmetic, fold: foldArithmetic),
    ONNXOperator("Neg", read: readNegation, fold: foldFunction),
    ONNXOperator("Not"),
    ONNXOperator("OneHotEncoder"),
    ONNXOperator("PRelu", read: readParametricReLU),
    ONNXOperator("Pad", read: readPad),
    ONNXOperator("Pow", fold: foldArithmetic),
    ONNXOperator("QuantizeLinear", read: refuseQuantization, fold: foldQuantization),
    ONNXOperator("Reciprocal", fold: foldFunction),
    ONNXOperator("ReduceMax"),
    ONNXOperator("ReduceMean", read: readGlobalPool),
    ONNXOperator("ReduceSum"),
    ONNXOperator("Relu", read: readActivation),
    ONNXOperator("Reshape", read: readReshape, fold: foldReshape),
    ONNXOperator("Scaler"),
    ONNXOperator("Selu", read: readActivation),
    ONNXOperator("Shape", fold: foldShape),
    ONNXOperator("Sigmoid", read: readActivation),
    ONNXOperator("Slice", read: readSlice, fold: foldSlice),
    ONNXOperator("Softmax", read: readSoftmax),
    ONNXOperator("Softplus", read: readActivation),
    ONNXOperator("Softsign", read: readActivation),
    ONNXOperator("Split", read: readSplit),
    ONNXOperator("Sqrt", fold: foldFunction),
    ONNXOperator("Squeeze", read: readSqueeze, fold: foldReshape),
    ONNXOperator("Sub", read: readArithmetic, fold: foldArithmetic),
    ONNXOperator("Sum", read: readSum, fold: foldArithmetic),
    ONNXOperator("Swish", read: readSwish),
    ONNXOperator("Tanh", read: readActivation),
    ONNXOperator("ThresholdedRelu", read: readActivation),
    ONNXOperator("Transpose", read: readTranspose, fold: foldTranspose),
    ONNXOperator("Unsqueeze", read: readSqueeze, fold: foldReshape),
    ONNXOperator("Where"),
    ONNXOperator("ZipMap"),
  ]

  /// The operators of ai.onnx.ml for preprocessing, labels and linear models.
  private static let classical: Set<String> = [
    "ArrayFeatureExtractor", "Imputer", "LabelEncoder", "LinearClassifier", "LinearRegressor",
    "OneHotEncoder", "Scaler", "ZipMap",
  ]

  /// Operators that are supported as parts of a recognised function only.
  private static let parts: Set<String> = [
    "Abs", "Erf", "Exp", "Greater", "GreaterOrEqual", "IsNaN", "Less", "LessOrEqual", "Log", "Not",
    "Pow",
    "Reciprocal", "ReduceMax", "ReduceSum", "Sqrt", "Where",
  ]

  static let names = all.map(\.name)
  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  /// The entry for a node; `nil` for other operators and other domains.
  static func named(_ node: Onnx_NodeProto) -> ONNXOperator? {
    switch node.domain {
    case "", "ai.onnx": classical.contains(node.opType) ? nil : byName[node.opType]
    case "ai.onnx.ml": classical.contains(node.opType) ? byName[node.opType] : nil
    default: nil
    }
  }

  /// The problem of a supported operator at an unsupported position.
  static func refusal(of node: Onnx_NodeProto) -> PlaceProblem {
    if classical.contains(node.opType) { return .betweenLayers }
    return parts.contains(node.opType) ? .alone : .onValue
  }
}
