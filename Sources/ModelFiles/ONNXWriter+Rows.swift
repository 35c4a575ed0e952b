import Datasets
import Foundation
import Networks
import ONNXSchema

/// The preprocessing nodes before the layers and the label lookup after them.
extension ONNXWriter {
  // MARK: Rows

  /// Where the cells of a row are.
  enum Cells {
    /// All columns in one value `[batch, columns]` with elements of a type, which are cast to another.
    case one(String, Onnx_TensorProto.DataType, as: Onnx_TensorProto.DataType)
    /// A value `[batch, 1]` of doubles or strings for each column.
    case each([String])
  }

  /// Adds the inputs.
  ///
  /// If all columns are numeric, there is one input `[batch, columns]` of doubles, or of floats for
  /// images. Otherwise each column is an input `[batch, 1]` of doubles or strings. NaN, an empty string,
  /// the missing-value code of a column and the missing-value texts of the schema are missing values.
  mutating func addInputs() {
    let schema = model.schema
    let type: Onnx_TensorProto.DataType = schema.image != nil ? .float : .double
    imputes = schema.image == nil
    if schema.features.allSatisfy({ $0.levels == nil }) {
      graph.input = [Onnx_ValueInfoProto("input", type, width: schema.features.count)]
      cells = .one("input", type, as: type)
    } else {
      graph.input = schema.features.map {
        Onnx_ValueInfoProto($0.id.rawValue, $0.levels == nil ? .double : .string, width: 1)
      }
      cells = .each(schema.features.map(\.id.rawValue))
    }
  }

  /// Adds the preprocessing of rows.
  /// - Returns: the name of a value `[batch, inputs]` of floats.
  mutating func addRows() -> String {
    let (schema, encoding) = (model.schema, model.encoding)
    var parts: [(name: String, positions: [Int])] = []
    let scaled = encoding.inputs.indices.filter {
      if case .scaled = encoding.inputs[$0].kind { true } else { false }
    }
    let (single, double) = (
      scaled.filter { encoding.inputs[$0].isSinglePrecision },
      scaled.filter { !encoding.inputs[$0].isSinglePrecision }
    )
    if !double.isEmpty { parts.append((addNumbers(double, "rows:"), double)) }
    if !single.isEmpty {
      parts.append((addNumbers(single, "rows:single-", isSinglePrecision: true), single))
    }
    let missing = encoding.inputs.indices.filter {
      encoding.inputs[$0].kind == .missing
        && schema.features[encoding.inputs[$0].feature].levels == nil
    }
    if !missing.isEmpty {
      let cells = addNumericCells(
        missing.map { encoding.inputs[$0].feature }, "rows:doubtful")
      let flags = add("IsNaN", of: [cells], makes: "rows:missing")
      parts.append((addCast(of: flags, to: .float, makes: "rows:absent"), missing))
    }
    for (index, feature) in schema.features.enumerated() where feature.levels != nil {
      let positions = encoding.inputs(of: index)
      if !positions.isEmpty { parts.append((addLevels(of: index, positions), positions)) }
    }
    var all = parts.first?.name ?? ""
    if parts.count > 1 {
      all = add("Concat", of: parts.map(\.name), makes: "rows:parts") { _, node in
        node.attribute = [Self.integers("axis", one: 1)]
      }
    }
    let order = parts.flatMap(\.positions)
    var places = [Int](repeating: 0, count: order.count)
    for (place, position) in order.enumerated() { places[position] = place }
    return addChoice(places, of: order.count, from: all, "rows:encoded")
  }

