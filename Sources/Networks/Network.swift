import Tensors

/// An architecture and the numbers that fill it. A copy is a checkpoint.
public struct Network: Hashable, Codable, Sendable {
  public private(set) var architecture: Architecture
  /// For each node its parameters, in the order of its layer's roles.
  public var parameters: [[Parameter]]
  /// For each node the numbers its outputs were born with. Neurons keep their names for life.
  public private(set) var originalIndices: [[Int]]

  /// A network with fresh numbers.
  /// - Throws: `NetworkError` where two neighbouring layers do not fit.
  public init(_ architecture: Architecture, seed: UInt64) throws(NetworkError) {
    let shapes = try Self.checkedShapes(architecture)
    var generator = SeededGenerator(seed: seed).stream("network")
    var parameters: [[Parameter]] = []
    for (index, node) in architecture.nodes.enumerated() {
      let input = architecture.inputShape(of: index, among: shapes)
      let tensors = node.layer.makeParameters(for: input, using: &generator)
      parameters.append(zip(node.layer.roles, tensors).map { Parameter($0, $1) })
    }
    self.architecture = architecture
    self.parameters = parameters
    originalIndices = shapes.map { Array(0..<$0.neurons) }
  }

  /// A network with given numbers.
  ///
  /// `originalIndices`: the names of the neurons, their positions where `nil`.
  /// - Throws: `NetworkError` where sizes do not fit.
  public init(
    _ architecture: Architecture, parameters: [[Parameter]], originalIndices: [[Int]]? = nil
  ) throws(NetworkError) {
    let shapes = try Self.checkedShapes(architecture)
    for (index, node) in architecture.nodes.enumerated() {
      let input = architecture.inputShape(of: index, among: shapes)
      let expected = node.layer.parameterShapes(for: input)
      let found = index < parameters.count ? parameters[index].map(\.value.shape) : []
      guard found == expected else {
        throw .shapeMismatch(
          layer: node.id.rawValue,
          expected: "parameters of " + expected.map(\.description).joined(separator: ", "),
          found: found.first ?? [])
      }
    }
    self.architecture = architecture
    self.parameters = parameters
    let known = originalIndices.map { $0.map(\.count) == shapes.map(\.neurons) } ?? false
    self.originalIndices = (known ? originalIndices : nil) ?? shapes.map { Array(0..<$0.neurons) }
  }

  private static func checkedShapes(_ architecture: Architecture) throws(NetworkError) -> [Shape] {
    let shapes = try architecture.shapes()
    if shapes.isEmpty { throw .noLayers }
    return shapes
  }

  /// The output for a batch of rows: `[rows, inputs]` to `[rows, outputs]`.
  ///
  /// Rows may also come in the architecture's own shape, `[rows, height, width, channels]`.
  public func callAsFunction(_ inputs: Tensor) -> Tensor {
    output(of: architecture.nodes.count - 1, for: inputs)
  }

  /// The output of every node for a batch of rows.
  public func activations(for inputs: Tensor) -> [Tensor] {
    let rows = shaped(inputs)
    var values: [Tensor] = []
    values.reserveCapacity(architecture.nodes.count)
    for index in architecture.nodes.indices {
      values.append(output(of: index, reading: { $0 < 0 ? rows : values[$0] }))
    }
    return values
  }

  /// The output of one node for any number of rows, a batch at a time.
  /// - Returns: `[rows, neurons]`, pixels and channels of an image side by side.
  public func activations(of node: Node.ID, for inputs: Tensor) -> Tensor {
    let last = architecture.index(of: node) ?? architecture.nodes.count - 1
    return inBatches(inputs, to: last)
  }

  /// Rows in the shape that the architecture reads.
  func shaped(_ inputs: Tensor) -> Tensor {
    architecture.input.rank + 1 == inputs.shape.rank
      ? inputs : inputs.reshaped(to: Shape([inputs.rows] + architecture.input.dimensions))
  }

