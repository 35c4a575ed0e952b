import Datasets
import Testing

/// Separator and header: detected from the first lines or given by the user.
@Suite struct TableFormTests {
  private let colours = ["blue", "red", "green"]

  /// Rows with two numbers, a colour and a class, with the given separator.
  private func rows(_ separator: String = ",", count: Int = 30, end: String = "") -> String {
    (0..<count).map { row in
      [
        "\(row).\(row % 9 + 1)", "-\(row * 7 % 30).25", colours[row % 3],
        row % 2 == 0 ? "yes" : "no",
      ].joined(separator: separator) + end + "\n"
    }.joined()
  }

  private func names(_ data: LoadedData) -> [String] {
    data.table.schema.features.map(\.id.rawValue) + [data.table.schema.target.name]
  }

  private let usual = ["alpha", "beta", "colour", "y"]

  // MARK: - Headers

  private let noHeader =
    " | give the names of the columns, or specify whether the first line has them"

  @Test func numbersOverNumbersAreNoHeader() throws {
    #expect(
      complaint { _ = try read(rows()) }
        == "t.csv:1:1: the first line looks like a row, not a header: it has '0.1'" + noHeader)
    // Words first, numbers later, and repeated values.
    #expect(
      complaint { _ = try read(table("x,4,7,4") { "\(["u", "v"][$0 % 2]),\($0 % 5),7,\($0 % 3)" }) }
        == "t.csv:1:3: the first line looks like a row, not a header: it has '4'" + noHeader)
    #expect(
      complaint { _ = try read(table("a;0,5;z") { "b;\($0 % 5),5;\(["y", "z"][$0 % 2])" }) }
        == "t.csv:1:3: the first line looks like a row, not a header: it has '0,5'" + noHeader)
  }

  @Test func wordsThatStandBelowThemselvesAreNoHeader() {
    let text = table("vhigh,low,2,unacc") {
      "\(["vhigh", "med"][$0 % 2]),\(["low", "high"][$0 / 2 % 2]),\(["2", "more"][$0 / 4 % 2]),"
        + ["unacc", "acc"][$0 % 2]
    }
    #expect(
      complaint { _ = try read(text) }
        == "t.csv:1:1: the first line looks like a row, not a header: it has 'vhigh'" + noHeader)
  }

  @Test func aNumberThatCountsOnIsAName() throws {
    let data = try read(table("2018,2019,2020,y") { "\($0 * 2),\($0 % 7).5,\($0 % 3),\($0 % 2)" })
    #expect(names(data) == ["2018", "2019", "2020", "y"])
    #expect(
      data.notes == ["the first line has consecutive numbers such as '2018' and is read as names"])
  }

  @Test func theUserSaysWhetherThereAreNames() throws {
    let none = try read(rows(), options: ReadingOptions(format: TableFormat(hasHeader: false)))
    #expect(names(none) == ["column 1", "column 2", "column 3", "column 4"])
    #expect(none.rowsRead == 30)
    #expect(none.table.rowNumbers.first == 1)
    let given = try read(rows(), options: ReadingOptions(format: TableFormat(names: usual)))
    #expect(names(given) == usual)
    #expect(given.rowsRead == 30)
    let header = try read(rows(), options: ReadingOptions(format: TableFormat(hasHeader: true)))
    #expect(names(header) == ["0.1", "-0.25", "blue", "yes"])
    #expect(header.rowsRead == 29)
    #expect(
      complaint {
        _ = try read(rows(), options: ReadingOptions(format: TableFormat(names: ["a", "b"])))
      } == "t.csv: 2 names given for lines of 4 fields | "
        + "give one name for each column")
    let target = ReadingOptions(target: "colour", format: TableFormat(names: usual))
    #expect(try read(rows(), options: target).table.schema.target.name == "colour")
  }

  @Test func rowsThatFitASchemaHaveItsHeader() throws {
    let schema = Schema(
      features: [Feature("1"), Feature("2")], target: Target("3", .classes(names: ["0", "1"])))
    let data = try read("1,2,3\n5,6,0\n7,8,1\n", options: ReadingOptions(schema: schema))
    #expect(data.table.count == 2)
  }

  @Test func columnsWithoutANameAreCalledByTheirNumber() throws {
    let data = try read(table(",b,y") { "\($0 * 7 % 19),\($0 % 3),\($0 % 2)" })
    #expect(names(data) == ["column 1", "b", "y"])
    #expect(data.notes == ["the header has no name for column 1: it is called 'column 1'"])
  }

  @Test func namesThatDifferInCaseAreSaid() throws {
    let data = try read(table("Age,age,y") { "\($0 * 7 % 23),\($0 % 3),\($0 % 2)" })
    #expect(
      data.notes == ["columns that differ only in case or blanks are kept separate: 'Age', 'age'"])
    #expect(
      complaint { _ = try read("e\u{301},\u{E9},y\n1,2,p\n") }
        .hasPrefix("t.csv:1:5: columns 1 and 2 are both named 'é'"))
  }

  // MARK: - Separators

  @Test(arguments: [",", ";", "\t", "|", " ", "   "])
  func everySeparatorIsFound(separator: String) throws {
    let text = usual.joined(separator: separator) + "\n" + rows(separator)
    let data = try read(text)
    #expect(names(data) == usual)
    #expect(data.table.columns[0].values.prefix(3) == [0.1, 1.2, 2.3])
    let note = ["|": ["fields are separated by '|'"]]
    #expect(
      data.notes
        == (separator.hasPrefix(" ") ? ["fields are separated by blanks"] : note[separator] ?? []))
  }

  @Test func blanksAtBothEndsOfALineSeparateNothing() throws {
    let text =
      "alpha  beta colour y  \n"
      + rows("  ", end: " ").split(separator: "\n").map {
        "  \($0)\r\n"
      }.joined()
    for size in [1, 7, 1 << 16] {
      let data = try DataSource.load(bytes: Array(text.utf8), named: "t", chunkSize: size)
      #expect(names(data) == usual)
      #expect(data.rowsRead == 30)
    }
  }

  @Test func theSeparatorOfDecimalCommasIsTheOther() throws {
    let data = try read(table("a;b;y") { "\($0),5;\($0 % 7),25;\($0 % 2)" })
    #expect(names(data) == ["a", "b", "y"])
    let quoted = try read(table("a,b;y") { "\"u,v\";\($0 % 2)" } + "x;1\n")
    #expect(names(quoted) == ["a,b", "y"])
  }

  @Test func theSeparatorCanBeNamed() throws {
    let text = table("a:1,b|y") { "\($0 % 5),x|\($0 % 2)" }
    let options = ReadingOptions(format: TableFormat(separator: .pipe))
    #expect(names(try read(text, options: options)) == ["a:1,b", "y"])
    for name in [",", ";", "tab", "|", "blank"] {
      #expect(TableFormat.Separator(name)?.name == name)
    }
    #expect(TableFormat.Separator("x") == nil)
  }

  @Test func excelsSeparatorLineIsNoHeader() throws {
    let data = try read("sep=;\n" + usual.joined(separator: ";") + "\n" + rows(";"))
    #expect(names(data) == usual)
    #expect(data.notes == ["the first line names the separator ';'"])
    #expect(
      complaint { _ = try read("sep=;\na;b;y\n1;2\n") }
        == "t.csv:3:1: 2 fields where the header names 3 | "
        + "quote a field that contains a comma")
  }

  @Test func aTableOfOneFieldIsNone() {
    #expect(
      complaint { _ = try read(table("a:y") { "\($0):\($0 % 2)" }) }
        == "t.csv:1:1: every line is one field, and a table needs a feature column and a "
        + "target | fields are separated by commas, semicolons, tabs, | or blanks")
  }

  // MARK: - Lines that are not rows

  @Test func commentsAreLeftOut() throws {
    let head = "# exported 2020, by hand\n#\n" + usual.joined(separator: ",") + "\n"
    let data = try read(head + rows() + "# the end\n")
    #expect(names(data) == usual)
    #expect(data.rowsRead == 30)
    #expect(
      data.notes == [
        "2 lines above the table that begin with '#' are left out",
        "1 line between the rows begins with '#' and is left out",
      ])
    #expect(
      complaint { _ = try read("a,b,y\n1,2,p\n# note\n3,4,q\n") }
        == "t.csv:3:1: 1 field where the header names 3 | "
        + "this line looks like a comment: remove it from the file")
  }

  @Test func aHeaderMayBeginWithAHash() throws {
    let data = try read("#a,b,y\n" + (0..<20).map { "\($0 * 2),\($0 % 3),\($0 % 2)\n" }.joined())
    #expect(names(data) == ["#a", "b", "y"])
    #expect(data.notes == [])
  }

  @Test func titlesAndTotalsAreNamed() {
    let hint = "remove titles, totals and notes above and below the table from the file"
    #expect(
      complaint {
        _ = try read(usual.joined(separator: ",") + "\n" + rows() + "\nTotal: 120 rows\n")
      } == "t.csv:33:1: 1 field where the header names 4 | " + hint)
    #expect(
      complaint { _ = try read("My table\na,b,y\n1,2,p\n") }
        == "t.csv:2:1: 3 fields where the header names 1 | the header must be the first line: "
        + "remove titles above it from the file")
    // A title with commas; line 3 has as many fields as the lines below.
    #expect(
      complaint { _ = try read("\"Source\",\"World data\"\n\na,b,c,d,y\n1,2,3,4,p\n5,6,7,8,q\n") }
        == "t.csv:3:1: 5 fields where the header names 2 | the header must be the first line: "
        + "remove titles above it from the file")
  }

  @Test func delimitersAtTheEndOfLinesAreLeftOut() throws {
    let note = "lines end in an empty field without a name, which is left out"
    for head in ["alpha,beta,colour,y,\n", "alpha,beta,colour,y\n"] {
      let data = try read(head + rows(end: ","))
      #expect(names(data) == usual)
      #expect(data.notes == [note])
      // Some lines may have no trailing delimiter.
      #expect(try read(head + rows(end: ",") + "1,2,red,no\n").rowsRead == 31)
      #expect(
        complaint { _ = try read(head + rows(end: ",") + "1,2,red,no,7\n") }
          == "t.csv:32:1: 5 fields where the header names 4 | "
          + "lines end in a delimiter: remove it, or name the last column too")
      // After the lines from which the form is detected, a line may not have more of them.
      let long = head + String(repeating: rows(end: ","), count: 900)
      #expect(try read(long).rowsRead == 27_000)
      #expect(
        complaint { _ = try read(long + "1,2,red,no,,\n") }
          .hasPrefix("t.csv:27002:1: 6 fields where the header names 4 | "))
      #expect(
        complaint { _ = try read(long + "1,2,red,no,7\n") }
          .hasPrefix("t.csv:27002:1: 5 fields where the header names 4 | "))
      #expect(
        complaint { _ = try read(head + rows(end: ",") + "1,2,red\n") }
          .hasPrefix("t.csv:32:1: 3 fields where the header names 4 | "))
    }
    let wide = try read("alpha,beta,colour,y,,,\n" + rows(end: ",,,"))
    #expect(names(wide) == usual)
    #expect(wide.notes == ["lines end in 3 empty fields without names, which are left out"])
    let named = try read(
      rows(end: ","), options: ReadingOptions(format: TableFormat(names: usual)))
    #expect(names(named) == usual)
  }

  @Test func aHeaderThatIsOneNameShortIsNamed() {
    let text =
      "alpha,beta,colour,y\n"
      + rows().split(separator: "\n").enumerated().map {
        "\($0.offset + 1),\($0.element)\n"
      }.joined()
    #expect(
      complaint { _ = try read(text) }
        == "t.csv:2:1: 5 fields where the header names 4 | "
        + "the header has one name too few: name the first column too")
  }

  @Test func aHeaderMayEndInADelimiter() throws {
    let table = try read("alpha,beta,colour,y,\n" + rows())
    #expect(names(table) == ["alpha", "beta", "colour", "y"])
    #expect(table.notes == ["the header ends in an empty field without a name, which is left out"])
  }

  /// Rows of three numbers with a decimal comma, between commas.
  @Test(arguments: [
    (
      "a,b,y\n7,58,1,25,p\n6,5,2,75,q\n",
      "5 fields where the header names 3 | if numbers such as 7,58 have a decimal comma, quote them "
        + "or separate the fields with ';'"
    ),
    (
      "a,b,y\n7,58,low,p\n6,5,high,q\n",
      "4 fields where the header names 3 | if numbers such as 7,58 have a decimal comma, quote them "
        + "or separate the fields with ';'; if the first column has no name, name it too"
    ),
    (
      "day,b,y\nMay 18, 2019,low,p\nJune 3, 2020,high,q\n",
      "4 fields where the header names 3 | quote a field that contains a comma"
    ),
    (
      "a,b,y\nr1,7.5,low,p\nr2,6.5,high,q\n",
      "4 fields where the header names 3 | the header has one name too few: name the first column too"
    ),
  ])
  func aRowThatIsTooLongHasItsCause(text: String, message: String) {
    #expect(complaint { _ = try read(text) } == "t.csv:2:1: " + message)
  }

  @Test func aBackslashEscapesNoQuote() {
    #expect(
      complaint { _ = try read("a,y\n\"6\\\" pipe\",p\n") }
        == "t.csv:2:6: 'p' after a closing quote, where the field must end | "
        + "a backslash does not escape a quote: write a quote inside a quoted field twice")
  }

  @Test func blanksAroundFieldsAreCounted() throws {
    let data = try read(table("a,b,y") { "\($0 * 2), \($0 % 3) ,\"p\($0 % 2)\"" })
    #expect(data.notes == ["blanks around 20 fields are trimmed"])
  }

  // MARK: - UTF-16

  private func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
    ([0xFEFF] + text.utf16).flatMap { unit -> [UInt8] in
      let (high, low) = (UInt8(unit >> 8), UInt8(unit & 255))
      return bigEndian ? [high, low] : [low, high]
    }
  }

  @Test func utf16IsReadWhateverThePieces() throws {
    let text = table("größe,b😀,y") { "\($0 * $0),\(["ä", "☃😀"][$0 % 2]),\($0 % 2)" }
    let plain = try read(text)
    for bigEndian in [false, true] {
      for size in [1, 3, 1 << 16] {
        let data = try DataSource.load(
          bytes: utf16(text, bigEndian: bigEndian), named: "t.csv", chunkSize: size)
        #expect(data.table == plain.table)
      }
    }
  }

  @Test func utf16NeedsNoMark() throws {
    let text = table("a,y") { "\($0 * $0),\($0 % 2)" }
    for bigEndian in [false, true] {
      for size in [1, 1 << 16] {
        let data = try DataSource.load(
          bytes: Array(utf16(text, bigEndian: bigEndian).dropFirst(2)), named: "t.csv",
          chunkSize: size)
        #expect(data.rowsRead == 20)
        #expect(data.notes == ["the text is read as UTF-16"])
      }
    }
  }

  @Test func halfACharacterOfUTF16IsAnError() {
    let bytes = utf16("a,y\n1,p\n", bigEndian: false)
    func found(_ bytes: [UInt8]) -> String {
      complaint { _ = try DataSource.load(bytes: bytes, named: "u.csv") }
    }
    #expect(
      found(bytes.dropLast())
        == "u.csv: byte 17 begins an incomplete UTF-16 character | save the file as UTF-8")
    #expect(
      found(bytes + [0x00, 0xD8, 0x41, 0x00])
        == "u.csv: byte 19 begins an incomplete UTF-16 character | save the file as UTF-8")
    #expect(found(bytes + [0x00, 0xDC]).hasPrefix("u.csv: byte 19 begins an incomplete"))
  }

  /// A row is identified by its line if every row is one line, else by its number.
  @Test(arguments: [
    (table("a,y") { "\($0),\($0 % 2)" }, "line 4"),
    ("sep=,\n" + table("a,y") { "\($0),\($0 % 2)" }, "line 5"),
    (table("a,b,y") { "\($0),\($0 == 1 ? "\"u\nv\"" : "u"),\($0 % 2)" }, "row 3"),
    (table("a,y") { $0 == 18 ? "\n18,0" : "\($0),\($0 % 2)" }, "row 3"),
  ]) func placesOfRows(text: String, place: String) throws {
    let table = try read(text).table
    #expect(table.place(ofRow: 2) == place)
    #expect(table.rowNumbers[2] == 3)
    // Selected rows and columns keep the row positions.
    #expect(table.selecting([5, 2]).selectingColumns([0]).place(ofRow: 1) == place)
  }

  @Test func withoutAHeaderEmptyLastFieldsHaveNoName() throws {
    let data = try read(
      table("7,u,p,,") { "\($0),\(["u", "v"][$0 % 2]),\(["q", "p"][$0 / 2 % 2]),," },
      options: ReadingOptions(format: TableFormat(hasHeader: false)))
    #expect(names(data) == ["column 1", "column 2", "column 3"])
    #expect(
      data.notes.contains("lines end in 2 empty fields without names, which are left out"))
  }

  @Test(arguments: ["sep=;", "sep=;\r\n", "# nothing"])
  func aFileWithoutRowsIsRefused(_ text: String) {
    #expect(complaint { _ = try read(text) }.hasPrefix("t.csv: "))
  }

  @Test func withoutAHeaderTheFirstLineIsARow() throws {
    let form = TableFormat(hasHeader: false)
    let table = try read(
      table("7,p") { "\($0),\(["q", "p"][$0 % 2])" }, options: ReadingOptions(format: form)
    ).table
    #expect(table.place(ofRow: 2) == "line 3")
  }

  /// A blank behind the only name separates nothing.
  @Test func aNameAndABlankAreOneField() {
    #expect(
      complaint { _ = try read("name \n" + (0..<20).map { "\($0) \($0 % 2)\n" }.joined()) }
        .hasPrefix("t.csv:1:1: every line is one field"))
  }

  /// A row may begin with '#', also as the last one, and also where the last row ends in an empty field:
  /// the rows below the header say how many fields a row has.
  @Test(arguments: ["#u,5,1", "v,5,1,"]) func rowsMayBeginWithAHash(last: String) throws {
    let rows = (0..<20).map { "\($0 % 3 == 1 ? "#u" : "v"),\($0 * 7 % 11),\($0 % 2)\n" }.joined()
    let text = "# by hand\na,b,y\n" + rows + last + "\n"
    for size in [1, 2, 7, 1 << 16] {
      let data = try DataSource.load(bytes: Array(text.utf8), named: "t.csv", chunkSize: size)
      #expect(data.rowsRead == 21)
      #expect(data.table.schema.features[0].levels == ["#u", "v"])
      #expect(data.notes.allSatisfy { !$0.contains("between the rows") }, "\(data.notes)")
    }
  }

  /// The last row is a piece of its own, and begins with '#'.
  @Test func aHashIsReadOnce() throws {
    let rows = (0..<3000).map { "v,\($0 * 7 % 11),\($0 % 2)\n" }.joined()
    let head = "# by hand\na,b,y\n" + rows
    let filling = String(repeating: "x", count: 64 - head.utf8.count % 64)
    let text = "# by hand\(filling)\na,b,y\n" + rows + "#u,5,1\n"
    #expect((text.utf8.count - 7) % 64 == 0)
    let data = try DataSource.load(bytes: Array(text.utf8), named: "t.csv", chunkSize: 64)
    #expect(data.rowsRead == 3001)
    #expect(data.notes.allSatisfy { !$0.contains("between the rows") }, "\(data.notes)")
  }
}
