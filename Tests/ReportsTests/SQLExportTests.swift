import Datasets
import Explanations
import Foundation
import Reports
import Rules
import TestSupport
import Testing

@Suite struct SQLExportTests {
  private static let hasDuckDB = ExportFolder.has("python3", "-c", "import duckdb")

  private func write(_ cases: [ExportCase], to folder: ExportFolder) throws {
    for (number, one) in cases.enumerated() {
      for dialect in SQLDialect.allCases {
        let code = try SQLExport(ExportOptions(dialect: dialect))
          .export(one.program, of: one.explanation)
        try folder.write(code, "\(number).\(dialect.rawValue).sql")
      }
    }
  }

  @Test func sqlitePredictsAsTheRulesDo() throws {
    let cases = try ExportCase.all.get()
    #expect(cases.count == 16)
    for one in cases {
      #expect(try Set(one.expected.map { $0[1] }).count > 2, "\(one.name) tells rules apart")
    }
    try ExportFolder.with(keptAs: "sql") { folder in
      try write(cases, to: folder)
      guard let found = try folder.check(cases, "sqlite") else { return }
      let rows = cases.reduce(0) { $0 + $1.table.count }
      #expect(found == "sqlite: 16 rule sets, \(2 * rows) answers, all equal\n")
    }
  }

