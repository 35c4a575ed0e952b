import Foundation

/// An SVG diagram as part of a page: without its prolog and without what the style of the page says, so
/// that it is smaller and has the colours of the page.
struct InlineSVG {
  let text: String

  /// `id`: the prefix of ids, the id of the figure. The names of nodes and edges stay only in the
  /// diagram of rules, where scripts connect them with the table.
  init(_ svg: String, id: String) {
    guard let start = svg.range(of: "<svg") else {
      text = ""
      return
    }
    let diagram = String(svg[start.lowerBound...])
    let isDrawn = diagram.contains("class=\"graph\"")
    text =
      (isDrawn ? Self.minified(diagram, keepsNames: id == "rules") : diagram)
      .replacingOccurrences(of: " id=\"", with: " id=\"\(id)-")
  }

  /// A diagram of Graphviz, which writes one element a line, without comments, ids of groups, the
  /// description, which is the caption of the figure, and backgrounds of the diagram and of edge labels;
  /// coordinates have one decimal place.
  private static func minified(_ diagram: String, keepsNames: Bool) -> String {
    var lines: [Substring] = []
    var (isBare, isEdge) = (false, false)
    for line in diagram.split(separator: "\n") {
      if line.hasPrefix("<!--") || line == " -->" { continue }
      if line.hasPrefix("<title>"), !keepsNames { continue }
      if line.hasPrefix("<desc>"), line.hasSuffix("</desc>") { continue }
      if line.hasPrefix("<g ") {
        isEdge = line.contains("class=\"edge\"")
        isBare = isEdge || line.contains("class=\"graph\"")
      } else if isBare, line.hasPrefix("<polygon fill=\"white\" stroke=\"transparent\"") {
        continue
      }
      if line.hasPrefix("<path ") || line.hasPrefix("<poly") {
        lines.append(isEdge ? minified(edge: shortened(line)) : shortened(line))
      } else if isEdge, line.hasPrefix("<text ") {
        lines.append(minified(edge: line))
      } else {
        lines.append(line.hasPrefix("<g id=") ? withoutID(line) : line)
      }
    }
    var all = lines.joined(separator: "\n")
    for implied in [
      " font-family=\"DejaVu Sans\"", " text-anchor=\"start\"", " stroke=\"transparent\"",
    ] {
      all = all.replacingOccurrences(of: implied, with: "")
    }
    return all.replacingOccurrences(of: "&#45;", with: "-") + "\n"
  }

  /// A shape or label of an edge without what the style of the page says about all of them.
  private static func minified(edge line: Substring) -> Substring {
    line.hasPrefix("<path fill=\"none\"")
      ? "<path" + line.dropFirst(17)
      : Substring(line.replacingOccurrences(of: " font-size=\"8.00\"", with: ""))
  }

  /// A shape whose numbers have at most one decimal place.
  private static func shortened(_ line: Substring) -> Substring {
    var all = Substring()
    var decimals: Int?
    for character in line.unicodeScalars {
      switch character {
      case ".": decimals = 0
      case "0"..."9": decimals = decimals.map { $0 + 1 }
      default: decimals = nil
      }
      if decimals ?? 0 < 2 { all.unicodeScalars.append(character) }
    }
    return all
  }

  private static func withoutID(_ line: Substring) -> Substring {
    guard let end = line.dropFirst(7).firstIndex(of: "\"") else { return line }
    return "<g" + line[line.index(after: end)...]
  }
}
