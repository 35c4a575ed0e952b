/// The cell texts that stand for a missing value where no schema says which do.
enum MissingWords {
  /// In any column: what pandas' `read_csv` and Excel write or read for no value.
  static let everywhere = [
    "", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "n/a", "None", "<NA>", "#N/A", "#NA",
    "#N/A N/A", "-NaN", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN", "#DIV/0!", "#VALUE!",
    "#REF!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA",
  ]

  /// In columns of numbers alone, whatever the case of their letters; elsewhere they may be levels.
  static let amongNumbers = [
    "-", "--", "---", "–", "—", "−", ".", "..", "...", "*", "na", "n/a", "n.a.", "n.a", "n/d", "nd",
    "nan", "nil", "null", "none", "<na>", "<null>", "(null)", "#n/a", "missing", "#wert!",
    "#bezug!", "#zahl!", "#nv",
  ]

  /// Numbers that often stand for a missing value, with either sign: nothing but nines.
  static let numbers: [Double] = [999, 9999, 99_999, 999_999]
}