  /// DuckDB is a package of Python; continuous integration does not have it.
  @Test(.enabled(if: hasDuckDB)) func duckDBPredictsAsTheRulesDo() throws {
    let cases = try ExportCase.all.get()
    try ExportFolder.with { folder in
      try write(cases, to: folder)
      let rows = cases.reduce(0) { $0 + $1.table.count }
      #expect(
        try folder.check(cases, "duckdb")
          == "duckdb: 16 rule sets, \(2 * rows) answers, all equal\n")
    }
  }

  /// Rules over a number and a level, for the text of a statement.
  private func example(
    _ names: [String] = ["petal \"length\"", "odor"], threshold: Double = 2.45
  ) throws -> (RuleProgram, Explanation) {
    let schema = Schema(
      features: [
        Feature(Feature.ID(names[0]), .numeric(unit: "cm")),
        Feature(Feature.ID(names[1]), .categorical(levels: ["a", "it's"])),
      ], target: Target("kind", .classes(names: ["no", "ye's"])))
    let support = Support(covered: 4, agreeing: 3)
    let program = try RuleProgram(
      [
        .init(
          id: "R1",
          if: [
            .number(.column(0), .above(threshold), orMissing: false),
            .level(column: 1, among: [1], orMissing: true),
          ], then: 1, support: support)
      ], default: 0, resolution: .firstMatch, schema: schema)
    var explanation = ExportCase.plainExplanation
    explanation.data.schema = schema
    return (program, explanation)
  }

  @Test func theStatementIsReadable() throws {
    let (program, explanation) = try example()
    let code = try SQLExport(ExportOptions(dialect: .postgresql, table: "my \"table\""))
      .export(program, of: explanation)
    try expectSnapshot(code, named: "example.sql")
  }

  @Test func anErrorFunctionIsMissing() throws {
    let one = try ExportCase.gelu.get()
    for dialect in SQLDialect.allCases {
      let error = #expect(throws: ReportError.self) {
        try SQLExport(ExportOptions(dialect: dialect)).export(one.program, of: one.explanation)
      }
      #expect(
        error?.errorDescription
          == "the hidden features use the activation 'gelu', which SQL cannot compute")
      #expect(error?.recoverySuggestion == "export to python, or extract rules over inputs")
    }
    #expect(throws: ReportError.unsupportedActivation("gelu", format: "DMN")) {
      try DMNExport().export(one.program, of: one.explanation)
    }
  }

  /// Decimal texts of more than 15 digits are quotients of integers in SQLite.
  @Test func thresholdsAreExact() throws {
    for (value, text) in [
      (2.45, "2.45"), (-0.5, "-0.5"), (0, "0.0"), (1234, "1234.0"),
      (1 / 3, "(6004799503160661.0 / 4503599627370496.0 / 4.0)"),
      (-(0.1 + 0.2), "-(1351079888211149.0 / 4503599627370496.0)"),
      (1e22, "(2384185791015625.0 * 4194304.0)"),
    ] {
      let (program, explanation) = try example(threshold: value)
      let code = try SQLExport().export(program, of: explanation)
      #expect(code.contains("WHEN c0 > \(text) AND"), "\(value)")
    }
  }

  @Test func whatADialectCannotWriteIsAnError() throws {
    let (program, explanation) = try example(["x", "X"])
    for (dialect, title) in [(SQLDialect.sqlite, "SQLite"), (.duckdb, "DuckDB")] {
      let error = #expect(throws: ReportError.self) {
        try SQLExport(ExportOptions(dialect: dialect)).export(program, of: explanation)
      }
      #expect(
        error?.errorDescription == "the columns 'x' and 'X' are the same name in \(title)")
      #expect(error?.recoverySuggestion == "rename it in the data, or export to python")
    }
    _ = try SQLExport(ExportOptions(dialect: .postgresql)).export(program, of: explanation)
    let (other, words) = try example(["a\0b", "c"])
    let error = #expect(throws: ReportError.self) {
      try SQLExport().export(other, of: words)
    }
    #expect(
      error?.errorDescription
        == "the name 'a\\u{0}b' has a character that SQL cannot write")
  }

  /// The classes of single rows in SQLite, or the errors; `rows`: names with types, and cells.
  private func predictions(
    _ code: String, _ rows: String
  ) throws -> String? {
    let driver = """
      import sqlite3, sys, json
      code = open(sys.argv[1], encoding="utf-8").read()
      found = []
      for columns, row in json.load(sys.stdin):
          base = sqlite3.connect(":memory:")
          base.execute("CREATE TABLE data (%s)" % ", ".join(columns))
          base.execute("INSERT INTO data VALUES (%s)" % ", ".join("?" * len(row)), row)
          try:
              found.append(base.execute(code).fetchall()[0][-1])
          except sqlite3.Error as error:
              found.append(str(error))
      print("\\n".join(found))
      """
    return try ExportFolder.with { folder in
      try folder.write(code, "single.sql")
      try folder.write(rows, "rows.json")
      let run = try folder.run("sh", "-c", "python3 -B -c \"$0\" single.sql < rows.json", driver)
      return run?.output
    }
  }

  @Test func rowsThatTheToolRefusesAreErrors() throws {
    let (program, explanation) = try example(["x", "c"], threshold: 1 / 3)
    let found = try predictions(
      SQLExport().export(program, of: explanation),
      """
      [[["x", "c"], [0.5, "it's"]], [["x", "c"], [0.3333333333333333, null]],
       [["x", "c"], [0.33333333333333337, null]],
       [["x TEXT", "c"], ["two", "a"]], [["x TEXT", "c"], ["1,5", "a"]],
       [["x REAL", "c"], [1e999, "a"]], [["y", "c"], [1, "a"]], [["x"], [1]],
       [["x INTEGER", "c"], [1, "it's"]], [["x TEXT", "c"], ["0.5", " it's "]]]
      """)
    #expect(
      found == nil
        || found == """
          ye's
          no
          ye's
          JSON path error near 'column x has no finite number but: two'
          JSON path error near 'column x has no finite number but: 1,5'
          JSON path error near 'column x has no finite number but: Inf'
          no such column: d.x
          no such column: d.c
          ye's
          ye's

          """
    )
  }

  @Test func levelsThatAreNumbersHaveAnyNotation() throws {
    let schema = Schema(
      features: [
        Feature("c", .categorical(levels: ["0", "1.5"])),
        Feature("x", notation: NumberNotation(missing: -999)),
      ], target: Target("y", .classes(names: ["no", "yes", "missing"])))
    let support = Support(covered: 1, agreeing: 1)
    let program = try RuleProgram(
      [
        .init(
          id: "R1", if: [.level(column: 0, among: [1], orMissing: false)], then: 1,
          support: support),
        .init(id: "R2", if: [.missing(.quantity(.column(1)))], then: 2, support: support),
      ], default: 0, resolution: .firstMatch, schema: schema)
    var explanation = ExportCase.plainExplanation
    explanation.data.schema = schema
    let found = try predictions(
      SQLExport().export(program, of: explanation),
      """
      [[["c REAL", "x"], [1.5, 0]], [["c TEXT", "x"], ["01.50", 0]], [["c TEXT", "x"], ["15e-1", 0]],
       [["c INTEGER", "x"], [0, 0]], [["c REAL", "x"], [0.0, -999]], [["c", "x TEXT"], ["", "-999.0"]],
       [["c TEXT", "x"], ["1.5a", 0]], [["c", "x"], ["NaN", "nan"]]]
      """)
    #expect(found == nil || found == "yes\nyes\nyes\nno\nmissing\nmissing\nno\nmissing\n")
  }

  /// DuckDB reads a column of yes and no, or of t and f, as booleans.
  @Test(arguments: [["no", "yes"], ["N", "Y"], ["f", "t"], ["yes"]])
  func wordsOfBooleansAreLevels(_ levels: [String]) throws {
    func code(_ levels: [String], _ dialect: SQLDialect) throws -> String {
      let schema = Schema(
        features: [Feature("c", .categorical(levels: levels))],
        target: Target("y", .classes(names: ["no", "yes"])))
      let program = try RuleProgram(
        [
          .init(
            id: "R1", if: [.level(column: 0, among: [0], orMissing: false)], then: 1,
            support: Support(covered: 1, agreeing: 1))
        ], default: 0, resolution: .firstMatch, schema: schema)
      var explanation = ExportCase.plainExplanation
      explanation.data.schema = schema
      return try SQLExport(ExportOptions(dialect: dialect)).export(program, of: explanation)
    }
    let truth = "WHEN 'true' THEN '\(levels.last ?? "")'"
    for dialect in [SQLDialect.duckdb, .postgresql] {
      #expect(try code(levels, dialect).contains(truth))
      #expect(try !code(levels + ["maybe"], dialect).contains("WHEN 'true' THEN"))
      #expect(try !code(levels + ["true", "on"], dialect).contains("WHEN 'true' THEN"))
    }
    #expect(try !code(levels, .sqlite).contains("WHEN 1 THEN"))
  }

  /// Databases store `True` of a file as a boolean or as 1.
  @Test func booleansAreLevels() throws {
    let schema = Schema(
      features: [Feature("c", .categorical(levels: ["False", "True"])), Feature("x")],
      target: Target("y", .classes(names: ["no", "yes", "missing"])))
    let support = Support(covered: 1, agreeing: 1)
    let program = try RuleProgram(
      [
        .init(
          id: "R1", if: [.level(column: 0, among: [1], orMissing: false)], then: 1,
          support: support),
        .init(id: "R2", if: [.missing(.level(column: 0))], then: 2, support: support),
      ], default: 0, resolution: .firstMatch, schema: schema)
    var explanation = ExportCase.plainExplanation
    explanation.data.schema = schema
    let found = try predictions(
      SQLExport().export(program, of: explanation),
      """
      [[["c BOOLEAN", "x"], [true, 0]], [["c BOOLEAN", "x"], [false, 0]], [["c", "x"], [null, 0]],
       [["c TEXT", "x"], ["True", 0]], [["c TEXT", "x"], ["1", 0]], [["c INTEGER", "x"], [2, 0]]]
      """)
    #expect(found == nil || found == "yes\nno\nmissing\nyes\nno\nno\n")
    for (dialect, type) in [
      (SQLDialect.postgresql, "pg_typeof(d.\"c\") = 'boolean'::regtype"),
      (.duckdb, "typeof(d.\"c\") = 'BOOLEAN'"),
    ] {
      let code = try SQLExport(ExportOptions(dialect: dialect)).export(program, of: explanation)
      #expect(code.contains("WHEN \(type) THEN CASE "))
      #expect(code.contains(" WHEN 'true' THEN 'True' WHEN 'false' THEN 'False' "))
    }
    let (other, words) = try example()
    #expect(try !SQLExport().export(other, of: words).contains("WHEN 1 THEN"))
  }

  /// A table that stores an earlier result is predicted anew.
  @Test func columnsOfAnEarlierResultAreNotRead() throws {
    let (program, explanation) = try example(["x", "c"])
    let found = try predictions(
      SQLExport().export(program, of: explanation),
      """
      [[["x", "c", "espalier_rule", "espalier_class", "value", "rule"], [9, "it's", null, "no", 1, 2]],
       [["x", "c", "espalier_rule", "espalier_class", "value", "rule"], [0, "it's", "R1", "ye's", 1, 2]]]
      """)
    #expect(found == nil || found == "ye's\nno\n")
  }
}
