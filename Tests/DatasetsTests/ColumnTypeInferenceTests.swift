import Datasets
import Testing

@Suite struct ColumnTypeInferenceTests {
  private func kinds(_ data: LoadedData) -> [Feature.Kind] {
    data.table.schema.features.map(\.kind)
  }

  @Test func numbersAreNumericAndTextsAreCategorical() throws {
    let data = try read(
      table("a,b,c,y") { "\($0 * 3),\(["lo", "hi"][$0 % 2]),\($0 % 3),\($0 / 2 % 2)" })
    #expect(
      kinds(data) == [
        .numeric(unit: nil), .categorical(levels: ["hi", "lo"]), .numeric(unit: nil),
      ])
    #expect(data.table.columns[1].values.prefix(2) == [1, 0])
    #expect(data.notes == [])
  }

  @Test func levelsThatAreNumbersStandInTheirOrder() throws {
    let schema = Schema(
      features: [Feature("a", .categorical(levels: []))],
      target: Target("y", .classes(names: ["0", "1"])))
    let text = table("a,y") { "\([10, 9, 100][$0 % 3]),\($0 % 2)" }
    let data = try read(text, options: ReadingOptions(schema: schema))
    #expect(data.table.schema.features[0].levels == ["9", "10", "100"])
  }

  @Test func levelsAreInTheOrderOfUnicode() throws {
    let data = try read(table("a,y") { "\(["é", "z", "B", "a", "Å"][$0 % 5]),\($0 % 2)" })
    #expect(data.table.schema.features[0].levels == ["B", "a", "z", "Å", "é"])
  }

  @Test func textsThatUnicodeHoldsEqualAreOneLevel() throws {
    let data = try read(table("a,y") { "\(["\u{E9}", "e\u{301}", "x"][$0 % 3]),\($0 % 2)" })
    #expect(data.table.schema.features[0].levels?.count == 2)
    #expect(data.table.columns[0][0] == data.table.columns[0][1])
  }

  @Test func marksOfMissingValuesAreMissing() throws {
    let marks = ["", "?", "NA", "N/A", "NaN", "nan", "NAN", "null", "NULL", "1", "2"]
    let data = try read(table("a,b,y", rows: 22) { "\(marks[$0 % 11]),\($0),\($0 % 2)" })
    #expect(kinds(data)[0] == .numeric(unit: nil))
    #expect(data.table.columns[0].values.filter(\.isNaN).count == 18)
    #expect(data.altered == [RowCount("a missing value in a", 18)])
    #expect(data.table.count == 22)
  }

  @Test func aWordAmongNumbersIsTakenForAMistake() {
    let hint =
      " | correct the cell, leave it empty if the value is missing, or make the column "
      + "categorical in a schema.json"
    #expect(
      complaint { _ = try read(table("a,y", rows: 1000) { "\($0 == 500 ? "oops" : "\($0)"),p" }) }
        == "t.csv:502:1: 'oops' in the column 'a', which has numbers in 999 other rows" + hint)
    // More distinct numbers than the maximum number of levels: only numbers are stored.
    #expect(
      complaint {
        _ = try read(table("a,y", rows: 3000) { "\($0 == 2500 ? "oops" : "\($0)"),\($0 % 2)" })
      } == "t.csv:2502:1: 'oops' in the column 'a', which has numbers in 2,999 other rows" + hint)
    #expect(
      complaint {
        _ = try read(table("a,y", rows: 100) { "\($0 < 9 ? "nothing" : "\($0)"),\($0 % 2)" })
      }
        == "t.csv:2:1: 'nothing' in the column 'a', which has numbers in 91 other rows" + hint)
    // The first of two words is reported.
    #expect(
      complaint {
        _ = try read(
          table("a,y", rows: 400) { "\([7: "oops", 300: "hm"][$0] ?? "\($0 % 50)"),\($0 % 2)" })
      } == "t.csv:9:1: 'oops' in the column 'a', which has numbers in 398 other rows" + hint)
  }

  @Test func manyWordsAmongNumbersMakeACategory() throws {
    let data = try read(table("a,y", rows: 100) { "\(["1", "2", "3", "more"][$0 % 4]),\($0 % 2)" })
    #expect(data.table.schema.features[0].levels == ["1", "2", "3", "more"])
  }

  @Test func numbersThatAreNotFiniteAreErrors() {
    for (found, text) in [("inf", "inf"), ("-Infinity", "-Infinity"), ("1e999", "1e999")] {
      #expect(
        complaint { _ = try read(table("a,y") { "\($0 == 7 ? text : "\($0)"),\($0 % 2)" }) }
          == "t.csv:9:1: '\(found)' in the column 'a' is not a finite number | "
          + "correct the cell, or leave it empty if the value is missing")
    }
    #expect(
      complaint { _ = try read(table("a,y", rows: 3000) { "\($0 == 7 ? "inf" : "\($0)"),p" }) }
        .hasPrefix("t.csv:9:1: 'inf' in the column 'a' is not a finite number"))
  }

  @Test func constantColumnsAndIdentifiersAreLeftOutWithANote() throws {
    let data = try read(
      table("id,name,same,word,void,x,y", rows: 60) {
        "\($0 + 1),n\($0)n,7,ja,NaN,\($0 % 5),\($0 % 2)"
      })
    #expect(data.table.schema.features.map(\.id) == ["x"])
    #expect(
      data.notes == [
        "'id' is a row index and is left out",
        "'name' is unique in every row (such as 'n0n') and is left out",
        "'same' is 7 in every row and is left out",
        "'word' is 'ja' in every row and is left out",
        "'void' has no value in any row and is left out",
      ])
  }

  @Test func aLeftOutColumnShowsTheTextThatIsNoNumber() throws {
    let data = try read(
      table("a,b,y", rows: 60) { "\($0 % 3 == 0 ? "\($0)-\($0)" : "\($0).25"),\($0 % 7),\($0 % 2)" }
    )
    #expect(
      data.notes == [
        "'a' has numbers in 40 cells and strings such as '0-0' in 20 other cells and is left out"
      ])
    let later = try read(
      table("a,b,y", rows: 60) { "\($0 % 3 == 1 ? "\($0)-\($0)" : "\($0).25"),\($0 % 7),\($0 % 2)" }
    )
    #expect(
      later.notes == [
        "'a' has numbers in 40 cells and strings such as '1-1' in 20 other cells and is left out"
      ])
  }

  @Test func aColumnThatIsConstantWhereItHasValuesSaysInHowManyRowsItHasNone() throws {
    let data = try read(
      table("flag,word,x,y", rows: 60) {
        "\($0 % 3 == 0 ? "1" : ""),\($0 % 2 == 0 ? "yes" : ""),\($0 % 5),\($0 % 2)"
      })
    let hint = ": a value for these, such as 0 or 'no', makes it a feature) and is left out"
    #expect(
      data.notes == [
        "'flag' is 1 in every row that has a value (missing in 40 rows" + hint,
        "'word' is 'yes' in every row that has a value (missing in 30 rows" + hint,
      ])
  }

  @Test(arguments: ["-", "n.a.", "(null)", ".", "none"])
  func aMissingValueTextAmongLevelsIsALevelWithANote(_ word: String) throws {
    let days = ["mon", "tue", word]
    let data = try read(table("day,x,y", rows: 60) { "\(days[$0 % 3]),\($0 % 5),\($0 % 2)" })
    #expect(data.table.schema.features.first?.levels?.contains(word) == true)
    let end =
      "in 20 cells, which is read as a level: leave these cells empty if the value is missing"
    #expect(data.notes == ["'day' has '\(word)' \(end)"])
    let target = try read(table("x,day", rows: 60) { "\($0 % 5),\(days[$0 % 3])" })
    #expect(target.table.schema.classes.contains(word))
    #expect(target.notes == ["'day' has '\(word)' \(end)"])
  }

  @Test func levelsThatDifferInInvisibleCharactersAreSaid() throws {
    let words = ["yes", "yes\u{200B}", "no"]
    let data = try read(table("a,x,y", rows: 60) { "\(words[$0 % 3]),\($0 % 5),\($0 % 2)" })
    #expect(data.table.schema.features.first?.levels?.count == 3)
    #expect(
      data.notes.contains {
        $0.hasPrefix("'a' has levels that differ only in case, blanks or invisible characters and ")
      })
  }

  @Test func blanksInQuotesAreMissing() throws {
    let data = try read(
      table("a,x,y", rows: 60) { "\($0 % 6 == 0 ? "\"  \"" : "\($0 % 7).5"),\($0 % 5),\($0 % 2)" })
    #expect(data.table.schema.features.first?.levels == nil)
    #expect(data.altered == [RowCount("a missing value in a", 10)])
  }

  /// A third of the cells is one word: it is a mistake beside more than 20 different numbers only.
  @Test func aWordBesideTwentyNumbersIsALevel() throws {
    func rows(_ distinct: Int) -> String {
      table("a,x,y", rows: 126) { row in
        "\(row % 3 == 0 ? "foo" : "\(row / 3 % distinct)"),\(row % 5),\(row % 2)"
      }
    }
    let data = try read(rows(20))
    #expect(data.table.schema.features.first?.levels?.count == 21)
    #expect(
      complaint { _ = try read(rows(21)) }.hasPrefix("t.csv:2:1: 'foo' in the column 'a'"))
  }

  @Test func classesThatDifferInLeadingZerosAreDifferentClasses() throws {
    let codes = ["01234", "1234", "98765", "1234.0"]
    let data = try read(table("x,code", rows: 60) { "\($0 % 5),\(codes[$0 % 4])" })
    #expect(data.table.schema.classes.sorted() == ["01234", "1234", "98765"])
    let classes = data.table.labels.prefix(4).map { data.table.schema.classes[$0] }
    #expect(classes == ["01234", "1234", "98765", "1234"])
  }

  @Test func featuresThatOnlyLookLikeIdentifiersStay() throws {
    let data = try read(
      table("time,no,identity,row,y", rows: 60) {
        "\($0 + 1),\(59 - $0),\($0 * $0),\($0 % 7),\($0 % 2)"
      })
    #expect(data.table.schema.features.map(\.id) == ["time", "no", "identity", "row"])
  }

  @Test func tooManyLevelsAreNoCategory() throws {
    let data = try read(
      table("a,b,x,y", rows: 12_000) { "v\($0 / 2),\($0 % 900)w,\($0).5,\($0 % 2)" })
    #expect(data.table.schema.features.map(\.id) == ["b", "x"])
    #expect(
      data.notes == [
        "'a' has more than 1,000 distinct strings (such as 'v0') and is left out",
        "'b' has 900 strings such as '0w' that begin with digits and are read as levels without an "
          + "order",
      ])
    let half = try read(table("a,x,y", rows: 100) { "v\($0 % 60),\($0).5,\($0 % 2)" })
    #expect(
      half.notes == ["'a' has 60 distinct strings in 100 rows (such as 'v0') and is left out"])
  }

  /// Many numbers with at most three distinct words are an error; with more they are levels.
  @Test(arguments: [3, 4])
  func fewWordsAmongManyNumbersAreAMistake(_ spellings: Int) throws {
    let words = ["low", "mid", "high", "top"].prefix(spellings)
    let text = table("a,x,y", rows: 9000) { row in
      let cell = row % 2 == 0 ? "\(row).5" : words[row / 2 % spellings]
      return "\(cell),\(row % 7),\(row % 2)"
    }
    let found = complaint {
      let data = try read(text)
      #expect(
        data.notes == ["'a' has more than 1,000 distinct strings (such as 'low') and is left out"])
    }
    #expect(
      found
        == (spellings == 4
          ? "no error"
          : "t.csv:3:1: 'low' in the column 'a', which has numbers in 4,500 other rows | "
            + "correct the cell, leave it empty if the value is missing, or make the column "
            + "categorical in a schema.json"))
  }

  @Test func aCellOfAMillionCharactersIsNoCategory() throws {
    let long = String(repeating: "é", count: 500_000)
    let data = try read(table("a,x,y") { "\($0 == 3 ? long : "s"),\($0).5,\($0 % 2)" })
    #expect(data.notes == ["'a' has strings of more than 65,536 bytes and is left out"])
  }

  @Test func levelsOfTwentyThousandCharactersAreLevels() throws {
    let long = String(repeating: "<b>", count: 7000)
    let data = try read(table("a,y") { "\($0 % 3 == 0 ? long : "s"),\($0 % 2)" })
    #expect(data.table.schema.features[0].levels == [long, "s"])
  }

  @Test func constantsStayForANetworkThatReadsThem() throws {
    let bytes =
      Array("x,k,w,row,y\n".utf8)
      + (1...20).flatMap { Array("\($0 * $0),3,same,\($0),\($0 % 2)\n".utf8) }
    let data = try DataSource.load(
      bytes: bytes, named: "t.csv", options: ReadingOptions(keepsConstants: true))
    #expect(data.table.schema.features.map(\.id) == ["x", "k", "w"])
    #expect(data.notes == ["'row' is a row index and is left out"])
  }

  @Test func somethingMustBeLeftToLearnFrom() {
    #expect(
      complaint { _ = try read(table("a,y") { "1,\($0 % 2)" }) }
        == "t.csv: no feature column is left | "
        + "constant, empty and identifying columns are left out; add one that varies")
  }
}
