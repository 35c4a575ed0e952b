import Naming
import Tensors

/// A layer with a name of its own in a network.
public struct Node: Sendable, Identifiable {
  /// A node's name, `dense-1`, unlike any other in its network.
  public struct ID: RawRepresentable, Hashable, Codable, Comparable, Sendable,
    CodingKeyRepresentable, CustomStringConvertible
  {
    /// The name itself.
    public let rawValue: String
    /// Any text may be a name.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The same, without a label.
    public init(_ name: String) { rawValue = name }
    /// The name as it is.
    public var description: String { rawValue }
    /// By the letters of the names.
    public static func < (first: ID, second: ID) -> Bool { first.rawValue < second.rawValue }
  }

  /// Stays the node's whatever is pruned.
  public let id: ID
  /// What it computes.
  public var layer: any Layer
  /// The nodes that it reads, in order, `ID.input` for what the network reads; the node before
  /// where `nil`.
  public var inputs: [ID]?

  /// `inputs`: the nodes that it reads; the one before where `nil`.
  public init(_ id: ID, _ layer: any Layer, reading inputs: [ID]? = nil) {
    self.id = id
    self.layer = layer
    self.inputs = inputs
  }
}

extension Node.ID {
  /// What the network itself reads.
  public static let input = Node.ID("input")
}

extension Node: Hashable {
  /// Whether name, layer and the nodes read are the same.
  public static func == (first: Node, second: Node) -> Bool {
    first.id == second.id && first.inputs == second.inputs
      && AnyHashable(first.layer) == AnyHashable(second.layer)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(id)
    hasher.combine(AnyHashable(layer))
  }
}

extension Node: Codable {
  private enum Key: String, CodingKey { case id, layer, inputs }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    id = try container.decode(ID.self, forKey: .id)
    layer = try layerCatalog.decode(from: container.superDecoder(forKey: .layer))
    inputs = try container.decodeIfPresent([ID].self, forKey: .inputs)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(id, forKey: .id)
    try layerCatalog.encode(layer, to: container.superEncoder(forKey: .layer))
    try container.encodeIfPresent(inputs, forKey: .inputs)
  }
}

/// What a network computes: its layers, each after those that it reads.
public struct Architecture: Hashable, Sendable {
  /// The shape of one row's input.
  public var input: Shape
  /// In the order of computation; the last is the output.
  public var nodes: [Node] {
    didSet { links = Self.links(of: nodes) }
  }
  /// For each node the positions of those that it reads, -1 for the network's input.
  public private(set) var links: [[Int]]

  public init(input: Shape, nodes: [Node]) {
    self.input = input
    self.nodes = nodes
    links = Self.links(of: nodes)
  }

  /// A position that no node has.
  private static let nowhere = Int.max

  private static func links(of nodes: [Node]) -> [[Int]] {
    var positions: [Node.ID: Int] = [.input: -1]
    return nodes.enumerated().map { index, node in
      defer { positions[node.id] = index }
      return node.inputs?.map { positions[$0] ?? nowhere } ?? [index - 1]
    }
  }

  /// Layers in order, named by kind and number: `dense-1`, `activation-1`, `dense-2`, …
  public init(input: Shape, @SequenceBuilder _ layers: () -> [any Layer]) {
    var builder = ArchitectureBuilder(input: input)
    for layer in layers() { builder.add(layer) }
    self = builder.architecture
  }

  /// The shape of one row after each node.
  /// - Throws: `NetworkError.shapeMismatch` where two neighbours do not fit, `unknownInput` where a
  ///   node does not come after those that it reads.
  public func shapes() throws(NetworkError) -> [Shape] {
    var shapes: [Shape] = []
    for (index, node) in nodes.enumerated() {
      var read: [Shape] = []
      for (position, link) in links[index].enumerated() {
        guard link < index else {
          throw .unknownInput(
            layer: node.id.rawValue, name: node.inputs?[position].rawValue ?? "nothing")
        }
        read.append(link < 0 ? input : shapes[link])
      }
      let count = read.count
      guard node.layer.arity.map({ $0 == count }) ?? (count > 0) else {
        throw .joins(layer: node.id.rawValue, found: count)
      }
      do {
        shapes.append(try node.layer.outputShape(joining: read))
      } catch .shapeMismatch(_, let expected, let found) {
        throw .shapeMismatch(layer: node.id.rawValue, expected: expected, found: found)
      }
    }
    return shapes
  }

  /// Whether each node reads the one before and nothing else.
  public var isSequence: Bool { links.enumerated().allSatisfy { $0.element == [$0.offset - 1] } }

  /// The position of a node.
  public func index(of id: Node.ID) -> Int? { nodes.firstIndex { $0.id == id } }

  /// A name that no node has, of a kind and a number; the first such one where `skipped` is 0.
  public func unusedID(for kind: String, after skipped: Int = 0) -> Node.ID {
    let taken = Set(nodes.map(\.id))
    var free = (1...).lazy.map { Node.ID("\(kind)-\($0)") }.filter { !taken.contains($0) }
      .makeIterator()
    for _ in 0..<skipped { _ = free.next() }
    return free.next() ?? Node.ID(kind)
  }

  /// The activations that are not the last layer: where hidden features may be read.
  public var hiddenNodes: [Node.ID] {
    nodes.dropLast().filter { $0.layer is Activation }.map(\.id)
  }

  /// The layers in a reader's words: `dense 64`, `relu`, ….
  public var summary: [String] {
    nodes.map { node in
      switch node.layer {
      case let dense as Dense: "dense \(dense.units)"
      case let convolution as Convolution: "convolution \(convolution.units)"
      case let activation as Activation: activation.function.rawValue
      default: type(of: node.layer).name
      }
    }
  }
}

extension Architecture: Codable {
  private enum Key: String, CodingKey { case input, nodes }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    self.init(
      input: try container.decode(Shape.self, forKey: .input),
      nodes: try container.decode([Node].self, forKey: .nodes))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(input, forKey: .input)
    try container.encode(nodes, forKey: .nodes)
  }
}

/// An architecture that grows node by node.
public struct ArchitectureBuilder: Sendable {
  public private(set) var architecture: Architecture
  private var counts: [String: Int] = [:]

  public init(input: Shape) { architecture = Architecture(input: input, nodes: []) }

  /// The node that was added last.
  public var last: Node.ID { architecture.nodes.last?.id ?? .input }

  /// Adds a layer behind the nodes given, the last one where none are.
  ///
  /// Nodes are named by kind and number: `dense-1`, `activation-1`, `dense-2`, …
  @discardableResult
  public mutating func add(_ layer: any Layer, reading inputs: Node.ID...) -> Node.ID {
    add(layer, reading: inputs)
  }

  @discardableResult
  public mutating func add(_ layer: any Layer, reading inputs: [Node.ID]) -> Node.ID {
    let name = type(of: layer).name
    counts[name, default: 0] += 1
    let id = Node.ID("\(name)-\(counts[name] ?? 0)")
    let isNext = inputs.isEmpty || inputs == [last]
    architecture.nodes.append(Node(id, layer, reading: isNext ? nil : inputs))
    return id
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
