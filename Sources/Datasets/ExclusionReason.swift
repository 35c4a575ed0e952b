/// Why a column cannot be a feature or the target.
public enum ExclusionReason: Hashable, Sendable {
  /// The column is ignored on request.
  case ignored
  /// The column holds dates or times.
  case dates(example: String)
  /// Texts of more than `limit` bytes.
  case longTexts(limit: Int)
  /// More than `limit` distinct strings.
  case manyTexts(limit: Int, example: String)
  /// Numbers in more than half of the cells with a value, and strings in the others.
  case numbersAndTexts(numbers: Int, texts: Int, example: String)
  /// No value in any row.
  case empty
  /// The same number in every row but `missing` ones without a value.
  case constant(Double, missing: Int = 0)
  /// The same level in every row but `missing` ones without a value.
  case constantLevel(String, missing: Int = 0)
  /// The numbers of the rows.
  case rowIndex
  /// Another text in every row but `missing` ones without a value.
  case unique(example: String, missing: Int = 0)
  /// Too many distinct strings for the number of rows.
  case manyLevels(levels: Int, rows: Int, example: String)

  /// The rows without a value of a column that is constant in the others.
  private static func rest(_ missing: Int) -> String {
    guard missing > 0 else { return "" }
    return " that has a value (missing in \(counted(missing, "row")): a value for these, such as "
      + "0 or 'no', makes it a feature)"
  }

  /// A string of the column, which shows why it is not read as numbers.
  private static func such(_ example: String) -> String { " (such as '\(excerpt(example))')" }

  /// The reason as the end of a sentence that begins with the name of the column.
  var text: String {
    switch self {
    case .ignored: "is ignored"
    case .dates(let example): "holds dates or times such as '\(excerpt(example))'"
    case .longTexts(let limit): "has strings of more than \(grouped(limit)) bytes"
    case .manyTexts(let limit, let example):
      "has more than \(grouped(limit)) distinct strings" + Self.such(example)
    case .numbersAndTexts(let numbers, let texts, let example):
      "has numbers in \(counted(numbers, "cell")) and strings such as '\(excerpt(example))' in "
        + "\(counted(texts, "other cell"))"
    case .empty: "has no value in any row"
    case .constant(let number, let missing):
      "is \(shortest(number)) in every row" + Self.rest(missing)
    case .constantLevel(let name, let missing):
      "is '\(excerpt(name))' in every row" + Self.rest(missing)
    case .rowIndex: "is a row index"
    case .unique(let example, 0): "is unique in every row" + Self.such(example)
    case .unique(let example, let missing):
      "is unique in every row that has a value" + Self.such(example) + " and missing in "
        + counted(missing, "row")
    case .manyLevels(let levels, let rows, let example):
      "has \(grouped(levels)) distinct strings in " + counted(rows, "row") + Self.such(example)
    }
  }
}
