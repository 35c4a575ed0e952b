import Datasets
import Tensors

/// Tree alternating optimisation (Carreira-Perpiñán & Tavallali 2018): each split in turn is
/// replaced by the one that sends most rows to the branch that classifies them correctly, with all
/// other splits fixed.
///
/// Greedy growth optimises one split at a time; this optimises splits of the complete tree. The
/// training accuracy never decreases.
public struct TreeRefiner: Hashable, Codable, Sendable {
  /// The maximum number of passes over the tree; it stops earlier if nothing changes.
  public var maximumPasses: Int

  /// Creates a refiner with at most 20 passes by default.
  public init(maximumPasses: Int = 20) { self.maximumPasses = maximumPasses }

  /// - Parameters:
  ///   - tree: grown over the same bins.
  ///   - labels: a class position for each row.
  ///   - table: the rows.
  ///   - weights: the sample weight of each row; `nil`: 1.
  ///   - onStep: called before each split; an error thrown by it ends the search.
  /// - Returns: a tree with at most as many leaves.
  /// - Complexity: O(passes × nodes × rows × columns)
  public func refine(
    _ tree: DecisionTree, imitating labels: [Int], over table: BinnedTable, weights: [Int]? = nil,
    onStep: () throws -> Void
  ) rethrows -> DecisionTree {
    var work = Refinement(tree, labels: labels, table: table, weights: weights)
    for _ in 0..<maximumPasses {
      if try !work.pass(onStep: onStep) { break }
    }
    return work.tree
  }

  /// Refines without a callback.
  public func refine(
    _ tree: DecisionTree, imitating labels: [Int], over table: BinnedTable, weights: [Int]? = nil
  ) -> DecisionTree {
    refine(tree, imitating: labels, over: table, weights: weights) {}
  }
}

/// A tree over bins during refinement.
private struct Refinement {
  struct Question {
    var split: BinSplit
    var first: Int
    var second: Int
  }

  let source: DecisionTree
  let labels: [Int]
  let table: BinnedTable
  let weights: [Int]
  var questions: [Question?]
  var conclusion: [Int]
  /// The order of the nodes from the root, every node before its children.
  let order: [Int]

  init(_ tree: DecisionTree, labels: [Int], table: BinnedTable, weights: [Int]?) {
    source = tree
    self.labels = labels
    self.table = table
    self.weights = weights ?? [Int](repeating: 1, count: labels.count)
    conclusion = tree.nodes.map(\.conclusion)
    questions = tree.nodes.map { node in
      guard let split = node.split, let column = table.schema.index(of: split.variable) else {
        return nil
      }
      let goesFirst = table.binsSatisfying(split.firstCondition, column: column)
      return Question(
        split: BinSplit(column: column, goesFirst: goesFirst, gain: 0), first: split.first,
        second: split.second)
    }
    order = Array(tree.nodes.indices)
  }

  /// The rows that reach each node.
  private var rowsOfNodes: [[Int32]] {
    var rows = [[Int32]](repeating: [], count: questions.count)
    rows[0] = labels.indices.filter { weights[$0] > 0 }.map(Int32.init)
    for index in order {
      guard let question = questions[index] else { continue }
      let column = table.columns[question.split.column]
      for row in rows[index] {
        let bin = Int(column.bins[Int(row)])
        if bin == column.unknown { continue }
        rows[question.split.goesFirst[bin] ? question.first : question.second].append(row)
      }
    }
    return rows
  }

  /// The class that the subtree of a node predicts for a row.
  private func conclusion(to row: Int32, from node: Int) -> Int {
    var index = node
    while let question = questions[index] {
      let bin = table.columns[question.split.column].bins[Int(row)]
      index = question.split.goesFirst[Int(bin)] ? question.first : question.second
    }
    return conclusion[index]
  }

  /// One pass from the leaves to the root.
  /// - Returns: whether anything changed.
  mutating func pass(onStep: () throws -> Void) rethrows -> Bool {
    let rows = rowsOfNodes
    var changed = false
    for index in order.reversed() where !rows[index].isEmpty {
      try onStep()
      if let question = questions[index] {
        if let better = improved(question, rows: rows[index]) {
          questions[index] = better
          changed = true
        }
      } else {
        var counts = [Int](repeating: 0, count: source.nodes[0].counts.count)
        for row in rows[index] { counts[labels[Int(row)]] += weights[Int(row)] }
        let best = counts.indices.max { (counts[$0], $1) < (counts[$1], $0) } ?? 0
        if counts[best] > counts[conclusion[index]] {
          conclusion[index] = best
          changed = true
        }
      }
    }
    return changed
  }

