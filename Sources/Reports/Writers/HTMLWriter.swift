import Explanations
import Foundation
import Mustache
import Naming
import Templates

/// A self-contained HTML file with text, tables and figures, for screen and print.
public struct HTMLWriter: ReportWriter {
  /// The name in commands, settings and files.
  public static let name = "html"
  /// The description in one line.
  public static let summary = "one self-contained page with sortable tables and inline figures"
  /// The publication.
  public static let source = Citation(
    authors: "WHATWG", title: "HTML Living Standard", year: 2024, venue: "html.spec.whatwg.org")
  /// The extension of the files, without a dot.
  public static let fileExtension = "html"

  /// A folder with templates that override the built-in ones.
  public var templates: URL?

  /// Creates a writer, by default with the built-in templates.
  public init(templates: URL? = nil) { self.templates = templates }

  /// The document as the text of a file.
  public func write(_ document: Document) throws -> String {
    let files = Templates(folder: templates)
    let template: MustacheTemplate
    let page = try files.text(of: .page)
    guard page.contains("{{{body}}}") else {
      throw ReportError.template(
        file: Templates.File.page.rawValue, words: "it has no {{{body}}}, the place of the report")
    }
    do {
      template = try MustacheTemplate(string: page)
    } catch {
      throw ReportError.template(file: Templates.File.page.rawValue, words: "\(error)")
    }
    let contents = contents(of: document)
    let scripts: [Templates.File] = document.data == nil ? [.script] : Templates.File.scripts
    let blocks = document.blocks.filter { block in
      if case .built = block { document.data != nil } else { true }
    }
    return template.render([
      "title": visible(document.title.plain), "heading": HTML.phrase(document.title),
      "kind": document.kind, "origin": document.origin,
      "source": document.source.map { " from \($0)" } ?? "",
      "style": try files.text(of: .style),
      "printTitle": CSS.escape(visible(document.title.plain)),
      "script": try scripts.map { try script($0, in: files) }.joined(),
      "hasData": document.data != nil, "data": document.data ?? "",
      "hasContents": !contents.isEmpty, "contents": contents,
      "body": blocks.map { HTML.block($0, images: document.images) }.joined(),
    ])
  }

  /// The text of a script; of a built-in one without indentation and lines of comment.
  private func script(_ file: Templates.File, in files: Templates) throws -> String {
    let text = try files.text(of: file)
    guard files.isBuiltIn(file) else { return text }
    let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }
    return lines.filter { !$0.hasPrefix("//") }.joined(separator: "\n") + "\n"
  }

  private func contents(of document: Document) -> [[String: String]] {
    document.blocks.compactMap { block in
      guard case .heading(let words, 2, let id) = block else { return nil }
      return ["id": id, "title": words.plain]
    }
  }
}

/// The HTML markup of blocks.
enum HTML {
  /// The largest number of characters of the full name in a `title` attribute.
  private static let longestTitle = 2000

