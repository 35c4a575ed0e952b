import Tensors

/// The paths of a tree above its last two levels, by length: for each the leaf and the least objective
/// of a tree below it.
///
/// A path is a set of literals: its position is 0, the literal, or `first * literals + second`.
struct Levels: Sendable {
  let rows: MergedRows
  let penalty: Int
  /// `[length][path]`; `nil` for paths without rows or not in ascending order.
  private var leaves: [[CountedLeaf?]] = []
  private var leasts: [[Int]] = []

  private var literals: Int { 2 * rows.conditions }
  /// The length of the longest paths.
  var last: Int { leaves.count - 1 }
  /// The least objective of all trees; 0 without rows.
  var least: Int { leaves[0][0] == nil ? 0 : leasts[0][0] }

  /// The number of first literals that are worked on between two calls of `onStep`.
  static let group = 4

  init(_ rows: MergedRows, levels: Int, penalty: Int, onStep: () throws -> Void) rethrows {
    self.rows = rows
    self.penalty = penalty
    let literals = 2 * rows.conditions
    for length in 0...levels {
      let size = [1, literals, literals * literals][length]
      leaves.append([CountedLeaf?](repeating: nil, count: size))
      leasts.append([Int](repeating: 0, count: size))
    }
    try findShallow(onStep)
    for length in stride(from: levels - 1, through: 0, by: -1) { combine(length) }
  }

  /// The paths of one length, in groups of one first literal.
  func paths(_ length: Int) -> [[[Int]]] {
    switch length {
    case 0: [[[]]]
    case 1: (0..<literals).map { [[$0]] }
    default:
      (0..<literals).map { first in
        ((first | 1) + 1..<max(literals, (first | 1) + 1)).map { [first, $0] }
      }
    }
  }

  /// The position of a path.
  func position(_ path: [Int]) -> Int {
    switch path.count {
    case 0: 0
    case 1: path[0]
    default: path[0] * literals + path[1]
    }
  }

  /// The position of a path with one more literal.
  func position(_ path: [Int], and literal: Int) -> Int {
    guard let first = path.first else { return literal }
    return min(first, literal) * literals + max(first, literal)
  }

  func leaf(_ length: Int, _ position: Int) -> CountedLeaf? { leaves[length][position] }
  func least(_ length: Int, _ position: Int) -> Int { leasts[length][position] }

  /// Finds the leaves and the least objectives of the longest paths by counts of pairs.
  private mutating func findShallow(_ onStep: () throws -> Void) rethrows {
    let groups = paths(last)
    for start in stride(from: 0, to: groups.count, by: Self.group) {
      try onStep()
      let found = Workers.map(min(Self.group, groups.count - start)) { offset in
        var cells = PairCells(rows, penalty: penalty)
        return groups[start + offset].map { path -> (CountedLeaf?, Int) in
          cells.load(rows.mask(path))
          return (cells.leaf, cells.least ?? 0)
        }
      }
      for (offset, results) in found.enumerated() {
        for (path, result) in zip(groups[start + offset], results) {
          let place = position(path)
          (leaves[last][place], leasts[last][place]) = result
        }
      }
    }
  }

  /// Finds the least objectives of shorter paths from those of longer ones.
  private mutating func combine(_ length: Int) {
    for path in paths(length).joined() {
      let place = position(path)
      let counts = rows.counts(rows.mask(path))
      let total = counts.reduce(0, +)
      guard total > 0, let most = counts.max(), let conclusion = counts.firstIndex(of: most) else {
        continue
      }
      let leaf = CountedLeaf(objective: total - most + penalty, conclusion: conclusion)
      leaves[length][place] = leaf
      var best = leaf.objective
      forEachSplit(path) { _, low, high in
        best = min(best, leasts[length + 1][low] + leasts[length + 1][high])
      }
      leasts[length][place] = best
    }
  }

  /// Calls `body` with each condition that has rows on both sides, and the positions of both longer
  /// paths.
  func forEachSplit(_ path: [Int], _ body: (_ condition: Int, _ low: Int, _ high: Int) -> Void) {
    let length = path.count + 1
    for condition in 0..<rows.conditions where !path.contains(where: { $0 >> 1 == condition }) {
      let low = position(path, and: 2 * condition)
      let high = position(path, and: 2 * condition + 1)
      guard leaves[length][low] != nil, leaves[length][high] != nil else { continue }
      body(condition, low, high)
    }
  }

