import Foundation
import ONNXSchema

/// Several values of the preprocessing that layers read, as in wide and deep networks, networks with a tower for
/// the numbers, and sums of embeddings.
extension ONNXColumns {
  /// One value with all columns that the layers read, and the nodes that select the columns of each value from
  /// it.
  struct Joint {
    var name: String
    var columns: [Column]
    var selections: [Onnx_NodeProto] = []
  }

  /// Joins the values that layers read; `nil` where one of them is no row of numbers.
  ///
  /// The value with the most columns comes first. Columns that several values have are there once.
  /// - Parameters:
  ///   - names: The names of the values in the order of their nodes.
  ///   - constants: The constants of the graph, which get the columns of each selection.
  /// - Returns: One value with the columns of all, and the selections that give each of them.
  /// - Throws: `ModelFileError` where the graph has too many columns.
  func joint(
    of names: [String], _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Joint? {
    let parts = names.compactMap { name in self.value(named: name).map { (name, $0) } }
      .sorted { $0.1.columns.count > $1.1.columns.count }
    guard parts.count == names.count, let first = parts.first,
      parts.allSatisfy({ $0.1.isRowOfNumbers && !$0.1.isImage })
    else { return nil }
    try spend(parts.reduce(0) { $0 + $1.1.columns.count }, &constants)
    var places: [Column: Int] = [:]
    var columns: [Column] = []
    let positions = parts.map { _, part in
      part.columns.map { column in
        if let place = places[column] { return place }
        columns.append(column)
        places[column] = columns.count - 1
        return columns.count - 1
      }
    }
    let isWhole = first.1.columns == columns
    var joint = Joint(name: isWhole ? first.0 : first.0 + ":columns", columns: columns)
    for (part, positions) in zip(parts, positions) where part.0 != joint.name {
      let indices = part.0 + ":indices"
      constants.define(indices, integers: positions.map(Int64.init))
      var node = Onnx_NodeProto()
      (node.opType, node.name) = ("Gather", part.0 + ":selected")
      node.input = [joint.name, indices]
      node.output = [part.0]
      node.attribute = [ONNXWriter.integers("axis", one: 1)]
      joint.selections.append(node)
    }
    return joint
  }

  /// Replaces sums and means of the vectors of embeddings by matrix products.
  mutating func multiplySums(
    _ nodes: inout [Onnx_NodeProto], _ constants: inout ONNXConstants
  ) throws(ModelFileError) {
    for place in nodes.indices {
      let node = nodes[place]
      guard ["ReduceSum", "ReduceMean"].contains(node.opType), let name = node.input.first,
        let value = value(named: name), case .matrix(let size) = value.form,
        node.integer("keepdims", 1) == 0, [[1], [-2]].contains(try axes(node, &constants))
      else { continue }
      let width = value.columns.count
      try constants.spend(width * size)
      let factor = node.opType == "ReduceMean" ? Double(size) / Double(width) : 1
      let (row, weights) = (name + ":row", (node.output.first ?? name) + ":weights")
      constants.define(
        weights,
        ONNXConstants.Numbers(
          dimensions: [width, size],
          values: (0..<width * size).map { $0 / size % size == $0 % size ? factor : 0 }))
      add(Value(columns: value.columns), named: row)
      nodes[place].opType = "MatMul"
      nodes[place].input = [row, weights]
      nodes[place].attribute = []
    }
  }

  /// Makes rows of sums of single vectors of embeddings, `[batch, 1, size]`, that are flattened afterwards, as
  /// those of Keras are.
  mutating func flattenSums(
    _ nodes: inout [Onnx_NodeProto], _ constants: ONNXConstants
  ) throws(ModelFileError) {
    var (copy, constants) = (nodes, constants)
    var (vectors, sums): (Set<String>, [String: Int]) = ([], [:])
    for place in copy.indices {
      let node = copy[place]
      let sizes = node.input.map { name -> Int? in
        if let size = sums[name] { return size }
        guard let value = value(named: name), case .matrix(let size) = value.form,
          size == value.columns.count
        else { return nil }
        return size
      }
      if ["Add", "Sum"].contains(node.opType), let size = sizes.first ?? nil,
        sizes.allSatisfy({ $0 == size })
      {
        for position in node.input.indices where sums[node.input[position]] == nil {
          vectors.insert(node.input[position])
          copy[place].input[position] += ":row"
        }
        for name in node.output { sums[name] = size }
      } else if let size = node.input.first.flatMap({ sums[$0] }) {
        var isFlat = false
        switch node.opType {
        case "Flatten": isFlat = node.integer("axis", 1) == 1
        case "Squeeze": isFlat = [[1], [-2]].contains(try axes(node, &constants))
        case "Reshape":
          guard let shape = node.input(1), constants.contains(shape) else { return }
          let wanted = try constants.integers(shape)
          isFlat = wanted.count == 2 && [-1, Int64(size)].contains(wanted[1])
        default: return
        }
        guard isFlat else { return }
        copy[place].opType = "Identity"
        copy[place].input = [node.input[0]]
        copy[place].attribute = []
      } else if node.input.contains(where: { sums[$0] != nil }) {
        return
      }
    }
    for name in vectors {
      if let value = value(named: name) { add(Value(columns: value.columns), named: name + ":row") }
    }
    nodes = copy
  }

  /// The parts of a value that a node splits along the columns; `nil` for another split.
  func split(
    _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> [Value]? {
    guard node.opType == "Split", let value = node.input.first.flatMap(value(named:)),
      value.form == .row, !value.isImage, [1, -1].contains(node.integer("axis", 0)),
      hasEmbeddings || value.columns.allSatisfy(\.isLevel)
    else { return nil }
    let (width, count) = (value.columns.count, node.output.count)
    var sizes = node.attribute("split")?.ints ?? []
    if let name = node.input(1) {
      guard constants.contains(name) else { return nil }
      sizes = try constants.integers(name, most: Self.mostCells)
    }
    if sizes.isEmpty {
      // Parts of equal size; the last may be smaller.
      let each = (width + count - 1) / max(count, 1)
      sizes = (0..<count).map { Int64(max(min(each, width - $0 * each), 0)) }
    }
    // All levels of a column may be rare ones.
    guard sizes.count == count, sizes.allSatisfy({ (0...Int64(width)).contains($0) }),
      sizes.reduce(0, { min($0 + $1, Int64(width) + 1) }) == Int64(width)
    else { return nil }
    var start = 0
    return sizes.map { size in
      defer { start += Int(size) }
      var part = value
      part.columns = Array(value.columns[start..<start + Int(size)])
      return part
    }
  }

  /// The flag of several levels of a column, which a file sums from their flags, as scikit-learn's
  /// `OneHotEncoder` does for infrequent levels; `nil` for another sum.
  func sumLevels(
    _ value: Value, _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Value? {
    guard node.integer("keepdims", 1) == 1, [[1], [-1]].contains(try axes(node, &constants)),
      var sum = value.columns.first,
      value.columns.allSatisfy({
        $0.isLevel && $0.source == sum.source && $0.factor == 1 && $0.offset == 0
      })
    else { return nil }
    let levels = value.columns.flatMap(\.knownLevels)
    guard Set(levels).count == levels.count else { return nil }
    sum.kind = .coded(levels: levels, numbers: levels.map { _ in 1 }, others: 0)
    var made = value
    made.columns = [sum]
    return made
  }

  /// Replaces target shapes of which the batch size is computed, as of `x.view(x.size(0), -1)`, by constants
  /// with a length of 0, which a Reshape reads as unchanged.
  static func simplifyShapes(
    of inputs: [Onnx_ValueInfoProto], _ chain: inout [Onnx_NodeProto],
    _ constants: inout ONNXConstants
  ) throws(ModelFileError) {
    // Values whose first axis is the batch, and computed shapes: 0 is the batch size, nil another length.
    var rows = Set(inputs.map(\.name))
    var shapes: [String: [Int64?]] = [:]
    for place in chain.indices {
      let node = chain[place]
      guard let input = node.input.first, let output = node.output.first, node.domain.isEmpty
      else { continue }
      if node.opType == "Shape", rows.contains(input), node.integer("start", 0) == 0 {
        let end = node.integer("end", 8)
        let rest = [Int64?](repeating: nil, count: end > 0 ? Int(min(end, 8)) - 1 : 7)
        shapes[output] = [0] + rest
      } else if node.input.contains(where: { shapes[$0] != nil }), node.opType != "Reshape" {
        shapes[output] = try length(node, shapes, &constants)
      } else if node.opType == "Reshape", let name = node.input(1), let wanted = shapes[name] {
        let known = wanted.compactMap(\.self)
        guard known.count == wanted.count, known.first == 0, !known.dropFirst().contains(0),
          node.integer("allowzero", 0) == 0
        else { continue }
        constants.define(output + ":shape", integers: known)
        chain[place].input[1] = output + ":shape"
        rows.insert(output)
      } else if rowOperators.contains(node.opType)
        || node.opType == "Concat" && node.integer("axis", 0) != 0,
        node.input.allSatisfy({ rows.contains($0) || $0.isEmpty || constants.contains($0) })
      {
        rows.formUnion(node.output)
      }
    }
    removeUnread(&chain, of: shapeOperators)
  }

  /// Operators whose output has the batch on its first axis where the inputs have.
  private static let rowOperators: Set = [
    "Add", "BatchNormalization", "Cast", "Div", "Dropout", "Gather", "Gemm", "Identity", "MatMul",
    "Mul",
    "OneHot", "Relu", "Slice", "Split", "Sub",
  ]
  private static let shapeOperators: Set = [
    "Cast", "Concat", "Gather", "Identity", "Shape", "Slice", "Squeeze", "Unsqueeze",
  ]

  /// The output of a node that computes shapes; `nil` where it is not known.
  private static func length(
    _ node: Onnx_NodeProto, _ shapes: [String: [Int64?]], _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> [Int64?]? {
    switch node.opType {
    case "Cast", "Identity", "Squeeze", "Unsqueeze": return node.input.first.flatMap { shapes[$0] }
    case "Gather":
      guard let list = node.input.first.flatMap({ shapes[$0] }), let index = node.input(1),
        constants.contains(index)
      else { return nil }
      let places = try constants.integers(index)
      guard places.allSatisfy({ list.indices.contains(Int($0)) }) else { return nil }
      return places.map { list[Int($0)] }
    case "Slice":
      guard let list = node.input.first.flatMap({ shapes[$0] }) else { return nil }
      var ends: [[Int64]] = []
      for (position, name) in ["starts", "ends"].enumerated() {
        guard let input = node.input(position + 1) else {
          ends.append(node.attribute(name)?.ints ?? [])
          continue
        }
        guard constants.contains(input) else { return nil }
        ends.append(try constants.integers(input))
      }
      return ends == [[0], [1]] ? Array(list.prefix(1)) : nil
    case "Concat":
      var all: [Int64?] = []
      for name in node.input {
        if let part = shapes[name] {
          all += part
        } else if constants.contains(name) {
          all += try constants.integers(name)
        } else {
          return nil
        }
      }
      return all
    default: return nil
    }
  }

  /// Replaces `Equal(Unsqueeze(x, -1), [0, 1, …])`, the one-hot encoding of PyTorch, by a OneHot.
  static func joinOneHots(
    _ chain: inout [Onnx_NodeProto], _ constants: inout ONNXConstants
  ) throws(ModelFileError) {
    guard chain.contains(where: { $0.opType == "Equal" }) else { return }
    let producers = chain.producers
    for place in chain.indices where chain[place].opType == "Equal" {
      let node = chain[place]
      guard node.input.count == 2, let output = node.output.first,
        let name = node.input.first(where: constants.contains),
        let value = node.input.first(where: { $0 != name }), let column = producers[value],
        column.opType == "Unsqueeze", let source = column.input.first,
        try constants.lengths(name).count == 1, constants.isIntegers(name)
      else { continue }
      var axes = column.attribute("axes")?.ints ?? []
      if let given = column.input(1), constants.contains(given) {
        axes = try constants.integers(given)
      }
      let levels = try constants.integers(name, most: mostCells)
      guard [[-1], [2]].contains(axes), levels == levels.indices.map(Int64.init) else { continue }
      constants.define(output + ":depth", integers: [Int64(levels.count)])
      constants.define(output + ":values", integers: [0, 1])
      chain[place].opType = "OneHot"
      chain[place].input = [source, output + ":depth", output + ":values"]
    }
    removeUnread(&chain, of: ["Unsqueeze"])
  }

  /// Removes nodes of some operators whose outputs nothing reads; the last node is the output.
  static func removeUnread(_ chain: inout [Onnx_NodeProto], of operators: Set<String>) {
    let ends = Set(chain.suffix(1).flatMap(\.output))
    var changes = true
    while changes {
      let read = Set(chain.flatMap(\.input)).union(ends)
      let kept = chain.filter { node in
        !operators.contains(node.opType) || node.output.contains(where: read.contains)
      }
      changes = kept.count < chain.count
      chain = kept
    }
  }
}

extension ONNXColumns.Value {
  /// Whether it is a row of numbers, which a layer can read.
  var isRowOfNumbers: Bool {
    form == .row && !isDiscrete && !columns.contains { $0.isCode || $0.clip != nil }
  }
}