  static func escape(_ text: String) -> String {
    var all = ""
    all.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": all += "&amp;"
      case "<": all += "&lt;"
      case ">": all += "&gt;"
      case "\"": all += "&quot;"
      case "'": all += "&#39;"
      default: all.unicodeScalars.append(scalar)
      }
    }
    return all
  }

  static func phrase(_ phrase: Phrase) -> String {
    phrase.runs.map { run in
      switch run {
      case .words(let text): unbroken(text)
      case .strong(let text): "<strong>\(unbroken(text))</strong>"
      case .small(let text): "<span class=\"small\">\(escape(text))</span>"
      case .name(let name): outside(name, limit: longestShownName)
      case .quote(let line): outside(line, limit: longestShownLine)
      case .passage(let text): outside(text, limit: .max)
      }
    }.joined()
  }

  /// The report's own words, with a no-break space before `%`.
  private static func unbroken(_ text: String) -> String {
    escape(text).replacingOccurrences(of: " %", with: "\u{A0}%")
  }

  /// External text: isolated (`bdi`) and shortened, with the full text as `title`.
  private static func outside(_ text: String, limit: Int) -> String {
    if text.allSatisfy(\.isWhitespace) { return "<bdi>\(escape(shown(text)))</bdi>" }
    let full = visible(text)
    let cut = shortened(full, limit: limit)
    guard cut != full else { return "<bdi>\(escape(full))</bdi>" }
    return "<bdi title=\"\(escape(shortened(full, limit: longestTitle)))\">\(escape(cut))</bdi>"
  }

  static func block(_ block: Block, images: [String: String]) -> String {
    switch block {
    case .heading(let words, let level, let id):
      "<h\(level) id=\"\(escape(id))\">\(phrase(words))</h\(level)>\n"
    case .paragraph(let words): "<p>\(phrase(words))</p>\n"
    case .lead(let words): "<p class=\"lead\">\(phrase(words))</p>\n"
    case .note(let words): "<p class=\"callout\"><strong>Note.</strong> \(phrase(words))</p>\n"
    case .warning(let words):
      "<p class=\"callout warning\"><strong class=\"kind\">Warning.</strong> \(phrase(words))</p>\n"
    case .facts(let facts): "<dl class=\"facts\">\n\(facts.map(fact).joined())</dl>\n"
    case .list(let items):
      "<ul>\n\(items.map { "<li>\(phrase($0))</li>\n" }.joined())</ul>\n"
    case .code(let text, let language):
      "<pre class=\"scroll\"><code class=\"language-\(escape(language))\">"
        + "\(lines(of: text).map(escape).joined(separator: "\n"))</code></pre>\n"
    case .table(let all): table(all)
    case .figure(let figure): self.figure(figure, image: images[figure.id])
    case .built(let id): "<section id=\"\(escape(id))\" hidden=\"\"></section>\n"
    }
  }

  private static func fact(_ fact: Fact) -> String {
    "<div><dt>\(escape(fact.label))</dt><dd class=\"value\">\(unbroken(fact.value))</dd>"
      + "<dd class=\"note\">\(unbroken(fact.note))</dd></div>\n"
  }

  private static func table(_ table: DataTable) -> String {
    let id = escape(table.id)
    let head = table.columns.map { column in
      "<th scope=\"col\"\(column.isNumber ? " class=\"num\"" : "")>\(escape(column.title))</th>"
    }
    let rows = table.rows.map { row in
      let cells = zip(row, table.columns).enumerated().map { index, pair in
        cell(pair.0, isNumber: pair.1.isNumber, isFirst: index == 0)
      }
      return "<tr>\(cells.joined())</tr>\n"
    }
    return """
      <div class="scroll" role="region" aria-labelledby="\(id)-caption" tabindex="0">
      <table id="\(id)"><caption id="\(id)-caption">\(phrase(table.caption))</caption>
      <thead><tr>\(head.joined())</tr></thead>
      <tbody>
      \(rows.joined())</tbody></table></div>

      """
  }

  private static func cell(_ cell: DataTable.Cell, isNumber: Bool, isFirst: Bool) -> String {
    var attributes = isFirst ? " scope=\"row\"" : ""
    if isNumber { attributes += " class=\"num\"" }
    if let key = cell.key, key.isFinite {
      attributes += " data-key=\"\(significant(key, digits: 7, plainMinus: true))\""
    }
    var content = ""
    if let share = cell.share, share.total > 0 {
      let width = significant(100 * share.value, digits: 4)
      content += "<span class=\"bar\" style=\"--share:\(width)%\" aria-hidden=\"true\"></span>"
    }
    if let image = cell.image, let data = Data(base64Encoded: image) {
      content +=
        "<img alt=\"attribution map\" src=\"data:image/png;base64,\(data.base64EncodedString())\"/>"
    }
    content += phrase(cell.phrase)
    let tag = isFirst ? "th" : "td"
    return "<\(tag)\(attributes)>\(content)</\(tag)>"
  }

  private static func figure(_ figure: Figure, image: String?) -> String {
    let id = escape(figure.id)
    let content = image.map { InlineSVG($0, id: figure.id).text } ?? "<p>(not drawn)</p>"
    return """
      <figure id="figure-\(id)" aria-labelledby="figure-\(id)-caption">
      <div class="image">\(content)</div>
      <figcaption id="figure-\(id)-caption"><strong>\(escape(figure.title)).</strong> \
      \(phrase(figure.caption))</figcaption>
      </figure>

      """
  }
}

/// Texts in a style sheet.
private enum CSS {
  /// The inside of a string: letters, digits and blanks as they are, all other characters by number.
  static func escape(_ text: String) -> String {
    var all = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", " ": all.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16)
        all += "\\" + String(repeating: "0", count: 6 - digits.count) + digits + " "
      }
    }
    return all
  }
}