  /// `(x - mean) / scale` for each of the inputs, 0 for a missing cell.
  ///
  /// `isSinglePrecision`: whether `x` is rounded to floats.
  private mutating func addNumbers(
    _ positions: [Int], _ prefix: String, isSinglePrecision: Bool = false
  ) -> String {
    let inputs = positions.map { model.encoding.inputs[$0] }
    var (means, scales) = ([Double](), [Double]())
    for input in inputs {
      guard case .scaled(let mean, let scale) = input.kind else { continue }
      means.append(mean)
      scales.append(scale)
    }
    let type: Onnx_TensorProto.DataType =
      if case .one(_, _, let type) = cells { type } else { .double }
    var value = addNumericCells(inputs.map(\.feature), prefix + "numbers")
    if isSinglePrecision, type != .float {
      value = addCast(of: value, to: .float, makes: prefix + "rounded")
      value = addCast(of: value, to: type, makes: prefix + "wide")
    }
    if imputes {
      let flags = add("IsNaN", of: [value], makes: prefix + "unknown")
      let mean = addConstant(prefix + "filling", means, type)
      value = add("Where", of: [flags, mean, value], makes: prefix + "filled")
    }
    if means.contains(where: { $0 != 0 }) {
      let mean = addConstant(prefix + "mean", means, type)
      value = add("Sub", of: [value, mean], makes: prefix + "centred")
    }
    if scales.contains(where: { $0 != 1 }) {
      let scale = addConstant(prefix + "scale", scales, type)
      value = add("Div", of: [value, scale], makes: prefix + "scaled")
    }
    return type == .float ? value : addCast(of: value, to: .float, makes: prefix + "floats")
  }

  /// The cells of some numeric features, concatenated, with NaN in place of missing-value codes.
  private mutating func addNumericCells(_ features: [Int], _ name: String) -> String {
    let value = addCells(features, name)
    let codes = features.map { model.schema.features[$0].notation?.missing ?? .nan }
    guard imputes, codes.contains(where: { !$0.isNaN }) else { return value }
    let type: Onnx_TensorProto.DataType =
      if case .one(_, _, let type) = cells { type } else { .double }
    let marks = addConstant(name + ":codes", codes, type)
    let flags = add("Equal", of: [value, marks], makes: name + ":coded")
    let missing = addConstant(name + ":nan", [.nan], type)
    return add("Where", of: [flags, missing, value], makes: name + ":known")
  }

  /// The cells of some features, concatenated.
  private mutating func addCells(_ features: [Int], _ name: String) -> String {
    let columns: [String]
    switch cells {
    case .one(let value, let type, let wanted):
      let chosen = addChoice(features, of: model.schema.features.count, from: value, name)
      return type == wanted ? chosen : addCast(of: chosen, to: wanted, makes: name + ":cast")
    case .each(let names): columns = features.map { names[$0] }
    }
    guard columns.count > 1 else { return columns[0] }
    return add("Concat", of: columns, makes: name) { _, node in
      node.attribute = [Self.integers("axis", one: 1)]
    }
  }

  /// One-hot encoding of a categorical feature.
  private mutating func addLevels(of feature: Int, _ positions: [Int]) -> String {
    let column = model.schema.features[feature]
    let texts = positions.map { position -> String in
      guard case .level(let index) = model.encoding.inputs[position].kind else {
        return levels[feature]?[""] ?? ""
      }
      let text = column.levels?[index] ?? ""
      return levels[feature]?[text] ?? text
    }
    // A level that is encoded twice is looked up once.
    var distinct: [String] = []
    for text in texts where !distinct.contains(text) { distinct.append(text) }
    var cells = addCells([feature], "")
    if readsMarks, distinct.contains("") { cells = addMarks(of: column, cells, feature) }
    let encoded = add(
      "OneHotEncoder", domain: "ai.onnx.ml", of: [cells],
      makes: "rows:levels-\(feature)"
    ) { _, node in
      var levels = Onnx_AttributeProto()
      (levels.name, levels.type) = ("cats_strings", .strings)
      levels.strings = distinct.map { Data($0.utf8) }
      node.attribute = [levels, Self.integers("zeros", one: 1)]
    }
    let flat = addReshape(
      of: encoded, to: [-1, distinct.count], makes: "rows:column-\(feature)")
    guard distinct.count < texts.count else { return flat }
    let places = texts.map { distinct.firstIndex(of: $0) ?? 0 }
    return addChoice(places, of: distinct.count, from: flat, "rows:repeated-\(feature)")
  }

