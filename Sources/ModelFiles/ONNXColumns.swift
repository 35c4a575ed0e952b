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
  /// The source of an input, before scaling.
  enum Kind: Hashable, Sendable {
    /// The number of the cell; a missing one is imputed with `filled`.
    case number(filled: Double?)
    /// One-hot: 1 if the cell has this level.
    case level(String)
    /// 1 if the cell is missing.
    case missing
    /// 1 if the cell is this number, the code of a missing one; 0 always for `nil`.
    case code(Double?)
    /// Ordinal encoding: a number for each level, and one for all others.
    case coded(levels: [String], numbers: [Double], others: Double)
  }

  /// `factor · kind + offset`
  struct Column: Hashable, Sendable {
    /// The index of the cell in a row.
    var source: Int
    var kind: Kind
    var factor = 1.0
    var offset = 0.0
    /// The text of the file for a missing cell: empty, or of blanks.
    var blank: String?
    /// Whether the cell is rounded to single precision before it is scaled.
    var isSinglePrecision = false
    /// The rounding error of a number to which the file adds an offset after it multiplied the cell in single
    /// precision, as where a large mean is subtracted after the division.
    var rounding = 0.0
    /// Whether the cell is true or false, or 1 or 0.
    var isFlag = false
    /// The text that replaces a missing one.
    var filledText: String?
    /// The number that stands for a missing one.
    var missingCode: Double?
    /// The texts that stand for a missing one, besides the empty one.
    var missingTexts: Set<String> = []
    /// Whether the cell is the index of a row of an embedding, which has one for each index.
    var isIndex = false
    /// The range that an index is limited to.
    var clip: ClosedRange<Double>?
    /// Whether the file rounds the number of the cell to a whole one.
    var isTruncated = false
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
  private var values: [String: Value] = [:]
  /// Whether columns are indices of embeddings.
  private let hasEmbeddings: Bool
  /// Whether columns are indices or levels, to which numbers are cast.
  private let hasLevels: Bool

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
    // Unread inputs are cells that the network ignores.
    var read = Set(rest.flatMap(\.input)).intersection(values.keys)
    if read.count > 1 {
      var waiting = read
      let names = (inputs.map(\.name) + chain.flatMap(\.output) + values.keys.sorted())
        .filter { waiting.remove($0) != nil }
      let all = (values: values, rest: rest)
      if !hasEmbeddings {
        // The layers read a value that columns are also selected from: the selection belongs to the
        // layers.
        values = started
        rest = try take(chain, upTo: [names[0]], &constants)
        read = Set(rest.flatMap(\.input)).intersection(values.keys)
      }
      if read.count > 1 {
        (values, rest) = all
        read = Set(names)
        if let joint = try joint(of: names, &constants) {
          values[joint.name] = Value(columns: joint.columns)
          rest = joint.selections + rest
          read = [joint.name]
        }
      }
    }
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
      } else if hasEmbeddings, !read.contains(where: ends.contains),
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

  // MARK: Operators

  /// The output of a preprocessing node; `nil` for a node of a layer.
  private func make(
    _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Value? {
    guard let name = node.input.first(where: { values[$0] != nil }), let value = values[name]
    else { return nil }
    if value.isImage { return try makePixels(value, name, node, &constants) }
    if value.form != .row { return try arrange(value, node, &constants) }
    if hasEmbeddings, let made = try beside(value, node, &constants) { return made }
    switch node.opType {
    case "Identity": return value
    case "Cast": return try cast(value, node)
    case "Imputer": return try impute(value, node)
    case "Scaler": return try scale(value, node)
    case "OneHotEncoder": return try encode(value, node)
    case "LabelEncoder": return try code(value, node)
    case "Flatten" where node.integer("axis", 1) == 1: return value
    case "IsNaN":
      return Value(
        columns: value.columns.map {
          Column(source: $0.source, kind: .missing, missingCode: $0.missingCode)
        })
    case "Equal": return try compare(value, name, node, &constants)
    case "Where":
      if let known = try removeCodes(node, &constants) { return known }
      if let filled = try fillTexts(node, constants) { return filled }
      return try fill(node, &constants)
    case "Concat":
      guard [1, -1].contains(node.integer("axis", 0)) else {
        throw problem(node, .axis(node.integer("axis", 0), .notColumns))
      }
      return try concatenate(node, &constants)
    case "FeatureVectorizer":
      guard var joined = try concatenate(node, &constants) else { return nil }
      guard !joined.isDiscrete || joined.columns.allSatisfy({ wholeCells.contains($0.source) })
      else { throw problem(node, .column(.type)) }
      // Its output is of floats, whatever the numbers of its inputs are.
      joined.isDiscrete = false
      return joined
    case "Reshape":
      guard let shape = node.input(1), constants.contains(shape) else { return nil }
      let wanted = try constants.integers(shape)
      if hasEmbeddings, wanted == [-1], value.columns.count == 1 {
        var vector = value
        vector.form = .vector
        return vector
      }
      guard wanted.count == 2 else { return nil }
      return wanted[1] == -1 || wanted[1] == value.columns.count ? value : nil
    case "Gather" where Self.isEmbedding(node, constants),
      "OneHot" where Self.isEmbedding(node, constants):
      return try embed(value, node, &constants)
    case "Gather", "ArrayFeatureExtractor": return try choose(value, node, &constants)
    case "Add", "Sub", "Mul", "Div": return try calculate(value, name, node, &constants)
    default: return nil
    }
  }

  /// The output of a node that reads rows of matrices: of one that treats all cells alike or flattens rows.
  private func makePixels(
    _ value: Value, _ name: String, _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Value? {
    var value = value
    switch node.opType {
    case "Identity": break
    case "Cast": value = try cast(value, node)
    case "Add", "Sub", "Mul", "Div":
      let other = node.input.first { $0 != name } ?? ""
      guard constants.contains(other), try constants.lengths(other).allSatisfy({ $0 == 1 }) else {
        return nil
      }
      return try calculate(value, name, node, &constants)
    case "Flatten" where node.integer("axis", 1) == 1: value.isImage = false
    case "Reshape":
      guard let shape = node.input(1), constants.contains(shape) else { return nil }
      let wanted = try constants.integers(shape)
      let width = value.columns.count
      guard wanted.count == 2, wanted[1] == -1 || wanted[1] == width else { return nil }
      value.isImage = false
    default: return nil
    }
    return value
  }

  /// Reserves memory for columns, each of which takes as much as 16 numbers.
  func spend(
    _ columns: Int, _ constants: inout ONNXConstants
  ) throws(ModelFileError) {
    try constants.spend(16 * columns)
  }

  private func concatenate(
    _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Value? {
    let parts = node.input.compactMap { values[$0] }
    guard parts.count == node.input.count, parts.allSatisfy({ $0.form == .row }) else { return nil }
    try spend(parts.reduce(0) { $0 + $1.columns.count }, &constants)
    return Value(
      columns: parts.flatMap(\.columns), isDiscrete: parts.contains(where: \.isDiscrete))
  }

  func cast(_ value: Value, _ node: Onnx_NodeProto) throws(ModelFileError) -> Value {
    var value = value
    let type = Onnx_TensorProto.DataType(rawValue: Int(node.integer("to", 0)))
    switch type {
    case .float, .double, .float16, .bfloat16:
      value.isDiscrete = false
      guard type == .float else { break }
      for index in value.columns.indices where value.columns[index].isPlain {
        value.columns[index].isSinglePrecision = true
      }
    case .bool where value.marksMissingTexts: break
    case .int64 where hasLevels && value.columns.allSatisfy(\.isPlain),
      .int32 where hasLevels && value.columns.allSatisfy(\.isPlain):
      if !value.isDiscrete {
        for index in value.columns.indices { value.columns[index].isTruncated = true }
      }
      value.isDiscrete = true
    case .int64 where value.columns.allSatisfy(\.isWholeCode),
      .int32 where value.columns.allSatisfy(\.isWholeCode):
      break
    case .int64, .int32, .string:
      guard value.isDiscrete else {
        throw problem(node, .column(.rounding))
      }
    default: throw problem(node, .column(.type))
    }
    return value
  }

  private func scale(_ value: Value, _ node: Onnx_NodeProto) throws(ModelFileError) -> Value {
    let offsets = (node.attribute("offset")?.floats ?? [0]).map { Double($0) }
    let factors = (node.attribute("scale")?.floats ?? [1]).map { Double($0) }
    let counts = [1, value.columns.count]
    guard counts.contains(offsets.count), counts.contains(factors.count) else {
      throw problem(node, .column(.valueCount))
    }
    var value = value
    for index in value.columns.indices {
      let factor = factors[factors.count == 1 ? 0 : index]
      let offset = offsets[offsets.count == 1 ? 0 : index]
      value.columns[index].scale(by: factor, adding: -offset * factor)
    }
    return try checked(value, node)
  }

  private func choose(
    _ value: Value, _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Value? {
    guard node.input.count == 2, values[node.input[0]] != nil, constants.contains(node.input[1])
    else { return nil }
    guard node.opType != "Gather" || [1, -1].contains(node.integer("axis", 0)) else {
      throw problem(node, .axis(node.integer("axis", 0), .notColumns))
    }
    let positions = try constants.integers(node.input[1], most: Self.mostCells)
    let count = Int64(value.columns.count)
    guard positions.allSatisfy({ (-count..<count).contains($0) }) else {
      throw problem(node, .column(.index))
    }
    try spend(positions.count, &constants)
    return Value(
      columns: positions.map { value.columns[Int($0 < 0 ? $0 + count : $0)] },
      isDiscrete: value.isDiscrete,
      form: hasEmbeddings && node.opType == "Gather" && constants.rank(of: node.input[1]) == 0
        ? .vector : .row)
  }

  private func calculate(
    _ value: Value, _ name: String, _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Value? {
    let isFirst = node.input.first == name
    guard node.input.count == 2, let arithmetic = ONNXArithmetic(node),
      constants.contains(node.input[isFirst ? 1 : 0]), !value.isDiscrete
    else { return nil }
    let numbers = try constants.numbers(node.input[isFirst ? 1 : 0], inDouble: true)
    guard numbers.values.count == 1 || numbers.values.count == value.columns.count,
      numbers.dimensions.dropLast().allSatisfy({ $0 == 1 })
    else { throw problem(node, .column(.constantCount)) }
    var value = value
    for index in value.columns.indices {
      let number = numbers.values[numbers.values.count == 1 ? 0 : index]
      guard let (factor, offset) = arithmetic.scaling(number, isFirst: isFirst) else {
        throw problem(node, .value(arithmetic.refusal(isFirst: isFirst)))
      }
      value.columns[index].scale(by: factor, adding: offset)
    }
    return try checked(value, node)
  }

  func checked(_ value: Value, _ node: Onnx_NodeProto) throws(ModelFileError) -> Value {
    guard value.columns.allSatisfy({ $0.factor.isFinite && $0.factor != 0 && $0.offset.isFinite })
    else {
      throw problem(node, .column(.scale))
    }
    return value
  }
}

extension ONNXColumns.Column {
  mutating func scale(by factor: Double, adding offset: Double) {
    rounding *= abs(factor)
    if isSinglePrecision, self.factor != 1, factor == 1 {
      rounding = max(rounding, abs(offset) * Double(Float.ulpOfOne) / 2)
    }
    self.factor *= factor
    self.offset = self.offset * factor + offset
  }

  /// Whether it is the unscaled number of a cell.
  var isPlain: Bool {
    kind == .number(filled: nil) && factor == 1 && offset == 0 && filledText == nil
      && missingTexts.isEmpty && clip == nil
  }

  /// Whether it is a whole number for each index, such as that of a one-hot encoding.
  var isWholeCode: Bool {
    guard isIndex, factor == 1, offset == 0, case .coded(_, let numbers, _) = kind else {
      return false
    }
    return numbers.allSatisfy { $0 == $0.rounded() }
  }

  /// Whether it compares the cell with a code.
  var isCode: Bool { if case .code = kind { true } else { false } }

  /// Whether its source is the number of the cell.
  var isNumber: Bool { if case .number = kind { true } else { false } }
}
