/// The target column of a table: its kind, and each row's answer.
struct TargetVerdict {
  var kind: Target.Kind
  /// The class of each row, -1 where there is none.
  var labels: [Int]
  /// The number of each row for a numeric target, `nan` where there is none.
  var numbers: [Double]
  /// Rows whose class the schema does not know.
  var unknown = 0

  /// The most different whole numbers that are taken for classes.
  static let mostNumberedClasses = 20

  /// - Throws: `DatasetError` when the column cannot be answered.
  init(_ name: String, _ column: ColumnCollector, source: String, rows: Int, cuts: [Double]) throws
  {
    // A numbered class that appears once in a file is still a class: constants are kept here.
    let judge = ColumnJudge(
      source: source, kept: nil, rows: rows, isExact: true, keepsConstants: true)
    switch column.content {
    case .skipped, .freeText:
      throw column.hasLongText
        ? DatasetError.longClassName(source: source, name: name)
        : DatasetError.tooManyClasses(
          source: source, name: name, count: LevelTable.limit + 1, rows: rows)
    case .numbers, .coded: break
    }
    switch try judge.verdict(name, column) {
    case .leftOut:
      throw DatasetError.tooManyClasses(
        source: source, name: name, count: LevelTable.limit + 1, rows: rows)
    case .feature(let feature, let values):
      switch feature.kind {
      case .categorical(let levels):
        self.init(classes: levels, values.values)
      case .numeric(let unit):
        self.init(values.values, unit: unit, column, cuts: cuts)
      }
    }
    if labels.allSatisfy({ $0 < 0 }), numbers.allSatisfy(\.isNaN), unknown == 0 {
      throw DatasetError.emptyTarget(source: source, name: name)
    }
  }

  private init(classes names: [String], _ values: [Double]) {
    kind = .classes(names: names)
    labels = values.map { $0.isNaN ? -1 : Int($0) }
    numbers = []
    unknown = values.reduce(0) { $0 + ($1 == Table.unknownLevel ? 1 : 0) }
  }

  private init(_ values: [Double], unit: String?, _ column: ColumnCollector, cuts: [Double]) {
    if column.expectation == .inferred, let names = Self.numberedClasses(column) {
      kind = .classes(names: names.map(\.name))
      numbers = []
      labels = values.map { value in names.firstIndex { $0.number == value } ?? -1 }
    } else {
      let target = Target("", .numeric(unit: unit, cuts: cuts))
      kind = target.kind
      numbers = values
      labels = values.map { $0.isNaN ? -1 : target.interval(of: $0) }
    }
  }

  /// The different whole numbers of a column in their order, as they were first written.
  private static func numberedClasses(
    _ column: ColumnCollector
  ) -> [(number: Double, name: String)]? {
    guard case .coded(_, let table) = column.content else { return nil }
    var names: [(number: Double, name: String)] = []
    for (position, level) in table.levels.enumerated() {
      guard case .number(let value) = level.meaning else { continue }
      guard value == value.rounded() else { return nil }
      if names.contains(where: { $0.number == value }) { continue }
      if names.count == mostNumberedClasses { return nil }
      names.append((value, table.text(position)))
    }
    return names.sorted { $0.number < $1.number }
  }
}
