/// A table of collected columns, with counts of dropped and altered rows.
struct AssembledTable {
  var table: Table
  var rowsRead: Int
  var dropped: [RowCount] = []
  var altered: [RowCount] = []
  var notes: [String] = []

  /// The minimum number of rows.
  static let fewestRows = 10

  /// Infers the kinds of the columns and drops the rows without a target value.
  /// - Throws: `DatasetError` if too few rows or no features are left.
  init(_ collected: CollectedTable, plan: ReadingPlan) throws {
    let schema = plan.schemaSource.schema
    let isExact = plan.schemaSource.isExact
    let targetName =
      collected.target.map { collected.names[$0] } ?? (isExact ? schema?.target.name : nil) ?? ""
    var cuts: [Double] = []
    if case .numeric(_, let given)? = schema?.target.kind, schema?.target.name == targetName {
      cuts = given
    }
    var notes = ReadingNotes()
    notes.first = collected.notes
    let surveys = collected.columns.map { ColumnSurvey($0) }
    let notations = NotationInference(
      source: collected.source, given: plan.format.decimal, surveys: surveys)
    let needsLabels = plan.labels == .required
    let target =
      try collected.target.map {
        try InferredTarget(
          targetName, collected.columns[$0], surveys[$0], notations: notations,
          rows: collected.rows, cuts: cuts, needsValues: needsLabels, &notes)
      } ?? InferredTarget(unlabelled: collected.rows, as: isExact ? schema?.target : nil)
    let kept = target.labels.indices.filter { target.labels[$0] >= 0 || !needsLabels }
    let isWhole = kept.count == collected.rows
    rowsRead = collected.rows
    let missing = collected.rows - kept.count - target.unknown
    if missing > 0, needsLabels {
      dropped.append(RowCount("no value for the target '\(targetName)'", missing))
    }
    if target.unknown > 0, needsLabels {
      dropped.append(
        RowCount("a class of '\(targetName)' that is not in the schema", target.unknown))
    }

    let inputs = collected.columns.indices.filter {
      $0 != collected.target && collected.columns[$0].expectation != .skipped
    }
    let inference = ColumnTypeInference(
      source: collected.source, kept: isWhole ? nil : kept, rows: kept.count, isExact: isExact,
      keepsConstants: plan.keepsConstants || schema?.image != nil,
      isRead: { plan.readColumns.column(named: $0) != nil },
      keepsIndices: plan.readCount == inputs.count,
      unnamed: collected.hasUnnamedFirst ? collected.names.first : nil,
      comparesTexts: Set(
        (schema?.features ?? []).filter(\.comparesTexts).map(\.id.rawValue)), notations: notations)
    var features: [Feature] = []
    var columns: [Column] = []
    var undeclared: [String] = []
    for index in Self.order(of: collected, schema) where index != collected.target {
      let name = collected.names[index]
      let column = collected.columns[index]
      if column.expectation == .skipped {
        if !isExact, !plan.ignore.contains(name), plan.labels != .absent { undeclared.append(name) }
        continue
      }
      switch try inference.column(name, column, surveys[index], &notes) {
      case .leftOut(let reason): notes.add("'\(excerpt(name))' \(reason.text) and is left out")
      case .feature(let feature, let values):
        features.append(feature)
        columns.append(values)
        altered += Self.altered(values, of: feature)
      }
    }
    if features.isEmpty { throw DatasetError.noFeatures(source: collected.source) }
    if !undeclared.isEmpty {
      notes.add(
        "\(counted(undeclared.count, "column")) that schema.json does not name "
          + "\(undeclared.count == 1 ? "is" : "are") left out: \(ReadingNotes.names(undeclared))")
    }

    self.notes = notes.sentences
    var made = Schema(
      features: features, target: Target(targetName, target.kind, notation: target.notation),
      missingMarks: plan.missingMarks, numberMarks: plan.numberMarks)
    if let image = schema?.image {
      made.image = image
      let problem = made.imageInconsistency
      if let problem, plan.ignore.isEmpty, plan.target == nil {
        throw DatasetError.malformedSchema(source: collected.source, problem)
      }
      if problem != nil || features.map(\.id) != schema?.features.map(\.id) {
        made.image = nil
        self.notes.append("pixels are left out, so the rows are read as numbers, not as images")
      }
    }
    table = Table(
      schema: made, columns: columns,
      labels: isWhole ? target.labels : kept.map { target.labels[$0] },
      numbers: target.numbers.isEmpty || isWhole ? target.numbers : kept.map { target.numbers[$0] },
      rowNumbers: kept.map { $0 + 1 }, firstLine: collected.firstLine)
    if !isExact, needsLabels {
      try Self.checkEnough(table, in: collected, knowsClasses: plan.targetKind != nil)
    }
    if schema == nil, needsLabels {
      if let single = Self.singleRows(table) { self.notes.append(single) }
      self.notes += table.copyNotes + table.totalNotes + table.quoteNotes
    }
  }

