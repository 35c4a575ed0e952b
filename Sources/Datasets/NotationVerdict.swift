/// The cells of a column as texts and as numbers, before its kind is inferred.
struct ColumnSurvey {
  /// The interpretation of each text of a dictionary-encoded column, in the order of its texts.
  var readings: [CellReading] = []
  var tally = NumberTally()

  init(_ column: ColumnCollector) {
    switch column.content {
    case .skipped, .freeText: break
    case .numbers(let numbers): tally = numbers.tally
    case .coded(_, let table):
      // The texts of a declared categorical column are no evidence of number notation.
      let isDeclared = if case .categorical = column.expectation { true } else { false }
      readings = table.levels.indices.map { position in
        table.withCell(position) { cell in
          let reading = CellReading(cell.bytes, missing: column.missing)
          if case .number(let number) = reading, !isDeclared, table.levels[position].count > 0 {
            tally.add(number, cell, count: table.levels[position].count)
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
struct NotationJudge {
  let source: String
  /// The decimal mark given by the user.
  let given: NumberNotation.DecimalMark?
  /// The number of cells with three digits after the point, and no others, that may be thousands: of
  /// decimal numbers some would have other digits.
  private static let enoughToDoubt = 10
  /// The decimal mark of all unambiguous columns of the table.
  private let usual: NumberNotation.DecimalMark?

  init(source: String, given: NumberNotation.DecimalMark?, surveys: [ColumnSurvey]) {
    self.source = source
    self.given = given
    let tallies = surveys.filter(\.isNumeric).map(\.tally)
    let points = tallies.contains { $0.pointOnly.count > 0 && $0.commaOnly.count == 0 }
    let commas = tallies.contains { $0.commaOnly.count > 0 && $0.pointOnly.count == 0 }
    usual = points == commas ? nil : points ? .point : .comma
  }

  /// The number notation of a column.
  /// - Throws: `DatasetError` if its numbers are contradictory or ambiguous.
  func notation(_ name: String, _ tally: NumberTally) throws -> NumberNotation {
    var notation = NumberNotation(decimal: try decimal(name, tally))
    let isComma = notation.decimal == .comma
    let groups = isComma ? tally.commaGroups : tally.pointGroups
    let ambiguous = isComma ? tally.pointAmbiguous : tally.commaAmbiguous
    notation.hasThousands = groups.count + ambiguous.count > 0
    if tally.percent.count > 0 {
      if tally.noPercent.count > 0 {
        throw mixed(
          name, (tally.percent, .percentSign), (tally.noPercent, .noPercentSign))
      }
      notation.isPercent = true
    }
    let currencies = tally.currencies.sorted {
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
    _ name: String, _ tally: NumberTally
  ) throws -> NumberNotation.DecimalMark {
    if tally.pointOnly.count > 0, tally.commaOnly.count > 0 {
      throw mixed(
        name, (tally.pointOnly, .decimalPoint), (tally.commaOnly, .decimalComma))
    }
    if let given {
      let other = given == .point ? tally.commaOnly : tally.pointOnly
      if other.count > 0 {
        throw DatasetError.otherDecimal(
          at: SourcePosition(source, line: other.line, column: other.column), column: name,
          found: excerpt(other.text), given: given)
      }
      return given
    }
    if tally.pointOnly.count > 0 { return .point }
    if tally.commaOnly.count > 0 { return .comma }
    if tally.commaAmbiguous.count == 0 {
      // `1.234` is a decimal number by default; only in a table with decimal commas is it 1234.
      return usual == .comma ? .comma : .point
    }
    // A column has one decimal mark: `1,234` beside `1.234` is a contradiction.
    if tally.pointAmbiguous.count > 0 {
      throw mixed(
        name, (tally.pointAmbiguous, .point), (tally.commaAmbiguous, .comma))
    }
    if let usual { return usual }
    // All integers without a separator are below 1,000 and some ambiguous numbers end in 0, which
    // is rare for decimals: the comma is a thousands separator.
    if tally.small > 0, tally.large == 0, tally.roundAmbiguous > 0 { return .point }
    let seen = tally.commaAmbiguous
    throw DatasetError.ambiguousNumber(
      at: SourcePosition(source, line: seen.line, column: seen.column), column: name,
      found: excerpt(seen.text), count: seen.count)
  }

  /// The error for a column with two notations, with an example of the rarer one.
  private func mixed(
    _ name: String, _ first: (seen: NumberTally.Sighting, what: NotationMark),
    _ second: (seen: NumberTally.Sighting, what: NotationMark)
  ) -> DatasetError {
    let (rare, common) = first.seen.count < second.seen.count ? (first, second) : (second, first)
    return .mixedNotation(
      at: SourcePosition(source, line: rare.seen.line, column: rare.seen.column), column: name,
      found: excerpt(rare.seen.text), what: rare.what, others: common.seen.count,
      otherwise: common.what)
  }

  /// Adds notes about numbers with a notation other than `-1234.5`.
  func note(
    _ name: String, _ tally: NumberTally, as notation: NumberNotation, in notes: inout ReadingNotes
  ) {
    func value(_ seen: NumberTally.Sighting) -> Double {
      var text = seen.text
      return text.withUTF8 { notation.number($0) } ?? .nan
    }
    func add(_ kind: ReadingNotes.Kind, _ seen: NumberTally.Sighting) {
      notes.add(kind, name, seen, is: value(seen))
    }
    if notation.decimal == .comma {
      var commas = tally.decimalCommas
      commas.add(tally.commaAmbiguous)
      add(.decimalComma, commas)
      var groups = tally.commaGroups
      groups.add(tally.pointAmbiguous)
      add(.thousands, groups)
    } else {
      var groups = tally.pointGroups
      groups.add(tally.commaAmbiguous)
      add(.thousands, groups)
      let seen = tally.pointAmbiguous
      if given == nil, seen.count > 2, tally.pointOnly.count == 0, tally.large == 0,
        tally.small > 0 || seen.count >= Self.enoughToDoubt && tally.roundAmbiguous > 0
      {
        notes.add(
          "'\(excerpt(name))' has exactly three digits after the point in "
            + "\(counted(seen.count, "cell"))"
            + (tally.small > 0 ? " and whole numbers below 1,000" : " and no other numbers")
            + ": '\(excerpt(seen.text))' is read as \(shortest(value(seen))); specify a decimal comma "
            + "if the points separate thousands")
      }
    }
    add(.percent, tally.percent)
    for sign in tally.currencies.keys.sorted() {
      tally.currencies[sign].map { add(.currency, $0) }
    }
    add(.parentheses, tally.parentheses)
    add(.minusSign, tally.minusSign)
    add(.blankGroups, tally.blankGroups)
    add(.apostropheGroups, tally.apostropheGroups)
    add(.specialBlank, tally.specialBlank)
    add(.trailingMinus, tally.trailingMinus)
    add(.leadingApostrophe, tally.leadingApostrophe)
    add(.leadingZeros, tally.leadingZeros)
    add(.inexact, tally.inexact)
  }
}
