import Foundation

/// A diagram in the DOT language, with escaping and style.
///
/// Positive edges are blue and solid, negative edges orange and dashed: distinguishable with colour
/// blindness and in greyscale.
struct DOTWriter {
  private static let font = "DejaVu Sans"
  /// Longer strings than Graphviz takes (16,384 characters) cannot come about below this.
  private static let longestLabel = 44
  private static let sheetWidth = 6

  let text: String
  /// The PNG files by the names used in the DOT text.
  let images: [String: Data]

  init(_ diagram: Diagram) {
    var images: [String: Data] = [:]
    var names: [String: String] = [:]
    for (number, node) in diagram.columns.flatMap(\.nodes).enumerated() {
      guard let data = node.image.flatMap({ Data(base64Encoded: $0) }) else { continue }
      names[node.id] = "picture-\(number).png"
      images["picture-\(number).png"] = data
    }
    self.images = images
    text = Writing(names: names).text(of: diagram)
  }

  /// A text escaped for an HTML label: no markup, entity or escape sequence is interpreted.
  ///
  /// `keepsEnd`: a longer text is shortened in the middle, as names are, and not at its end, as lists.
  static func escape(
    _ text: String, limit: Int = longestLabel, keepsEnd: Bool = true
  ) -> String {
    var all = ""
    let whole = visible(text)
    for scalar in shortened(whole, limit: limit, keepsEnd: keepsEnd).unicodeScalars {
      switch scalar {
      case "&": all += "&amp;"
      case "<": all += "&lt;"
      case ">": all += "&gt;"
      case "\"": all += "&quot;"
      // Even in markup a backslash starts an escape, such as the name of the node.
      case "\\": all += "&#92;&#92;"
      default: all.unicodeScalars.append(scalar)
      }
    }
    return all.allSatisfy { $0 == " " } ? "(empty)" : all
  }

  private struct Writing {
    let names: [String: String]

    /// The side of the image of a feature in points: 72 are 96 pixels of a page.
    var imageSide: Int { names.count <= 16 ? 72 : 44 }

    func text(of diagram: Diagram) -> String {
      var lines = [
        "digraph \"espalier\" {",
        diagram.layout == .blocks
          ? "  rankdir=TB; splines=spline; nodesep=0.3; ranksep=0.25;"
          : "  rankdir=LR; splines=line; \(spacing(of: diagram));",
        "  outputorder=edgesfirst; bgcolor=white; pad=0.1; fontname=\"\(font)\"; fontsize=11;",
        "  node [fontname=\"\(font)\", fontsize=10, shape=box, style=\"rounded,filled\", "
          + "fillcolor=white, color=\"#555555\", penwidth=0.8, margin=\"0.12,0.06\", height=0.28];",
        "  edge [fontname=\"\(font)\", fontsize=8, arrowsize=0.5];",
      ]
      if diagram.layout == .sheet {
        lines.append("  sheet [shape=plain, style=\"\", label=<\(sheet(diagram))>];")
      } else if diagram.layout == .blocks {
        lines += blocks(of: diagram)
      } else {
        for (number, column) in diagram.columns.enumerated() {
          lines.append("  subgraph cluster_\(number) {")
          lines.append(
            "    label=<\(title(of: column))>; color=\"#CCCCCC\"; style=rounded;"
              + " penwidth=0.8;")
          lines += column.nodes.map { "    " + node($0, isCrowded: isCrowded(column, diagram)) }
          lines.append("  }")
        }
        var counts: [String: Int] = [:]
        for edge in diagram.edges {
          counts[edge.from, default: 0] += 1
          lines.append("  " + self.edge(edge, number: counts[edge.from] ?? 0))
        }
        lines += anchors(of: diagram)
      }
      return lines.joined(separator: "\n") + "\n}\n"
    }

    /// Blocks from top to bottom, repeated ones in a frame.
    private func blocks(of diagram: Diagram) -> [String] {
      var lines: [String] = []
      for (number, column) in diagram.columns.enumerated() {
        let nodes = column.nodes.map { "    " + node($0, isCrowded: false) }
        if column.title.isEmpty {
          lines += nodes
        } else {
          lines.append("  subgraph cluster_\(number) {")
          lines.append(
            "    label=<\(title(of: column))>; labeljust=r; color=\"#999999\"; style=rounded;")
          lines += nodes + ["  }"]
        }
      }
      for edge in diagram.edges {
        let (from, to) = (quoted(edge.from), quoted(edge.to))
        lines.append(
          edge.sign < 0
            ? "  \(from) -> \(to) [color=\"#777777\", style=dashed, constraint=false];"
            : "  \(from) -> \(to) [color=\"#555555\"];")
      }
      return lines
    }

