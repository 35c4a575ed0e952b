/// The target column of a table: its kind, and each row's label.
struct InferredTarget {
  var kind: Target.Kind
  /// The class index of each row, -1 if there is none.
  var labels: [Int]
  /// The target value of each row for a numeric target, NaN if there is none.
  var numbers: [Double]
  /// The number of rows whose class is not in the schema.
  var unknown = 0

  /// The maximum number of distinct integers interpreted as classes.
  static let mostNumberedClasses = 20

  /// The number notation of a numeric target.
  var notation: NumberNotation?

  /// The target of rows without a target column.
  init(unlabelled rows: Int, as target: Target?) {
    kind = target?.kind ?? .classes(names: [])
    labels = Array(repeating: Table.unlabelled, count: rows)
    numbers = target?.isNumeric == true ? Array(repeating: .nan, count: rows) : []
    notation = target?.notation
  }

  /// `needsValues`: whether a column without values is an error.
  /// - Throws: `DatasetError` if the column cannot be a target.
  init(
    _ name: String, _ column: ColumnCollector, _ survey: ColumnSurvey, notations: NotationInference,
    rows: Int, cuts: [Double], needsValues: Bool = true, _ notes: inout ReadingNotes
  ) throws {
    let source = notations.source
    // A constant target column is not dropped: its single number may be a class.
    let inference = ColumnTypeInference(
      source: source, kept: nil, rows: rows, isExact: true, keepsConstants: true,
      isRead: { _ in false }, notations: notations)
    switch column.content {
    case .skipped, .freeText:
      throw column.hasLongText
        ? DatasetError.longClassName(source: source, name: name)
        : DatasetError.tooManyClasses(
          source: source, name: name, count: LevelTable.limit + 1, rows: rows)
    case .numbers, .coded: break
    }
    var targetNotes = ReadingNotes()
    switch try inference.column(name, column, survey, &targetNotes) {
    case .leftOut(let reason):
      throw DatasetError.unusableTarget(source: source, name: name, reason)
    case .feature(let feature, let values):
      switch feature.kind {
      case .categorical(let levels):
        self.init(classes: levels, values.values)
      case .numeric(let unit):
        self.init(
          values.values, unit: unit, column, cuts: cuts,
          decimal: feature.notation?.decimal ?? .point, &targetNotes)
        notation = feature.notation
        DoubtfulNumbers(name, values.values).note(in: &targetNotes, isInput: false)
      }
    }
    // A numeric class is named by its digits.
    if case .numeric = kind { notes.merge(targetNotes) } else { notes.mergeTexts(of: targetNotes) }
    if needsValues, labels.allSatisfy({ $0 < 0 }), numbers.allSatisfy(\.isNaN), unknown == 0 {
      throw DatasetError.emptyTarget(source: source, name: name)
    }
  }

  private init(classes names: [String], _ values: [Double]) {
    kind = .classes(names: names)
    labels = values.map { $0.isNaN ? -1 : Int($0) }
    numbers = []
    unknown = values.reduce(0) { $0 + ($1 == Table.unknownLevel ? 1 : 0) }
  }

  private init(
    _ values: [Double], unit: String?, _ column: ColumnCollector, cuts: [Double],
    decimal: NumberNotation.DecimalMark, _ notes: inout ReadingNotes
  ) {
    if column.expectation == .inferred, case .coded(let codes, let table) = column.content,
      let classes = Self.numberedClasses(values, codes, table, decimal)
    {
      for (name, other) in classes.merged.prefix(3) {
        notes.add("the classes '\(excerpt(name))' and '\(excerpt(other))' are the same number")
      }
      kind = .classes(names: classes.names)
      numbers = []
      labels = codes.map { classes.positions[Int($0)] }
      let marks = Set(values.filter { abs($0) >= 98 && DoubtfulNumbers.isMark($0) })
      let others = values.filter { !$0.isNaN && !marks.contains($0) }
      for code in marks.sorted() where others.allSatisfy({ abs($0) * 4 < abs(code) }) {
        notes.add(
          "the class '\(shortest(code))' in \(counted(values.count { $0 == code }, "row")) may stand for a "
            + "missing value: leave these cells empty if it does")
      }
    } else {
      let target = Target("", .numeric(unit: unit, cuts: cuts))
      kind = target.kind
      numbers = values
      labels = values.map { $0.isNaN ? -1 : target.interval(of: $0) }
    }
  }

  /// The distinct integers of a column in ascending order, as first written, and the class of each
  /// text; `nil` if there are too many or other values.
  ///
  /// Integers that are equal in double precision, or but for leading zeros, are distinguished by their
  /// digits.
  private static func numberedClasses(
    _ values: [Double], _ codes: [Int32], _ table: LevelTable,
    _ decimal: NumberNotation.DecimalMark
  ) -> (names: [String], positions: [Int], merged: [(name: String, other: String)])? {
    var merged: [(name: String, other: String)] = []
    var classes: [(number: Double, digits: String, name: String)] = []
    var classOfText = [Int](repeating: -1, count: table.levels.count)
    for (row, code) in codes.enumerated() {
      let position = Int(code)
      let value = values[row]
      if value.isNaN || classOfText[position] >= 0 { continue }
      guard value == value.rounded() else { return nil }
      let name = table.text(position)
      let digits =
        abs(value) < NumberStatistics.exact ? codeDigits(name) : exactDigits(name, decimal)
      if let known = classes.firstIndex(where: { $0.number == value && $0.digits == digits }) {
        classOfText[position] = known
        merged.append((classes[known].name, name))
        continue
      }
      if classes.count == mostNumberedClasses { return nil }
      classOfText[position] = classes.count
      classes.append((value, digits, name))
    }
    let order = classes.indices.sorted { first, second in
      let (a, b) = (classes[first], classes[second])
      if a.number != b.number { return a.number < b.number }
      if a.digits.count != b.digits.count {
        return (a.digits.count < b.digits.count) == (a.number >= 0)
      }
      return (a.digits < b.digits) == (a.number >= 0)
    }
    var place = [Int](repeating: 0, count: classes.count)
    for (new, old) in order.enumerated() { place[old] = new }
    return (order.map { classes[$0].name }, classOfText.map { $0 < 0 ? -1 : place[$0] }, merged)
  }

  /// The digits of an integer with leading zeros, which is a code; empty for a number.
  private static func codeDigits(_ text: String) -> String {
    let whole = text.drop { !$0.isNumber }.prefix { $0.isNumber }
    return whole.count > 1 && whole.first == "0" ? String(whole) : ""
  }

  /// The digits of a large integer without sign, separators, leading zeros and decimals.
  private static func exactDigits(
    _ text: String, _ decimal: NumberNotation.DecimalMark
  ) -> String {
    let mark: Character = decimal == .point ? "." : ","
    let whole = text.drop { !$0.isNumber }.prefix { $0 != mark && !$0.isLetter }
    return String(whole.filter(\.isNumber).drop { $0 == "0" })
  }
}
