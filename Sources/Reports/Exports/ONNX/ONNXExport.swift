import Datasets
import Explanations
import Foundation
import Naming
import ONNXSchema
import SwiftProtobuf

/// The rules themselves as an ONNX graph of standard operators.
///
/// There is one input `[batch, 1]` for each column that the rules read, of doubles or of strings;
/// NaN and an empty string, or a mark, are missing values. The outputs are `label`, the class, and
/// `rule`, the position of the deciding rule in the list `rules` of the metadata, -1 if no rule
/// holds.
public struct ONNXExport: RuleExport {
  /// The name in commands, settings and files.
  public static let name = "onnx"
  /// The description in one line.
  public static let summary =
    "one ONNX graph: an input for each column, the outputs label and rule"
  /// The publication.
  public static let source = Citation(
    authors: "ONNX contributors", title: "Open Neural Network Exchange", year: 2017,
    venue: "onnx.ai")
  /// The extension of file names, without the dot.
  public static let fileExtension = "onnx"
  /// Whether the text computes predictions.
  public static let evaluatesRules = true

  /// Creates the format.
  public init(_ options: ExportOptions = ExportOptions()) {}

  /// The graph as the contents of a file.
  public func contents(_ program: RuleProgram, of explanation: Explanation) throws -> Data {
    var builder = ONNXRuleGraph(program)
    builder.addRules()
    var message = Onnx_ModelProto()
    message.irVersion = 8
    message.producerName = "espalier"
    message.producerVersion = explanation.provenance.version
    message.docString = Report(explanation).fidelitySentence.plain
    for (domain, version) in [("", Int64(17)), ("ai.onnx.ml", 2)] {
      var operators = Onnx_OperatorSetIdProto()
      operators.domain = domain
      operators.version = version
      message.opsetImport.append(operators)
    }
    message.graph = builder.graph
    var rules = Onnx_StringStringEntryProto()
    rules.key = "rules"
    rules.value = String(
      decoding: try JSONEncoder().encode(program.rules.map(\.id)), as: UTF8.self)
    message.metadataProps = [rules]
    return try message.serializedData()
  }
}

/// The nodes of the rules; intermediate values are `[batch, 1]`.
struct ONNXRuleGraph {
  /// A value of the graph, by its name.
  struct Value: Hashable { var name: String }

  private(set) var graph = Onnx_GraphProto()
  let program: RuleProgram
  private let prefix: String
  private var constants: [String: Value] = [:]
  private var cells: [Int: Value] = [:]
  private var unknown: [Int: Value] = [:]
  private var features: Value?
  private var scores: [Value] = []

  init(_ program: RuleProgram) {
    self.program = program
    graph.name = "rules"
    let names = program.schema.features.map(\.id.rawValue)
    var prefix = "rules:"
    while names.contains(where: { $0.hasPrefix(prefix) }) { prefix += ":" }
    self.prefix = prefix
  }

  /// Adds everything, from the inputs to the outputs.
  mutating func addRules() {
    // Without a column there would be no batch.
    let read = program.columnsRead.isEmpty ? [0] : program.columnsRead
    for column in read where program.schema.features.indices.contains(column) {
      addCell(column)
    }
    if program.usesFeatures, let layers = program.layers { features = addFeatures(layers) }
    for score in program.scores { scores.append(addScore(score)) }
    let first = read.first.flatMap { cells[$0] } ?? Value(name: "")
    let shape = add("Shape", first)
    var rule = add("Expand", integers([-1], [1, 1]), shape)
    let always = add("Expand", truth(true), shape)
    for position in program.order.reversed() {
      let conditions = program.rules[position].premise.map { addCondition($0) }
      let holds = conditions.dropFirst().reduce(conditions.first ?? always) {
        add("And", $0, $1)
      }
      rule = add("Where", holds, integers([position], [1, 1]), rule)
    }
    let names = program.schema.features.map(\.id.rawValue)
    func free(_ name: String) -> String {
      var name = name
      while names.contains(name) { name += "_" }
      return name
    }
    let axis = integers([1], [1])
    let position = add("Squeeze", [rule, axis], makes: free("rule"))
    let label = addLookup(position, makes: free("label"))
    graph.output = [
      Onnx_ValueInfoProto(label.name, .string, width: nil),
      Onnx_ValueInfoProto(position.name, .int64, width: nil),
    ]
  }

