import CGraphviz
import Foundation

/// Changes of a layout of columns: the order of nodes in their columns, and the places of edge labels.
public struct Placement: Hashable, Sendable {
  /// The node ids of each column, from left to right. The last column keeps this order from top to
  /// bottom; each other one is ordered by the mean height of the nodes that its edges lead to.
  public var columns: [[String]]
  /// The edges as pairs of node ids.
  public var edges: [[String]]
  /// Whether labels at the start of edges are moved along them until they do not overlap; one without
  /// such a place is left out.
  public var placesLabels: Bool

  /// Creates changes of a layout; `columns` is empty where the order of nodes stays.
  public init(columns: [[String]], edges: [[String]], placesLabels: Bool) {
    self.columns = columns
    self.edges = edges
    self.placesLabels = placesLabels
  }

  var isEmpty: Bool { columns.isEmpty && !placesLabels }

  private struct Box {
    var x, y, height: Double
    var top: Double { y + height / 2 }
    var bottom: Double { y - height / 2 }
  }

  // MARK: - Order

  /// Moves the nodes of a graph with positions into the order of their columns, each column within the
  /// height that it has.
  func restack(_ graph: UnsafeMutablePointer<Agraph_t>) {
    var boxes: [String: Box] = [:]
    Self.forEachNode(of: graph) { node, name in
      let place = Self.numbers(Self.attribute("pos", of: node))
      guard place.count == 2, let height = Self.numbers(Self.attribute("height", of: node)).first
      else { return }
      boxes[name] = Box(x: place[0], y: place[1], height: 72 * height)
    }
    for (number, column) in columns.enumerated().reversed() {
      var ids = column.filter { boxes[$0] != nil }
      if number < columns.count - 1 {
        let means = Dictionary(
          ids.map { id in
            let ends = edges.filter { $0[0] == id }.compactMap { boxes[$0[1]]?.y }
            return (id, ends.isEmpty ? boxes[id]?.y ?? 0 : ends.reduce(0, +) / Double(ends.count))
          }, uniquingKeysWith: { first, _ in first })
        // Equal means keep the given order.
        ids = ids.enumerated().sorted {
          let (first, second) = (means[$0.element] ?? 0, means[$1.element] ?? 0)
          return first != second ? first > second : $0.offset < $1.offset
        }.map(\.element)
      }
      let own = ids.compactMap { boxes[$0] }
      guard let top = own.map(\.top).max(), let bottom = own.map(\.bottom).min(), own.count > 1
      else { continue }
      let gap = (top - bottom - own.reduce(0) { $0 + $1.height }) / Double(own.count - 1)
      var next = top
      for id in ids {
        guard let box = boxes[id] else { continue }
        boxes[id]?.y = next - box.height / 2
        next -= box.height + gap
      }
    }
    Self.forEachNode(of: graph) { node, name in
      guard let box = boxes[name] else { return }
      Self.set("pos", Self.text(box.x) + "," + Self.text(box.y), of: node)
    }
    // Edges are routed again, with their labels.
    Self.forEachEdge(of: graph) { edge in
      for name in ["pos", "tail_lp"] { Self.set(name, "", of: edge) }
    }
  }

  // MARK: - Labels

  private struct Label {
    var x, y, width, height: Double

    func overlaps(_ other: Label) -> Bool {
      abs(x - other.x) < (width + other.width) / 2 && abs(y - other.y) < (height + other.height) / 2
    }
  }

  /// The size of a label, in points.
  private static let (labelHeight, characterWidth, labelPadding) = (13.0, 5.2, 6.0)
  /// Where along an edge a label may be, the best place first.
  private static let places = [0.3, 0.38, 0.46, 0.54, 0.62, 0.7, 0.24, 0.78, 0.18]

  /// Moves the labels of a graph with routed, straight edges.
  func placeLabels(_ graph: UnsafeMutablePointer<Agraph_t>) {
    var placed: [Label] = []
    Self.forEachEdge(of: graph) { edge in
      let words = Self.attribute("taillabel", of: edge)
      guard let text = Self.labelText(words), !text.isEmpty else { return }
      let points = Self.points(Self.attribute("pos", of: edge))
      guard let start = points.first, let end = points.last else { return }
      let width = Self.characterWidth * Double(text.count) + Self.labelPadding
      let length = ((end.x - start.x) * (end.x - start.x) + (end.y - start.y) * (end.y - start.y))
        .squareRoot()
      let found = Self.places.lazy.map { share in
        (
          share,
          Label(
            x: start.x + share * (end.x - start.x), y: start.y + share * (end.y - start.y),
            width: width, height: Self.labelHeight)
        )
      }.first { candidate in !placed.contains { $0.overlaps(candidate.1) } }
      Self.set("tail_lp", "", of: edge)
      guard let (share, label) = found else {
        Self.set("taillabel", "", of: edge)
        return
      }
      placed.append(label)
      // A distance of 1 is 10 points.
      Self.set("labeldistance", Self.text(share * length / 10), of: edge)
    }
  }

  /// The text in the cell of a label; `nil` without a label.
  private static func labelText(_ markup: String) -> String? {
    guard !markup.isEmpty else { return nil }
    var (text, depth) = ("", 0)
    for character in markup {
      switch character {
      case "<": depth += 1
      case ">": depth -= 1
      default: if depth == 0 { text.append(character) }
      }
    }
    return text
  }

  /// The points of a path, from its start to its end: `e,x,y` and `s,x,y` are the ends of arrows.
  private static func points(_ path: String) -> [(x: Double, y: Double)] {
    var points: [(x: Double, y: Double)] = []
    var (start, end): ((x: Double, y: Double)?, (x: Double, y: Double)?)
    for part in path.split(separator: " ") {
      let point = numbers(part.drop { $0 == "e" || $0 == "s" || $0 == "," })
      guard point.count == 2 else { return [] }
      if part.hasPrefix("e") {
        end = (point[0], point[1])
      } else if part.hasPrefix("s") {
        start = (point[0], point[1])
      } else {
        points.append((point[0], point[1]))
      }
    }
    return (start.map { [$0] } ?? []) + points + (end.map { [$0] } ?? [])
  }

  // MARK: - Attributes

  private static func numbers(_ text: some StringProtocol) -> [Double] {
    text.split(separator: ",").compactMap { Double($0) }
  }

  private static func text(_ number: Double) -> String {
    // Positions have at most two decimal places.
    "\((number * 100).rounded() / 100)"
  }

  private static func attribute(_ name: String, of object: UnsafeMutableRawPointer) -> String {
    gvx_get(object, name).map { String(cString: $0) } ?? ""
  }

  private static func set(_ name: String, _ value: String, of object: UnsafeMutableRawPointer) {
    gvx_set(object, name, value)
  }

  private static func forEachNode(
    of graph: UnsafeMutablePointer<Agraph_t>,
    _ body: (UnsafeMutableRawPointer, String) -> Void
  ) {
    var next = agfstnode(graph)
    while let node = next {
      body(node, agnameof(node).map { String(cString: $0) } ?? "")
      next = agnxtnode(graph, node)
    }
  }

  private static func forEachEdge(
    of graph: UnsafeMutablePointer<Agraph_t>, _ body: (UnsafeMutableRawPointer) -> Void
  ) {
    var next = agfstnode(graph)
    while let node = next {
      var following = agfstout(graph, node)
      while let edge = following {
        body(edge)
        following = agnxtout(graph, edge)
      }
      next = agnxtnode(graph, node)
    }
  }
}
