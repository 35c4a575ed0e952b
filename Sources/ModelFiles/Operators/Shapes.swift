import Foundation
import Networks
import ONNXSchema
import Tensors

/// Operators that reshape or transpose rows, and operators without effect at inference.
extension ONNXOperator {
  static func readFlatten(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.input(node)
    let axis = node.integer("axis", 1)
    let rank = Int64(value.lengths.count) + 1
    let place = axis < 0 ? axis &+ rank : axis
    guard (1...max(rank, 1)).contains(place),
      value.lengths.prefix(Int(place) - 1).allSatisfy({ $0 == 1 })
    else { throw reader.problem(node, .axis(axis, .mergesBatch)) }
    try reader.flatten(value, to: [value.shape.count], node)
  }

  static func readReshape(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.input(node)
    let wanted = try reader.wantedLengths(node)
    let refusal = reader.problem(node, .shape(.reshape))
    // 0 means unchanged, unless allowzero is set.
    guard let batch = wanted.first, (-1...1).contains(batch) || batch == reader.batch,
      wanted.count(where: { $0 == -1 }) < 2,
      node.integer("allowzero", 0) == 0 || !wanted.contains(0), wanted.count <= 8
    else { throw refusal }
    let count = value.shape.count
    var view: [Int] = []
    var open: Int?
    for (place, length) in wanted.dropFirst().enumerated() {
      switch length {
      case -1:
        open = place
        view.append(1)
      case 0 where value.lengths.indices.contains(place): view.append(value.lengths[place])
      case 1...Int64(max(count, 1)): view.append(Int(length))
      default: throw refusal
      }
    }
    let product = view.reduce(1.0) { $0 * Double($1) }
    guard product <= Double(count) else { throw refusal }
    if let open { view[open] = count / max(Int(product), 1) }
    guard view.reduce(1, *) == count else { throw refusal }
    try reader.flatten(value, to: view, node)
  }

  /// Squeeze and Unsqueeze: axes of length 1 are removed or inserted.
  static func readSqueeze(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    if reader.values[node.input.first ?? ""]?.outputFunction == nil { _ = try reader.row(node) }
    let value = try reader.input(node)
    var axes = node.attribute("axes")?.ints ?? []
    if let name = node.input(1) { axes = try reader.constants.integers(name) }
    let isSqueeze = node.opType == "Squeeze"
    let rank = Int64(value.lengths.count + 1) + (isSqueeze ? 0 : Int64(axes.count))
    let places = axes.map { $0 < 0 ? $0 &+ rank : $0 }
    var view: [Int] = []
    if isSqueeze {
      guard places.allSatisfy({ (1..<rank).contains($0) && value.lengths[Int($0) - 1] == 1 }) else {
        throw reader.problem(node, .shape(.removedAxes))
      }
      view = value.lengths.enumerated().filter {
        places.isEmpty ? $0.element != 1 : !places.contains(Int64($0.offset) + 1)
      }.map(\.element)
    } else {
      guard rank <= 9, !places.isEmpty, Set(places).count == places.count,
        places.allSatisfy({ (1..<rank).contains($0) })
      else {
        throw reader.problem(node, .shape(.insertedAxes))
      }
      var rest = value.lengths[...]
      view = (1..<rank).map { places.contains($0) ? 1 : rest.popFirst() ?? 1 }
    }
    guard value.shape.rank == 1 else {
      throw reader.problem(node, .shape(.imageRank))
    }
    try reader.flatten(value, to: view, node)
  }

  static func readTranspose(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    var value = try reader.input(node)
    let lengths = value.lengths
    let order = (node.attribute("perm")?.ints ?? []).map { Int(clamping: $0) }
    let refusal = reader.problem(node, .shape(.permutation))
    guard order.first == 0, order.sorted() == Array(0...lengths.count) else { throw refusal }
    let places = order.dropFirst().map { $0 - 1 }
    let long = places.filter { lengths[$0] > 1 }
    if value.shape.rank == 1, long == long.sorted() {
      // Only axes of length 1 are permuted.
      value.view = places.map { lengths[$0] }
      return reader.pass(value, node)
    }
    value = reader.pixels(value, named: node.input[0])
    switch (places, value.order, value.shape.rank) {
    case ([2, 0, 1], .stored, 3): value.order = .channelsFirst
    case ([1, 2, 0], .channelsFirst, 3): value.order = .stored
    case ([0, 1, 2], _, 3): break
    default: throw refusal
    }
    reader.pass(value, node)
  }

  static func readConcat(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    var parts: [ONNXReader.Value] = []
    // One operand is passed on, also as an output.
    if node.input.count == 1 { return reader.pass(try reader.input(node), node) }
    for position in node.input.indices { parts.append(try reader.value(node, position)) }
    if Set(parts.map(\.shape.rank)).count > 1 {
      // Images of one pixel are rows.
      for position in parts.indices { parts[position] = try reader.row(node, position) }
    }
    guard let first = parts.first,
      parts.allSatisfy({
        ($0.order == first.order || first.shape.rank == 1) && $0.shape.rank == first.shape.rank
          && $0.lengths.count == first.lengths.count
      })
    else { throw reader.problem(node, .value(.imageAndRow)) }
    let axis = node.integer("axis", 0)
    let isChannels: Bool
    switch (first.order, first.shape.rank) {
    case (.channelsFirst, _): isChannels = first.place(of: axis) == 0
    case (_, 1): isChannels = parts.allSatisfy { $0.isRow(axis) }
    default: isChannels = first.place(of: axis) == 2
    }
    guard isChannels else {
      throw reader.problem(node, .axis(axis, .notChannels))
    }
    var view: [Int]?
    if first.shape.rank == 1, let place = first.place(of: axis) {
      view = first.view
      view?[place] = parts.reduce(0) { $0 + $1.shape.count }
    }
    try reader.add(
      Concatenation(), reading: parts, order: .init(joining: parts) ?? first.order, view: view,
      node)
  }

