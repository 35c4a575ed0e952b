import Networks
import Synchronization
import Tensors

/// A store of training checkpoints by name.
public protocol CheckpointStore: Sendable {
  /// The stored value; `nil` if there is none of this name and type.
  func load<Value: Codable>(_ name: String, as type: Value.Type) -> Value?
  func save<Value: Codable>(_ value: Value, for name: String) throws
}

/// The checkpoints of a pruning, from which an interrupted pruning resumes.
///
/// Only training results are stored. Scores, pruning and equality checks are recomputed: they are
/// fast and deterministic.
public final class PruningCheckpoints: Sendable {
  private let store: any CheckpointStore
  private let reached = Mutex(0)

  /// Creates the checkpoints of one pruning in a store.
  public init(_ store: any CheckpointStore) { self.store = store }

  private struct Learned<Value: Codable>: Codable {
    var start: UInt64
    var value: Value
  }

  /// Returns the result of the next training stage from an earlier run, or trains and stores it.
  /// - Throws: errors of `learn` and of the store.
  func reach<Value: Codable>(from network: Network, _ learn: () throws -> Value) throws -> Value {
    let number = reached.withLock { count in
      count += 1
      return count
    }
    let (name, start) = ("learned-\(number)", network.digest)
    if let known = store.load(name, as: Learned<Value>.self), known.start == start {
      return known.value
    }
    let value = try learn()
    try store.save(Learned(start: start, value: value), for: name)
    return value
  }
}

extension Network {
  /// A hash of parameters, shapes and masks (FNV-1a over their bits).
  var digest: UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ bits: UInt32) { hash = (hash ^ UInt64(bits)) &* 0x100_0000_01b3 }
    for (node, own) in parameters.enumerated() {
      add(UInt32(truncatingIfNeeded: node))
      for parameter in own {
        parameter.value.shape.dimensions.forEach { add(UInt32(truncatingIfNeeded: $0)) }
        parameter.value.elements.forEach { add($0.bitPattern) }
        parameter.mask?.kept.forEach { add($0 ? 1 : 0) }
      }
    }
    return hash
  }
}
