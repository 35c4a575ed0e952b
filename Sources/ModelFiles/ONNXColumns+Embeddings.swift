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

  /// Whether a node looks up rows of a constant matrix by a value, or makes the value one-hot.
  static func isEmbedding(_ node: Onnx_NodeProto, _ constants: ONNXConstants) -> Bool {
    if node.opType == "OneHot", node.domain.isEmpty, node.input.count == 3 {
      return !constants.contains(node.input[0])
        && node.input.dropFirst().allSatisfy(constants.contains)
    }
    return node.opType == "Gather" && node.domain.isEmpty && node.integer("axis", 0) == 0
      && node.input.count == 2 && constants.rank(of: node.input[0]) == 2
      && !constants.contains(node.input[1])
  }

  /// The rows of a constant matrix that a value of whole numbers has the indices of: one column for each element
  /// of a row, with a number for each index.
  func embed(
    _ value: Value, _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Value {
    let weights = try table(of: node, &constants)
    let (count, size) = (weights.dimensions[0], weights.dimensions[1])
    guard value.form == .row || value.form == .vector, value.isDiscrete, count > 0, size > 0,
      value.columns.allSatisfy(\.isIndexable)
    else { throw problem(node, .column(.embedding)) }
    let (cells, overflows) = value.columns.count.multipliedReportingOverflow(
      by: size * (16 + count))
    try constants.spend(overflows ? .max : cells)
    let ranges = Self.ranges(of: value.columns, count: count)
    guard !ranges.contains(where: \.isEmpty) else { throw problem(node, .column(.embedding)) }
    let columns = zip(value.columns, ranges).flatMap { index, range in
      let rows = range.map { Int(index.clipped(Double($0)) + index.offset) }
      let levels = range.map(String.init)
      return (0..<size).map { element in
        Column(
          source: index.source,
          kind: .coded(
            levels: levels, numbers: rows.map { weights.values[$0 * size + element] }, others: 0),
          isIndex: true)
      }
    }
    return Value(columns: columns, form: value.form == .vector ? .row : .matrix(size: size))
  }

  /// The cells of each column that are indices of an embedding with `count` rows. Where increasing offsets give
  /// each column rows of its own, as of one embedding for all columns, they end before those of the next.
  private static func ranges(of columns: [Column], count: Int) -> [Range<Int>] {
    let offsets = columns.map { Int($0.offset) }
    let areApart = offsets.first == 0 && zip(offsets, offsets.dropFirst()).allSatisfy(<)
    return columns.indices.map { place in
      let column = columns[place]
      var end = count
      if areApart, place + 1 < offsets.count { end = min(end, offsets[place + 1]) }
      // A lower limit makes an index of 0 as well.
      let first = column.clipped(0) + column.offset >= 0 ? 0 : max(0, -offsets[place])
      guard first < end - offsets[place] else { return 0..<0 }
      let cells = first..<(end - offsets[place])
      // Limits that lead out of the rows.
      let isWithin = cells.allSatisfy {
        (0..<Double(count)).contains(column.clipped(Double($0)) + column.offset)
      }
      return isWithin ? cells : 0..<0
    }
  }

  /// Whole numbers that a node adds to indices, or limits of them; `nil` for another node.
  private func adjustIndices(
    _ value: Value, _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Value? {
    guard value.isDiscrete, value.columns.allSatisfy(\.isIndexable) else { return nil }
    func numbers(_ name: String?) throws(ModelFileError) -> [Double]? {
      guard let name, constants.contains(name) else { return nil }
      let numbers = try constants.numbers(name, wholeToo: true)
      guard [1, value.columns.count].contains(numbers.values.count),
        numbers.dimensions.dropLast().allSatisfy({ $0 == 1 }),
        numbers.values.allSatisfy({ $0 == $0.rounded() && abs($0) < Double(Self.mostCells) })
      else { return nil }
      return numbers.values.count == 1
        ? .init(repeating: numbers.values[0], count: value.columns.count) : numbers.values
    }
    var value = value
    switch node.opType {
    case "Add", "Sub":
      guard node.input.count == 2 else { return nil }
      let first = try numbers(node.input[0])
      guard node.opType == "Add" || first == nil else { return nil }
      let second = try numbers(node.input[1])
      guard let added = first ?? second else { return nil }
      for (place, number) in added.enumerated() {
        value.columns[place].offset += node.opType == "Add" ? number : -number
      }
    case "Clip", "Max", "Min":
      // An omitted limit of a Clip is none.
      let isClip = node.opType == "Clip"
      guard isClip || node.input.count == 2 else { return nil }
      let (first, second) = (try numbers(node.input[0]), try numbers(node.input(1)))
      let bound = first ?? second
      if !isClip, bound == nil { return nil }
      let low = isClip ? try numbers(node.input(1)) : node.opType == "Max" ? bound : nil
      let high = isClip ? try numbers(node.input(2)) : node.opType == "Min" ? bound : nil
      if isClip, node.input(1) != nil && low == nil || node.input(2) != nil && high == nil {
        return nil
      }
      for place in value.columns.indices {
        let offset = value.columns[place].offset
        let old = value.columns[place].clip
        let (least, most) = ((low?[place] ?? -1e9) - offset, (high?[place] ?? 1e9) - offset)
        guard least <= most else { return nil }
        let (a, b) = (old?.lowerBound ?? -1e9, old?.upperBound ?? 1e9)
        // The limits of limited values.
        value.columns[place].clip = min(max(a, least), most)...max(min(b, most), least)
      }
    default: return nil
    }
    return value
  }

  /// The rows that an embedding looks up; those of a one-hot encoding have the second of its two values at the
  /// index, and the first elsewhere.
  private func table(
    of node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> ONNXConstants.Numbers {
    guard node.opType == "OneHot" else { return try constants.numbers(node.input[0]) }
    let depth = try constants.numbers(node.input[1], wholeToo: true).values
    let values = try constants.numbers(node.input[2], wholeToo: true).values
    guard node.integer("axis", -1) == -1, values.count == 2, depth.count == 1,
      (1...Double(1 << 12)).contains(depth[0])
    else { throw problem(node, .column(.embedding)) }
    let count = Int(depth[0])
    try constants.spend(count * count)
    return ONNXConstants.Numbers(
      dimensions: [count, count],
      values: (0..<count * count).map { values[$0 / count == $0 % count ? 1 : 0] })
  }

  /// Replaces indices of embeddings that equal a value wherever that is an index, such as
  /// `where(x < 0, x + count, x)` of Keras, by that value.
  static func simplifyIndices(
    _ chain: inout [Onnx_NodeProto], _ constants: ONNXConstants
  ) throws(ModelFileError) {
    var places: [String: Int] = [:]
    for (place, node) in chain.enumerated() {
      for name in node.output { places[name] = place }
    }
    var copy = constants
    var result: [Onnx_NodeProto] = []
    for var node in chain {
      if isEmbedding(node, constants) {
        let position = node.opType == "OneHot" ? 0 : 1
        let count =
          position == 0
          ? try copy.numbers(node.input[1], wholeToo: true).values.first ?? 0
          : Double(try copy.lengths(node.input[0])[0])
        let index = node.input[position]
        if let root = root(of: index, chain, places, &copy, count: count), root != index {
          var cast = Onnx_NodeProto()
          cast.opType = "Cast"
          cast.input = [root]
          cast.output = [index + ":index"]
          var type = Onnx_AttributeProto()
          type.name = "to"
          type.i = Int64(Onnx_TensorProto.DataType.int64.rawValue)
          cast.attribute = [type]
          node.input[position] = cast.output[0]
          result.append(cast)
        }
      }
      result.append(node)
    }
    chain = result
    // What nothing reads any more.
    removeUnread(&chain, of: arithmeticOnIndices)
  }

  private static let arithmeticOnIndices: Set = [
    "Add", "Sub", "Mul", "Less", "Not", "Cast", "Where", "Max", "Min", "Clip", "Identity",
  ]

  /// The maximum number of nodes between an index and the value that it equals.
  private static let mostSteps = 32

  /// The value that an index is computed from and equals for all indices below `count`; `nil` if there is none.
  ///
  /// `places`: the place in the chain of the node that computes each value.
  private static func root(
    of name: String, _ chain: [Onnx_NodeProto], _ places: [String: Int],
    _ constants: inout ONNXConstants,
    count: Double
  ) -> String? {
    var (steps, roots, open, seen) = (Set<Int>(), Set<String>(), [name], Set<String>())
    while let value = open.popLast() {
      guard seen.insert(value).inserted, !constants.contains(value) else { continue }
      if let place = places[value], chain[place].domain.isEmpty,
        arithmeticOnIndices.contains(chain[place].opType)
      {
        steps.insert(place)
        guard steps.count <= mostSteps else { return nil }
        open += chain[place].input.filter { !$0.isEmpty }
      } else {
        roots.insert(value)
      }
    }
    guard roots.count == 1, let root = roots.first, (1...Double(1 << 20)).contains(count) else {
      return nil
    }
    // All indices, or 4,096 of them with the last one.
    let wanted = (0..<Int(min(count, 4096))).map {
      count > 4096 ? (Double($0) * (count - 1) / 4095).rounded() : Double($0)
    }
    var values = [root: wanted]
    for node in steps.sorted().map({ chain[$0] }) {
      var read: [[Double]] = []
      for input in node.input {
        if let known = values[input] {
          read.append(known)
        } else if let number = try? constants.numbers(input, wholeToo: true).values,
          number.count == 1
        {
          read.append(.init(repeating: number[0], count: wanted.count))
        } else {
          return nil
        }
      }
      func each(_ body: (Double, Double) -> Double) -> [Double]? {
        read.count == 2 ? zip(read[0], read[1]).map(body) : nil
      }
      let made: [Double]? =
        switch node.opType {
        case "Add": each(+)
        case "Sub": each(-)
        case "Mul": each(*)
        case "Less": each { $0 < $1 ? 1 : 0 }
        case "Max": each(max)
        case "Min": each(min)
        case "Not": read.first.map { $0.map { 1 - $0 } }
        case "Cast", "Identity": read.first
        case "Where" where read.count == 3:
          wanted.indices.map { read[0][$0] != 0 ? read[1][$0] : read[2][$0] }
        case "Clip" where read.count == 3:
          wanted.indices.map { min(max(read[0][$0], read[1][$0]), read[2][$0]) }
        default: nil
        }
      guard let made, let output = node.output.first else { return nil }
      values[output] = made
    }
    return values[name] == wanted ? root : nil
  }

  /// The output of a node that reads one column, `[batch]`, or vectors of embeddings; `nil` for a node of a
  /// layer.
  func arrange(
    _ value: Value, _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Value? {
    if value.form == .vector, let adjusted = try adjustIndices(value, node, &constants) {
      return adjusted
    }
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
    case ("Gather", .vector) where Self.isEmbedding(node, constants),
      ("OneHot", .vector) where Self.isEmbedding(node, constants):
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

  func axes(
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
    if let adjusted = try adjustIndices(value, node, &constants) { return adjusted }
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
    if lists[3] == [1] { lists[3] = lists[0].map { _ in 1 } }
    guard Set(lists.map(\.count)).count == 1 else { return nil }
    // A slice of all rows changes nothing.
    for place in lists[2].indices.reversed()
    where lists[2][place] == 0 && lists[0][place] == 0 && lists[1][place] >= Int64(Int32.max) {
      for list in lists.indices { lists[list].remove(at: place) }
    }
    guard lists[2].count == 1, [1, -1].contains(lists[2][0]), lists[3] == [1] else { return nil }
    let places = lists.prefix(2).map { list in
      let place = list[0] < 0 ? list[0] &+ Int64(count) : list[0]
      return Int(min(max(place, 0), Int64(count)))
    }
    return places[0] < places[1] ? places[0]..<places[1] : nil
  }
}

extension ONNXColumns.Column {
  /// Whether it is a whole number of a cell with whole numbers added, which may be an index.
  fileprivate var isIndexable: Bool {
    var plain = self
    (plain.offset, plain.clip) = (0, nil)
    return plain.isPlain && !isFlag && offset == offset.rounded() && abs(offset) < 1e6
  }

  /// The cell, limited to the range of an index.
  fileprivate func clipped(_ cell: Double) -> Double {
    clip.map { min(max(cell, $0.lowerBound), $0.upperBound) } ?? cell
  }
}

extension [ONNXColumns.Column] {
  /// The columns with those that are numbers of a cell that is an index as well as a number for each index.
  var indexingNumbers: [ONNXColumns.Column] {
    var levels: [Int: [String]] = [:]
    for column in self where column.isIndex && levels[column.source] == nil {
      levels[column.source] = column.knownLevels
    }
    guard !levels.isEmpty else { return self }
    return map { column in
      guard column.kind == .number(filled: nil), !column.isFlag, let own = levels[column.source]
      else {
        return column
      }
      var coded = column
      coded.kind = .coded(levels: own, numbers: own.map { Double($0) ?? 0 }, others: 0)
      coded.isIndex = true
      return coded
    }
  }
}
