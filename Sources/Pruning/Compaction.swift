import Networks
import Tensors

/// A pruned network in its compacted form, compared with its masked form.
public struct Compaction: Sendable {
  /// The compacted network.
  public let network: Network
  /// The comparison with the masked network.
  public let check: EqualityCheck

  /// Compacts a network by a plan and compares the result with the masked network on some rows.
  ///
  /// `inputs`: `[rows, inputs]` of the network.
  /// - Throws: `PruningError.notTheSame` if the outputs differ; the errors of the plan.
  public init(of network: Network, by plan: PruningPlan, on inputs: Tensor, head: Head) throws {
    try self.init(
      try network.compacted(by: plan), of: try network.masked(by: plan), by: plan, on: inputs,
      head: head)
  }

  fileprivate init(
    _ compacted: Network, of masked: Network, by plan: PruningPlan, on inputs: Tensor, head: Head
  ) throws(PruningError) {
    network = compacted
    check = EqualityCheck(
      of: compacted, with: masked, inputs: inputs, removed: plan.inputs, head: head)
    guard check.holds else { throw .notTheSame(check) }
  }
}

extension PruningContext {
  /// Compensates for the removals of a plan and compacts the network.
  ///
  /// The masked and the compacted form are compared on `checkRows`.
  /// - Throws: `PruningError.notTheSame` if their outputs differ; the errors of the plan.
  func compacted(
    _ network: Network, by plan: PruningPlan, compensation: Compensation = .none
  ) throws -> Compaction {
    let resolved = try ResolvedPlan(plan, for: network)
    let compensated = try compensation.applied(to: network, resolved, on: self)
    return try Compaction(
      compensated.compacted(by: resolved), of: compensated.masked(by: resolved), by: plan,
      on: checkRows(for: network), head: head)
  }
}
