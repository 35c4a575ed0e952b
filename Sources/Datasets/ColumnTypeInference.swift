import Foundation

/// The inferred kind of a collected column.
enum InferredColumn {
  case feature(Feature, Column)
  case leftOut(ExclusionReason)
}

/// Infers the kinds of the columns of a table.
///
/// A column is numeric if all of its cells are numbers or missing. With words in it, it is
/// categorical, unless at least 90 % of its cells are numbers and the words are at most three, or
/// at most 1 %, or all equal beside more than 20 numbers: then the words are errors. A categorical
/// column has at most 1,000 levels, at most half as many as rows if it has more than 50, and fewer
/// than rows.
struct ColumnTypeInference {
  let source: String
  /// The rows with a target value.
  let kept: [Int]?
  let rows: Int
  /// Whether every column must have the kind declared by the schema.
  let isExact: Bool
  /// Whether constant columns are kept: as pixels of an image, or as inputs of a given network.
  let keepsConstants: Bool
  /// The columns that a given network reads by name, which are not left out.
  let isRead: (String) -> Bool
  /// Whether a column that looks like a row index is an input.
  var keepsIndices = false
  /// The first column, if the header has no name for it.
  var unnamed: String? = nil
  /// The columns of the schema whose levels are compared as texts.
  var comparesTexts: Set<String> = []

  let notations: NotationInference

  func column(
    _ name: String, _ column: ColumnCollector, _ survey: ColumnSurvey, _ notes: inout ReadingNotes
  ) throws -> InferredColumn {
    var own = ReadingNotes()
    let inferred = try self.kind(of: name, column, survey, &own)
    switch inferred {
    case .feature: notes.merge(own)
    // Cells that differ in the file may be why the column is not constant.
    case .leftOut(.constant), .leftOut(.constantLevel): notes.mergeDoubts(of: own)
    // Cells of other columns that are left out are not interpreted.
    case .leftOut: break
    }
    return inferred
  }

  private func kind(
    of name: String, _ column: ColumnCollector, _ survey: ColumnSurvey,
    _ notes: inout ReadingNotes
  ) throws -> InferredColumn {
    switch column.content {
    case .skipped: return .leftOut(.ignored)
    case .freeText:
      if let date = column.firstDate { return .leftOut(.dates(example: date)) }
      return .leftOut(
        column.hasLongText
          ? .longTexts(limit: LevelTable.longestLevel)
          : .manyTexts(limit: LevelTable.limit, example: column.firstText))
    case .numbers(let numbers):
      return try numeric(name, column, numbers, &notes)
    case .coded(let codes, let table):
      return try coded(
        name, column, kept.map { $0.map { codes[$0] } } ?? codes, table, survey, &notes)
    }
  }

  // MARK: - Numbers

  private func numeric(
    _ name: String, _ column: ColumnCollector, _ numbers: NumberCollector,
    _ notes: inout ReadingNotes
  ) throws -> InferredColumn {
    if let word = numbers.firstWord {
      let known = column.rows - numbers.words
      if case .numeric = column.expectation {
        if let (what, expected) = (numbers.notation ?? .plain).difference(from: word.text) {
          throw DatasetError.otherNotation(
            at: position(word), column: name, found: word.text, what: what, expected: expected)
        }
        throw DatasetError.notANumber(at: position(word), column: name, found: word.text)
      }
      if Self.looksLikeMistake(
        words: numbers.words, spellings: numbers.wordSpellings.count, numbers: known,
        distinct: known)
      {
        throw DatasetError.wordAmongNumbers(
          at: position(word), column: name, found: word.text, numbers: known)
      }
      return .leftOut(
        known > numbers.words
          ? .numbersAndTexts(numbers: known, texts: numbers.words, example: word.text)
          : .manyTexts(limit: LevelTable.limit, example: word.text))
    }
    if let infinite = numbers.firstInfinite {
      throw DatasetError.infinite(at: position(infinite), column: name, found: infinite.text)
    }
    let notation = try numbers.notation ?? notations.notation(name, numbers.statistics)
    if numbers.notation == nil {
      notations.note(name, numbers.statistics, as: notation, in: &notes)
      if column.expectation == .inferred {
        for word in numbers.missingWords { notes.addMissing(word.text, word.count, in: name) }
      }
    } else {
      notations.noteDoubts(name, numbers.statistics, as: notation, in: &notes)
    }
    let all = numbers.values(under: notation.decimal)
    return judge(name, kept.map { $0.map { all[$0] } } ?? all, notation, column, &notes)
  }

