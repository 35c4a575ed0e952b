import Naming

/// The document for code hosts and editors, with images as files beside it.
public struct MarkdownWriter: ReportWriter {
  public static let name = "md"
  public static let summary =
    "Markdown with tables (CommonMark and GitHub), images as files beside it"
  public static let source = Citation(
    authors: "MacFarlane", title: "CommonMark", year: 2024, venue: "spec.commonmark.org, 0.31.2")
  public static let fileExtension = "md"

  public init() {}

  public func write(_ document: Document) throws -> String {
    var text = "# \(phrase(document.title))\n\n"
    for block in document.blocks { text += self.block(block, images: document.images) + "\n" }
    return text + "---\n\nWritten by \(escape(document.origin)) from `explanation.json`.\n"
  }

  private func block(_ block: Block, images: [String: String]) -> String {
    switch block {
    case .heading(let words, let level, _):
      String(repeating: "#", count: level) + " \(phrase(words))\n"
    case .paragraph(let words): phrase(words) + "\n"
    case .lead(let words): "> \(phrase(words))\n"
    case .note(let words): "> **Note.** \(phrase(words))\n"
    case .warning(let words): "> **Take care.** \(phrase(words))\n"
    case .facts(let facts):
      facts.map { "- \(escape($0.label)): **\(escape($0.value))** (\(escape($0.note)))\n" }.joined()
    case .list(let items): items.map { "- \(phrase($0))\n" }.joined()
    case .table(let table): self.table(table)
    case .figure(let figure):
      (images[figure.id] == nil
        ? "" : "![\(escape(figure.title))](\(figure.id).svg)\n\n")
        + "*\(escape(figure.title)).* \(phrase(figure.caption))\n"
    }
  }

  private func table(_ table: DataTable) -> String {
    let head = table.columns.map { escape($0.title) }.joined(separator: " | ")
    let rule = table.columns.map { $0.isNumber ? "--:" : "---" }.joined(separator: " | ")
    let rows = table.rows.map { row in
      let cells = row.map { $0.image == nil ? phrase($0.phrase) : "(picture)" }
      return "| \(cells.joined(separator: " | ")) |\n"
    }
    return "*\(phrase(table.caption))*\n\n| \(head) |\n| \(rule) |\n\(rows.joined())"
  }

  private func phrase(_ phrase: Phrase) -> String {
    phrase.runs.map { run in
      switch run {
      case .words(let text), .small(let text): escape(text)
      case .strong(let text): "**\(escape(text))**"
      case .name(let name): escape(shown(name))
      case .quote(let line): escape(shown(line, limit: longestShownLine))
      }
    }.joined()
  }

  private func escape(_ text: String) -> String { Self.escape(text) }

  /// A text in which nothing is read as Markdown or HTML.
  static func escape(_ text: String) -> String {
    var all = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\", "`", "*", "_", "[", "]", "<", ">", "#", "|", "~", "&", "$", "!":
        all.unicodeScalars.append("\\")
        all.unicodeScalars.append(scalar)
      default: all.unicodeScalars.append(scalar)
      }
    }
    return all
  }
}
