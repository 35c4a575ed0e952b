import ONNXSchema

/// Shape computations within the graph.
extension ONNXReader {
  /// Evaluates a node that computes shapes, as exporters write before a Reshape.
  /// - Returns: whether the node computes shapes.
  mutating func readLengths(_ node: Onnx_NodeProto) throws(ModelFileError) -> Bool {
    guard let output = node.output.first, let input = node.input.first else { return false }
    if node.opType == "Shape", values[input] != nil {
      lengths[output] = [nil] + (try self.input(node)).lengths.map(Int64.init)
      return true
    }
    guard values[input] == nil, node.input.contains(where: { lengths[$0] != nil }) else {
      return false
    }
    let list = lengths[input] ?? []
    func numbers(_ position: Int) throws(ModelFileError) -> [Int64] {
      guard let name = node.input(position) else { return [] }
      return try constants.integers(name)
    }
    switch node.opType {
    case "Cast", "Identity", "Reshape", "Squeeze", "Unsqueeze": lengths[output] = list
    case "Gather":
      let count = Int64(list.count)
      let places = try numbers(1)
      guard places.allSatisfy({ (-count..<count).contains($0) }) else {
        throw problem(node, .shape(.lengthIndex))
      }
      lengths[output] = places.map { list[Int($0 < 0 ? $0 + count : $0)] }
    case "Slice":
      let isStated = node.input.count > 1
      let starts = isStated ? try numbers(1) : node.attribute("starts")?.ints ?? []
      let ends = isStated ? try numbers(2) : node.attribute("ends")?.ints ?? []
      let count = Int64(list.count)
      guard starts.count == 1, ends.count == 1, try numbers(4).allSatisfy({ $0 == 1 }) else {
        throw problem(node, .shape(.sliceOfShape))
      }
      let places = [starts[0], ends[0]].map { min(max($0 < 0 ? $0 &+ count : $0, 0), count) }
      lengths[output] = places[0] < places[1] ? Array(list[Int(places[0])..<Int(places[1])]) : []
    case "Concat":
      var all: [Int64?] = []
      for name in node.input {
        if let part = lengths[name] { all += part } else { all += try constants.integers(name) }
      }
      guard all.count <= 8 else { throw problem(node, .value(.shapeLength)) }
      lengths[output] = all
    case "Add", "Div", "Mul", "Sub": lengths[output] = try computed(node)
    default: throw problem(node, .place(.onShape))
    }
    return true
  }

  /// Elementwise arithmetic of two shapes, one of which may be a scalar.
  private mutating func computed(_ node: Onnx_NodeProto) throws(ModelFileError) -> [Int64?] {
    guard let first = node.input(0), let second = node.input(1) else {
      throw problem(node, .value(.twoShapesNeeded))
    }
    let left: [Int64?] =
      if let list = lengths[first] { list } else { try constants.integers(first) }
    let right: [Int64?] =
      if let list = lengths[second] { list } else { try constants.integers(second) }
    let count = max(left.count, right.count)
    guard [left, right].allSatisfy({ $0.count == count || $0.count == 1 }), count > 0 else {
      throw problem(node, .value(.shapeBroadcast))
    }
    var results: [Int64?] = []
    for index in 0..<count {
      guard let a = left[left.count == 1 ? 0 : index], let b = right[right.count == 1 ? 0 : index]
      else {
        results.append(nil)
        continue
      }
      let (result, isTooLarge) =
        switch node.opType {
        case "Add": a.addingReportingOverflow(b)
        case "Sub": a.subtractingReportingOverflow(b)
        case "Mul": a.multipliedReportingOverflow(by: b)
        default: a.dividedReportingOverflow(by: b)
        }
      guard !isTooLarge else { throw problem(node, .value(.overflow(a, b))) }
      results.append(result)
    }
    return results
  }

  /// The integers of an input, constant or computed from shapes.
  mutating func integers(_ name: String, _ node: Onnx_NodeProto) throws(ModelFileError) -> [Int64] {
    guard let list = lengths[name] else { return try constants.integers(name) }
    let known = list.compactMap(\.self)
    guard known.count == list.count else {
      throw problem(node, .value(.batchSize(name: name)))
    }
    return known
  }

  /// The target shape of a Reshape; 1 for a computed batch size, which must be its first length.
  mutating func wantedLengths(_ node: Onnx_NodeProto) throws(ModelFileError) -> [Int64] {
    guard let name = node.input(1) else { return node.attribute("shape")?.ints ?? [] }
    if let list = lengths[name] {
      guard !list.dropFirst().contains(nil) else {
        throw problem(node, .value(.batchSize(name: name)))
      }
      return list.map { $0 ?? 1 }
    }
    return try constants.integers(name)
  }
}
