import Foundation

/// A table of aligned columns for the console.
struct ConsoleTable {
  /// The rows, the header first.
  var rows: [[String]]
  /// The columns that are aligned to the right.
  var isRight: (Int) -> Bool = { $0 > 0 }

  /// The lines, each indented by two blanks.
  var lines: [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let pad = String(repeating: " ", count: widths[column] - cell.count)
        return isRight(column) ? pad + cell : cell + pad
      }
      let line = "  " + cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