  private func judge(
    _ name: String, _ values: [Double], _ notation: NumberNotation, _ column: ColumnCollector,
    _ notes: inout ReadingNotes
  ) -> InferredColumn {
    var (values, notation) = (values, notation)
    let isInferred = column.expectation == .inferred
    // A given network reads a number, whatever it stands for.
    if isInferred, !isExact, !keepsConstants, let mark = Self.missingNumber(in: values) {
      notation.missing = mark
      notes.add(
        .missingNumber, name, .init(count: values.count { $0 == mark }, text: shortest(mark)),
        is: mark)
      values = values.map { $0 == mark ? .nan : $0 }
    }
    var unit = notation.isPercent ? "%" : notation.currency
    if case .numeric(let declared, _) = column.expectation { unit = declared }
    let feature = InferredColumn.feature(
      Feature(
        Feature.ID(name), .numeric(unit: unit), notation: notation == .plain ? nil : notation),
      .doubles(values))
    if isExact { return feature }
    if !keepsConstants {
      guard let first = values.first(where: { !$0.isNaN }) else {
        return .leftOut(.empty)
      }
      if values.allSatisfy({ $0 == first || $0.isNaN }) {
        return .leftOut(.constant(first, missing: values.count { $0.isNaN }))
      }
    }
    guard isInferred else {
      // Declared as numeric, a column may still have codes of missing values, or dates.
      DoubtfulNumbers(name, values).note(in: &notes, isInput: false)
      return feature
    }
    if !keepsIndices, !isRead(name), Self.isIdentifier(name, values, isUnnamed: name == unnamed) {
      return .leftOut(.rowIndex)
    }
    DoubtfulNumbers(name, values).note(in: &notes, isInput: !keepsConstants)
    return feature
  }

  /// A missing-value code of nines only: in at least two and in fewer than half of the rows, with
  /// all other numbers below a tenth of its magnitude.
  private static func missingNumber(in values: [Double]) -> Double? {
    guard let (lowest, highest) = DoubtfulNumbers.range(of: values) else { return nil }
    let mark = -lowest > highest ? lowest : highest
    guard MissingWords.numbers.contains(abs(mark)) else { return nil }
    var count = 0
    for value in values {
      if value == mark { count += 1 } else if abs(value) * 10 > abs(mark) { return nil }
    }
    return count > 1 && count * 2 < values.count ? mark : nil
  }

  /// Whether words among numbers are so few, or so few different ones, that they are errors.
  static func looksLikeMistake(
    words: Int, spellings: Int, numbers: Int, distinct: Int
  ) -> Bool {
    let all = words + numbers
    if spellings <= 3, distinct > 20, numbers * 5 >= all { return true }
    return numbers * 10 >= all * 9 && words <= max(3, all / 100)
  }

  /// Whether a column is a row index, by its name and by its numbers. Without a name, different whole
  /// numbers suffice: the index of rows that pandas has chosen or shuffled.
  static func isIdentifier(_ name: String, _ values: [Double], isUnnamed: Bool = false) -> Bool {
    let plain = name.lowercased().filter { $0.isLetter || $0.isNumber }
    let names = ["id", "rowid", "row", "index", "rownames", "rownumber", "unnamed0", "no", "nr"]
    guard names.contains(plain) || name == "column 1" || name.lowercased().hasSuffix("_id")
    else { return false }
    guard values.allSatisfy({ $0 == $0.rounded() }) else { return false }
    if isUnnamed || ["id", "rowid", "unnamed0"].contains(plain) {
      return Set(values).count == values.count
    }
    guard let first = values.first, first == 0 || first == 1 else { return false }
    return values.enumerated().allSatisfy { $0.element == first + Double($0.offset) }
  }

  // MARK: - Texts

