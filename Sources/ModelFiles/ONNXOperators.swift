import Foundation
import Networks
import ONNXSchema

/// An operator that can be read: a row of the table.
struct ONNXOperator: Sendable {
  typealias Read =
    @Sendable (inout ONNXReader, Onnx_NodeProto) throws(ModelFileError) -> Void
  typealias Fold =
    @Sendable (inout ONNXConstants, Onnx_NodeProto, String) throws(ModelFileError) -> Void

  typealias ReadPicture =
    @Sendable (inout ONNXPictureReader, Onnx_NodeProto) throws(ModelFileError) -> Void

  let name: String
  /// Adds what the node does to a row to what has been read so far of a chain of dense layers.
  let read: Read?
  /// The same in a graph of pictures and branches.
  let readPicture: ReadPicture?
  /// Works the node out where it reads constants alone.
  let fold: Fold?

  private init(
    _ name: String, read: Read? = nil, picture: ReadPicture? = nil, fold: Fold? = nil
  ) {
    self.name = name
    self.read = read
    readPicture = picture
    self.fold = fold
  }

  static let all: [ONNXOperator] = [
    ONNXOperator("Add", read: readArithmetic, picture: pictureArithmetic, fold: foldArithmetic),
    ONNXOperator("ArgMax", read: readArgMax, picture: pictureArgMax),
    ONNXOperator("ArrayFeatureExtractor"),
    ONNXOperator("AveragePool", picture: picturePool),
    ONNXOperator("BatchNormalization", picture: pictureNormalization),
    ONNXOperator("Cast", read: readCast, picture: picturePass, fold: foldSame),
    ONNXOperator("Concat", picture: pictureConcat, fold: foldConcat),
    ONNXOperator("Constant", fold: foldConstant),
    ONNXOperator("ConstantOfShape", fold: foldRepetition),
    ONNXOperator("Conv", picture: pictureConv),
    ONNXOperator("Div", read: readArithmetic, picture: pictureArithmetic, fold: foldArithmetic),
    ONNXOperator("Dropout", read: readDropout, picture: pictureDropout),
    ONNXOperator("Elu", read: readActivation, picture: pictureActivation),
    ONNXOperator("Flatten", read: readFlatten, picture: pictureFlatten),
    ONNXOperator("Gather", picture: pictureGather, fold: foldGather),
    ONNXOperator("Gemm", read: readGemm, picture: pictureDense),
    ONNXOperator("GlobalAveragePool", picture: pictureGlobalPool),
    ONNXOperator("Identity", read: readIdentity, picture: picturePass, fold: foldSame),
    ONNXOperator("Imputer"),
    ONNXOperator("IsNaN"),
    ONNXOperator("LeakyRelu", read: readActivation, picture: pictureActivation),
    ONNXOperator("LogSoftmax", read: readSoftmax, picture: pictureSoftmax),
    ONNXOperator("MatMul", read: readMatMul, picture: pictureDense),
    ONNXOperator("MaxPool", picture: picturePool),
    ONNXOperator("Mul", read: readArithmetic, picture: pictureArithmetic, fold: foldArithmetic),
    ONNXOperator("Neg", fold: foldFunction),
    ONNXOperator("OneHotEncoder"),
    ONNXOperator("Pad", picture: picturePad),
    ONNXOperator("Reciprocal", fold: foldFunction),
    ONNXOperator("ReduceMean", picture: pictureGlobalPool),
    ONNXOperator("Relu", read: readActivation, picture: pictureActivation),
    ONNXOperator("Reshape", read: readReshape, picture: pictureReshape, fold: foldReshape),
    ONNXOperator("Scaler"),
    ONNXOperator("Shape", picture: pictureSizes, fold: foldShape),
    ONNXOperator("Sigmoid", read: readActivation, picture: pictureActivation),
    ONNXOperator("Slice", picture: pictureSlice, fold: foldSlice),
    ONNXOperator("Softmax", read: readSoftmax, picture: pictureSoftmax),
    ONNXOperator("Split", picture: pictureSplit),
    ONNXOperator("Sqrt", fold: foldFunction),
    ONNXOperator("Squeeze", picture: pictureSqueeze, fold: foldReshape),
    ONNXOperator("Sub", read: readArithmetic, picture: pictureArithmetic, fold: foldArithmetic),
    ONNXOperator("Sum", picture: pictureSum),
    ONNXOperator("Tanh", read: readActivation, picture: pictureActivation),
    ONNXOperator("Transpose", picture: pictureTranspose, fold: foldTranspose),
    ONNXOperator("Unsqueeze", picture: pictureSizes, fold: foldReshape),
    ONNXOperator("Where"),
    ONNXOperator("ZipMap"),
  ]

