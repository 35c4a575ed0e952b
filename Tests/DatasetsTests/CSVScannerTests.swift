import Datasets
import Testing

@Suite struct CSVScannerTests {
  /// The levels of the first column, which are its texts.
  private func texts(_ cells: [String], lineEnd: String = "\n") throws -> [String] {
    let rows = (0..<20).map { "\(cells[$0 % cells.count]),\($0 % 2 == 0 ? "p" : "q")" }
    let data = try read((["a,y"] + rows).joined(separator: lineEnd))
    return data.table.schema.features[0].levels ?? []
  }

  @Test func quotesHoldDelimitersLinesAndDoubledQuotes() throws {
    #expect(
      try texts(["\"x,y\"", "\"line\nbreak\"", "\"a \"\"word\"\"\"", "plain"])
        == ["a \"word\"", "line\nbreak", "plain", "x,y"])
  }

  @Test func everyLineEndIsUnderstood() throws {
    for lineEnd in ["\n", "\r\n", "\r"] {
      #expect(try texts(["u", "v"], lineEnd: lineEnd) == ["u", "v"])
    }
  }

  @Test func spaceAroundAFieldIsNotPartOfIt() throws {
    #expect(try texts([" u ", "\t\"v \" "]) == ["u", "v"])
  }

  @Test func blankLinesAreNotRows() throws {
    let data = try read("\n" + table("a,y") { "\($0),\($0 % 2)\n" } + "\n  \n")
    #expect(data.rowsRead == 20)
  }

  @Test func aByteOrderMarkIsNoPartOfTheFirstName() throws {
    let data = try read("\u{FEFF}" + table("a,y") { "\($0),\($0 % 2)" })
    #expect(data.table.schema.features[0].id == "a")
  }

  @Test func theLastLineNeedsNoEnd() throws {
    let text = String(table("a,y") { "\($0),\($0 % 2)" }.dropLast())
    #expect(try read(text).rowsRead == 20)
    #expect(try read(text + "\n20,").dropped == [RowCount("no value for the target 'y'", 1)])
  }

  @Test func raggedRowsAreNamedByTheirLine() {
    #expect(
      complaint { _ = try read("a,b,c,d,e\n1,2,3,4,5\n1,2,3\n", named: "iris.csv") }
        == "iris.csv:3:1: 3 fields where the header names 5 | "
        + "quote a field that contains a comma")
    #expect(
      complaint { _ = try read("a,b\n1\n") }
        == "t.csv:2:1: 1 field where the header names 2 | "
        + "quote a field that contains a comma")
    #expect(
      complaint { _ = try read("a,b\n\"1\n2\",3\n1,2,3\n") }
        == "t.csv:4:1: 3 fields where the header names 2 | "
        + "quote a field that contains a comma")
  }

  @Test func quotesMustCloseAndEndTheirField() {
    #expect(
      complaint { _ = try read("a,b,y\n1,\"2,p\n") }
        == "t.csv:2:3: unclosed quote | "
        + "close the quote, or write a quote inside a quoted field twice")
    #expect(
      complaint { _ = try read("a,y\n\"1\"2,p\n") }
        == "t.csv:2:4: '2' after a closing quote, where the field must end | "
        + "write a quote inside a quoted field twice")
    #expect(
      complaint { _ = try read("a,y\n5\" tall,p\n") }
        == "t.csv:2:2: a quote inside an unquoted field | "
        + "put the whole field in quotes and write the quotes inside it twice")
  }

  @Test func bytesThatAreNoTextAreNamedByTheirPlace() {
    #expect(
      complaint {
        _ = try DataSource.load(bytes: [0xFF, 0xFD] + Array(",b,y\n1,2,p\n".utf8), named: "u.csv")
      } == "u.csv:1:1: byte 0xff is invalid in UTF-8 | save the file as UTF-8")
    #expect(
      complaint {
        _ = try DataSource.load(
          bytes: Array("a,y\n1,\"é\nx".utf8) + [0xC3] + Array("\"\n".utf8), named: "u.csv")
      } == "u.csv:3:2: byte 0xc3 is invalid in UTF-8 | save the file as UTF-8")
    #expect(
      complaint { _ = try read("a,y\n1,\u{0}p\n") }
        == "t.csv:2:3: a NUL byte, which is invalid in text | "
        + "is this a text file? a table is CSV or TSV, plain or gzip")
  }

  @Test(
    arguments: [
      [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
      [0xF5, 0x80, 0x80, 0x80], [0x80], [0xE2, 0x82],
    ] as [[UInt8]])
  func onlyShortestFormsOfScalarsAreText(bytes: [UInt8]) {
    let found = complaint {
      _ = try DataSource.load(
        bytes: Array("a,y\n".utf8) + bytes + Array(",p\n".utf8), named: "u.csv")
    }
    #expect(found.hasPrefix("u.csv:2:1: byte 0x"))
  }

  @Test func fieldsOfMoreThanAMebibyteAreRefused() {
    let long = String(repeating: "x", count: 1 << 20)
    let end = " | check for an unclosed quote"
    #expect(
      complaint { _ = try read("a,y\n1,p\n\(long)x,p\n") }
        == "t.csv:3:1: a field of more than 1,048,576 bytes" + end)
    #expect(
      complaint { _ = try read("a,y\n1,p\n2,\"\(long)xxxx\n") }
        == "t.csv:3:3: a field of more than 1,048,576 bytes" + end)
    #expect(
      complaint { _ = try read(table("a,b,y") { "\($0 % 2),\(long),\($0 % 3)" }) }
        == "no error")
  }
}