  // MARK: No effect at inference

  static func readIdentity(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    reader.pass(try reader.input(node), node)
  }

  /// Casts between floating-point types; values keep their precision, also for 16-bit types.
  static func readCast(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.input(node)
    if value.outputFunction != .position, node.opType == "Cast" {
      let type = Onnx_TensorProto.DataType(rawValue: Int(node.integer("to", 0)))
      guard type == .float || type == .double || type == .float16 || type == .bfloat16 else {
        throw reader.problem(node, .setting(.rounding))
      }
    }
    reader.pass(value, node)
  }

  static func readDropout(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    // The third input enables training mode. It is a Boolean: one byte, or one entry.
    if let name = node.input(2), !reader.constants.isFalse(name) {
      throw reader.problem(node, .setting(.training))
    }
    let value = try reader.value(node)
    var share = node.number("ratio", 0.5)
    if let name = node.input(1) {
      share = Float(try reader.constants.numbers(name).values.first ?? 0.5)
    }
    try reader.add(Dropout(share), reading: [value], node)
  }
}

extension ONNXReader {
  /// Reshapes a row; an image is flattened first.
  mutating func flatten(
    _ value: Value, to view: [Int], _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    guard value.shape.rank == 3 else {
      var row = value
      row.view = view
      return pass(row, node)
    }
    if view == value.lengths { return pass(value, node) }
    let pixels = value.shape[0] * value.shape[1]
    if pixels == 1 || value.shape[2] == 1 {
      // With one channel or one pixel, moving the channels changes no order of numbers.
      var other = value
      other.order = value.order == .channelsFirst ? .stored : .channelsFirst
      if view == other.lengths { return pass(other, node) }
    }
    if value.order == .channelsFirst, value.outputFunction == nil, pixels > 1, value.shape[2] > 1,
      view == [value.shape[2], pixels]
    {
      mergedImages[node.output[0]] = value
      return
    }
    guard view.filter({ $0 != 1 }) == [value.shape.count] || value.shape.count == 1 else {
      throw problem(node, .shape(.imageReshape))
    }
    let isTransposed = value.order == .channelsFirst && value.shape[0] * value.shape[1] > 1
    try add(
      Flattening(), reading: [value], order: isTransposed ? .flattened(of: [value.shape]) : .stored,
      view: view, node)
    values[node.output[0]]?.outputFunction = value.outputFunction
  }
}

extension ONNXReader.Order {
  /// The order of a row of several rows; `nil` if none of them is a flattened image.
  init?(joining parts: [ONNXReader.Value]) {
    var shapes: [Shape] = []
    var isStored = true
    for part in parts {
      if case .flattened(let own) = part.order {
        shapes += own
        isStored = false
      } else {
        shapes.append(part.shape)
      }
    }
    if isStored { return nil }
    self = .flattened(of: shapes)
  }
}

// MARK: - Writing

extension ONNXOperator {
  /// Images are transposed to channels last before it.
  static func writeFlattening(
    _ writer: inout ONNXWriter, _ layer: Flattening, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) {
    if place.inputs[0].rank == 3 {
      node.input = [
        writer.addTransposition(of: node.input[0], [0, 2, 3, 1], makes: "\(node.name):pixels")
      ]
    }
    node.opType = "Flatten"
  }

  /// Images are channels first in files, and last in networks.
  static func writeReshaping(
    _ writer: inout ONNXWriter, _ layer: Reshaping, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) {
    if place.inputs[0].rank == 3 {
      node.input = [
        writer.addTransposition(of: node.input[0], [0, 2, 3, 1], makes: "\(node.name):last")
      ]
    }
    guard layer.shape.rank == 3 else {
      node.opType = "Reshape"
      return writer.addIntegers([("shape", [-1] + layer.shape.dimensions)], to: &node)
    }
    let pixels = writer.addReshape(
      of: node.input[0], to: [-1] + layer.shape.dimensions, makes: "\(node.name):pixels")
    node.opType = "Transpose"
    node.input = [pixels]
    node.attribute = [ONNXWriter.integers("perm", [0, 3, 1, 2])]
  }

  static func writeTransposition(
    _ writer: inout ONNXWriter, _ layer: Transposition, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) throws(ModelFileError) {
    if layer.order == [1, 2, 0], place.readsInput, writer.startsAsStored {
      // The input is already channels first.
      node.opType = "Identity"
      return
    }
    guard layer.order.count == 3, place.inputs[0].rank == 3 else {
      throw ONNXWriter.unwritable(layer, place)
    }
    // The axis in the file of each dimension in the network, which has channels last.
    let axes = [2, 3, 1]
    let order = [layer.order[2], layer.order[0], layer.order[1]].map { axes[$0] }
    node.opType = "Transpose"
    node.attribute = [ONNXWriter.integers("perm", [0] + order)]
  }

  static func writeConcatenation(
    _ writer: inout ONNXWriter, _ layer: Concatenation, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) {
    node.opType = "Concat"
    node.attribute = [ONNXWriter.integers("axis", one: 1)]
  }

  static func writeDropout(
    _ writer: inout ONNXWriter, _ layer: Dropout, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) {
    node.opType = "Dropout"
    writer.addParameters([("ratio", Tensor([layer.share], shape: []))], to: &node)
  }
}
