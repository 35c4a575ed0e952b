import Foundation
import Networks
import ONNXSchema
import Tensors

/// Elementwise functions.
extension ONNXOperator {
  static func readActivation(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.value(node)
    var factor = (before: 1.0, behind: 1.0)
    let activation: Activation
    switch node.opType {
    case "Relu": activation = Activation(.relu)
    case "Sigmoid": activation = Activation(.sigmoid)
    case "Tanh": activation = Activation(.tanh)
    case "Softplus": activation = Activation(.softplus)
    case "Softsign": activation = Activation(.softsign)
    case "HardSwish": activation = Activation(.hardSwish)
    case "Mish": activation = Activation(.mish)
    case "Gelu":
      let kind = String(decoding: node.attribute("approximate")?.s ?? Data(), as: UTF8.self)
      guard ["", "none", "tanh"].contains(kind) else {
        throw reader.problem(node, .setting(.approximation(kind)))
      }
      activation = Activation(kind == "tanh" ? .geluTanh : .gelu)
    case "LeakyRelu":
      let alpha = node.number("alpha", 0.01)
      guard alpha.isFinite else {
        throw reader.problem(node, .setting(.notFinite(names: ["alpha"])))
      }
      return try reader.addSlopes([Double(alpha)], isOne: true, of: value, node)
    case "ThresholdedRelu":
      activation = Activation(.thresholdedReLU, slope: try number("alpha", 1, -.infinity))
    case "Celu":
      // α · elu(x / α), with a scale of 1
      let alpha = Double(try number("alpha", 1, .leastNormalMagnitude))
      factor = (1 / alpha, alpha)
      activation = Activation(.elu)
    case "Selu":
      let alpha = try number("alpha", 1.67326319217681884765625, 0)
      let gamma = try number("gamma", 1.05070102214813232421875, .leastNormalMagnitude)
      // The constants must match to six digits.
      if abs(alpha - 1.6732632) < 1e-5, abs(gamma - 1.0507010) < 1e-5 {
        activation = Activation(.selu)
      } else {
        factor.behind = Double(gamma)
        activation = Activation(.elu, slope: alpha)
      }
    default: activation = Activation(.elu, slope: try number("alpha", 1, 0))
    }
    func number(
      _ name: String, _ standard: Float, _ least: Float
    ) throws(ModelFileError) -> Float {
      let number = node.number(name, standard)
      guard number.isFinite, number >= least else {
        throw reader.problem(
          node,
          .setting(
            .number(
              name: name, number,
              supported: least > 0 ? .positive : least == 0 ? .notNegative : .finite)))
      }
      return number
    }
    try reader.add(activation, of: value, factor.before, factor.behind, node)
  }

  /// `x · sigmoid(alpha · x)`, which is `silu(alpha · x) / alpha`.
  static func readSwish(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let alpha = Double(node.number("alpha", 1))
    guard alpha.isFinite, alpha != 0 else {
      throw reader.problem(
        node, .setting(.number(name: "alpha", Float(alpha), supported: .notZero)))
    }
    try reader.add(Activation(.silu), of: try reader.value(node), alpha, 1 / alpha, node)
  }

  static func readParametricReLU(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.value(node)
    guard let name = node.input(1) else { throw reader.problem(node, .weights(.noSlope)) }
    guard reader.constants.contains(name) else {
      throw reader.problem(node, .weights(.movingSlope))
    }
    // Before version 7 slopes per channel have one dimension, for inputs of any rank.
    let axis: Int64? = reader.opset < 7 && reader.constants.rank(of: name) == 1 ? 1 : nil
    let slopes = try reader.spread(name, over: value, node, axis: axis)
    let isOne = slopes.count == 1 && reader.constants.rank(of: name) ?? 0 <= 1
    try reader.addSlopes(slopes, isOne: isOne, of: value, node)
  }
}

extension ONNXReader {
  /// Adds an activation, with a factor on its input and one on its output.
  fileprivate mutating func add(
    _ activation: Activation, of value: Value, _ before: Double, _ behind: Double,
    _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    var value = value
    if before != 1 {
      try addScaling([before], [0], of: value, node)
      value = try self.value(named: node.output[0], node)
    }
    try add(activation, reading: [value], node)
    if behind != 1 {
      try addScaling([behind], [0], of: try self.value(named: node.output[0], node), node)
    }
  }

