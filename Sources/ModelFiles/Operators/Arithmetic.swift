import Foundation
import Networks
import ONNXSchema

/// The arithmetic of Add, Sub, Mul, Div, Pow, Min and Max.
enum ONNXArithmetic: String {
  case add = "Add"
  case sub = "Sub"
  case mul = "Mul"
  case div = "Div"
  case pow = "Pow"
  case min = "Min"
  case max = "Max"
  case sum = "Sum"

  init?(_ node: Onnx_NodeProto) { self.init(rawValue: node.opType) }

  func callAsFunction(_ one: Double, _ other: Double) -> Double {
    switch self {
    case .add, .sum: one + other
    case .sub: one - other
    case .mul: one * other
    case .div: one / other
    case .pow: Foundation.pow(one, other)
    case .min: Swift.min(one, other)
    case .max: Swift.max(one, other)
    }
  }

  /// The operation with a constant operand as `factor · x + offset`; `nil` if it is not of that
  /// form.
  ///
  /// `isFirst`: whether the value is the first operand.
  func scaling(_ constant: Double, isFirst: Bool) -> (factor: Double, offset: Double)? {
    switch self {
    case .add, .sum: (1, constant)
    case .sub: isFirst ? (1, -constant) : (-1, constant)
    case .mul: (constant, 0)
    case .div: isFirst && constant != 0 ? (1 / constant, 0) : nil
    case .pow, .min, .max: nil
    }
  }

  /// The problem if the operation is not a scaling.
  func refusal(isFirst: Bool) -> ValueProblem {
    isFirst ? .zeroDivisor : .divisor
  }
}

/// Add, Sub, Mul, Div, Neg, Sum, Min, Max and Clip.
extension ONNXOperator {
  /// Reads an operation on two values as a sum, and one on a value and constants as a scaling.
  static func readArithmetic(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    guard node.input.count == 2, let arithmetic = ONNXArithmetic(node) else {
      throw reader.problem(node, .value(.twoNeeded))
    }
    let moving = reader.moving(node)
    guard moving.count < 2 else { return try readTwo(&reader, node) }
    let isFirst = moving.first == 0
    let value = try reader.value(node, isFirst ? 0 : 1)
    // Before version 7 the attribute `axis` aligns the second operand.
    let axis = reader.opset < 7 && isFirst ? node.attribute("axis")?.i : nil
    let numbers = try reader.spread(node.input[isFirst ? 1 : 0], over: value, node, axis: axis)
    var (factors, offsets) = ([Double](), [Double]())
    for number in numbers {
      guard let (factor, offset) = arithmetic.scaling(number, isFirst: isFirst) else {
        throw reader.problem(node, .value(arithmetic.refusal(isFirst: isFirst)))
      }
      factors.append(factor)
      offsets.append(offset)
    }
    try reader.addScaling(factors, offsets, of: value, node)
  }

  /// The sum or difference of two values.
  private static func readTwo(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let first = try reader.value(node, 0)
    var second = try reader.value(node, 1)
    switch node.opType {
    case "Add", "Sub": break
    case "Mul":
      throw reader.problem(node, .value(.product))
    default:
      throw reader.problem(node, .value(.quotient))
    }
    guard first.shape == second.shape, first.order == second.order, first.lengths == second.lengths
    else { throw reader.problem(node, .value(.differentShapes)) }
    if node.opType == "Sub" {
      try reader.addScaling([-1], [0], of: second, node)
      second = try reader.value(named: node.output[0], node)
    }
    try reader.add(Sum(), reading: [first, second], node)
  }

  static func readNegation(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    try reader.addScaling([-1], [0], of: try reader.value(node), node)
  }

  static func readSum(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    var parts: [ONNXReader.Value] = []
    var constants: [String] = []
    for position in node.input.indices {
      if reader.values[node.input[position]] == nil {
        constants.append(node.input[position])
      } else {
        parts.append(try reader.value(node, position))
      }
    }
    guard let first = parts.first,
      parts.allSatisfy({
        $0.shape == first.shape && $0.order == first.order && $0.lengths == first.lengths
      })
    else { throw reader.problem(node, .value(.differentShapes)) }
    try reader.add(Sum(), reading: parts, node)
    for name in constants {
      let value = try reader.value(named: node.output[0], node)
      try reader.addScaling([1], try reader.spread(name, over: value, node), of: value, node)
    }
  }