    private func title(of column: Diagram.Column) -> String {
      let below = column.subtitle.map {
        "<BR/><FONT POINT-SIZE=\"9\">\(escape($0, limit: 90, keepsEnd: false))</FONT>"
      }
      return escape(column.title, limit: 90) + (below ?? "")
    }

    private func spacing(of diagram: Diagram) -> String {
      let longest = diagram.columns.map(\.nodes.count).max() ?? 0
      let nodes = longest <= 6 ? "0.45" : longest <= 12 ? "0.25" : "0.1"
      let ranks = diagram.edges.count <= 40 ? "1.7" : diagram.edges.count <= 80 ? "2.4" : "3.2"
      return "nodesep=\(nodes); ranksep=\(ranks)"
    }

    /// Whether the nodes of a column need spacing because another column is much taller.
    private func isCrowded(_ column: Diagram.Column, _ diagram: Diagram) -> Bool {
      let longest = diagram.columns.map(\.nodes.count).max() ?? 0
      return longest > 12 && column.nodes.count <= 12
    }

    /// Invisible edges that keep every node in its column.
    private func anchors(of diagram: Diagram) -> [String] {
      var lines: [String] = []
      let starts = Set(diagram.edges.map(\.from))
      let ends = Set(diagram.edges.map(\.to))
      for (left, right) in zip(diagram.columns, diagram.columns.dropFirst()) {
        guard let first = left.nodes.first, let other = right.nodes.first else { continue }
        for node in left.nodes where !starts.contains(node.id) {
          lines.append("  \(quoted(node.id)) -> \(quoted(other.id)) [style=invis, weight=0];")
        }
        for node in right.nodes where !ends.contains(node.id) {
          lines.append("  \(quoted(first.id)) -> \(quoted(node.id)) [style=invis, weight=0];")
        }
      }
      return lines
    }

    private func node(_ node: Diagram.Node, isCrowded: Bool) -> String {
      switch node.role {
      case .rule:
        return "\(quoted(node.id)) [shape=plain, style=\"\", label=<\(rule(node))>];"
      case .input where !node.parts.isEmpty:
        return "\(quoted(node.id)) [shape=plain, style=\"\", label=<\(parts(node))>];"
      case .hidden:
        return "\(quoted(node.id)) [shape=plain, style=\"\", label=<\(box(node))>];"
      case .output:
        return
          "\(quoted(node.id)) [fillcolor=\"#EEF3F7\"\(isCrowded ? ", height=0.7" : ""), label=<\(stack(node))>];"
      case .pruned:
        return "\(quoted(node.id)) [style=\"rounded,dashed\", color=\"#999999\", "
          + "fontcolor=\"#777777\", label=<\(stack(node))>];"
      case .input:
        return "\(quoted(node.id)) [label=<\(stack(node))>];"
      }
    }

    private func stack(_ node: Diagram.Node) -> String {
      let title = escape(node.title)
      guard !node.lines.isEmpty else { return title }
      let lines = node.lines.map { escape($0, limit: 60, keepsEnd: false) }.joined(
        separator: "<BR/>")
      return title + "<BR/><FONT POINT-SIZE=\"8.5\">\(lines)</FONT>"
    }

    /// A rule: its class, one line per condition, coverage and confidence.
    private func rule(_ node: Diagram.Node) -> String {
      let conditions = node.parts.map { part in
        "<TR><TD PORT=\(quoted(part.id)) ALIGN=\"LEFT\"><FONT POINT-SIZE=\"9\">"
          + "\(escape(part.title, limit: 60))</FONT></TD></TR>"
      }
      let foot = node.lines.map { line in
        "<TR><TD ALIGN=\"LEFT\"><FONT POINT-SIZE=\"8\" COLOR=\"#666666\">"
          + "\(escape(line, limit: 60, keepsEnd: false))</FONT></TD></TR>"
      }
      return "<TABLE BORDER=\"1\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"3\" "
        + "COLOR=\"#888888\" BGCOLOR=\"#F8F8F4\" STYLE=\"ROUNDED\"><TR><TD ALIGN=\"LEFT\">"
        + "\(bold(node.title))</TD></TR>\(conditions.joined())\(foot.joined())</TABLE>"
    }

