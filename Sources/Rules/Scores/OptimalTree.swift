import Tensors

/// Rows as bits, in groups of equal sample weight, for counting 64 rows at a time.
struct BitRows: Sendable {
  /// The bit of each row.
  let places: [Int]
  /// The sample weight of the rows of each word.
  let wordWeights: [Int]

  init(weights: [Int]) {
    var places = [Int](repeating: 0, count: weights.count)
    var wordWeights: [Int] = []
    for weight in Set(weights).sorted() where weight > 0 {
      var next = wordWeights.count * 64
      for row in weights.indices where weights[row] == weight {
        places[row] = next
        next += 1
      }
      while wordWeights.count * 64 < next { wordWeights.append(weight) }
    }
    for row in weights.indices where weights[row] <= 0 { places[row] = -1 }
    self.places = places
    self.wordWeights = wordWeights
  }

  /// The bits of the rows for which `holds` is true.
  func bits(_ holds: (Int) -> Bool) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: wordWeights.count)
    for (row, place) in places.enumerated() where place >= 0 && holds(row) {
      words[place >> 6] |= 1 << UInt64(place & 63)
    }
    return words
  }
}

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

/// The exact search for a shallow decision tree with the fewest errors plus a penalty per leaf.
///
/// Trees of depth 2 are found by counting each pair of conditions once, as in MurTree (Demirović et
/// al., "MurTree: optimal decision trees via dynamic programming and search", JMLR 23, 2022); trees
/// of depth 3 by two such searches under each root, with the bounds of an incumbent.
package struct OptimalTree {
  /// A tree with its objective: weighted errors plus `leafPenalty` for each leaf but one.
  package struct Solution: Sendable {
    package var objective: Int
    package var tree: ConditionTree
  }

  private let rows: BitRows
  /// The rows on which each condition holds.
  private let conditions: [[UInt64]]
  /// The rows of each class.
  private let classes: [[UInt64]]
  /// The weighted rows that a further leaf must win.
  private let leafPenalty: Int

  /// Creates a search.
  /// - Parameters:
  ///   - conditions: how many there are.
  ///   - answers: the class of each row.
  ///   - classes: the number of classes.
  ///   - weights: the sample weight of each row; rows of weight 0 do not count.
  ///   - leafPenalty: the weighted rows that a further leaf must win.
  ///   - holding: whether a condition holds, for each row.
  package init(
    conditions: Int, answers: [Int], classes: Int, weights: [Int], leafPenalty: Int,
    holding: (Int) -> [Bool]
  ) {
    let rows = BitRows(weights: weights)
    self.rows = rows
    self.conditions = Workers.map(conditions) { index in
      let holds = holding(index)
      return rows.bits { holds[$0] }
    }
    self.classes = (0..<classes).map { group in rows.bits { answers[$0] == group } }
    self.leafPenalty = leafPenalty
  }

  /// The best tree whose paths have at most `depth` (1 to 3) conditions, over all rows.
  package func solution(depth: Int) -> Solution {
    solution(depth: depth, among: rows.bits { _ in true })
  }

  private func solution(depth: Int, among mask: [UInt64]) -> Solution {
    guard depth > 2 else { return pairs(among: mask, depth: depth) }
    let shallow = pairs(among: mask, depth: 2)
    let halves = Workers.map(conditions.count) { index -> (low: Solution, high: Solution)? in
      var (low, high) = (mask, mask)
      for word in mask.indices {
        low[word] &= ~conditions[index][word]
        high[word] &= conditions[index][word]
      }
      guard low.contains(where: { $0 != 0 }), high.contains(where: { $0 != 0 }) else { return nil }
      let first = pairs(among: high, depth: 2)
      // A side alone that is not better than the incumbent needs no other side.
      guard first.objective + leafPenalty < shallow.objective else { return nil }
      return (pairs(among: low, depth: 2), first)
    }
    var best = shallow
    for (index, half) in halves.enumerated() {
      guard let half else { continue }
      let objective = half.low.objective + half.high.objective + leafPenalty
      if objective < best.objective {
        best = Solution(
          objective: objective,
          tree: .split(condition: index, low: half.low.tree, high: half.high.tree))
      }
    }
    return best
  }

  /// The best tree of depth at most 2 by counts of pairs.
  private func pairs(among mask: [UInt64], depth: Int) -> Solution {
    // Only words with rows of the mask, and only classes that occur.
    let words = mask.indices.filter { mask[$0] != 0 }
    var present: [(index: Int, words: [UInt64], total: Int)] = []
    for (index, bits) in classes.enumerated() {
      let inside = words.map { bits[$0] & mask[$0] }
      let total = zip(inside, words).reduce(0) {
        $0 + $1.0.nonzeroBitCount * rows.wordWeights[$1.1]
      }
      if total > 0 { present.append((index, inside, total)) }
    }
    guard let commonest = present.max(by: { ($0.total, $1.index) < ($1.total, $0.index) }) else {
      return Solution(objective: 0, tree: .leaf(0))
    }
    let all = present.reduce(0) { $0 + $1.total }
    let leaf = Solution(objective: all - commonest.total, tree: .leaf(commonest.index))
    guard depth > 0, present.count > 1, leaf.objective > leafPenalty else { return leaf }
    let counts = PairCounts(
      conditions: conditions, words: words, weights: rows.wordWeights, classes: present)
    return depth == 1 ? counts.stump(leaf, leafPenalty) : counts.best(leaf, leafPenalty)
  }
}

/// The class counts of single conditions over some rows, and the pairs of them.
private struct PairCounts {
  let conditions: [[UInt64]]
  let words: [Int]
  let weights: [Int]
  let classes: [(index: Int, words: [UInt64], total: Int)]
  /// `[condition * classes + class]`
  private let single: [Int]
  private let total: Int

