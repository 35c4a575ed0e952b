import Foundation
import Networks
import ONNXSchema
import Tensors

/// Gemm, MatMul, Conv and the linear models of scikit-learn.
extension ONNXOperator {
  static func readDense(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    guard node.integer("transA", 0) == 0 else {
      throw reader.problem(node, .setting(.transposedBatch))
    }
    guard reader.values[node.input.first ?? ""] != nil, let name = node.input(1) else {
      throw reader.problem(node, .value(.batchSecond))
    }
    guard reader.values[name] == nil else {
      throw reader.problem(node, .value(.matrixProduct))
    }
    let value = try reader.row(node)
    if node.integer("transB", 0) != 0 {
      reader.constants.define(name + "ᵀ", as: name, transposed: true)
    }
    var weight = try reader.constants.numbers(node.integer("transB", 0) != 0 ? name + "ᵀ" : name)
    // One-dimensional weights give a scalar per row.
    let isList = node.opType == "MatMul" && weight.dimensions.count == 1
    if isList { weight.dimensions.append(1) }
    guard weight.dimensions.count == 2 else {
      throw reader.problem(node, .weights(.rank(found: weight.dimensions.count)))
    }
    let (inputs, units) = (weight.dimensions[0], weight.dimensions[1])
    guard inputs > 0, units > 0 else { throw reader.problem(node, .weights(.empty)) }
    guard value.shape.rank == 1, value.isRow(-1) else {
      throw reader.problem(node, .value(.notRow(value.lengths)))
    }
    guard inputs == value.shape.count else {
      throw reader.problem(node, .value(.width(found: value.shape.count, expected: inputs)))
    }
    if case .flattened(let parts) = value.order {
      // The file flattens channels first, the network channels last.
      let order = ONNXReader.positions(in: parts)
      weight.values = order.flatMap { weight.values[$0 * units..<($0 + 1) * units] }
    }
    let alpha = Double(node.number("alpha", 1))
    if alpha != 1 { weight.values = weight.values.map { $0 * alpha } }
    var bias = [Double](repeating: 0, count: units)
    if node.opType == "Gemm", let name = node.input(2) {
      guard reader.constants.contains(name) else {
        throw reader.problem(node, .weights(.movingBias))
      }
      let beta = Double(node.number("beta", 1))
      let numbers = try reader.constants.numbers(name)
      guard numbers.values.count == units || numbers.values.count == 1,
        numbers.dimensions.dropLast().allSatisfy({ $0 == 1 })
      else {
        throw reader.problem(node, .weights(.biasCount(found: numbers.values.count, units: units)))
      }
      for unit in 0..<units {
        bias[unit] = beta * numbers.values[numbers.values.count == 1 ? 0 : unit]
      }
    }
    try reader.add(
      Dense(units), reading: [value], order: .stored,
      view: value.view.dropLast() + (isList ? [] : [units]),
      parameters: [weight, .init(dimensions: [units], values: bias)], node)
  }

  /// A linear or logistic regression of scikit-learn, a network of one layer.
  static func readLinear(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.row(node)
    let coefficients = (node.attribute("coefficients")?.floats ?? []).map { Double($0) }
    let isClassifier = node.opType == "LinearClassifier"
    let inputs = value.shape.count
    let units = coefficients.count / max(inputs, 1)
    var intercepts = (node.attribute("intercepts")?.floats ?? []).map { Double($0) }
    if intercepts.isEmpty { intercepts = .init(repeating: 0, count: units) }
    guard value.isRow(-1), value.order == .stored, units > 0,
      coefficients.count == units * inputs, intercepts.count == units,
      isClassifier || node.integer("targets", 1) == units
    else {
      throw reader.problem(
        node,
        .weights(.coefficients(coefficients.count, intercepts: intercepts.count, inputs: inputs)))
    }
    // Without scores, the labels are computed from them all the same.
    let position = isClassifier && node.scores != nil ? 1 : 0
    guard position < node.output.count else { throw reader.problem(node, .place(.noOutput)) }
    try reader.constants.spend(coefficients.count)
    let weights = (0..<coefficients.count).map { coefficients[$0 % units * inputs + $0 / units] }
    try reader.add(
      Dense(units), reading: [value], view: [units],
      parameters: [
        .init(dimensions: [inputs, units], values: weights),
        .init(dimensions: [units], values: intercepts),
      ], node, output: position)
    let name = node.output[position]
    let scores = try reader.value(named: name, node)
    let end = String(
      decoding: node.attribute("post_transform")?.s ?? Data("NONE".utf8), as: UTF8.self)
    var ended = node
    ended.input = [name]
    ended.output = [name]
    switch end {
    case "NONE": break
    case "LOGISTIC": try reader.add(Activation(.sigmoid), reading: [scores], ended)
    case "SOFTMAX": try reader.end(with: .softmax, ended, axis: -1)
    default: throw reader.problem(node, .setting(.option(name: "post_transform", end)))
    }
  }

