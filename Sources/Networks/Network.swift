import Tensors

/// An architecture and the numbers that fill it. A copy is a checkpoint.
public struct Network: Hashable, Codable, Sendable {
  public private(set) var architecture: Architecture
  /// For each node its parameters, in the order of its layer's roles.
  public var parameters: [[Parameter]]
  /// For each node the numbers its outputs were born with. Neurons keep their names for life.
  public private(set) var births: [[Int]]

  /// A network with fresh numbers.
  /// - Throws: `NetworkError` where two neighbouring layers do not fit.
  public init(_ architecture: Architecture, seed: UInt64) throws(NetworkError) {
    let shapes = try Self.checkedShapes(architecture)
    var generator = SeededGenerator(seed: seed).stream("network")
    var input = architecture.input
    var parameters: [[Parameter]] = []
    for (node, shape) in zip(architecture.nodes, shapes) {
      let tensors = node.layer.makeParameters(for: input, using: &generator)
      parameters.append(zip(node.layer.roles, tensors).map { Parameter($0, $1) })
      input = shape
    }
    self.architecture = architecture
    self.parameters = parameters
    births = shapes.map { Array(0..<$0.count) }
  }

  /// A network with given numbers.
  ///
  /// `births`: the names of the neurons, their positions where `nil`.
  /// - Throws: `NetworkError` where sizes do not fit.
  public init(
    _ architecture: Architecture, parameters: [[Parameter]], births: [[Int]]? = nil
  ) throws(NetworkError) {
    let shapes = try Self.checkedShapes(architecture)
    var generator = SeededGenerator(seed: 0)
    var input = architecture.input
    for (index, node) in architecture.nodes.enumerated() {
      let expected = node.layer.makeParameters(for: input, using: &generator).map(\.shape)
      let found = index < parameters.count ? parameters[index].map(\.value.shape) : []
      guard found == expected else {
        throw .shapeMismatch(
          layer: node.id.rawValue,
          expected: "parameters of " + expected.map(\.description).joined(separator: ", "),
          found: found.first ?? [])
      }
      input = shapes[index]
    }
    self.architecture = architecture
    self.parameters = parameters
    let known = births.map { $0.map(\.count) == shapes.map(\.count) } ?? false
    self.births = (known ? births : nil) ?? shapes.map { Array(0..<$0.count) }
  }

  private static func checkedShapes(_ architecture: Architecture) throws(NetworkError) -> [Shape] {
    let shapes = try architecture.shapes()
    if shapes.isEmpty { throw .noLayers }
    return shapes
  }

  /// The output for a batch of rows: `[rows, inputs]` to `[rows, outputs]`.
  public func callAsFunction(_ inputs: Tensor) -> Tensor {
    var values = inputs
    for (node, own) in zip(architecture.nodes, parameters) {
      values = node.layer.forward(values, own)
    }
    return values
  }

  /// The output of every node for a batch of rows.
  public func activations(for inputs: Tensor) -> [Tensor] {
    var values = inputs
    return zip(architecture.nodes, parameters).map { node, own in
      values = node.layer.forward(values, own)
      return values
    }
  }

  /// The output of one node for any number of rows, a thousand at a time.
  /// - Returns: `[rows, neurons]`
  public func activations(of node: Node.ID, for inputs: Tensor) -> Tensor {
    let last = architecture.index(of: node) ?? architecture.nodes.count - 1
    return inBatches(inputs) { batch in
      var values = batch
      for index in 0...last {
        values = architecture.nodes[index].layer.forward(values, parameters[index])
      }
      return values
    }
  }

  /// The output for any number of rows, a thousand at a time.
  public func outputs(for inputs: Tensor) -> Tensor {
    inBatches(inputs) { self($0) }
  }

  private func inBatches(_ inputs: Tensor, _ body: (Tensor) -> Tensor) -> Tensor {
    let size = 1024
    guard inputs.rows > size else { return body(inputs) }
    var elements: [Float] = []
    var width = 0
    for start in stride(from: 0, to: inputs.rows, by: size) {
      let end = min(start + size, inputs.rows)
      let shape = Shape([end - start] + inputs.shape.dimensions.dropFirst())
      let batch = Tensor(
        Array(inputs.elements[start * inputs.width..<end * inputs.width]), shape: shape)
      let output = body(batch)
      width = output.width
      if elements.isEmpty { elements.reserveCapacity(inputs.rows * width) }
      elements += output.elements
    }
    return Tensor(elements, shape: [inputs.rows, width])
  }

  /// How many numbers are learned and kept by their masks.
  public var parameterCount: Int { parameters.joined().reduce(0) { $0 + $1.keptCount } }

  /// Multiplications for one row: the kept weights.
  public var multiplications: Int {
    parameters.joined().reduce(0) { $0 + ($1.role == .weight ? $1.keptCount : 0) }
  }

  /// Bytes of all numbers as they are stored.
  public var bytes: Int { parameters.joined().reduce(0) { $0 + 4 * $1.value.count } }

  /// The neurons of a node by the names they were born with.
  public func neurons(of node: Node.ID) -> [Neuron] {
    guard let index = architecture.index(of: node) else { return [] }
    return births[index].map { Neuron(node, $0) }
  }
}

/// One output of one node, by the number it was born with.
public struct Neuron: Hashable, Codable, Sendable, Comparable, CustomStringConvertible {
  public var node: Node.ID
  public var birth: Int

  public init(_ node: Node.ID, _ birth: Int) {
    self.node = node
    self.birth = birth
  }

  /// As reports print it: `activation-2:17`.
  public var description: String { "\(node):\(birth)" }

  public static func < (first: Neuron, second: Neuron) -> Bool {
    (first.node, first.birth) < (second.node, second.birth)
  }
}
