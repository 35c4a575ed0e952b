import Tensors

/// A decision tree whose inner nodes test scores.
struct ScoreTree: Hashable, Sendable {
  /// An inner node, or a leaf if `test` is `nil`.
  struct Node: Hashable, Sendable {
    var test: ScoreTest?
    /// The child of rows that fail the test, and of those that pass.
    var low = 0
    var high = 0
    /// The class of a leaf.
    var conclusion = 0
  }

  /// The root first; every node before its children.
  var nodes: [Node]

  var leafCount: Int { nodes.count { $0.test == nil } }

  /// The distinct sums of more than one term.
  var scoreCount: Int { Set(nodes.compactMap(\.test).filter { $0.size > 1 }.map(\.terms)).count }

  /// The tree with the tests of a condition tree.
  init(_ tree: ConditionTree, tests: [ScoreTest]) {
    nodes = []
    func add(_ tree: ConditionTree) -> Int {
      let index = nodes.count
      nodes.append(Node())
      switch tree {
      case .leaf(let conclusion): nodes[index].conclusion = conclusion
      case .split(let condition, let low, let high):
        nodes[index].test = tests[condition]
        nodes[index].low = add(low)
        nodes[index].high = add(high)
      }
      return index
    }
    _ = add(tree)
  }

  /// The position of the leaf of each row.
  func leaves(of table: TermTable) -> [Int] {
    var places = [Int](repeating: 0, count: table.count)
    for index in nodes.indices {
      guard let test = nodes[index].test else { continue }
      let sums = test.sums(in: table)
      for row in places.indices where places[row] == index {
        places[row] = sums[row] > test.cut ? nodes[index].high : nodes[index].low
      }
    }
    return places
  }

  func predictions(in table: TermTable) -> [Int] { leaves(of: table).map { nodes[$0].conclusion } }

  /// The tree in which a node is replaced by one of its subtrees, or by a leaf.
  func replacing(_ node: Int, by other: Int?, conclusion: Int = 0) -> ScoreTree {
    var copy = self
    if let other {
      copy.nodes[node] = nodes[other]
    } else {
      copy.nodes[node] = Node(conclusion: conclusion)
    }
    return copy.inOrder
  }

  /// The tree without nodes that the root does not reach, each before its children.
  var inOrder: ScoreTree {
    var copy = self
    copy.nodes = []
    func add(_ index: Int) -> Int {
      let place = copy.nodes.count
      copy.nodes.append(nodes[index])
      if nodes[index].test != nil {
        copy.nodes[place].low = add(nodes[index].low)
        copy.nodes[place].high = add(nodes[index].high)
      }
      return place
    }
    _ = add(0)
    return copy
  }
}

/// Improves all tests of a tree, one at a time with the others fixed, by the agreement of the whole
/// tree.
///
/// For each node only the rows count that one subtree predicts correctly and the other does not:
/// tree alternating optimisation (Carreira-Perpiñán & Tavallali, "Alternating optimization of
/// decision trees, with application to learning sparse oblique trees", NeurIPS 2018), here with
/// integer weights.
struct ScoreTreeRefiner {
  let table: TermTable
  let labels: [Int]
  /// The sample weight of each row.
  let weights: [Float]
  let classes: Int
  var search: ScoreSearch
  /// The largest number of distinct sums of more than one term.
  var maxScores: Int
  var passes = 4

  /// The weighted agreement of a tree.
  func agreement(_ tree: ScoreTree) -> Float {
    let given = tree.predictions(in: table)
    return given.indices.reduce(0) { $0 + (given[$1] == labels[$1] ? weights[$1] : 0) }
  }

