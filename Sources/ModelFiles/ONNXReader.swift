import Foundation
import Networks
import ONNXSchema
import Tensors

/// Converts the nodes of a graph to the steps of a network.
///
/// ONNX stores images channels first, networks here channels last; each value records its layout
/// and its shape in the file. Parameters are kept in double precision and scalings as separate
/// steps, until `ONNXNetwork` folds them into adjacent layers.
package struct ONNXReader {
  /// A layer, the indices of its input steps, and its parameters in the order of its roles.
  struct Step {
    var layer: any Layer
    /// Indices of steps; -1 is the network's input.
    var inputs: [Int]
    var parameters: [ONNXConstants.Numbers] = []
    /// Whether it is a scaling, `factor · x + offset` per channel, stored as a batch normalization
    /// with mean 0 and variance 1.
    var isScaling = false
    /// Whether it is a linear map that can be folded into adjacent dense layers.
    var isPreparation = false
  }

  /// A value of the graph.
  package struct Value {
    /// The step that computes it; -1 is the network's input.
    var step: Int
    /// The stored shape of one row: `[height, width, channels]` or `[units]`.
    var shape: Shape
    var order = Order.stored
    /// The shape of one row in the file, without the batch axis, for a value stored as a vector.
    var view: [Int] = []
    /// The softmax or argmax that was applied to the scores, after which no layer may follow.
    var outputFunction: OutputFunction?

    init(step: Int, shape: Shape, order: Order = .stored, view: [Int]? = nil) {
      (self.step, self.shape, self.order) = (step, shape, order)
      self.view = view ?? shape.dimensions
    }

    /// The shape of one row in the file, without the batch axis.
    var lengths: [Int] {
      if shape.rank == 1 { return view }
      return order == .channelsFirst ? [shape[2], shape[0], shape[1]] : shape.dimensions
    }

    /// The number of channels or units: the last stored dimension.
    var channels: Int { shape.dimensions[shape.rank - 1] }
  }

  /// The memory layout of a value in the file.
  package enum Order: Hashable {
    /// As stored.
    case stored
    /// An image `[channels, height, width]`.
    case channelsFirst
    /// A row of flattened images of the stored shapes `[height, width, channels]`, flattened channels
    /// first, and of rows of the shapes `[units]`.
    case flattened(of: [Shape])
  }

  /// A final node that turns scores into probabilities or a class index.
  enum OutputFunction { case softmax, position }

  let file: String
  let opset: Int64
  /// The number of rows that the file states for its input; 0 if it is variable.
  let batch: Int64
  var constants: ONNXConstants
  /// The input shape of the network, for one row.
  private(set) var input: Shape
  private(set) var steps: [Step] = []
  var values: [String: Value] = [:]
  /// Channels-first images of which the file merges height and width to one axis, `[channels, pixels]`. Only
  /// pooling over all pixels reads them.
  var mergedImages: [String: Value] = [:]
  /// The shapes that nodes compute, with `nil` for the batch size.
  var lengths: [String: [Int64?]] = [:]
  var hasSoftmax = false

  /// The maximum size, stride or padding of an image.
  private static let mostPixels: Int64 = 1 << 14
  /// The maximum number of elements of a value per row.
  static let mostNumbers = 1 << 24

  /// Reads a graph.
  init(_ graph: ONNXGraph, file: String) throws(ModelFileError) {
    self.file = file
    opset = graph.opset
    batch = graph.input.type.tensorType.shape.dim.first?.dimValue ?? 0
    constants = graph.constants
    let start = try ONNXInput(graph, file: file)
    input = start.shape
    values[graph.input.name] = Value(
      step: -1, shape: start.shape, order: start.order, view: start.view)
    if let preparation = graph.columns?.preparation {
      try begin(graph.input.name, with: preparation)
    }
    for node in graph.chain {
      if start.skipped.contains(node.output) {
        pass(try value(node), node)
        continue
      }
      if try readLengths(node) { continue }
      guard let read = ONNXOperator.table.row(of: node)?.read else {
        throw problem(node, .place(ONNXOperator.refusal(of: node)))
      }
      guard node.output.first.map({ !$0.isEmpty }) ?? false else {
        throw problem(node, .place(.noOutput))
      }
      try read(&self, node)
    }
  }

  /// Adds the part of the preprocessing that the encoding does not include.
  private mutating func begin(
    _ name: String, with preparation: ONNXColumns.Preparation
  ) throws(ModelFileError) {
    switch preparation {
    case .scaling(let factors, let offsets):
      appendScaling(name, factors, offsets, reading: -1)
    case .sums(let weights, let bias):
      let (inputs, units) = (weights.count / bias.count, bias.count)
      try constants.spend(weights.count)
      input = [inputs]
      steps.append(
        Step(
          layer: Dense(units), inputs: [-1],
          parameters: [
            .init(dimensions: [inputs, units], values: weights),
            .init(dimensions: [units], values: bias),
          ], isPreparation: true))
      values[name] = Value(step: steps.count - 1, shape: [units])
    }
  }

  private mutating func appendScaling(
    _ name: String, _ factors: [Double], _ offsets: [Double], reading step: Int
  ) {
    steps.append(Self.scaling(factors, offsets, reading: step))
    values[name] = Value(step: steps.count - 1, shape: [factors.count])
  }

  static func scaling(_ factors: [Double], _ offsets: [Double], reading step: Int) -> Step {
    let width = [factors.count]
    return Step(
      layer: BatchNormalization(epsilon: 0, isFrozen: true), inputs: [step],
      parameters: [
        .init(dimensions: width, values: factors), .init(dimensions: width, values: offsets),
        .init(dimensions: width, values: factors.map { _ in 0 }),
        .init(dimensions: width, values: factors.map { _ in 1 }),
      ], isScaling: true)
  }

  func problem(_ node: Onnx_NodeProto, _ problem: NodeProblem) -> ModelFileError {
    .node(file: file, node: node.title, operator: shown(node.opType), problem)
  }

  // MARK: Values

  /// The input value of a node at a position, which must not be a constant.
  func input(_ node: Onnx_NodeProto, _ position: Int = 0) throws(ModelFileError) -> Value {
    guard let name = node.input(position), let value = values[name] else {
      if node.input(position).flatMap({ mergedImages[$0] }) != nil {
        throw problem(node, .shape(.imageReshape))
      }
      throw problem(node, .value(.constant(position: position + 1)))
    }
    return value
  }

  /// The input value of a node, before any softmax or argmax.
  package func value(
    _ node: Onnx_NodeProto, _ position: Int = 0
  ) throws(ModelFileError) -> Value {
    let value = try input(node, position)
    guard value.outputFunction == nil else {
      throw problem(node, .place(.afterOutput))
    }
    return value
  }

  /// The positions of the inputs of a node that are not constants.
  func moving(_ node: Onnx_NodeProto) -> [Int] {
    node.input.indices.filter { values[node.input[$0]] != nil }
  }

  /// A vector; an image of one pixel is flattened to its channels.
  mutating func row(
    _ node: Onnx_NodeProto, _ position: Int = 0
  ) throws(ModelFileError) -> Value {
    let value = try value(node, position)
    guard value.shape.rank == 3, value.shape[0] * value.shape[1] == 1 else { return value }
    let lengths = value.lengths
    steps.append(Step(layer: Flattening(), inputs: [value.step]))
    let row = Value(step: steps.count - 1, shape: [value.shape.count], view: lengths)
    values[node.input[position]] = row
    return row
  }

  /// A vector or a channels-first image, for nodes that slice it.
  mutating func parted(_ node: Onnx_NodeProto) throws(ModelFileError) -> Value {
    let value = try value(node)
    let isRow =
      value.shape.rank == 1 && value.order == .stored && value.view.count { $0 > 1 } <= 1
    return isRow ? value : try image(node)
  }

  /// A vector that has three dimensions in the file, reshaped to an image.
  mutating func pixels(_ value: Value, named name: String) -> Value {
    guard value.shape.rank == 1, value.order == .stored, value.view.count == 3 else { return value }
    let shape = Shape(value.view)
    steps.append(Step(layer: Reshaping(shape), inputs: [value.step]))
    let image = Value(step: steps.count - 1, shape: shape)
    values[name] = image
    return image
  }

  /// A channels-first image.
  mutating func image(_ node: Onnx_NodeProto) throws(ModelFileError) -> Value {
    var value = pixels(try value(node), named: node.input[0])
    if value.shape.rank == 3, value.order == .stored {
      let sizes = value.shape
      steps.append(Step(layer: Transposition([1, 2, 0]), inputs: [value.step]))
      value = Value(
        step: steps.count - 1, shape: [sizes[1], sizes[2], sizes[0]], order: .channelsFirst)
      values[node.input[0]] = value
    }
    guard value.shape.rank == 3, value.order == .channelsFirst else {
      throw problem(node, .value(.notImage))
    }
    return value
  }

  /// Defines the output of a node without adding a layer.
  mutating func pass(_ value: Value, _ node: Onnx_NodeProto) {
    values[node.output[0]] = value
  }

  /// Adds a layer that computes an output of the node.
  package mutating func add(
    _ layer: any Layer, reading inputs: [Value], order: Order? = nil, view: [Int]? = nil,
    parameters: [ONNXConstants.Numbers] = [], _ node: Onnx_NodeProto, output: Int = 0
  ) throws(ModelFileError) {
    let shape: Shape
    do {
      shape = try layer.outputShape(for: inputs.map(\.shape))
    } catch {
      throw problem(node, .network(error))
    }
    guard shape.dimensions.reduce(1.0, { $0 * Double($1) }) <= Double(Self.mostNumbers) else {
      throw problem(node, .value(.outputSize(most: Self.mostNumbers)))
    }
    steps.append(Step(layer: layer, inputs: inputs.map(\.step), parameters: parameters))
    let first = inputs[0]
    values[node.output[output]] = Value(
      step: steps.count - 1, shape: shape, order: order ?? first.order,
      view: view ?? (shape == first.shape ? first.view : nil))
  }

  /// Marks the last step as a linear map that can be folded into adjacent dense layers.
  mutating func markPreparation() { steps[steps.count - 1].isPreparation = true }

  /// Adds the scaling `factor · x + offset`, with one factor and offset per channel or for all.
  mutating func addScaling(
    _ factors: [Double], _ offsets: [Double], of value: Value, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let channels = value.channels
    try constants.spend(2 * channels)
    func all(_ numbers: [Double]) -> [Double] {
      numbers.count == channels ? numbers : .init(repeating: numbers[0], count: channels)
    }
    steps.append(Self.scaling(all(factors), all(offsets), reading: value.step))
    var scaled = value
    scaled.step = steps.count - 1
    values[node.output[0]] = scaled
  }

  // MARK: Constants

  /// A constant operand broadcast to a value: one number for all, or one per channel.
  ///
  /// `axis`: the axis of the value (batch = 0) that the first axis of the constant is aligned to,
  /// as in operators before version 7; `nil` aligns the last axes.
  mutating func spread(
    _ name: String, over value: Value, _ node: Onnx_NodeProto, axis: Int64? = nil
  ) throws(ModelFileError) -> [Double] {
    var numbers = try constants.numbers(name)
    let lengths = value.lengths
    let doesNotFit = problem(node, .weights(.broadcast(numbers.dimensions, rows: lengths)))
    if let axis {
      let rank = lengths.count + 1
      let first = Int(clamping: axis < 0 ? axis &+ Int64(rank) : axis)
      let after = rank - first - numbers.dimensions.count
      guard first >= 0, after >= 0 else { throw doesNotFit }
      numbers.dimensions += Array(repeating: 1, count: after)
    }
    let extra = numbers.dimensions.count - lengths.count
    guard !numbers.values.isEmpty, extra <= 1, extra < 1 || numbers.dimensions[0] == 1 else {
      throw doesNotFit
    }
    if numbers.values.count == 1 { return numbers.values }
    let own =
      Array(
        repeating: 1, count: max(-extra, 0)) + numbers.dimensions.dropFirst(max(extra, 0))
    guard zip(own, lengths).allSatisfy({ $0 == 1 || $0 == $1 }) else { throw doesNotFit }
    if value.order == .channelsFirst {
      guard own[1] == 1, own[2] == 1 else {
        throw problem(node, .weights(.pixels(own)))
      }
      return numbers.values
    }
    if value.shape.rank == 3 {
      guard own[0] == 1, own[1] == 1 else {
        throw problem(node, .weights(.pixels(own)))
      }
      return numbers.values
    }
    let count = lengths.reduce(1, *)
    try constants.spend(count)
    var all = [Double](repeating: 0, count: count)
    for position in 0..<count {
      var (rest, place, stride) = (position, 0, 1)
      for axis in lengths.indices.reversed() {
        if own[axis] > 1 { place += rest % lengths[axis] * stride }
        stride *= own[axis]
        rest /= lengths[axis]
      }
      all[position] = numbers.values[place]
    }
    guard case .flattened(let parts) = value.order else { return all }
    return Self.positions(in: parts).map { all[$0] }
  }

  /// The index in the file of each stored element of a row of flattened images and of other rows; the
  /// file flattens channels first.
  static func positions(in parts: [Shape]) -> [Int] {
    var all: [Int] = []
    for part in parts {
      let (start, count) = (all.count, part.count)
      let channels = part.rank == 3 ? part[2] : count
      let pixels = count / max(channels, 1)
      all += (0..<count).map { start + $0 % channels * pixels + $0 / channels }
    }
    return all
  }

  /// A non-empty constant of the given rank.
  package mutating func tensor(
    _ name: String, _ node: Onnx_NodeProto, rank: Int
  ) throws(ModelFileError) -> ONNXConstants.Numbers {
    let numbers = try constants.numbers(name)
    guard numbers.dimensions.count == rank else {
      throw problem(
        node, .weights(.tensorRank(name: name, found: numbers.dimensions.count, expected: rank)))
    }
    guard !numbers.values.isEmpty else { throw problem(node, .weights(.emptyTensor(name: name))) }
    return numbers
  }

  /// Checks a size, stride or padding of a node.
  func small(_ value: Int64, _ node: Onnx_NodeProto, least: Int64 = 0) throws(ModelFileError) -> Int
  {
    guard (least...Self.mostPixels).contains(value) else {
      throw problem(node, .setting(.size(value)))
    }
    return Int(value)
  }

  // MARK: The end

  /// Reads a final softmax or argmax.
  mutating func end(
    with outputFunction: OutputFunction, _ node: Onnx_NodeProto, axis standard: Int64
  ) throws(ModelFileError) {
    if values[node.input.first ?? ""]?.outputFunction != .softmax { _ = try row(node) }
    var value = try input(node)
    let axis = node.integer("axis", standard)
    guard value.shape.rank == 1, value.isRow(axis) || (opset < 13 && axis == 1) else {
      throw problem(node, .axis(axis, .notScores))
    }
    guard value.outputFunction != .position else { throw problem(node, .place(.afterArgmax)) }
    guard outputFunction == .position || value.outputFunction == nil else {
      throw problem(node, .place(.afterOutput))
    }
    value.outputFunction = outputFunction
    if outputFunction == .softmax { hasSoftmax = true }
    pass(value, node)
  }
}

extension ONNXReader.Value {
  /// The index in the shape of a row of an axis of the file, where the batch is axis 0.
  func place(of axis: Int64) -> Int? {
    let rank = Int64(lengths.count) + 1
    let place = axis < 0 ? axis + rank : axis
    return (1..<max(rank, 2)).contains(place) && axis >= -rank && place < rank
      ? Int(place) - 1 : nil
  }

  /// Whether all elements of a row are along an axis.
  func isRow(_ axis: Int64) -> Bool {
    guard shape.rank == 1, let place = place(of: axis) else { return false }
    return view[place] == shape.count
  }
}
