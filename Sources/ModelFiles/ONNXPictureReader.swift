import Foundation
import Networks
import ONNXSchema
import Tensors

/// Reads a graph of layers over pictures, with branches, into an architecture.
///
/// ONNX stores pictures channel by channel; here they lie pixel by pixel. A value knows how it is
/// meant and how it is stored, and what reads flattened pictures has its weights put in order.
struct ONNXPictureReader {
  /// What a name in the file stands for.
  struct Value {
    var node: Node.ID
    /// Of one row, as it is stored: `[height, width, channels]` or `[numbers]`.
    var shape: Shape
    var meaning = Meaning.stored
  }

  /// How the file means a value's numbers.
  enum Meaning: Hashable {
    /// As they are stored.
    case stored
    /// A picture `[channels, height, width]`.
    case channelsFirst
    /// A row that was such a picture: `[height, width, channels]` of it.
    case flattened(of: Shape)
    /// One number a channel, `[channels, 1, 1]`.
    case pooled
  }

  let file: String
  var constants: ONNXConstants
  private(set) var builder: ArchitectureBuilder
  private(set) var parameters: [[Parameter]] = []
  private(set) var values: [String: Value] = [:]
  /// The lengths that nodes work out at run time, the batch `nil`.
  var lengths: [String: [Int64?]] = [:]
  private(set) var ending: ONNXReader.Ending?
  private var hasSoftmax = false
  private let readers: [String: Int]
  private let output: String

  /// The largest length, stride or padding that a picture may have.
  private static let mostPixels: Int64 = 1 << 14
  /// The most numbers that a value of one row may have.
  private static let mostNumbers = 1 << 24

  init(_ graph: ONNXGraph, file: String) throws(ModelFileError) {
    self.file = file
    constants = graph.constants
    output = graph.output
    var readers: [String: Int] = [:]
    for name in graph.chain.flatMap(\.input) { readers[name, default: 0] += 1 }
    self.readers = readers
    let type = graph.input.type.tensorType
    let name = graph.input.name
    let element = Onnx_TensorProto.DataType(rawValue: Int(type.elemType))
    guard element == .float || element == .double else {
      throw .graph(
        file: file, problem: "the input '\(shown(name))' is not of the type float or double")
    }
    let lengths = type.shape.dim.dropFirst().map(\.dimValue)
    guard lengths.count == 1 || lengths.count == 3,
      lengths.allSatisfy({ (1...Self.mostPixels * 64).contains($0) }),
      lengths.reduce(1.0, { $0 * Double($1) }) <= Double(Self.mostNumbers)
    else {
      throw .graph(
        file: file,
        problem: "the input '\(shown(name))' is neither [batch, numbers] nor "
          + "[batch, channels, height, width] of known lengths")
    }
    let sizes = lengths.map { Int($0) }
    if let scaling = graph.columns?.scaling {
      builder = ArchitectureBuilder(input: Shape(sizes))
      try begin(name, with: scaling, width: sizes[0])
      try read(graph.chain)
      return
    }
    // Rows that are pictures at once are read as pictures: rows fit either.
    let first = graph.chain.filter { $0.input.contains(name) }
    var wanted = first.count == 1 ? first[0].attribute("shape")?.ints ?? [] : []
    if first.count == 1, first[0].opType == "Reshape", let name = first[0].input(1),
      constants.contains(name)
    {
      wanted = try constants.integers(name)
    }
    if sizes.count == 1, first.count == 1, first[0].opType == "Reshape",
      let shape = Self.picture(wanted, of: sizes[0])
    {
      builder = ArchitectureBuilder(input: shape)
      values[name] = Value(node: .input, shape: shape)
      values[first[0].output[0]] = values[name]
      try read(graph.chain.filter { $0.output != first[0].output })
      return
    }
    let isTurned = sizes.count == 3 && Self.turnsChannels(graph)
    if sizes.count == 1 || isTurned {
      builder = ArchitectureBuilder(input: Shape(sizes))
      values[name] = Value(node: .input, shape: Shape(sizes))
    } else {
      let shape: Shape = [sizes[1], sizes[2], sizes[0]]
      builder = ArchitectureBuilder(input: shape)
      values[name] = Value(node: .input, shape: shape, meaning: .channelsFirst)
    }
    try read(graph.chain)
  }

  /// Whether a graph puts the channels first before its layers: it was given them last. What is done
  /// to each number alone may come before.
  private static func turnsChannels(_ graph: ONNXGraph) -> Bool {
    let alike: Set = ["Add", "Cast", "Div", "Identity", "Mul", "Sub"]
    var values: Set = [graph.input.name]
    var turns = false
    for node in graph.chain where node.input.contains(where: values.contains) {
      if alike.contains(node.opType) {
        values.formUnion(node.output)
      } else if node.opType == "Transpose", node.attribute("perm")?.ints == [0, 3, 1, 2] {
        turns = true
      } else {
        return false
      }
    }
    return turns
  }

