import Foundation
import Networks
import ONNXSchema
import Tensors

/// How the operators are read in graphs of pictures and branches.
extension ONNXOperator {
  // MARK: Weighted sums

  static func pictureConv(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.picture(node)
    guard let name = node.input(1) else { throw reader.problem(node, "it has no weights") }
    let weights = try reader.tensor(name, node, rank: 4)
    let (units, channels) = (weights.shape[0], weights.shape[1])
    let (height, width) = (weights.shape[2], weights.shape[3])
    var described = node
    if node.attribute("kernel_shape") == nil {
      var size = Onnx_AttributeProto()
      size.name = "kernel_shape"
      size.ints = [Int64(height), Int64(width)]
      described.attribute.append(size)
    }
    let window = try reader.window(described, over: value.shape)
    guard window.height == height, window.width == width else {
      throw reader.problem(node, "its weights are not of the size that kernel_shape states")
    }
    let groups = try reader.small(node.integer("group", 1), node, least: 1)
    guard value.shape[2] == channels * groups else {
      throw reader.problem(
        node, "it reads \(channels * groups) channels where \(value.shape[2]) come in")
    }
    guard units % groups == 0 else {
      throw reader.problem(node, "\(units) units are not to be parted into \(groups) groups")
    }
    var bias = Tensor(shape: [units])
    if let name = node.input(2) {
      bias = try reader.tensor(name, node, rank: 1)
      guard bias.count == units else {
        throw reader.problem(node, "it has \(bias.count) biases for \(units) units")
      }
    }
    // [units, channels, height, width] to [height, width, channels, units].
    let turned = weights.reshaped(to: [1, units, channels, height, width])
      .transposed(by: [2, 3, 1, 0]).reshaped(to: [height, width, channels, units])
    let hasBias = node.input(2) != nil
    try reader.add(
      Convolution(units, window, groups: groups, hasBias: hasBias), reading: [value],
      meaning: .channelsFirst, parameters: hasBias ? [turned, bias] : [turned], node)
  }

  static func pictureDense(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.value(node)
    guard node.integer("transA", 0) == 0 else {
      throw reader.problem(node, "transA is set: it mixes rows")
    }
    guard value.shape.rank == 1, let name = node.input(1) else {
      throw reader.problem(node, "it does not read rows of numbers")
    }
    var weights = try reader.tensor(name, node, rank: 2)
    if node.integer("transB", 0) != 0 {
      weights = weights.reshaped(to: [1, weights.shape[0], weights.shape[1]])
        .transposed(by: [1, 0]).reshaped(to: [weights.shape[1], weights.shape[0]])
    }
    let (inputs, units) = (weights.shape[0], weights.shape[1])
    guard inputs == value.shape.count else {
      throw reader.problem(
        node, "it reads \(inputs) numbers where \(value.shape.count) come in")
    }
    if case .flattened(let picture) = value.meaning {
      // The file counts channel by channel, the rows here pixel by pixel.
      let (height, width, channels) = (picture[0], picture[1], picture[2])
      let order = (0..<inputs).map { position in
        let (pixel, channel) = (position / channels, position % channels)
        return channel * height * width + pixel
      }
      weights = weights.selectingRows(order)
    }
    let alpha = node.number("alpha", 1)
    if alpha != 1 {
      weights = Tensor(weights.elements.map { $0 * alpha }, shape: weights.shape)
    }
    var bias = Tensor(shape: [units])
    if let name = node.input(2) {
      let beta = Double(node.number("beta", 1))
      let numbers = try reader.constants.numbers(name).values
      guard numbers.count == units || numbers.count == 1 else {
        throw reader.problem(node, "it has \(numbers.count) biases for \(units) units")
      }
      bias = Tensor(
        (0..<units).map { Float(beta * numbers[numbers.count == 1 ? 0 : $0]) }, shape: [units])
    }
    try reader.add(
      Dense(units), reading: [value], meaning: .stored, parameters: [weights, bias], node)
  }

