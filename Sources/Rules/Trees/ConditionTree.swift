/// A tree over conditions given by their position.
package indirect enum ConditionTree: Hashable, Sendable {
  /// A class.
  case leaf(Int)
  /// Rows on which the condition holds go to `high`.
  case split(condition: Int, low: ConditionTree, high: ConditionTree)

  package var leafCount: Int {
    switch self {
    case .leaf: 1
    case .split(_, let low, let high): low.leafCount + high.leafCount
    }
  }
}
