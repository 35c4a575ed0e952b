import Tensors

/// An architecture with its parameters; a value type, so a copy is a checkpoint.
public struct Network: Hashable, Codable, Sendable {
  /// The layers and their connections.
  public private(set) var architecture: Architecture
  /// The parameters of each node, in the order of its layer's roles; their shapes cannot change.
  public var parameters: NetworkParameters {
    get { stored }
    set {
      precondition(newValue.fit(stored), "parameters with other roles or shapes")
      stored = newValue
    }
    _modify { yield &stored }
  }
  private var stored: NetworkParameters
  /// The original index of each node's output neurons, unchanged by pruning.
  public private(set) var originalIndices: [[Int]]

  /// Creates a network with newly initialised parameters.
  /// - Throws: `NetworkError` if the shapes of connected layers do not match.
  public init(_ architecture: Architecture, seed: UInt64) throws(NetworkError) {
    let shapes = try Self.checkedShapes(architecture)
    var generator = SeededGenerator(seed: seed).stream("network")
    var parameters: [[Parameter]] = []
    for (index, node) in architecture.nodes.enumerated() {
      let inputs = architecture.inputShapes(of: index, among: shapes)
      let tensors = node.layer.makeParameters(for: inputs, using: &generator)
      parameters.append(zip(node.layer.roles, tensors).map { Parameter($0, $1) })
    }
    self.architecture = architecture
    stored = NetworkParameters(parameters)
    originalIndices = shapes.map { Array(0..<$0.neurons) }
  }

  /// Creates a network with given parameters.
  ///
  /// `originalIndices`: the original index of each neuron; its position if `nil` or of other sizes.
  /// - Throws: `NetworkError` if shapes do not match.
  public init(
    _ architecture: Architecture, parameters: some Sequence<[Parameter]>,
    originalIndices: [[Int]]? = nil
  ) throws(NetworkError) {
    let shapes = try Self.checkedShapes(architecture)
    let parameters = Array(parameters)
    for (index, node) in architecture.nodes.enumerated() {
      let inputs = architecture.inputShapes(of: index, among: shapes)
      let expected = node.layer.parameterShapes(for: inputs)
      let own = index < parameters.count ? parameters[index] : []
      guard own.map(\.value.shape) == expected, own.map(\.role) == node.layer.roles else {
        throw .shapeMismatch(
          layer: node.id.rawValue, expected: .parameters(expected),
          found: own.first?.value.shape ?? [])
      }
    }
    self.architecture = architecture
    stored = NetworkParameters(parameters)
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
  /// Images may also have the shape `[rows, height, width, channels]`.
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

  /// The output of one node for any number of rows, computed in batches.
  /// - Returns: `[rows, neurons]`, feature maps flattened.
  public func activations(of node: Node.ID, for inputs: Tensor) -> Tensor {
    let last = architecture.index(of: node) ?? architecture.nodes.count - 1
    return inBatches(inputs, to: last)
  }

  /// Rows reshaped to the architecture's input shape.
  func shaped(_ inputs: Tensor) -> Tensor {
    architecture.input.rank + 1 == inputs.shape.rank
      ? inputs : inputs.reshaped(to: Shape([inputs.rows] + architecture.input.dimensions))
  }

  /// The output of one node; outputs of earlier nodes are freed after their last use.
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
        // The input has no other reader, so the layer runs in place.
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
    architecture.nodes[index].layer.forward(
      architecture.links[index].map(value), parameters[index])
  }

  /// The output for any number of rows, computed in batches.
  /// - Returns: `[rows, outputs]`
  public func outputs(for inputs: Tensor) -> Tensor {
    inBatches(inputs, to: architecture.nodes.count - 1)
  }

  /// The outputs for any number of rows and the activations of one node, computed in batches.
  ///
  /// Equal to `outputs` and `activations`; computed in one forward pass if the inputs are images.
  public func outputs(
    for inputs: Tensor, keeping node: Node.ID
  ) -> (outputs: Tensor, kept: Tensor) {
    guard let position = architecture.index(of: node), architecture.input.rank > 1,
      let width = try? architecture.shapes()[position].count
    else { return (outputs(for: inputs), activations(of: node, for: inputs)) }
    var final: Tensor?
    let kept = Tensor(uninitialized: [inputs.rows, width]) { target in
      var start = 0
      final = outputs(for: inputs) { index, value in
        index == position ? value : nil
      } take: { _, value in
        target.write(value, from: start)
        start += value.count
      }
    }
    return (final ?? kept, kept)
  }

  /// The output for any number of rows, with a callback for every node's output in each batch.
  ///
  /// `look`: maps a node's position and its output for a batch to a result, or to `nil`; batches
  /// may run in parallel.
  /// `take`: called with each result, batch by batch in row order.
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
      // At most 16 batches at a time, to limit the memory of their results.
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

