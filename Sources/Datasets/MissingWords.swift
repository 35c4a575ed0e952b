/// The default missing-value texts, for data without a schema.
enum MissingWords {
  /// For all columns: the missing-value texts of pandas' `read_csv`, of Excel, and of exports of MySQL and
  /// PostgreSQL.
  static let everywhere = [
    "", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "n/a", "None", "<NA>", "#N/A", "#NA",
    "#N/A N/A", "-NaN", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN", "#DIV/0!", "#VALUE!",
    "#REF!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA", "\\N",
  ]

  /// For numeric columns only, case-insensitive; elsewhere they may be levels.
  static let amongNumbers = [
    "-", "--", "---", "–", "—", "−", ".", "..", "...", "*", "na", "n/a", "n.a.", "n.a", "n/d", "nd",
    "nan", "nil", "null", "none", "<na>", "<null>", "(null)", "#n/a", "missing", "#wert!",
    "#bezug!", "#zahl!", "#nv",
  ]

  /// Common numeric missing-value codes, with either sign: nines only.
  static let numbers: [Double] = [999, 9999, 99_999, 999_999]
}
