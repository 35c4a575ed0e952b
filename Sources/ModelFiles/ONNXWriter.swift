import Datasets
import Foundation
import Naming
import Networks
import ONNXSchema
import Tensors

/// Writes networks as ONNX messages: opset 17, one node per layer where an operator exists, images
/// channels first.
///
/// Inputs are raw rows and the output is the class name: the graph includes the preprocessing
/// before the layers and the label lookup after them.
struct ONNXWriter {
  /// The name of the logits, with underscores appended if a column has that name.
  static let scores = "logits"

  var graph = Onnx_GraphProto()
  let model: Model
  /// The prefix of internal names, chosen so that no column name collides with them.
  let prefix: String
  private let scoresName: String
  /// The output name of each layer.
  private var names: [String] = []
  private let shapes: [Shape]
  private let network: Network
  /// The name of the input value of the first layers.
  private var start = ""

  /// - Throws: `ModelFileError.unwritableLayer`
  static func message(for model: Model) throws -> Onnx_ModelProto {
    let writer = try ONNXWriter(model)
    var message = Onnx_ModelProto()
    message.irVersion = 8
    message.producerName = "espalier"
    for (domain, version) in [("", 17), ("ai.onnx.ml", 1)] {
      guard writer.graph.node.contains(where: { $0.domain == domain }) else { continue }
      var operators = Onnx_OperatorSetIdProto()
      operators.domain = domain
      operators.version = Int64(version)
      message.opsetImport.append(operators)
    }
    message.graph = writer.graph
    message.metadataProps = try ONNXMetadata.entries(for: model)
    return message
  }

  private init(_ model: Model) throws {
    self.model = model
    network = model.network
    shapes = try network.architecture.shapes()
    let columns = model.schema.features.map(\.id.rawValue)
    var prefix = columns.contains { $0.contains(":") } ? ":" : ""
    while columns.contains(where: { !prefix.isEmpty && $0.hasPrefix(prefix) }) { prefix += ":" }
    self.prefix = prefix
    scoresName = Self.free(Self.scores, among: columns)
    graph.name = "network"
    let input = network.architecture.input
    start = addRows()
    if input.rank == 3 {
      let read = network.architecture.nodes.indices.filter {
        network.architecture.links[$0].contains(-1)
      }
      let isTurned = read.allSatisfy { network.architecture.nodes[$0].layer is Transposition }
      start = addReshape(of: start, to: [-1] + input.dimensions, makes: "rows:picture")
      if !isTurned { start = addTransposition(of: start, [0, 3, 1, 2], makes: "rows:channels") }
    }
    for index in network.architecture.nodes.indices { try add(index) }
    addAnswers(of: scoresName)
    graph.output.append(Self.value(scoresName, .float, width: shapes.last?.count ?? 0))
  }

  /// The name, with underscores appended until it is not among `others`.
  static func free(_ name: String, among others: [String]) -> String {
    var name = name
    while others.contains(name) { name += "_" }
    return name
  }

  /// Adds the nodes of a layer.
  private mutating func add(_ index: Int) throws {
    let node = network.architecture.nodes[index]
    let isLast = index == network.architecture.nodes.count - 1
    let output = isLast ? scoresName : "\(prefix)\(node.id):output"
    names.append(output)
    var written = Onnx_NodeProto()
    written.name = node.id.rawValue
    written.input = network.architecture.links[index].map { $0 < 0 ? start : names[$0] }
    written.output = [output]
    let own = network.parameters[index]
    let shape = network.architecture.links[index].first.map {
      $0 < 0 ? network.architecture.input : shapes[$0]
    }
    guard let shape else { throw unwritable(node) }
    var following: Onnx_NodeProto?
    switch node.layer {
    case is Dense:
      written.opType = "Gemm"
      addParameters(own.map { ($0.role.rawValue, $0.value) }, to: &written)
    case is ParametricReLU:
      written.opType = "PRelu"
      // One slope per channel, broadcast over pixels.
      let slopes = own[.slope].value
      let lengths: Shape = shape.rank == 3 ? [slopes.count, 1, 1] : [1, slopes.count]
      addParameters([("slope", slopes.reshaped(to: lengths))], to: &written)
    case let activation as Activation: write(activation, to: &written)
    case let convolution as Convolution: write(convolution, own, to: &written)
    case let normalization as BatchNormalization: write(normalization, own, to: &written)
    case let normalization as LayerNormalization:
      following = write(normalization, own, isImage: shape.rank == 3, to: &written)
    case let pooling as Pooling: write(pooling, to: &written)
    case is GlobalAveragePooling:
      written.opType = "ReduceMean"
      written.attribute = [Self.integers("axes", [2, 3]), Self.integers("keepdims", one: 0)]
    case let dropout as Dropout:
      written.opType = "Dropout"
      addParameters([("ratio", Tensor([dropout.share], shape: []))], to: &written)
    case is Sum:
      written.opType = "Sum"
    case is Concatenation:
      written.opType = "Concat"
      written.attribute = [Self.integers("axis", one: 1)]
    case let slice as StridedSlice: write(slice, over: shape, to: &written)
    case let selection as ChannelSelection: write(selection, to: &written)
    case let padding as ZeroPadding: write(padding, to: &written)
    case let turn as Transposition
    where turn.order == [1, 2, 0] && network.architecture.links[index] == [-1]:
      // The input is already channels first.
      written.opType = "Identity"
    case is Flattening where shape.rank == 3:
      let turned = addTransposition(
        of: written.input[0], [0, 2, 3, 1], makes: "\(node.id):pixels")
      written.opType = "Flatten"
      written.input = [turned]
    case is Flattening:
      written.opType = "Flatten"
    default:
      throw unwritable(node)
    }
    graph.node.append(written)
    if let following { graph.node.append(following) }
  }

