import Tensors

/// The recursion of the search for an optimal tree.
struct TreeSearch {
  private struct Key: Hashable {
    var mask: [UInt64]
    var depth: Int
  }

  /// A set of rows whose best subtree is known.
  private struct Solved {
    var mask: [UInt64]
    var objective: Int
  }

  let problem: OptimalTree
  let budget: Int
  /// The number of searched subtrees of depth 2.
  private(set) var nodes = 0
  private var known: [Key: OptimalTree.Solution] = [:]

  /// Roots that are searched at a time, with the incumbent from before them.
  private static let group = 16
  /// The number of similar sets that give bounds.
  private static let remembered = 24
  /// The number of cached solutions.
  private static let cached = 20_000

  init(_ problem: OptimalTree, budget: Int) {
    self.problem = problem
    self.budget = budget
  }

  /// The best tree over some rows.
  mutating func solve(
    _ mask: [UInt64], depth: Int, onStep: () throws -> Void
  ) rethrows -> (solution: OptimalTree.Solution, isProved: Bool) {
    guard depth > 2 else {
      nodes += 1
      return (problem.pairs(among: mask, depth: depth), true)
    }
    if let solution = known[Key(mask: mask, depth: depth)] { return (solution, true) }
    let leaf = problem.leaf(among: mask)
    if leaf.objective <= problem.leastErrors(among: mask) + problem.leafPenalty {
      return (leaf, true)
    }
    let start = try incumbent(mask, depth: depth, onStep: onStep)
    let found =
      depth == 3
      ? try roots(mask, from: start, onStep: onStep)
      : try deeper(mask, depth: depth, from: start, onStep: onStep)
    if found.isProved, known.count < Self.cached {
      known[Key(mask: mask, depth: depth)] = found.solution
    }
    return found
  }

  /// Depth 3: two searches of depth 2 under each root.
  private mutating func roots(
    _ mask: [UInt64], from start: OptimalTree.Solution, onStep: () throws -> Void
  ) rethrows -> (solution: OptimalTree.Solution, isProved: Bool) {
    // Of equally good trees the shallower, then the one with the first root.
    let shallow = problem.pairs(among: mask, depth: 2)
    nodes += 1
    var best = start.objective < shallow.objective ? start : shallow
    var bound = min(start.objective + 1, shallow.objective)
    var solved: [Solved] = []
    let problem = self.problem
    let penalty = problem.leafPenalty
    let count = problem.conditions.count
    for first in stride(from: 0, to: count, by: Self.group) {
      try onStep()
      guard nodes < budget else { return (best, false) }
      let (least, similar) = (bound, solved)
      let found = Workers.map(min(Self.group, count - first)) { offset -> Halves? in
        guard let sides = problem.sides(of: mask, first + offset) else { return nil }
        let fewest = { (rows: [UInt64]) in
          similar.reduce(problem.leastErrors(among: rows)) {
            max($0, $1.objective - problem.rows.weight(of: $1.mask.subtracting(rows)))
          }
        }
        let lowLeast = fewest(sides.low)
        guard lowLeast + fewest(sides.high) + penalty < least else { return nil }
        let high = problem.pairs(among: sides.high, depth: 2)
        guard high.objective + lowLeast + penalty < least else {
          return Halves(high: (sides.high, high), low: nil)
        }
        return Halves(
          high: (sides.high, high), low: (sides.low, problem.pairs(among: sides.low, depth: 2)))
      }
      for (offset, halves) in found.enumerated() {
        guard let halves else { continue }
        nodes += halves.low == nil ? 1 : 2
        for part in [halves.high, halves.low] {
          if let part { solved.append(Solved(mask: part.mask, objective: part.solution.objective)) }
        }
        guard let low = halves.low?.solution, let high = halves.high?.solution else { continue }
        let objective = low.objective + high.objective + penalty
        if objective < bound {
          bound = objective
          best = .init(
            objective: objective,
            tree: .split(condition: first + offset, low: low.tree, high: high.tree))
        }
      }
      solved.removeFirst(max(solved.count - Self.remembered, 0))
    }
    return (best, true)
  }

  private struct Halves: Sendable {
    var high: (mask: [UInt64], solution: OptimalTree.Solution)?
    var low: (mask: [UInt64], solution: OptimalTree.Solution)?
  }

