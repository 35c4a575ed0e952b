import ONNXSchema
import Tensors

/// The input value of the first layer, with its shape in the network.
struct ONNXInput {
  /// The shape of one row in the network.
  let shape: Shape
  let order: ONNXReader.Order
  /// The shape of one row in the file.
  let view: [Int]
  /// The outputs of nodes that only reshape the input to its known shape.
  private(set) var skipped: Set<[String]> = []

  /// The operators whose inputs are images.
  private static let imageOperators: Set<String> = [
    "AveragePool", "Conv", "GlobalAveragePool", "MaxPool", "Pad",
  ]

  init(_ graph: ONNXGraph, file: String) throws(ModelFileError) {
    let type = graph.input.type.tensorType
    let name = graph.input.name
    let stated = type.hasShape ? type.shape.dim.map(\.dimValue) : [0, 0]
    let element = Onnx_TensorProto.DataType(rawValue: Int(type.elemType))
    let isImage = graph.chain.contains { Self.imageOperators.contains($0.opType) }
    let floats: [Onnx_TensorProto.DataType] = [.float, .double, .float16, .bfloat16, .undefined]
    let whole: [Onnx_TensorProto.DataType] = [
      .uint8, .int8, .uint16, .int16, .int32, .int64, .uint32, .uint64,
    ]
    // Inputs of rank 4, images, may be integers.
    guard let element, floats.contains(element) || (stated.count == 4 && whole.contains(element))
    else {
      throw .graph(file: file, .inputType(name: name))
    }
    guard (2...8).contains(stated.count) else {
      throw .graph(file: file, .inputRank(name: name, found: stated.count))
    }
    var lengths = stated.dropFirst().map { $0 }
    if lengths.count == 1, lengths[0] < 1 {
      lengths = [try Self.width(of: graph, file: file)]
    }
    guard lengths.allSatisfy({ (1...1 << 24).contains($0) }),
      lengths.reduce(1.0, { $0 * Double($1) }) <= Double(ONNXReader.mostNumbers)
    else {
      throw .graph(file: file, .inputShape(name: name))
    }
    let sizes = lengths.map { Int($0) }
    let isLarge = sizes.count == 3 && sizes[0] != 1 && sizes[2] != 1
    if sizes.count <= 2, graph.columns?.preparation == nil,
      let (shape, node) = try Self.image(graph, of: sizes.reduce(1, *))
    {
      // Rows that are first reshaped to images are read as images; either form is accepted as data.
      skipped = [node.output]
      view = shape.dimensions
      if shape[0] == 1, shape[2] > 1, isImage,
        !Self.transposesChannels(graph, shape.dimensions, after: node)
      {
        // One channel first: the pixels are in the same order with the channel last.
        (self.shape, order) = ([shape[1], shape[2], 1], .channelsFirst)
      } else {
        (self.shape, order) = (shape, .stored)
      }
    } else if sizes.count == 3, isImage || isLarge {
      view = sizes
      if Self.transposesChannels(graph, sizes)
        || !isImage && Self.hasChannelsLast(sizes, graph.exporter)
      {
        (shape, order) = (Shape(sizes), .stored)
      } else {
        (shape, order) = ([sizes[1], sizes[2], sizes[0]], .channelsFirst)
      }
    } else {
      (shape, order, view) = ([sizes.reduce(1, *)], .stored, sizes)
    }
  }

  /// The number of input features of the first layer, for an input without a static shape.
  private static func width(of graph: ONNXGraph, file: String) throws(ModelFileError) -> Int64 {
    var names: Set = [graph.input.name]
    for node in graph.chain where node.input.contains(where: names.contains) {
      var lengths: [Int] = []
      if let name = node.input.first(where: graph.constants.contains) {
        lengths = try graph.constants.lengths(name)
      }
      switch node.opType {
      case "Gemm" where lengths.count == 2:
        return Int64(lengths[node.integer("transB", 0) == 0 ? 0 : 1])
      case "MatMul" where lengths.count == 2: return Int64(lengths[0])
      case "BatchNormalization", "LayerNormalization", "Add", "Sub", "Mul", "Div", "PRelu":
        if let last = lengths.last, last > 1 { return Int64(last) }
      case "LinearClassifier", "LinearRegressor":
        let numbers = node.attribute("coefficients")?.floats.count ?? 0
        let rows = max(node.attribute("intercepts")?.floats.count ?? 1, 1)
        return Int64(numbers / rows)
      default: break
      }
      names.formUnion(node.output)
    }
    throw .graph(file: file, .inputWidth(name: graph.input.name))
  }

