import Datasets
import Networks
import ONNXSchema
import Tensors

/// The encoding of a table that is equivalent to the preprocessing of a file.
extension ONNXColumns {
  /// The transformation of the encoded inputs before the first layer.
  enum Preparation: Hashable, Sendable {
    /// `factor · x + offset` for each input.
    case scaling(factors: [Double], offsets: [Double])
    /// A linear map with the weights `[inputs, sums]` and a bias for each sum.
    case sums(weights: [Double], bias: [Double])
  }

  /// The transformation between the encoded inputs and the first layer; `nil` for none.
  var preparation: Preparation? {
    let left = columns.map(\.left)
    let rows = inputRows
    let inputs = (rows.joined().max() ?? -1) + 1
    if columns.contains(where: { $0.inputs.count != 1 }) || inputs != columns.count {
      var weights = [Double](repeating: 0, count: inputs * columns.count)
      for (index, column) in columns.enumerated() {
        for (row, input) in zip(rows[index], column.inputs) {
          weights[row * columns.count + index] = input.factor
        }
      }
      return .sums(weights: weights, bias: left.map(\.offset))
    }
    guard left.contains(where: { $0.factor != 1 || $0.offset != 0 }) else { return nil }
    return .scaling(factors: left.map(\.factor), offsets: left.map(\.offset))
  }

  /// The indices of the encoded inputs of each column. The elements of an embedding have the same inputs.
  private var inputRows: [[Int]] {
    var count = 0
    var indices: [Int: [Int]] = [:]
    return columns.map { column in
      if column.isIndex, let known = indices[column.source], known.count == column.inputs.count {
        return known
      }
      let own = Array(count..<count + column.inputs.count)
      count += own.count
      if column.isIndex { indices[column.source] = own }
      return own
    }
  }

  /// The encoding of rows of this schema, with columns matched by name, or by position if the file
  /// has no names.
  /// - Throws: `ModelFileError.schema` if the data lack a column or have another type.
  func encoding(for data: inout Schema) throws(ModelFileError) -> Encoding {
    let positions = try positions(in: data)
    var inputs: [Encoding.Input] = []
    for (column, rows) in zip(columns, inputRows) where rows.isEmpty || rows[0] == inputs.count {
      let position = positions[column.source]
      try check(column, data.features[position], data)
      for (part, _) in column.inputs {
        let kind = try kind(of: part, column, position, &data)
        inputs.append(
          Encoding.Input(
            feature: position, kind: kind,
            isSinglePrecision: column.isSinglePrecision && kind.isScaling))
      }
    }
    return Encoding(inputs: inputs)
  }

  /// Checks that the data read the same cells as missing as the file does.
  private func check(
    _ column: Column, _ feature: Feature, _ data: Schema
  ) throws(ModelFileError) {
    if let code = column.missingCode, feature.notation?.missing != code {
      throw .schema(.missingCode(name: feature.id.rawValue, code: code))
    }
    if column.isIndex, let levels = feature.levels, !Set(levels).isSubset(of: column.knownLevels) {
      throw .schema(.columnKind(name: feature.id.rawValue, hasLevels: true))
    }
    let known = Set(data.missingTexts)
    if let text = column.missingTexts.filter({ !known.contains($0) }).min() {
      throw .schema(.missingText(name: feature.id.rawValue, text: text))
    }
  }

