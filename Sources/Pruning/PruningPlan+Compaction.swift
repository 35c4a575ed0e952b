import Networks
import Tensors

extension Network {
  /// Returns the pruned network with smaller tensors; neurons keep their original indices.
  ///
  /// The function is that of the masked network. A sum with a single remaining input is removed. A
  /// layer that loses all its neurons keeps one that outputs zero, unless its branch can be
  /// removed.
  /// - Throws: `PruningError` if the plan is not for this network, `NetworkError` if the pruned
  ///   architecture is invalid.
  public func compacted(by plan: PruningPlan) throws -> Network {
    let grown = try grown(by: plan)
    if plan.removals.isEmpty { return grown }
    return try grown.compacted(by: ResolvedPlan(plan, for: grown))
  }

  func compacted(by plan: ResolvedPlan) throws -> Network {
    let masked = masked(by: plan)
    func kept(_ groups: [Int]) -> [Bool] { groups.map { !plan.removed[$0] } }
    // A flatten layer outputs all units of the kept channels; a channel selection after it drops
    // the pruned units.
    func made(_ index: Int) -> [Bool] {
      let own = plan.groups.ofNodes[index]
      guard architecture.nodes[index].layer.coupling == .spreading else { return kept(own) }
      return own.map { !plan.removed[plan.groups.channelOfUnit[$0] ?? $0] }
    }
    var selections: [Int: Node.ID] = [:]
    var rewiring = Rewiring(architecture, plan)
    var nodes: [Node] = []
    var parameters: [[Parameter]] = []
    var originalIndices: [[Int]] = []
    for index in architecture.nodes.indices where plan.reachable[index] {
      let links = rewiring.links(of: index)
      if let link = rewiring.bypass(index, links) {
        rewiring.redirect(index, to: link)
        continue
      }
      let node = architecture.nodes[index]
      let outputs = made(index)
      let inputs = architecture.links[index].first.map { link in
        if link < 0 { return kept(plan.groups.ofInput) }
        return selections[link] == nil ? made(link) : kept(plan.groups.ofNodes[link])
      }
      let names = links.map {
        $0 < 0 ? Node.ID.input : selections[$0] ?? architecture.nodes[$0].id
      }
      let before = nodes.last?.id ?? .input
      nodes.append(
        Node(
          node.id,
          node.layer.selecting(
            inputs: NeuronSelection(keeping: inputs ?? []),
            outputs: NeuronSelection(keeping: outputs)),
          reading: names == [before] ? nil : names))
      parameters.append(masked.parameters[index])
      originalIndices.append(zip(self.originalIndices[index], outputs).filter(\.1).map(\.0))
      for slot in plan.groups.slots where slot.node == index {
        let left = slot.groups.indices.filter { !plan.removed[slot.groups[$0]] }
        guard left.count < slot.groups.count else { continue }
        let last = parameters.count - 1
        parameters[last][slot.parameter] = parameters[last][slot.parameter]
          .gathering(left, along: slot.axis)
      }
      guard plan.narrows(index, of: architecture) else { continue }
      let chosen = zip(kept(plan.groups.ofNodes[index]), outputs).filter(\.1).map(\.0)
      let places = chosen.indices.filter { chosen[$0] }
      let id = architecture.unusedID(for: ChannelSelection.name, after: selections.count)
      selections[index] = id
      nodes.append(Node(id, ChannelSelection(places), reading: nil))
      parameters.append([])
      originalIndices.append(places.map { originalIndices[originalIndices.count - 1][$0] })
    }
    let left = Architecture(input: try inputShape(plan), nodes: nodes)
    let parametersLeft = parameters.map { $0.map(\.withoutEmptyMask) }
    return try Network(left, parameters: parametersLeft, originalIndices: originalIndices)
  }

  private func inputShape(_ plan: ResolvedPlan) throws -> Shape {
    let left = plan.groups.ofInput.count { !plan.removed[$0] }
    let input = architecture.input
    return left == plan.groups.ofInput.count
      ? input : Shape(input.dimensions.dropLast() + [left])
  }
}

/// The connections of the network after nodes are removed.
private struct Rewiring {
  let architecture: Architecture
  let plan: ResolvedPlan
  private var targets: [Int: Int] = [:]

  init(_ architecture: Architecture, _ plan: ResolvedPlan) {
    self.architecture = architecture
    self.plan = plan
  }

  mutating func redirect(_ node: Int, to other: Int) { targets[node] = other }

  func links(of node: Int) -> [Int] {
    architecture.links[node].enumerated()
      .filter { plan.dropped[node]?.contains($0.offset) != true }
      .map { targets[$0.element] ?? $0.element }
  }

  /// The input to connect to instead of a node that has become an identity: a sum of one input, or
  /// the second of two consecutive ReLUs after the removal of a branch.
  func bypass(_ node: Int, _ links: [Int]) -> Int? {
    guard links.count == 1, let link = links.first, !plan.dropped.isEmpty else { return nil }
    if plan.dropped[node] != nil { return link }
    func isReLU(_ index: Int) -> Bool {
      index >= 0 && architecture.nodes[index].layer.activation?.function == .relu
    }
    return isReLU(node) && isReLU(link) && node < architecture.nodes.count - 1 ? link : nil
  }
}

extension Parameter {
  /// Without a mask that keeps all entries.
  fileprivate var withoutEmptyMask: Parameter {
    guard let mask, mask.kept.allSatisfy({ $0 }) else { return self }
    return Parameter(role, value)
  }
}