  /// Add, Sub, Mul, Div: of two values a sum, of a value and constants a bias or a scaling.
  static func pictureArithmetic(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    guard node.input.count == 2 else { throw reader.problem(node, "it does not read two values") }
    let names = node.input
    if let first = reader.values[names[0]], let second = reader.values[names[1]] {
      guard node.opType == "Add", first.shape == second.shape, first.meaning == second.meaning
      else { throw reader.problem(node, "only values of one shape can be added up") }
      try reader.add(Sum(), reading: [first, second], meaning: first.meaning, node)
      return
    }
    let isFirst = reader.values[names[0]] != nil
    let value = try reader.value(node, isFirst ? 0 : 1)
    let name = names[isFirst ? 0 : 1]
    let numbers = try reader.constants.numbers(names[isFirst ? 1 : 0])
    let channels = value.shape.dimensions.last ?? 1
    // One number for all, or one for each channel or column where it stands in the file's order.
    let position = value.meaning == .channelsFirst ? 2 : 0
    let padded = numbers.dimensions.reversed() + [1, 1, 1, 1]
    let stands = padded.enumerated().allSatisfy { $0.offset == position || $0.element == 1 }
    guard numbers.values.count == 1 || (numbers.values.count == channels && stands) else {
      throw reader.problem(node, "its constant does not have one number for each channel")
    }
    if case .flattened = value.meaning, numbers.values.count > 1 {
      throw reader.problem(node, "its constant counts the pixels of a flattened picture")
    }
    var (factors, offsets) = ([1.0], [0.0])
    switch (node.opType, isFirst) {
    case ("Add", _): offsets = numbers.values
    case ("Sub", true): offsets = numbers.values.map { -$0 }
    case ("Sub", false): (factors, offsets) = ([-1], numbers.values)
    case ("Mul", _): factors = numbers.values
    default:
      guard isFirst, !numbers.values.contains(0) else {
        throw reader.problem(node, isFirst ? "it divides by zero" : "it divides by the rows")
      }
      factors = numbers.values.map { 1 / $0 }
    }
    if factors == [1], reader.addToBias(value, name, offsets) {
      reader.pass(value, node)
      return
    }
    func all(_ numbers: [Double]) -> Tensor {
      Tensor(
        (0..<channels).map { Float(numbers[numbers.count == 1 ? 0 : $0]) }, shape: [channels])
    }
    try reader.add(
      BatchNormalization(epsilon: 0), reading: [value], meaning: value.meaning,
      parameters: [
        all(factors), all(offsets), Tensor(shape: [channels]),
        Tensor(repeating: 1, shape: [channels]),
      ], node)
  }

  static func pictureSum(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    var parts: [ONNXPictureReader.Value] = []
    for position in node.input.indices { parts.append(try reader.value(node, position)) }
    guard let first = parts.first,
      parts.allSatisfy({ $0.shape == first.shape && $0.meaning == first.meaning })
    else { throw reader.problem(node, "only values of one shape can be added up") }
    try reader.add(Sum(), reading: parts, meaning: first.meaning, node)
  }

  // MARK: Channels

  static func pictureNormalization(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.value(node)
    guard node.integer("training_mode", 0) == 0, node.output.count == 1 else {
      throw reader.problem(node, "it is set to training mode")
    }
    guard value.shape.rank == 1 || value.meaning == .channelsFirst else {
      throw reader.problem(node, "it does not read a picture of [channels, height, width]")
    }
    if case .flattened = value.meaning {
      throw reader.problem(node, "it normalises the pixels of a flattened picture")
    }
    let channels = value.shape.dimensions.last ?? 1
    var own: [Tensor] = []
    for position in 1...4 {
      guard let name = node.input(position) else {
        throw reader.problem(node, "it has not four inputs beside what it normalises")
      }
      own.append(try reader.tensor(name, node, rank: 1))
    }
    let epsilon = node.number("epsilon", 1e-5)
    guard own.allSatisfy({ $0.count == channels }) else {
      throw reader.problem(node, "it has not one number for each of \(channels) channels")
    }
    guard epsilon.isFinite, epsilon >= 0, own[3].elements.allSatisfy({ $0 + epsilon > 0 }) else {
      throw reader.problem(node, "a variance is not above zero")
    }
    try reader.add(
      BatchNormalization(epsilon: epsilon), reading: [value], meaning: value.meaning,
      parameters: own, node)
  }