  /// The operators of classical machine learning that preprocessing and labels are made of.
  private static let classical: Set<String> = [
    "ArrayFeatureExtractor", "Imputer", "OneHotEncoder", "Scaler", "ZipMap",
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

  // MARK: Weighted sums

  private static func readGemm(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    guard node.integer("transA", 0) == 0 else {
      throw reader.problem(node, "transA is set: it mixes rows")
    }
    guard node.input(0) == reader.current, let second = node.input(1) else {
      throw reader.problem(node, "the rows are not its first factor")
    }
    let alpha = Double(node.number("alpha", 1))
    var dense = try reader.weights(
      second, transposed: node.integer("transB", 0) != 0, node: node, scale: alpha)
    if let third = node.input(2) {
      let beta = Double(node.number("beta", 1))
      let bias = try reader.columns(third, width: dense.units, node: node)
      for unit in 0..<dense.units {
        dense.bias[unit] = beta * (bias.count == 1 ? bias[0] : bias[unit])
      }
    }
    try reader.append(dense, node)
  }

  private static func readMatMul(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    guard node.input(0) == reader.current, let second = node.input(1) else {
      throw reader.problem(node, "the rows are not its first factor")
    }
    try reader.append(
      try reader.weights(second, transposed: false, node: node, scale: 1), node)
  }

  /// Add, Sub, Mul and Div with a constant: `factor · x + offset`.
  private static func readArithmetic(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    guard node.input.count == 2 else { throw reader.problem(node, "it does not read two values") }
    let rowsFirst = node.input(0) == reader.current
    let constant = node.input[rowsFirst ? 1 : 0]
    let values = try reader.columns(constant, width: reader.width, node: node)
    let scaling: ONNXReader.Scaling
    switch (node.opType, rowsFirst) {
    case ("Add", _): scaling = .init(factors: [1], offsets: values)
    case ("Sub", true): scaling = .init(factors: [1], offsets: values.map { -$0 })
    case ("Sub", false): scaling = .init(factors: [-1], offsets: values)
    case ("Mul", _): scaling = .init(factors: values, offsets: [0])
    default:
      guard rowsFirst else { throw reader.problem(node, "it divides by the rows") }
      guard !values.contains(0) else { throw reader.problem(node, "it divides by zero") }
      scaling = .init(factors: values.map { 1 / $0 }, offsets: [0])
    }
    try reader.append(scaling, node)
  }

  // MARK: Activations

  private static func readActivation(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    guard let activation = Activation(node) else { return }
    guard activation.slope.isFinite, activation.slope >= 0 else {
      throw reader.problem(node, "alpha is \(activation.slope) where 0 or more is supported")
    }
    try reader.append(activation, node)
  }

  // MARK: Answers

  private static func readSoftmax(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    try reader.checkAxis(node, standard: -1)
    try reader.end(with: .softmax, node)
  }

  private static func readArgMax(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    try reader.checkAxis(node, standard: 0)
    try reader.end(with: .position, node)
  }

  // MARK: What changes nothing

  private static func readIdentity(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {}

  private static func readCast(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    if reader.ending == .position { return }
    let type = Onnx_TensorProto.DataType(rawValue: Int(node.integer("to", 0)))
    guard type == .float || type == .double else {
      throw reader.problem(node, "it rounds the rows: float and double are supported")
    }
  }

  private static func readDropout(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    // The third input switches training on. It is a Boolean: one byte, or one entry.
    guard let name = node.input(2) else { return }
    guard reader.constants.isFalse(name) else {
      throw reader.problem(node, "it is set to training mode")
    }
  }

  private static func readFlatten(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let axis = node.integer("axis", 1)
    guard axis == 1 || axis == 1 - Int64(reader.shape.count) else {
      throw reader.problem(node, "axis \(axis) mixes rows; 1 is supported")
    }
    try reader.flatten(node)
  }

  private static func readReshape(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let wanted: [Int64]
    if let name = node.input(1) {
      wanted = try reader.constants.integers(name)
    } else {
      wanted = node.attribute("shape")?.ints ?? []
    }
    let batch = reader.shape.first.flatMap { $0 }.map(Int64.init)
    guard wanted.count == 2, wanted[0] == -1 || wanted[0] == 0 || wanted[0] == batch,
      wanted != [-1, -1], node.integer("allowzero", 0) == 0
    else { throw reader.problem(node, "it changes more than a row's shape") }
    try reader.flatten(node)
    if wanted[1] > 0 { try reader.expect(width: Int(wanted[1]), node) }
    guard wanted[1] > 0 || wanted[1] == -1 || (wanted[1] == 0 && reader.wasFlat) else {
      throw reader.problem(node, "it changes more than a row's shape")
    }
  }
}
