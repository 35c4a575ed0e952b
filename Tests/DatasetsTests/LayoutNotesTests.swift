import Datasets
import Testing

/// What tables of other programs have beside their rows, and rows whose notation is known.
@Suite struct LayoutNotesTests {
  @Test func rowsOfTotalsAreNoted() throws {
    func notes(_ last: String) throws -> [String] {
      try read(
        table("town,b,price") { "\(["Bonn", "Graz"][$0 % 2]),\($0 % 7),\($0 * 3 + 100).5" } + last
          + "\n"
      ).notes.filter { $0.contains("totals") }
    }
    #expect(
      try notes("Total,70,9999.5") == [
        "'town' is 'Total' in one row, line 22: remove it if it is a row of totals"
      ])
    #expect(try notes("Summe:,70,9999.5").count == 1)
    #expect(try notes("Bern,70,9999.5") == [])
    // A level of several rows is none of totals.
    #expect(try notes("Total,70,999.5\nTotal,3,120.5") == [])
  }

  @Test func otherQuotationMarksAreNoted() throws {
    func notes(_ mark: (String) -> String) throws -> [String] {
      try read(
        table("a,k,y") { "\($0 % 7),\(mark("\($0 % 3)")),\(mark($0 / 2 % 2 == 0 ? "no" : "yes"))" }
      ).notes.filter { $0.contains("quotation marks") }
    }
    #expect(
      try notes { "'\($0)'" } == [
        "all texts of 'k' and 'y' stand in quotation marks, such as '0', which are read as a part of the text: "
          + "write \" around fields, or none"
      ])
    for (start, end) in [("`", "`"), ("“", "”"), ("«", "»")] {
      #expect(try notes { start + $0 + end }.count == 1, "\(start)")
    }
    #expect(try notes { "\"\($0)\"" } == [])
    #expect(try notes { $0 == "1" ? "'1'" : $0 == "no" ? "'no'" : $0 } == [])
  }

  @Test func codesAmongClassesAreNoted() throws {
    func notes(_ code: String) throws -> [String] {
      try read(table("a,y", rows: 40) { "\($0 % 7),\($0 % 5 == 4 ? code : "\($0 % 2 + 1)")" })
        .notes.filter { $0.contains("missing") }
    }
    #expect(
      try notes("-999") == [
        "the class '-999' in 8 rows may stand for a missing value: leave these cells empty if it does"
      ])
    #expect(try notes("99").count == 1)
    for code in ["3", "-1", "9", "50"] { #expect(try notes(code) == [], "\(code)") }
  }

  @Test func nullsOfDatabaseExportsAreMissing() throws {
    let data = try read(
      table("a,b,y") { "\($0 % 5 == 4 ? "\\N" : "x\($0 % 3)"),\($0 % 7),\($0 % 2)" })
    #expect(data.table.schema.features[0].levels == ["x0", "x1", "x2"])
    #expect(data.table.columns[0].values.count { $0.isNaN } == 4)
  }

  /// Columns that a schema declares as numbers are looked at as others are.
  @Test func codesOfDeclaredColumnsAreNoted() throws {
    try withFolder { folder in
      try write(
        table("k,b,y", rows: 60) { "\($0 % 6 == 5 ? "999" : "\($0 % 5).5"),\($0 % 7),\($0 % 2)" },
        folder + "/data.csv")
      try write(
        """
        {"features": [{"name": "k", "kind": "numeric"}, {"name": "b", "kind": "numeric"}],
         "target": {"name": "y", "kind": "classes", "classes": ["0", "1"]}}
        """, folder + "/schema.json")
      let notes = try DataSource.load(folder).notes
      #expect(
        notes.contains {
          $0.hasPrefix("'k' has '999' in 10 cells") && $0.contains("is read as a number")
        }, "\(notes)")
    }
  }

  // MARK: Known notations

  private func again(
    _ cells: (Int) -> String, after first: (Int) -> String
  ) throws -> LoadedData {
    func rows(_ cells: (Int) -> String) -> String {
      table("k;b;y") { "\(cells($0));\($0 % 7);\($0 / 2 % 2)" }
    }
    let schema = try read(rows(first)).table.schema
    return try read(rows(cells), options: ReadingOptions(schema: schema))
  }

  /// New rows with thousands where the training rows have whole numbers.
  @Test func thousandsInNewRowsAreSaid() throws {
    let points = try again(
      { $0 % 4 == 3 ? "85\($0 % 10)" : "\($0 % 3 + 1).18\($0 % 10)" }, after: { "\($0 * 170)" })
    #expect(
      points.notes == [
        "'k' has exactly three digits after the point in 15 cells and whole numbers below 1,000: '1.180' is read "
          + "as 1.18; specify a decimal comma if the points separate thousands"
      ])
    let commas = try again(
      { $0 % 4 == 3 ? "85\($0 % 10)" : "\($0 % 3 + 1),18\($0 % 10)" }, after: { "\($0),5" })
    #expect(
      commas.notes == [
        "'k' has exactly three digits after the comma in 15 cells and whole numbers below 1,000: '1,180' is read "
          + "as 1.18; specify a decimal point if the commas separate thousands"
      ])
    let negative = try again({ "(\($0 + 10))" }, after: { "\($0 * 170)" })
    #expect(
      negative.notes == ["'k' has parentheses around numbers in 20 cells: '(10)' is read as -10"])
    // Numbers below 1, of other digits or beside whole numbers from 1,000 are decimals.
    #expect(try again({ "0.1\($0 + 10)" }, after: { "\($0 * 170)" }).notes == [])
    #expect(try again({ "\($0).5" }, after: { "\($0 * 170)" }).notes == [])
    #expect(
      try again({ $0 == 0 ? "1200" : "\($0).125" }, after: { "\($0 * 170)" }).notes == [])
  }

  /// Points between thousands in one column say nothing of another.
  @Test func everyColumnDecidesOnItsOwnPoints() throws {
    let data = try read(
      table("pop,lat,y") { "\($0 % 9 + 1).563.564,\($0 % 30 + 40).55\($0 % 10),\($0 / 2 % 2)" })
    #expect(data.table.columns[0].values.prefix(2) == [1_563_564, 2_563_564])
    #expect(data.table.columns[1].values.prefix(2) == [40.55, 41.551])
    #expect(
      data.notes == [
        "'pop' has thousands separators in 20 cells: '1.563.564' is read as 1563564",
        "'lat' has exactly three digits after the point in 20 cells and no other numbers: '40.550' is read as "
          + "40.55; specify a decimal comma if the points separate thousands",
      ])
  }

  @Test func severalByteOrderMarksAreSkipped() throws {
    let text = table("a,y") { "\($0 % 7),\($0 % 2)" }
    let data = try read("\u{FEFF}\u{FEFF}" + text)
    #expect(data.table.schema.features.map(\.id.rawValue) == ["a"])
  }

  /// Rows of a single column, for a network of one input.
  @Test func oneColumnWithoutTheTarget() throws {
    let schema = try read(table("a,y") { "\($0 % 7),\($0 % 2)" }).table.schema
    let rows = "a\n1\n2\n3.5\n"
    let data = try read(rows, options: ReadingOptions(schema: schema, labels: .optional))
    #expect(data.table.columns == [.doubles([1, 2, 3.5])])
    #expect(complaint { _ = try read(rows) }.hasPrefix("t.csv:1:1: every line is one field"))
  }
}
