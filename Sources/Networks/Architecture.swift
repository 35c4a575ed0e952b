import Naming
import Tensors

/// A named layer of a network: a node of its computation graph.
public struct Node: Sendable, Identifiable {
  /// A node's name, such as `dense-1`, unique within its network.
  public struct ID: RawRepresentable, Hashable, Codable, Comparable, Sendable,
    CodingKeyRepresentable, CustomStringConvertible
  {
    /// The name.
    public let rawValue: String
    /// Creates an identifier; any string is valid.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Creates an identifier from an unlabelled argument.
    public init(_ name: String) { rawValue = name }
    /// The name.
    public var description: String { rawValue }
    /// Lexicographic order of the names.
    public static func < (first: ID, second: ID) -> Bool { first.rawValue < second.rawValue }
  }

  /// The node's identifier; pruning does not change it.
  public let id: ID
  /// The operation that the node computes.
  public var layer: any Layer
  /// The input nodes in order, `ID.input` for the network's input; the previous node if `nil`.
  public var inputs: [ID]?

  /// `inputs`: the input nodes; the previous node if `nil`.
  public init(_ id: ID, _ layer: any Layer, reading inputs: [ID]? = nil) {
    self.id = id
    self.layer = layer
    self.inputs = inputs
  }
}

extension Node.ID {
  /// The identifier of the network's input.
  public static let input = Node.ID("input")
}

extension Node: Hashable {
  /// Whether name, layer and input nodes are equal.
  public static func == (first: Node, second: Node) -> Bool {
    first.id == second.id && first.inputs == second.inputs
      && AnyHashable(first.layer) == AnyHashable(second.layer)
  }

  /// Hashes the compared fields.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(id)
    hasher.combine(AnyHashable(layer))
  }
}

extension Node: Codable {
  private enum Key: String, CodingKey { case id, layer, inputs }

  /// - Throws: `DecodingError` if a field is missing or invalid.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    id = try container.decode(ID.self, forKey: .id)
    let layerDecoder = try container.superDecoder(forKey: .layer)
    layer = try LayerCatalog.current.type(from: layerDecoder).init(from: layerDecoder)
    inputs = try container.decodeIfPresent([ID].self, forKey: .inputs)
  }

  /// Encodes the fields of the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(id, forKey: .id)
    try LayerCatalog.current.encode(layer, to: container.superEncoder(forKey: .layer))
    try container.encodeIfPresent(inputs, forKey: .inputs)
  }
}

/// The computation graph of a network: its layers in topological order.
public struct Architecture: Hashable, Sendable {
  /// The shape of the input of one row, without the batch dimension.
  public var input: Shape
  /// The nodes in the order of computation; the last is the output.
  public var nodes: [Node] {
    didSet { links = Self.links(of: nodes) }
  }
  /// The positions of each node's input nodes, -1 for the network's input.
  public private(set) var links: [[Int]]

  /// Creates an architecture from nodes in topological order.
  ///
  /// It is not checked; `shapes()` throws if the layers do not match.
  public init(input: Shape, nodes: [Node]) {
    self.input = input
    self.nodes = nodes
    links = Self.links(of: nodes)
  }

  /// A position that no node has, for unknown input names.
  private static let nowhere = Int.max

  private static func links(of nodes: [Node]) -> [[Int]] {
    var positions: [Node.ID: Int] = [.input: -1]
    return nodes.enumerated().map { index, node in
      defer { positions[node.id] = index }
      return node.inputs?.map { positions[$0] ?? nowhere } ?? [index - 1]
    }
  }

  /// Creates a sequential architecture whose nodes are named by layer type and number: `dense-1`,
  /// `activation-1`, `dense-2`, …
  public init(input: Shape, @SequenceBuilder _ layers: () -> [any Layer]) {
    var builder = ArchitectureBuilder(input: input)
    for layer in layers() { builder.add(layer) }
    self = builder.architecture
  }

  /// The output shape of each node for one row, without the batch dimension.
  /// - Throws: `NetworkError.shapeMismatch` if the shapes of connected layers do not match,
  ///   `unknownInput` if an input of a node is not an earlier node, `joins` if a node has the wrong
  ///   number of inputs.
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
        shapes.append(try node.layer.outputShape(for: read))
      } catch .shapeMismatch(_, let expected, let found) {
        throw .shapeMismatch(layer: node.id.rawValue, expected: expected, found: found)
      }
    }
    return shapes
  }

  /// Whether the architecture is sequential: each node reads only the previous one.
  public var isSequence: Bool { links.enumerated().allSatisfy { $0.element == [$0.offset - 1] } }

  /// The position of a node; `nil` if there is none with this name.
  public func index(of id: Node.ID) -> Int? { nodes.firstIndex { $0.id == id } }

  /// The unused name of the form `kind-number` with the lowest number, after skipping `skipped`
  /// unused names.
  public func unusedID(for kind: String, after skipped: Int = 0) -> Node.ID {
    let taken = Set(nodes.map(\.id))
    var free = (1...).lazy.map { Node.ID("\(kind)-\($0)") }.filter { !taken.contains($0) }
      .makeIterator()
    for _ in 0..<skipped { _ = free.next() }
    return free.next() ?? Node.ID(kind)
  }

  /// The activation nodes except the output: the candidates for hidden features.
  public var hiddenNodes: [Node.ID] {
    nodes.dropLast().filter { $0.layer.activation != nil }.map(\.id)
  }

  /// A short description of each layer: `dense 64`, `relu`, ….
  public var summary: [String] { nodes.map(\.layer.title) }
}

extension Architecture: Codable {
  private enum Key: String, CodingKey { case input, nodes }

  /// - Throws: `DecodingError` if a field is missing or invalid.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    self.init(
      input: try container.decode(Shape.self, forKey: .input),
      nodes: try container.decode([Node].self, forKey: .nodes))
  }

  /// Encodes the fields of the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(input, forKey: .input)
    try container.encode(nodes, forKey: .nodes)
  }
}

/// Builds an architecture node by node.
public struct ArchitectureBuilder: Sendable {
  /// The architecture of the nodes added so far.
  public private(set) var architecture: Architecture
  private var counts: [String: Int] = [:]

  /// Starts an architecture; `input` is the shape of one row, without the batch dimension.
  public init(input: Shape) { architecture = Architecture(input: input, nodes: []) }

  /// The node added last; `input` if there is none.
  public var last: Node.ID { architecture.nodes.last?.id ?? .input }

  /// Appends a layer that reads the given nodes, by default the last one.
  ///
  /// Nodes are named by layer type and number: `dense-1`, `activation-1`, `dense-2`, …
  @discardableResult
  public mutating func add(_ layer: any Layer, reading inputs: Node.ID...) -> Node.ID {
    add(layer, reading: inputs)
  }

  /// Appends a layer that reads the given nodes; an empty list is the last node.
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

/// Result builder for a sequence of layers.
@resultBuilder
public enum SequenceBuilder {
  /// A layer or a list of layers in the sequence.
  public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
  /// A layer or a list of layers in the sequence.
  public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
  /// Consecutive layers.
  public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
  /// The layers of a `for` loop.
  public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
  /// The layers of an `if` without `else`.
  public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
  /// The layers of an `if`.
  public static func buildEither(first: [any Layer]) -> [any Layer] { first }
  /// The layers of an `else`.
  public static func buildEither(second: [any Layer]) -> [any Layer] { second }
}
