import Networks
import Tensors

extension Network {
  /// Returns the network with the plan's growths, in which the incoming *and* outgoing weights of
  /// pruned neurons are zero and masked.
  ///
  /// All parameters of a removed branch are zero and masked.
  /// - Throws: `PruningError` if the plan is not for this network.
  public func masked(by plan: PruningPlan) throws -> Network {
    let grown = try grown(by: plan)
    return grown.masked(by: try ResolvedPlan(plan, for: grown))
  }

  func masked(by plan: ResolvedPlan) -> Network {
    var kept = parameters.map { $0.map { $0.mask?.kept } }
    func remove(_ node: Int, _ parameter: Int, _ entries: some Sequence<Int>) {
      let count = parameters[node][parameter].value.count
      var own = kept[node][parameter] ?? [Bool](repeating: true, count: count)
      for entry in entries { own[entry] = false }
      kept[node][parameter] = own
    }
    for slot in plan.groups.slots where slot.groups.contains(where: { plan.zeroed[$0] }) {
      let removed = slot.groups.indices.filter { plan.zeroed[slot.groups[$0]] }
      let shape = parameters[slot.node][slot.parameter].value.shape
      remove(slot.node, slot.parameter, shape.entries(of: removed, along: slot.axis))
    }
    for node in architecture.nodes.indices where !plan.reachable[node] {
      for parameter in parameters[node].indices {
        remove(node, parameter, 0..<parameters[node][parameter].value.count)
      }
    }
    for (node, own) in plan.entries {
      for (parameter, entries) in own { remove(node, parameter, entries) }
    }
    var copy = self
    for node in parameters.indices {
      for (parameter, kept) in kept[node].enumerated() {
        guard let kept, kept != parameters[node][parameter].mask?.kept else { continue }
        copy.parameters[node][parameter].mask = Mask(kept)
        copy.parameters[node][parameter].applyMask()
      }
    }
    return copy
  }
}

extension Shape {
  /// The flat positions of all elements at the given indices of one axis.
  func entries(of indices: [Int], along axis: Int) -> [Int] {
    let inner = dimensions.dropFirst(axis + 1).reduce(1, *)
    let length = dimensions[axis]
    let outer = dimensions.prefix(axis).reduce(1, *)
    var entries: [Int] = []
    entries.reserveCapacity(outer * indices.count * inner)
    for block in 0..<outer {
      for index in indices {
        let start = (block * length + index) * inner
        entries += start..<start + inner
      }
    }
    return entries
  }
}
