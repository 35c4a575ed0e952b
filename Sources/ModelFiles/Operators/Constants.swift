import Foundation
import ONNXSchema

/// Constant folding: evaluation of operators whose inputs are all constants.
extension ONNXOperator {
  static func foldConstant(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) {
    guard let output = node.output.first else { return }
    var tensor = Onnx_TensorProto()
    if let value = node.attribute("value"), value.hasT {
      tensor = value.t
    } else if let value = node.attribute("value_float") {
      (tensor.dataType, tensor.floatData) = (1, [value.f])
    } else if let value = node.attribute("value_floats") {
      (tensor.dataType, tensor.floatData) = (1, value.floats)
      tensor.dims = [Int64(value.floats.count)]
    } else if let value = node.attribute("value_int") {
      (tensor.dataType, tensor.int64Data) = (7, [value.i])
    } else if let value = node.attribute("value_ints") {
      (tensor.dataType, tensor.int64Data) = (7, value.ints)
      tensor.dims = [Int64(value.ints.count)]
    } else {
      throw .node(
        file: file, node: node.title, operator: "Constant", .constant(.noNumbers))
    }
    constants.define(output, as: tensor)
  }

  static func foldSame(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) {
    guard let input = node.input(0), let output = node.output.first else { return }
    constants.define(output, as: input)
  }

  /// Casts between integers and floats.
  static func foldCast(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) {
    guard let input = node.input(0), let output = node.output.first else { return }
    switch Onnx_TensorProto.DataType(rawValue: Int(node.integer("to", 0))) {
    case .float, .double, .float16, .bfloat16:
      guard constants.isWhole(input) else { break }
      return constants.define(output, try constants.numbers(input, wholeToo: true))
    case .int64, .int32:
      guard constants.isFloats(input) else { break }
      let numbers = try constants.numbers(input)
      guard numbers.values.allSatisfy({ abs($0) < 1e18 }) else {
        throw wrong(node, file, .constant(.invalidResult))
      }
      return constants.define(
        output, integers: numbers.values.map { Int64($0) }, lengths: numbers.dimensions)
    default: break
    }
    constants.define(output, as: input)
  }

  /// Replaces whole numbers by texts, as a LabelEncoder does.
  static func foldLabels(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) {
    guard let input = node.input(0), let output = node.output.first else { return }
    let keys = node.attribute("keys_int64s")?.ints ?? []
    let texts = node.attribute("values_strings")?.strings ?? []
    guard !keys.isEmpty, keys.count == texts.count else {
      throw wrong(node, file, .column(.map))
    }
    let other = node.attribute("default_string")?.s ?? Data("_Unused".utf8)
    let known = Dictionary(zip(keys, texts), uniquingKeysWith: { first, _ in first })
    var tensor = Onnx_TensorProto()
    tensor.dataType = Int32(Onnx_TensorProto.DataType.string.rawValue)
    tensor.dims = try constants.lengths(input).map(Int64.init)
    tensor.stringData = try constants.integers(input).map { known[$0] ?? other }
    constants.define(output, as: tensor)
  }

