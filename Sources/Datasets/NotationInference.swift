/// The cells of a column as texts and as numbers, before its kind is inferred.
struct ColumnSurvey {
  /// The interpretation of each text of a dictionary-encoded column, in the order of its texts.
  var readings: [CellReading] = []
  var statistics = NumberStatistics()

  init(_ column: ColumnCollector) {
    switch column.content {
    case .skipped, .freeText: break
    case .numbers(let numbers): statistics = numbers.statistics
    case .coded(_, let table):
      // The texts of a declared categorical column are no evidence of number notation.
      let isDeclared = if case .categorical = column.expectation { true } else { false }
      readings = table.levels.indices.map { position in
        table.withCell(position) { cell in
          let reading = CellReading(cell.bytes, missing: column.missing)
          if case .number(let number) = reading, !isDeclared, table.levels[position].count > 0 {
            statistics.add(number, cell, count: table.levels[position].count)
          }
          return reading
        }
      }
    }
  }

  /// Whether nearly all non-missing texts are numbers.
  var isNumeric: Bool {
    let words = readings.count { if case .word = $0 { true } else { false } }
    let numbers = readings.count { if case .number = $0 { true } else { false } }
    return words * 10 <= numbers || readings.isEmpty
  }
}

/// Infers the number notation of a table's columns.
///
/// `2,5` is unambiguously a decimal comma and `2.5` a decimal point; `1,234` is either 1.234 or
/// 1234. An ambiguous column is decided by the other columns or by its own numbers, or is an error.
struct NotationInference {
  let source: String
  /// The decimal mark given by the user.
  let given: NumberNotation.DecimalMark?
  /// The number of cells with three digits after the point, and no others, that may be thousands: of
  /// decimal numbers some would have other digits.
  private static let enoughToDoubt = 10
  /// The decimal mark of all unambiguous columns of the table.
  private let usual: NumberNotation.DecimalMark?
  /// Whether a column has numbers with points between thousands: `1.234.567`.
  private let hasPointGroups: Bool

  init(source: String, given: NumberNotation.DecimalMark?, surveys: [ColumnSurvey]) {
    self.source = source
    self.given = given
    let tallies = surveys.filter(\.isNumeric).map(\.statistics)
    let points = tallies.contains { $0.pointOnly.count > 0 && $0.commaOnly.count == 0 }
    // `1.234.567` says of its own column only that points separate thousands: other columns may be `51.554`.
    let commas = tallies.contains { $0.decimalCommas.count > 0 && $0.pointOnly.count == 0 }
    hasPointGroups = tallies.contains { $0.commaGroups.count > 0 && $0.pointOnly.count == 0 }
    usual = points == commas ? nil : points ? .point : .comma
  }

  /// The number notation of a column.
  /// - Throws: `DatasetError` if its numbers are contradictory or ambiguous.
  func notation(_ name: String, _ statistics: NumberStatistics) throws -> NumberNotation {
    var notation = NumberNotation(decimal: try decimal(name, statistics))
    let isComma = notation.decimal == .comma
    let groups = isComma ? statistics.commaGroups : statistics.pointGroups
    let ambiguous = isComma ? statistics.pointAmbiguous : statistics.commaAmbiguous
    notation.hasThousands = groups.count + ambiguous.count > 0
    if statistics.percent.count > 0 {
      if statistics.noPercent.count > 0 {
        throw mixed(
          name, (statistics.percent, .percentSign), (statistics.noPercent, .noPercentSign))
      }
      notation.isPercent = true
    }
    let currencies = statistics.currencies.sorted {
      ($0.value.line, $0.value.column) < ($1.value.line, $1.value.column)
    }
    if currencies.count > 1 {
      let (one, other) = (currencies[0], currencies[1])
      throw mixed(
        name, (one.value, .currency(one.key)), (other.value, .currency(other.key))
      )
    }
    notation.currency = currencies.first?.key
    return notation
  }

  private func decimal(
    _ name: String, _ statistics: NumberStatistics
  ) throws -> NumberNotation.DecimalMark {
    if statistics.pointOnly.count > 0, statistics.commaOnly.count > 0 {
      throw mixed(
        name, (statistics.pointOnly, .decimalPoint), (statistics.commaOnly, .decimalComma))
    }
    if let given {
      let other = given == .point ? statistics.commaOnly : statistics.pointOnly
      if other.count > 0 {
        throw DatasetError.otherDecimal(
          at: SourcePosition(source, line: other.line, column: other.column), column: name,
          found: excerpt(other.text), given: given)
      }
      return given
    }
    if statistics.pointOnly.count > 0 { return .point }
    if statistics.commaOnly.count > 0 { return .comma }
    if statistics.commaAmbiguous.count == 0 {
      // `1.234` is a decimal number by default; only in a table with decimal commas is it 1234.
      return usual == .comma ? .comma : .point
    }
    // A column has one decimal mark: `1,234` beside `1.234` is a contradiction.
    if statistics.pointAmbiguous.count > 0 {
      throw mixed(
        name, (statistics.pointAmbiguous, .point), (statistics.commaAmbiguous, .comma))
    }
    if let usual { return usual }
    // All integers without a separator are below 1,000 and some ambiguous numbers end in 0, which
    // is rare for decimals: the comma is a thousands separator.
    if statistics.small > 0, statistics.large == 0, statistics.roundAmbiguous > 0 { return .point }
    let seen = statistics.commaAmbiguous
    throw DatasetError.ambiguousNumber(
      at: SourcePosition(source, line: seen.line, column: seen.column), column: name,
      found: excerpt(seen.text), count: seen.count)
  }

