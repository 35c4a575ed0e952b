import Networks
import ONNXSchema
import Tensors

/// BatchNormalization and LayerNormalization.
extension ONNXOperator {
  static func readBatchNormalization(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.value(node)
    guard node.integer("training_mode", 0) == 0, node.output.count == 1 else {
      throw reader.problem(node, .setting(.training))
    }
    guard reader.opset >= 7 || node.integer("is_test", 0) != 0 else {
      throw reader.problem(node, .setting(.isTest))
    }
    guard node.integer("spatial", 1) != 0 || value.shape.rank == 1 else {
      throw reader.problem(node, .setting(.parametersOfPixels))
    }
    guard value.shape.rank == 1 || value.order == .channelsFirst else {
      throw reader.problem(node, .value(.notImage))
    }
    var own: [ONNXConstants.Numbers] = []
    for position in 1...4 {
      guard let name = node.input(position) else {
        throw reader.problem(node, .weights(.normalizationInputs))
      }
      own.append(try reader.tensor(name, node, rank: 1))
    }
    let epsilon = node.number("epsilon", 1e-5)
    guard own.allSatisfy({ $0.values.count == value.channels }),
      value.shape.rank == 3 || value.isRow(1)
    else {
      throw reader.problem(node, .weights(.channelCount(expected: value.channels)))
    }
    guard epsilon.isFinite, epsilon >= 0,
      own[3].values.allSatisfy({ Float($0) + epsilon > 0 })
    else { throw reader.problem(node, .weights(.variance)) }
    if case .flattened(let parts) = value.order {
      let order = ONNXReader.positions(in: parts)
      own = own.map { numbers in
        .init(dimensions: numbers.dimensions, values: order.map { numbers.values[$0] })
      }
    }
    try reader.add(
      BatchNormalization(epsilon: epsilon), reading: [value], parameters: own, node)
  }

  static func readLayerNormalization(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.row(node)
    let axis = node.integer("axis", -1)
    let place = value.place(of: axis)
    let isWhole =
      value.shape.rank == 1
      ? place.map { value.view[$0...].reduce(1, *) == value.shape.count } ?? false
      : value.order == .stored && place == 2
    guard isWhole, node.output.dropFirst().allSatisfy(\.isEmpty) else {
      throw reader.problem(node, .axis(axis, .rows(value.lengths)))
    }
    let epsilon = node.number("epsilon", 1e-5)
    guard epsilon.isFinite, epsilon > 0 else {
      throw reader.problem(node, .setting(.number(name: "epsilon", epsilon, supported: .positive)))
    }
    let width = value.channels
    var own: [ONNXConstants.Numbers] = []
    for (position, standard) in [(1, 1.0), (2, 0.0)] {
      var numbers = [standard]
      if let name = node.input(position) {
        numbers = try reader.spread(name, over: value, node)
      }
      if numbers.count == 1 { numbers = .init(repeating: numbers[0], count: width) }
      own.append(.init(dimensions: [width], values: numbers))
    }
    try reader.add(LayerNormalization(epsilon: epsilon), reading: [value], parameters: own, node)
  }
}

// MARK: - Writing

extension ONNXOperator {
  static func writeBatchNormalization(
    _ writer: inout ONNXWriter, _ layer: BatchNormalization, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) {
    node.opType = "BatchNormalization"
    node.attribute = [ONNXWriter.number("epsilon", layer.epsilon)]
    writer.addParameters(of: place, to: &node)
  }

  /// Images are transposed to channels last before it and back after it.
  static func writeLayerNormalization(
    _ writer: inout ONNXWriter, _ layer: LayerNormalization, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) {
    node.opType = "LayerNormalization"
    node.attribute = [
      ONNXWriter.integers("axis", one: -1), ONNXWriter.number("epsilon", layer.epsilon),
    ]
    guard place.inputs[0].rank == 3 else {
      return writer.addParameters(of: place, to: &node)
    }
    let (name, output) = (node.name, node.output)
    node.input = [
      writer.addTransposition(of: node.input[0], [0, 2, 3, 1], makes: "\(name):pixels")
    ]
    writer.addParameters(of: place, to: &node)
    node.output = [writer.prefix + "\(name):normalized"]
    writer.graph.node.append(node)
    var turned = Onnx_NodeProto()
    turned.name = "\(name):channels"
    turned.opType = "Transpose"
    turned.input = node.output
    turned.output = output
    turned.attribute = [ONNXWriter.integers("perm", [0, 3, 1, 2])]
    node = turned
  }
}
