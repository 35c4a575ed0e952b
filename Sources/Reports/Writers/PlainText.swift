extension Document {
  /// The blocks as lines of plain text, for a terminal; without title, headings of columns and
  /// figures.
  public var plain: String { blocks.flatMap(\.plainLines).map { $0 + "\n" }.joined() }
}

extension Block {
  fileprivate var plainLines: [String] {
    switch self {
    case .heading(let words, _, _), .paragraph(let words), .lead(let words): [words.plain]
    case .note(let words): ["Note: " + words.plain]
    case .warning(let words): ["Warning: " + words.plain]
    case .facts(let facts):
      facts.map { visible("\($0.label): \($0.value) (\($0.note))") }
    case .list(let items): items.map { "- " + $0.plain }
    case .code(let text, _): lines(of: text)
    case .table(let table): table.plainLines
    case .figure, .built: []
    }
  }
}

extension DataTable {
  /// The caption, and the rows with aligned columns, one space apart.
  fileprivate var plainLines: [String] {
    let cells = rows.map { $0.map(\.phrase.plain) }
    let widths = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    return [caption.plain]
      + cells.map { row in
        row.indices.dropLast().map { column in
          row[column] + String(repeating: " ", count: widths[column] - row[column].count + 1)
        }.joined() + (row.last ?? "")
      }
  }
}