    private func parts(_ node: Diagram.Node) -> String {
      let rows = node.parts.map { part in
        "<TR><TD PORT=\(quoted(part.id)) ALIGN=\"LEFT\"><FONT POINT-SIZE=\"9\">"
          + "\(escape(part.title))</FONT></TD></TR>"
      }
      return "<TABLE BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" CELLPADDING=\"3\" "
        + "COLOR=\"#999999\"><TR><TD BGCOLOR=\"#F2F2F2\">\(bold(node.title))</TD></TR>"
        + rows.joined() + "</TABLE>"
    }

    private func box(_ node: Diagram.Node) -> String {
      let lines = node.lines.map { escape($0, limit: 60, keepsEnd: false) }.joined(
        separator: "<BR ALIGN=\"LEFT\"/>")
      let words =
        lines.isEmpty
        ? ""
        : "<TR><TD ALIGN=\"LEFT\" BALIGN=\"LEFT\"><FONT POINT-SIZE=\"8.5\">\(lines)</FONT></TD></TR>"
      let head = "<TD ALIGN=\"LEFT\" BGCOLOR=\"#FBF6E9\">\(bold(node.title))</TD>"
      let start =
        "<TABLE BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" CELLPADDING=\"3\" "
        + "COLOR=\"#555555\"><TR>"
      guard names[node.id] != nil else { return start + head + "</TR>\(words)</TABLE>" }
      return start + image(node, side: imageSide, span: words.isEmpty ? 1 : 2) + head
        + "</TR>\(words)</TABLE>"
    }

    private func image(_ node: Diagram.Node, side: Int, span: Int) -> String {
      "<TD ROWSPAN=\"\(span)\" FIXEDSIZE=\"TRUE\" WIDTH=\"\(side + 4)\" HEIGHT=\"\(side + 4)\">"
        + "<IMG SRC=\"\(names[node.id] ?? "")\" SCALE=\"TRUE\"/></TD>"
    }

    private func sheet(_ diagram: Diagram) -> String {
      let nodes = diagram.columns.flatMap(\.nodes)
      var rows = ""
      for start in stride(from: 0, to: nodes.count, by: sheetWidth) {
        let cells = nodes[start..<min(start + sheetWidth, nodes.count)].map { node in
          let lines = node.lines.map { escape($0, limit: 26, keepsEnd: false) }.joined(
            separator: "<BR/>")
          return "<TD VALIGN=\"TOP\"><TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"1\" "
            + "CELLPADDING=\"1\"><TR><TD>\(bold(node.title))</TD></TR><TR>"
            + (names[node.id] == nil ? "<TD> </TD>" : image(node, side: 84, span: 1))
            + "</TR><TR><TD><FONT POINT-SIZE=\"8.5\">\(lines.isEmpty ? " " : lines)</FONT></TD>"
            + "</TR></TABLE></TD>"
        }
        rows += "<TR>\(cells.joined())</TR>"
      }
      return "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"8\">\(rows)</TABLE>"
    }

    /// An edge; `number` counts the edges of the same start and staggers their labels.
    private func edge(_ edge: Diagram.Edge, number: Int) -> String {
      var attributes: [String] = []
      switch edge.sign {
      case 1...: attributes.append("color=\"#0072B2\", fontcolor=\"#005A8E\"")
      case ..<0: attributes.append("color=\"#D55E00\", fontcolor=\"#A84A00\", style=dashed")
      default: attributes.append("color=\"#777777\"")
      }
      let width = 0.4 + 3.1 * min(max(edge.strength, 0), 1)
      attributes.append("penwidth=\(significant(width))")
      if let label = edge.label {
        attributes.append(
          "labelangle=0, labeldistance=\(significant(3 + 2.2 * Double(number % 3), digits: 2)), "
            + "taillabel=<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" "
            + "CELLPADDING=\"1\" BGCOLOR=\"white\"><TR><TD>\(escape(label))</TD></TR></TABLE>>")
      }
      if edge.isNegated { attributes.append("arrowhead=odot, arrowsize=0.8") }
      let part = edge.toPart.map { ":\(quoted($0))" } ?? ""
      let from = quoted(edge.from) + (edge.part.map { ":\(quoted($0)):e" } ?? ":e")
      return "\(from) -> \(quoted(edge.to))\(part):w [\(attributes.joined(separator: ", "))];"
    }

    private func bold(_ text: String) -> String { "<B>\(escape(text))</B>" }

    /// Node names consist of letters, digits and hyphens.
    private func quoted(_ id: String) -> String { "\"\(id)\"" }
  }
}
