import Datasets
import Foundation
import Networks
import ONNXSchema

/// The preprocessing of a file, from the rows of a table to the inputs of the first layer: scaling,
/// imputation and one-hot encoding.
///
/// Reads the nodes of a scikit-learn pipeline in front of a network, and those that Espalier
/// writes.
struct ONNXColumns: Hashable, Sendable {
  /// An input of the file.
  struct Input: Hashable {
    var name: String
    /// The cells of a row that it has.
    var cells: Range<Int>
  }

  /// An intermediate value of the preprocessing.
  struct Value: Hashable {
    var columns: [Column]
    /// Whether the cells are strings or integers, which must be encoded as levels.
    var isDiscrete = false
    /// Whether a row is a matrix `[height, width]` of cells, before it is flattened.
    var isImage = false
    var form = Form.row
  }

  private let file: String
  /// The names of the nodes that are layers.
  private let layers: Set<String>
  /// The names of the columns in the order of the inputs; `nil` for a single input of many columns.
  private(set) var names: [String]?
  /// The names of the inputs with the number of columns of each.
  private(set) var inputs: [Input] = []
  /// The number of cells of a row.
  private(set) var cells = 0
  /// The cells of integer type that the file casts to floats.
  private(set) var wholeCells: Set<Int> = []
  /// The range of each cell of a type with fewer integers than a float, and of each index.
  private(set) var limits: [Int: ClosedRange<Double>] = [:]
  /// The inputs of the first layer.
  private(set) var columns: [Column] = []
  /// The name and the type of the input value of the first layer.
  private(set) var value = Onnx_ValueInfoProto()
  private(set) var values: [String: Value] = [:]
  /// Whether columns are indices of embeddings.
  let hasEmbeddings: Bool
  /// Whether columns are indices or levels, to which numbers are cast.
  let hasLevels: Bool

  private static let own: Set<String> = [
    "Imputer", "LabelEncoder", "Scaler", "OneHotEncoder", "ArrayFeatureExtractor",
    "FeatureVectorizer", "IsNaN", "Where",
  ]
  /// The maximum number of columns.
  static let mostCells = 1 << 20

  /// Whether a file has preprocessing of table rows: several inputs, inputs that are not floats,
  /// preprocessing operators, or columns that are shifted by constants.
  static func are(
    needed inputs: [Onnx_ValueInfoProto], by chain: [Onnx_NodeProto], _ constants: ONNXConstants
  ) throws(ModelFileError) -> Bool {
    let isFloat = inputs.allSatisfy {
      let type = Onnx_TensorProto.DataType(rawValue: Int($0.type.tensorType.elemType))
      let floats: [Onnx_TensorProto.DataType?] = [.float, .double, .float16, .bfloat16, .undefined]
      // Inputs of rank 4, images, have no preprocessing of columns.
      return floats.contains(type) || $0.type.tensorType.shape.dim.count == 4
    }
    let names = Set(inputs.filter { $0.type.tensorType.shape.dim.count != 4 }.map(\.name))
    if inputs.count > 1 || !isFloat
      || chain.contains(where: { isEmbedding($0, constants) && !names.isEmpty })
      || chain.contains(where: { own.contains($0.opType) })
      || chain.contains(where: { $0.opType == "Gather" && names.contains($0.input.first ?? "") })
    {
      return true
    }
    return try shifts(inputs[0], chain, constants)
  }