  /// A note on the classes that one row has, as of a title, a total or a misspelled class.
  private static func singleRows(_ table: Table) -> String? {
    guard case .classes(let names) = table.schema.target.kind, table.count >= 3 * fewestRows else {
      return nil
    }
    var rows = [[Int]](repeating: [], count: names.count)
    for (row, label) in table.labels.enumerated() where label >= 0 && rows[label].count < 2 {
      rows[label].append(row)
    }
    let single = rows.indices.filter { rows[$0].count == 1 }
    if single.isEmpty { return nil }
    let shown = single.prefix(3).map {
      "'\(excerpt(names[$0]))' (\(table.place(ofRow: rows[$0][0])))"
    }
    let rest = single.count > 3 ? " and \(grouped(single.count - 3)) more" : ""
    let classes = shown.joined(separator: ", ") + rest
    return
      (single.count == 1
      ? "the class \(classes) has one row" : "the classes \(classes) have one row each")
      + ": a title, a total or a misspelled class is no class of its own"
  }

  /// The column indices, in the order of the schema if one is given.
  private static func order(of collected: CollectedTable, _ schema: Schema?) -> [Int] {
    guard let schema else { return Array(collected.names.indices) }
    var positions: [String: Int] = [:]
    for (index, name) in collected.names.enumerated() { positions[name] = index }
    let declared = schema.features.compactMap { positions[$0.id.rawValue] }
    let rest = Set(collected.names.indices).subtracting(declared).sorted()
    return declared + rest
  }

  private static func altered(_ column: Column, of feature: Feature) -> [RowCount] {
    var altered: [RowCount] = []
    let missing = column.values.reduce(0) { $0 + ($1.isNaN ? 1 : 0) }
    if missing > 0 { altered.append(RowCount("a missing value in \(feature.id)", missing)) }
    guard feature.levels != nil else { return altered }
    let unknown = column.values.reduce(0) { $0 + ($1 == Table.unknownLevel ? 1 : 0) }
    if unknown > 0 {
      altered.append(RowCount("a level of \(feature.id) that is not in the schema", unknown))
    }
    return altered
  }

  /// `knowsClasses`: whether the classes are given, so that rows may have one of them only.
  private static func checkEnough(
    _ table: Table, in collected: CollectedTable, knowsClasses: Bool
  ) throws {
    let target = table.schema.target
    if case .classes(let names) = target.kind {
      let used = Set(table.labels)
      if used.count == 1, !knowsClasses, let only = used.first {
        throw DatasetError.oneClass(
          source: collected.source, target: target.name, name: names[only],
          missing: collected.rows - table.count)
      }
      let isTooMany = used.count > 50 && used.count * 2 > table.count
      if isTooMany || used.count == table.count && table.count >= fewestRows {
        throw DatasetError.tooManyClasses(
          source: collected.source, name: target.name, count: used.count, rows: table.count)
      }
    } else if Set(table.numbers).count == 1, let only = table.numbers.first {
      throw DatasetError.oneClass(
        source: collected.source, target: target.name, name: shortest(only),
        missing: collected.rows - table.count)
    }
    if table.count < fewestRows {
      throw DatasetError.tooFewRows(
        source: collected.source, usable: table.count, needed: fewestRows)
    }
  }
}