  /// The output of one node; what nobody reads any more is forgotten on the way.
  ///
  /// `keep`: called with every node's position and output.
  private func output(
    of last: Int, for inputs: Tensor, keep: (Int, Tensor) -> Void = { _, _ in }
  ) -> Tensor {
    let rows = shaped(inputs)
    if architecture.isSequence {
      var values = rows
      for index in 0...last {
        architecture.nodes[index].layer.forward(inPlace: &values, parameters[index])
        keep(index, values)
      }
      return values
    }
    var readers = [Int](repeating: 0, count: last + 1)
    for link in architecture.links[...last].joined() where link >= 0 { readers[link] += 1 }
    var values = [Tensor?](repeating: nil, count: last + 1)
    for index in 0...last {
      var value: Tensor
      if let only = architecture.links[index].first, architecture.links[index].count == 1,
        only >= 0, readers[only] == 1, let taken = values[only].take()
      {
        // Nobody else reads it: what is made of it may take its place.
        value = taken
        architecture.nodes[index].layer.forward(inPlace: &value, parameters[index])
      } else {
        value = output(of: index) { $0 < 0 ? rows : values[$0] ?? rows }
      }
      keep(index, value)
      values[index] = value
      for link in architecture.links[index] where link >= 0 {
        readers[link] -= 1
        if readers[link] == 0 { values[link] = nil }
      }
    }
    return values[last] ?? rows
  }

  private func output(of index: Int, reading value: (Int) -> Tensor) -> Tensor {
    let links = architecture.links[index]
    let layer = architecture.nodes[index].layer
    return links.count == 1
      ? layer.forward(value(links[0]), parameters[index])
      : layer.forward(joining: links.map(value), parameters[index])
  }

  /// The output for any number of rows, a batch at a time.
  /// - Returns: `[rows, outputs]`
  public func outputs(for inputs: Tensor) -> Tensor {
    inBatches(inputs, to: architecture.nodes.count - 1)
  }

  /// The output for any number of rows and that of one node on the way, a batch at a time.
  ///
  /// The same numbers as of `outputs` and `activations`, in one pass where passes are expensive.
  public func outputs(
    for inputs: Tensor, keeping node: Node.ID
  ) -> (outputs: Tensor, kept: Tensor) {
    guard let position = architecture.index(of: node), architecture.input.rank > 1,
      let width = try? architecture.shapes()[position].count
    else { return (outputs(for: inputs), activations(of: node, for: inputs)) }
    var answers: Tensor?
    let kept = Tensor(uninitialized: [inputs.rows, width]) { target in
      var start = 0
      answers = outputs(for: inputs) { index, value in
        index == position ? value : nil
      } take: { _, value in
        target.write(value, from: start)
        start += value.count
      }
    }
    return (answers ?? kept, kept)
  }

  /// The output for any number of rows, and a look at every node's output on the way.
  ///
  /// `look`: what is wanted of a node's output for a batch, by the node's position; batches may be
  /// answered side by side.
  /// `take`: called with it, batch after batch in the order of the rows.
  /// - Returns: `[rows, outputs]`
  public func outputs<Found>(
    for inputs: Tensor, look: (Int, Tensor) -> Found?, take: (Int, Found) -> Void
  ) -> Tensor {
    let last = architecture.nodes.count - 1
    guard let width = try? architecture.shapes()[last].count else { return self(inputs) }
    let rows = inputs.rows
    let size = batchSize(to: last)
    let batches = max((rows + size - 1) / size, 1)
    return Tensor(uninitialized: [rows, width]) { target in
      nonisolated(unsafe) let target = target
      // A few batches at a time: what was found of them is all that is kept.
      for first in stride(from: 0, to: batches, by: 16) {
        let found = Workers.map(min(16, batches - first)) { batch in
          let taken = (first + batch) * size..<min((first + batch + 1) * size, rows)
          var found: [(node: Int, Found)] = []
          let output = output(of: last, for: inputs.slicing(taken)) { node, value in
            if let own = look(node, value) { found.append((node, own)) }
          }
          target.write(output, from: taken.lowerBound * width)
          return found
        }
        for (node, own) in found.joined() { take(node, own) }
      }
    }
  }