  /// Reads the preprocessing nodes at the start of a chain, without those of `layers`, and removes them from
  /// it.
  init(
    _ inputs: [Onnx_ValueInfoProto], _ chain: inout [Onnx_NodeProto],
    _ constants: inout ONNXConstants, layers: Set<String>, file: String
  ) throws(ModelFileError) {
    (self.file, self.layers) = (file, layers)
    hasEmbeddings = chain.contains { Self.isEmbedding($0, constants) }
    hasLevels = hasEmbeddings || chain.contains { $0.opType == "OneHotEncoder" }
    try Self.simplifyShapes(of: inputs, &chain, &constants)
    if hasEmbeddings { try Self.simplifyIndices(&chain, constants) }
    let areColumns = inputs.allSatisfy(\.isColumn)
    for input in inputs {
      let width = inputs.count == 1 ? try Self.scaledWidth(of: input, chain, constants) : nil
      try add(input, scaled: width)
    }
    if inputs.count > 1, areColumns { names = inputs.map(\.name) }
    let started = values
    var rest = try take(chain, upTo: [], &constants)
    try multiplySums(&rest, &constants)
    try flattenSums(&rest, constants)
    let read = try valuesRead(by: &rest, of: inputs, chain, startedAs: started, &constants)
    guard let name = read.first, read.count == 1, let first = values[name], first.isRowOfNumbers
    else {
      if inputs.count > 1, !areColumns { throw .graph(file: file, .inputs(inputs.map(\.name))) }
      let odd = rest.first { node in node.input.contains { values[$0] != nil } }
      guard let odd else {
        throw .graph(file: file, .noWeights)
      }
      throw problem(odd, .place(.onColumns))
    }
    chain = rest
    columns = first.columns.indexingNumbers
    guard inputs.count == 1 || areColumns || readsAll(inputs) else {
      throw .graph(file: file, .inputs(inputs.map(\.name)))
    }
    wholeCells.formIntersection(columns.compactMap { $0.isNumber ? $0.source : nil })
    wholeCells.formUnion(columns.filter(\.isTruncated).map(\.source))
    for column in columns where column.isIndex {
      guard case .coded(let levels, _, _) = column.kind,
        let least = levels.first.flatMap(Double.init),
        let most = levels.last.flatMap(Double.init)
      else { continue }
      wholeCells.insert(column.source)
      let limit = limits[column.source]?.upperBound ?? .infinity
      limits[column.source] = least...max(least, min(most, limit))
    }
    value.name = name
    value.type.tensorType.elemType = Int32(Onnx_TensorProto.DataType.float.rawValue)
    var batch = Onnx_TensorShapeProto.Dimension()
    batch.dimParam = "batch"
    var width = Onnx_TensorShapeProto.Dimension()
    width.dimValue = Int64(columns.count)
    value.type.tensorType.shape.dim = [batch, width]
  }

