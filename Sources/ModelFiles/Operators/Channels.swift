import Networks
import ONNXSchema
import Tensors

extension ONNXReader {
  /// The input value of a node along the channel axis, and the number of channels.
  fileprivate mutating func channels(
    _ node: Onnx_NodeProto
  ) throws(ModelFileError) -> (value: Value, count: Int) {
    let value = try parted(node)
    let axis = node.integer("axis", 0)
    guard value.isChannels(axis) else {
      throw problem(node, .axis(axis, .notChannels))
    }
    return (value, value.channels)
  }

  /// The softmax probability of one of two classes: the sigmoid of the difference of the scores.
  fileprivate mutating func addShare(
    of value: Value, at position: Int, view: [Int], _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    var scores = value
    scores.outputFunction = nil
    hasSoftmax = false
    let sign = position == 1 ? 1.0 : -1.0
    try add(
      Dense(1), reading: [scores], view: view,
      parameters: [
        .init(dimensions: [2, 1], values: [-sign, sign]), .init(dimensions: [1], values: [0]),
      ], node)
    markPreparation()
    try add(Activation(.sigmoid), reading: [try self.value(named: node.output[0], node)], node)
  }

  /// Adds a channel selection.
  fileprivate mutating func select(
    _ channels: [Int], of value: Value, along axis: Int64, _ node: Onnx_NodeProto, output: Int = 0
  ) throws(ModelFileError) {
    var view: [Int]?
    if value.shape.rank == 1, let place = value.place(of: axis) {
      view = value.view
      view?[place] = channels.count
    }
    if channels == Array(0..<value.channels) {
      var same = value
      same.view = view ?? value.view
      values[node.output[output]] = same
      return
    }
    try add(
      ChannelSelection(channels), reading: [value], view: view, node, output: output)
  }
}

extension ONNXReader.Value {
  /// Whether an axis of the file is the channel axis, or the axis of a vector.
  fileprivate func isChannels(_ axis: Int64) -> Bool {
    shape.rank == 1 ? isRow(axis) : order == .channelsFirst && place(of: axis) == 0
  }
}

/// Operators that select channels of an image, or elements of a vector.
extension ONNXOperator {
  static func readSlice(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    func numbers(_ position: Int) throws(ModelFileError) -> [Int64]? {
      guard let name = node.input(position) else { return nil }
      return try reader.integers(name, node)
    }
    let starts = try numbers(1) ?? node.attribute("starts")?.ints ?? []
    let ends = try numbers(2) ?? node.attribute("ends")?.ints ?? []
    let axes = try numbers(3) ?? node.attribute("axes")?.ints ?? starts.indices.map { Int64($0) }
    let steps = try numbers(4) ?? starts.map { _ in 1 }
    guard starts.count == ends.count, starts.count == axes.count, starts.count == steps.count
    else { throw reader.problem(node, .shape(.sliceLengths)) }
    if axes.count == 1, steps[0] != 0 {
      let value = try reader.parted(node)
      if value.isChannels(axes[0]) {
        let channels = Int64(value.channels)
        // With a negative step, positions are clamped to the last channel, and the end to the place
        // before the first.
        let (first, last) = steps[0] > 0 ? (Int64(0), channels) : (-1, channels - 1)
        func place(_ number: Int64, least: Int64) -> Int {
          Int(min(max(number < 0 ? number &+ channels : number, least), last))
        }
        let positions = Array(
          stride(
            from: place(starts[0], least: 0), to: place(ends[0], least: first),
            by: Int(min(max(steps[0], -channels), channels))))
        guard !positions.isEmpty else { throw reader.problem(node, .shape(.emptySlice)) }
        return try reader.select(positions, of: value, along: axes[0], node)
      }
    }
    let value = try reader.image(node)
    var strides = (1, 1)
    for index in starts.indices {
      let axis = axes[index] < 0 && axes[index] >= -4 ? axes[index] + 4 : axes[index]
      guard axis == 2 || axis == 3, starts[index] == 0,
        ends[index] >= Int64(value.shape[Int(axis) - 2])
      else {
        throw reader.problem(node, .shape(.slice))
      }
      let step = try reader.small(steps[index], node, least: 1)
      if axis == 2 { strides.0 = step } else { strides.1 = step }
    }
    try reader.add(StridedSlice(strides.0, strides.1), reading: [value], node)
  }

