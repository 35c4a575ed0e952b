import Tensors

/// The class counts of single conditions over some rows, and the pairs of them.
struct PairCounts {
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
          tree: .split(condition: index, low: .leaf(low.conclusion), high: .leaf(high.conclusion)))
      }
    }
    return best
  }

  private func sides(
    of index: Int
  ) -> (low: (errors: Int, conclusion: Int), high: (errors: Int, conclusion: Int)) {
    let width = classes.count
    let high = (0..<width).map { single[index * width + $0] }
    let low = (0..<width).map { classes[$0].total - high[$0] }
    return (side(low), side(high))
  }

  private func side(_ counts: [Int]) -> (errors: Int, conclusion: Int) {
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
      return .leaf(isHigh ? sides.high.conclusion : sides.low.conclusion)
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
      condition: condition, low: .leaf(side(lower).conclusion), high: .leaf(side(upper).conclusion))
  }
}
