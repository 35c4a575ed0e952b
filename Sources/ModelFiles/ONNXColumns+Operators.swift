import Networks
import ONNXSchema

/// The nodes that transform columns before the first layer.
extension ONNXColumns {
  /// The output of a preprocessing node; `nil` for a node of a layer.
  func make(
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
    case "ReduceSum": return try sumLevels(value, node, &constants)
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