  private func coded(
    _ name: String, _ column: ColumnCollector, _ codes: [Int32], _ table: LevelTable,
    _ survey: ColumnSurvey, _ notes: inout ReadingNotes
  ) throws -> InferredColumn {
    let counts = Self.counts(codes, table)
    let readings = survey.readings
    let isInferred = column.expectation == .inferred
    let kind = isInferred ? try kind(name, survey, counts, table) : .words
    if kind == .numbers {
      let notation = try notations.notation(name, survey.statistics)
      notations.note(name, survey.statistics, as: notation, in: &notes)
      noteMissing(name, table, readings, counts, isNumeric: true, &notes)
      let values = readings.map { reading -> Double in
        if case .number(let number) = reading { notation.number(number) ?? .nan } else { .nan }
      }
      return judge(name, codes.map { values[Int($0)] }, notation, column, &notes)
    }
    if isInferred, !isRead(name), let date = datesOnly(readings, counts, table) {
      return .leftOut(.dates(example: date))
    }
    // A network compares texts.
    let comparesTexts = isRead(name) || comparesTexts.contains(name)
    let levels = CategoryLevels(
      table, readings, counts: counts, known: column.knownLevels, comparesTexts: comparesTexts)
    var made = Feature(Feature.ID(name), .categorical(levels: levels.names))
    made.comparesTexts = comparesTexts && column.knownLevels > 0
    let feature = InferredColumn.feature(made, .doubles(codes.map { levels.values[Int($0)] }))
    if isInferred { noteMissing(name, table, readings, counts, isNumeric: false, &notes) }
    if kind == .codes {
      notes.add(
        "'\(excerpt(name))' has strings such as '\(excerpt(survey.statistics.markedText))' beside short "
          + "whole numbers only, and all are read as levels: write -5 or 5 if they are numbers")
    }
    let place = isRead(name) ? "known to the network" : "in the schema"
    for sentence in levels.notes(name, known: place) { notes.add(sentence) }
    if isExact { return feature }
    if !keepsConstants {
      let used = Set(codes.map { levels.values[Int($0)] }.filter { !$0.isNaN })
      if used.isEmpty { return .leftOut(.empty) }
      if used.count == 1, !used.contains(Table.unknownLevel), let only = used.first {
        let missing = codes.count { levels.values[Int($0)].isNaN }
        return .leftOut(.constantLevel(levels.names[Int(only)], missing: missing))
      }
    }
    guard isInferred, !isRead(name) else { return feature }
    let known = codes.reduce(0) { $0 + (levels.values[Int($1)].isNaN ? 0 : 1) }
    let isUnique = levels.names.count == known
    guard isUnique || levels.names.count > 50 && levels.names.count * 2 > codes.count else {
      return feature
    }
    // The first word tells more than a number why the column is not read as numbers.
    let used = table.levels.indices.filter { counts[$0] > 0 && !isMissing(readings[$0]) }
    let example = (used.first { isWord(readings[$0]) } ?? used.first).map { table.text($0) } ?? ""
    let texts = used.reduce(0) { $0 + (isWord(readings[$1]) ? counts[$1] : 0) }
    let numbers = used.reduce(0) { $0 + counts[$1] } - texts
    if texts > 0, numbers > texts {
      return .leftOut(.numbersAndTexts(numbers: numbers, texts: texts, example: example))
    }
    return .leftOut(
      isUnique
        ? .unique(example: example, missing: codes.count - known)
        : .manyLevels(levels: levels.names.count, rows: codes.count, example: example))
  }

  private func noteMissing(
    _ name: String, _ table: LevelTable, _ readings: [CellReading], _ counts: [Int],
    isNumeric: Bool, _ notes: inout ReadingNotes
  ) {
    for (position, reading) in readings.enumerated() where counts[position] > 0 {
      switch reading {
      case .missing: notes.addMissing(table.text(position), counts[position], in: name)
      case .missingNumber where isNumeric:
        notes.addMissing(table.text(position), counts[position], in: name)
      case .missingNumber:
        notes.add(
          "'\(excerpt(name))' has '\(excerpt(table.text(position)))' in "
            + "\(counted(counts[position], "cell")), which is read as a level: leave these cells "
            + "empty if the value is missing")
      default: break
      }
    }
  }

