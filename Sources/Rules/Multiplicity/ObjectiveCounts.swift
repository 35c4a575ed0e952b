/// Numbers of trees by objective, from `first` up to a bound.
///
/// Numbers above 2^53 are rounded; they never overflow: a tree of depth 4 over 64 conditions is one of
/// fewer than 2^91.
struct ObjectiveCounts: Hashable, Sendable {
  /// The objective of the first count.
  let first: Int
  private(set) var counts: [Double]

  /// No trees; `last` below `first` is an empty range.
  init(from first: Int, through last: Int) {
    self.first = first
    counts = [Double](repeating: 0, count: max(last - first + 1, 0))
  }

  /// Whether trees of this objective are counted.
  func contains(_ objective: Int) -> Bool { counts.indices.contains(objective - first) }

  /// The number of trees with an objective of at most `objective`.
  func total(through objective: Int) -> Double {
    counts.prefix(max(objective - first + 1, 0)).reduce(0, +)
  }

  /// Adds trees of one objective; those above the bound are ignored.
  mutating func add(_ count: Double, at objective: Int) {
    let index = objective - first
    if counts.indices.contains(index) { counts[index] += count }
  }

  /// Adds the trees that have one of `low` and one of `high` below their root.
  /// - Returns: the number of products.
  @discardableResult
  mutating func addProducts(_ low: ObjectiveCounts, _ high: ObjectiveCounts) -> Int {
    let start = low.first + high.first - first
    let size = counts.count
    guard start < size, start >= 0 else { return 0 }
    var products = 0
    counts.withUnsafeMutableBufferPointer { counts in
      low.counts.withUnsafeBufferPointer { low in
        high.counts.withUnsafeBufferPointer { high in
          for one in 0..<min(low.count, size - start) where low[one] != 0 {
            let capacity = min(high.count, size - start - one)
            for other in 0..<capacity { counts[start + one + other] += low[one] * high[other] }
            products += capacity
          }
        }
      }
    }
    return products
  }
}