  /// Transposes a constant.
  static func foldTranspose(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) {
    guard let input = node.input(0), let output = node.output.first else { return }
    let lengths = try constants.lengths(input)
    let standard = lengths.indices.reversed().map { Int64($0) }
    let order = (node.attribute("perm")?.ints ?? standard).map { Int(clamping: $0) }
    guard order.sorted() == Array(lengths.indices) else {
      throw wrong(node, file, .constant(.permutation(axes: lengths.count)))
    }
    if order == Array(lengths.indices) { return constants.define(output, as: input) }
    if order == [1, 0] { return constants.define(output, as: input, transposed: true) }
    let numbers = try constants.numbers(input)
    var strides = [Int](repeating: 1, count: lengths.count)
    for axis in lengths.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * lengths[axis + 1]
    }
    let new = order.map { lengths[$0] }
    try constants.spend(numbers.values.count)
    let values = numbers.values.indices.map { position in
      var (rest, place) = (position, 0)
      for axis in new.indices.reversed() {
        place += rest % new[axis] * strides[order[axis]]
        rest /= new[axis]
      }
      return numbers.values[place]
    }
    constants.define(output, .init(dimensions: new, values: values))
  }

  // MARK: Arithmetic

  static func foldArithmetic(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) {
    guard let output = node.output.first, let name = node.input.first,
      let arithmetic = ONNXArithmetic(node),
      node.input.count == 2 || (node.input.count > 0 && [.min, .max, .sum].contains(arithmetic))
    else { throw wrong(node, file, .value(.twoNeeded)) }
    let wasIntegers = node.input.allSatisfy(constants.isIntegers)
    var all = try numbers(name, &constants)
    for name in node.input.dropFirst() {
      var other = try numbers(name, &constants)
      // Before version 7 the attribute `axis` aligns the second operand.
      if let axis = node.attribute("axis")?.i, ![.min, .max, .sum].contains(arithmetic) {
        let rank = all.dimensions.count
        let first = Int(clamping: axis < 0 ? axis &+ Int64(rank) : axis)
        guard (0...rank).contains(first) else {
          throw wrong(node, file, .axis(axis, .outOfRange))
        }
        other.dimensions += Array(
          repeating: 1, count: max(rank - first - other.dimensions.count, 0))
      }
      all = try combined(all, other, &constants, node, file) {
        one, other in
        let result = arithmetic(one, other)
        return wasIntegers && arithmetic == .div ? result.rounded(.towardZero) : result
      }
    }
    guard all.values.allSatisfy({ $0.isFinite && abs($0) < 1e18 || !wasIntegers }) else {
      throw wrong(node, file, .constant(.invalidResult))
    }
    if wasIntegers {
      constants.define(output, integers: all.values.map { Int64($0) }, lengths: all.dimensions)
    } else {
      constants.define(output, all)
    }
  }

  /// An elementwise operation on two constants, with broadcasting.
  private static func combined(
    _ first: ONNXConstants.Numbers, _ second: ONNXConstants.Numbers,
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String,
    _ body: (Double, Double) -> Double
  ) throws(ModelFileError) -> ONNXConstants.Numbers {
    let rank = max(first.dimensions.count, second.dimensions.count)
    func padded(_ lengths: [Int]) -> [Int] {
      .init(repeating: 1, count: rank - lengths.count) + lengths
    }
    let (one, other) = (padded(first.dimensions), padded(second.dimensions))
    guard zip(one, other).allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 }) else {
      throw wrong(node, file, .constant(.broadcast))
    }
    let lengths = zip(one, other).map { $0 == 0 || $1 == 0 ? 0 : max($0, $1) }
    let count = lengths.reduce(1.0) { $0 * Double($1) }
    try constants.spend(count < 1e15 ? Int(count) : .max)
    if one == lengths, other == lengths {
      return .init(dimensions: lengths, values: zip(first.values, second.values).map(body))
    }
    let values = (0..<Int(count)).map { position in
      var (rest, left, right, steps) = (position, 0, 0, (1, 1))
      for axis in lengths.indices.reversed() {
        let place = rest % lengths[axis]
        if one[axis] > 1 { left += place * steps.0 }
        if other[axis] > 1 { right += place * steps.1 }
        steps = (steps.0 * one[axis], steps.1 * other[axis])
        rest /= lengths[axis]
      }
      return body(first.values[left], second.values[right])
    }
    return .init(dimensions: lengths, values: values)
  }

  static func foldFunction(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) {
    guard let input = node.input(0), let output = node.output.first else { return }
    var numbers = try numbers(input, &constants)
    try constants.spend(numbers.values.count)
    numbers.values = numbers.values.map { value in
      switch node.opType {
      case "Sqrt": value.squareRoot()
      case "Reciprocal": 1 / value
      case "Exp": exp(value)
      case "Log": log(value)
      case "Abs": abs(value)
      default: -value
      }
    }
    constants.define(output, numbers)
  }

  private static func numbers(
    _ name: String, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> ONNXConstants.Numbers {
    guard constants.isIntegers(name) else { return try constants.numbers(name) }
    let values = try constants.integers(name).map(Double.init)
    return .init(dimensions: try constants.lengths(name), values: values)
  }

  // MARK: Shapes

  /// Reshape, Flatten, Squeeze and Unsqueeze of a constant.
  static func foldReshape(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) {
    guard let input = node.input(0), let output = node.output.first else { return }
    let old = try constants.lengths(input)
    let names = ["Reshape": "shape", "Squeeze": "axes", "Unsqueeze": "axes"]
    var list = node.attribute(names[node.opType] ?? "")?.ints
    if let name = node.input(1) { list = try constants.integers(name) }
    var new = old
    switch node.opType {
    case "Flatten":
      let stated = node.integer("axis", 1)
      let axis = Int(clamping: stated < 0 ? stated &+ Int64(old.count) : stated)
      guard (0...old.count).contains(axis) else {
        throw wrong(node, file, .axis(stated, .outOfRange))
      }
      new = [old[..<axis].reduce(1, *), old[axis...].reduce(1, *)]
    case "Reshape":
      let known = (list ?? []).enumerated().map {
        $0.element == 0 && old.indices.contains($0.offset) ? Int64(old[$0.offset]) : $0.element
      }
      let count = old.reduce(1, *)
      let product = known.filter { $0 > 0 }.reduce(1.0) { $0 * Double($1) }
      guard known.count(where: { $0 < 1 }) <= 1, product <= Double(max(count, 1)) else {
        throw wrong(node, file, .constant(.elementCount))
      }
      new = known.map { $0 > 0 ? Int($0) : count / Int(product) }
    case "Squeeze":
      let axes = Set((list ?? []).map { $0 < 0 ? Int($0) + old.count : Int($0) })
      new = old.indices.filter { !(axes.isEmpty ? old[$0] == 1 : axes.contains($0)) }.map {
        old[$0]
      }
    default:
      let rank = old.count + (list?.count ?? 0)
      let axes = Set((list ?? []).map { $0 < 0 ? Int($0) + rank : Int($0) })
      var rest = old[...]
      new = (0..<min(rank, 16)).map { axes.contains($0) ? 1 : rest.popFirst() ?? 1 }
    }
    guard new.reduce(1, *) == old.reduce(1, *), new.count <= 8 else {
      throw wrong(node, file, .constant(.elementCount))
    }
    try constants.define(output, as: input, lengths: new)
  }

  static func foldShape(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) {
    guard let input = node.input(0), let output = node.output.first else { return }
    constants.define(output, integers: try constants.lengths(input).map(Int64.init))
  }

  /// Indexing of a constant of one dimension.
  static func foldGather(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) {
    guard node.input.count == 2, let output = node.output.first, node.integer("axis", 0) == 0,
      try constants.lengths(node.input[0]).count == 1
    else { throw wrong(node, file, .constant(.indexing)) }
    let list = try constants.integers(node.input[0])
    let wanted = try constants.integers(node.input[1])
    let count = Int64(list.count)
    guard wanted.allSatisfy({ (-count..<count).contains($0) }) else {
      throw wrong(node, file, .constant(.index))
    }
    constants.define(
      output, integers: wanted.map { list[Int($0 < 0 ? $0 + count : $0)] },
      lengths: try constants.lengths(node.input[1]))
  }

  /// A constant of one value with the given shape.
  static func foldRepetition(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) {
    guard let input = node.input(0), let output = node.output.first else { return }
    let lengths = try lengths(constants.integers(input), &constants, node, file)
    let count = lengths.reduce(1, *)
    guard let value = node.attribute("value"), value.hasT else {
      return constants.define(
        output, .init(dimensions: lengths, values: .init(repeating: 0, count: count)))
    }
    constants.define(output, as: value.t)
    if constants.isIntegers(output) {
      let one = try constants.integers(output).first ?? 0
      constants.define(output, integers: .init(repeating: one, count: count), lengths: lengths)
    } else {
      let one = try constants.numbers(output).values.first ?? 0
      constants.define(
        output, .init(dimensions: lengths, values: .init(repeating: one, count: count)))
    }
  }

  /// A constant broadcast to the given shape.
  static func foldExpansion(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) {
    guard node.input.count == 2, let output = node.output.first else {
      throw wrong(node, file, .value(.twoNeeded))
    }
    let wanted = try lengths(constants.integers(node.input[1]), &constants, node, file)
    let isIntegers = constants.isIntegers(node.input[0])
    let ones = ONNXConstants.Numbers(
      dimensions: wanted, values: .init(repeating: 1, count: wanted.reduce(1, *)))
    let all = try combined(
      try numbers(node.input[0], &constants), ones, &constants, node, file
    ) { value, _ in value }
    if isIntegers {
      constants.define(output, integers: all.values.map { Int64($0) }, lengths: all.dimensions)
    } else {
      constants.define(output, all)
    }
  }

  private static func lengths(
    _ wanted: [Int64], _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) -> [Int] {
    let count = wanted.reduce(1.0) { $0 * Double($1) }
    guard wanted.count <= 8, wanted.allSatisfy({ (0...1 << 24).contains($0) }) else {
      throw wrong(node, file, .constant(.shape))
    }
    guard count <= Double(ONNXReader.mostNumbers) else {
      throw wrong(node, file, .constant(.size(most: ONNXReader.mostNumbers)))
    }
    try constants.fill(Int(count))
    return wanted.map { Int($0) }
  }

  /// A slice of an integer constant along its first axis, with step 1 or -1.
  static func foldSlice(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) {
    guard let input = node.input(0), let output = node.output.first else { return }
    func list(_ position: Int, _ name: String, _ standard: Int64) throws(ModelFileError) -> Int64 {
      var list = node.attribute(name)?.ints ?? [standard]
      if let name = node.input(position) { list = try constants.integers(name) }
      guard list.count == 1 else { throw wrong(node, file, .constant(.sliceAxes)) }
      return list[0]
    }
    let lengths = try constants.lengths(input)
    let values = try constants.integers(input)
    let (start, end) = (try list(1, "starts", 0), try list(2, "ends", 0))
    let (axis, step) = (try list(3, "axes", 0), try list(4, "steps", 1))
    guard let rows = lengths.first.map(Int64.init), axis == 0 || axis == -Int64(lengths.count),
      step == 1 || step == -1
    else {
      throw wrong(node, file, .constant(.slice))
    }
    let width = values.count / max(Int(rows), 1)
    // Both ends as non-negative indices, clamped.
    let ends = [start, end].map { $0 < 0 ? max($0, -rows - 1) + rows : min($0, rows) }
    let chosen =
      step > 0
      ? Array(stride(from: ends[0], to: ends[1], by: 1))
      : Array(stride(from: min(ends[0], rows - 1), to: ends[1], by: -1))
    let kept = chosen.filter { (0..<rows).contains($0) }
    constants.define(
      output, integers: kept.flatMap { values[Int($0) * width..<(Int($0) + 1) * width] },
      lengths: [kept.count] + lengths.dropFirst())
  }

  static func foldConcat(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) {
    guard let output = node.output.first, node.integer("axis", 0) == 0 else {
      throw wrong(node, file, .constant(.concatenation))
    }
    if node.input.allSatisfy(constants.isIntegers) {
      var list: [Int64] = []
      for name in node.input { list += try constants.integers(name) }
      constants.define(output, integers: list)
      return
    }
    var parts: [ONNXConstants.Numbers] = []
    for name in node.input { parts.append(try constants.numbers(name)) }
    let tail = parts.first.map { Array($0.dimensions.dropFirst()) } ?? []
    guard parts.allSatisfy({ !$0.dimensions.isEmpty && Array($0.dimensions.dropFirst()) == tail })
    else { throw wrong(node, file, .constant(.differentShapes)) }
    let values = parts.flatMap(\.values)
    try constants.spend(values.count)
    let length = parts.reduce(0) { $0 + ($1.dimensions.first ?? 0) }
    constants.define(output, .init(dimensions: [length] + tail, values: values))
  }

  static func wrong(
    _ node: Onnx_NodeProto, _ file: String, _ problem: NodeProblem
  ) -> ModelFileError {
    .node(file: file, node: node.title, operator: shown(node.opType), problem)
  }
}
