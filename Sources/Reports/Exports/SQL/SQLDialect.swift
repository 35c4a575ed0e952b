/// A dialect of SQL.
public enum SQLDialect: String, Hashable, Codable, CaseIterable, Sendable {
  case sqlite, postgresql, duckdb

  /// The name in messages.
  var title: String {
    switch self {
    case .sqlite: "SQLite"
    case .postgresql: "PostgreSQL"
    case .duckdb: "DuckDB"
    }
  }

  /// Whether quoted names that differ only in case are the same.
  var ignoresCase: Bool { self != .postgresql }

  /// The type of texts.
  var text: String { self == .duckdb ? "VARCHAR" : "TEXT" }

  /// The type of numbers in double precision.
  var double: String {
    switch self {
    case .sqlite: "REAL"
    case .postgresql: "DOUBLE PRECISION"
    case .duckdb: "DOUBLE"
    }
  }

  /// What follows a subquery of one row so that each of its expressions is evaluated once.
  var fence: String { self == .duckdb ? "" : " LIMIT 1 OFFSET 0" }

  /// A query of one row for each row of the table, whose columns no column of the table can be taken for:
  /// its start and end, and its column. SQLite has no `LATERAL`, but functions that make tables.
  var lateral: (start: String, end: String, column: String) {
    self == .sqlite
      ? ("json_each(json_array((", "))) AS q;", "q.value")
      : ("LATERAL (SELECT (", ") AS rule) AS q;", "q.rule")
  }

  /// The larger of two numbers.
  func larger(_ first: String, _ second: String) -> String {
    "\(self == .sqlite ? "max" : "greatest")(\(first), \(second))"
  }

  /// The smaller of two numbers.
  func smaller(_ first: String, _ second: String) -> String {
    "\(self == .sqlite ? "min" : "least")(\(first), \(second))"
  }

  /// A quoted identifier.
  static func identifier(_ name: String) -> String {
    "\"" + name.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
  }

  /// A string literal.
  func literal(_ text: String) -> String {
    let body = text.unicodeScalars.map { $0 == "'" ? "''" : String($0) }.joined()
    // PostgreSQL can be set to read backslashes in plain literals as escapes.
    guard self == .postgresql, body.unicodeScalars.contains("\\") else { return "'\(body)'" }
    return "E'" + body.unicodeScalars.map { $0 == "\\" ? "\\\\" : String($0) }.joined() + "'"
  }

  /// A literal in double precision.
  func literal(_ value: Double) -> String {
    let text = "\(value)"
    return switch self {
    case .sqlite: text.contains(".") || text.contains("e") ? text : text + ".0"
    case .postgresql: "\(text)::float8"
    case .duckdb: text.contains("e") ? text : text + "e0"
    }
  }

  /// A threshold: equal to the double in each version of the dialect.
  ///
  /// Versions of SQLite round decimal numbers of more than 15 digits differently; the quotient of
  /// two integers that are exact in double precision is the same in all.
  func threshold(_ value: Double) -> String {
    let digits = "\(abs(value))".prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }
    let isShort = digits.count <= 15 && (1e-6..<1e15).contains(abs(value))
    guard self == .sqlite, value.isNormal, !isShort else { return literal(value) }
    // The value is whole · 2^exponent.
    let bits = value.significandWidth
    let whole = (value.significandBitPattern | 1 << 52) >> UInt64(52 - bits)
    var exponent = Int(value.exponent) - bits
    var text = "\(whole).0"
    while exponent != 0 {
      let step = min(abs(exponent), 52)
      text += (exponent < 0 ? " / " : " * ") + "\(1 << step).0"
      exponent += exponent < 0 ? step : -step
    }
    return value < 0 ? "-(\(text))" : "(\(text))"
  }
}
