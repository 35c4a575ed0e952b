import Datasets

/// The nested subtrees of minimal cost-complexity pruning (Breiman, Friedman, Olshen & Stone 1984,
/// chapter 3).
///
/// Step 0 is the tree without splits that do not reduce the errors, the last step the root alone.
public struct PruningSequence: Hashable, Sendable {
  /// The tree as it was grown, before step 0.
  public let tree: DecisionTree
  /// The step from which on each node is a leaf, `Int.max` for one that is never cut to a leaf.
  private let leafFrom: [Int]
  /// The step from which on each node is removed.
  private let goneFrom: [Int]
  /// The number of leaves of the tree of each step, strictly decreasing.
  public let leafCounts: [Int]

  /// - Complexity: O(steps × nodes)
  public init(_ tree: DecisionTree) {
    self.tree = tree
    let nodes = tree.nodes
    var leafFrom = nodes.map { $0.split == nil ? 0 : Int.max }
    var counts: [Int] = []
    // Children follow their parents, so one reverse pass sums whole subtrees.
    var step = 0
    while true {
      var leaves = [Int](repeating: 1, count: nodes.count)
      var errors = nodes.map(\.errors)
      for index in nodes.indices.reversed() where leafFrom[index] > step {
        guard let split = nodes[index].split else { continue }
        leaves[index] = leaves[split.first] + leaves[split.second]
        errors[index] = errors[split.first] + errors[split.second]
      }
      let alive = Self.alive(nodes, leafFrom: leafFrom, at: step)
      // The smallest increase of errors per removed leaf, as a fraction of integers.
      var weakest: (rise: Int, saved: Int)?
      for index in alive where leafFrom[index] > step {
        let link = (rise: nodes[index].errors - errors[index], saved: leaves[index] - 1)
        if let best = weakest, link.rise * best.saved >= best.rise * link.saved { continue }
        weakest = link
      }
      // Before the first step, splits without an increase of errors are removed.
      if step > 0 || weakest?.rise != 0 { counts.append(leaves[0]) }
      guard let weakest else { break }
      let free = counts.isEmpty
      if !free { step += 1 }
      for index in alive where leafFrom[index] > step {
        let link = (rise: nodes[index].errors - errors[index], saved: leaves[index] - 1)
        if link.rise * weakest.saved == weakest.rise * link.saved { leafFrom[index] = step }
      }
    }
    self.leafFrom = leafFrom
    leafCounts = counts
    var goneFrom = [Int](repeating: Int.max, count: nodes.count)
    for index in nodes.indices {
      guard let split = nodes[index].split else { continue }
      for child in [split.first, split.second] {
        goneFrom[child] = min(goneFrom[index], leafFrom[index])
      }
    }
    self.goneFrom = goneFrom
  }

  private static func alive(_ nodes: [DecisionTree.Node], leafFrom: [Int], at step: Int) -> [Int] {
    var alive: [Int] = []
    var stack = [0]
    while let index = stack.popLast() {
      alive.append(index)
      if let split = nodes[index].split, leafFrom[index] > step {
        stack.append(split.first)
        stack.append(split.second)
      }
    }
    return alive
  }

  /// The tree of one step.
  public func tree(at step: Int) -> DecisionTree { tree.cut { leafFrom[$0] <= step } }

  /// For every step, the number of rows that the tree classifies as `labels`.
  /// - Complexity: O(rows × depth + steps)
  public func agreements(on table: Table, labels: [Int]) -> [Int] {
    let steps = leafCounts.count
    var changes = [Int](repeating: 0, count: steps + 1)
    var parents = [Int](repeating: -1, count: tree.nodes.count)
    for (index, node) in tree.nodes.enumerated() {
      if let split = node.split { (parents[split.first], parents[split.second]) = (index, index) }
    }
    var hits = [Int: [Int]]()
    for (row, last) in tree.lastNodes(of: table).enumerated() {
      // A row that satisfies neither condition of a split gets the default class until the split is
      // a leaf.
      if tree.nodes[last].split != nil, labels[row] == tree.defaultClass {
        changes[0] += 1
        changes[min(leafFrom[last], goneFrom[last], steps)] -= 1
      }
      hits[last, default: [Int](repeating: 0, count: tree.nodes[0].counts.count)][labels[row]] += 1
    }
    for leaf in hits.keys.sorted() {
      var node = leaf
      while node >= 0 {
        let from = leafFrom[node]
        let to = min(goneFrom[node], steps)
        if from < to {
          let agreeing = hits[leaf]?[tree.nodes[node].conclusion] ?? 0
          changes[from] += agreeing
          changes[to] -= agreeing
        }
        node = parents[node]
      }
    }
    var sum = 0
    return changes.prefix(steps).map {
      sum += $0
      return sum
    }
  }

  /// The step with the fewest leaves within one standard error of the best agreement (1-SE rule).
  /// - Parameters:
  ///   - agreements: the number of agreements per step, on rows not used to grow the tree.
  ///   - total: the number of these rows.
  ///   - limit: the largest number of leaves.
  /// - Returns: the step.
  public func smallestWithinOneError(
    agreements: [Int], of total: Int, atMost limit: Int = .max
  ) -> Int {
    let allowed = leafCounts.indices.filter { leafCounts[$0] <= limit }
    guard total > 0, let best = allowed.map({ agreements[$0] }).max() else {
      return allowed.first ?? leafCounts.count - 1
    }
    let share = Double(best) / Double(total)
    let error = (share * (1 - share) / Double(total)).squareRoot() * Double(total)
    return allowed.last { Double(agreements[$0]) >= Double(best) - error } ?? allowed[0]
  }
}
