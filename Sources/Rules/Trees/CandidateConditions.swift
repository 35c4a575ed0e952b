import Datasets
import Tensors

/// Pairs of complementary readable conditions on columns, from which trees and rule lists are built.
///
/// Cuts are guessed as in McTavish et al., "Fast sparse decision tree optimization via reference
/// ensembles" (AAAI 2022): those of trees of which each is fitted mainly to the rows that the trees
/// before it misclassify. If these are fewer than the maximum, cuts of a supervised discretisation
/// by entropy and minimum description length are added (Fayyad & Irani, "Multi-interval
/// discretization of continuous-valued attributes for classification learning", IJCAI 1993).
package struct CandidateConditions: Sendable {
  /// A condition and the one for the other rows.
  package struct Pair: Hashable, Sendable {
    package var column: Int
    package var first: Condition
    package var second: Condition
  }

  /// The pairs, those of the largest nodes first.
  package private(set) var pairs: [Pair] = []
  let table: BinnedTable

  /// Collects conditions.
  /// - Parameters:
  ///   - table: the rows.
  ///   - labels: the class of each row.
  ///   - classes: the number of classes.
  ///   - weights: the sample weight of each row; `nil`: 1.
  ///   - limit: the largest number of pairs.
  ///   - minimumSupport: the least weighted number of rows on either side of a cut.
  ///   - onStep: called often; an error thrown by it ends the collection.
  package init(
    _ table: BinnedTable, labels: [Int], classes: Int, weights: [Int]?, limit: Int,
    minimumSupport: Int, onStep: () throws -> Void
  ) rethrows {
    self.table = table
    var found: [(pair: Pair, rows: Int)] = []
    var sampleWeights = weights ?? [Int](repeating: 1, count: labels.count)
    for round in 0..<Self.rounds {
      let grower = TreeGrower(
        criterion: round == 1 ? .gini : .entropy, minimumSupport: minimumSupport,
        maximumLeaves: Self.leaves)
      let tree = try grower.tree(
        imitating: labels, over: table, classes: classes, weights: sampleWeights, onStep: onStep)
      found += pairs(of: tree)
      if round + 1 < Self.rounds {
        try onStep()
        let given = predictions(of: tree)
        for row in labels.indices where given[row] != labels[row] { sampleWeights[row] *= 3 }
      }
    }
    var seen: Set<Pair> = []
    // A stable sort: equal sizes keep the order of the trees.
    let ranked = found.enumerated().sorted {
      ($1.element.rows, $0.offset) < ($0.element.rows, $1.offset)
    }
    for item in ranked.map(\.element) where pairs.count < limit {
      if seen.insert(item.pair).inserted { pairs.append(item.pair) }
    }
    try onStep()
    for pair in discretised(labels, classes: classes, weights: weights)
    where pairs.count < limit {
      if seen.insert(pair).inserted { pairs.append(pair) }
    }
  }

  /// The number of trees whose cuts are used, and of their leaves.
  private static let rounds = 3
  private static let leaves = 40
  /// Columns that are discretised: those that the trees use, so that wide tables cost little.
  private static let columns = 24

  private func pairs(of tree: DecisionTree) -> [(pair: Pair, rows: Int)] {
    tree.nodes.compactMap { node in
      guard let split = node.split, let column = table.schema.index(of: split.variable) else {
        return nil
      }
      let pair = Pair(column: column, first: split.firstCondition, second: split.secondCondition)
      return (pair, node.total)
    }
  }

  /// The class that a tree over these bins predicts for each row.
  private func predictions(of tree: DecisionTree) -> [Int] {
    var given = [Int](repeating: tree.defaultClass, count: table.count)
    var stack = [(node: 0, rows: Array(0..<table.count))]
    while let (index, rows) = stack.popLast() {
      guard let split = tree.nodes[index].split,
        let column = table.schema.index(of: split.variable)
      else {
        for row in rows { given[row] = tree.nodes[index].conclusion }
        continue
      }
      let first = table.binsSatisfying(split.firstCondition, column: column)
      let second = table.binsSatisfying(split.secondCondition, column: column)
      let bins = table.columns[column].bins
      stack.append((split.first, rows.filter { first[Int(bins[$0])] }))
      stack.append(
        (split.second, rows.filter { !first[Int(bins[$0])] && second[Int(bins[$0])] }))
    }
    return given
  }

  /// The cuts of the columns of the trees, in the order of their use.
  private func discretised(_ labels: [Int], classes: Int, weights: [Int]?) -> [Pair] {
    var order: [Int] = []
    for pair in pairs where !order.contains(pair.column) && order.count < Self.columns {
      order.append(pair.column)
    }
    let found = Workers.map(order.count) { position -> [Pair] in
      let column = table.columns[order[position]]
      guard case .numbers = column.kind else { return [] }
      var counts = [[Int]](
        repeating: [Int](repeating: 0, count: classes), count: column.binCount)
      for (row, label) in labels.enumerated() {
        counts[Int(column.bins[row])][label] += weights?[row] ?? 1
      }
      let cuts = EntropyCuts(counts: Array(counts.prefix(column.known))).cuts
      return cuts.map { last in
        var goesFirst = (0..<column.binCount).map { $0 < column.known && $0 <= last }
        if let missing = column.missing { goesFirst[missing] = false }
        let split = BinSplit(column: order[position], goesFirst: goesFirst, gain: 0)
        let sides = table.conditions(
          split, present: [Bool](repeating: true, count: column.binCount))
        return Pair(column: order[position], first: sides.first, second: sides.second)
      }
    }
    return found.flatMap { $0 }
  }

  /// For each row whether a condition holds.
  func holding(_ condition: Condition, column: Int) -> [Bool] {
    let passes = table.binsSatisfying(condition, column: column)
    return table.columns[column].bins.map { passes[Int($0)] }
  }

  /// The literals of both sides of a pair.
  package func literals(_ pair: Pair) -> (first: Literal, second: Literal) {
    let id = table.schema.features[pair.column].id
    return (Literal(id, pair.first), Literal(id, pair.second))
  }
}
