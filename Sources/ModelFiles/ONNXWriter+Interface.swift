import Datasets
import Foundation
import Networks
import ONNXSchema
import Tensors

/// A network with the inputs and outputs of the file that it was read from.
struct KeptInterface {
  var interface: ModelInterface
  /// The position in the schema of the column that each input of the file holds; `nil` for one input of
  /// all columns in their order.
  var positions: [Int]?
  /// The position in the schema of each cell of several inputs with several columns; `nil` for the same order.
  var places: [Int]?
  /// The levels of the file with other texts than in the schema, by feature and text.
  var levels: [Int: [String: String]] = [:]
  /// Whether missing numbers are imputed, as the file does.
  var imputes: Bool
  /// The score of the network that is each score of the file; `nil` for the same order.
  var order: [Int]?
  /// Whether the one score is that of the other class.
  var isFlipped = false
}

extension ONNXWriter {
  // MARK: Rows

  /// Adds the inputs of the kept interface.
  /// - Throws: `InterfaceProblem`
  mutating func addInputs(of kept: KeptInterface) throws(InterfaceProblem) {
    graph.input = kept.interface.inputs
    imputes = kept.imputes
    levels = kept.levels
    guard let positions = kept.positions else {
      if graph.input.count == 1, model.schema.features.allSatisfy({ $0.levels == nil }) {
        cells = try oneInput(graph.input[0], kept.interface)
      } else {
        cells = .each(try columnsInOrder(kept.places))
      }
      return
    }
    var names = [String](repeating: "", count: model.schema.features.count)
    guard positions.count == graph.input.count else { throw .rows }
    for (cell, position) in positions.enumerated() {
      let input = graph.input[cell]
      // An input that no layer reads may stand for any column.
      guard names[position].isEmpty else { continue }
      names[position] = try column(input, number: cell, feature: position)
    }
    cells = .each(names)
  }

  /// The rows `[batch, columns]` of the one input.
  private mutating func oneInput(
    _ input: Onnx_ValueInfoProto, _ interface: ModelInterface
  ) throws(InterfaceProblem) -> Cells {
    guard let type = input.element, Self.numbers.contains(type), input.rank >= 2 else {
      throw .value(name: input.name)
    }
    var value = input.name
    if input.rank > 2 {
      if input.rank == 4, interface.isChannelsFirst, model.schema.image?.channels != 1 {
        value = addTransposition(of: value, [0, 2, 3, 1], makes: "rows:last")
      }
      value = addReshape(of: value, to: [-1, model.schema.features.count], makes: "rows:flat")
    }
    // Columns are chosen before a cast, so that the choice is read as one of columns.
    return .one(value, type, as: imputes || scalesRows ? .double : .float)
  }

  /// Whether a number is not read as it is.
  private var scalesRows: Bool {
    model.encoding.inputs.contains {
      if case .scaled(let mean, let scale) = $0.kind { mean != 0 || scale != 1 } else { false }
    }
  }

  private static let numbers: Set<Onnx_TensorProto.DataType> = [
    .float, .double, .float16, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64,
  ]

  /// The columns of inputs that hold one or several each.
  ///
  /// `places`: the position in the schema of each cell; `nil` for the same order.
  private mutating func columnsInOrder(_ places: [Int]?) throws(InterfaceProblem) -> [String] {
    let features = model.schema.features
    let read = Set(model.encoding.inputs.map(\.feature))
    let places = places ?? Array(features.indices)
    guard places.count == features.count else { throw .rows }
    var names: [String] = []
    for input in graph.input {
      guard input.rank == 1 || input.rank == 2 else { throw .value(name: input.name) }
      let stated = input.rank == 1 ? 1 : Int(input.type.tensorType.shape.dim[1].dimValue)
      let width = stated == 0 && graph.input.count == 1 ? features.count : stated
      guard width > 0, names.count + width <= features.count else { throw .rows }
      for position in 0..<width {
        let number = names.count
        guard read.contains(places[number]) else {
          names.append("")
          continue
        }
        var cell = input
        if width > 1 {
          cell.name = add("Gather", of: [input.name], makes: "rows:chosen-\(number)") {
            writer, node in
            writer.addIntegers([("place", [position])], to: &node)
            node.attribute = [Self.integers("axis", one: 1)]
          }
        }
        names.append(try column(cell, number: number, feature: places[number]))
      }
    }
    guard names.count == features.count else { throw .rows }
    var ordered = names
    for (name, place) in zip(names, places) { ordered[place] = name }
    return ordered
  }

