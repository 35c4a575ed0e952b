import Foundation

/// Notes on rows and texts that belong to the layout of a file.
extension Table {
  /// First words of a row of totals, in lower case.
  private static let totals: Set<String> = [
    "total", "totals", "grand total", "subtotal", "sum", "overall", "average", "mean", "summe",
    "gesamt", "insgesamt", "gesamtsumme", "mittelwert", "durchschnitt", "totale", "somme",
    "moyenne",
    "total général", "suma", "media", "totaal",
  ]

  /// Notes on rows of totals: one row with such a word as the level of a column.
  var totalNotes: [String] {
    var notes: [String] = []
    for (feature, column) in zip(schema.features, columns) {
      for (level, name) in (feature.levels ?? []).enumerated()
      where Self.totals.contains(name.lowercased().trimmingCharacters(in: [" ", ":"])) {
        let rows = (0..<count).filter { column[$0] == Double(level) }
        guard rows.count == 1 else { continue }
        notes.append(
          "'\(excerpt(feature.id.rawValue))' is '\(excerpt(name))' in one row, \(place(ofRow: rows[0])): remove "
            + "it if it is a row of totals")
      }
    }
    return Array(notes.prefix(3))
  }

  /// The marks before and after a text that other programs quote fields with.
  private static let quotes: [(start: String, end: String)] = [
    ("'", "'"), ("`", "`"), ("=\"", "\""), ("\u{201C}", "\u{201D}"), ("\u{201E}", "\u{201C}"),
    ("\u{2018}", "\u{2019}"), ("\u{AB}", "\u{BB}"),
  ]

  /// A note on columns whose texts all stand in other quotation marks than `"`; an empty list without any.
  var quoteNotes: [String] {
    var named: [String] = []
    var example = ""
    var classes: [String] = []
    if case .classes(let names) = schema.target.kind { classes = names }
    let texts =
      zip(schema.features.map(\.id.rawValue), schema.features.map { $0.levels ?? [] })
      + [(schema.target.name, classes)]
    for (name, levels) in texts where levels.count > 1 {
      let isQuoted = Self.quotes.contains { start, end in
        levels.allSatisfy {
          $0.count > start.count + end.count && $0.hasPrefix(start) && $0.hasSuffix(end)
        }
      }
      if isQuoted {
        named.append(name)
        if example.isEmpty { example = levels[0] }
      }
    }
    guard !named.isEmpty else { return [] }
    return [
      "all texts of \(ReadingNotes.names(named)) stand in quotation marks, such as \(excerpt(example)), which are "
        + "read as a part of the text: write \" around fields, or none"
    ]
  }
}
