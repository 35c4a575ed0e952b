import Drawing
import Explanations
import Foundation

/// A diagram of nodes and edges with roles; `DOTWriter` sets colours and shapes.
public struct Diagram: Hashable, Sendable {
  /// What a node stands for.
  public enum Role: String, Hashable, Sendable {
    /// An input, a hidden feature, a class, a rule, or a pruned neuron.
    case input, hidden, output, rule, pruned
  }

  /// A node.
  public struct Node: Hashable, Sendable, Identifiable {
    /// A line of a node that edges can start or end at.
    public struct Part: Hashable, Sendable, Identifiable {
      /// The identifier in DOT, unique within its owner.
      public var id: String
      /// The text of the line.
      public var title: String
    }

    /// The identifier in DOT, unique within its owner.
    public var id: String
    /// What the node stands for.
    public var role: Role
    /// The first line of the node.
    public var title: String
    /// Lines in small type below the title.
    public var lines: [String]
    /// Lines at which edges can start or end.
    public var parts: [Part]
    /// A PNG in base64.
    public var image: String?

    /// Creates a node, by default with its title only.
    public init(
      _ id: String, _ role: Role, _ title: String, lines: [String] = [], parts: [Part] = [],
      image: String? = nil
    ) {
      self.id = id
      self.role = role
      self.title = title
      self.lines = lines
      self.parts = parts
      self.image = image
    }
  }

  /// An edge.
  public struct Edge: Hashable, Sendable {
    /// The id of the node at which the edge starts.
    public var from: String
    /// The part of the node at which the edge starts.
    public var part: String?
    /// The id of the node at which the edge ends.
    public var to: String
    /// The part of the node at which the edge ends.
    public var toPart: String?
    /// 1 for positive, -1 for negative, 0 for an edge without sign.
    public var sign: Int
    /// The line width, 0...1.
    public var strength: Double
    /// The text at the edge; `nil` if it has none.
    public var label: String?
    /// Whether the edge ends in a hollow dot: a condition with an upper bound only.
    public var isNegated: Bool

    /// Creates an edge, by default without sign and label.
    public init(
      _ from: String, part: String? = nil, to: String, toPart: String? = nil, sign: Int = 0,
      strength: Double = 0.2, label: String? = nil, isNegated: Bool = false
    ) {
      self.from = from
      self.part = part
      self.to = to
      self.toPart = toPart
      self.sign = sign
      self.strength = strength
      self.label = label
      self.isNegated = isNegated
    }
  }

  /// Nodes stacked in one frame.
  public struct Column: Hashable, Sendable {
    /// The text above the nodes.
    public var title: String
    /// Small type below the title.
    public var subtitle: String?
    /// The nodes, from top to bottom.
    public var nodes: [Node]
    /// Creates a column, by default without a subtitle.
    public init(_ title: String, subtitle: String? = nil, _ nodes: [Node]) {
      self.title = title
      self.subtitle = subtitle
      self.nodes = nodes
    }
  }

  /// The title of the image file.
  public var title: String
  /// The description of the diagram and of what it omits.
  public var caption: Phrase
  /// The columns with nodes, from left to right.
  public var columns: [Column]
  /// The edges.
  public var edges: [Edge]
  /// How the nodes are laid out.
  public var layout: Layout

  /// A layout of nodes.
  public enum Layout: Hashable, Sendable {
    /// Columns from left to right.
    case columns
    /// A grid of images, without edges.
    case sheet
    /// Blocks from top to bottom; a column with a title is a frame around its blocks.
    case blocks
  }

  /// Creates a diagram; columns without nodes are omitted.
  public init(
    title: String, caption: Phrase, columns: [Column], edges: [Edge], layout: Layout = .columns
  ) {
    self.title = title
    self.caption = caption
    self.columns = columns.filter { !$0.nodes.isEmpty }
    self.edges = edges
    self.layout = layout
  }

  /// Rules stand in the order in which they are read, outputs in that of the classes, and labels apart.
  private var placement: Placement {
    let isOrdered: Bool =
      switch columns.last?.nodes.first?.role {
      case .rule?, .output?: layout == .columns
      case .input?, .hidden?, .pruned?, nil: false
      }
    return Placement(
      columns: isOrdered ? columns.map { $0.nodes.map(\.id) } : [],
      edges: edges.map { [$0.from, $0.to] },
      placesLabels: layout == .columns && edges.contains { $0.label != nil })
  }

  /// The diagram as a file.
  /// - Throws: `DrawingError` if Graphviz fails.
  public func drawn(as format: DrawingFormat) throws(DrawingError) -> Data {
    if format == .dot { return Data(DOTWriter(self).text.utf8) }
    let writer = DOTWriter(self)
    return try Graphviz.render(
      writer.text, as: format, images: writer.images, placement: placement, title: title,
      description: caption.plain)
  }
}

// MARK: - Limits of readability

extension Diagram {
  /// The largest number of edges that have labels.
  static let labelledEdges = 30
  /// The largest number of signed edges that are all drawn.
  static let followedEdges = 150
  /// The number of signed edges drawn if there are more than `followedEdges`.
  static let drawnEdges = 100
  /// The approximate number of edges from inputs to hidden features, at least four per feature.
  static let drivingEdges = 40

  /// The largest attributions of each feature, and a sentence on those omitted.
  ///
  /// `most`: the number per feature; by default at least 4, and `drivingEdges` in all.
  static func strongest(
    _ features: [FeatureSummary], most: Int? = nil
  ) -> (features: [FeatureSummary], left: Phrase) {
    let most = most ?? max(4, drivingEdges / max(features.count, 1))
    var left = 0
    var lost = 0.0
    var all = 0.0
    let kept = features.map { feature in
      var copy = feature
      let order = feature.drivers.indices.sorted { first, second in
        let (a, b) = (feature.drivers[first].strength, feature.drivers[second].strength)
        return a != b ? a > b : first < second
      }
      for index in order { all += feature.drivers[index].strength }
      for index in order.dropFirst(most) {
        lost += feature.drivers[index].strength
        left += 1
      }
      copy.drivers = order.prefix(most).sorted().map { feature.drivers[$0] }
      return copy
    }
    guard left > 0 else { return (kept, "") }
    return (
      kept,
      " Of each feature the \(most) largest attributions are drawn; \(left) smaller ones "
        + "(\(percent(all > 0 ? lost / all : 0)) of the total) are omitted."
    )
  }

  /// Omits the weakest signed edges beyond `followedEdges`, with a sentence in the caption, and all
  /// labels beyond `labelledEdges`.
  mutating func thin() {
    let signed = edges.indices.filter { edges[$0].sign != 0 }
    if signed.count > Self.followedEdges {
      let ranked = signed.sorted { first, second in
        let (a, b) = (edges[first].strength, edges[second].strength)
        return a != b ? a > b : first < second
      }
      let dropped = Set(ranked[Self.drawnEdges...])
      let all = signed.reduce(0) { $0 + edges[$1].strength }
      let lost = dropped.sorted().reduce(0) { $0 + edges[$1].strength }
      edges = edges.indices.filter { !dropped.contains($0) }.map { edges[$0] }
      caption +=
        " Only the \(Self.drawnEdges) strongest lines are drawn; \(dropped.count) weaker ones "
        + "(\(percent(all > 0 ? lost / all : 0)) of the total) are omitted."
    }
    if edges.count > Self.labelledEdges {
      for index in edges.indices { edges[index].label = nil }
      caption += " The numbers of more than \(Self.labelledEdges) lines are not drawn."
    }
  }
}
