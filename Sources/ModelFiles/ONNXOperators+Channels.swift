import Networks
import ONNXSchema
import Tensors

extension ONNXPictureReader.Value {
  /// Whether an axis, as the file counts, is that of the channels, or of a row's numbers.
  fileprivate func isChannels(_ axis: Int64) -> Bool {
    axis == 1 || axis == (meaning == .channelsFirst ? -3 : -1)
  }
}

extension ONNXPictureReader {
  /// What a node reads whose axis is that of the channels, and how many there are.
  fileprivate mutating func channels(
    _ node: Onnx_NodeProto
  ) throws(ModelFileError) -> (value: Value, count: Int) {
    let value = try parted(node)
    let axis = node.integer("axis", 0)
    guard value.isChannels(axis) else {
      throw problem(node, "axis \(axis) is not that of the channels")
    }
    return (value, value.shape.dimensions[value.shape.rank - 1])
  }
}

/// Operators that take parts of a picture's channels, or of a row.
extension ONNXOperator {
  static func pictureSlice(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
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
    else { throw reader.problem(node, "its lists are not of one length") }
    if axes.count == 1, steps[0] == 1 {
      let value = try reader.parted(node)
      if value.isChannels(axes[0]) {
        let channels = Int64(value.shape.dimensions[value.shape.rank - 1])
        func place(_ number: Int64) -> Int {
          Int(min(max(number < 0 ? number &+ channels : number, 0), channels))
        }
        let (start, end) = (place(starts[0]), place(ends[0]))
        guard start < end else { throw reader.problem(node, "nothing is left of it") }
        return try reader.add(
          ChannelSelection(Array(start..<end)), reading: [value], meaning: value.meaning,
          node)
      }
    }
    let value = try reader.picture(node)
    var strides = (1, 1)
    for index in starts.indices {
      let axis = axes[index] < 0 && axes[index] >= -4 ? axes[index] + 4 : axes[index]
      guard axis == 2 || axis == 3, starts[index] == 0,
        ends[index] >= Int64(value.shape[Int(axis) - 2])
      else {
        throw reader.problem(
          node, "some channels, or every so-many-th row and column of pixels, are supported")
      }
      let step = try reader.small(steps[index], node, least: 1)
      if axis == 2 { strides.0 = step } else { strides.1 = step }
    }
    try reader.add(
      StridedSlice(strides.0, strides.1), reading: [value], meaning: .channelsFirst, node)
  }

  static func pictureSplit(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let (value, channels) = try reader.channels(node)
    let parts = node.output.count
    var sizes = node.attribute("split")?.ints ?? []
    if let name = node.input(1) { sizes = try reader.integers(name, node) }
    if sizes.isEmpty, parts > 0 {
      // Equal parts, of which the last may be smaller.
      let each = (channels + parts - 1) / parts
      sizes = (0..<parts).map { Int64(max(min(each, channels - $0 * each), 0)) }
    }
    guard sizes.count == parts, sizes.allSatisfy({ (1...Int64(channels)).contains($0) }),
      sizes.reduce(0, { min($0 + $1, Int64(channels) + 1) }) == Int64(channels)
    else {
      throw reader.problem(
        node, "its \(parts) parts are not of at least one channel and \(channels) together")
    }
    var start = 0
    for (output, size) in sizes.enumerated() {
      if !node.output[output].isEmpty {
        try reader.add(
          ChannelSelection(Array(start..<start + Int(size))), reading: [value],
          meaning: value.meaning,
          node, output: output)
      }
      start += Int(size)
    }
  }

  static func pictureGather(
    _ reader: inout ONNXPictureReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let (value, count) = try reader.channels(node)
    let channels = Int64(count)
    guard let name = node.input(1), reader.constants.rank(of: name) == 1 else {
      throw reader.problem(node, "it does not take a stated list of channels")
    }
    let places = try reader.constants.integers(name, most: 1 << 16)
    guard !places.isEmpty, places.allSatisfy({ (-channels..<channels).contains($0) }) else {
      throw reader.problem(node, "it takes channels that there are not: there are \(channels)")
    }
    try reader.add(
      ChannelSelection(places.map { Int($0 < 0 ? $0 + channels : $0) }), reading: [value],
      meaning: value.meaning, node)
  }
}