  private mutating func deeper(
    _ mask: [UInt64], depth: Int, from start: OptimalTree.Solution, onStep: () throws -> Void
  ) rethrows -> (solution: OptimalTree.Solution, isProved: Bool) {
    var best = start
    var isProved = true
    for root in problem.conditions.indices {
      guard nodes < budget else { return (best, false) }
      guard let sides = problem.sides(of: mask, root) else { continue }
      let lowLeast = problem.leastErrors(among: sides.low)
      let least = lowLeast + problem.leastErrors(among: sides.high) + problem.leafPenalty
      guard least < best.objective else { continue }
      let high = try solve(sides.high, depth: depth - 1, onStep: onStep)
      let highLeast =
        high.isProved ? high.solution.objective : problem.leastErrors(among: sides.high)
      guard highLeast + lowLeast + problem.leafPenalty < best.objective else { continue }
      let low = try solve(sides.low, depth: depth - 1, onStep: onStep)
      isProved = isProved && high.isProved && low.isProved
      let objective =
        high.solution.objective + low.solution.objective + problem.leafPenalty
      if objective < best.objective {
        best = .init(
          objective: objective,
          tree: .split(condition: root, low: low.solution.tree, high: high.solution.tree))
      }
    }
    return (best, isProved)
  }

  /// The tree in which each split is the one whose greedy completion is best.
  private mutating func incumbent(
    _ mask: [UInt64], depth: Int, onStep: () throws -> Void
  ) rethrows -> OptimalTree.Solution {
    guard depth > 2 else {
      nodes += 1
      return problem.pairs(among: mask, depth: depth)
    }
    try onStep()
    let leaf = problem.leaf(among: mask)
    guard leaf.objective > problem.leafPenalty + problem.leastErrors(among: mask) else {
      return leaf
    }
    nodes += 1
    var best = problem.pairs(among: mask, depth: 2)
    let problem = self.problem
    let sums = Workers.map(problem.conditions.count) { index -> Int? in
      guard let sides = problem.sides(of: mask, index) else { return nil }
      return problem.greedy(sides.low, depth: depth - 1)
        + problem.greedy(sides.high, depth: depth - 1) + problem.leafPenalty
    }
    var root: (index: Int, sum: Int)?
    for (index, sum) in sums.enumerated() {
      if let sum, sum < root?.sum ?? Int.max { root = (index, sum) }
    }
    guard let root, let sides = problem.sides(of: mask, root.index) else { return best }
    let low = try incumbent(sides.low, depth: depth - 1, onStep: onStep)
    let high = try incumbent(sides.high, depth: depth - 1, onStep: onStep)
    let objective = low.objective + high.objective + problem.leafPenalty
    if objective < best.objective {
      best = .init(
        objective: objective,
        tree: .split(condition: root.index, low: low.tree, high: high.tree))
    }
    return best
  }
}

extension OptimalTree {
  /// The objective of the tree that greedy splits by Gini impurity give.
  fileprivate func greedy(_ mask: [UInt64], depth: Int) -> Int {
    let present = classes.map { $0.intersection(mask) }
    return greedy(mask, members: present, depth: depth)
  }

  private func greedy(_ mask: [UInt64], members: [[UInt64]], depth: Int) -> Int {
    let totals = members.map { rows.weight(of: $0) }
    let total = totals.reduce(0, +)
    let errors = total - (totals.max() ?? 0)
    guard depth > 0, errors > leafPenalty else { return errors }
    let present = totals.indices.filter { totals[$0] > 0 }
    var best: (index: Int, purity: Double)?
    for index in conditions.indices {
      var (inside, squares, rest) = (0, 0.0, 0.0)
      for group in present {
        let count = rows.weight(of: conditions[index], and: members[group])
        inside += count
        squares += Double(count * count)
        rest += Double((totals[group] - count) * (totals[group] - count))
      }
      guard inside > 0, inside < total else { continue }
      let purity = squares / Double(inside) + rest / Double(total - inside)
      if purity > best?.purity ?? -1 { best = (index, purity) }
    }
    guard let best else { return errors }
    let held = conditions[best.index]
    let split =
      greedy(
        mask.subtracting(held), members: members.map { $0.subtracting(held) }, depth: depth - 1)
      + greedy(
        mask.intersection(held), members: members.map { $0.intersection(held) }, depth: depth - 1)
      + leafPenalty
    return min(errors, split)
  }
}
