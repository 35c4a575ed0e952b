import Tensors

/// A leaf: the class with the most rows, the first of equals, and its rows of other classes plus the
/// penalty of a leaf.
struct CountedLeaf: Hashable, Sendable {
  var objective: Int
  var conclusion: Int
}

/// The trees of depth at most 2 over the rows of a mask, by the class counts of pairs of conditions
/// (Demirović et al. 2022).
struct PairCells {
  private let rows: MergedRows
  private let penalty: Int
  /// The conditions with rows on both sides.
  private var open: [Int] = []
  /// The positions of the classes that occur.
  private var present: [Int] = []
  /// The number of rows of each of these classes.
  private var totals: [Int32] = []
  /// `[condition, condition, class]`, of open conditions and classes that occur.
  private var counts: [Int32] = []
  /// The least objective of a tree of depth at most 1 on each side of an open condition.
  private var low: [Int] = []
  private var high: [Int] = []
  /// The leaf of all rows; `nil` without rows.
  private(set) var leaf: CountedLeaf?
  /// The least objective; `nil` without rows.
  private(set) var least: Int?

  /// Creates cells without rows.
  init(_ rows: MergedRows, penalty: Int) {
    self.rows = rows
    self.penalty = penalty
  }

  /// Counts the rows of a mask.
  mutating func load(_ mask: [UInt64]) {
    let words = mask.indices.filter { mask[$0] != 0 }
    present = []
    totals = []
    var starts: [Int] = []
    var next = 0
    for group in 0..<rows.classes {
      let end = rows.starts[group + 1]
      let first = next
      var total = 0
      while next < words.count, words[next] < end {
        total += mask[words[next]].nonzeroBitCount * Int(rows.weights[words[next]])
        next += 1
      }
      guard total > 0 else { continue }
      present.append(group)
      totals.append(Int32(total))
      starts.append(first)
    }
    starts.append(words.count)
    (leaf, least) = (nil, nil)
    guard let most = totals.max(), let conclusion = totals.firstIndex(of: most) else { return }
    let size = Int(totals.reduce(0, +))
    let leaf = CountedLeaf(objective: size - Int(most) + penalty, conclusion: present[conclusion])
    self.leaf = leaf
    least = leaf.objective
    open = []
    var bits: [UInt64] = []
    // A split costs a leaf more than it can gain from a pure node.
    guard present.count > 1, leaf.objective > penalty else { return }
    for condition in 0..<rows.conditions {
      let holding = rows.literals[2 * condition + 1]
      var (some, others): (UInt64, UInt64) = (0, 0)
      for word in words {
        some |= mask[word] & holding[word]
        others |= mask[word] & ~holding[word]
      }
      guard some != 0, others != 0 else { continue }
      open.append(condition)
      for word in words { bits.append(mask[word] & holding[word]) }
    }
    PairKernel.count(
      bits, sets: open.count, weights: words.map { rows.weights[$0] }, starts: starts,
      into: &counts)
    findLeast(leaf)
  }

  private mutating func findLeast(_ leaf: CountedLeaf) {
    var low: [Int] = []
    var high: [Int] = []
    for index in open.indices {
      let (below, above) = sides(of: index)
      low.append(below.errors + penalty)
      high.append(above.errors + penalty)
    }
    let stump = 2 * penalty
    forEachPair { one, other, cells in
      if cells.hh.size > 0 {
        if cells.hl.size > 0 {
          high[one] = min(high[one], cells.hh.errors + cells.hl.errors + stump)
        }
        if cells.lh.size > 0 {
          high[other] = min(high[other], cells.hh.errors + cells.lh.errors + stump)
        }
      }
      if cells.ll.size > 0 {
        if cells.lh.size > 0 {
          low[one] = min(low[one], cells.lh.errors + cells.ll.errors + stump)
        }
        if cells.hl.size > 0 {
          low[other] = min(low[other], cells.hl.errors + cells.ll.errors + stump)
        }
      }
    }
    self.low = low
    self.high = high
    least = open.indices.reduce(leaf.objective) { min($0, low[$1] + high[$1]) }
  }

  /// The trees whose objective is at most `bound`, without those that have a node with two leaves of
  /// one class.
  func trees(within bound: Int) -> ShallowTrees {
    var found = ShallowTrees(least: least ?? 0, bound: bound)
    guard let leaf else { return found }
    if leaf.objective <= bound { found.leaf = leaf }
    guard present.count > 1, leaf.objective > penalty else { return found }
    var splits = open.indices.map { index -> ShallowTrees.Split? in
      guard low[index] + high[index] <= bound else { return nil }
      var split = ShallowTrees.Split(condition: open[index])
      let (below, above) = sides(of: index)
      if below.errors + penalty + high[index] <= bound {
        split.lowLeaf = CountedLeaf(
          objective: below.errors + penalty, conclusion: present[below.conclusion])
      }
      if above.errors + penalty + low[index] <= bound {
        split.highLeaf = CountedLeaf(
          objective: above.errors + penalty, conclusion: present[above.conclusion])
      }
      return split
    }
    let stump = 2 * penalty
    forEachPair { one, other, cells in
      func add(_ first: Side, _ second: Side, below parent: Int, asking child: Int, isHigh: Bool) {
        guard splits[parent] != nil, first.size > 0, second.size > 0,
          first.conclusion != second.conclusion
        else { return }
        let objective = first.errors + second.errors + stump
        guard objective + (isHigh ? low : high)[parent] <= bound else { return }
        let entry = ShallowTrees.Stump(
          objective: Int32(objective), condition: Int32(open[child]))
        if isHigh {
          splits[parent]?.high.append(entry)
        } else {
          splits[parent]?.low.append(entry)
        }
      }
      add(cells.hh, cells.hl, below: one, asking: other, isHigh: true)
      add(cells.lh, cells.ll, below: one, asking: other, isHigh: false)
      add(cells.hh, cells.lh, below: other, asking: one, isHigh: true)
      add(cells.hl, cells.ll, below: other, asking: one, isHigh: false)
    }
    found.splits = splits.compactMap { $0 }
    return found
  }

