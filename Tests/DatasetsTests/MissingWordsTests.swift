import Datasets
import Foundation
import Testing

/// Default missing-value texts, without a schema.
@Suite struct MissingWordsTests {
  private func column(_ rows: Int = 60, _ cell: (Int) -> String) throws -> LoadedData {
    try read(table("x,y", rows: rows) { "\(cell($0)),\($0 % 2)" })
  }

  private func missing(_ data: LoadedData) -> Int {
    data.table.columns[0].values.count(where: \.isNaN)
  }

  @Test(
    arguments: [
      "n/a", "None", "-", ".", "#N/A", "<NA>", "#DIV/0!", "Na", "na", "NaN", "NULL", "null", "nil",
      "#VALUE!", "#REF!", "--", "N/A", "none", "NONE", "n.a.", "–", "1.#QNAN", "?", "NuLL",
      "\u{A0}", "n/a\u{A0}",
    ])
  func wordsAmongNumbersAreMissing(word: String) throws {
    // In few, in many and in most cells; with few and with many distinct numbers.
    for (share, rows) in [(20, 60), (4, 60), (2, 60), (4, 6000)] {
      let data = try column(rows) { $0 % share == 1 ? word : "\($0).5" }
      #expect(data.table.schema.features[0].levels == nil)
      #expect(missing(data) == rows / share)
      #expect(data.altered == [RowCount("a missing value in x", rows / share)])
      let cells = rows / share == 1500 ? "1,500" : "\(rows / share)"
      #expect(data.notes == ["'\(word)' is read as a missing value in \(cells) cells of 'x'"])
    }
    let few = try column { $0 % 8 == 1 ? word : "\($0 % 4)" }
    #expect(few.table.schema.features[0].levels == nil)
    #expect(missing(few) == 8)
  }

  /// Blanks in quotes do not make another word.
  @Test(arguments: ["\"  missing \"", "\" missing   \"", "\"    -  \"", "\u{A0}\u{A0}missing"])
  func wordsInBlanksAreMissing(word: String) throws {
    let data = try column { $0 % 4 == 1 ? word : "\($0).5" }
    #expect(data.table.schema.features[0].levels == nil && missing(data) == 15)
  }