  // MARK: Limits

  /// The maximum or minimum of a value and constants.
  static func readExtreme(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let moving = reader.moving(node)
    guard moving.count == 1, let position = moving.first else {
      throw reader.problem(node, .value(.comparison))
    }
    var value = try reader.value(node, position)
    if node.input.count == 1 { return reader.pass(value, node) }
    for (index, name) in node.input.enumerated() where index != position {
      let limits = try reader.spread(name, over: value, node)
      try reader.limit(value, limits, isLowest: node.opType == "Max", node)
      value = try reader.value(named: node.output[0], node)
    }
  }

  static func readClip(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.value(node)
    func limit(_ position: Int, _ name: String) throws(ModelFileError) -> Double? {
      var number = node.attribute(name).map { Double($0.f) }
      if let input = node.input(position) {
        let numbers = try reader.constants.numbers(input, mayBeInfinite: true)
        guard numbers.values.count == 1 else {
          throw reader.problem(node, .setting(.notScalar(name: name)))
        }
        number = numbers.values[0]
      }
      // The largest float means no limit, as in early versions of the operator.
      return number.flatMap { abs($0) > 3e38 ? nil : $0 }
    }
    let (least, most) = (try limit(1, "min"), try limit(2, "max"))
    guard least.map({ !$0.isNaN }) ?? true, most.map({ !$0.isNaN }) ?? true else {
      throw reader.problem(node, .setting(.limitNotANumber))
    }
    switch (least, most) {
    case (nil, nil): reader.pass(value, node)
    case (let least?, nil): try reader.limit(value, [least], isLowest: true, node)
    case (nil, let most?): try reader.limit(value, [most], isLowest: false, node)
    case (let least?, let most?):
      guard least < most else {
        throw reader.problem(node, .setting(.limits(least: least, most: most)))
      }
      try reader.clip(value, least, most, node)
    }
  }

  /// `max(0, min(1, alpha · x + beta))`
  static func readHardSigmoid(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.value(node)
    let (alpha, beta) = (node.number("alpha", 0.2), node.number("beta", 0.5))
    guard alpha.isFinite, beta.isFinite else {
      throw reader.problem(node, .setting(.notFinite(names: ["alpha", "beta"])))
    }
    try reader.addScaling([Double(alpha)], [Double(beta)], of: value, node)
    try reader.add(
      Activation(.clippedReLU, slope: 1), reading: [try reader.value(named: node.output[0], node)],
      node)
  }
}

extension ONNXReader {
  /// The value of a name.
  func value(named name: String, _ node: Onnx_NodeProto) throws(ModelFileError) -> Value {
    guard let value = values[name] else { throw problem(node, .place(.noOutput)) }
    return value
  }

  /// `max(x, c) = relu(x - c) + c`, or `min(x, c) = c - relu(c - x)`.
  fileprivate mutating func limit(
    _ value: Value, _ limits: [Double], isLowest: Bool, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let isPlain = isLowest && limits.allSatisfy { $0 == 0 }
    let sign = isLowest ? 1.0 : -1.0
    var value = value
    if !isPlain {
      try addScaling([sign], limits.map { -sign * $0 }, of: value, node)
      value = try self.value(named: node.output[0], node)
    }
    try add(Activation(.relu), reading: [value], node)
    if !isPlain {
      try addScaling([sign], limits, of: try self.value(named: node.output[0], node), node)
    }
  }

  /// `clip(x, a, b) = min(relu(x - a), b - a) + a`
  fileprivate mutating func clip(
    _ value: Value, _ least: Double, _ most: Double, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    var value = value
    if least != 0 {
      try addScaling([1], [-least], of: value, node)
      value = try self.value(named: node.output[0], node)
    }
    try add(Activation(.clippedReLU, slope: Float(most - least)), reading: [value], node)
    if least != 0 {
      try addScaling([1], [least], of: try self.value(named: node.output[0], node), node)
    }
  }
}

// MARK: - Writing

extension ONNXOperator {
  static func writeSum(
    _ writer: inout ONNXWriter, _ layer: Sum, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) {
    node.opType = "Sum"
  }
}