  /// The error for a column with two notations, with an example of the rarer one.
  private func mixed(
    _ name: String, _ first: (seen: NumberStatistics.Occurrence, what: NotationMark),
    _ second: (seen: NumberStatistics.Occurrence, what: NotationMark)
  ) -> DatasetError {
    let (rare, common) = first.seen.count < second.seen.count ? (first, second) : (second, first)
    return .mixedNotation(
      at: SourcePosition(source, line: rare.seen.line, column: rare.seen.column), column: name,
      found: excerpt(rare.seen.text), what: rare.what, others: common.seen.count,
      otherwise: common.what)
  }

  /// Adds notes about numbers with a notation other than `-1234.5`.
  func note(
    _ name: String, _ statistics: NumberStatistics, as notation: NumberNotation,
    in notes: inout ReadingNotes
  ) {
    func add(_ kind: ReadingNotes.Kind, _ seen: NumberStatistics.Occurrence) {
      notes.add(kind, name, seen, is: Self.value(seen, notation))
    }
    if notation.decimal == .comma {
      var commas = statistics.decimalCommas
      commas.add(statistics.commaAmbiguous)
      add(.decimalComma, commas)
      var groups = statistics.commaGroups
      groups.add(statistics.pointAmbiguous)
      add(.thousands, groups)
    } else {
      var groups = statistics.pointGroups
      groups.add(statistics.commaAmbiguous)
      add(.thousands, groups)
      noteThousands(name, statistics, as: notation, in: &notes)
    }
    noteForms(name, statistics, as: notation, in: &notes)
  }

  /// Adds notes about numbers in rows whose notation is known that may be written in another one.
  func noteDoubts(
    _ name: String, _ statistics: NumberStatistics, as notation: NumberNotation,
    in notes: inout ReadingNotes
  ) {
    noteThousands(name, statistics, as: notation, in: &notes)
    for (kind, seen) in [
      (ReadingNotes.Kind.parentheses, statistics.parentheses),
      (.trailingMinus, statistics.trailingMinus),
    ] {
      notes.add(kind, name, seen, is: Self.value(seen, notation))
    }
  }

  /// Adds a note that numbers with exactly three digits after the decimal mark may be thousands.
  private func noteThousands(
    _ name: String, _ statistics: NumberStatistics, as notation: NumberNotation,
    in notes: inout ReadingNotes
  ) {
    let isComma = notation.decimal == .comma
    let seen = isComma ? statistics.commaAmbiguous : statistics.pointAmbiguous
    let others = isComma ? statistics.decimalCommas : statistics.pointOnly
    let isLikely =
      statistics.small > 0 || !isComma && hasPointGroups
      || seen.count >= Self.enoughToDoubt && statistics.roundAmbiguous > 0
    guard given == nil, !notation.hasThousands, seen.count > 0, others.count == 0,
      statistics.large == 0, isLikely
    else { return }
    let (mark, other) = isComma ? ("comma", "point") : ("point", "comma")
    notes.add(
      "'\(excerpt(name))' has exactly three digits after the \(mark) in "
        + "\(counted(seen.count, "cell"))"
        + (statistics.small > 0 ? " and whole numbers below 1,000" : " and no other numbers")
        + ": '\(excerpt(seen.text))' is read as \(shortest(Self.value(seen, notation))); specify a decimal "
        + "\(other) if the \(mark)s separate thousands")
  }

  private static func value(
    _ seen: NumberStatistics.Occurrence, _ notation: NumberNotation
  ) -> Double {
    var text = seen.text
    return text.withUTF8 { notation.number($0) } ?? .nan
  }

  /// Adds notes about signs, blanks, zeros and other forms of numbers.
  private func noteForms(
    _ name: String, _ statistics: NumberStatistics, as notation: NumberNotation,
    in notes: inout ReadingNotes
  ) {
    func add(_ kind: ReadingNotes.Kind, _ seen: NumberStatistics.Occurrence) {
      notes.add(kind, name, seen, is: Self.value(seen, notation))
    }
    add(.percent, statistics.percent)
    for sign in statistics.currencies.keys.sorted() {
      statistics.currencies[sign].map { add(.currency, $0) }
    }
    add(.parentheses, statistics.parentheses)
    add(.minusSign, statistics.minusSign)
    add(.blankGroups, statistics.blankGroups)
    add(.apostropheGroups, statistics.apostropheGroups)
    add(.specialBlank, statistics.specialBlank)
    add(.trailingMinus, statistics.trailingMinus)
    add(.leadingApostrophe, statistics.leadingApostrophe)
    add(.leadingZeros, statistics.leadingZeros)
    add(.inexact, statistics.inexact)
  }
}