  /// The output of one node, `[rows, neurons]`, computed in batches.
  private func inBatches(_ inputs: Tensor, to last: Int) -> Tensor {
    if let (links, nodes) = architecture.denseChain(to: last),
      let outputs = DenseChain.outputs(
        links, nodes.map { (parameters[$0][.weight].value, parameters[$0][.bias].value) },
        for: inputs)
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
      // Batches run in parallel; a single batch parallelises within its layers.
      Workers.run((rows + size - 1) / size) { batch in
        let taken = batch * size..<min((batch + 1) * size, rows)
        target.write(
          output(of: last, for: inputs.slicing(taken)), from: taken.lowerBound * width)
      }
    }
  }

  /// The inference batch size: small enough for activations to stay in the cache, large enough to
  /// amortise packing the weights. It depends on the network only.
  private func batchSize(to last: Int) -> Int {
    guard architecture.input.rank > 1, let shapes = try? architecture.shapes() else { return 256 }
    let widest = shapes[...last].map(\.count).max() ?? 1
    let heaviest = parameters[...last].joined().map(\.value.count).max() ?? 0
    return [8, 16, 32, 64].first { $0 * widest >= 1 << 17 && $0 << 12 >= heaviest } ?? 128
  }

  /// The number of learned parameters, masked elements excluded.
  public var parameterCount: Int {
    parameters.joined().reduce(0) { $0 + ($1.role.isLearned ? $1.keptCount : 0) }
  }

  /// The number of multiply-accumulate operations (MACs) per sample; masked weights are not
  /// counted.
  public var macs: Int { macs { $0 } }

  /// The MACs per sample of a runtime that multiplies by stored zeros, masked weights included; `nil` if no
  /// weight is masked.
  public var denseMACs: Int? {
    let dense = macs { Parameter($0.role, $0.value) }
    return dense == macs ? nil : dense
  }

  private func macs(counting: (Parameter) -> Parameter) -> Int {
    guard let shapes = try? architecture.shapes() else { return 0 }
    return architecture.nodes.indices.reduce(0) { sum, index in
      sum
        + architecture.nodes[index].layer.macs(
          for: architecture.inputShapes(of: index, among: shapes),
          parameters[index].map(counting))
    }
  }

  /// The size of all parameters in bytes, 4 per element, masked elements included.
  public var bytes: Int { parameters.joined().reduce(0) { $0 + 4 * $1.value.count } }

  /// The neurons of a node, by original index.
  public func neurons(of node: Node.ID) -> [Neuron] {
    guard let index = architecture.index(of: node) else { return [] }
    return originalIndices[index].map { Neuron(node, $0) }
  }
}

extension Architecture {
  /// The shapes of a node's inputs for one row, without the batch dimension.
  ///
  /// `shapes`: the output shape of each node, as `shapes()` returns them.
  package func inputShapes(of index: Int, among shapes: [Shape]) -> [Shape] {
    links[index].map { $0 < 0 ? input : shapes[$0] }
  }
}

extension Shape {
  /// The axis of an output of this shape, without the batch dimension, that holds the neurons: the
  /// last, as in `[units]`, `[steps, units]` or `[height, width, channels]`.
  public var unitAxis: Int { rank - 1 }
  /// The number of neurons of an output of this shape: its length along `unitAxis`.
  public var neurons: Int { rank > 0 ? self[unitAxis] : 1 }
}

/// One output unit or channel of a node, identified by its original index.
public struct Neuron: Hashable, Codable, Sendable, Comparable {
  /// The node that outputs it.
  public var node: Node.ID
  /// The index in the unpruned node, from 0; pruning does not change it.
  public var originalIndex: Int

  /// In pruning plans a neuron is an object of these keys; for its text see `NeuronText`.
  private enum CodingKeys: String, CodingKey { case node, originalIndex = "birth" }

  /// Creates the identifier of a neuron of a node; `originalIndex` is from 0.
  public init(_ node: Node.ID, _ originalIndex: Int) {
    self.node = node
    self.originalIndex = originalIndex
  }

  /// Orders by the fields, in their order.
  public static func < (first: Neuron, second: Neuron) -> Bool {
    (first.node, first.originalIndex) < (second.node, second.originalIndex)
  }
}

extension UnsafeMutableBufferPointer<Float> {
  /// Copies a tensor's elements to the buffer from position `start`.
  fileprivate func write(_ tensor: Tensor, from start: Int) {
    _ = UnsafeMutableBufferPointer(rebasing: self[start..<start + tensor.count])
      .update(fromContentsOf: tensor.elements)
  }
}

extension Network {
  /// The network with frozen batch normalisation, as for transfer learning on few rows: training changes
  /// neither running statistics nor scales and shifts.
  public var freezingStatistics: Network {
    var copy = self
    for index in architecture.nodes.indices {
      copy.architecture.nodes[index].layer = architecture.nodes[index].layer.freezingStatistics()
    }
    return copy
  }

  /// The network with the layers of another one of the same architecture and its own parameters.
  public func withLayers(of other: Network) -> Network {
    var copy = self
    copy.architecture = other.architecture
    return copy
  }

  /// The position of the node that computes the outputs, before they are flattened, selected or
  /// reordered; -1 for the network's input.
  package var lastComputingNode: Int {
    var index = architecture.nodes.count - 1
    while index >= 0, architecture.nodes[index].layer.passesUnits {
      index = architecture.links[index].first ?? -1
    }
    return index
  }
}
