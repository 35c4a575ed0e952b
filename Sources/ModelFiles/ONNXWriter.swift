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
package struct ONNXWriter {
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
  /// Whether that value has the axes of an image in the order in which the network stores them.
  private(set) var startsAsStored = false
  /// Where the cells of a row are.
  var cells = Cells.each([])
  /// The levels that a kept interface spells otherwise, by feature and text.
  var levels: [Int: [String: String]] = [:]
  /// Whether a missing number becomes the mean.
  var imputes = true
  /// Whether the missing-value texts of the schema are read as missing; not by a kept interface.
  var readsMarks = false

  /// The message of a network with the inputs and outputs of another file if they are kept, otherwise
  /// from raw rows to the class name.
  /// - Throws: `ModelFileError.unwritableLayer`, `InterfaceProblem`
  static func message(
    for model: Model, keeping kept: KeptInterface? = nil
  ) throws -> Onnx_ModelProto {
    let writer = try ONNXWriter(model, keeping: kept)
    var message = Onnx_ModelProto()
    message.irVersion = 8
    message.producerName = "espalier"
    for domain in Set(writer.graph.node.map(\.domain)).sorted() {
      var operators = Onnx_OperatorSetIdProto()
      operators.domain = domain
      // Version 2 of ai.onnx.ml maps texts to texts.
      let mapsTexts = writer.graph.node.contains { $0.opType == "LabelEncoder" }
      operators.version = domain.isEmpty ? 17 : mapsTexts ? 2 : 1
      message.opsetImport.append(operators)
    }
    message.graph = writer.graph
    message.metadataProps = try ONNXMetadata.entries(for: model, describesRows: kept == nil)
    return message
  }

  private init(_ model: Model, keeping kept: KeptInterface?) throws {
    self.model = model
    network = model.network
    shapes = try network.architecture.shapes()
    let columns = model.schema.features.map(\.id.rawValue)
    var prefix = columns.contains { $0.contains(":") } ? ":" : ""
    while columns.contains(where: { !prefix.isEmpty && $0.hasPrefix(prefix) }) { prefix += ":" }
    self.prefix = prefix
    scoresName = kept == nil ? Self.free(Self.scores, among: columns) : prefix + "answers:layer"
    graph.name = "network"
    let input = network.architecture.input
    let read = network.architecture.nodes.indices.filter {
      network.architecture.links[$0].contains(-1)
    }
    let isTransposed = read.allSatisfy { network.architecture.nodes[$0].layer is Transposition }
    startsAsStored = input.rank == 3 && isTransposed
    if input.rank == 3, let kept, let image = keptImage(kept, isTransposed: isTransposed) {
      start = image
    } else {
      if let kept { try addInputs(of: kept) } else { addInputs() }
      readsMarks = kept == nil
      start = addRows()
      if input.rank == 3 {
        start = addReshape(of: start, to: [-1] + input.dimensions, makes: "rows:image")
        if !isTransposed {
          start = addTransposition(of: start, [0, 3, 1, 2], makes: "rows:channels")
        }
      }
    }
    for index in network.architecture.nodes.indices { try add(index) }
    if let kept {
      try addOutputs(of: kept, from: scoresName)
      return
    }
    addOutputs(of: scoresName)
    graph.output.append(Onnx_ValueInfoProto(scoresName, .float, width: shapes.last?.count ?? 0))
  }

  /// A layer in its network.
  package struct Place {
    /// The name of the layer's node.
    var node: Node.ID
    /// The parameters of the layer.
    package var parameters: [Parameter]
    /// The shapes of its inputs for one row.
    package var inputs: [Shape]
    /// Whether it reads the network's input alone.
    package var readsInput: Bool
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
    let place = Place(
      node: node.id, parameters: network.parameters[index],
      inputs: network.architecture.inputShapes(of: index, among: shapes),
      readsInput: network.architecture.links[index] == [-1])
    guard let write = ONNXOperator.table.row(writing: node.layer)?.write else {
      throw Self.unwritable(node.layer, place)
    }
    try write(&self, node.layer, place, &written)
    graph.node.append(written)
  }

  static func unwritable(_ layer: any Layer, _ place: Place) -> ModelFileError {
    .unwritableLayer(node: place.node.rawValue, layer: type(of: layer).name)
  }

  /// Adds the parameters of a layer, under the names of their roles, as further inputs of its node.
  package mutating func addParameters(of place: Place, to written: inout Onnx_NodeProto) {
    addParameters(place.parameters.map { ($0.role.rawValue, $0.value) }, to: &written)
  }

  /// Adds initializers as further inputs of a node.
  package mutating func addParameters(
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
}