  /// A column `[batch, 1]` of strings or doubles for a feature.
  private mutating func column(
    _ input: Onnx_ValueInfoProto, number: Int, feature: Int
  ) throws(InterfaceProblem) -> String {
    let levels = model.schema.features[feature].levels
    let isText = levels != nil
    let whole = Self.numbers.subtracting([.float, .double, .float16])
    // Levels of a column of floats are whole numbers.
    guard let type = input.element, input.rank == 1 || input.rank == 2,
      isText
        ? type == .string || whole.contains(type)
          || Self.numbers.contains(type)
            && levels?.allSatisfy({ Int($0).map(String.init) == $0 }) ?? false
        : Self.numbers.contains(type)
    else { throw .value(name: input.name) }
    let wanted: Onnx_TensorProto.DataType = isText ? .string : .double
    var value = input.name
    if isText, type != .string, !whole.contains(type) {
      value = addCast(of: value, to: .int64, makes: "rows:whole-\(number)")
    }
    if type != wanted { value = addCast(of: value, to: wanted, makes: "rows:cast-\(number)") }
    if input.rank == 1 { value = addReshape(of: value, to: [-1, 1], makes: "rows:cell-\(number)") }
    return value
  }

  /// The image `[batch, channels, height, width]` if the file reads one as it is, up to a scaling of
  /// channels; `nil` if it does not.
  mutating func keptImage(_ kept: KeptInterface, isTransposed: Bool) -> String? {
    guard let input = kept.interface.inputs.first, kept.interface.inputs.count == 1,
      input.rank == 4, let type = input.element, Self.numbers.contains(type), !kept.imputes
    else { return nil }
    let shape = model.network.architecture.input
    let isFirst = kept.interface.isChannelsFirst
    let lengths = isFirst ? [shape[2], shape[0], shape[1]] : shape.dimensions
    let stated = input.type.tensorType.shape.dim.dropFirst().map { Int($0.dimValue) }
    guard zip(stated, lengths).allSatisfy({ $0 == 0 || $0 == $1 }), !(isFirst && isTransposed),
      model.encoding.inputs.map(\.feature) == Array(0..<shape.count)
    else { return nil }
    var (means, scales) = ([Double](), [Double]())
    for (index, input) in model.encoding.inputs.enumerated() {
      guard case .scaled(let mean, let scale) = input.kind else { return nil }
      if index < shape[2] {
        means.append(mean)
        scales.append(scale)
      } else if means[index % shape[2]] != mean || scales[index % shape[2]] != scale {
        return nil
      }
    }
    graph.input = [input]
    var value = input.name
    if type != .float { value = addCast(of: value, to: .float, makes: "rows:numeric") }
    let dimensions = isFirst ? [1, shape[2], 1, 1] : [1, 1, 1, shape[2]]
    if means.contains(where: { $0 != 0 }) {
      let mean = addConstant("rows:mean", means, .float, dimensions)
      value = add("Sub", of: [value, mean], makes: "rows:centred")
    }
    if scales.contains(where: { $0 != 1 }) {
      let scale = addConstant("rows:scale", scales, .float, dimensions)
      value = add("Div", of: [value, scale], makes: "rows:scaled")
    }
    if !isFirst, !isTransposed {
      value = addTransposition(of: value, [0, 3, 1, 2], makes: "rows:channels")
    }
    return value
  }

  // MARK: Outputs

  /// Adds the outputs of the kept interface, computed from the scores.
  /// - Throws: `InterfaceProblem`
  mutating func addOutputs(of kept: KeptInterface, from scores: String) throws(InterfaceProblem) {
    if model.head == .number {
      guard let output = kept.interface.number else { throw .outputs }
      try addOutput(output, value: addNumber(of: scores, "answers:number"), .double, "0")
      graph.output = [output]
      return
    }
    guard let outputs = kept.interface.outputs else { throw .outputs }
    var value = scores
    if let order = kept.order {
      value = add("Gather", of: [value], makes: "answers:ordered") { writer, node in
        writer.addIntegers([("places", order)], to: &node)
        node.attribute = [Self.integers("axis", one: 1)]
      }
    } else if kept.isFlipped {
      value = add("Neg", of: [value], makes: "answers:flipped")
    }
    for (number, output) in outputs.enumerated() {
      try addOutput(output, of: value, "\(number)")
    }
    graph.output = outputs.map(\.value)
    let made =
      graph.node.flatMap(\.output) + graph.input.map(\.name) + graph.initializer.map(\.name)
    guard Set(made).count == made.count else { throw .names }
  }

