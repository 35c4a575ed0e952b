import Foundation
import Testing

/// Invalid tables: each with its message, its exit code, and no output files.
@Suite struct WrongInputTests {
  /// An invalid table and its message.
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var data: Data
    var arguments: [String] = []
    var errorOutput: String
    var code: Int32 = 65

    init(
      _ name: String, _ text: String, _ arguments: String..., code: Int32 = 65,
      says errorOutput: String
    ) {
      self.init(name, Data(text.utf8), arguments, code: code, says: errorOutput)
    }

    init(
      _ name: String, _ data: Data, _ arguments: [String] = [], code: Int32 = 65,
      says errorOutput: String
    ) {
      testDescription = name
      self.data = data
      self.arguments = arguments
      self.code = code
      self.errorOutput = errorOutput
    }
  }

  /// 60 rows of two numbers and a class; line 6 can be replaced.
  private static func table(
    _ header: String = "a,b,class", sixth: String? = nil, rows: Int = 60,
    _ row: (Int) -> String = { "\($0 * 7 % 10),\($0 * 3 % 8),\($0 * 7 % 10 > 4 ? "yes" : "no")" }
  ) -> String {
    var lines = [header] + (0..<rows).map(row)
    if let sixth { lines[5] = sixth }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let refused: [Case] = [
    Case(
      "empty", "",
      says: """
        error: t.csv: the file is empty
         hint: a table is a header and one line a row
        """),
    Case(
      "header only", "a,b,class\n",
      says: """
        error: t.csv: a header and no rows
         hint: a table is a header and one line a row
        """),
    Case(
      "ragged row", table(sixth: "1,2"),
      says: """
        error: t.csv:6:1: 2 fields where the header names 3
         hint: quote a field that contains a comma
        """),
    Case(
      "quote never closed", table(sixth: "1,\"2,yes"),
      says: """
        error: t.csv:6:3: unclosed quote
         hint: close the quote, or write a quote inside a quoted field twice
        """),
    Case(
      "quote inside a field", table(sixth: "1,2,ye\"s"),
      says: """
        error: t.csv:6:7: a quote inside an unquoted field
         hint: put the whole field in quotes and write the quotes inside it twice
        """),
    Case(
      "text after a quote", table(sixth: "1,\"2\"x,yes"),
      says: """
        error: t.csv:6:6: 'x' after a closing quote, where the field must end
         hint: write a quote inside a quoted field twice
        """),
    Case(
      "not UTF-8", Data(table(sixth: "1,2,y§s").utf8.filter { $0 != 0xC2 }),
      says: """
        error: t.csv:6:6: byte 0xa7 is invalid in UTF-8
         hint: save the file as UTF-8
        """),
    Case(
      "UTF-32", table().data(using: .utf32LittleEndian) ?? Data(),
      says: """
        error: t.csv:1:2: a NUL byte, which is invalid in text
         hint: is this a text file? a table is CSV or TSV, plain or gzip
        """),
    Case(
      "damaged gzip", Data([0x1F, 0x8B, 8, 0, 0]) + Data("damaged all over".utf8),
      says: """
        error: t.csv: the gzip data are damaged: invalid code lengths set
         hint: copy or download the file again
        """),
    Case(
      "two columns of one name", table("a,a,class"),
      says: """
        error: t.csv:1:3: columns 1 and 2 are both named 'a'
         hint: give each column a unique name
        """),
    Case(
      "a target that is not there", table(), "--target", "clas", code: 64,
      says: """
        error: there is no column named 'clas'
         hint: did you mean 'class'?
        """),
    Case(
      "an ignored column that is not there", table(), "--ignore", "colour", code: 64,
      says: """
        error: there is no column named 'colour'
         hint: known: a, b, class
        """),
    Case(
      "the target ignored", table(), "--ignore", "class", code: 64,
      says: """
        error: the column 'class' is the target and cannot be ignored
         hint: choose another column with --target
        """),
    Case(
      "one class", table { "\($0),\($0 * 3 % 8),yes" },
      says: """
        error: t.csv: every row has the class 'yes'
         hint: classification needs at least two classes; choose another column with --target
        """),
    Case(
      "a class for every row", table { "\($0 % 7),\($0 % 5),name\($0)" },
      says: """
        error: t.csv: the target 'class' has 60 classes in 60 rows
         hint: choose another column with --target; a class needs several rows
        """),
    Case(
      "no answers", table { "\($0 % 7),\($0 % 5),?" },
      says: """
        error: t.csv: the target 'class' has no value in any row
         hint: choose another column with --target
        """),
    Case(
      "too few rows", table(rows: 6),
      says: """
        error: t.csv: 6 usable rows where at least 10 are needed
         hint: rows without a value for the target cannot be used
        """),
    Case(
      "nothing that varies", table { "1,x,\($0 % 2 == 0 ? "yes" : "no")" },
      says: """
        error: t.csv: no feature column is left
         hint: constant, empty and identifying columns are left out; add one that varies
        """),
    Case(
      "infinite numbers", table { "\($0 % 7),inf,\($0 % 7 > 3 ? "yes" : "no")" },
      says: """
        error: t.csv:2:3: 'inf' in the column 'b' is not a finite number
         hint: correct the cell, or leave it empty if the value is missing
        """),
    Case(
      "one infinite number", table(sixth: "1,-1e999,yes"),
      says: """
        error: t.csv:6:3: '-1e999' in the column 'b' is not a finite number
         hint: correct the cell, or leave it empty if the value is missing
        """),
    Case(
      "one word among numbers", table(sixth: "1,many,yes"),
      says: """
        error: t.csv:6:3: 'many' in the column 'b', which has numbers in 59 other rows
         hint: correct the cell, leave it empty if the value is missing, or make the column \
        categorical in a schema.json
        """),
    Case(
      "a cell of more than a million letters",
      table(sixth: "1," + String(repeating: "x", count: 1_100_000) + ",yes"),
      says: """
        error: t.csv:6:3: a field of more than 1,048,576 bytes
         hint: check for an unclosed quote
        """),
    Case(
      "a class name of a million letters",
      table(sixth: "1,2," + String(repeating: "x", count: 1_000_000)),
      says: """
        error: t.csv: the target 'class' has a string of more than 65,536 bytes
         hint: choose another column with --target
        """),
    Case(
      "controls in names", table("a\u{1B}[31m,b\u{202E},class"), "--target", "\u{7}bell", code: 64,
      says: """
        error: there is no column named '\\u{7}bell'
         hint: known: a\\u{1B}[31m, b\\u{202E}, class
        """),
    Case(
      "a very long name", table("a" + String(repeating: "x", count: 20_000) + ",b,class"),
      "--target", "colour", code: 64,
      says: """
        error: there is no column named 'colour'
         hint: known: a\(String(repeating: "x", count: 58))…, b, class
        """),
  ]

  @Test(arguments: refused) func aWrongTableIsRefused(_ one: Case) throws {
    try withFolder { folder in
      try one.data.write(to: folder.appendingPathComponent("t.csv"))
      let run = try Program(
        ["explain", "t.csv", "--output", "r"] + one.arguments, in: folder)
      #expect(run.talkBesideWarnings == one.errorOutput + "\n")
      #expect(run.code == one.code)
      #expect(run.output.isEmpty)
      #expect(try names(in: folder) == ["t.csv"])
    }
  }

  private static let leftOut: [Case] = [
    Case(
      "a column of NaN", table { "\($0 * 7 % 10),NaN,\($0 * 7 % 10 > 4 ? "yes" : "no")" },
      says: " note: 'b' has no value in any row and is left out"),
    Case(
      "10,000 levels",
      table(rows: 10_000) { "\($0 * 7 % 10),L\($0),\($0 * 7 % 10 > 4 ? "yes" : "no")" },
      says: " note: 'b' has more than 1,000 distinct strings (such as 'L0') and is left out"),
    Case(
      "a cell of a million letters",
      table(sixth: "7," + String(repeating: "x", count: 1_000_000) + ",yes"),
      says: " note: 'b' has strings of more than 65,536 bytes and is left out"),
    Case(
      "row numbers", table("id,b,class") { "\($0 + 1),\($0 % 10),\($0 % 10 > 4 ? "yes" : "no")" },
      says: " note: 'id' is a row index and is left out"),
  ]

  @Test(arguments: leftOut) func aUselessColumnIsLeftOutWithANote(_ one: Case) throws {
    try withFolder { folder in
      try one.data.write(to: folder.appendingPathComponent("t.csv"))
      let run = try Program(
        "explain", "t.csv", "-o", "r", "--epochs", "3", "--max-rules", "3", in: folder)
      #expect(run.talkBesideWarnings == one.errorOutput + "\n")
      #expect(run.code == 0)
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      #expect(
        try result.object("data")["notes"] as? [String] == [String(one.errorOutput.dropFirst(7))])
      #expect(try result.text("report.md").contains("is left out"))
      let quiet = try Program(
        "explain", "t.csv", "-o", "r", "--epochs", "3", "--max-rules", "3", "--quiet", in: folder)
      #expect(quiet.errorOutput.isEmpty && quiet.output.isEmpty)
    }
  }

  @Test(arguments: [
    (
      "none.csv", "error: there is no file 'none.csv'",
      " hint: see 'espalier list datasets' for the data sets that have names", Int32(66)
    ),
    ("irsi", "error: there is no data set named 'irsi'", " hint: did you mean 'iris'?", 64),
    (
      "mnist", "error: the data set 'mnist' is not on this machine",
      " hint: espalier datasets fetch mnist", 66
    ),
    (
      ".", "error: there are no data in the folder '.'",
      " hint: a data folder contains data.csv and schema.json, IDX files, CIFAR binary files, or a folder of "
        + "PNG images for each class", 66
    ),
  ])
  func dataThatAreNotThereAreNamed(
    _ data: String, _ message: String, _ hint: String, _ code: Int32
  ) throws {
    try withFolder { folder in
      let run = try Program(
        "explain", data, in: folder, environment: ["XDG_DATA_HOME": folder.path])
      #expect(run.errorOutput == "\(message)\n\(hint)\n")
      #expect(run.code == code)
      #expect(try names(in: folder).isEmpty)
    }
  }
}
