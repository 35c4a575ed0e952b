import Networks
import ONNXSchema

/// An operator that can be read: a row of the table.
///
/// What a row does stands in the file of its family, where the layer that it becomes is written too.
struct ONNXOperator: Sendable {
  typealias Read =
    @Sendable (inout ONNXReader, Onnx_NodeProto) throws(ModelFileError) -> Void
  typealias Fold =
    @Sendable (inout ONNXConstants, Onnx_NodeProto, String) throws(ModelFileError) -> Void

  let name: String
  /// Adds what the node does to a row to what has been read so far.
  let read: Read?
  /// Computes the node where it reads constants alone.
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

  /// The operators of classical machine learning that preprocessing, labels and linear models are made
  /// of.
  private static let classical: Set<String> = [
    "ArrayFeatureExtractor", "Imputer", "LabelEncoder", "LinearClassifier", "LinearRegressor",
    "OneHotEncoder", "Scaler", "ZipMap",
  ]

  /// Operators that are read as parts of a function that is recognised, not by themselves.
  private static let parts: Set<String> = [
    "Abs", "Erf", "Exp", "Greater", "GreaterOrEqual", "IsNaN", "Less", "LessOrEqual", "Log", "Not",
    "Pow",
    "Reciprocal", "ReduceMax", "ReduceSum", "Sqrt", "Where",
  ]

  static let names = all.map(\.name)
  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  /// The row for a node; `nil` for other operators and for those of other vendors.
  static func named(_ node: Onnx_NodeProto) -> ONNXOperator? {
    switch node.domain {
    case "", "ai.onnx": classical.contains(node.opType) ? nil : byName[node.opType]
    case "ai.onnx.ml": classical.contains(node.opType) ? byName[node.opType] : nil
    default: nil
    }
  }

  /// Why a node of the table is not read where it stands.
  static func refusal(of node: Onnx_NodeProto) -> String {
    if classical.contains(node.opType) {
      return "is supported before the first layer or after the last, not between layers"
    }
    return parts.contains(node.opType)
      ? "is supported as part of GELU, softplus, softmax, layer normalization and similar functions, not alone"
      : "is supported for constants only"
  }
}
