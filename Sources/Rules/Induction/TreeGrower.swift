import Datasets
import Tensors

/// Fits a decision tree to given class labels, best-first (Breiman et al. 1984; histograms as in Ke
/// et al. 2017).
///
/// All counts are integers, so a tree does not depend on the number of threads.
public struct TreeGrower: Hashable, Codable, Sendable {
  /// The impurity criterion of splits; Gini by default.
  public var criterion: Criterion
  /// The minimum weighted number of training rows of a leaf.
  public var minimumSupport: Int
  /// The largest number of splits on a path; `nil` is no limit.
  public var maximumDepth: Int?
  /// The largest number of leaves; `nil` is no limit.
  public var maximumLeaves: Int?

  /// Creates a grower; by default with Gini impurity and without limits.
  public init(
    criterion: Criterion = .gini, minimumSupport: Int = 1, maximumDepth: Int? = nil,
    maximumLeaves: Int? = nil
  ) {
    self.criterion = criterion
    self.minimumSupport = minimumSupport
    self.maximumDepth = maximumDepth
    self.maximumLeaves = maximumLeaves
  }

  /// Fits a tree to `labels`.
  /// - Parameters:
  ///   - labels: a class position for each row.
  ///   - table: the rows.
  ///   - classes: the number of classes.
  ///   - weights: the sample weight of each row; `nil`: 1; a row with weight 0 is ignored.
  ///   - onStep: called before each split; an error thrown by it ends the growth.
  /// - Returns: a tree within the limits, not yet pruned.
  /// - Complexity: O(rows × columns × depth)
  public func tree(
    imitating labels: [Int], over table: BinnedTable, classes: Int, weights: [Int]? = nil,
    onStep: () throws -> Void
  ) rethrows -> DecisionTree {
    precondition(labels.count == table.count, "\(labels.count) classes for \(table.count) rows")
    var growth = Growth(self, labels: labels, table: table, classes: classes, weights: weights)
    return try growth.run(onStep: onStep)
  }

  /// Fits a tree without a callback.
  public func tree(
    imitating labels: [Int], over table: BinnedTable, classes: Int, weights: [Int]? = nil
  ) -> DecisionTree {
    tree(imitating: labels, over: table, classes: classes, weights: weights) {}
  }

  /// Fits a tree to all rows of a table.
  public func tree(imitating labels: [Int], over table: Table) -> DecisionTree {
    tree(
      imitating: labels, over: BinnedTable(table),
      classes: max(table.schema.classes.count, (labels.max() ?? 0) + 1))
  }
}

/// A tree during growth.
private struct Growth {
  /// A leaf that can be split.
  struct Leaf {
    var node: Int
    var rows: ArraySlice<Int32>
    var depth: Int
    var split: BinSplit?
    /// The histograms of all columns, if kept within the memory limit.
    var histogram: [Int32]?
  }

  let grower: TreeGrower
  let search: SplitSearch
  let labels: [Int32]
  let weights: [Int32]?
  var nodes: [DecisionTree.Node] = []
  var open: [Leaf] = []
  var workspace = 128 << 20

  init(
    _ grower: TreeGrower, labels: [Int], table: BinnedTable, classes: Int, weights: [Int]?
  ) {
    self.grower = grower
    self.labels = labels.map(Int32.init)
    self.weights = weights.map { $0.map(Int32.init) }
    search = SplitSearch(
      table, classes: classes, criterion: grower.criterion, minimumSupport: grower.minimumSupport,
      total: weights?.reduce(0, +) ?? labels.count)
  }

  mutating func run(onStep: () throws -> Void) rethrows -> DecisionTree {
    var rows: [Int32] = []
    for row in labels.indices where weights.map({ $0[row] > 0 }) ?? true {
      rows.append(Int32(row))
    }
    var root = [leaf(rows[...], depth: 0)]
    evaluate(&root, parent: nil)
    open = root
    var leaves = 1
    while leaves < grower.maximumLeaves ?? .max, let position = mostPromising {
      try onStep()
      var leaf = open.remove(at: position)
      guard let split = leaf.split else { break }
      let histogram = leaf.histogram
      leaf.histogram = nil
      if let histogram { workspace += 4 * histogram.count }
      part(leaf, split, histogram: histogram)
      leaves += 1
    }
    return DecisionTree(nodes: nodes)
  }

  /// The open leaf with the largest gain, the oldest of equals.
  private var mostPromising: Int? {
    var best: Int?
    for index in open.indices {
      guard let split = open[index].split else { continue }
      if let best, (open[best].split?.gain ?? 0) >= split.gain { continue }
      best = index
    }
    return best
  }