  /// Improves the tests of a tree until its agreement rises no more.
  /// - Parameters:
  ///   - start: the tree.
  ///   - learns: whether tests are also learned anew in the first pass, not only improved.
  ///   - onStep: called between tests; an error thrown by it ends the search.
  /// - Returns: a tree with at least the agreement of `start`.
  func refined(
    _ start: ScoreTree, learns: Bool = true, onStep: () throws -> Void
  ) rethrows -> ScoreTree {
    var best = relabelled(start)
    var value = agreement(best)
    for pass in 0..<passes {
      var tree = best
      for index in tree.nodes.indices.reversed() where index < tree.nodes.count {
        guard tree.nodes[index].test != nil else { continue }
        try onStep()
        improve(&tree, index, learns: learns && pass == 0)
      }
      tree = relabelled(tree)
      let now = agreement(tree)
      if now <= value { break }
      (best, value) = (tree, now)
    }
    return best
  }

  /// Leaves predict their most frequent class; a split into equal leaves is dropped.
  func relabelled(_ tree: ScoreTree) -> ScoreTree {
    var tree = tree
    let leaves = tree.leaves(of: table)
    var counts = [Float](repeating: 0, count: tree.nodes.count * classes)
    for row in leaves.indices { counts[leaves[row] * classes + labels[row]] += weights[row] }
    for index in tree.nodes.indices where tree.nodes[index].test == nil {
      let ownCounts = counts[(index * classes)..<((index + 1) * classes)]
      var best = tree.nodes[index].conclusion
      for group in 0..<classes
      where ownCounts[ownCounts.startIndex + group] > ownCounts[ownCounts.startIndex + best] {
        best = group
      }
      tree.nodes[index].conclusion = best
    }
    while let index = tree.nodes.indices.first(where: { tree.hasEqualLeaves($0) }) {
      tree = tree.replacing(index, by: tree.nodes[index].low)
    }
    return tree
  }

  /// The agreement that a further leaf must add.
  var leastGain: Float { 0.002 * weights.reduce(0, +) }

  /// The tree with the leaf of most errors split by a learned test;
  /// `nil` if no split lowers the errors.
  func splittingWorstLeaf(of tree: ScoreTree) -> ScoreTree? {
    let leaves = tree.leaves(of: table)
    var errors: [Int: Float] = [:]
    for row in leaves.indices where tree.nodes[leaves[row]].conclusion != labels[row] {
      errors[leaves[row], default: 0] += weights[row]
    }
    let order = errors.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    for (leaf, missed) in order where missed > leastGain {
      let rows = leaves.indices.filter { leaves[$0] == leaf }
      var counts = [Float](repeating: 0, count: classes)
      for row in rows { counts[labels[row]] += weights[row] }
      let own = tree.nodes[leaf].conclusion
      // Each other class against the rest of the leaf.
      let otherClasses = (0..<classes).filter { $0 != own && counts[$0] > leastGain }
        .sorted { (counts[$1], $0) < (counts[$0], $1) }.prefix(3)
      var best: (test: ScoreTest, rival: Int, gain: Float)?
      for rival in otherClasses {
        var gains = [Float](repeating: 0, count: table.count)
        for row in rows {
          gains[row] =
            labels[row] == rival ? weights[row] : labels[row] == own ? -weights[row] : 0
        }
        var search = search
        if tree.scoreCount >= maxScores { search.maxTerms = 1 }
        if let found = search.tests(gains, in: table).last, found.gain > best?.gain ?? leastGain {
          best = (found.test, rival, found.gain)
        }
      }
      guard let best else { continue }
      var larger = tree
      larger.nodes[leaf].test = best.test
      larger.nodes[leaf].low = larger.nodes.count
      larger.nodes[leaf].high = larger.nodes.count + 1
      larger.nodes += [ScoreTree.Node(conclusion: own), ScoreTree.Node(conclusion: best.rival)]
      return larger.inOrder
    }
    return nil
  }