  @Test func someOfThemAreLevelsAmongTexts() throws {
    let data = try column { ["-", "none", "None", "n/a", "left", "#N/A"][$0 % 6] }
    #expect(data.table.schema.features[0].levels == ["-", "left", "none"])
    #expect(missing(data) == 30)
    #expect(
      data.notes == [
        "'None' is read as a missing value in 10 cells of 'x'",
        "'n/a' is read as a missing value in 10 cells of 'x'",
        "'#N/A' is read as a missing value in 10 cells of 'x'",
      ]
        + ["-", "none"].map {
          "'x' has '\($0)' in 10 cells, which is read as a level: leave these cells empty if the "
            + "value is missing"
        })
  }

  @Test func aTargetThatIsMissingDropsItsRow() throws {
    let data = try read(table("x,y", rows: 30) { "\($0),\(["p", "q", "None"][$0 % 3])" })
    #expect(data.dropped == [RowCount("no value for the target 'y'", 10)])
    #expect(data.notes == ["'None' is read as a missing value in 10 cells of 'y'"])
  }

  @Test func laterRowsHaveTheSameMissingWords() throws {
    let training = try column { $0 % 9 == 1 ? "-" : "\($0).5" }
    let data = try read(
      "x,y\nNone,0\n.,1\n#DIV/0!,0\n2,1\n", options: ReadingOptions(schema: training.table.schema))
    #expect(missing(data) == 3)
  }

  @Test func anUnknownWordAmongManyNumbersIsAMistakeAtAnyShare() {
    for share in [2, 4, 9] {
      #expect(
        complaint { _ = try column(100) { $0 % share == 1 ? "n.v.t." : "\($0).5" } }
          .hasPrefix(
            "t.csv:3:1: 'n.v.t.' in the column 'x', which has numbers in "
              + "\(100 - (98 + share) / share) other rows"))
    }
    #expect(
      complaint { _ = try column(6000) { $0 % 3 == 1 ? "n.v.t." : "\($0).5" } }
        .hasPrefix("t.csv:3:1: 'n.v.t.' in the column 'x', which has numbers in 4,000 other rows"))
  }

  @Test func textsAndNumbersInOneColumnAreSaid() throws {
    let data = try column { ["2", "3", "4", "5more"][$0 % 4] }
    #expect(data.table.schema.features[0].levels == ["2", "3", "4", "5more"])
    #expect(
      data.notes == [
        "'x' has strings such as '5more' in 15 cells and numbers in 45: all are read as levels"
      ])
  }

  @Test func textsThatBeginWithDigitsAreSaid() throws {
    #expect(
      try column { "\($0 % 20 + 10)k" }.notes == [
        "'x' has 20 strings such as '10k' that begin with digits and are read as levels without an "
          + "order"
      ])
    #expect(try column { "\($0 % 9 + 10)k" }.notes == [])
  }

  @Test func ninesFarFromAllNumbersAreMissing() throws {
    for rows in [60, 6000] {
      let data = try column(rows) { $0 % 10 == 1 ? "-999" : "\($0 % 90).5" }
      #expect(missing(data) == rows / 10)
      #expect(data.table.schema.features[0].notation == NumberNotation(missing: -999))
      let cells = rows == 60 ? "6" : "600"
      #expect(
        data.notes == [
          "'x' has '-999' in \(cells) cells, far from all other numbers: read as a missing value"
        ])
      let later = try read(
        "x,y\n-999,0\n-99.9,1\n", options: ReadingOptions(schema: data.table.schema))
      #expect(missing(later) == 1)
    }
    let positive = try column { $0 % 10 == 1 ? "9999" : "-\($0 % 90).5" }
    #expect(missing(positive) == 6)
    #expect(positive.table.schema.features[0].notation == NumberNotation(missing: 9999))
    // A number: if it occurs once, is near other numbers, or is in most rows.
    #expect(missing(try column { $0 % 10 == 1 ? "999" : "\($0 * 10).5" }) == 0)
    #expect(missing(try column { $0 % 3 != 1 ? "999" : "\($0 % 90).5" }) == 0)
    #expect(missing(try column { $0 % 10 == 1 ? "998" : "\($0 % 90).5" }) == 0)
    #expect(missing(try column { $0 == 1 ? "-999" : "\($0).5" }) == 0)
    #expect(missing(try column { $0 % 10 == 1 ? "-999" : "-\($0 * 10).5" }) == 0)
  }

  // MARK: - Dates

  @Test(
    arguments: [
      "2019-01-DD", "2019/01/DD", "DD.01.2019", "DD/01/2019", "1/DD/2019", "2019-01-DD 12:30",
      "2019-01-DDT12:30:45.5Z", "2019-01-DD 12:30:45+01:00", "20DD-01", "12:DD", "DD:05:59",
      "DD/01/19", "DD-Jan-19", "DD-Jan-2019", "Jan DD, 2019", "January DD 2019", "DD. January 2019",
      "Tue, DD Jan 2019 14:05:00 +0000", "DDJAN2019", "DDJAN2019:14:05:00", "DD-Jan", "Jan-DD",
      "2019-Jan-DD", "DDth May 2019", "DD.01.2019 14:05", "2019-01-DDT12:30:45,5Z",
    ])
  func datesAreLeftOutWithAReason(form: String) throws {
    for rows in [60, 60_000] {
      let data = try read(
        table("when,x,y", rows: rows) { row in
          let day = 10 + row % 13
          var text = form.replacingOccurrences(of: "DD", with: "\(day)")
          if rows > 60, form.hasPrefix("2019-") {
            text = text.replacingOccurrences(of: "2019", with: "\(1000 + row % 1990)")
          }
          return "\"\(text)\",\(row % 7),\(row % 2)"
        })
      #expect(data.table.schema.features.map(\.id) == ["x"])
      #expect(data.notes.count == 1)
      #expect(data.notes[0].hasPrefix("'when' holds dates or times such as '"))
      #expect(data.notes[0].hasSuffix("' and is left out"))
    }
  }

  @Test func whatOnlyLooksLikeADateIsALevel() throws {
    for text in [
      "2019-13", "1-2", "12:75", "31/31/2019", "5more", "2019-01-01x", "40-Jan-19", "12 Janet 2019",
      "MAY1", "Jan-Feb",
    ] {
      let data = try column { [text, "other"][$0 % 2] }
      #expect(data.table.schema.features[0].levels?.count == 2)
    }
  }

  // MARK: - Levels that look alike

  @Test func levelsThatDifferInCaseAreSaidAndStayApart() throws {
    let data = try column { ["true", "True", "false", "TRUE", "FALSE"][$0 % 5] }
    #expect(data.table.schema.features[0].levels?.count == 5)
    #expect(
      data.notes == [
        "'x' has levels that differ only in case or blanks and are kept separate: 'FALSE', 'false'; "
          + "'TRUE', 'True', 'true'"
      ])
    let streets = try column { ["stra\u{DF}e", "STRASSE", "Weg"][$0 % 3] }
    #expect(
      streets.notes == [
        "'x' has levels that differ only in case or blanks and are kept separate: 'STRASSE', "
          + "'stra\u{DF}e'"
      ])
    let target = try read(table("x,y", rows: 40) { "\($0 % 9),\(["NO", "no", "yes"][$0 % 3])" })
    #expect(
      target.notes == [
        "'y' has levels that differ only in case or blanks and are kept separate: 'NO', 'no'"
      ])
  }

  @Test func unicodeFormsOfALevelAreOneLevel() throws {
    let data = try read(
      table("x,y", rows: 30) {
        "\(["\u{E9}", "e\u{301}", "o"][$0 % 3]),\(["e\u{301}", "\u{E9}"][$0 % 2])"
      }
        + "o,o\n")
    #expect(data.table.schema.features[0].levels?.count == 2)
    #expect(data.table.schema.classes.count == 2)
    #expect(
      data.notes == [
        "'y' has levels in two Unicode forms in 15 cells, such as 'e\u{301}': they are read as one "
          + "level",
        "'x' has levels in two Unicode forms in 10 cells, such as '\u{E9}': they are read as one "
          + "level",
        "the class 'o' (line 32) has one row: a title, a total or a misspelled class is no class of "
          + "its own",
      ])
    let later = try read(
      "x,y\ne\u{301},\u{E9}\n\u{E9},e\u{301}\n", options: ReadingOptions(schema: data.table.schema))
    #expect(later.table.columns[0].values == [1, 1])
    #expect(later.table.labels == [0, 0])
    #expect(later.altered == [])
  }

  /// Two values that are one in double precision.
  @Test func aColumnThatIsConstantInDoublePrecisionOnlyIsSaid() throws {
    let data = try read(
      table("a,b,y", rows: 40) { "\(9_007_199_254_740_992 + $0 % 2),\($0),\(["p", "q"][$0 % 2])" })
    #expect(data.table.schema.features.map(\.id) == ["b"])
    #expect(
      data.notes.contains {
        $0.contains("'a' has whole numbers above 9,007,199,254,740,992 in 20 cells: ")
      })
  }

  // MARK: - Large whole numbers as classes

  @Test func classesBeyondExactNumbersStayApart() throws {
    let ids = ["9007199254740993", "9007199254740992", "-9007199254740993", "10000000000000000001"]
    let data = try read(table("x,y", rows: 40) { "\($0),\(ids[$0 % 4])" })
    #expect(
      data.table.schema.classes == [
        "-9007199254740993", "9007199254740992", "9007199254740993", "10000000000000000001",
      ])
    #expect(data.table.labels.prefix(4) == [2, 1, 0, 3])
    let later = try read(
      "x,y\n1,9007199254740992\n2,9007199254740993\n",
      options: ReadingOptions(schema: data.table.schema))
    #expect(later.table.labels == [1, 2])
    // Separators between thousands are no digits.
    for (mark, quote) in [(",", "\""), (".", ""), ("'", ""), ("\u{A0}", "")] {
      let names = ["9\(mark)007\(mark)199\(mark)254\(mark)740\(mark)992", "1\(mark)000"]
      let third = names[0].dropLast() + "3"
      let cells = names.map { quote + $0 + quote } + [quote + third + quote]
      let grouped = try read(table("x,y", rows: 30) { "\($0),\(cells[$0 % 3])" })
      #expect(grouped.table.schema.classes == [names[1], names[0], String(third)])
      #expect(grouped.table.labels.prefix(3) == [1, 0, 2])
    }
    let unknown = try read(
      "x,y\n1,9007199254740994\n2,9007199254740993\n",
      options: ReadingOptions(schema: data.table.schema))
    #expect(unknown.dropped == [RowCount("a class of 'y' that is not in the schema", 1)])
  }
}