  /// A split that sends fewer rows to the wrong branch, if there is one.
  private func improved(_ question: Question, rows: [Int32]) -> Question? {
    // Only rows that exactly one branch classifies correctly are relevant.
    var deciding: [Int32] = []
    var wanted: [Int32] = []
    var weight: [Int32] = []
    let branches = Workers.map(rows.count) { position -> Int32 in
      let row = rows[position]
      let first = conclusion(to: row, from: question.first) == labels[Int(row)]
      let second = conclusion(to: row, from: question.second) == labels[Int(row)]
      return first == second ? -1 : (first ? 0 : 1)
    }
    for (row, branch) in zip(rows, branches) where branch >= 0 {
      deciding.append(row)
      wanted.append(branch)
      weight.append(Int32(weights[Int(row)]))
    }
    if deciding.isEmpty { return nil }
    let current = table.columns[question.split.column]
    var hits = 0
    for (position, row) in deciding.enumerated() {
      let first = question.split.goesFirst[Int(current.bins[Int(row)])]
      if first == (wanted[position] == 0) { hits += Int(weight[position]) }
    }
    let all = deciding[...]
    let found = Workers.map(table.columns.count) { number in
      let column = table.columns[number]
      return column.withCounts(of: all, classOf: wanted, weights: weight, classes: 2) {
        Candidate(column, $0)
      }
    }
    var best: (column: Int, candidate: Candidate)?
    for (column, candidate) in found.enumerated() {
      if let candidate, candidate.hits > best?.candidate.hits ?? hits {
        best = (column, candidate)
      }
    }
    guard let best else { return nil }
    let split = BinSplit(
      column: best.column, goesFirst: best.candidate.goesFirst(in: table.columns[best.column]),
      gain: 0)
    return best.candidate.isSwapped
      ? Question(split: split, first: question.second, second: question.first)
      : Question(split: split, first: question.first, second: question.second)
  }

  /// The cut of a column that sends most rows to their correct branch, in either direction.
  private struct Candidate {
    /// The weighted number of rows sent to their correct branch.
    let hits: Int
    /// Whether the first side of the cut leads to the second branch.
    let isSwapped: Bool
    private let last: Int
    private let missingFirst: Bool
    /// Levels that go second; all others go first.
    private let second: [Int]

    init?(_ column: BinnedColumn, _ counts: BinCounts) {
      switch column.kind {
      case .levels:
        // Each level goes to the correct branch of most of its rows.
        let positions = counts.bins.indices.filter { counts.count($0, 0) < counts.count($0, 1) }
        guard !positions.isEmpty, positions.count < column.binCount else { return nil }
        second = positions.map { Int(counts.bins[$0]) }
        hits = counts.bins.indices.reduce(0) {
          $0 + max(counts.count($1, 0), counts.count($1, 1))
        }
        (isSwapped, last, missingFirst) = (false, 0, false)
      case .numbers:
        let known = counts.bins.firstIndex { $0 >= column.known } ?? counts.bins.count
        let all = (0..<known).reduce(into: (first: 0, second: 0)) {
          $0.first += counts.count($1, 0)
          $0.second += counts.count($1, 1)
        }
        var absent = (first: 0, second: 0)
        if let missing = column.missing, known < counts.bins.count, counts.bins[known] == missing {
          absent = (counts.count(known, 0), counts.count(known, 1))
        }
        let absentHits = max(absent.first, absent.second)
        var low = (first: 0, second: 0)
        var best: (hits: Int, bin: Int, swapped: Bool)?
        for position in 0..<known where counts.bins[position] < column.known - 1 {
          let count = (first: counts.count(position, 0), second: counts.count(position, 1))
          if count.first + count.second == 0 { continue }
          low.first += count.first
          low.second += count.second
          let straight = low.first + all.second - low.second + absentHits
          let swapped = low.second + all.first - low.first + absentHits
          if max(straight, swapped) > best?.hits ?? 0 {
            best = (max(straight, swapped), Int(counts.bins[position]), swapped > straight)
          }
        }
        guard let best else { return nil }
        (hits, last, isSwapped) = (best.hits, best.bin, best.swapped)
        missingFirst = (absent.first >= absent.second) != best.swapped
        second = []
      }
    }

    func goesFirst(in column: BinnedColumn) -> [Bool] {
      var goesFirst = (0..<column.binCount).map { bin in
        switch column.kind {
        case .levels: true
        case .numbers: bin < column.known && bin <= last
        }
      }
      for bin in second { goesFirst[bin] = false }
      if case .numbers = column.kind, let missing = column.missing {
        goesFirst[missing] = missingFirst
      }
      return goesFirst
    }
  }

  /// The tree with thresholds between the values that reach each node.
  var tree: DecisionTree {
    let rows = rowsOfNodes
    let classes = source.nodes[0].counts.count
    var nodes: [DecisionTree.Node] = []
    func copy(_ index: Int) -> Int {
      var counts = [Int](repeating: 0, count: classes)
      for row in rows[index] { counts[labels[Int(row)]] += weights[Int(row)] }
      nodes.append(DecisionTree.Node(counts: counts))
      let position = nodes.count - 1
      guard let question = questions[index], !rows[question.first].isEmpty,
        !rows[question.second].isEmpty
      else {
        // A split with an empty branch is replaced by the other branch.
        if let question = questions[index], !rows[index].isEmpty {
          nodes.removeLast()
          return copy(rows[question.first].isEmpty ? question.second : question.first)
        }
        if rows[index].isEmpty { nodes[position].conclusion = conclusion[index] }
        return position
      }
      let column = table.columns[question.split.column]
      var present = [Bool](repeating: false, count: column.binCount)
      for row in rows[index] { present[Int(column.bins[Int(row)])] = true }
      let conditions = table.conditions(question.split, present: present)
      let (first, second) = (copy(question.first), copy(question.second))
      nodes[position].split = DecisionTree.Split(
        variable: table.schema.features[question.split.column].id,
        firstCondition: conditions.first, secondCondition: conditions.second, first: first,
        second: second)
      return position
    }
    _ = copy(0)
    return DecisionTree(nodes: nodes)
  }
}
