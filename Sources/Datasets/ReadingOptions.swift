import Naming

/// Options for reading a data source.
public struct ReadingOptions: Hashable, Sendable {
  /// The target column; `nil` is the schema's target or the last column.
  public var target: String?
  /// The columns to ignore.
  public var ignore: [String]
  /// The required schema of the rows: that of the training rows, for a separate held-out set.
  ///
  /// Columns are matched by name, in any order; other columns are ignored.
  public var schema: Schema?
  /// Whether constant columns are kept, as inputs of a given network.
  public var keepsConstants: Bool
  /// The columns that a given network reads by name: they are kept, and their levels are read as the
  /// network states them. By default none.
  public var readColumns: [ReadColumn] = []
  /// The number of columns that a given network reads by their positions: if the data have as many, a column
  /// that looks like a row index is one of them. `nil`, the default, without such a network.
  public var readCount: Int?
  /// The kind of the target of a given network; `nil` to infer it from the cells.
  public var targetKind: Target.Kind?
  /// Whether every row needs a value of the target.
  public var labels: LabelReading
  /// The given format of the table's text.
  public var format: TableFormat
  /// The maximum size of a source after decompression, and the maximum memory of the rows, in
  /// bytes; `nil` is a share of the machine's memory.
  public var maxInputBytes: Int?

  /// Creates options; by default everything is detected from the source.
  public init(
    target: String? = nil, ignore: [String] = [], schema: Schema? = nil,
    keepsConstants: Bool = false, labels: LabelReading = .required,
    format: TableFormat = TableFormat(), maxInputBytes: Int? = nil
  ) {
    self.target = target
    self.ignore = ignore
    self.schema = schema
    self.keepsConstants = keepsConstants
    self.labels = labels
    self.format = format
    self.maxInputBytes = maxInputBytes
  }
}

/// A column that a given network reads by name.
public struct ReadColumn: Hashable, Sendable {
  /// The name of the input: that of the column, or the name with underscores for all characters but
  /// letters and digits.
  public var name: String
  /// The levels that the network knows; `nil` for a number.
  public var levels: [String]?

  /// A column with the levels that the network knows, if it is categorical.
  public init(name: String, levels: [String]?) {
    self.name = name
    self.levels = levels
  }
}

extension [ReadColumn] {
  /// The columns by the identifiers of their names.
  var byIdentifier: [String: ReadColumn] {
    Dictionary(map { ($0.name.asIdentifier, $0) }, uniquingKeysWith: { first, _ in first })
  }
}

extension [String: ReadColumn] {
  /// The column of a name among those by identifier.
  func column(named name: String) -> ReadColumn? {
    name.identifiers.lazy.compactMap { self[$0] }.first
  }
}

extension String {
  /// The identifiers that skl2onnx may make of the name of a column: with an underscore before a digit at the
  /// beginning too.
  package var identifiers: [String] {
    first?.isNumber == true ? [asIdentifier, "_" + asIdentifier] : [asIdentifier]
  }

  /// The text with an underscore for every character that is not an ASCII letter or digit.
  package var asIdentifier: String {
    String(map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }
}

/// How the target column of a source is read.
public enum LabelReading: Hashable, Sendable {
  /// Rows without a value of the target are dropped.
  case required
  /// All rows are kept, with the label `Table.unlabelled` if they have none. The rows of a required
  /// schema need no target column.
  case optional
  /// The source has no target column: every column is a feature.
  case absent
}

/// A number of rows with a reason.
public struct RowCount: Hashable, Codable, Sendable {
  /// The reason: "a missing value in age".
  public var reason: String
  /// The number of rows.
  public var count: Int

  /// A reason, and a number of rows.
  public init(_ reason: String, _ count: Int) {
    self.reason = reason
    self.count = count
  }
}

/// A loaded table with notes about its interpretation.
public struct LoadedData: Sendable {
  /// A short name, valid as a folder name: "iris".
  public var name: String
  /// The title: "Iris".
  public var title: String
  /// SHA-256 of the data files' bytes on disk, concatenated in name order.
  public var sha256: String
  /// The rows, without the published test set.
  public var table: Table
  /// The published test set, if there is one.
  public var heldOut: Table?
  /// The number of rows of the source, without the held-out set.
  public var rowsRead: Int
  /// Dropped rows, by reason.
  public var dropped: [RowCount]
  /// Rows used with missing or unknown values, by reason.
  public var altered: [RowCount]
  /// Notes about columns, in sentences.
  public var notes: [String]
  /// Notes about where the data were found, which are no part of a result.
  public var sourceNotes: [String] = []

  /// A loaded table; `rowsRead` includes dropped rows.
  public init(
    name: String, title: String, sha256: String, table: Table, heldOut: Table? = nil,
    rowsRead: Int, dropped: [RowCount] = [], altered: [RowCount] = [], notes: [String] = []
  ) {
    self.name = name
    self.title = title
    self.sha256 = sha256
    self.table = table
    self.heldOut = heldOut
    self.rowsRead = rowsRead
    self.dropped = dropped
    self.altered = altered
    self.notes = notes
  }
}

extension LoadedData {
  /// Notes about rows and columns, in sentences with counts.
  public var accounts: [String] {
    sourceNotes + dropped.map(Self.sentence)
      + altered.map { "\(counted($0.count, "row")) with \($0.reason)" } + notes
  }

  /// Notes about dropped rows and assumptions, in sentences with counts.
  public var remarks: [String] { sourceNotes + dropped.map(Self.sentence) + notes }

