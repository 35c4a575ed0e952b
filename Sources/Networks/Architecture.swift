import Naming
import Tensors

/// A layer with a name of its own in a network.
public struct Node: Sendable, Identifiable {
  public struct ID: RawRepresentable, Hashable, Codable, Comparable, Sendable,
    CodingKeyRepresentable, CustomStringConvertible
  {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(_ name: String) { rawValue = name }
    public var description: String { rawValue }
    public static func < (first: ID, second: ID) -> Bool { first.rawValue < second.rawValue }
  }

  public let id: ID
  public var layer: any Layer

  public init(_ id: ID, _ layer: any Layer) {
    self.id = id
    self.layer = layer
  }
}

extension Node: Hashable {
  public static func == (first: Node, second: Node) -> Bool {
    first.id == second.id && AnyHashable(first.layer) == AnyHashable(second.layer)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(id)
    hasher.combine(AnyHashable(layer))
  }
}

extension Node: Codable {
  private enum Key: String, CodingKey { case id, layer }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    id = try container.decode(ID.self, forKey: .id)
    layer = try layerCatalog.decode(from: container.superDecoder(forKey: .layer))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(id, forKey: .id)
    try layerCatalog.encode(layer, to: container.superEncoder(forKey: .layer))
  }
}

/// What a network computes: its layers in order, each reading the one before.
public struct Architecture: Hashable, Codable, Sendable {
  /// The shape of one row's input.
  public var input: Shape
  public var nodes: [Node]

  public init(input: Shape, nodes: [Node]) {
    self.input = input
    self.nodes = nodes
  }

  /// Layers in order, named by kind and number: `dense-1`, `activation-1`, `dense-2`, …
  public init(input: Shape, @SequenceBuilder _ layers: () -> [any Layer]) {
    self.input = input
    var counts: [String: Int] = [:]
    nodes = layers().map { layer in
      let name = type(of: layer).name
      counts[name, default: 0] += 1
      return Node(Node.ID("\(name)-\(counts[name] ?? 0)"), layer)
    }
  }

  /// The shape of one row after each node.
  /// - Throws: `NetworkError.shapeMismatch` where two neighbours do not fit.
  public func shapes() throws(NetworkError) -> [Shape] {
    var shapes: [Shape] = []
    for node in nodes {
      shapes.append(try node.layer.outputShape(for: shapes.last ?? input))
    }
    return shapes
  }

  /// The position of a node.
  public func index(of id: Node.ID) -> Int? { nodes.firstIndex { $0.id == id } }

  /// The activations that are not the last layer: where hidden features may be read.
  public var hiddenNodes: [Node.ID] {
    nodes.dropLast().filter { $0.layer is Activation }.map(\.id)
  }

  /// The layers in a reader's words: `dense 64`, `relu`, ….
  public var summary: [String] {
    nodes.map { node in
      switch node.layer {
      case let dense as Dense: "dense \(dense.units)"
      case let activation as Activation: activation.function.rawValue
      default: type(of: node.layer).name
      }
    }
  }
}

/// Lets layers be written one below the other.
@resultBuilder
public enum SequenceBuilder {
  public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
  public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
  public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
  public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
  public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
  public static func buildEither(first: [any Layer]) -> [any Layer] { first }
  public static func buildEither(second: [any Layer]) -> [any Layer] { second }
}