  static func readConv(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.image(node)
    guard let name = node.input(1) else { throw reader.problem(node, .weights(.missing)) }
    guard reader.values[name] == nil else {
      throw reader.problem(node, .value(.matrixProduct))
    }
    var weight = try reader.tensor(name, node, rank: 4)
    let (units, channels) = (weight.dimensions[0], weight.dimensions[1])
    let (height, width) = (weight.dimensions[2], weight.dimensions[3])
    let window = try reader.window(node, over: value.shape, size: [height, width])
    guard window.height == height, window.width == width else {
      throw reader.problem(node, .weights(.kernelSize))
    }
    let groups = try reader.small(node.integer("group", 1), node, least: 1)
    guard value.shape[2] == channels * groups else {
      throw reader.problem(
        node, .value(.channels(found: value.shape[2], expected: channels * groups)))
    }
    guard units % groups == 0 else {
      throw reader.problem(node, .weights(.groups(units: units, groups: groups)))
    }
    // [units, channels, height, width] to [height, width, channels, units].
    let area = height * width
    weight.values = (0..<weight.values.count).map { position in
      let (unit, rest) = (position % units, position / units)
      return weight.values[(unit * channels + rest % channels) * area + rest / channels]
    }
    weight.dimensions = [height, width, channels, units]
    var parameters = [weight]
    if let name = node.input(2) {
      let bias = try reader.tensor(name, node, rank: 1)
      guard bias.values.count == units else {
        throw reader.problem(node, .weights(.biasCount(found: bias.values.count, units: units)))
      }
      parameters.append(bias)
    }
    try reader.add(
      Convolution(units, window, groups: groups, hasBias: parameters.count == 2), reading: [value],
      parameters: parameters, node)
  }

  /// The matrix product of two constants.
  static func foldProduct(
    _ constants: inout ONNXConstants, _ node: Onnx_NodeProto, _ file: String
  ) throws(ModelFileError) {
    guard node.input.count == 2, let output = node.output.first else { return }
    let (first, second) = (
      try constants.numbers(node.input[0]), try constants.numbers(node.input[1])
    )
    guard first.dimensions.count == 2, second.dimensions.count == 2,
      first.dimensions[1] == second.dimensions[0]
    else { throw wrong(node, file, .constant(.matrices)) }
    let (rows, inner, columns) = (first.dimensions[0], first.dimensions[1], second.dimensions[1])
    let (terms, isTooLarge) = (rows * columns).multipliedReportingOverflow(by: max(inner, 1))
    try constants.spend(isTooLarge ? .max : terms)
    var values = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for place in 0..<inner {
        let factor = first.values[row * inner + place]
        for column in 0..<columns {
          values[row * columns + column] += factor * second.values[place * columns + column]
        }
      }
    }
    constants.define(output, .init(dimensions: [rows, columns], values: values))
  }
}

// MARK: - Writing

extension ONNXOperator {
  static func writeDense(
    _ writer: inout ONNXWriter, _ layer: Dense, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) {
    node.opType = "Gemm"
    writer.addParameters(of: place, to: &node)
  }

  static func writeConvolution(
    _ writer: inout ONNXWriter, _ layer: Convolution, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) {
    node.opType = "Conv"
    writer.write(layer.window, to: &node)
    node.attribute.append(ONNXWriter.integers("group", one: layer.groups))
    // [height, width, channels, units] to [units, channels, height, width].
    let weight = place.parameters[.weight].value
    let transposed = weight.reshaped(to: Shape([1] + weight.shape.dimensions))
      .transposed(by: [3, 2, 0, 1])
    let first = transposed.reshaped(to: Shape(transposed.shape.dimensions.dropFirst().map { $0 }))
    writer.addParameters(
      place.parameters.map { ($0.role.rawValue, $0.role == .weight ? first : $0.value) }, to: &node)
  }
}