  /// Rows of one cell: how many, how many have the commonest class, and which that is.
  private struct Side {
    var size: Int32 = 0
    var most: Int32 = -1
    var conclusion = 0
    var errors: Int { Int(size - most) }

    @inline(__always) mutating func add(_ count: Int32, of group: Int) {
      size += count
      if count > most { (most, conclusion) = (count, group) }
    }
  }

  private func sides(of index: Int) -> (low: Side, high: Side) {
    let width = totals.count
    let start = (index * open.count + index) * width
    var (low, high) = (Side(), Side())
    for group in 0..<width {
      high.add(counts[start + group], of: group)
      low.add(totals[group] - counts[start + group], of: group)
    }
    return (low, high)
  }

  /// Calls `body` with each pair of open conditions and its four cells; the first letter is the side
  /// of the first condition.
  private func forEachPair(
    _ body: (_ one: Int, _ other: Int, _ cells: (hh: Side, hl: Side, lh: Side, ll: Side)) -> Void
  ) {
    let (width, size) = (totals.count, open.count)
    counts.withUnsafeBufferPointer { counts in
      totals.withUnsafeBufferPointer { totals in
        for one in 0..<size {
          let single = (one * size + one) * width
          for other in (one + 1)..<max(size, one + 1) {
            let (second, pair) = ((other * size + other) * width, (one * size + other) * width)
            var cells = (hh: Side(), hl: Side(), lh: Side(), ll: Side())
            for group in 0..<width {
              let both = counts[pair + group]
              let (first, next) = (counts[single + group], counts[second + group])
              cells.hh.add(both, of: group)
              cells.hl.add(first - both, of: group)
              cells.lh.add(next - both, of: group)
              cells.ll.add(totals[group] - first - next + both, of: group)
            }
            body(one, other, cells)
          }
        }
      }
    }
  }
}

/// The trees of depth at most 2 over some rows whose objective is at most a bound.
struct ShallowTrees: Sendable {
  /// A tree of depth 1.
  struct Stump: Sendable {
    var objective: Int32
    var condition: Int32
  }

  /// The trees with one root: each pair of a leaf or stump of both sides.
  struct Split: Sendable {
    var condition: Int
    var lowLeaf: CountedLeaf?
    var highLeaf: CountedLeaf?
    var low: [Stump] = []
    var high: [Stump] = []
  }

  var least: Int
  var bound: Int
  var leaf: CountedLeaf?
  var splits: [Split] = []

  init(least: Int, bound: Int) {
    self.least = least
    self.bound = bound
  }

  /// The number of stored leaves and stumps.
  var size: Int { splits.reduce(1) { $0 + 2 + $1.low.count + $1.high.count } }

  /// The conditions of all trees, as bits.
  var conditions: UInt64 {
    splits.reduce(0) { bits, split in
      (split.low + split.high).reduce(bits | 1 << UInt64(split.condition)) {
        $0 | 1 << UInt64($1.condition)
      }
    }
  }

  /// The trees without the conditions `excluded`, by objective, and the number of products.
  func counts(without excluded: UInt64) -> (counts: ObjectiveCounts, products: Int) {
    var counts = ObjectiveCounts(from: least, through: bound)
    var products = 0
    if let leaf { counts.add(1, at: leaf.objective) }
    for split in splits where excluded >> UInt64(split.condition) & 1 == 0 {
      let low = side(split.lowLeaf, split.low, without: excluded)
      let high = side(split.highLeaf, split.high, without: excluded)
      products += counts.addProducts(low, high) + split.low.count + split.high.count
      if let one = split.lowLeaf, let other = split.highLeaf, one.conclusion == other.conclusion {
        counts.add(-1, at: one.objective + other.objective)
      }
    }
    return (counts, products)
  }

  private func side(
    _ leaf: CountedLeaf?, _ stumps: [Stump], without excluded: UInt64
  ) -> ObjectiveCounts {
    var (first, last) = (leaf?.objective ?? Int.max, leaf?.objective ?? Int.min)
    for stump in stumps {
      first = min(first, Int(stump.objective))
      last = max(last, Int(stump.objective))
    }
    guard first <= last else { return ObjectiveCounts(from: 0, through: -1) }
    var counts = ObjectiveCounts(from: first, through: last)
    if let leaf { counts.add(1, at: leaf.objective) }
    for stump in stumps where excluded >> UInt64(stump.condition) & 1 == 0 {
      counts.add(1, at: Int(stump.objective))
    }
    return counts
  }
}
