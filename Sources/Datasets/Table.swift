/// The unscaled values of one column.
///
/// A categorical value is the index of its level. A missing value is NaN.
public enum Column: Hashable, Sendable {
  /// Numbers, or indices of levels.
  case doubles([Double])
  /// Pixels: integers in 0...255, none missing; one byte per value.
  case bytes([UInt8])

  /// The number of rows.
  public var count: Int {
    switch self {
    case .doubles(let values): values.count
    case .bytes(let values): values.count
    }
  }

  /// The value of a row.
  public subscript(_ row: Int) -> Double {
    switch self {
    case .doubles(let values): values[row]
    case .bytes(let values): Double(values[row])
    }
  }

  /// The values of the given rows, in the given order.
  public func selecting(_ rows: [Int]) -> Column {
    switch self {
    case .doubles(let values): .doubles(rows.map { values[$0] })
    case .bytes(let values): .bytes(rows.map { values[$0] })
    }
  }

  /// All values as `Double`.
  public var values: [Double] {
    switch self {
    case .doubles(let values): values
    case .bytes(let values): values.map(Double.init)
    }
  }
}

/// Unscaled rows with their labels.
public struct Table: Hashable, Sendable {
  /// The value of a categorical cell whose level is not in the schema.
  public static let unknownLevel = -1.0

  /// The label of a row whose class is not known.
  public static let unlabelled = -1

  /// The schema of the columns.
  public var schema: Schema
  /// One column for each of `schema.features`, in the same order.
  public var columns: [Column]
  /// The index of each row's true class in `schema.classes`; `unlabelled` if it is not known.
  ///
  /// Predictions are never stored here: they are passed beside a table.
  public var labels: [Int]
  /// The numbers of a numeric target, empty otherwise.
  public var numbers: [Double]
  /// The number of each row in its source, counted from 1 without the header.
  public var rowNumbers: [Int]
  /// The line of the source's first row, counted from 1; `nil` if rows are not one line each.
  public var firstLine: Int?

  /// Creates a table.
  ///
  /// The numbers of columns and of features, and the numbers of rows of all columns and of labels,
  /// must be equal. `rowNumbers` is 1, 2, … by default.
  public init(
    schema: Schema, columns: [Column], labels: [Int], numbers: [Double] = [],
    rowNumbers: [Int]? = nil, firstLine: Int? = nil
  ) {
    precondition(
      columns.count == schema.features.count,
      "\(columns.count) columns for \(schema.features.count) features")
    precondition(
      columns.allSatisfy { $0.count == labels.count },
      "columns of \(columns.first?.count ?? 0) rows for \(labels.count) labels")
    self.schema = schema
    self.columns = columns
    self.labels = labels
    self.numbers = numbers
    self.rowNumbers = rowNumbers ?? Array(1...max(labels.count, 1)).prefix(labels.count).map { $0 }
    self.firstLine = firstLine
  }

  /// The position of a row in its source: "line 2", or "row 1" if rows are not one line each.
  public func place(ofRow row: Int) -> String {
    firstLine.map { "line \($0 + rowNumbers[row] - 1)" } ?? "row \(rowNumbers[row])"
  }

  /// The number of rows.
  public var count: Int { labels.count }

  /// The given rows, in the given order.
  public func selecting(_ rows: [Int]) -> Table {
    Table(
      schema: schema, columns: columns.map { $0.selecting(rows) }, labels: rows.map { labels[$0] },
      numbers: numbers.isEmpty ? [] : rows.map { numbers[$0] },
      rowNumbers: rows.map { rowNumbers[$0] }, firstLine: firstLine)
  }

  /// The rows whose class or number is known.
  public var labelled: Table {
    labels.contains { $0 < 0 } ? selecting(labels.indices.filter { labels[$0] >= 0 }) : self
  }

  /// One row's values, in the order of the features.
  public func row(_ index: Int) -> [Double] { columns.map { $0[index] } }

  /// The number of rows of each class.
  public var classCounts: [Int] {
    var counts = [Int](repeating: 0, count: schema.classes.count)
    for label in labels where counts.indices.contains(label) { counts[label] += 1 }
    return counts
  }
}