  /// The trees below the longest paths that can be part of a tree with an objective of at most
  /// `bound`.
  /// - Parameters:
  ///   - bound: the largest objective.
  ///   - limit: the largest number of stored leaves and stumps.
  ///   - onStep: called often; an error thrown by it ends the search.
  /// - Returns: the trees; not all of them if the limit does not suffice.
  func trees(
    within bound: Int, limit: Int, onStep: () throws -> Void
  ) rethrows -> NearTrees {
    var bounds = leasts.map { [Int](repeating: -1, count: $0.count) }
    bounds[0][0] = bound
    for length in 0..<last {
      for path in paths(length).joined() {
        let place = position(path)
        let most = bounds[length][place]
        guard leaves[length][place] != nil, most >= leasts[length][place] else { continue }
        let next = leasts[length + 1]
        forEachSplit(path) { _, low, high in
          bounds[length + 1][low] = max(bounds[length + 1][low], most - next[high])
          bounds[length + 1][high] = max(bounds[length + 1][high], most - next[low])
        }
      }
    }
    var trees = NearTrees(levels: self, bounds: bounds)
    let groups = paths(last)
    var left = limit
    for start in stride(from: 0, to: groups.count, by: Self.group) {
      try onStep()
      let found = Workers.map(min(Self.group, groups.count - start)) { offset in
        var cells = PairCells(rows, penalty: penalty)
        return groups[start + offset].compactMap { path -> (Int, ShallowTrees)? in
          let place = position(path)
          guard leaves[last][place] != nil, bounds[last][place] >= leasts[last][place] else {
            return nil
          }
          cells.load(rows.mask(path))
          return (place, cells.trees(within: bounds[last][place]))
        }
      }
      for (place, shallow) in found.joined() {
        left -= shallow.size
        guard left >= 0 else {
          trees.isComplete = false
          return trees
        }
        trees.add(shallow, at: place)
      }
    }
    return trees
  }
}

/// The trees whose objective is at most a bound, as parts that are shared between them.
struct NearTrees: Sendable {
  private let levels: Levels
  /// The largest objective of a tree below each path, `[length][path]`.
  private let bounds: [[Int]]
  /// The trees below the longest paths, with the position of the path.
  private var shallow: [(place: Int, trees: ShallowTrees, conditions: UInt64)] = []
  /// Whether no trees are left out.
  var isComplete = true

  init(levels: Levels, bounds: [[Int]]) {
    self.levels = levels
    self.bounds = bounds
  }

  mutating func add(_ trees: ShallowTrees, at place: Int) {
    shallow.append((place, trees, trees.conditions))
  }

  /// Numbers of trees by objective.
  struct Counts: Sendable {
    var root: ObjectiveCounts
    /// The counts of the longest paths, in their order.
    var shallow: [ObjectiveCounts]
    var products: Int
    var isComplete: Bool
  }

  /// Counts the trees that test none of the conditions `excluded`.
  /// - Parameters:
  ///   - excluded: conditions, as bits.
  ///   - limit: the largest number of products; beyond it trees are left out.
  ///   - known: the counts without an excluded condition, if known.
  ///   - onStep: called often; an error thrown by it ends the count.
  /// - Returns: the counts.
  func counts(
    without excluded: UInt64, limit: Int, reusing known: [ObjectiveCounts]?,
    onStep: () throws -> Void
  ) rethrows -> Counts {
    try onStep()
    var products = 0
    var isComplete = true
    var found: [ObjectiveCounts] = []
    found.reserveCapacity(shallow.count)
    for (index, item) in shallow.enumerated() {
      if let known, item.conditions & excluded == 0 {
        found.append(known[index])
        continue
      }
      if products > limit {
        isComplete = false
        found.append(ObjectiveCounts(from: item.trees.least, through: -1))
        continue
      }
      if index % 256 == 255 { try onStep() }
      let (counts, used) = item.trees.counts(without: excluded)
      products += used
      found.append(counts)
    }
    var level = [ObjectiveCounts?](repeating: nil, count: bounds[levels.last].count)
    for (item, counts) in zip(shallow, found) { level[item.place] = counts }
    for length in stride(from: levels.last - 1, through: 0, by: -1) {
      var shorter = [ObjectiveCounts?](repeating: nil, count: bounds[length].count)
      for path in levels.paths(length).joined() {
        let place = levels.position(path)
        let bound = bounds[length][place]
        guard let leaf = levels.leaf(length, place), bound >= levels.least(length, place) else {
          continue
        }
        if products > limit { isComplete = false }
        if length > 0 { try onStep() }
        var counts = ObjectiveCounts(from: levels.least(length, place), through: bound)
        counts.add(1, at: leaf.objective)
        levels.forEachSplit(path) { condition, low, high in
          guard excluded >> UInt64(condition) & 1 == 0, products <= limit,
            let one = level[low], let other = level[high]
          else { return }
          products += counts.addProducts(one, other)
          // Two leaves of one class are no split.
          if let first = levels.leaf(length + 1, low), let second = levels.leaf(length + 1, high),
            first.conclusion == second.conclusion, one.contains(first.objective),
            other.contains(second.objective)
          {
            counts.add(-1, at: first.objective + second.objective)
          }
        }
        shorter[place] = counts
      }
      level = shorter
    }
    return Counts(
      root: level[0] ?? ObjectiveCounts(from: levels.least, through: -1), shallow: found,
      products: products, isComplete: isComplete)
  }
}
