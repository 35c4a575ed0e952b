import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

/// Number notations of columns and the notes about them.
@Suite struct NumberNotationTests {
  /// A table with one column `x` as written, beside a column without marks.
  private func column(
    _ cells: [String], beside other: ((Int) -> String)? = nil, separator: String = ";",
    options: ReadingOptions = ReadingOptions()
  ) throws -> LoadedData {
    try read(
      table(["x", "w", "y"].joined(separator: separator), rows: cells.count) {
        [cells[$0], other?($0) ?? ["u", "v"][$0 / 2 % 2], "\($0 % 2)"].joined(separator: separator)
      }, options: options)
  }

  private func values(_ data: LoadedData) -> [Double] { data.table.columns[0].values }

  private func feature(_ data: LoadedData) -> Feature { data.table.schema.features[0] }

  /// Twenty texts of one kind.
  private func texts(_ text: (Int) -> String) -> [String] { (0..<20).map(text) }

  @Test func pointsThatMaySeparateThousandsAreSaid() throws {
    let cells = texts { $0 % 2 == 0 ? "1.\($0 + 300)" : "\($0 + 700)" }
    let data = try column(cells)
    #expect(values(data).prefix(3) == [1.3, 701, 1.302])
    #expect(
      data.notes == [
        "'x' has exactly three digits after the point in 10 cells and whole numbers below 1,000: "
          + "'1.300' is read as 1.3; specify a decimal comma if the points separate thousands"
      ])
    let comma = try column(
      cells, options: ReadingOptions(format: TableFormat(decimal: .comma)))
    #expect(values(comma).prefix(3) == [1300, 701, 1302])
    let one = try column(texts { $0 == 7 ? "1.500" : "\($0 + 700)" })
    #expect(values(one)[7] == 1.5)
    #expect(
      one.notes == [
        "'x' has exactly three digits after the point in 1 cell and whole numbers below 1,000: "
          + "'1.500' is read as 1.5; specify a decimal comma if the points separate thousands"
      ])
    // Whole numbers of four digits are no thousands.
    #expect(try column(texts { $0 % 2 == 0 ? "1.\($0 + 300)" : "\($0 + 1700)" }).notes.isEmpty)
  }

  // MARK: - Decimal commas

  @Test func decimalCommasAreFound() throws {
    let data = try column(texts { "\($0),\($0 % 9 + 1)" }, beside: { "-\($0 % 4),25" })
    #expect(values(data).prefix(3) == [0.1, 1.2, 2.3])
    #expect(data.table.columns[1].values.prefix(3) == [-0.25, -1.25, -2.25])
    #expect(feature(data) == Feature("x", notation: NumberNotation(decimal: .comma)))
    #expect(
      data.notes == ["'x' and 'w' have a decimal comma in 40 cells: '0,1' is read as 0.1"])
  }

  @Test func manyDecimalCommasAreFoundToo() throws {
    // More distinct numbers than the maximum number of levels.
    let cells = (0..<3000).map { "\($0),\($0 % 9 + 1)" }
    let data = try column(cells)
    #expect(values(data)[2999] == 2999.3)
    #expect(data.notes == ["'x' has a decimal comma in 3,000 cells: '0,1' is read as 0.1"])
  }

  @Test func aDecimalCommaMayBeQuotedBetweenCommas() throws {
    let data = try column(
      texts { "\"\($0),\($0 % 9 + 1)\"" }, beside: { "\($0 % 5).5" }, separator: ",")
    #expect(values(data).prefix(3) == [0.1, 1.2, 2.3])
    #expect(data.table.columns[1].values.prefix(3) == [0.5, 1.5, 2.5])
    #expect(data.notes == ["'x' has a decimal comma in 20 cells: '0,1' is read as 0.1"])
  }

  @Test func thousandsStandBeforeDecimalCommas() throws {
    let data = try column(texts { "€ \($0 + 1).2\($0 + 10),50" })
    #expect(values(data).prefix(2) == [1210.5, 2211.5])
    #expect(
      feature(data)
        == Feature(
          "x", .numeric(unit: "€"),
          notation: NumberNotation(decimal: .comma, hasThousands: true, currency: "€")))
    #expect(
      data.notes == [
        "'x' has a decimal comma in 20 cells: '€ 1.210,50' is read as 1210.5",
        "'x' has thousands separators in 20 cells: '€ 1.210,50' is read as 1210.5",
        "'x' has a currency sign in 20 cells: '€ 1.210,50' is read as 1210.5",
      ])
  }

  @Test func pointsAreThousandsWhereDecimalsHaveCommas() throws {
    let data = try column(texts { "\($0 + 1).\($0 + 100)" }, beside: { "\($0 % 4),5" })
    #expect(values(data).prefix(2) == [1100, 2101])
    #expect(
      data.notes.contains("'x' has thousands separators in 20 cells: '1.100' is read as 1100"))
    // Elsewhere such a number has a decimal point.
    #expect(values(try column(texts { "\($0 + 1).\($0 + 100)" })).prefix(2) == [1.1, 2.101])
    let millions = try column(texts { "\($0 + 1).234.567" })
    #expect(values(millions).prefix(2) == [1_234_567, 2_234_567])
    #expect(
      millions.notes
        == ["'x' has thousands separators in 20 cells: '1.234.567' is read as 1234567"])
  }

  // MARK: - Thousands

  @Test func commasAreThousandsWhereDecimalsHavePoints() throws {
    let data = try column(texts { "\($0 + 1),\($0 + 100)" }, beside: { "\($0 % 4).5" })
    #expect(values(data).prefix(2) == [1100, 2101])
    #expect(feature(data).notation == NumberNotation(hasThousands: true))
    #expect(
      data.notes == ["'x' has thousands separators in 20 cells: '1,100' is read as 1100"])
    let both = try column(texts { "\($0 + 1),234.5" })
    #expect(values(both).prefix(2) == [1234.5, 2234.5])
    let indian = try column(texts { "\($0 + 1),00,\($0 + 100)" })
    #expect(values(indian).prefix(2) == [100_100, 200_101])
  }

  @Test func aColumnOfItsOwnDecidesWhereItCan() throws {
    // Thousands separators from 1,000 on, and trailing zeros.
    let data = try column(texts { $0 % 2 == 0 ? "\($0 + 1),\($0 + 10)0" : "\($0)7" })
    #expect(values(data).prefix(4) == [1100, 17, 3120, 37])
    #expect(data.notes == ["'x' has thousands separators in 10 cells: '1,100' is read as 1100"])
  }

  @Test func whatCannotBeDecidedIsRefused() throws {
    let hint = " | specify the decimal mark: comma or point"
    let cells = texts { "\($0 + 1),23\($0 % 9 + 1)" }
    #expect(
      complaint { _ = try column(cells) }
        == "t.csv:2:1: '1,231' in the column 'x' looks like a number with a decimal comma or with "
        + "a comma between thousands, as in 20 cells" + hint)
    let many = (0..<3000).map { "\($0 % 900 + 1),\($0 % 800 + 101)" }
    #expect(
      complaint { _ = try column(many) }.hasPrefix(
        "t.csv:2:1: '1,101' in the column 'x' looks like a number with a decimal comma or"))
    for (decimal, first) in [(NumberNotation.DecimalMark.comma, 1.231), (.point, 1231)] {
      let data = try column(
        cells, options: ReadingOptions(format: TableFormat(decimal: decimal)))
      #expect(values(data)[0] == first)
      let longer = try column(
        many, options: ReadingOptions(format: TableFormat(decimal: decimal)))
      #expect(values(longer)[0] == (decimal == .comma ? 1.101 : 1101))
    }
  }

  @Test func contradictionsAreRefused() {
    let hint = " | use one notation for all numbers of a column"
    #expect(
      complaint { _ = try column(texts { $0 == 4 ? "4,5" : "\($0).5" }) }
        == "t.csv:6:1: '4,5' in the column 'x' has a decimal comma, where 19 other cells have a "
        + "decimal point" + hint)
    #expect(
      complaint { _ = try column(texts { $0 == 4 ? "0.4" : "\($0 + 1)%" }) }
        == "t.csv:6:1: '0.4' in the column 'x' has no percent sign, where 19 other cells have a "
        + "percent sign" + hint)
    // Zero may have no sign, but no sign that the other numbers do not have.
    #expect(complaint { _ = try column(texts { $0 == 4 ? "0" : "\($0 + 1)%" }) } == "no error")
    #expect(
      complaint { _ = try column(texts { $0 == 4 ? "0%" : "\($0 + 1)" }) }
        == "t.csv:6:1: '0%' in the column 'x' has a percent sign, where 19 other cells have no "
        + "percent sign" + hint)
    #expect(
      complaint { _ = try column(texts { $0 == 4 ? "€4" : "$\($0)" }) }
        == "t.csv:6:1: '€4' in the column 'x' has the currency '€', where 19 other cells have the "
        + "currency '$'" + hint)
    #expect(
      complaint {
        _ = try column(
          texts { "\($0),5" }, options: ReadingOptions(format: TableFormat(decimal: .point)))
      } == "t.csv:2:1: '0,5' in the column 'x' is not a number with a decimal point | "
        + "specify no decimal mark, or use one in the whole table")
  }

  // MARK: - Signs

  @Test func percentsAreWhatStandsBeforeTheSign() throws {
    let data = try column(texts { $0 == 0 ? "0" : $0 % 2 == 0 ? "\($0).5%" : "\($0).5 %" })
    #expect(values(data).prefix(3) == [0, 1.5, 2.5])
    #expect(
      feature(data)
        == Feature("x", .numeric(unit: "%"), notation: NumberNotation(isPercent: true)))
    #expect(data.notes == ["'x' has a percent sign in 19 cells: '1.5 %' is read as 1.5"])
  }

  @Test(
    arguments: [
      ("$1,234.5", 1234.5, "$"), ("-$5.25", -5.25, "$"), ("$-5.25", -5.25, "$"),
      ("5.25 €", 5.25, "€"), ("£ 5.25", 5.25, "£"), ("USD 5.25", 5.25, "USD"),
      ("5.25CHF", 5.25, "CHF"), ("($5.25)", -5.25, "$"),
    ])
  func currenciesAreUnits(text: String, value: Double, sign: String) throws {
    let data = try column(texts { $0 == 3 ? text : "\($0).5" })
    #expect(values(data)[3] == value)
    #expect(feature(data).unit == sign)
  }

  @Test(
    arguments: [
      ("−5.25", -5.25), ("–5.25", -5.25), ("\u{A0}5.25", 5.25), ("5.25\u{A0}", 5.25),
      ("1 234.5", 1234.5), ("1\u{A0}234.5", 1234.5), ("1\u{202F}234\u{202F}567", 1_234_567),
      ("1'234.5", 1234.5), ("1’234.5", 1234.5), ("(5.25)", -5.25), ("(1,234.5)", -1234.5),
      ("+5.25", 5.25), ("- 5.25", -5.25), ("5.25e2", 525), (".25", 0.25), ("5.", 5),
    ])
  func otherSignsHaveOneMeaning(text: String, value: Double) throws {
    let data = try column(texts { $0 == 3 ? text : "\($0).5" })
    #expect(values(data)[3] == value)
    #expect(data.table.columns[0].values[4] == 4.5)
  }

  @Test(
    arguments: [
      "1,23,4", "1 2345", "1,2.3.4", "1'234,5.6", "0,123,456", "1__234", "--5", "+-5", "(-5)",
      "5%%", "$5€", "5,", "1.234,56,7", "12a", "e5", "1 234.5.6", "$", "%", "1,234 567",
      "9,e8",
    ])
  func whatNobodyWritesIsNoNumber(text: String) {
    #expect(
      complaint { _ = try column((0..<100).map { $0 == 3 ? text : "\($0).5" }) }
        .hasPrefix("t.csv:5:1: '\(text)' in the column 'x', which has numbers in 99 other rows"))
  }

  @Test func signsThatNameCategoriesStayTexts() throws {
    let data = try column(texts { ["$", "$$", "$$$"][$0 % 3] })
    #expect(feature(data).levels == ["$", "$$", "$$$"])
    #expect(try feature(column(texts { "(\($0 % 3))" })).levels == ["(0)", "(1)", "(2)"])
  }

  @Test func everyWayOfWritingIsCounted() throws {
    let data = try column(
      ["−1.5", "\u{A0}2.5", "(3.5)", "4 000", "5'000", "06"] + texts { "\($0 + 10).5" })
    #expect(
      data.notes == [
        "'x' has parentheses around numbers in 1 cell: '(3.5)' is read as -3.5",
        "'x' has a Unicode minus sign in 1 cell: '−1.5' is read as -1.5",
        "'x' has blanks as thousands separators in 1 cell: '4 000' is read as 4000",
        "'x' has apostrophes as thousands separators in 1 cell: '5'000' is read as 5000",
        "'x' has non-breaking spaces around numbers in 1 cell: '\u{A0}2.5' is read as 2.5",
        "'x' has leading zeros in 1 cell: '06' is read as 6; make the column categorical in a "
          + "schema.json if these are codes",
      ])
  }

  @Test func leadingZerosAreSaid() throws {
    let note =
      "'x' has leading zeros in 20 cells: '01000' is read as 1000; make the column categorical in "
      + "a schema.json if these are codes"
    #expect(try column(texts { "0\($0 * $0 + 1000)" }).notes == [note])
    let many = try column((0..<3000).map { $0 < 20 ? "0\($0 + 1000)" : "\($0 * 2 + 1000)" })
    #expect(many.notes == [note])
  }

  @Test func wholeNumbersThatAreNotExactAreSaid() throws {
    let data = try column(texts { "900719925474\($0 + 1000)" })
    #expect(
      data.notes == [
        "'x' has whole numbers above 9,007,199,254,740,992 in 20 cells: '9007199254741000' is read "
          + "as 9.007199254741e+15, and integers of this size are not exact in double precision"
      ])
  }

  // MARK: - Later rows

  @Test func laterRowsAreReadAsTheTrainingRowsWere() throws {
    let training = try column(texts { "\($0 + 1).234,5 €" }, beside: { "\($0 % 4)%" })
    let options = ReadingOptions(schema: training.table.schema)
    func later(_ x: String, _ w: String) throws -> [Double] {
      let data = try read("x;w;y\n\(x);\(w);0\n", options: options)
      return data.table.columns.map { $0[0] }
    }
    #expect(try later("1.000", "5%") == [1000, 5])
    #expect(try later("2,5", "0") == [2.5, 0])
    #expect(try later("7", "1,5 %") == [7, 1.5])
    let hint = "correct the cell, or leave it empty if the value is missing"
    let point =
      " has a decimal point, where the schema states a decimal comma | "
      + "state that the decimal mark is a point"
    for (wrong, words) in [
      ("2.5", point), ("1,000.5", point),
      (
        "$ 2,5",
        " has the currency '$', where the schema states the currency '\u{20AC}' | "
          + "write the numbers of the column as in the training rows"
      ), ("2,5.0", ", where the schema expects a number | " + hint),
      ("x", ", where the schema expects a number | " + hint),
    ] {
      #expect(
        complaint { _ = try later(wrong, "5%") }
          == "t.csv:2:1: '\(wrong)' in the column 'x'" + words)
    }
    #expect(
      complaint { _ = try later("1", "5") }.contains(
        "'5' in the column 'w' has no percent sign, where the schema states a percent sign"))
  }

  @Test func plainTrainingRowsRefuseOtherNotations() throws {
    let plain = try column(texts { "\($0).5" })
    let options = ReadingOptions(schema: plain.table.schema)
    let thousands =
      "separators between thousands, where the schema states no separators between thousands"
    for (wrong, words) in [
      ("1,5", "a decimal comma, where the schema states a decimal point"), ("1,234", thousands),
      ("5%", "a percent sign, where the schema states no percent sign"),
      ("$5", "the currency '$', where the schema states no currency"), ("1,234.5", thousands),
    ] {
      #expect(
        complaint { _ = try read("x;w;y\n\(wrong);u;0\n", options: options) }.hasPrefix(
          "t.csv:2:1: '\(wrong)' in the column 'x' has " + words))
    }
    for (text, value) in [("−5", -5.0), ("1 234", 1234), ("(2.5)", -2.5), ("05", 5)] {
      let data = try read("x;w;y\n\(text);u;0\n", options: options)
      #expect(data.table.columns[0][0] == value)
    }
  }

  @Test func aNumericTargetKeepsItsNotation() throws {
    let data = try read(table("x;y", rows: 40) { "\($0 % 9);\($0),5" })
    #expect(data.table.schema.target.notation == NumberNotation(decimal: .comma))
    #expect(data.table.numbers.prefix(2) == [0.5, 1.5])
    #expect(data.notes == ["'y' has a decimal comma in 40 cells: '0,5' is read as 0.5"])
    let later = try read("x;y\n1;7,25\n", options: ReadingOptions(schema: data.table.schema))
    #expect(later.table.numbers == [7.25])
  }

  @Test func aSchemaKeepsTheNotation() throws {
    let notation = NumberNotation(
      decimal: .comma, hasThousands: true, isPercent: true, currency: "€", missing: -999)
    let schema = Schema(
      features: [Feature("x", .numeric(unit: "€"), notation: notation), Feature("z")],
      target: Target(
        "y", .numeric(unit: nil, cuts: [1]), notation: NumberNotation(decimal: .comma)),
      missingMarks: [""], numberMarks: ["-", "none"])
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let data = try encoder.encode(schema)
    #expect(try JSONDecoder().decode(Schema.self, from: data) == schema)
    let text = String(decoding: data, as: UTF8.self)
    #expect(
      text.contains(
        #""notation":{"currency":"€","decimal":"comma","missing":-999,"percent":true,"#
          + #""thousands":true}"#))
    #expect(text.contains(#"{"kind":"numeric","name":"z"}"#))
  }

  /// Numbers with any mark, grouping and sign are parsed exactly, for every chunk size.
  @Test func whatIsWrittenIsRead() throws {
    try withEverySeed(60) { generator in
      let isComma = generator.index(below: 2) == 0
      let (mark, group) = isComma ? (",", ".") : (".", ",")
      let separator = ["", group, " ", "'", "\u{A0}", "\u{202F}"][generator.index(below: 6)]
      let isMany = generator.index(below: 4) == 0
      let rows = isMany ? 1500 : 20 + generator.index(below: 40)
      let decimals = 1 + generator.index(below: 2)
      let numbers = (0..<rows).map { _ in
        (generator.normal() * pow(10, Double(1 + generator.index(below: 7)))).rounded(
          .toNearestOrEven)
          + Double(1 + generator.index(below: 9)) / pow(10, Double(decimals))
      }
      let cells = numbers.map { written($0, decimals: decimals, mark: mark, group: separator) }
      for size in [7, 1 << 16] {
        let text = table("x;w;y", rows: rows) { "\(cells[$0]);\($0 % 3);\($0 % 2)" }
        let data = try DataSource.load(bytes: Array(text.utf8), named: "t", chunkSize: size)
        let found = data.table.columns[0].values
        let expected = zip(cells, numbers).map { Double(String(format: "%.\(decimals)f", $0.1)) }
        #expect(found.map(Optional.init) == expected)
      }
    }
  }

  private func written(_ value: Double, decimals: Int, mark: String, group: String) -> String {
    let text = String(format: "%.\(decimals)f", abs(value))
    let parts = text.split(separator: ".").map(String.init)
    var digits = Array(parts[0]).map(String.init)
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(group, at: place) }
    return (value < 0 ? "-" : "") + digits.joined() + mark + parts[1]
  }
}