  /// The image shape of an initial Reshape of rows with `count` elements, and the node.
  private static func image(
    _ graph: ONNXGraph, of count: Int
  ) throws(ModelFileError) -> (Shape, Onnx_NodeProto)? {
    let first = graph.chain.filter { $0.input.contains(graph.input.name) }
    guard first.count == 1, let node = first.first, node.opType == "Reshape" else { return nil }
    var wanted = node.attribute("shape")?.ints ?? []
    if let name = node.input(1) {
      guard graph.constants.contains(name) else { return nil }
      var constants = graph.constants
      wanted = try constants.integers(name)
    }
    let stated = graph.input.type.tensorType.shape.dim.first?.dimValue
    guard wanted.count == 4, wanted[0] <= 1 || wanted[0] == stated,
      wanted.count(where: { $0 == -1 }) <= 1
    else { return nil }
    let known = wanted.dropFirst().filter { $0 != -1 }
    guard known.allSatisfy({ (1...Int64(count)).contains($0) }) else { return nil }
    let product = known.reduce(1.0) { $0 * Double($1) }
    guard product <= Double(count) else { return nil }
    let sizes = wanted.dropFirst().map { $0 == -1 ? count / Int(product) : Int($0) }
    return sizes.reduce(1, *) == count ? (Shape(sizes), node) : nil
  }

  /// Whether the sizes of an image without convolutions are rather height, width and channels: by the usual
  /// numbers of channels, the order of the exporter, or that two equal sizes are height and width.
  private static func hasChannelsLast(_ sizes: [Int], _ exporter: ModelExporter?) -> Bool {
    let channels = [1, 3, 4]
    let (first, last) = (channels.contains(sizes[0]), channels.contains(sizes[2]))
    if first != last { return last }
    if exporter == .keras { return true }
    return sizes[0] == sizes[1] && sizes[2] < sizes[1]
  }

  /// The shape to which a Reshape node reshapes; `nil` where it is computed.
  private static func lengths(of node: Onnx_NodeProto, _ graph: ONNXGraph) -> [Int64]? {
    if let own = node.attribute("shape")?.ints { return own }
    var constants = graph.constants
    return node.input(1).flatMap { try? constants.integers($0) }
  }

  /// Whether the graph transposes its input from channels-last to channels-first before its first
  /// layer, or reshapes it where it has one channel; elementwise nodes may precede this node.
  ///
  /// `sizes`: the shape of one image.
  /// `reshape`: a node that makes images of the rows of the input before.
  private static func transposesChannels(
    _ graph: ONNXGraph, _ sizes: [Int], after reshape: Onnx_NodeProto? = nil
  ) -> Bool {
    let alike: Set = ["Add", "Cast", "Div", "Identity", "Mul", "Sub"]
    var values: Set = [reshape?.output.first ?? graph.input.name]
    var turns = false
    for node in graph.chain where node.input.contains(where: values.contains) {
      if alike.contains(node.opType) {
        values.formUnion(node.output)
      } else if node.opType == "Transpose", node.attribute("perm")?.ints == [0, 3, 1, 2] {
        turns = true
      } else if node.opType == "Reshape", sizes.last == 1,
        Self.lengths(of: node, graph)?.dropFirst() == [1, Int64(sizes[0]), Int64(sizes[1])]
      {
        // As tf2onnx writes the Transpose of an image with one channel.
        turns = true
      } else {
        return false
      }
    }
    return turns
  }
}
