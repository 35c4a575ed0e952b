import Foundation
import ONNXSchema

/// Embeddings of columns of whole numbers: `Gather(weights, column)`, the export of `torch.nn.Embedding` and
/// Keras' `Embedding`, and the operators that select the columns before and arrange the vectors behind it.
extension ONNXColumns {
  /// The axes of a value, `[batch, …]`, where it is not a row of columns.
  enum Form: Hashable {
    /// `[batch, columns]`
    case row
    /// `[batch]`, one column.
    case vector
    /// `[batch, columns / size, size]`, a vector of `size` elements for each index.
    case matrix(size: Int)
  }

  /// Whether a node looks up rows of a constant matrix by a value.
  static func isEmbedding(_ node: Onnx_NodeProto, _ constants: ONNXConstants) -> Bool {
    node.opType == "Gather" && node.domain.isEmpty && node.integer("axis", 0) == 0
      && node.input.count == 2 && constants.rank(of: node.input[0]) == 2
      && !constants.contains(node.input[1])
  }

  /// The rows of a constant matrix that a value of whole numbers has the indices of: one column for each element
  /// of a row, with a number for each index.
  func embed(
    _ value: Value, _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Value {
    let weights = try constants.numbers(node.input[0])
    let (count, size) = (weights.dimensions[0], weights.dimensions[1])
    guard value.form == .row || value.form == .vector, value.isDiscrete, count > 0, size > 0,
      value.columns.allSatisfy({ $0.isPlain && !$0.isFlag })
    else { throw problem(node, .column(.embedding)) }
    let (cells, overflows) = value.columns.count.multipliedReportingOverflow(
      by: size * (16 + count))
    try constants.spend(overflows ? .max : cells)
    let levels = (0..<count).map(String.init)
    let columns = value.columns.flatMap { index in
      (0..<size).map { element in
        Column(
          source: index.source,
          kind: .coded(
            levels: levels, numbers: (0..<count).map { weights.values[$0 * size + element] },
            others: 0),
          isIndex: true)
      }
    }
    return Value(columns: columns, form: value.form == .vector ? .row : .matrix(size: size))
  }

  /// The output of a node that reads one column, `[batch]`, or vectors of embeddings; `nil` for a node of a
  /// layer.
  func arrange(
    _ value: Value, _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Value? {
    var value = value
    switch (node.opType, value.form) {
    case ("Identity", _): break
    case ("Cast", _): value = try cast(value, node)
    case ("Flatten", .matrix) where node.integer("axis", 1) == 1: value.form = .row
    case ("Reshape", _):
      guard let shape = node.input(1), constants.contains(shape) else { return nil }
      let wanted = try constants.integers(shape)
      guard wanted.count == 2, wanted[1] == -1 || wanted[1] == value.columns.count else {
        return nil
      }
      value.form = .row
    case ("Squeeze", .matrix(let size)):
      guard size == value.columns.count, [[1], [-2]].contains(try axes(node, &constants)) else {
        return nil
      }
      value.form = .row
    case ("Unsqueeze", .vector):
      guard [[1], [-1]].contains(try axes(node, &constants)) else { return nil }
      value.form = .row
    case ("Gather", .vector) where Self.isEmbedding(node, constants):
      return try embed(value, node, &constants)
    case ("Concat", .matrix(let size)):
      let parts = node.input.compactMap { self.value(named: $0) }
      let sizes = parts.map { if case .matrix(let own) = $0.form { own } else { 0 } }
      guard parts.count == node.input.count, !sizes.contains(0) else { return nil }
      switch node.integer("axis", 0) {
      case 1 where sizes.allSatisfy({ $0 == size }): break
      case 2, -1:
        guard zip(parts, sizes).allSatisfy({ $0.columns.count == $1 }) else { return nil }
        value.form = .matrix(size: sizes.reduce(0, +))
      default: return nil
      }
      value.columns = parts.flatMap(\.columns)
    default: return nil
    }
    return value
  }

  private func axes(
    _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> [Int64] {
    guard let name = node.input(1) else { return node.attribute("axes")?.ints ?? [] }
    return constants.contains(name) ? try constants.integers(name) : []
  }

  /// A node beside the embeddings that reads columns: a selection, a batch normalization, or a change of axes;
  /// `nil` for other nodes.
  func beside(
    _ value: Value, _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Value? {
    var value = value
    switch node.opType {
    case "Squeeze":
      guard value.columns.count == 1, [[1], [-1]].contains(try axes(node, &constants)) else {
        return nil
      }
      value.form = .vector
      return value
    case "Slice":
      guard let columns = try slice(value.columns.count, node, &constants) else { return nil }
      value.columns = columns.map { value.columns[$0] }
      return value
    case "BatchNormalization":
      let names = node.input.dropFirst()
      guard !value.isDiscrete, names.count == 4, names.allSatisfy(constants.contains),
        node.integer("training_mode", 0) == 0
      else { return nil }
      var all: [[Double]] = []
      for name in names { all.append(try constants.numbers(name).values) }
      let epsilon = Double(node.number("epsilon", 1e-5))
      guard all.allSatisfy({ $0.count == value.columns.count }),
        all[3].allSatisfy({ $0 + epsilon > 0 })
      else { throw problem(node, .column(.valueCount)) }
      for index in value.columns.indices {
        let factor = all[0][index] / (all[3][index] + epsilon).squareRoot()
        value.columns[index].scale(by: factor, adding: all[1][index] - factor * all[2][index])
      }
      return try checked(value, node)
    default: return nil
    }
  }

  /// The columns of a slice along axis 1; `nil` for another slice.
  private func slice(
    _ count: Int, _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Range<Int>? {
    var lists: [[Int64]] = []
    for (position, name) in ["starts", "ends", "axes", "steps"].enumerated() {
      if let input = node.input(position + 1) {
        guard constants.contains(input) else { return nil }
        lists.append(try constants.integers(input))
      } else {
        lists.append(node.attribute(name)?.ints ?? (name == "steps" ? [1] : []))
      }
    }
    guard lists.allSatisfy({ $0.count == 1 }), [1, -1].contains(lists[2][0]), lists[3] == [1] else {
      return nil
    }
    let places = lists.prefix(2).map { list in
      let place = list[0] < 0 ? list[0] &+ Int64(count) : list[0]
      return Int(min(max(place, 0), Int64(count)))
    }
    return places[0] < places[1] ? places[0]..<places[1] : nil
  }
}