  /// The names of the values that the remaining nodes read; several values are joined to one where they can be.
  ///
  /// `started`: the values of the inputs themselves.
  private mutating func valuesRead(
    by rest: inout [Onnx_NodeProto], of inputs: [Onnx_ValueInfoProto], _ chain: [Onnx_NodeProto],
    startedAs started: [String: Value], _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Set<String> {
    // Unread inputs are cells that the network ignores.
    let read = Set(rest.flatMap(\.input)).intersection(values.keys)
    guard read.count > 1 else { return read }
    var waiting = read
    let names = (inputs.map(\.name) + chain.flatMap(\.output) + values.keys.sorted())
      .filter { waiting.remove($0) != nil }
    if !hasEmbeddings {
      // The layers read a value that columns are also selected from: the selection belongs to the
      // layers.
      let all = values
      values = started
      let others = try take(chain, upTo: [names[0]], &constants)
      let read = Set(others.flatMap(\.input)).intersection(values.keys)
      if read.count <= 1 {
        rest = others
        return read
      }
      values = all
    }
    guard let joint = try joint(of: names, &constants) else { return read }
    values[joint.name] = Value(columns: joint.columns)
    rest = joint.selections + rest
    return [joint.name]
  }

  /// Reads the nodes that transform columns, except those that read a value in `ends`.
  /// - Returns: the remaining nodes.
  private mutating func take(
    _ chain: [Onnx_NodeProto], upTo ends: Set<String>, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> [Onnx_NodeProto] {
    var rest: [Onnx_NodeProto] = []
    for node in chain {
      let read = node.input.filter { !$0.isEmpty && !constants.contains($0) }
      if !read.isEmpty, !layers.contains(node.name),
        read.allSatisfy({ values[$0] != nil && !ends.contains($0) }),
        let made = try made(node, &constants, in: chain), let name = node.output.first
      {
        values[name] = made
      } else if hasLevels, !read.contains(where: ends.contains),
        let parts = try split(node, &constants)
      {
        for (name, part) in zip(node.output, parts) { values[name] = part }
      } else {
        rest.append(node)
      }
    }
    return rest
  }

  mutating func add(_ value: Value, named name: String) { values[name] = value }

  /// The output of a preprocessing node. Where a column is multiplied by 0 beside a comparison, as in a
  /// discretisation, the comparison is what is not supported.
  private func made(
    _ node: Onnx_NodeProto, _ constants: inout ONNXConstants, in chain: [Onnx_NodeProto]
  ) throws(ModelFileError) -> Value? {
    do throws(ModelFileError) {
      return try make(node, &constants)
    } catch {
      guard case .node(_, _, _, .column(.scale), _) = error,
        let comparison = chain.first(where: { ["Less", "Greater"].contains($0.opType) })
      else { throw error }
      throw problem(comparison, .column(.bins))
    }
  }

  /// Adds an input: its columns become cells of the row.
  ///
  /// `scaled`: the number of columns by the first node, for an input that does not state it.
  private mutating func add(
    _ input: Onnx_ValueInfoProto, scaled: Int64?
  ) throws(ModelFileError) {
    let type = input.type.tensorType
    let lengths = type.shape.dim.dropFirst().map(\.dimValue)
    let isImage = lengths.count == 2
    var width = lengths.first ?? 1
    if isImage, lengths.allSatisfy({ (1...Int64(Self.mostCells)).contains($0) }) {
      width = lengths[0] * lengths[1]
    } else if lengths.count == 1, width == 0 {
      width = scaled ?? 0
    }
    guard lengths.count <= 2, width > 0, width <= Self.mostCells else {
      throw .graph(file: file, .columnsShape(name: input.name))
    }
    let isDiscrete: Bool
    var (isSinglePrecision, isFlag) = (false, false)
    switch Onnx_TensorProto.DataType(rawValue: Int(type.elemType)) {
    case .double, .float16, .bfloat16: isDiscrete = false
    case .float: (isDiscrete, isSinglePrecision) = (false, true)
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64:
      isDiscrete = true
      wholeCells.formUnion(cells..<cells + Int(width))
      let limit = Self.limits(of: type.elemType)
      for cell in cells..<cells + Int(width) { limits[cell] = limit }
    case .bool:
      (isDiscrete, isFlag) = (true, true)
      for cell in cells..<cells + Int(width) { limits[cell] = 0...1 }
    case .string: isDiscrete = true
    default:
      throw .graph(file: file, .columnsType(name: input.name))
    }
    let first = cells
    cells += Int(width)
    guard cells <= Self.mostCells else {
      throw .graph(file: file, .columnCount(most: Self.mostCells))
    }
    inputs.append(Input(name: input.name, cells: first..<cells))
    values[input.name] = Value(
      columns: (first..<cells).map {
        Column(
          source: $0, kind: .number(filled: nil), isSinglePrecision: isSinglePrecision,
          isFlag: isFlag)
      },
      isDiscrete: isDiscrete, isImage: isImage,
      form: hasEmbeddings && type.shape.dim.count == 1 ? .vector : .row)
  }

  func problem(_ node: Onnx_NodeProto, _ problem: NodeProblem) -> ModelFileError {
    .node(file: file, node: node.title, operator: shown(node.opType), problem)
  }

  /// The columns of a value of the preprocessing; `nil` for other values.
  func value(named name: String) -> Value? { values[name] }
}