  private func kind(
    of part: Kind, _ column: Column, _ position: Int, _ data: inout Schema
  ) throws(ModelFileError) -> Encoding.Input.Kind {
    let feature = data.features[position]
    switch (part, feature.levels) {
    case (.missing, _): return .missing
    case (.number(nil), nil) where column.isFlag: return .scaled(mean: 0, scale: 1)
    case (.number(nil), let levels?)
    where column.isFlag && levels.allSatisfy { ["false", "true"].contains($0.lowercased()) }:
      if let index = levels.firstIndex(where: { $0.lowercased() == "true" }) {
        return .level(index: index)
      }
      data.features[position].kind = .categorical(levels: levels + ["true"])
      return .level(index: levels.count)
    case (.number(let filled), nil):
      let mean = filled ?? (column.offset == 0 ? 0 : -column.offset / column.factor)
      return .scaled(mean: mean, scale: 1 / column.factor)
    case (.level(let level), var levels?):
      // Blanks around the cells of a table are not read.
      let trimmed = level.trimmingBlanks
      if let index = levels.firstIndex(of: level) ?? levels.firstIndex(of: trimmed) {
        return .level(index: index)
      }
      levels.append(trimmed)
      data.features[position].kind = .categorical(levels: levels)
      return .level(index: levels.count - 1)
    case (.level, nil), (.coded, nil), (.number, _?), (.coded, _?), (.code, _):
      throw .schema(.columnKind(name: feature.id.rawValue, hasLevels: feature.levels != nil))
    }
  }

  /// The index of the data's column for each cell of the file.
  func positions(in data: Schema) throws(ModelFileError) -> [Int] {
    guard let names else {
      guard cells == data.features.count else {
        throw .schema(.columnCount(found: data.features.count, expected: cells))
      }
      return ordered(in: data)
    }
    if ignoresNames(in: data) { return Array(0..<cells) }
    let read = Set(columns.map(\.source))
    var positions: [Int] = []
    for (cell, name) in names.enumerated() {
      // A cell that no layer reads may be missing from the data.
      positions.append(
        read.contains(cell) ? try Self.position(of: name, among: names, in: data) : 0)
    }
    return positions
  }

  /// The index of the data's column for each cell of a file without names of columns: an input of one column
  /// that has the name of a column takes it, the others take the rest in the order of the table.
  private func ordered(in data: Schema) -> [Int] {
    guard inputs.count > 1 else { return Array(0..<cells) }
    let names = data.features.map(\.id.rawValue.asIdentifier)
    var position = [Int?](repeating: nil, count: cells)
    var left = Set(names.indices)
    for input in inputs where input.cells.count == 1 {
      let alike = names.indices.filter { names[$0] == input.name.asIdentifier }
      guard alike.count == 1, left.remove(alike[0]) != nil else { continue }
      position[input.cells.lowerBound] = alike[0]
    }
    var rest = left.sorted()[...]
    return position.map { $0 ?? rest.removeFirst() }
  }

  /// Whether the inputs have names that an exporter gave them, such as `x0` or `input.1`, of which none is a
  /// column of the data: they read the columns in the order of the table.
  func ignoresNames(in data: Schema) -> Bool {
    guard let names, names.count == data.features.count else { return false }
    let known = Set(data.features.flatMap { $0.id.rawValue.identifiers })
    return names.allSatisfy { name in
      let letters = name.filter(\.isLetter).lowercased()
      return Self.exported.contains(letters) && name.contains(where: \.isNumber)
        && !known.contains(name.asIdentifier)
    }
  }

  /// The letters of names that exporters give inputs.
  private static let exported: Set<String> = [
    "x", "input", "inputs", "arg", "args", "onnxgemm", "servingdefaultinput", "tensor", "feature",
    "col", "column", "f",
  ]

  /// The names of the columns that each input reads, where several inputs read them in the order of the table;
  /// empty for one input and for inputs with the names of columns.
  func columnsOfInputs(in data: Schema) -> [(input: String, columns: [String])] {
    guard inputs.count > 1, names == nil || ignoresNames(in: data),
      let positions = try? positions(in: data)
    else { return [] }
    return inputs.map { input in
      (input.name, input.cells.map { data.features[positions[$0]].id.rawValue })
    }
  }