  /// The texts of a categorical column with "" in place of the missing-value texts of the schema, and one
  /// text that is no level in place of all others.
  private mutating func addMarks(
    of column: Feature, _ cells: String, _ feature: Int
  ) -> String {
    let levels = column.levels ?? []
    var texts = Dictionary(levels.map { ($0, $0) }, uniquingKeysWith: { first, _ in first })
    for mark in model.schema.missingTexts where texts[mark] == nil { texts[mark] = "" }
    let keys = texts.keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    let unknown = Self.free("unknown", among: keys)
    return add(
      "LabelEncoder", domain: "ai.onnx.ml", of: [cells], makes: "rows:texts-\(feature)"
    ) { _, node in
      func strings(_ name: String, _ texts: [String]) -> Onnx_AttributeProto {
        var attribute = Onnx_AttributeProto()
        (attribute.name, attribute.type) = (name, .strings)
        attribute.strings = texts.map { Data($0.utf8) }
        return attribute
      }
      var other = Onnx_AttributeProto()
      (other.name, other.type, other.s) = ("default_string", .string, Data(unknown.utf8))
      node.attribute = [
        strings("keys_strings", keys), strings("values_strings", keys.map { texts[$0] ?? "" }),
        other,
      ]
    }
  }

  /// A selection of columns of a value; the value itself if the selection is the identity.
  private mutating func addChoice(
    _ places: [Int], of count: Int, from value: String, _ name: String
  ) -> String {
    if places == Array(0..<count) { return value }
    return add("Gather", of: [value], makes: name) { writer, node in
      writer.addIntegers([("places", places)], to: &node)
      node.attribute = [Self.integers("axis", one: 1)]
    }
  }

  mutating func addCast(
    of value: String, to type: Onnx_TensorProto.DataType, makes name: String
  ) -> String {
    add("Cast", of: [value], makes: name) { _, node in
      node.attribute = [Self.integers("to", one: type.rawValue)]
    }
  }

  /// Adds an initializer of one axis, unless dimensions are given.
  mutating func addConstant(
    _ name: String, _ values: [Double], _ type: Onnx_TensorProto.DataType,
    _ dimensions: [Int]? = nil
  ) -> String {
    var tensor = Onnx_TensorProto()
    tensor.name = prefix + name
    tensor.dataType = Int32(type.rawValue)
    tensor.dims = (dimensions ?? [values.count]).map(Int64.init)
    if type == .double {
      tensor.doubleData = values
    } else {
      tensor.floatData = values.map { Float($0) }
    }
    graph.initializer.append(tensor)
    return prefix + name
  }

  // MARK: Predictions

  /// Adds the nodes from the scores to the class name, or to a number in the unit of the target.
  mutating func addOutputs(of scores: String) {
    let columns = graph.input.map(\.name)
    if model.head == .number {
      let name = Self.free("value", among: columns)
      _ = addNumber(of: scores, "answers:value")
      graph.node[graph.node.count - 1].output = [name]
      graph.output = [Onnx_ValueInfoProto(name, .double, width: 1)]
      return
    }
    let name = Self.free("label", among: columns)
    let outputs = model.network.originalIndices.last?.count ?? 0
    let position: String
    if outputs == 1 {
      let zero = addConstant("answers:zero", [0], .float)
      let isSecond = add("Greater", of: [scores, zero], makes: "answers:second")
      position = addCast(of: isSecond, to: .int64, makes: "answers:position")
    } else {
      position = add("ArgMax", of: [scores], makes: "answers:position") { _, node in
        node.attribute = [Self.integers("axis", one: 1), Self.integers("keepdims", one: 1)]
      }
    }
    var classes = Onnx_TensorProto()
    classes.name = prefix + "answers:classes"
    classes.dataType = Int32(Onnx_TensorProto.DataType.string.rawValue)
    classes.dims = [Int64(model.schema.classes.count)]
    classes.stringData = model.schema.classes.map { Data($0.utf8) }
    graph.initializer.append(classes)
    let named = add(
      "ArrayFeatureExtractor", domain: "ai.onnx.ml", of: [classes.name, position],
      makes: "answers:named")
    _ = add("Reshape", of: [named], makes: "answers:label") { writer, node in
      writer.addIntegers([("shape", [-1])], to: &node)
      node.output = [name]
    }
    graph.output = [Onnx_ValueInfoProto(name, .string, width: nil)]
  }

  /// The number in the unit of a numeric target, in double precision.
  mutating func addNumber(of scores: String, _ name: String) -> String {
    let wide = addCast(of: scores, to: .double, makes: "answers:wide")
    let scale = addConstant("answers:scale", [model.encoding.targetScale], .double)
    let scaled = add("Mul", of: [wide, scale], makes: "answers:scaled")
    let mean = addConstant("answers:mean", [model.encoding.targetMean], .double)
    return add("Add", of: [scaled, mean], makes: name)
  }
}