  init(
    conditions: [[UInt64]], words: [Int], weights: [Int],
    classes: [(index: Int, words: [UInt64], total: Int)]
  ) {
    self.words = words
    self.weights = words.map { weights[$0] }
    self.conditions = conditions.map { bits in words.map { bits[$0] } }
    self.classes = classes
    total = classes.reduce(0) { $0 + $1.total }
    var single: [Int] = []
    for bits in self.conditions {
      for group in classes {
        var count = 0
        for word in words.indices {
          count += (bits[word] & group.words[word]).nonzeroBitCount * self.weights[word]
        }
        single.append(count)
      }
    }
    self.single = single
  }

  /// Ranges of words with rows of one weight.
  private var segments: [(words: Range<Int>, weight: Int)] {
    var all: [(words: Range<Int>, weight: Int)] = []
    for (word, weight) in weights.enumerated() {
      if let last = all.last, last.weight == weight {
        all[all.count - 1].words = last.words.lowerBound..<(word + 1)
      } else {
        all.append((word..<(word + 1), weight))
      }
    }
    return all
  }

  private struct Child {
    var errors: Int
    var condition: Int?
  }

  /// The best subtree of depth 1.
  func stump(_ leaf: OptimalTree.Solution, _ penalty: Int) -> OptimalTree.Solution {
    var best = leaf
    for index in conditions.indices {
      let (low, high) = sides(of: index)
      let objective = low.errors + high.errors + penalty
      if objective < best.objective {
        best = .init(
          objective: objective,
          tree: .split(condition: index, low: .leaf(low.answer), high: .leaf(high.answer)))
      }
    }
    return best
  }

  private func sides(
    of index: Int
  ) -> (low: (errors: Int, answer: Int), high: (errors: Int, answer: Int)) {
    let width = classes.count
    let high = (0..<width).map { single[index * width + $0] }
    let low = (0..<width).map { classes[$0].total - high[$0] }
    return (side(low), side(high))
  }

  private func side(_ counts: [Int]) -> (errors: Int, answer: Int) {
    var best = 0
    for index in counts.indices where counts[index] > counts[best] { best = index }
    return (counts.reduce(0, +) - counts[best], classes[best].index)
  }

  /// The best tree of depth 2.
  func best(_ leaf: OptimalTree.Solution, _ penalty: Int) -> OptimalTree.Solution {
    let width = classes.count
    let count = conditions.count
    var low = (0..<count).map { Child(errors: sides(of: $0).low.errors, condition: nil) }
    var high = (0..<count).map { Child(errors: sides(of: $0).high.errors, condition: nil) }
    let sums = (0..<count).map { index in
      (0..<width).reduce(0) { $0 + single[index * width + $1] }
    }
    let segments = self.segments
    var inside = [[UInt64]](repeating: [], count: width)
    var both = [Int](repeating: 0, count: width)
    for first in 0..<count where sums[first] > 0 && sums[first] < total {
      for group in 0..<width {
        let (bits, members) = (conditions[first], classes[group].words)
        inside[group] = bits.indices.map { bits[$0] & members[$0] }
      }
      for second in (first + 1)..<max(count, first + 1)
      where sums[second] > 0 && sums[second] < total {
        conditions[second].withUnsafeBufferPointer { bits in
          for group in 0..<width {
            inside[group].withUnsafeBufferPointer { members in
              both[group] = segments.reduce(0) {
                $0 + ScoreKernel.countInCommon(bits, members, $1.words) * $1.weight
              }
            }
          }
        }
        // The largest counts of the four cells.
        var (hh, hl, lh, ll) = (0, 0, 0, 0)
        for group in 0..<width {
          let (one, two) = (single[first * width + group], single[second * width + group])
          hh = max(hh, both[group])
          hl = max(hl, one - both[group])
          lh = max(lh, two - both[group])
          ll = max(ll, classes[group].total - one - two + both[group])
        }
        update(&high[first], sums[first] - hh - hl + penalty, second)
        update(&low[first], total - sums[first] - lh - ll + penalty, second)
        update(&high[second], sums[second] - hh - lh + penalty, first)
        update(&low[second], total - sums[second] - hl - ll + penalty, first)
      }
    }
    var best: (objective: Int, root: Int)?
    for root in 0..<count where sums[root] > 0 && sums[root] < total {
      let objective = low[root].errors + high[root].errors + penalty
      if objective < best?.objective ?? leaf.objective { best = (objective, root) }
    }
    guard let best else { return leaf }
    return .init(
      objective: best.objective,
      tree: .split(
        condition: best.root, low: tree(low[best.root], of: best.root, isHigh: false),
        high: tree(high[best.root], of: best.root, isHigh: true)))
  }

  private func update(_ child: inout Child, _ errors: Int, _ condition: Int) {
    if errors < child.errors { child = Child(errors: errors, condition: condition) }
  }

  private func tree(_ child: Child, of root: Int, isHigh: Bool) -> ConditionTree {
    let width = classes.count
    guard let condition = child.condition else {
      let sides = sides(of: root)
      return .leaf(isHigh ? sides.high.answer : sides.low.answer)
    }
    var (lower, upper) = ([Int](repeating: 0, count: width), [Int](repeating: 0, count: width))
    for group in 0..<width {
      for word in words.indices {
        let side = isHigh ? conditions[root][word] : ~conditions[root][word]
        let members = classes[group].words[word] & side
        let passing = (members & conditions[condition][word]).nonzeroBitCount
        upper[group] += passing * weights[word]
        lower[group] += (members.nonzeroBitCount - passing) * weights[word]
      }
    }
    return .split(
      condition: condition, low: .leaf(side(lower).answer), high: .leaf(side(upper).answer))
  }
}