  private mutating func addOutput(
    _ output: ModelInterface.Output, of scores: String, _ number: String
  ) throws(InterfaceProblem) {
    let count = model.network.originalIndices.last?.count ?? 0
    let value: String
    switch output.kind {
    case .scores: value = scores
    case .softmax, .logSoftmax:
      value = add(
        output.kind == .softmax ? "Softmax" : "LogSoftmax", of: [scores],
        makes: "answers:softmax-\(number)"
      ) { _, node in node.attribute = [Self.integers("axis", one: 1)] }
    case .sigmoid: value = add("Sigmoid", of: [scores], makes: "answers:sigmoid-\(number)")
    case .pair:
      guard count == 1 else { throw .outputs }
      value = addPair(of: scores)
    case .label(nil) where count > 1 && output.value.element == .int64 && output.value.rank < 3:
      // A position alone is read as such only at the end of the graph.
      _ = add("ArgMax", of: [scores], makes: "answers:position-\(number)") { _, node in
        node.attribute = [
          Self.integers("axis", one: 1),
          Self.integers("keepdims", one: output.value.rank == 2 ? 1 : 0),
        ]
        node.output = [output.value.name]
      }
      return
    case .label(let classes):
      let (label, type) = try addLabel(classes, output.value, of: scores, number)
      return try addOutput(output.value, value: label, type, number)
    }
    guard var map = output.map else {
      return try addOutput(output.value, value: value, .float, number)
    }
    map.name = "answers:map-\(number)"
    map.input = [value]
    map.output = [output.value.name]
    graph.node.append(map)
  }

  /// `1 - p` and `p` of the one score; the same value for all outputs.
  private mutating func addPair(of scores: String) -> String {
    let name = "answers:both"
    if graph.node.contains(where: { $0.name == name }) { return prefix + name }
    let share = add("Sigmoid", of: [scores], makes: "answers:second")
    let one = addConstant("answers:one", [1], .float)
    let rest = add("Sub", of: [one, share], makes: "answers:first")
    return add("Concat", of: [rest, share], makes: name) { _, node in
      node.attribute = [Self.integers("axis", one: 1)]
    }
  }

  /// The class of each row, as its name, its number or its position.
  private mutating func addLabel(
    _ classes: [String]?, _ output: Onnx_ValueInfoProto, of scores: String, _ number: String
  ) throws(InterfaceProblem) -> (name: String, Onnx_TensorProto.DataType) {
    let count = model.network.originalIndices.last?.count ?? 0
    let all = count == 1 ? addPair(of: scores) : scores
    let position = add("ArgMax", of: [all], makes: "answers:position-\(number)") { _, node in
      node.attribute = [Self.integers("axis", one: 1), Self.integers("keepdims", one: 1)]
    }
    guard let classes else { return (position, .int64) }
    guard classes.count == max(count, 2) else { throw .outputs }
    var tensor = Onnx_TensorProto()
    tensor.name = prefix + "answers:classes-\(number)"
    tensor.dims = [Int64(classes.count)]
    let isText = output.element == .string
    if isText {
      tensor.stringData = classes.map { .init($0.utf8) }
    } else {
      let numbers = classes.compactMap { Int64($0) }
      guard numbers.count == classes.count else { throw .value(name: output.name) }
      tensor.int64Data = numbers
    }
    let type: Onnx_TensorProto.DataType = isText ? .string : .int64
    tensor.dataType = Int32(type.rawValue)
    graph.initializer.append(tensor)
    let name = add(
      "ArrayFeatureExtractor", domain: "ai.onnx.ml", of: [tensor.name, position],
      makes: "answers:named-\(number)")
    return (name, type)
  }

  /// Casts and shapes a value of one or more columns to an output.
  private mutating func addOutput(
    _ output: Onnx_ValueInfoProto, value: String, _ type: Onnx_TensorProto.DataType,
    _ number: String
  ) throws(InterfaceProblem) {
    let types: Set<Onnx_TensorProto.DataType> =
      type == .string ? [.string] : Self.numbers.union([.bfloat16])
    guard let wanted = output.element, types.contains(wanted) else {
      throw .value(name: output.name)
    }
    var value = value
    if wanted != type { value = addCast(of: value, to: wanted, makes: "answers:cast-\(number)") }
    let lengths = output.type.tensorType.shape.dim.dropFirst().map { Int($0.dimValue) }
    let shape: [Int]
    switch (output.type.tensorType.hasShape, lengths.count) {
    case (false, _): shape = []
    case (true, 0) where output.rank == 1: shape = [-1]
    case (true, 1) where type == .string || type == .int64: shape = [-1, 1]
    case (true, 1): shape = []
    case (true, 2...) where lengths.allSatisfy({ $0 > 0 }): shape = [-1] + lengths
    default: throw .value(name: output.name)
    }
    if shape.isEmpty {
      value = add("Identity", of: [value], makes: "answers:kept-\(number)")
    } else {
      value = addReshape(of: value, to: shape, makes: "answers:kept-\(number)")
    }
    graph.node[graph.node.count - 1].output = [output.name]
  }
}

extension Onnx_ValueInfoProto {
  /// The type of the elements of a tensor; `nil` if it is not known.
  var element: Onnx_TensorProto.DataType? {
    guard case .tensorType? = type.value else { return nil }
    return Onnx_TensorProto.DataType(rawValue: Int(type.tensorType.elemType))
  }

  /// The number of axes of a tensor; 0 if they are not stated.
  var rank: Int { type.tensorType.shape.dim.count }
}
