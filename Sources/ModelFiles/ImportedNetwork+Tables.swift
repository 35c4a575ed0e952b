import Datasets
import Networks
import Tensors

/// The conversion of tables to the column types of an imported network.
extension ImportedNetwork {
  /// The tables with the column types of the network, all with the same schema.
  ///
  /// A numeric column that the file one-hot or ordinal encodes becomes a categorical column, and greyscale
  /// images for a network over RGB images have three equal channels.
  /// - Throws: `ModelFileError.fraction` for a cell that is not an integer in an integer input,
  ///   `ModelFileError.range` for one that its type does not have,
  ///   `ModelFileError.schema` if the columns do not match.
  public func fitting(_ tables: [Table]) throws(ModelFileError) -> [Table] {
    let image = schema?.image.map { [$0.height, $0.width, $0.channels] }
    let shape = image ?? network.architecture.input.dimensions
    var tables = tables.map { $0.greyscale(as: shape) ?? $0 }
    guard let columns, let first = tables.first else { return tables }
    let positions = try columns.positions(in: first.schema)
    for cell in columns.wholeCells.sorted() {
      for table in tables { try Self.check(table, positions[cell]) }
    }
    for cell in columns.read.sorted() {
      guard let limits = columns.limits[cell] else { continue }
      for table in tables { try Self.check(table, positions[cell], within: limits) }
    }
    var done: Set<Int> = []
    for column in columns.columns {
      let position = positions[column.source]
      guard let known = column.levels, first.schema.features[position].levels == nil,
        done.insert(position).inserted
      else { continue }
      guard !columns.columns.contains(where: { $0.isNumber && $0.source == column.source }) else {
        let name = first.schema.features[position].id.rawValue
        throw .schema(.twoKinds(name: name))
      }
      let all = columns.columns.filter { $0.source == column.source }.flatMap { $0.levels ?? known }
      Self.spread(&tables, position, known: all)
    }
    return tables
  }

  /// The indices of the columns whose missing numbers the file imputes.
  public func imputedColumns(of data: Schema) -> Set<Int> {
    guard let columns, let positions = try? columns.positions(in: data) else { return [] }
    return Set(
      columns.columns.compactMap { column in
        if case .number(_?) = column.kind { positions[column.source] } else { nil }
      })
  }

  private static func check(_ table: Table, _ position: Int) throws(ModelFileError) {
    let column = table.columns[position]
    guard table.schema.features[position].levels == nil, case .doubles(let values) = column,
      let row = values.firstIndex(where: { $0 != $0.rounded() })
    else { return }
    throw .fraction(
      column: table.schema.features[position].id.rawValue,
      value: values[row].isNaN ? "no value" : shortest(values[row]), at: table.place(ofRow: row))
  }

  private static func check(
    _ table: Table, _ position: Int, within limits: ClosedRange<Double>
  ) throws(ModelFileError) {
    guard table.schema.features[position].levels == nil else { return }
    let values = table.columns[position].values
    guard let row = values.firstIndex(where: { !$0.isNaN && !limits.contains($0) }) else { return }
    throw .range(
      column: table.schema.features[position].id.rawValue, value: shortest(values[row]),
      limits: limits, at: table.place(ofRow: row))
  }

  /// Makes a numeric column categorical: the levels of the model first, then the others in
  /// ascending order.
  private static func spread(_ tables: inout [Table], _ position: Int, known: [String]) {
    var levels: [String] = []
    for level in known where !level.isEmpty && !levels.contains(level) { levels.append(level) }
    let numbers = Set(tables.flatMap { $0.columns[position].values }.filter { !$0.isNaN })
    let seen = Set(levels)
    levels += numbers.sorted().map { shortest($0) }.filter { !seen.contains($0) }
    let places = Dictionary(
      levels.enumerated().map { ($0.element, Double($0.offset)) },
      uniquingKeysWith: { first, _ in first })
    for index in tables.indices {
      let feature = tables[index].schema.features[position]
      tables[index].schema.features[position] = Feature(feature.id, .categorical(levels: levels))
      tables[index].columns[position] = .doubles(
        tables[index].columns[position].values.map {
          $0.isNaN ? $0 : places[shortest($0)] ?? Table.unknownLevel
        })
    }
  }
}

extension ONNXColumns {
  /// The cells that are read.
  fileprivate var read: Set<Int> { Set(columns.map(\.source)) }
}

extension ONNXColumns.Column {
  /// The levels that it encodes; `nil` for a number or a missing-value indicator.
  fileprivate var levels: [String]? {
    switch kind {
    case .level(let level): [level]
    case .coded(let levels, _, _): levels
    case .number, .missing, .code: nil
    }
  }
}