  static func pictureActivation(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.value(node)
    guard let activation = Activation(node), activation.slope.isFinite, activation.slope >= 0
    else { throw reader.problem(node, "alpha is not 0 or more") }
    try reader.add(activation, reading: [value], meaning: value.meaning, node)
  }

  static func pictureConcat(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    var parts: [ONNXPictureReader.Value] = []
    for position in node.input.indices { parts.append(try reader.value(node, position)) }
    guard let first = parts.first, parts.allSatisfy({ $0.meaning == first.meaning }) else {
      throw reader.problem(node, "it puts a picture beside a row")
    }
    let axis = node.integer("axis", 0)
    let wanted: [Int64]
    switch first.meaning {
    case .channelsFirst: wanted = [1, -3]
    case .stored: wanted = first.shape.rank == 1 ? [1, -1] : [3, -1]
    default: wanted = []
    }
    guard wanted.contains(axis) else {
      throw reader.problem(node, "axis \(axis) is not that of the channels")
    }
    try reader.add(Concatenation(), reading: parts, meaning: first.meaning, node)
  }

  // MARK: Windows

  static func picturePool(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.picture(node)
    let window = try reader.window(node, over: value.shape)
    guard node.output.count == 1, node.integer("storage_order", 0) == 0 else {
      throw reader.problem(node, "it also gives the places of the largest numbers")
    }
    let kind: Pooling.Kind =
      node.opType == "MaxPool"
      ? .largest : node.integer("count_include_pad", 0) == 0 ? .mean : .paddedMean
    try reader.add(
      Pooling(kind, window), reading: [value], meaning: .channelsFirst, node)
  }

  static func pictureGlobalPool(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.picture(node)
    var keeps = true
    if node.opType == "ReduceMean" {
      var axes = node.attribute("axes")?.ints ?? []
      if let name = node.input(1) { axes = try reader.constants.integers(name) }
      guard Set(axes.map { $0 < 0 ? $0 + 4 : $0 }) == [2, 3] else {
        throw reader.problem(node, "means are supported over all pixels: axes 2 and 3")
      }
      keeps = node.integer("keepdims", 1) != 0
    }
    try reader.add(
      GlobalAveragePooling(), reading: [value], meaning: keeps ? .pooled : .stored, node)
  }

  static func picturePad(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.picture(node)
    let mode = String(decoding: node.attribute("mode")?.s ?? Data("constant".utf8), as: UTF8.self)
    var pads = node.attribute("pads")?.ints ?? []
    if let name = node.input(1) { pads = try reader.integers(name, node) }
    var filling = Double(node.number("value", 0))
    if let name = node.input(2) { filling = try reader.constants.numbers(name).values.first ?? 0 }
    guard mode == "constant", filling == 0, pads.count == 8, pads[0] == 0, pads[4] == 0,
      node.input(3) == nil
    else { throw reader.problem(node, "zeros around a picture are supported") }
    try reader.add(
      ZeroPadding(
        top: try reader.small(pads[2], node), left: try reader.small(pads[3], node),
        bottom: try reader.small(pads[6], node), right: try reader.small(pads[7], node),
        front: try reader.small(pads[1], node), back: try reader.small(pads[5], node)),
      reading: [value], meaning: .channelsFirst, node)
  }

  // MARK: Shapes

  static func pictureFlatten(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.value(node)
    let axis = node.integer("axis", 1)
    guard axis == 1 || (axis == -3 && value.shape.rank == 3) else {
      throw reader.problem(node, "axis \(axis) mixes rows; 1 is supported")
    }
    try flatten(value, &reader, node)
  }

