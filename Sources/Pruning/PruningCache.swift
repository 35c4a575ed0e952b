import Networks
import Synchronization

/// A cache of intermediate results that depend on a network but not on the pruning goal, shared by
/// several prunings of it.
public final class PruningCache: Sendable {
  private let known = Mutex<[String: any Sendable]>([:])

  /// Creates an empty cache.
  public init() {}

  /// Returns the cached value for a name and a network, or computes and stores it; concurrent calls
  /// for the same key may both compute it.
  /// - Throws: errors thrown by `look`.
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
  /// Returns a cached goal-independent result, or computes it; the name must encode every setting
  /// that the result depends on, except the rows, the trainer and the seed.
  func found<Value: Sendable>(
    _ name: String, in network: Network, _ look: () throws -> Value
  ) throws -> Value {
    try cache?.find("\(name) seed \(seed)", in: network, look) ?? look()
  }
}
