import Networks
import Synchronization

/// What methods have found out about a network before they cut anything: learned once, used by every
/// pruning of it, whatever its goal.
public final class PruningCache: Sendable {
  private let known = Mutex<[String: any Sendable]>([:])

  public init() {}

  /// A finding that follows from a network and what its name says; two that look for the same at
  /// once both do.
  /// - Throws: what `look` throws.
  func find<Value: Sendable>(
    _ name: String, in network: Network, _ look: () throws -> Value
  ) throws -> Value {
    let key = "\(name) \(network.digest)"
    if let value = known.withLock({ $0[key] }) as? Value { return value }
    let value = try look()
    known.withLock { $0[key] = value }
    return value
  }
}

extension PruningContext {
  /// What a method learns of a network whatever the goal is. The name says everything else that the
  /// finding follows from, but for the rows and the trainer.
  func found<Value: Sendable>(
    _ name: String, in network: Network, _ look: () throws -> Value
  ) throws -> Value {
    try cache?.find("\(name) seed \(seed)", in: network, look) ?? look()
  }
}