  /// The class of a rule by its position.
  private mutating func addLookup(_ rule: Value, makes name: String) -> Value {
    let other = program.predictions[program.defaultPrediction].name
    let keys = [-1] + program.rules.indices
    let labels = [other] + program.rules.map { program.predictions[$0.conclusion].name }
    return add(
      "LabelEncoder", domain: "ai.onnx.ml", [rule],
      [
        Self.attribute("keys_int64s", keys), Self.attribute("values_strings", labels),
        Self.attribute("default_string", one: other),
      ], makes: name)
  }

  // MARK: Cells

  /// Adds the input of a column: numbers, or positions of levels with -1 for a missing one.
  private mutating func addCell(_ column: Int) {
    let schema = program.schema
    let feature = schema.features[column]
    let name = feature.id.rawValue
    let input = Value(name: name)
    guard let levels = feature.levels else {
      graph.input.append(Onnx_ValueInfoProto(name, .double, width: 1))
      var value = input
      if let missing = feature.notation?.missing {
        let isMissing = add("Equal", value, number(missing))
        value = add("Where", isMissing, number(.nan), value)
      }
      cells[column] = value
      return
    }
    graph.input.append(Onnx_ValueInfoProto(name, .string, width: 1))
    var positions: [String: Int] = [:]
    for mark in schema.missingTexts { positions[mark] = -1 }
    // Canonically equivalent texts are one key of a dictionary, and two keys of the operator.
    for (position, level) in levels.enumerated() { positions[level] = position }
    var keys: [String] = []
    var values: [Int] = []
    for (text, position) in positions.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
      for form in SQLReaders.forms(of: text) {
        keys.append(form)
        values.append(position)
      }
    }
    cells[column] = add(
      "LabelEncoder", domain: "ai.onnx.ml", [input],
      [
        Self.attribute("keys_strings", keys), Self.attribute("values_int64s", values),
        Self.attribute("default_int64", one: -2),
      ])
  }

  /// Whether the value of a column is missing.
  mutating func isMissing(_ column: Int) -> Value {
    if let known = unknown[column] { return known }
    let cell = cells[column] ?? Value(name: "")
    let value =
      program.schema.features[column].levels == nil
      ? add("IsNaN", cell) : add("Equal", cell, integers([-1], [1, 1]))
    unknown[column] = value
    return value
  }

  /// The value of a column.
  func cell(_ column: Int) -> Value { cells[column] ?? Value(name: "") }

  // MARK: Conditions

  private mutating func value(of quantity: RuleProgram.Quantity) -> Value {
    switch quantity {
    case .column(let column): return cell(column)
    case .score(let position): return scores[position]
    case .feature(let position):
      guard let features else { return Value(name: "") }
      return add("Gather", [features, integers([position], [1])], [Self.attribute("axis", one: 1)])
    }
  }

  private mutating func addIsMissing(_ variable: RuleProgram.Variable) -> Value {
    switch variable {
    case .level(let column), .quantity(.column(let column)): return isMissing(column)
    case .quantity(let quantity): return add("IsNaN", value(of: quantity))
    }
  }

  private mutating func addCondition(_ condition: RuleProgram.Condition) -> Value {
    let body: Value
    let isMissingEnough: Bool
    switch condition {
    case .known(let variable): return add("Not", addIsMissing(variable))
    case .missing(let variable): return addIsMissing(variable)
    case .number(let quantity, let bounds, let orMissing):
      isMissingEnough = orMissing
      let value = value(of: quantity)
      switch bounds {
      case .above(let lower): body = add("Greater", value, number(lower))
      case .atMost(let upper): body = add("LessOrEqual", value, number(upper))
      case .between(let lower, let upper):
        body = add(
          "And", add("Greater", value, number(lower)),
          add("LessOrEqual", value, number(upper)))
      }
    case .level(let column, let among, let orMissing):
      isMissingEnough = false
      let positions = (orMissing ? [-1] : []) + among
      let tests = positions.map { add("Equal", cell(column), integers([$0], [1, 1])) }
      // No cell is -3.
      guard let first = tests.first else {
        return add("Equal", cell(column), integers([-3], [1, 1]))
      }
      body = tests.dropFirst().reduce(first) { add("Or", $0, $1) }
    }
    return isMissingEnough ? add("Or", addIsMissing(condition.variable), body) : body
  }

  // MARK: Scores

  private mutating func addScore(_ score: RuleProgram.Score) -> Value {
    var sum: Value?
    for term in score.terms {
      let weight = number(term.weight.value)
      var value: Value
      switch term.operand {
      case .indicator(let condition): value = cast(addCondition(condition))
      case .value(let quantity, let ifMissing):
        value = self.value(of: quantity)
        if case .column(let column) = quantity {
          value = add("Where", isMissing(column), number(ifMissing), value)
        }
        if term.step != 1 { value = add("Div", value, number(term.step)) }
      }
      let product = add("Mul", weight, value)
      sum = sum.map { add("Add", $0, product) } ?? product
    }
    return sum ?? number(0)
  }

  /// A truth value as 1 or 0.
  mutating func cast(_ value: Value) -> Value {
    let type = Int(Onnx_TensorProto.DataType.double.rawValue)
    return add("Cast", [value], [Self.attribute("to", one: type)])
  }

  // MARK: Nodes

  mutating func add(_ operation: String, _ inputs: Value...) -> Value { add(operation, inputs) }

  mutating func add(
    _ operation: String, domain: String = "", _ inputs: [Value],
    _ attributes: [Onnx_AttributeProto] = [], makes name: String? = nil
  ) -> Value {
    var node = Onnx_NodeProto()
    let output = name ?? "\(prefix)\(graph.node.count)"
    node.name = "\(operation) \(graph.node.count)"
    node.opType = operation
    node.domain = domain
    node.input = inputs.map(\.name)
    node.output = [output]
    node.attribute = attributes
    graph.node.append(node)
    return Value(name: output)
  }

  // MARK: Constants

  mutating func number(_ value: Double) -> Value { numbers([value], [1, 1]) }

  mutating func numbers(_ values: [Double], _ shape: [Int]) -> Value {
    constant(.double, shape, values.flatMap { Self.bytes($0.bitPattern.littleEndian) })
  }

  mutating func integers(_ values: [Int], _ shape: [Int]) -> Value {
    constant(.int64, shape, values.flatMap { Self.bytes(Int64($0).littleEndian) })
  }

  private mutating func truth(_ value: Bool) -> Value {
    constant(.bool, [1, 1], [value ? 1 : 0])
  }

  private static func bytes<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
  }

  private mutating func constant(
    _ type: Onnx_TensorProto.DataType, _ shape: [Int], _ bytes: [UInt8]
  ) -> Value {
    let key = "\(type.rawValue) \(shape) \(bytes)"
    if let known = constants[key] { return known }
    var tensor = Onnx_TensorProto()
    tensor.name = "\(prefix)constant \(constants.count)"
    tensor.dataType = Int32(type.rawValue)
    tensor.dims = shape.map(Int64.init)
    tensor.rawData = Data(bytes)
    graph.initializer.append(tensor)
    let value = Value(name: tensor.name)
    constants[key] = value
    return value
  }

  // MARK: Messages

  static func attribute(_ name: String, _ values: [Int]) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    (attribute.name, attribute.type) = (name, .ints)
    attribute.ints = values.map(Int64.init)
    return attribute
  }

  static func attribute(_ name: String, _ values: [String]) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    (attribute.name, attribute.type) = (name, .strings)
    attribute.strings = values.map { Data($0.utf8) }
    return attribute
  }

  static func attribute(_ name: String, one value: Int) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    (attribute.name, attribute.type, attribute.i) = (name, .int, Int64(value))
    return attribute
  }

  static func attribute(_ name: String, one value: String) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    (attribute.name, attribute.type, attribute.s) = (name, .string, Data(value.utf8))
    return attribute
  }
}
