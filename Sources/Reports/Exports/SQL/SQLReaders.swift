import Datasets
import Foundation

/// Expressions that read the cells of a row `d`: numbers in double precision, levels as texts.
struct SQLReaders {
  private let schema: Schema
  private let dialect: SQLDialect

  init(_ schema: Schema, _ dialect: SQLDialect) {
    self.schema = schema
    self.dialect = dialect
  }

  /// The value of a column of the row; `NULL` if missing.
  func cell(_ column: Int) -> [String] {
    let feature = schema.features[column]
    let name = "d." + SQLDialect.identifier(feature.id.rawValue)
    if let levels = feature.levels { return level(name, levels) }
    return number(name, feature)
  }

  /// A cell as a text without the blanks around it.
  private func trimmed(_ name: String) -> String {
    switch dialect {
    case .sqlite: "trim(\(name), ' ' || char(9))"
    case .postgresql: "btrim(\(name)::text, ' ' || chr(9))"
    case .duckdb: "trim(CAST(\(name) AS VARCHAR), ' ' || chr(9))"
    }
  }

  private func list(_ texts: [String]) -> String {
    texts.map { dialect.literal($0) }.joined(separator: ", ")
  }

  /// The marks of missing values in a text.
  private func isMissing(_ text: String, numeric: Bool) -> String {
    var marks = [""]
    for mark in schema.missingMarks where !marks.contains(mark) && !mark.utf8.contains(0) {
      marks.append(mark)
    }
    let words = numeric ? schema.numberMarks.map { $0.lowercased() } : []
    let lowered = Set(words + ["nan", "-nan", "+nan"]).filter { !$0.utf8.contains(0) }.sorted()
    return "\(text) IN (\(list(marks))) OR lower(\(text)) IN (\(list(lowered)))"
  }

  /// The numbers that are read, as a regular expression: databases also take 1_000, 0x1p3 or nan(1).
  private static let number = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"

  private func number(_ name: String, _ feature: Feature) -> [String] {
    let text = trimmed(name)
    let complaint = dialect.literal(
      "column \(shown(feature.id.rawValue)) has no finite number but: ")
    var lines = ["CASE"]
    let double = "CAST(\(name) AS \(dialect.double))"
    switch dialect {
    case .sqlite:
      // A comparison with a numeric value turns a text into a number only if it is one.
      lines += [
        "  WHEN typeof(\(name)) IN ('integer', 'real') AND abs(\(name)) < 9e999 THEN \(double)",
        "  WHEN \(name) IS NULL OR \(isMissing(text, numeric: true)) THEN NULL",
        "  WHEN \(text) = CAST(\(text) AS NUMERIC) AND abs(\(double)) < 9e999 THEN \(double)",
        "  ELSE json_extract('{}', \(complaint) || \(name))",
      ]
    case .postgresql:
      lines += [
        "  WHEN \(isMissing(text, numeric: true)) THEN NULL",
        "  WHEN \(text) ~ '^\(Self.number)$' THEN \(double)",
        "  ELSE (\(complaint) || \(text))::float8",
      ]
    case .duckdb:
      lines += [
        "  WHEN \(isMissing(text, numeric: true)) THEN NULL",
        "  WHEN regexp_full_match(\(text), '\(Self.number)') "
          + "AND isfinite(TRY_CAST(\(text) AS DOUBLE)) THEN \(double)",
        "  ELSE error(\(complaint) || \(text))",
      ]
    }
    lines.append("END")
    if let missing = feature.notation?.missing {
      lines[0] = "nullif(" + lines[0]
      lines[lines.count - 1] += ", \(dialect.threshold(missing)))"
    }
    return lines
  }

