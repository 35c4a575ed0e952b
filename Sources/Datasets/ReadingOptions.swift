import Naming

/// What to read from a source, where its own word is not enough.
public struct ReadingOptions: Hashable, Sendable {
  /// The column to answer; the last one, or the schema's, when nothing is said.
  public var target: String?
  /// The columns to leave out.
  public var ignore: [String]
  /// The schema that the rows must have: the training rows' one, for rows that are held out.
  ///
  /// Columns are matched by name, their order is free, and others are passed over.
  public var schema: Schema?
  /// Whether columns that never vary are kept: a network that was trained elsewhere reads them too.
  public var keepsConstants: Bool
  /// What is known of the form of the table's text.
  public var format: TableFormat
  /// The most bytes that a source may have, unpacked, and that the rows may take in memory; a
  /// share of the machine's memory where nothing is said.
  public var maxInputBytes: Int?

  /// Without arguments everything is read as the source says.
  public init(
    target: String? = nil, ignore: [String] = [], schema: Schema? = nil,
    keepsConstants: Bool = false, format: TableFormat = TableFormat(), maxInputBytes: Int? = nil
  ) {
    self.target = target
    self.ignore = ignore
    self.schema = schema
    self.keepsConstants = keepsConstants
    self.format = format
    self.maxInputBytes = maxInputBytes
  }
}

/// How many rows something happened to, and what.
public struct RowCount: Hashable, Codable, Sendable {
  /// What happened: "a missing value in age".
  public var reason: String
  /// The number of rows.
  public var count: Int

  /// What happened, and to how many rows.
  public init(_ reason: String, _ count: Int) {
    self.reason = reason
    self.count = count
  }
}

/// A table with the account of how it was read.
public struct LoadedData: Sendable {
  /// A short name, fit for a folder: "iris".
  public var name: String
  /// What a reader calls it: "Iris".
  public var title: String
  /// SHA-256 of the data files' bytes as they lie on the disk, one after the other in the order
  /// of their names.
  public var sha256: String
  /// The rows, those published as test rows left out.
  public var table: Table
  /// The rows that are published as test rows, where there are such.
  public var heldOut: Table?
  /// How many rows the source has, held-out rows not counted.
  public var rowsRead: Int
  /// Rows that are not used.
  public var dropped: [RowCount]
  /// Rows that are used although something in them is missing or unknown.
  public var altered: [RowCount]
  /// What was decided about columns, in sentences.
  public var notes: [String]

  /// A table that was read, with the account of it; `rowsRead` counts the dropped rows too.
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
  /// What happened to rows and columns, in sentences with counts.
  public var accounts: [String] {
    dropped.map(Self.sentence)
      + altered.map { "\(counted($0.count, "row")) with \($0.reason)" } + notes
  }

  /// The rows that were left out, and what was assumed, in sentences with counts.
  public var remarks: [String] { dropped.map(Self.sentence) + notes }

  private static func sentence(_ dropped: RowCount) -> String {
    "\(counted(dropped.count, "row")) left out: \(dropped.reason)"
  }
}

/// What decides how the columns of a source are understood.
struct ReadingPlan {
  enum Guide {
    /// The cells alone say what a column is.
    case cells
    /// A data set's own schema says what columns are; what never varies is left out.
    case declared(Schema)
    /// The rows must come out with exactly this schema.
    case exact(Schema)

    var schema: Schema? {
      switch self {
      case .cells: nil
      case .declared(let schema), .exact(let schema): schema
      }
    }

    var isExact: Bool { if case .exact = self { true } else { false } }
  }

  var guide: Guide
  var target: String?
  var ignore: [String]
  var keepsConstants = false
  var format = TableFormat()
  var maxInputBytes: Int?

  var missingMarks: [String] { guide.schema?.missingMarks ?? MissingWords.everywhere }
  var numberMarks: [String] { guide.schema?.numberMarks ?? MissingWords.amongNumbers }

  /// The target's position among the columns, and what to expect of each.
  /// - Throws: `UnknownName` for a column that is not there, `DatasetError`.
  func resolve(
    _ names: [String], source: String
  ) throws -> (target: Int, expectations: [Expectation]) {
    if case .exact(let schema) = guide { return try resolve(names, exactly: schema, source) }
    let wanted = target ?? guide.schema?.target.name ?? names.last ?? ""
    guard let position = names.firstIndex(of: wanted) else {
      throw UnknownName(wanted, family: "column", known: names)
    }
    for name in ignore where !names.contains(name) {
      throw UnknownName(name, family: "column", known: names)
    }
    if ignore.contains(wanted) { throw DatasetError.ignoredTarget(name: wanted) }
    var expectations = names.map { name in
      ignore.contains(name) ? Expectation.skipped : declared(name)
    }
    if let schema = guide.schema {
      try checkPresence(of: schema, in: names, source)
      if wanted != schema.target.name, case .numeric = expectations[position] {
        // A number may name a class: the data say which.
        expectations[position] = .inferred
      }
      if expectations[position] == .skipped { expectations[position] = .inferred }
    }
    return (position, expectations)
  }

  private func resolve(
    _ names: [String], exactly schema: Schema, _ source: String
  ) throws -> (target: Int, expectations: [Expectation]) {
    try checkPresence(of: schema, in: names, source)
    guard let position = names.firstIndex(of: schema.target.name) else {
      throw DatasetError.missingColumns(source: source, names: [schema.target.name])
    }
    return (position, names.map(declared))
  }

  private func checkPresence(
    of schema: Schema, in names: [String], _ source: String
  ) throws {
    let present = Set(names)
    let needed = schema.features.map(\.id.rawValue) + [schema.target.name]
    let absent = needed.filter { !present.contains($0) }
    if !absent.isEmpty { throw DatasetError.missingColumns(source: source, names: absent) }
  }

  private func declared(_ name: String) -> Expectation {
    guard let schema = guide.schema else { return .inferred }
    if name == schema.target.name {
      switch schema.target.kind {
      case .classes(let names): return .categorical(levels: names.isEmpty ? nil : names)
      case .numeric(let unit, _):
        return .numeric(unit: unit, notation: notation(schema.target.notation))
      }
    }
    guard let feature = schema.features.first(where: { $0.id.rawValue == name }) else {
      return .skipped
    }
    switch feature.kind {
    case .numeric(let unit): return .numeric(unit: unit, notation: notation(feature.notation))
    case .categorical(let levels): return .categorical(levels: levels.isEmpty ? nil : levels)
    }
  }

  /// Rows that must fit a schema are written as its rows were; else the cells may say.
  private func notation(_ declared: NumberNotation?) -> NumberNotation? {
    declared ?? (guide.isExact ? .plain : nil)
  }
}