  /// The output of one node, `[rows, neurons]`, a batch at a time.
  private func inBatches(_ inputs: Tensor, to last: Int) -> Tensor {
    if let (links, nodes) = architecture.denseChain(to: last),
      let outputs = DenseChain.answers(
        links, nodes.map { (parameters[$0][0].value, parameters[$0][1].value) }, for: inputs)
    {
      return outputs
    }
    let (rows, size) = (inputs.rows, batchSize(to: last))
    guard rows > size, let width = try? architecture.shapes()[last].count else {
      let output = output(of: last, for: inputs)
      return output.reshaped(to: [output.rows, output.width])
    }
    return Tensor(uninitialized: [rows, width]) { target in
      nonisolated(unsafe) let target = target
      // Batches share the cores; the layers of a single one do.
      Workers.run((rows + size - 1) / size) { batch in
        let taken = batch * size..<min((batch + 1) * size, rows)
        target.write(
          output(of: last, for: inputs.slicing(taken)), from: taken.lowerBound * width)
      }
    }
  }

  /// Rows of a batch, so few that what passes from layer to layer stays in the cache, and so many that
  /// laying out the weights takes little beside using them. It follows from the network alone.
  private func batchSize(to last: Int) -> Int {
    guard architecture.input.rank > 1, let shapes = try? architecture.shapes() else { return 256 }
    let widest = shapes[...last].map(\.count).max() ?? 1
    let heaviest = parameters[...last].joined().map(\.value.count).max() ?? 0
    return [8, 16, 32, 64].first { $0 * widest >= 1 << 17 && $0 << 12 >= heaviest } ?? 128
  }

  /// How many numbers are learned and kept by their masks.
  public var parameterCount: Int {
    parameters.joined().reduce(0) { $0 + ($1.role.isLearned ? $1.keptCount : 0) }
  }

  /// Multiplications for one row: each kept weight as often as it is used.
  public var multiplications: Int {
    guard let shapes = try? architecture.shapes() else { return 0 }
    return architecture.nodes.indices.reduce(0) { sum, index in
      sum
        + architecture.nodes[index].layer.multiplications(
          for: architecture.inputShape(of: index, among: shapes), parameters[index])
    }
  }

  /// Bytes of all numbers as they are stored.
  public var bytes: Int { parameters.joined().reduce(0) { $0 + 4 * $1.value.count } }

  /// The neurons of a node by the names they were born with.
  public func neurons(of node: Node.ID) -> [Neuron] {
    guard let index = architecture.index(of: node) else { return [] }
    return originalIndices[index].map { Neuron(node, $0) }
  }
}

extension Architecture {
  /// The shape of the first that a node reads.
  func inputShape(of index: Int, among shapes: [Shape]) -> Shape {
    links[index].first.map { $0 < 0 ? input : shapes[$0] } ?? input
  }
}

extension Shape {
  /// How many neurons an output of this shape has: numbers of a row, channels of an image.
  public var neurons: Int { rank == 3 ? self[2] : count }
}

/// One output of one node, a number or a channel, by the number it was born with.
public struct Neuron: Hashable, Codable, Sendable, Comparable, CustomStringConvertible {
  /// The node whose output it is.
  public var node: Node.ID
  /// Its number when the node was made, from 0; pruning changes no other's.
  public var originalIndex: Int

  private enum CodingKeys: String, CodingKey { case node, originalIndex = "birth" }

  public init(_ node: Node.ID, _ originalIndex: Int) {
    self.node = node
    self.originalIndex = originalIndex
  }

  /// As reports print it: `activation-2:17`.
  public var description: String { "\(node):\(originalIndex)" }

  public static func < (first: Neuron, second: Neuron) -> Bool {
    (first.node, first.originalIndex) < (second.node, second.originalIndex)
  }
}

extension UnsafeMutableBufferPointer<Float> {
  /// Puts a tensor's numbers where they belong.
  fileprivate func write(_ tensor: Tensor, from start: Int) {
    _ = UnsafeMutableBufferPointer(rebasing: self[start..<start + tensor.count])
      .update(fromContentsOf: tensor.elements)
  }
}