  /// Begins with what the encoding leaves to be done to a row's numbers.
  private mutating func begin(
    _ name: String, with scaling: ONNXReader.Scaling, width: Int
  ) throws(ModelFileError) {
    let id = builder.add(BatchNormalization(epsilon: 0), reading: [.input])
    parameters.append(
      zip(
        BatchNormalization(epsilon: 0).roles,
        [
          Tensor((0..<width).map { Float(scaling.factor($0)) }, shape: [width]),
          Tensor((0..<width).map { Float(scaling.offset($0)) }, shape: [width]),
          Tensor(shape: [width]), Tensor(repeating: 1, shape: [width]),
        ]
      ).map { Parameter($0, $1) })
    values[name] = Value(node: id, shape: [width])
  }

  private mutating func read(_ chain: [Onnx_NodeProto]) throws(ModelFileError) {
    for node in chain {
      if try readLengths(node) { continue }
      guard let read = ONNXOperator.named(node)?.readPicture else {
        throw problem(node, "is not supported in networks of pictures or branches")
      }
      if ending != nil, !["ArgMax", "Cast", "Identity"].contains(node.opType) {
        throw problem(node, "follows the softmax or argmax, which must be the last step")
      }
      try read(&self, node)
    }
  }

  /// The picture that a row of so many numbers becomes; `nil` where it becomes something else.
  static func picture(_ wanted: [Int64], of count: Int) -> Shape? {
    guard wanted.count == 4, wanted[0] <= 1, wanted.count(where: { $0 == -1 }) <= 1
    else { return nil }
    let known = wanted.dropFirst().filter { $0 != -1 }
    guard known.allSatisfy({ (1...Int64(count)).contains($0) }) else { return nil }
    let product = known.reduce(1.0) { $0 * Double($1) }
    guard product <= Double(count) else { return nil }
    let sizes = wanted.dropFirst().map { $0 == -1 ? count / Int(product) : Int($0) }
    return sizes.reduce(1, *) == count ? Shape(sizes) : nil
  }

  func problem(_ node: Onnx_NodeProto, _ text: String) -> ModelFileError {
    .node(file: file, node: node.title, operator: shown(node.opType), problem: text)
  }

  // MARK: Values

  /// What a node reads at a position, which must not be a constant.
  func value(_ node: Onnx_NodeProto, _ position: Int = 0) throws(ModelFileError) -> Value {
    guard let name = node.input(position), let value = values[name] else {
      throw problem(node, "its input \(position + 1) is a constant where a value is read")
    }
    return value
  }

  /// A row, or a picture with its channels first, of which parts are taken.
  mutating func parted(_ node: Onnx_NodeProto) throws(ModelFileError) -> Value {
    let value = try value(node)
    return value.shape.rank == 1 && value.meaning == .stored ? value : try picture(node)
  }

  /// A picture with its channels first, as the file means it.
  mutating func picture(_ node: Onnx_NodeProto) throws(ModelFileError) -> Value {
    var value = try value(node)
    if value.shape.rank == 3, value.meaning == .stored {
      let id = builder.add(Transposition([1, 2, 0]), reading: [value.node])
      parameters.append([])
      let sizes = value.shape
      value = Value(node: id, shape: [sizes[1], sizes[2], sizes[0]], meaning: .channelsFirst)
      values[node.input[0]] = value
    }
    guard value.shape.rank == 3, value.meaning == .channelsFirst else {
      throw problem(node, "it does not read a picture of [channels, height, width]")
    }
    return value
  }

  /// Gives what a node makes another meaning, without a layer of its own.
  mutating func pass(_ value: Value, _ node: Onnx_NodeProto) {
    values[node.output[0]] = value
  }

  /// Adds a layer that makes the node's output.
  mutating func add(
    _ layer: any Layer, reading inputs: [Value], meaning: Meaning, parameters own: [Tensor] = [],
    _ node: Onnx_NodeProto, output: Int = 0
  ) throws(ModelFileError) {
    let shape: Shape
    do {
      shape = try layer.outputShape(joining: inputs.map(\.shape))
    } catch {
      throw problem(node, error.errorDescription ?? "its inputs do not fit")
    }
    guard shape.dimensions.reduce(1.0, { $0 * Double($1) }) <= Double(Self.mostNumbers) else {
      throw problem(node, "it makes more than \(Self.mostNumbers) numbers of a row")
    }
    let id = builder.add(layer, reading: inputs.map(\.node))
    parameters.append(zip(layer.roles, own).map { Parameter($0, $1) })
    values[node.output[output]] = Value(node: id, shape: shape, meaning: meaning)
  }

  /// Adds numbers to the bias of the layer that made a value, if that is all that reads it.
  mutating func addToBias(_ value: Value, _ name: String, _ numbers: [Double]) -> Bool {
    guard readers[name] == 1, let last = builder.architecture.nodes.last, last.id == value.node,
      let index = parameters.indices.last, let bias = last.layer.roles.lastIndex(of: .bias),
      last.layer is Dense || last.layer is Convolution
    else { return false }
    let old = parameters[index][bias].value
    guard numbers.count == old.count || numbers.count == 1 else { return false }
    let sums = old.elements.indices.map {
      Float(Double(old.elements[$0]) + numbers[numbers.count == 1 ? 0 : $0])
    }
    parameters[index][bias] = Parameter(.bias, Tensor(sums, shape: old.shape))
    return true
  }