  private mutating func leaf(_ rows: ArraySlice<Int32>, depth: Int) -> Leaf {
    var counts = [Int](repeating: 0, count: search.classes)
    for row in rows { counts[Int(labels[Int(row)])] += weights.map { Int($0[Int(row)]) } ?? 1 }
    nodes.append(DecisionTree.Node(counts: counts))
    return Leaf(node: nodes.count - 1, rows: rows, depth: depth)
  }

  private mutating func part(_ leaf: Leaf, _ split: BinSplit, histogram: [Int32]?) {
    let column = search.table.columns[split.column]
    var present = [Bool](repeating: false, count: column.binCount)
    var first: [Int32] = []
    var second: [Int32] = []
    for row in leaf.rows {
      let bin = Int(column.bins[Int(row)])
      present[bin] = true
      if bin == column.unknown { continue }
      if split.goesFirst[bin] { first.append(row) } else { second.append(row) }
    }
    let conditions = search.table.conditions(split, present: present)
    var children = [
      self.leaf(first[...], depth: leaf.depth + 1), self.leaf(second[...], depth: leaf.depth + 1),
    ]
    nodes[leaf.node].split = DecisionTree.Split(
      variable: search.table.schema.features[split.column].id, firstCondition: conditions.first,
      secondCondition: conditions.second, first: children[0].node, second: children[1].node)
    let whole = first.count + second.count == leaf.rows.count
    evaluate(&children, parent: whole ? histogram : nil)
    open += children
  }

  /// Finds the best split of each leaf. Of two siblings, the histograms of the smaller are counted;
  /// those of the larger are the difference from the parent.
  private mutating func evaluate(_ leaves: inout [Leaf], parent: [Int32]?) {
    let size = search.offsets.last ?? 0
    let wanted = leaves.indices.filter { index in
      let node = nodes[leaves[index].node]
      return node.errors > 0 && node.total >= 2 * max(grower.minimumSupport, 1)
        && leaves[index].depth < grower.maximumDepth ?? .max
    }
    // Histograms of small nodes are recounted, not kept: faster than clearing all bins.
    let keeps = wanted.contains { leaves[$0].rows.count > 2048 } && 8 * size <= workspace
    guard !wanted.isEmpty else { return }
    let ordered = wanted.sorted { leaves[$0].rows.count < leaves[$1].rows.count }
    let subtracts = ordered.count == 2 && keeps && parent != nil
    let weightOf = ordered.map { index in
      weights.map { weights in leaves[index].rows.map { weights[Int($0)] } }
    }
    var kept = ordered.map { _ in [Int32](repeating: 0, count: keeps ? size : 0) }
    for position in ordered.indices {
      let index = ordered[position]
      let rows = leaves[index].rows
      let counts = nodes[leaves[index].node].counts
      let impurity = search.impurity(counts)
      // Classes without rows need no counting if the counts are not kept for children.
      let present = keeps ? Array(counts.indices) : counts.indices.filter { counts[$0] > 0 }
      var number = [Int32](repeating: 0, count: counts.count)
      for (place, index) in present.enumerated() { number[index] = Int32(place) }
      let classOf = rows.map { number[Int(labels[Int($0)])] }
      let subtracted = position == 1 && subtracts ? parent : nil
      let smaller = position == 0 ? [] : kept[0]
      let found = kept[position].withUnsafeMutableBufferPointer { kept in
        nonisolated(unsafe) let base = kept.baseAddress
        return Workers.map(search.table.columns.count) { number -> BinCandidate? in
          let column = search.table.columns[number]
          guard keeps, let base else {
            return column.withCounts(
              of: rows, classOf: classOf, weights: weightOf[position], classes: present.count
            ) { search.best(column, $0, impurity: impurity) }
          }
          let range = search.offsets[number]..<search.offsets[number + 1]
          let histogram = base + range.lowerBound
          if let subtracted {
            for index in range {
              histogram[index - range.lowerBound] = subtracted[index] - smaller[index]
            }
          } else {
            HistogramKernel.count(
              column.bins, rows: rows, classOf: classOf, weights: weightOf[position],
              classes: search.classes, into: histogram)
          }
          return column.withCounts(histogram, classes: search.classes) {
            search.best(column, $0, impurity: impurity)
          }
        }
      }
      var best: (column: Int, candidate: BinCandidate)?
      for (column, candidate) in found.enumerated() {
        if let candidate, best.map({ $0.candidate.gain < candidate.gain }) ?? true {
          best = (column, candidate)
        }
      }
      guard let best else { continue }
      leaves[index].split = best.candidate.split(
        best.column, of: search.table.columns[best.column])
      if keeps, rows.count > 2048 {
        leaves[index].histogram = kept[position]
        workspace -= 4 * size
      }
    }
  }
}