  private func level(_ name: String, _ levels: [String]) -> [String] {
    let text = trimmed(name)
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    var lines = ["CASE"]
    var plain: [String] = []
    for level in levels {
      let forms = Self.forms(of: level)
      if level.first.map(isBlank) ?? false || level.last.map(isBlank) ?? false {
        lines.append(
          "  WHEN CAST(\(name) AS \(dialect.text)) IN (\(list(forms))) "
            + "THEN \(dialect.literal(level))")
      } else if forms.count > 1 {
        lines.append("  WHEN \(text) IN (\(list(forms))) THEN \(dialect.literal(level))")
      } else {
        plain.append(level)
      }
    }
    if !plain.isEmpty { lines.append("  WHEN \(text) IN (\(list(plain))) THEN \(text)") }
    lines.append("  WHEN \(isMissing(text, numeric: false)) THEN NULL")
    lines += boolean(name, levels)
    lines += numeric(text, levels)
    return lines + ["  ELSE \(text)", "END"]
  }

  /// The texts that databases read as true and as false.
  private static let booleans = [
    (word: "true", number: "1", texts: ["true", "t", "yes", "y", "on", "1"]),
    (word: "false", number: "0", texts: ["false", "f", "no", "n", "off", "0"]),
  ]

  /// The level of a value of type boolean, which databases write as `true` or 1 where the file had `True`
  /// or `yes`.
  private func boolean(_ name: String, _ levels: [String]) -> [String] {
    let matching = Self.booleans.map { boolean in
      levels.filter { boolean.texts.contains($0.lowercased()) }
    }
    guard !levels.isEmpty, matching.allSatisfy({ $0.count < 2 }),
      matching.joined().count == levels.count
    else { return [] }
    // Only the words themselves are integers in a database without a type for them.
    guard dialect != .sqlite || levels.allSatisfy({ ["true", "false"].contains($0.lowercased()) })
    else { return [] }
    let words = zip(Self.booleans, matching).compactMap { boolean, matching in
      let (word, number) = (boolean.word, boolean.number)
      return matching.first.map { found in
        "WHEN \(dialect == .sqlite ? number : dialect.literal(word)) THEN \(dialect.literal(found))"
      }
    }
    let (type, value) =
      switch dialect {
      case .sqlite: ("typeof(\(name)) = 'integer'", name)
      case .postgresql: ("pg_typeof(\(name)) = 'boolean'::regtype", "\(name)::text")
      case .duckdb: ("typeof(\(name)) = 'BOOLEAN'", "CAST(\(name) AS VARCHAR)")
      }
    return [
      "  WHEN \(type) THEN CASE \(value) \(words.joined(separator: " ")) ELSE \(trimmed(name)) END"
    ]
  }

  /// The level that is the same number in another notation: 1.0 for 1.
  private func numeric(_ text: String, _ levels: [String]) -> [String] {
    var values: [(value: Double, level: String)] = []
    for level in levels {
      let trimmed = level.trimmingCharacters(in: [" ", "\t"])
      guard let value = Double(trimmed), trimmed.allSatisfy({ "0123456789+-.eE".contains($0) }),
        abs(value) < 0x1p53, !values.contains(where: { $0.value == value })
      else { continue }
      values.append((value, level))
    }
    guard !values.isEmpty else { return [] }
    let isNumber =
      switch dialect {
      case .sqlite: "\(text) = CAST(\(text) AS NUMERIC)"
      case .postgresql:
        text + " ~ '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,2})?$'"
      case .duckdb: "regexp_full_match(\(text), '\(Self.number)')"
      }
    let cases = values.map {
      "WHEN \(dialect.literal($0.value)) THEN \(dialect.literal($0.level))"
    }
    return [
      "  WHEN \(isNumber) THEN CASE CAST(\(text) AS \(dialect.double)) "
        + cases.joined(separator: " ") + " ELSE \(text) END"
    ]
  }

  /// A text in its canonically equivalent forms of Unicode, itself first.
  static func forms(of text: String) -> [String] {
    var all = [text]
    for form in [
      text.precomposedStringWithCanonicalMapping, text.decomposedStringWithCanonicalMapping,
    ] where !all.contains(where: { $0.unicodeScalars.elementsEqual(form.unicodeScalars) }) {
      all.append(form)
    }
    return all
  }
}