  // MARK: Constants

  mutating func tensor(
    _ name: String, _ node: Onnx_NodeProto, rank: Int
  ) throws(ModelFileError) -> Tensor {
    let numbers = try constants.numbers(name)
    guard numbers.dimensions.count == rank else {
      throw problem(
        node, "'\(shown(name))' has \(numbers.dimensions.count) dimensions where \(rank) are read")
    }
    guard !numbers.values.isEmpty else { throw problem(node, "'\(shown(name))' is empty") }
    return Tensor(numbers.values.map { Float($0) }, shape: Shape(numbers.dimensions))
  }

  /// A small whole number of a node, such as a stride.
  func small(_ value: Int64, _ node: Onnx_NodeProto, least: Int64 = 0) throws(ModelFileError) -> Int
  {
    guard (least...Self.mostPixels).contains(value) else {
      throw problem(node, "\(value) is no length, stride or padding of a picture")
    }
    return Int(value)
  }

  /// The window that the attributes of a convolution or pooling describe.
  func window(_ node: Onnx_NodeProto, over shape: Shape) throws(ModelFileError) -> Window {
    func pair(_ name: String, _ standard: [Int64]) throws(ModelFileError) -> (Int, Int) {
      let values = node.attribute(name)?.ints ?? standard
      guard values.count == 2 else { throw problem(node, "\(name) has not two numbers") }
      return (try small(values[0], node, least: 1), try small(values[1], node, least: 1))
    }
    let size = try pair("kernel_shape", [])
    let stride = try pair("strides", [1, 1])
    guard node.attribute("dilations")?.ints.allSatisfy({ $0 == 1 }) ?? true else {
      throw problem(node, "it is dilated; windows without gaps are supported")
    }
    guard node.integer("ceil_mode", 0) == 0 else {
      throw problem(node, "ceil_mode is set: windows beyond the picture are not supported")
    }
    var window = Window(
      height: size.0, width: size.1, strideHeight: stride.0, strideWidth: stride.1)
    let padding = String(decoding: node.attribute("auto_pad")?.s ?? Data(), as: UTF8.self)
    switch padding {
    case "", "NOTSET":
      let pads = node.attribute("pads")?.ints ?? [0, 0, 0, 0]
      guard pads.count == 4 else { throw problem(node, "pads has not four numbers") }
      window.top = try small(pads[0], node)
      window.left = try small(pads[1], node)
      window.bottom = try small(pads[2], node)
      window.right = try small(pads[3], node)
    case "VALID": break
    case "SAME_UPPER", "SAME_LOWER":
      func share(_ length: Int, _ size: Int, _ stride: Int) -> (Int, Int) {
        let all = max(0, ((length + stride - 1) / stride - 1) * stride + size - length)
        return padding == "SAME_UPPER" ? (all / 2, all - all / 2) : (all - all / 2, all / 2)
      }
      (window.top, window.bottom) = share(shape[0], window.height, window.strideHeight)
      (window.left, window.right) = share(shape[1], window.width, window.strideWidth)
    default: throw problem(node, "auto_pad '\(shown(padding))' is not known")
    }
    return window
  }

  // MARK: The end

  mutating func end(
    with ending: ONNXReader.Ending, _ node: Onnx_NodeProto, axis standard: Int64
  ) throws(ModelFileError) {
    let value = try value(node)
    let axis = node.integer("axis", standard)
    guard value.shape.rank == 1, axis == 1 || axis == -1 else {
      throw problem(node, "axis \(axis) mixes rows; 1 is supported")
    }
    guard self.ending != .position else { throw problem(node, "follows another argmax") }
    self.ending = ending
    if ending == .softmax { hasSoftmax = true }
    pass(value, node)
  }

  /// The network of all that was read, without the squashing at its end.
  func network(keepsSquashing: Bool) throws(ModelFileError) -> (network: Network, head: Head?) {
    guard let last = values[output], last.shape.rank == 1 else {
      throw .graph(file: file, problem: "the output is no row of numbers, one for each answer")
    }
    var architecture = builder.architecture
    var parameters = parameters
    var head: Head? = hasSoftmax ? .softmax : nil
    guard architecture.nodes.last?.id == last.node else {
      throw .graph(file: file, problem: "the output is not what the last layer makes")
    }
    if !keepsSquashing, !hasSoftmax, let end = architecture.nodes.last?.layer as? Activation,
      end.function == .sigmoid
    {
      architecture.nodes.removeLast()
      parameters.removeLast()
      head = .oneVersusRest
    }
    do {
      return (try Network(architecture, parameters: parameters), head)
    } catch {
      throw .graph(file: file, problem: error.errorDescription ?? "the layers do not fit")
    }
  }
}