  /// A date of a column with dates only.
  private func datesOnly(
    _ readings: [CellReading], _ counts: [Int], _ table: LevelTable
  ) -> String? {
    var example: String?
    for (position, reading) in readings.enumerated() where counts[position] > 0 {
      switch reading {
      case .missing, .missingNumber: continue
      case .number: return nil
      case .word:
        guard table.withCell(position, { DateText.isDate($0.bytes) }) else { return nil }
        if example == nil { example = table.text(position) }
      }
    }
    return example
  }

  private enum Kind {
    case numbers, words
    /// Texts that are numbers by their form only: the grades `2` and `2-`, the years `'98`.
    case codes
  }

  /// Whether an undeclared column is numeric or categorical.
  /// - Throws: `DatasetError` for a word that is likely an error, and for infinite numbers.
  private func kind(
    _ name: String, _ survey: ColumnSurvey, _ counts: [Int], _ table: LevelTable
  ) throws -> Kind {
    var words = 0
    var spellings = 0
    var numbers = 0
    var distinct = 0
    var softMarks = 0
    for (position, reading) in survey.readings.enumerated() where counts[position] > 0 {
      switch reading {
      case .missing: break
      case .missingNumber: softMarks += 1
      case .word:
        words += counts[position]
        spellings += 1
      case .number:
        numbers += counts[position]
        distinct += 1
      }
    }
    // A column of only "(1)" and "(2)" has no negative numbers.
    let statistics = survey.statistics
    if statistics.parentheses.count > 0, statistics.noParentheses == 0 { return .words }
    if words > 0 {
      guard
        Self.looksLikeMistake(
          words: words, spellings: spellings, numbers: numbers, distinct: distinct)
      else { return .words }
      let word = table.levels.indices.first {
        counts[$0] > 0 && isWord(survey.readings[$0])
      }
      if let word {
        throw DatasetError.wordAmongNumbers(
          at: position(table.levels[word]), column: name, found: excerpt(table.text(word)),
          numbers: numbers)
      }
    }
    if numbers == 0, softMarks > 0 { return .words }
    if looksLikeCodes(survey, counts) { return .codes }
    let infinite = table.levels.indices.first {
      counts[$0] > 0 && isInfinite(survey.readings[$0])
    }
    if let infinite {
      throw DatasetError.infinite(
        at: position(table.levels[infinite]), column: name, found: excerpt(table.text(infinite)))
    }
    return .numbers
  }

  /// Whether numbers with a minus after them or an apostrophe before them are rather grades or years:
  /// all numbers are whole and below 100, and of those with an apostrophe each has two digits.
  private func looksLikeCodes(_ survey: ColumnSurvey, _ counts: [Int]) -> Bool {
    let statistics = survey.statistics
    guard statistics.trailingMinus.count + statistics.leadingApostrophe.count > 0,
      !statistics.hasLongApostrophe
    else { return false }
    return survey.readings.indices.allSatisfy { position in
      guard counts[position] > 0, case .number(let number) = survey.readings[position] else {
        return true
      }
      guard let value = number.point?.value, value == number.comma?.value else { return false }
      return value == value.rounded() && abs(value) < 100 && !number.isPercent
        && number.currency == nil
    }
  }

  private func isMissing(_ reading: CellReading) -> Bool {
    if case .missing = reading { true } else { false }
  }

  private func isWord(_ reading: CellReading) -> Bool {
    if case .word = reading { true } else { false }
  }

  /// Whether a cell is a non-finite number.
  private func isInfinite(_ reading: CellReading) -> Bool {
    guard case .number(let number) = reading else { return false }
    return (number.point ?? number.comma)?.value.isInfinite == true
  }

  static func counts(_ codes: [Int32], _ table: LevelTable) -> [Int] {
    var counts = [Int](repeating: 0, count: table.levels.count)
    for code in codes { counts[Int(code)] += 1 }
    return counts
  }

  private func position(_ level: LevelTable.Level) -> SourcePosition {
    SourcePosition(source, line: level.line, column: level.column)
  }

  private func position(_ cell: CellExample) -> SourcePosition {
    SourcePosition(source, line: cell.line, column: cell.column)
  }
}
