import Datasets
import Foundation
import Naming
import Networks
import ONNXSchema
import Tensors

/// Networks as ONNX messages: opset 17, one node a layer, images with their channels first.
///
/// Rows go in as the data have them, and answers come out by name: the encoding and the classes are
/// nodes before and behind those of the layers.
struct ONNXWriter {
  /// What the last layer's value is called, with underscores behind it where a column is called so.
  static let scores = "logits"

  var graph = Onnx_GraphProto()
  let model: Model
  /// What names of the writer's own begin with, so that no column is called so.
  let prefix: String
  private let scoresName: String
  /// For each layer the name of its value, and the shape of one row.
  private var names: [String] = []
  private let shapes: [Shape]
  private let network: Network
  /// The network's input as the first layers read it.
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

  /// A name that is not among some others: itself, or with underscores behind it.
  static func free(_ name: String, among others: [String]) -> String {
    var name = name
    while others.contains(name) { name += "_" }
    return name
  }

  /// Adds what a layer computes.
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
      // One slope for each channel, whatever the row or the pixel.
      let slopes = own[0].value
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
      // The image is meant with its channels first, as it comes.
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

  /// Adds initialisers that a node reads behind its values.
  mutating func addParameters(
    _ tensors: [(String, Tensor)], to written: inout Onnx_NodeProto
  ) {
    for (role, value) in tensors {
      // The colon keeps these apart from the names of the input and the output.
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

  /// Adds single numbers that a node reads behind its values.
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

  /// Adds a node that is no layer, called as what it makes.
  /// - Returns: the name of what it makes.
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

  /// Numbers as little-endian bytes; what a mask removes is zero.
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
