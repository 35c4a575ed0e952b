import Naming
import Networks
import ONNXSchema

/// A supported operator: a row of the operator table.
///
/// The functions of a row are in the file of its family: what reads its nodes, and what writes the
/// layer whose main operator it is.
package struct ONNXOperator: Sendable {
  package typealias Read =
    @Sendable (inout ONNXReader, Onnx_NodeProto) throws(ModelFileError) -> Void
  typealias Fold =
    @Sendable (inout ONNXConstants, Onnx_NodeProto, String) throws(ModelFileError) -> Void
  /// Completes the node of a layer, which has its name, inputs and output, and adds further nodes
  /// before it.
  package typealias Write<L> =
    @Sendable (inout ONNXWriter, L, ONNXWriter.Place, inout Onnx_NodeProto)
    throws(ModelFileError) -> Void

  let name: String
  /// The operator set of the operator; empty for the default one.
  let domain: String
  /// Converts the node to steps of the network.
  let read: Read?
  /// Folds the node if all its inputs are constants.
  let fold: Fold?
  /// The name of the layer that `write` writes.
  fileprivate let layer: String?
  /// Writes a layer of that name.
  let write: Write<any Layer>?

  private init(_ name: String, domain: String = "", read: Read? = nil, fold: Fold? = nil) {
    self.name = name
    self.domain = domain
    self.read = read
    self.fold = fold
    layer = nil
    write = nil
  }

  /// An operator that is the main one of a layer type.
  ///
  /// `domain`: the operator set; empty for the default one.
  package init<L: Layer>(
    _ name: String, domain: String = "", read: Read?, write: @escaping Write<L>
  ) {
    self.init(name, domain: domain, read: read, fold: nil, write: write)
  }

  private init<L: Layer>(
    _ name: String, domain: String = "", read: Read?, fold: Fold?, write: @escaping Write<L>
  ) {
    self.name = name
    self.domain = domain
    self.read = read
    self.fold = fold
    layer = L.name
    self.write = { writer, layer, place, node throws(ModelFileError) in
      guard let own = layer as? L else { throw ONNXWriter.unwritable(layer, place) }
      try write(&writer, own, place, &node)
    }
  }

  static let all: [ONNXOperator] = [
    ONNXOperator("Abs", fold: foldFunction),
    ONNXOperator("Add", read: readArithmetic, fold: foldArithmetic),
    ONNXOperator("ArgMax", read: readArgMax),
    ONNXOperator("ArrayFeatureExtractor", domain: classical),
    ONNXOperator("AveragePool", read: readPool),
    ONNXOperator(
      "BatchNormalization", read: readBatchNormalization, write: writeBatchNormalization),
    ONNXOperator("Cast", read: readCast, fold: foldCast),
    ONNXOperator("CastLike", read: readCast, fold: foldSame),
    ONNXOperator("Celu", read: readActivation),
    ONNXOperator("Clip", read: readClip),
    ONNXOperator("Concat", read: readConcat, fold: foldConcat, write: writeConcatenation),
    ONNXOperator("Constant", fold: foldConstant),
    ONNXOperator("ConstantOfShape", fold: foldRepetition),
    ONNXOperator("Conv", read: readConv, write: writeConvolution),
    ONNXOperator("DequantizeLinear", read: refuseQuantization, fold: foldDequantization),
    ONNXOperator("Div", read: readArithmetic, fold: foldArithmetic),
    ONNXOperator("Dropout", read: readDropout, write: writeDropout),
    ONNXOperator("Elu", read: readActivation),
    ONNXOperator("Equal"),
    ONNXOperator("Erf"),
    ONNXOperator("Exp", read: readPower, fold: foldFunction),
    ONNXOperator("Expand", fold: foldExpansion),
    ONNXOperator("FeatureVectorizer", domain: classical),
    ONNXOperator("Flatten", read: readFlatten, fold: foldReshape, write: writeFlattening),
    ONNXOperator("Gather", read: readGather, fold: foldGather, write: writeChannelSelection),
    ONNXOperator("Gelu", read: readActivation),
    ONNXOperator("Gemm", read: readDense, write: writeDense),
    ONNXOperator("GlobalAveragePool", read: readGlobalPool),
    ONNXOperator("GlobalMaxPool", read: readGlobalPool),
    ONNXOperator("Greater"),
    ONNXOperator("GreaterOrEqual"),
    ONNXOperator("HardSigmoid", read: readHardSigmoid),
    ONNXOperator("HardSwish", read: readActivation),
    ONNXOperator("Identity", read: readIdentity, fold: foldSame, write: writeTransposition),
    ONNXOperator("Imputer", domain: classical),
    ONNXOperator("IsNaN"),
    ONNXOperator("LabelEncoder", domain: classical, fold: foldLabels),
    ONNXOperator(
      "LayerNormalization", read: readLayerNormalization, write: writeLayerNormalization),
    ONNXOperator("LeakyRelu", read: readActivation),
    ONNXOperator("Less"),
    ONNXOperator("LessOrEqual"),
    ONNXOperator("LinearClassifier", domain: classical, read: readLinear),
    ONNXOperator("LinearRegressor", domain: classical, read: readLinear),
    ONNXOperator("Log", read: readPower, fold: foldFunction),
    ONNXOperator("LogSoftmax", read: readSoftmax),
    ONNXOperator("MatMul", read: readDense, fold: foldProduct),
    ONNXOperator("Max", read: readExtreme, fold: foldArithmetic),
    ONNXOperator("MaxPool", read: readPool, write: writePooling),
    ONNXOperator("Min", read: readExtreme, fold: foldArithmetic),
    ONNXOperator("Mish", read: readActivation),
    ONNXOperator("Mul", read: readArithmetic, fold: foldArithmetic),
    ONNXOperator("Neg", read: readNegation, fold: foldFunction),
    ONNXOperator("Not"),
    ONNXOperator("OneHot"),
    ONNXOperator("OneHotEncoder", domain: classical),
    ONNXOperator("PRelu", read: readParametricReLU, write: writeParametricReLU),
    ONNXOperator("Pad", read: readPad, write: writeZeroPadding),
    ONNXOperator("Pow", fold: foldArithmetic),
    ONNXOperator("QuantizeLinear", read: refuseQuantization, fold: foldQuantization),
    ONNXOperator("Reciprocal", fold: foldFunction),
    ONNXOperator("ReduceMax", read: readGlobalPool),
    ONNXOperator("ReduceMean", read: readGlobalPool, write: writeGlobalAveragePooling),
    ONNXOperator("ReduceSum"),
    ONNXOperator("Relu", read: readActivation, write: writeActivation),
    ONNXOperator("Reshape", read: readReshape, fold: foldReshape, write: writeReshaping),
    ONNXOperator("Scaler", domain: classical),
    ONNXOperator("Selu", read: readActivation),
    ONNXOperator("Shape", fold: foldShape),
    ONNXOperator("Sigmoid", read: readActivation),
    ONNXOperator("Slice", read: readSlice, fold: foldSlice, write: writeStridedSlice),
    ONNXOperator("Softmax", read: readSoftmax),
    ONNXOperator("Softplus", read: readActivation),
    ONNXOperator("Softsign", read: readActivation),
    ONNXOperator("Split", read: readSplit),
    ONNXOperator("Sqrt", fold: foldFunction),
    ONNXOperator("Squeeze", read: readSqueeze, fold: foldReshape),
    ONNXOperator("Sub", read: readArithmetic, fold: foldArithmetic),
    ONNXOperator("Sum", read: readSum, fold: foldArithmetic, write: writeSum),
    ONNXOperator("Swish", read: readSwish),
    ONNXOperator("Tanh", read: readActivation),
    ONNXOperator("ThresholdedRelu", read: readActivation),
    ONNXOperator("Transpose", read: readTranspose, fold: foldTranspose),
    ONNXOperator("Unsqueeze", read: readSqueeze, fold: foldReshape),
    ONNXOperator("Where"),
    ONNXOperator("ZipMap", domain: classical),
  ]

  /// The operator set for preprocessing, labels and linear models.
  private static let classical = "ai.onnx.ml"

  /// Operators that are supported as parts of a recognised function only.
  private static let parts: Set<String> = [
    "Abs", "Equal", "Erf", "Exp", "IsNaN", "Log", "Not", "Pow", "Reciprocal", "ReduceMax",
    "ReduceSum", "Sqrt", "Where",
  ]
  /// Of these, the comparisons that may also make a class of a probability.
  private static let comparisons: Set<String> = [
    "Greater", "GreaterOrEqual", "Less", "LessOrEqual",
  ]

  /// The operator table for files that are read and written now.
  ///
  /// A larger table is given by `withValue`, together with a larger `LayerCatalog`, for which see
  /// the reasons there.
  @TaskLocal package static var table = ONNXOperatorTable(all)

  /// The problem of a supported operator at an unsupported position.
  static func refusal(of node: Onnx_NodeProto) -> PlaceProblem {
    if node.domain == classical { return .betweenLayers }
    if comparisons.contains(node.opType) { return .comparison }
    return parts.contains(node.opType) ? .alone : .onValue
  }
}

/// The supported operators, by name and by the layers that they write.
package struct ONNXOperatorTable: Sendable {
  let rows: [ONNXOperator]
  private let byName: [String: ONNXOperator]
  private let byLayer: [String: ONNXOperator]

  package init(_ rows: [ONNXOperator]) {
    self.rows = rows
    byName = Dictionary(uniqueKeysWithValues: rows.map { ("\($0.domain)\n\($0.name)", $0) })
    byLayer = Dictionary(
      uniqueKeysWithValues: rows.compactMap { row in row.layer.map { ($0, row) } })
  }

  /// The table with further rows.
  package func adding(_ more: ONNXOperator...) -> ONNXOperatorTable {
    ONNXOperatorTable(rows + more)
  }

  /// The row of a node; `nil` for other operators and other domains.
  func row(of node: Onnx_NodeProto) -> ONNXOperator? {
    byName["\(node.domain == "ai.onnx" ? "" : node.domain)\n\(node.opType)"]
  }

  /// The row that writes a layer; `nil` if no operator computes it.
  func row(writing layer: any Layer) -> ONNXOperator? { byLayer[type(of: layer).name] }
}