  private static func flatten(
    _ value: ONNXPictureReader.Value, _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    guard value.shape.rank == 3 else {
      var row = value
      if row.meaning == .pooled { row.meaning = .stored }
      reader.pass(row, node)
      return
    }
    try reader.add(
      Flattening(), reading: [value],
      meaning: value.meaning == .channelsFirst ? .flattened(of: value.shape) : .stored, node)
  }

  static func pictureReshape(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.value(node)
    let wanted = try reader.wantedLengths(node)
    guard let batch = wanted.first, batch <= 1, wanted.count(where: { $0 == -1 }) < 2 else {
      throw reader.problem(node, "it changes more than a row's shape")
    }
    let count = Int64(value.shape.count)
    if wanted.count == 2, wanted[1] == count || wanted[1] == -1 {
      return try flatten(value, &reader, node)
    }
    guard value.shape.rank == 1, value.meaning == .stored,
      let shape = ONNXPictureReader.picture(wanted, of: value.shape.count)
    else { throw reader.problem(node, "it changes more than a row's shape") }
    try reader.add(Reshaping(shape), reading: [value], meaning: .stored, node)
  }

  /// One number a channel, `[channels, 1, 1]`, as a row.
  static func pictureSqueeze(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    var value = try reader.value(node)
    var axes = node.attribute("axes")?.ints ?? []
    if let name = node.input(1) { axes = try reader.constants.integers(name) }
    guard value.meaning == .pooled, Set(axes.map { $0 < 0 ? $0 + 4 : $0 }) == [2, 3] else {
      throw reader.problem(node, "the two lengths of one of pooled channels can be left out")
    }
    value.meaning = .stored
    reader.pass(value, node)
  }

  static func pictureSizes(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    throw reader.problem(node, "is supported for lengths, not for rows")
  }

  static func pictureTranspose(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    var value = try reader.value(node)
    switch (node.attribute("perm")?.ints ?? [], value.meaning, value.shape.rank) {
    case ([0, 3, 1, 2], .stored, 3): value.meaning = .channelsFirst
    case ([0, 2, 3, 1], .channelsFirst, 3): value.meaning = .stored
    case ([0, 1], _, 1), ([0, 1, 2, 3], _, 3): break
    default:
      throw reader.problem(node, "channels can be put first or last, nothing else")
    }
    reader.pass(value, node)
  }

  // MARK: What changes nothing

  static func picturePass(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    if node.opType == "Cast", reader.ending != .position {
      let type = Onnx_TensorProto.DataType(rawValue: Int(node.integer("to", 0)))
      guard type == .float || type == .double else {
        throw reader.problem(node, "it rounds the rows: float and double are supported")
      }
    }
    reader.pass(try reader.value(node), node)
  }

  static func pictureDropout(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    if let name = node.input(2), !reader.constants.isFalse(name) {
      throw reader.problem(node, "it is set to training mode")
    }
    let value = try reader.value(node)
    var share = node.number("ratio", 0.5)
    if let name = node.input(1) {
      share = Float(try reader.constants.numbers(name).values.first ?? 0.5)
    }
    try reader.add(Dropout(share), reading: [value], meaning: value.meaning, node)
  }

  static func pictureSoftmax(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    try reader.end(with: .softmax, node, axis: -1)
  }

  static func pictureArgMax(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    try reader.end(with: .position, node, axis: 0)
  }
}

extension Activation {
  /// The activation that a node is; `nil` for other operators.
  init?(_ node: Onnx_NodeProto) {
    switch node.opType {
    case "Relu": self.init(.relu)
    case "LeakyRelu": self.init(.leakyReLU, slope: node.number("alpha", 0.01))
    case "Elu": self.init(.elu, slope: node.number("alpha", 1))
    case "Sigmoid": self.init(.sigmoid)
    case "Tanh": self.init(.tanh)
    default: return nil
    }
  }
}
