import Networks
import Tensors

extension Network {
  /// Returns the network with one neuron added as a copy of another, together with all neurons
  /// coupled to it.
  ///
  /// The copy has the incoming weights of the original plus Gaussian noise of standard deviation
  /// `noise`. Outgoing weights are multiplied by `1 - share` for the original and by `share` for
  /// the copy, so without noise the network's function does not change. Growth is the inverse of
  /// pruning and uses the same neuron groups, so it supports residual connections.
  ///
  /// `taken`: the largest original index that each node has used so far, including pruned neurons;
  /// an original index is never reused.
  /// - Throws: `PruningError.unsuited` if the neuron is in a grouped convolution.
  public func growing(
    copyOf group: Int, _ groups: NeuronGroups, share: Float = 0.5, noise: Float = 0,
    taken: [Node.ID: Int] = [:], using generator: inout SeededGenerator
  ) throws -> Network {
    var nodes = architecture.nodes
    var originalIndices = originalIndices
    for index in nodes.indices {
      let own = groups.ofNodes[index]
      let link = architecture.links[index][0]
      let read = link < 0 ? groups.ofInput : groups.ofNodes[link]
      if own.contains(group), case .mixing(let parts) = nodes[index].layer.coupling, parts > 1 {
        throw PruningError.unsuited(method: "growing", needs: .ungroupedConvolutions)
      }
      nodes[index].layer = nodes[index].layer.selecting(
        inputs: NeuronSelection(copying: read.map { $0 == group }),
        outputs: NeuronSelection(copying: own.map { $0 == group }))
      guard own.contains(group) else { continue }
      originalIndices[index] = Self.grown(
        originalIndices[index], own, group, after: taken[nodes[index].id] ?? 0)
    }
    var parameters = Array(parameters)
    for slot in groups.slots where slot.groups.contains(group) {
      let value = parameters[slot.node][slot.parameter]
      let indices = slot.groups.indices.flatMap {
        slot.groups[$0] == group ? [$0, $0] : [$0]
      }
      var isCopy = [Bool](repeating: false, count: indices.count)
      for position in indices.indices.dropFirst() {
        isCopy[position] = indices[position] == indices[position - 1]
      }
      var grown = value.gathering(indices, along: slot.axis)
      let inner = grown.value.shape.dimensions.dropFirst(slot.axis + 1).reduce(1, *)
      var draws = generator
      grown.value.withElements { elements in
        for entry in 0..<elements.count {
          let position = entry / inner % indices.count
          guard slot.groups[indices[position]] == group else { continue }
          if slot.isOutput {
            if isCopy[position], noise > 0, value.role == .weight {
              elements[entry] += noise * Float(draws.normal())
            }
          } else {
            elements[entry] *= isCopy[position] ? share : 1 - share
          }
        }
      }
      generator = draws
      parameters[slot.node][slot.parameter] = grown
    }
    return try Network(
      Architecture(input: architecture.input, nodes: nodes), parameters: parameters,
      originalIndices: originalIndices)
  }

  /// Returns the network with the neurons that a plan adds; neurons that already exist are skipped.
  /// - Throws: `PruningError.unknownNode` and `unknownNeuron` if the plan is for another network.
  public func grown(by plan: PruningPlan) throws -> Network {
    var network = self
    for growth in plan.growths {
      let (original, name) = (growth.original, growth.name)
      guard let node = network.architecture.index(of: original.node) else {
        throw PruningError.unknownNode(original.node.rawValue)
      }
      if network.originalIndices[node].contains(name.originalIndex) { continue }
      guard let position = network.originalIndices[node].firstIndex(of: original.originalIndex)
      else {
        throw PruningError.unknownNeuron(original)
      }
      let groups = try NeuronGroups(network.architecture)
      var generator = SeededGenerator(seed: 0)
      network = try network.growing(
        copyOf: groups.ofNodes[node][position], groups, share: growth.share,
        taken: [original.node: name.originalIndex - 1], using: &generator)
    }
    return network
  }

  /// The largest original index of each node.
  var largestNames: [Node.ID: Int] {
    var names: [Node.ID: Int] = [:]
    for (node, own) in zip(architecture.nodes, originalIndices) { names[node.id] = own.max() }
    return names
  }

  /// The original indices with new ones inserted for the copies, each directly after its original.
  private static func grown(
    _ originalIndices: [Int], _ groups: [Int], _ group: Int, after taken: Int
  ) -> [Int] {
    var next = max(originalIndices.max() ?? 0, taken) + 1
    return originalIndices.indices.flatMap { index -> [Int] in
      guard groups[index] == group else { return [originalIndices[index]] }
      defer { next += 1 }
      return [originalIndices[index], next]
    }
  }
}

extension Parameter {
  /// Returns the slices at the given indices along an axis, in the given order; indices may repeat.
  func gathering(_ indices: [Int], along axis: Int) -> Parameter {
    let entries = value.shape.entries(of: indices, along: axis)
    var dimensions = value.shape.dimensions
    dimensions[axis] = indices.count
    return Parameter(
      role, Tensor(entries.map { value.elements[$0] }, shape: Shape(dimensions)),
      mask: mask.map { mask in Mask(entries.map { mask.kept[$0] }) })
  }
}
