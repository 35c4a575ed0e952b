import Datasets
import Foundation
import Testing

/// Tables as people write them: quoted blanks, indices without a name, repeated headers, schemas by hand.
@Suite struct TablesAsWrittenTests {
  private let plain = table("x,c,y") {
    "\($0),\(["red", "blue"][$0 % 2]),\(["p", "q"][$0 / 2 % 2])"
  }

  // MARK: - Blanks

  @Test func quotedBlanksAroundALevelAreTrimmedAndCounted() throws {
    let text = table("x,c,y") {
      "\"  \($0).5 \",\(["\"red \"", "red", "\"\tblue\""][$0 % 3]),\"\(["p", "q "][$0 % 2])\""
    }
    let data = try read(text)
    #expect(data.table.schema.features[1].levels == ["blue", "red"])
    #expect(data.table.schema.classes == ["p", "q"])
    #expect(data.table.columns[0].values.prefix(3) == [0.5, 1.5, 2.5])
    // 20 numbers, 7 and 6 levels, 10 classes.
    #expect(data.notes == ["blanks around 43 fields are trimmed"])
    let again = try read(
      text, options: ReadingOptions(schema: try read(plain).table.schema))
    #expect(again.altered == [])
  }

  // MARK: - Rows that are none

  @Test func aRepeatedHeaderIsAnError() throws {
    let text = table("a,b,y") { ["u,v,p", "v,u,q"][$0 % 2] } + "a,b,y\nu,u,p\n"
    let message =
      "t.csv:22:1: the line repeats the names of the columns | remove the line: joined files repeat "
      + "their header"
    #expect(complaint { _ = try read(text) } == message)
    let named = ReadingOptions(format: TableFormat(names: ["a", "b", "y"]))
    #expect(
      complaint { _ = try read(text, options: named) }
        == message.replacingOccurrences(of: ":22:", with: ":1:"))
    // Some of the names are levels.
    #expect(try read(table("a,b,y") { ["a,v,p", "v,u,q"][$0 % 2] }).table.count == 20)
  }

  @Test func theRuleOfAMarkdownTableIsNoRow() throws {
    let text = "| x | c | y |\n| --- | :---: | ---: |\n| 1 | u | p |\n| 2 | v | q |\n"
    #expect(
      complaint { _ = try read(text) }
        == "t.csv: the file is a Markdown table, not a delimited text table | remove the line of dashes below the header"
    )
    #expect(
      complaint { _ = try read("x|y\n-|p\n" + (0..<20).map { "\($0)|q\n" }.joined()) } == "no error"
    )
  }

  @Test func aRowWithMoreOrFewerFieldsHasItsOwnHint() throws {
    let quote = "quote a field that contains a comma"
    #expect(
      complaint { _ = try read(plain + "7,dark, red,p\n") }
        == "t.csv:22:1: 4 fields where the header names 3 | \(quote)")
    #expect(
      complaint { _ = try read(plain + "7,red\n") }
        == "t.csv:22:1: 2 fields where the header names 3 | \(quote)")
    // One empty field more is left out with a note.
    #expect(try read(plain + "7,red,p,\n").notes.count == 1)
  }

  @Test func aTargetOfOneClassAndMissingValuesSaysSo() throws {
    let text = table("x,y") { "\($0),\(["NA", "EU", "NA"][$0 % 3])" }
    #expect(
      complaint { _ = try read(text) }
        == "t.csv: every row has the y 'EU', and 13 rows without a value or with a missing-value "
        + "string, such as NA, are left out | write another string if the missing value is a class "
        + "of its own, or choose another column as the target")
  }

  // MARK: - Indices

  @Test func theIndexOfChosenRowsIsLeftOut() throws {
    func rows(_ header: String) throws -> LoadedData {
      try read(table(header) { "\($0 * 7 % 20 * 3 + 2),\($0 % 5),\(["p", "q"][$0 % 2])" })
    }
    let unnamed = "'column 1' is a row index and is left out"
    #expect(try rows(",x,y").notes.contains(unnamed))
    #expect(try rows(",x,y").table.schema.features.map(\.id.rawValue) == ["x"])
    #expect(
      try rows("Unnamed: 0,x,y").notes == ["'Unnamed: 0' is a row index and is left out"])
    // A number with a name, and a table without a header, keep it.
    #expect(try rows("age,x,y").table.schema.features.count == 2)
    let headerless = try read(
      table("2,1,p") { "\($0 * 7 % 20 * 3 + 5),\($0 % 5),\(["p", "q"][$0 % 2])" },
      options: ReadingOptions(format: TableFormat(hasHeader: false)))
    #expect(headerless.table.schema.features.count == 2)
    // Numbers that repeat are no index.
    let repeated = try read(table(",x,y") { "\($0 % 10),\($0 % 5),\(["p", "q"][$0 % 2])" })
    #expect(repeated.table.schema.features.count == 2)
  }

  @Test func rangesOfNumbersAreNoPrices() throws {
    let text = table("x,age,y") {
      "\($0),\(["10-20", "20-30", "30-40"][$0 % 3]),\(["p", "q"][$0 % 2])"
    }
    #expect(try read(text).notes.allSatisfy { !$0.contains("remove '-'") })
    let prices = table("x,age,y") {
      "\($0),\(["10.-", "20.-", "30.-"][$0 % 3]),\(["p", "q"][$0 % 2])"
    }
    #expect(try read(prices).notes.contains { $0.contains("remove '-' if they are numbers") })
  }

  // MARK: - A given decimal mark

  @Test func aGivenDecimalMarkKeepsTheRestOfTheNotation() throws {
    let train = table("x,y") { "\($0 % 4 == 0 ? -999 : $0),\(["p", "q"][$0 % 2])" }
    let schema = try read(train).table.schema
    #expect(schema.features[0].notation?.missing == -999)
    for decimal in [nil, NumberNotation.DecimalMark.point, .comma] {
      let options = ReadingOptions(schema: schema, format: TableFormat(decimal: decimal))
      let data = try read(train, options: options)
      #expect(data.altered == [RowCount("a missing value in x", 5)])
    }
    let shares = try read(table("x,y") { "\($0 + 1).5%,\(["p", "q"][$0 % 2])" }).table.schema
    let point = ReadingOptions(schema: shares, format: TableFormat(decimal: .point))
    let comma = ReadingOptions(schema: shares, format: TableFormat(decimal: .comma))
    #expect(
      complaint { _ = try read("x,y\n0.516,p\n", options: point) }.hasPrefix(
        "t.csv:2:1: '0.516' in the column 'x' has no percent sign, where the schema states a percent "
          + "sign | write the numbers of the column as in the training rows"))
    #expect(
      try read("x;y\n1.250,5%;p\n", options: comma).table.columns[0].values == [1250.5])
  }

  @Test func threeDigitsAfterEveryPointMayBeThousands() throws {
    func notes(_ cell: (Int) -> String) throws -> [String] {
      try read(table("x,y") { "\(cell($0)),\(["p", "q"][$0 % 2])" }).notes
    }
    #expect(
      try notes { "\($0 + 1).\(100 + $0 * 10)" } == [
        "'x' has exactly three digits after the point in 20 cells and no other numbers: '1.100' is read as "
          + "1.1; specify a decimal comma if the points separate thousands"
      ])
    // A cell below 1, one with other digits, or no zero at any end: decimal numbers.
    #expect(try notes { $0 == 3 ? "0.125" : "\($0 + 1).\(100 + $0 * 10)" }.isEmpty)
    #expect(try notes { $0 == 3 ? "1.25" : "\($0 + 1).\(100 + $0 * 10)" }.isEmpty)
    #expect(try notes { "\($0 + 1).\(101 + $0 * 20)" }.isEmpty)
  }

  // MARK: - Classes of one row

  @Test func aClassOfOneRowIsSaid() throws {
    func notes(rows: Int = 40, _ single: [Int: String]) throws -> [String] {
      try read(table("x,y", rows: rows) { "\($0 % 9),\(single[$0] ?? ["p", "q"][$0 % 2])" }).notes
    }
    let meaning = ": a title, a total or a misspelled class is no class of its own"
    #expect(try notes([39: "Total"]) == ["the class 'Total' (line 41) has one row" + meaning])
    #expect(
      try notes([0: "text", 3: "Q", 5: "r", 7: "s"]) == [
        "'y' has levels that differ only in case or blanks and are kept separate: 'Q', 'q'",
        "the classes 'Q' (line 5), 'r' (line 7), 's' (line 9) and 1 more have one row each"
          + meaning,
      ])
    #expect(try notes([3: "r", 5: "r"]).isEmpty)
    #expect(try notes(rows: 29, [3: "r"]).isEmpty)
  }

  // MARK: - Schemas by hand

  private func loaded(_ schema: String, _ text: String) throws -> LoadedData {
    var found: LoadedData?
    try withFolder { folder in
      try write(schema, folder + "/schema.json")
      try write(text, folder + "/data.csv")
      do {
        found = try DataSource.load(folder)
      } catch DatasetError.malformedSchema(_, let problem) {
        throw DatasetError.malformedSchema(source: "schema.json", problem)
      }
    }
    return try #require(found)
  }

  @Test func columnsThatASchemaDoesNotNameAreSaid() throws {
    let schema = #"{"features": [{"name": "x"}], "target": {"name": "y", "classes": ["p", "q"]}}"#
    #expect(
      try loaded(schema, plain).notes == [
        "1 column that schema.json does not name is left out: 'c'"
      ])
  }

  @Test(arguments: [
    (
      #"{"name": "x", "Kind": "numeric"}"#, "",
      "there is a key 'Kind' in 'features[0]', where the keys are name, kind, unit, levels, notation, comparesTexts"
    ),
    (
      #"{"name": "x", "notation": {"Missing": -7}}"#, "",
      "there is a key 'Missing' in 'features[0].notation', where the keys are decimal, thousands, percent, currency, missing"
    ),
    (
      #"{"name": "x"}"#, #", "ignore": ["c"]"#,
      "there is a key 'ignore', where the keys are features, target, missing, missingNumbers, image"
    ),
    (#"{"name": "x"}"#, #", "missing": ["?"], "missing": ["-"]"#, "'missing' is given twice"),
    (
      #"{"name": "x"}"#, #", "image": {"height": 1.5, "width": 1, "channels": 1, "maximum": 1}"#,
      "1.5 where a whole number from 1 to 65,536 is needed in 'image.height'"
    ),
    (
      #"{"name": "x"}"#, #", "image": {"height": 1, "width": 1, "channels": 1, "maximum": 1e999}"#,
      "the number 1e999 is out of range"
    ),
    (
      #"{"name": "x", "notation": {"decimal": ","}}"#, "",
      "',' is neither 'point' nor 'comma' in 'features[0].notation.decimal'"
    ),
  ])
  func keysThatNoSchemaHasAreErrors(_ feature: String, _ more: String, _ words: String) throws {
    let schema =
      #"{"features": [\#(feature)], "target": {"name": "y", "classes": ["p", "q"]}\#(more)}"#
    let found = complaint { _ = try loaded(schema, plain) }
    #expect(found == "schema.json: \(words) | see the schema.json of an installed data set")
  }

  // MARK: - Other rows

  @Test func columnsUnlikeTheTrainingRowsAreFound() throws {
    let train = try read(table("x,z,y") { "\($0 * 1000 + 20_000),\($0),\(["p", "q"][$0 % 2])" })
      .table
    let encoding = Encoding(fitting: train)
    func shifts(_ row: (Int) -> String) throws -> [ColumnShift] {
      encoding.shifts(
        of: try read(table("x,z,y", row), options: ReadingOptions(schema: train.schema)).table)
    }
    #expect(try shifts { "\($0 * 1000 + 20_000),\($0),p" }.isEmpty)
    let thousands = try shifts { "\($0 + 20),\($0),p" }
    #expect(thousands.map(\.column) == ["x"])
    #expect(
      thousands[0].text
        == "'x' has a mean of 29.5 and a standard deviation of 5.766, in the training rows 29500 and "
        + "5766: it may be in another unit or have another decimal mark")
    #expect(try shifts { "\($0 * 1000 + 20_000),\($0 * 60),p" }.map(\.column) == ["z"])
    #expect(try shifts { "\($0 * 1000 + 20_000),\($0 + 200),p" }.map(\.column) == ["z"])
    // Rows of one value may be a choice of rows.
    #expect(try shifts { _ in "20000,3,p" }.isEmpty)
    #expect(try shifts { _ in "20000.7,3.1,p" }.isEmpty)
  }

  /// Codes that may stand for a missing value in rows for a network that was trained without them.
  @Test(arguments: ["-999", "9999", "-99999", "-1e20"])
  func codesInRowsOfANetworkAreFound(_ code: String) throws {
    let train = try read(table("x,y", rows: 60) { "\($0 % 30 + 40),\(["p", "q"][$0 % 2])" }).table
    let encoding = Encoding(fitting: train)
    func texts(_ cells: Set<Int>, shift: Int = 0) throws -> [String] {
      let rows = table("x,y", rows: 60) {
        "\(cells.contains($0) ? code : "\($0 % 30 + 40 + shift)"),p"
      }
      return encoding.shifts(
        of: try read(rows, options: ReadingOptions(schema: train.schema)).table
      ).map(\.text)
    }
    #expect(try texts([]).isEmpty)
    let number = Double(code) ?? 0
    let distance = (abs(number - 54.5) / 8.65544144839919).rounded()
    let words = String(format: "%.3e", distance)
    let text =
      "'x' has '\(shortest(number))' in 4 cells, \(shortest(Double(words) ?? 0)) standard deviations from the mean "
      + "of the training rows: it is read as a number; if it stands for a missing value, leave these cells empty"
    #expect(try texts([3, 17, 30, 41]) == [text])
    // A usual code is seen in one cell too; another number is taken for a unit.
    let one = try texts([3])
    #expect(
      one.count == 1
        && one[0].hasPrefix(
          code == "-1e20" ? "'x' has a mean of" : "'x' has '\(shortest(number))' in 1 cell, ")
    )
    // The other numbers are compared without it.
    let both = try texts([3, 17, 30, 41], shift: 1000)
    #expect(both.count == 2 && both[0] == text && both[1].contains("may be in another unit"))
  }

  @Test func aColumnOfNumbersAndAFewTextsSaysSo() throws {
    let data = try read(
      table("x,w,y", rows: 200) {
        "\($0 % 8 == 1 ? "<\($0).5" : "\($0 * 7 % 201).25"),\($0 % 5),\($0 % 2)"
      })
    #expect(data.table.schema.features.map(\.id.rawValue) == ["w"])
    #expect(
      data.notes == [
        "'x' has numbers in 175 cells and strings such as '<1.5' in 25 other cells and is left out"
      ], "\(data.notes)")
  }

  @Test func titlesBesideEmptyFieldsAreNamed() throws {
    let rows = table("a,b,c,y") { "\($0),\($0 % 7),\($0 % 5),\($0 % 2)" }
    let hint = " | the header must be the first line: remove titles above it from the file"
    #expect(
      complaint { _ = try read("Report of June 2024,,,\n" + rows) }
        == "t.csv:1:1: the first line has a text in its first field only, 'Report of June 2024', where a header "
        + "names the columns" + hint)
    #expect(
      complaint { _ = try read(",,,\n" + rows) }
        == "t.csv:1:1: the first line has empty fields only, where a header names the columns"
        + hint)
    // Columns without a name beside others are numbered.
    let unnamed = try read(table(",b,,y") { "\($0 * 3 % 20).5,\($0 % 7),\($0 % 5),\($0 % 2)" })
    #expect(unnamed.table.schema.features.map(\.id.rawValue) == ["column 1", "b", "column 3"])
  }

  @Test func columnsBeyondTheMaximumAreRefused() throws {
    let header = String(repeating: "a,", count: 1_048_577) + "y\n"
    #expect(
      complaint { _ = try read(header + "1") }
        == "t.csv: more than 1,048,576 columns, the maximum | check the separator, or give the columns that the "
        + "network reads only")
  }

  @Test func rowsOfAnotherTableAreCountedBeyondChance() throws {
    let train = try read(table("x,c,y", rows: 40) { "\($0),\($0 % 2)a,\(["p", "q"][$0 % 2])" })
      .table
    func other(_ first: Int) throws -> Table {
      try read(
        table("x,c,y") { "\($0 + first),\(($0 + first) % 2)a,\(["p", "q"][($0 + first) % 2])" },
        options: ReadingOptions(schema: train.schema)
      ).table
    }
    #expect(try other(0).rowsShared(with: train) == 20)
    #expect(try other(30).rowsShared(with: train) == 10)
    #expect(try other(40).rowsShared(with: train) == 0)
    // One of twenty may be chance.
    #expect(try other(39).rowsShared(with: train) == 0)
    #expect(try other(38).rowsShared(with: train) == 2)
    // Where every row has a copy, so may rows elsewhere.
    let coarse = try read(table("x,c,y", rows: 40) { "\($0 % 4),\($0 % 2)a,\(["p", "q"][$0 % 2])" })
      .table
    #expect(coarse.selecting([0, 1, 2]).rowsShared(with: coarse) == 0)
    // The same values with another class are other rows.
    var turned = try other(0)
    turned.labels = turned.labels.map { 1 - $0 }
    #expect(turned.rowsShared(with: train) == 0)
  }
}