  private func unwritable(_ node: Node) -> ModelFileError {
    .unwritableLayer(node: node.id.rawValue, layer: type(of: node.layer).name)
  }

  /// Adds initializers as further inputs of a node.
  mutating func addParameters(
    _ tensors: [(String, Tensor)], to written: inout Onnx_NodeProto
  ) {
    for (role, value) in tensors {
      // The colon separates these from the names of inputs and outputs.
      let name = "\(prefix)\(written.name):\(role)"
      written.input.append(name)
      graph.initializer.append(Self.tensor(name, value))
    }
  }

  mutating func addIntegers(
    _ lists: [(String, [Int])], to written: inout Onnx_NodeProto
  ) {
    for (role, values) in lists {
      let name = "\(prefix)\(written.name):\(role)"
      written.input.append(name)
      graph.initializer.append(Self.integerTensor(name, values))
    }
  }

  /// Adds scalar initializers as further inputs of a node.
  mutating func addNumbers(_ numbers: [(String, Float)], to written: inout Onnx_NodeProto) {
    addParameters(numbers.map { ($0.0, Tensor([$0.1], shape: [])) }, to: &written)
  }

  mutating func addReshape(of input: String, to shape: [Int], makes name: String) -> String {
    add("Reshape", of: [input], makes: name) { writer, node in
      writer.addIntegers([("shape", shape)], to: &node)
    }
  }

  mutating func addTransposition(
    of input: String, _ order: [Int], makes name: String
  ) -> String {
    add("Transpose", of: [input], makes: name) { _, node in
      node.attribute = [Self.integers("perm", order)]
    }
  }

  /// Adds an auxiliary node, named like its output.
  /// - Returns: the name of its output.
  mutating func add(
    _ operation: String, domain: String = "", of inputs: [String], makes name: String,
    _ complete: (inout ONNXWriter, inout Onnx_NodeProto) -> Void = { _, _ in }
  ) -> String {
    var written = Onnx_NodeProto()
    written.name = name
    written.opType = operation
    written.domain = domain
    written.input = inputs
    written.output = [prefix + name]
    complete(&self, &written)
    graph.node.append(written)
    return prefix + name
  }

  static func integers(_ name: String, _ values: [Int]) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    (attribute.name, attribute.type) = (name, .ints)
    attribute.ints = values.map(Int64.init)
    return attribute
  }

  static func integers(_ name: String, one value: Int) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    (attribute.name, attribute.type, attribute.i) = (name, .int, Int64(value))
    return attribute
  }

  static func number(_ name: String, _ value: Float) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    (attribute.name, attribute.type, attribute.f) = (name, .float, value)
    return attribute
  }

  private static func integerTensor(_ name: String, _ values: [Int]) -> Onnx_TensorProto {
    var tensor = Onnx_TensorProto()
    tensor.name = name
    tensor.dataType = Int32(Onnx_TensorProto.DataType.int64.rawValue)
    tensor.dims = [Int64(values.count)]
    var bytes = Data()
    for value in values {
      withUnsafeBytes(of: Int64(value).littleEndian) { bytes.append(contentsOf: $0) }
    }
    tensor.rawData = bytes
    return tensor
  }

  /// A tensor as little-endian bytes; masked weights are zero.
  private static func tensor(_ name: String, _ value: Tensor) -> Onnx_TensorProto {
    var tensor = Onnx_TensorProto()
    tensor.name = name
    tensor.dataType = Int32(Onnx_TensorProto.DataType.float.rawValue)
    tensor.dims = value.shape.dimensions.map(Int64.init)
    var bytes = Data(capacity: 4 * value.count)
    for element in value.elements {
      withUnsafeBytes(of: element.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    tensor.rawData = bytes
    return tensor
  }

  /// A value of the form `[batch, width]`.
  static func value(
    _ name: String, _ type: Onnx_TensorProto.DataType, width: Int?
  ) -> Onnx_ValueInfoProto {
    var batch = Onnx_TensorShapeProto.Dimension()
    batch.dimParam = "batch"
    var value = Onnx_ValueInfoProto()
    value.name = name
    value.type.tensorType.elemType = Int32(type.rawValue)
    value.type.tensorType.shape.dim = [batch]
    if let width {
      var columns = Onnx_TensorShapeProto.Dimension()
      columns.dimValue = Int64(width)
      value.type.tensorType.shape.dim.append(columns)
    }
    return value
  }
}
