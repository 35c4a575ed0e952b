import Datasets
import Testing

/// Numbers in unusual signs, and numbers that may stand for a missing value, a row or a date.
@Suite struct DoubtfulNumbersTests {
  /// A table with one column of these cells, beside a column without notes.
  private func column(
    _ name: String = "x", rows: Int = 60, _ cell: (Int) -> String
  ) throws -> LoadedData {
    try read(table("\(name),w,y", rows: rows) { "\(cell($0)),\($0 % 5),\($0 % 2)" })
  }

  private func values(_ data: LoadedData) -> [Double] { data.table.columns[0].values }

  // MARK: - Signs

  @Test(arguments: [60, 3000]) func aMinusAfterTheNumberIsRead(rows: Int) throws {
    let data = try column(rows: rows) { $0 % 4 == 1 ? "\($0).20-" : "\($0).5" }
    #expect(values(data).prefix(3) == [0.5, -1.2, 2.5])
    #expect(
      data.notes == [
        "'x' has a minus after numbers in \(rows / 4) cells: '1.20-' is read as -1.2"
      ])
    let comma = try read(
      table("x;w;y", rows: 60) {
        "\($0 % 4 == 1 ? "1.0\($0 + 10),20-" : "\($0),5");\($0 % 5);\($0 % 2)"
      })
    #expect(values(comma)[1] == -1011.2)
    let whole = try column { $0 % 4 == 1 ? "\($0 * 10)-" : "\($0 * 10)" }
    #expect(values(whole)[1] == -10)
    for wrong in ["-5.20-", "(5.20-)", "5.20--", "5.20 -", "+5.20-"] {
      #expect(
        complaint { _ = try column { $0 == 3 ? wrong : "\($0).5" } }
          .hasPrefix("t.csv:5:1: '\(wrong)' in the column 'x', which has numbers in 59 other rows"))
    }
  }

  @Test(arguments: ["'", "\u{2019}"]) func anApostropheBeforeTheNumberIsRead(_ mark: String) throws
  {
    let data = try column { "\(mark)\($0).58" }
    #expect(values(data).prefix(2) == [0.58, 1.58])
    #expect(
      data.notes == [
        "'x' has an apostrophe before numbers in 60 cells: '\(mark)0.58' is read as 0.58"
      ])
    let codes = try column { "'00\($0 + 10)" }
    #expect(
      codes.notes.contains {
        $0.hasPrefix("'x' has leading zeros in 60 cells: ''0010' is read as 10;")
      })
  }

  @Test func gradesAndYearsAreLevels() throws {
    let end =
      "' beside short whole numbers only, and all are read as levels: write -5 or 5 if they "
    let grades = try column { ["1", "2", "2-", "3-"][$0 % 4] }
    #expect(grades.table.schema.features[0].levels == ["1", "2", "2-", "3-"])
    #expect(grades.notes == ["'x' has strings such as '2-\(end)are numbers"])
    let years = try column { "'9\($0 % 9)" }
    #expect(years.table.schema.features[0].levels?.count == 9)
    #expect(years.notes == ["'x' has strings such as ''90\(end)are numbers"])
  }

  // MARK: - Missing values

  private func code(_ code: String, cells: Int) -> String {
    "'x' has '\(code)' in \(cells) cells, apart from all other numbers, and it is read as a number: "
      + "if it stands for a missing value, leave these cells empty, or declare "
      + "\"notation\": {\"missing\": \(code)} in a schema.json"
  }

  @Test(arguments: ["-99", "-98", "-9", "-1", "99", "998"])
  func aUsualCodeApartFromTheNumbersIsNoted(_ mark: String) throws {
    let data = try column { $0 % 10 == 7 ? mark : "\($0 % 9 + 9).5" }
    #expect(data.notes == [code(mark, cells: 6)])
    #expect(values(data)[7] == Double(mark))
  }

  @Test func twoCodesAreNotedEach() throws {
    let data = try column { [3: "-98", 7: "-99"][$0 % 10] ?? "\($0 % 9 + 18)" }
    #expect(data.notes == [code("-99", cells: 6), code("-98", cells: 6)])
    let several = try read(
      table("a,b,c,y", rows: 60) {
        "\($0 % 9 == 1 ? -99 : $0 % 7),\($0 % 9 == 1 ? -99 : $0 % 5),\($0 % 6 == 1 ? 998 : $0 % 5),"
          + "\($0 % 2)"
      })
    #expect(several.notes.count == 2)
    #expect(several.notes[0].hasPrefix("'a' and 'b' have '-99' in 14 cells, "))
    #expect(several.notes[1].hasPrefix("'c' has '998' in 10 cells, "))
  }

  @Test(arguments: ["-999.25", "1e20", "9.96921e36", "-32768", "2147483647", "-7777", "65535"])
  func aFillValueFarFromAllNumbersIsNoted(_ fill: String) throws {
    let data = try column { $0 % 20 == 7 ? fill : "\($0 % 19 + 9).5" }
    #expect(data.notes == [code(shortest(Double(fill) ?? 0), cells: 3)])
    // In two cells, or less far, it is a number.
    #expect(try column { $0 % 30 == 7 ? fill : "\($0 % 19 + 9).5" }.notes.isEmpty)
    #expect(try column { $0 % 20 == 7 ? "300" : "\($0 % 19 + 9).5" }.notes.isEmpty)
  }

  @Test func aFirstEmptyCellDoesNotHideACode() throws {
    let data = try column { $0 == 0 ? "" : $0 % 10 == 7 ? "-999" : "\($0 % 9 + 9).5" }
    #expect(values(data).count(where: \.isNaN) == 7)
    #expect(data.table.schema.features[0].notation == NumberNotation(missing: -999))
  }

  @Test func theMostFrequentOfManyCountsMayBeACode() throws {
    let days = try column(rows: 200) { $0 % 4 == 1 ? "-1" : "\($0 % 37)" }
    #expect(days.notes == [code("-1", cells: 50)])
  }

  @Test func numbersAmongOthersAreNoCodes() throws {
    let others: [(Int) -> String] = [
      { "\($0 % 3 - 1)" },
      { "\($0 % 10 - 1)" },
      { "\($0 % 60 * 17).5" },
      { $0 % 10 == 3 ? "999" : "\($0 % 59 * 17 + 10).5" },
      { $0 % 10 == 3 ? "99" : "\($0 % 50 + 40).5" },
      { $0 % 10 == 3 ? "-99" : "-\($0 % 50 + 40).5" },
      { $0 < 2 ? "-99" : "\($0 % 50).5" },
      { "\([-9, 9][$0 / 2 % 2])" },
      { "\($0 % 59 - 1)" },
    ]
    for cell in others { #expect(try column(rows: 118, cell).notes.isEmpty, "\(cell(3))") }
    // Fewer than one cell in a hundred.
    #expect(try column(rows: 1000) { $0 < 9 ? "-99" : "\($0 % 50).5" }.notes.isEmpty)
  }

  @Test func aCodeOfANumericTargetIsNoted() throws {
    let data = try read(
      table("a,x", rows: 60) { "\($0 % 7),\($0 % 10 == 7 ? "-99" : "\($0 % 9 + 9).5")" })
    #expect(data.notes == [code("-99", cells: 6)])
    #expect(data.table.numbers[7] == -99)
  }

  // MARK: - Identifiers

  private func identifier(_ name: String) -> String {
    "'\(name)' has a different whole number in every row, as an identifier has, and is an input: "
      + "exclude it if it identifies rows"
  }

  @Test(arguments: ["customer_id", "customerId", "CustomerID", "id no", "Row", "order.id", "uuid"])
  func aNamedIdentifierIsNoted(_ name: String) throws {
    let data = try column(name) { "\(1000 + $0 * 7919 % 3001)" }
    #expect(data.notes == [identifier(name)])
    #expect(data.table.schema.features.count == 2)
  }

  @Test func consecutiveNumbersAreNoted() throws {
    // In any order, from any number.
    #expect(try column { "\(500 + $0 * 7 % 60)" }.notes == [identifier("x")])
    #expect(try column(rows: 20) { "\(500 + $0 * 7 % 20)" }.notes == [identifier("x")])
    #expect(try column(rows: 19) { "\(500 + $0 * 7 % 19)" }.notes.isEmpty)
  }

  @Test func otherNumbersAreNoIdentifiers() throws {
    for name in ["x", "paid", "humidity", "width"] {
      #expect(try column(name) { "\(1000 + $0 * 7919 % 3001)" }.notes.isEmpty)
    }
    #expect(try column("customer_id") { "\($0 / 2 * 7)" }.notes.isEmpty)
    #expect(try column("price_index") { "\($0).5" }.notes.isEmpty)
    let given = try read(
      table("customer_id,w,y", rows: 60) { "\($0 * 7),\($0 % 5),\($0 % 2)" },
      options: ReadingOptions(keepsConstants: true))
    #expect(given.notes.isEmpty)
  }

  // MARK: - Dates

  @Test func wholeNumbersThatMayBeDatesAreNoted() throws {
    let data = try column("day") { "2021\(10 + $0 % 3)\(10 + $0 % 19)" }
    #expect(
      data.notes == [
        "'day' has whole numbers such as 20211010 that may be dates (year, month, day) and are read "
          + "as numbers: their differences are not days"
      ])
    #expect(try column { "2021\(10 + $0 % 5)\(10 + $0 % 19)" }.notes.isEmpty)
  }

  /// A month with its year, and digits down to minutes or seconds.
  @Test func otherFormsOfDatesAreNoted() throws {
    func note(_ cell: (Int) -> String) throws -> [String] { try column("day", cell).notes }
    func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    #expect(
      try note { "\(digits($0 % 12 + 1)).20\(digits($0 % 17))" } == [
        "'day' has numbers such as 1.2 that may be months (month.year) and are read as numbers: they "
          + "are not in the order of time"
      ])
    #expect(
      try note { "20\(digits($0 % 17))\(digits($0 % 12 + 1))" } == [
        "'day' has whole numbers such as 200001 that may be months (year, month) and are read as "
          + "numbers: their differences are not months"
      ])
    #expect(
      try note { "202105\(digits($0 % 28 + 1))\(digits($0 % 24))\(digits($0 % 60))" } == [
        "'day' has whole numbers such as 202105010000 that may be dates with a time (year, month, day, "
          + "hour, minute) and are read as numbers: their differences are no durations"
      ])
    #expect(
      try note { "202105\(digits($0 % 28 + 1))\(digits($0 % 24))5959" } == [
        "'day' has whole numbers such as 20210501005959 that may be dates with a time (year, month, "
          + "day, hour, minute, second) and are read as numbers: their differences are no durations"
      ])
    // A minute of 60, a month of 13, a year of 2100.
    #expect(try note { "202105\(digits($0 % 28 + 1))\(digits($0 % 24))60" }.isEmpty)
    #expect(try note { "20\(digits($0 % 17))\(digits($0 % 13 + 1))" }.isEmpty)
    #expect(try note { "\(digits($0 % 12 + 1)).21\(digits($0 % 17))" }.isEmpty)
  }
}
