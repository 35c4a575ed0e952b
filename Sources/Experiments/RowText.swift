import Datasets
import Explanations
import Foundation
import Naming
import Networks

/// A row given as text: `name=value,…` or a JSON object.
public struct RowText: Sendable {
  /// The names and texts of the given cells, in the given order.
  public let cells: [(name: String, text: String)]
  /// The names of the cells that are JSON numbers, whatever the notation of their columns.
  private var numbers: Set<String> = []

  /// Reads `name=value,…` or a JSON object of numbers, strings, booleans and nulls.
  ///
  /// A value with a comma is put in double quotes.
  /// - Throws: `RowTextError`.
  public init(_ text: String) throws(RowTextError) {
    let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
    if trimmed.hasPrefix("{") {
      let object = try Self.object(trimmed)
      cells = object.map { ($0.name, $0.cell.text) }
      numbers = Set(object.filter(\.cell.isNumber).map(\.name))
    } else {
      cells = try Self.pairs(trimmed)
    }
    var seen: Set<String> = []
    if let twice = cells.first(where: { !seen.insert($0.name).inserted }) {
      throw .repeated(name: twice.name)
    }
  }

  private static func object(_ text: String) throws(RowTextError) -> [(name: String, cell: Cell)] {
    let json = Data(text.utf8)
    guard let object = try? JSONDecoder().decode([String: Cell].self, from: json) else {
      throw .notAnObject
    }
    if let path = RepeatedKey.path(in: json) { throw .repeated(name: path) }
    return object.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// A value of a JSON object as the text of a cell.
  private struct Cell: Decodable {
    var text: String
    var isNumber = false

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        text = ""
      } else if let flag = try? container.decode(Bool.self) {
        text = flag ? "true" : "false"
      } else if let number = try? container.decode(Double.self) {
        text = shortest(number)
        isNumber = true
      } else {
        text = try container.decode(String.self)
      }
    }
  }

  private static func pairs(_ text: String) throws(RowTextError) -> [(name: String, text: String)] {
    var parts = [""]
    var isQuoted = false
    for character in text {
      if character == "\"" { isQuoted.toggle() }
      if character == ",", !isQuoted {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    var cells: [(name: String, text: String)] = []
    for part in parts {
      guard let mark = part.firstIndex(of: "=") else { throw .notAPair(text: part) }
      func plain(_ text: Substring) -> String {
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        guard trimmed.count > 1, trimmed.hasPrefix("\""), trimmed.hasSuffix("\"") else {
          return trimmed
        }
        return String(trimmed.dropFirst().dropLast())
      }
      cells.append((plain(part[..<mark]), plain(part[part.index(after: mark)...])))
    }
    return cells
  }

  /// The row in a schema, read as a table; columns that are not given are missing.
  /// - Returns: the row, and the names of the missing columns.
  /// - Throws: `UnknownName` for a name that is not a column, `RowTextError` for a cell.
  public func table(_ schema: Schema) throws -> (table: Table, missing: [String]) {
    let known = schema.features.map(\.id.rawValue)
    let target = schema.target.name
    for cell in cells where !known.contains(cell.name) && cell.name != target {
      throw UnknownName(cell.name, family: "column", known: known)
    }
    let given = Dictionary(
      cells.map { ($0.name, $0.text) }, uniquingKeysWith: { first, _ in first })
    let label = given[target].map { [$0] } ?? []
    let header = known + (label.isEmpty ? [] : [target])
    let row = known.map { given[$0] ?? "" } + label
    // One empty field would be a blank line.
    let line = row == [""] ? "\"\"\n" : PredictionTable.line(row)
    let text = PredictionTable.line(header) + line
    var reading = schema
    for (position, feature) in schema.features.enumerated() {
      guard let notation = feature.notation, let text = given[feature.id.rawValue],
        numbers.contains(feature.id.rawValue) || notation.leavesOpen(text)
      else { continue }
      reading.features[position].notation = notation.missing.map { NumberNotation(missing: $0) }
    }
    var loaded: LoadedData
    do {
      loaded = try DataSource.load(
        bytes: Array(text.utf8), named: "ROW",
        options: ReadingOptions(
          schema: reading, labels: .optional,
          format: TableFormat(hasHeader: true, separator: TableFormat.Separator(","))))
    } catch DatasetError.notANumber(_, let column, let found),
      DatasetError.infinite(_, let column, let found)
    {
      throw RowTextError.notANumber(name: column, text: found)
    }
    loaded.table.schema = schema
    return (loaded.table, known.filter { given[$0] == nil })
  }
}

extension NumberNotation {
  /// Whether a text is a plain number that means the same in this notation but for a sign or a code that it
  /// lacks, or that is no number of this notation.
  fileprivate func leavesOpen(_ text: String) -> Bool {
    guard Double(text)?.isFinite == true else { return false }
    if decimal == .comma, text.contains(".") { return !hasThousands }
    return isPercent || currency != nil
  }
}

/// A text that is not a row.
public enum RowTextError: LocalizedError, Hashable, Sendable {
  /// A part without `=`.
  case notAPair(text: String)
  /// Text in braces that is not a JSON object of plain values.
  case notAnObject
  /// A column that is given twice.
  case repeated(name: String)
  /// A value of a numeric column that is no finite number.
  case notANumber(name: String, text: String)

  /// What is wrong, in one sentence.
  public var errorDescription: String? {
    switch self {
    case .notAPair(let text): "'\(excerpt(text))' is not a row number and not name=value"
    case .notAnObject: "the row is not a JSON object of numbers and strings"
    case .repeated(let name): "the row has '\(excerpt(name))' twice"
    case .notANumber(let name, let text):
      "\(excerpt(name))=\(excerpt(text)): \(excerpt(name)) is a number"
    }
  }

  /// What to do.
  public var recoverySuggestion: String? {
    switch self {
    case .notANumber: "give a finite number, or omit the column if the value is missing"
    case .notAPair, .notAnObject, .repeated:
      "give a row number, name=value,name=value, or {\"name\": value}"
    }
  }
}