  /// Adds a leaky or parametric ReLU with these negative slopes.
  ///
  /// `isOne`: whether one slope is shared by all channels.
  fileprivate mutating func addSlopes(
    _ slopes: [Double], isOne: Bool, of value: Value, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    if isOne, let slope = slopes.first, slope >= 0 {
      return try add(Activation(.leakyReLU, slope: Float(slope)), reading: [value], node)
    }
    let channels = value.channels
    try constants.spend(channels)
    let all =
      slopes.count == channels ? slopes : .init(repeating: slopes[0], count: channels)
    try add(
      ParametricReLU(), reading: [value],
      parameters: [.init(dimensions: [channels], values: all)], node)
  }
}

// MARK: - Writing

extension ONNXOperator {
  /// Functions without an operator in opset 17 are decomposed.
  static func writeActivation(
    _ writer: inout ONNXWriter, _ layer: Activation, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) {
    let (name, input) = (node.name, node.input[0])
    switch layer.function {
    case .relu: node.opType = "Relu"
    case .leakyReLU: node.opType = "LeakyRelu"
    case .elu: node.opType = "Elu"
    case .sigmoid: node.opType = "Sigmoid"
    case .tanh: node.opType = "Tanh"
    case .selu: node.opType = "Selu"
    case .softplus: node.opType = "Softplus"
    case .softsign: node.opType = "Softsign"
    case .thresholdedReLU: node.opType = "ThresholdedRelu"
    case .hardSwish: node.opType = "HardSwish"
    case .clippedReLU:
      node.opType = "Clip"
      writer.addNumbers([("min", 0), ("max", layer.slope)], to: &node)
    case .silu:
      let gate = writer.add("Sigmoid", of: [input], makes: "\(name):sigmoid")
      (node.opType, node.input) = ("Mul", [input, gate])
    case .mish:
      let soft = writer.add("Softplus", of: [input], makes: "\(name):softplus")
      let gate = writer.add("Tanh", of: [soft], makes: "\(name):tanh")
      (node.opType, node.input) = ("Mul", [input, gate])
    case .gelu:
      // x / 2 · (1 + erf(x / √2))
      let scaled = writer.product(of: input, 0.5.squareRoot(), "\(name):root")
      let erf = writer.add("Erf", of: [scaled], makes: "\(name):erf")
      (node.opType, node.input) = (
        "Mul", [writer.half(of: input, name), writer.onePlus(erf, name)]
      )
    case .geluTanh:
      let cube = writer.add("Pow", of: [input], makes: "\(name):cube") { writer, node in
        writer.addNumbers([("exponent", 3)], to: &node)
      }
      let part = writer.product(of: cube, 0.044715, "\(name):part")
      let sum = writer.add("Add", of: [input, part], makes: "\(name):sum")
      let scaled = writer.product(of: sum, (2 / Double.pi).squareRoot(), "\(name):scaled")
      let tanh = writer.add("Tanh", of: [scaled], makes: "\(name):tanh")
      (node.opType, node.input) = (
        "Mul", [writer.half(of: input, name), writer.onePlus(tanh, name)]
      )
    }
    switch layer.function {
    case .leakyReLU, .elu, .thresholdedReLU:
      node.attribute = [ONNXWriter.number("alpha", layer.slope)]
    default: break
    }
  }

  static func writeParametricReLU(
    _ writer: inout ONNXWriter, _ layer: ParametricReLU, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) {
    node.opType = "PRelu"
    // One slope per channel, broadcast over pixels.
    let slopes = place.parameters[.slope].value
    let lengths: Shape =
      place.inputs[0].rank == 3 ? [slopes.count, 1, 1] : [1, slopes.count]
    writer.addParameters([("slope", slopes.reshaped(to: lengths))], to: &node)
  }
}

extension ONNXWriter {
  fileprivate mutating func product(of input: String, _ factor: Double, _ name: String) -> String {
    add("Mul", of: [input], makes: name) { writer, node in
      writer.addNumbers([("factor", Float(factor))], to: &node)
    }
  }

  fileprivate mutating func half(of input: String, _ name: String) -> String {
    product(of: input, 0.5, "\(name):half")
  }

  fileprivate mutating func onePlus(_ input: String, _ name: String) -> String {
    add("Add", of: [input], makes: "\(name):gate") { writer, node in
      writer.addNumbers([("one", 1)], to: &node)
    }
  }
}