  /// The index of a column by name; or by the identifier that skl2onnx makes of a name, with
  /// underscores for all characters but letters and digits, and before a digit at the beginning.
  ///
  /// skl2onnx numbers the second and further names of one identifier, such as `a_b` and `a_b1` for "a.b"
  /// and "a b"; which column is which depends on their order in training.
  private static func position(
    of name: String, among names: [String], in data: Schema
  ) throws(ModelFileError) -> Int {
    let columns = data.features.map(\.id.rawValue)
    let found = columns.firstIndex(of: name)
    let identifier = name.asIdentifier
    let root = String(identifier.reversed().drop(while: \.isASCIIDigit).reversed())
    for stem in found == nil ? [identifier, root] : [identifier] {
      let alike = columns.filter { $0.asIdentifier == stem }
      let inputs = names.filter { input in
        let numbered = input.asIdentifier
        return numbered.hasPrefix(stem) && numbered.dropFirst(stem.count).allSatisfy(\.isASCIIDigit)
          && (input == name || !columns.contains(input))
      }
      if alike.count > 1, inputs.count > 1 {
        throw .schema(.numberedColumns(columns: alike, inputs: inputs))
      }
    }
    if let found { return found }
    let likely = columns.indices.filter { columns[$0].identifiers.contains(identifier) }
    guard let first = likely.first else {
      throw .schema(.missingColumn(name: name))
    }
    guard likely.count == 1 else {
      throw .schema(
        .ambiguousColumns(first: columns[first], second: columns[likely[1]], input: name))
    }
    return first
  }
}

extension Character {
  /// Whether the character is one of 0 to 9.
  fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}

extension ONNXColumns.Column {
  /// The encoded inputs of the column, each with the factor that the encoding does not include.
  fileprivate var inputs: [(kind: ONNXColumns.Kind, factor: Double)] {
    guard case .coded(let levels, let numbers, let others) = kind else {
      return [(kind, left.factor)]
    }
    return zip(levels, numbers).map { level, number in
      (level.trimmingBlanks.isEmpty ? .missing : .level(level), factor * (number - others))
    }
  }

  /// The scaling that the encoding does not include; an imputed number is centred on its imputed
  /// value.
  fileprivate var left: (factor: Double, offset: Double) {
    switch kind {
    case .number(nil) where isFlag: (factor, offset)
    case .number(let filled?): (1, factor * filled + offset)
    case .number(nil): (1, 0)
    case .level, .missing, .code: (factor, offset)
    case .coded(_, _, let others): (1, factor * others + offset)
    }
  }
}

extension Encoding.Input.Kind {
  /// Whether it changes the number of a cell.
  fileprivate var isScaling: Bool {
    if case .scaled(let mean, let scale) = self { mean != 0 || scale != 1 } else { false }
  }
}

extension String {
  /// The text without blanks at its ends, as cells of a table are read.
  var trimmingBlanks: String {
    String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}

extension ImportedNetwork {
  /// The number of columns that the network reads by their positions; `nil` for a file with column names,
  /// for images, and for a file that this program wrote.
  public var readCount: Int? {
    guard schema == nil else { return nil }
    guard let columns else {
      let input = network.architecture.input
      return input.rank == 1 ? input.count : nil
    }
    return columns.names == nil ? columns.cells : nil
  }

  /// The columns that the network reads by name, with the levels that it knows; empty for a file without
  /// column names, and for one that this program wrote.
  public var readColumns: [ReadColumn] {
    guard schema == nil, let columns, let names = columns.names else { return [] }
    return names.enumerated().compactMap { cell, name in
      let own = columns.columns.filter { $0.source == cell }
      guard !own.isEmpty else { return nil }
      let isText = interface?.inputs.first { $0.name == name }?.element == .string
      let levels = own.flatMap(\.knownLevels).map(\.trimmingBlanks).filter { !$0.isEmpty }
      var seen: Set<String> = []
      let distinct = levels.filter { seen.insert($0).inserted }
      return ReadColumn(name: name, levels: isText && !distinct.isEmpty ? distinct : nil)
    }
  }
}

extension ONNXColumns.Column {
  /// The levels that it tells apart.
  var knownLevels: [String] {
    switch kind {
    case .level(let level): [level]
    case .coded(let levels, _, _): levels
    case .number, .missing, .code: []
    }
  }
}