  private static func sentence(_ dropped: RowCount) -> String {
    "\(counted(dropped.count, "row")) left out: \(dropped.reason)"
  }
}

/// The source of column kinds.
struct ReadingPlan {
  enum SchemaSource {
    /// Kinds are inferred from the cells.
    case cells
    /// Kinds are declared by the data set's schema; constant columns are dropped.
    case declared(Schema)
    /// The rows must have exactly this schema.
    case exact(Schema)

    var schema: Schema? {
      switch self {
      case .cells: nil
      case .declared(let schema), .exact(let schema): schema
      }
    }

    var isExact: Bool { if case .exact = self { true } else { false } }
  }

  var schemaSource: SchemaSource
  var target: String?
  var ignore: [String]
  var keepsConstants = false
  /// By the identifiers of their names.
  var readColumns: [String: ReadColumn] = [:]
  var readCount: Int?
  var targetKind: Target.Kind?
  var labels = LabelReading.required
  var format = TableFormat()
  var maxInputBytes: Int?

  var missingMarks: [String] { schemaSource.schema?.missingMarks ?? MissingWords.everywhere }
  var numberMarks: [String] { schemaSource.schema?.numberMarks ?? MissingWords.amongNumbers }

  /// The columns that the source must have.
  func needed(_ schema: Schema) -> [String] {
    schema.features.map(\.id.rawValue) + (labels == .required ? [schema.target.name] : [])
  }

  /// The index of the target, `nil` if there is none, and the expected kind of each column.
  /// - Throws: `UnknownName` for an unknown column, `DatasetError`.
  func resolve(
    _ names: [String], source: String
  ) throws -> (target: Int?, expectations: [Expectation]) {
    if case .exact(let schema) = schemaSource { return try resolve(names, exactly: schema, source) }
    if labels == .absent {
      for name in ignore where !names.contains(name) {
        throw UnknownName(name, family: "column", known: names)
      }
      let ignored = Set(ignore)
      return (nil, declared(names).map { ignored.contains($0) ? .skipped : $1 })
    }
    let wanted = target ?? schemaSource.schema?.target.name ?? names.last ?? ""
    guard let position = names.firstIndex(of: wanted) else {
      throw UnknownName(wanted, family: "column", known: names)
    }
    for name in ignore where !names.contains(name) {
      throw UnknownName(name, family: "column", known: names)
    }
    if ignore.contains(wanted) { throw DatasetError.ignoredTarget(name: wanted) }
    let ignored = Set(ignore)
    var expectations = declared(names).map { ignored.contains($0) ? .skipped : $1 }
    if let schema = schemaSource.schema {
      try checkPresence(of: schema, in: names, source)
      if wanted != schema.target.name, case .numeric = expectations[position] {
        // A class may be named by a number; it is resolved from the data.
        expectations[position] = .inferred
      }
      if expectations[position] == .skipped { expectations[position] = .inferred }
    }
    switch targetKind {
    case .classes(let names)?: expectations[position] = .categorical(levels: names)
    case .numeric(let unit, _)?: expectations[position] = .numeric(unit: unit, notation: nil)
    case nil: break
    }
    return (position, expectations)
  }

  private func resolve(
    _ names: [String], exactly schema: Schema, _ source: String
  ) throws -> (target: Int?, expectations: [Expectation]) {
    for name in ignore where !names.contains(name) {
      throw UnknownName(name, family: "column", known: names)
    }
    try checkPresence(of: schema, in: names, source)
    return (names.firstIndex(of: schema.target.name), declared(names).map { $1 })
  }

  private func checkPresence(
    of schema: Schema, in names: [String], _ source: String
  ) throws {
    let present = Set(names)
    let absent = needed(schema).filter { !present.contains($0) }
    guard let first = absent.first else { return }
    let wanted = Set(needed(schema) + [schema.target.name])
    let others = names.filter { !wanted.contains($0) }
    throw DatasetError.missingColumns(
      source: source, names: absent,
      near: UnknownName(first, family: "column", known: others).nearest)
  }

  /// The columns with their expected kinds.
  private func declared(_ names: [String]) -> [(name: String, Expectation)] {
    let features = schemaSource.schema.map { schema in
      Dictionary(
        schema.features.map { ($0.id.rawValue, $0) }, uniquingKeysWith: { first, _ in first })
    }
    return names.map { ($0, declared($0, features ?? [:])) }
  }

  private func declared(_ name: String, _ features: [String: Feature]) -> Expectation {
    guard let schema = schemaSource.schema else {
      guard let levels = readColumns.column(named: name)?.levels else { return .inferred }
      return .categorical(levels: levels)
    }
    if name == schema.target.name {
      switch schema.target.kind {
      case .classes(let names): return .categorical(levels: names.isEmpty ? nil : names)
      case .numeric(let unit, _):
        return .numeric(unit: unit, notation: notation(schema.target.notation))
      }
    }
    guard let feature = features[name] else { return .skipped }
    switch feature.kind {
    case .numeric(let unit): return .numeric(unit: unit, notation: notation(feature.notation))
    case .categorical(let levels): return .categorical(levels: levels.isEmpty ? nil : levels)
    }
  }

  /// The notation that the schema states; `nil` to infer it from the cells. A given decimal mark takes
  /// the place of the stated one, and the other mark then separates thousands.
  private func notation(_ declared: NumberNotation?) -> NumberNotation? {
    var notation = declared ?? (schemaSource.isExact ? .plain : nil)
    if let given = format.decimal, given != notation?.decimal || notation == .plain {
      notation?.decimal = given
      notation?.hasThousands = true
    }
    return notation
  }
}
