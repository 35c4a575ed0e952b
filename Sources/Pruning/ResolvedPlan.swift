import Networks
import Tensors

/// A plan resolved for a network: names are replaced by positions, and coupled neurons are
/// included.
struct ResolvedPlan {
  let groups: NeuronGroups
  /// The groups whose incoming and outgoing weights are zeroed.
  private(set) var zeroed: [Bool]
  /// The groups that compaction removes: the zeroed ones, except one neuron of a layer that would
  /// be empty.
  private(set) var removed: [Bool]
  /// For each sum, the positions of its inputs that are removed.
  private(set) var dropped: [Int: Set<Int>] = [:]
  /// The nodes connected to the output.
  private(set) var reachable: [Bool]
  /// For each node and parameter, the flat positions of the removed weights.
  private(set) var entries: [Int: [Int: [Int]]] = [:]
  /// The layers without remaining neurons, whose outputs are constant.
  private(set) var deadLayers: [Node.ID] = []

  /// - Throws: `PruningError` if the plan names something that the network does not have, or a
  ///   protected neuron.
  init(_ plan: PruningPlan, for network: Network) throws {
    groups = try NeuronGroups(
      network.architecture, separatesFlattenedUnits: !plan.flattenedUnits.isEmpty)
    zeroed = [Bool](repeating: false, count: groups.groups.count)
    removed = zeroed
    reachable = [Bool](repeating: true, count: network.architecture.nodes.count)
    for removal in plan.removals { try take(removal.subject, from: network) }
    groups.close(&zeroed)
    removed = zeroed
    dropDeadBranches(of: network)
    keepOneOfEachDeadLayer(of: network)
  }

  private mutating func take(_ subject: PruningPlan.Subject, from network: Network) throws {
    let architecture = network.architecture
    func index(of node: Node.ID) throws(PruningError) -> Int {
      guard let index = architecture.index(of: node) else { throw .unknownNode(node.rawValue) }
      return index
    }
    switch subject {
    case .neuron(let name), .flattenedUnit(let name):
      let node = try index(of: name.node)
      guard let position = network.originalIndices[node].firstIndex(of: name.originalIndex) else {
        throw PruningError.unknownNeuron(name)
      }
      let group = groups.ofNodes[node][position]
      if case .flattenedUnit = subject, groups.channelOfUnit[group] == nil {
        throw PruningError.noFlattenedUnit(name)
      }
      if let reason = groups.groups[group].protection {
        throw PruningError.protected(neuron: name, reason)
      }
      zeroed[group] = true
    case .column(let name, let inputs):
      guard architecture.input.rank == 1, inputs.allSatisfy(groups.ofInput.indices.contains) else {
        throw PruningError.unknownInput(column: name)
      }
      for group in inputs.map({ groups.ofInput[$0] }) {
        if let reason = groups.groups[group].protection, reason != .input {
          throw PruningError.protectedColumn(name, reason)
        }
        zeroed[group] = true
      }
    case .branch(let join, let from):
      let node = try index(of: join)
      let source = try index(of: from)
      let positions = architecture.links[node].indices.filter {
        architecture.links[node][$0] == source
      }
      guard let position = positions.first, architecture.nodes[node].layer.addsInputs else {
        throw PruningError.noBranch(into: join.rawValue, from: from.rawValue)
      }
      guard drop(position, of: node, in: network) else {
        throw PruningError.noBranch(into: join.rawValue, from: from.rawValue)
      }
    case .weights(let node, let parameter, let positions):
      let node = try index(of: node)
      guard network.parameters[node].indices.contains(parameter),
        positions.allSatisfy(network.parameters[node][parameter].value.elements.indices.contains)
      else { throw PruningError.unknownWeights(of: architecture.nodes[node].id.rawValue) }
      entries[node, default: [:]][parameter, default: []] += positions
    }
  }

  /// Removes an input of a sum.
  /// - Returns: false, without effect, if it is the only remaining input.
  private mutating func drop(_ position: Int, of node: Int, in network: Network) -> Bool {
    var positions = dropped[node] ?? []
    positions.insert(position)
    guard positions.count < network.architecture.links[node].count else { return false }
    dropped[node] = positions
    reachable = nodesReachingOutput(network.architecture)
    return true
  }

  /// The nodes from which the output can be reached.
  private func nodesReachingOutput(_ architecture: Architecture) -> [Bool] {
    var reached = [Bool](repeating: false, count: architecture.nodes.count)
    reached[reached.count - 1] = true
    for node in reached.indices.reversed() where reached[node] {
      for (position, link) in architecture.links[node].enumerated() where link >= 0 {
        if dropped[node]?.contains(position) != true { reached[link] = true }
      }
    }
    return reached
  }

  /// Whether compaction needs a channel selection after a flatten layer, because only some units of
  /// a channel are pruned.
  func narrows(_ node: Int, of architecture: Architecture) -> Bool {
    let readers = architecture.nodes.indices.filter {
      reachable[$0] && architecture.links[$0].contains(node)
    }
    return architecture.nodes[node].layer.coupling == .spreading
      && groups.ofNodes[node].contains { removed[$0] && !removed[groups.channelOfUnit[$0] ?? $0] }
      && !readers.allSatisfy {
        if case .selecting = architecture.nodes[$0].layer.coupling { true } else { false }
      }
  }

  private func isDead(_ node: Int, _ network: Network) -> Bool {
    guard case .mixing = network.architecture.nodes[node].layer.coupling else { return false }
    return reachable[node] && groups.ofNodes[node].allSatisfy { zeroed[$0] }
  }

  /// Removes each branch of a sum that passes through a layer without remaining neurons.
  private mutating func dropDeadBranches(of network: Network) {
    let architecture = network.architecture
    for node in architecture.nodes.indices where isDead(node, network) {
      for join in architecture.nodes.indices.dropFirst(node + 1)
      where reachable[join] && architecture.nodes[join].layer.addsInputs {
        let through = architecture.links[join].indices.filter { position in
          let link = architecture.links[join][position]
          return link >= 0 && dropped[join]?.contains(position) != true
            && needs(link, node, architecture)
        }
        if let position = through.first, through.count == 1, drop(position, of: join, in: network) {
          deadLayers.append(architecture.nodes[node].id)
          break
        }
      }
    }
  }

  /// Whether every path to a node passes through another node.
  private func needs(_ node: Int, _ other: Int, _ architecture: Architecture) -> Bool {
    var cut = [Bool](repeating: false, count: node + 1)
    for index in 0...node {
      if index == other {
        cut[index] = true
      } else {
        let links = architecture.links[index].enumerated().filter {
          dropped[index]?.contains($0.offset) != true
        }
        cut[index] = links.allSatisfy { $0.element >= 0 && cut[$0.element] }
      }
    }
    return cut[node]
  }

  private mutating func keepOneOfEachDeadLayer(of network: Network) {
    let architecture = network.architecture
    for node in architecture.nodes.indices where reachable[node] {
      let own = groups.ofNodes[node]
      guard !own.isEmpty, own.allSatisfy({ removed[$0] }) else { continue }
      removed[own[0]] = false
      if let channel = groups.channelOfUnit[own[0]] { removed[channel] = false }
      deadLayers.append(architecture.nodes[node].id)
    }
    if groups.ofInput.allSatisfy({ removed[$0] }), let first = groups.ofInput.first {
      removed[first] = false
    }
    // Groups of a grouped convolution keep one channel each, because their channels are coupled by
    // union.
  }
}