  static func readSplit(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let (value, channels) = try reader.channels(node)
    let parts = node.output.count
    var sizes = node.attribute("split")?.ints ?? []
    if let name = node.input(1) { sizes = try reader.integers(name, node) }
    if sizes.isEmpty, parts > 0 {
      // Parts of equal size; the last may be smaller.
      let each = (channels + parts - 1) / parts
      sizes = (0..<parts).map { Int64(max(min(each, channels - $0 * each), 0)) }
    }
    guard sizes.count == parts, sizes.allSatisfy({ (1...Int64(channels)).contains($0) }),
      sizes.reduce(0, { min($0 + $1, Int64(channels) + 1) }) == Int64(channels)
    else {
      throw reader.problem(node, .shape(.split(parts: parts, channels: channels)))
    }
    var start = 0
    for (output, size) in sizes.enumerated() {
      if !node.output[output].isEmpty {
        try reader.select(
          Array(start..<start + Int(size)), of: value, along: node.integer("axis", 0), node,
          output: output)
      }
      start += Int(size)
    }
  }

  static func readGather(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    guard let name = node.input(1), let rank = reader.constants.rank(of: name), rank <= 1 else {
      throw reader.problem(node, .shape(.indices))
    }
    let places = try reader.constants.integers(name, most: 1 << 16)
    let axis = node.integer("axis", 0)
    if let value = reader.values[node.input[0]], value.outputFunction == .softmax,
      places.count == 1,
      value.channels == 2, (-2..<2).contains(places[0]), value.isRow(axis),
      let place = value.place(of: axis)
    {
      var view = value.view
      if rank == 0 { view.remove(at: place) } else { view[place] = 1 }
      return try reader.addShare(of: value, at: Int(places[0] & 1), view: view, node)
    }
    let (value, count) = try reader.channels(node)
    let channels = Int64(count)
    guard !places.isEmpty, places.allSatisfy({ (-channels..<channels).contains($0) }) else {
      throw reader.problem(node, .shape(.channelIndex(count: count)))
    }
    guard rank == 1 || value.shape.rank == 1 else {
      throw reader.problem(node, .shape(.indices))
    }
    try reader.select(
      places.map { Int($0 < 0 ? $0 + channels : $0) }, of: value, along: axis, node)
    // A scalar index removes the axis.
    if rank == 0, let place = value.place(of: axis) {
      reader.values[node.output[0]]?.view.remove(at: place)
    }
  }
}

// MARK: - Writing

extension ONNXOperator {
  static func writeChannelSelection(
    _ writer: inout ONNXWriter, _ layer: ChannelSelection, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) {
    let (first, last) = (layer.channels[0], layer.channels[0] + layer.channels.count)
    if layer.channels == Array(first..<last) {
      node.opType = "Slice"
      writer.addIntegers([("starts", [first]), ("ends", [last]), ("axes", [1])], to: &node)
    } else {
      node.opType = "Gather"
      node.attribute = [ONNXWriter.integers("axis", one: 1)]
      writer.addIntegers([("channels", layer.channels)], to: &node)
    }
  }

  static func writeStridedSlice(
    _ writer: inout ONNXWriter, _ layer: StridedSlice, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) {
    node.opType = "Slice"
    writer.addIntegers(
      [
        ("starts", [0, 0]), ("ends", [place.inputs[0][0], place.inputs[0][1]]), ("axes", [2, 3]),
        ("steps", [layer.strideHeight, layer.strideWidth]),
      ], to: &node)
  }
}