  private func improve(_ tree: inout ScoreTree, _ index: Int, learns: Bool) {
    guard let test = tree.nodes[index].test else { return }
    let reaching = tree.reaching(index, in: table)
    let (low, high) = (
      tree.predictions(from: tree.nodes[index].low, rows: reaching, in: table),
      tree.predictions(from: tree.nodes[index].high, rows: reaching, in: table)
    )
    var gains = [Float](repeating: 0, count: table.count)
    for (position, row) in reaching.enumerated() {
      let change =
        (high[position] == labels[row] ? Float(1) : 0) - (low[position] == labels[row] ? 1 : 0)
      gains[row] = change * weights[row]
    }
    let sums = test.sums(in: table)
    var now: Float = 0
    for row in reaching where sums[row] > test.cut { now += gains[row] }
    var search = search
    let others = Set(
      tree.nodes.indices.filter { $0 != index }.compactMap { tree.nodes[$0].test }
        .filter { $0.size > 1 }.map(\.terms))
    if others.count >= maxScores { search.maxTerms = 1 }
    let starts = test.size <= search.maxTerms ? [test] : []
    let found = search.tests(gains, in: table, from: starts, learns: learns || starts.isEmpty)
    let share = search.termPenalty * gains.reduce(0) { $0 + abs($1) }
    guard
      let best = found.max(by: {
        $0.gain - share * Float($0.test.size) < $1.gain - share * Float($1.test.size)
      })
    else { return }
    let worth = now - share * Float(test.size)
    if best.gain - share * Float(best.test.size) > worth || starts.isEmpty {
      tree.nodes[index].test = best.test
    }
  }

  /// Trees of fewer and fewer leaves: from each, the node that costs least agreement becomes a leaf
  /// or one of its children, and the rest is refined.
  func sequence(
    from tree: ScoreTree, onStep: () throws -> Void
  ) rethrows -> [ScoreTree] {
    var all = [tree]
    while let last = all.last, last.leafCount > 1 {
      var candidates: [ScoreTree] = []
      for index in last.nodes.indices where last.nodes[index].test != nil {
        candidates.append(relabelled(last.replacing(index, by: last.nodes[index].low)))
        candidates.append(relabelled(last.replacing(index, by: last.nodes[index].high)))
      }
      let smaller = candidates.filter { $0.leafCount < last.leafCount }
      let values = smaller.map { agreement($0) - Float($0.leafCount) * 1e-3 }
      guard let best = values.indices.max(by: { values[$0] < values[$1] }) else { break }
      all.append(try refined(smaller[best], learns: false, onStep: onStep))
    }
    return all
  }
}

extension ScoreTree {
  fileprivate func hasEqualLeaves(_ index: Int) -> Bool {
    let node = nodes[index]
    return node.test != nil && nodes[node.low].test == nil && nodes[node.high].test == nil
      && nodes[node.low].conclusion == nodes[node.high].conclusion
  }

  /// The rows that reach a node.
  fileprivate func reaching(_ index: Int, in table: TermTable) -> [Int] {
    var path: [(node: Int, isHigh: Bool)] = []
    var child = index
    for parent in nodes.indices.reversed() where parent < child {
      guard nodes[parent].test != nil else { continue }
      if nodes[parent].low == child || nodes[parent].high == child {
        path.append((parent, nodes[parent].high == child))
        child = parent
      }
    }
    var rows = Array(0..<table.count)
    for (node, isHigh) in path.reversed() {
      guard let test = nodes[node].test else { continue }
      let sums = test.sums(in: table)
      rows = rows.filter { (sums[$0] > test.cut) == isHigh }
    }
    return rows
  }

  /// The classes of rows that start at a node.
  fileprivate func predictions(from start: Int, rows: [Int], in table: TermTable) -> [Int] {
    var places = [Int](repeating: start, count: rows.count)
    for index in nodes.indices where index >= start {
      guard let test = nodes[index].test, places.contains(index) else { continue }
      let sums = test.sums(in: table)
      for position in places.indices where places[position] == index {
        places[position] = sums[rows[position]] > test.cut ? nodes[index].high : nodes[index].low
      }
    }
    return places.map { nodes[$0].conclusion }
  }
}
