import Datasets

/// A binary decision tree, as a value.
///
/// Every row reaches exactly one leaf, except a row with an unknown level, or with a missing value
/// in a column without missing training values: it gets the most frequent class of the whole tree.
public struct DecisionTree: Hashable, Codable, Sendable {
  /// An inner node, or a leaf if `split` is `nil`.
  public struct Node: Hashable, Codable, Sendable {
    /// The weighted number of training rows per class.
    public var counts: [Int]
    /// The split; `nil` for a leaf.
    public var split: Split?
    /// The predicted class of the node.
    public var conclusion: Int

    private enum CodingKeys: String, CodingKey {
      case counts, split
      case conclusion = "answer"
    }

    init(counts: [Int], split: Split? = nil) {
      self.counts = counts
      self.split = split
      conclusion = counts.indices.max { (counts[$0], $1) < (counts[$1], $0) } ?? 0
    }

    var total: Int { counts.reduce(0, +) }
    /// The weighted number of rows misclassified by the node as a leaf.
    var errors: Int { total - counts[conclusion] }
  }

  /// A split: rows that satisfy the first condition go to `first`, rows of the second to `second`.
  public struct Split: Hashable, Codable, Sendable {
    /// The column of the split.
    public var variable: Feature.ID
    /// Holds for the rows that go to `first`.
    public var firstCondition: Condition
    /// Holds for the rows that go to `second`; for some rows neither holds.
    public var secondCondition: Condition
    /// The position of the first child in `nodes`.
    public var first: Int
    /// The position of the second child in `nodes`.
    public var second: Int
  }

  /// The root first; every node before its children.
  public var nodes: [Node]

  init(nodes: [Node]) { self.nodes = nodes }

  /// The number of leaves.
  public var leafCount: Int { nodes.count { $0.split == nil } }

  /// The class predicted if no leaf is reached.
  public var defaultClass: Int { nodes[0].conclusion }

  /// The leaf position of each row; `nil` if neither condition of a split holds for it.
  /// - Complexity: O(rows × depth)
  public func leaves(of table: Table) -> [Int?] {
    lastNodes(of: table).map { nodes[$0].split == nil ? $0 : nil }
  }

  /// The position of the last node that each row reaches: its leaf, or the split of which neither
  /// condition holds.
  /// - Complexity: O(rows × depth)
  func lastNodes(of table: Table) -> [Int] {
    var last = [Int](repeating: 0, count: table.count)
    var stack = [(node: 0, rows: Array(0..<table.count))]
    while let (index, rows) = stack.popLast() {
      for row in rows { last[row] = index }
      guard let split = nodes[index].split else { continue }
      guard let position = table.schema.index(of: split.variable) else {
        preconditionFailure("a tree splits on '\(split.variable)', which the table lacks")
      }
      let column = table.columns[position]
      var first: [Int] = []
      var second: [Int] = []
      for row in rows {
        let value = column[row]
        if split.firstCondition.holds(for: value) {
          first.append(row)
        } else if split.secondCondition.holds(for: value) {
          second.append(row)
        }
      }
      if !first.isEmpty { stack.append((split.first, first)) }
      if !second.isEmpty { stack.append((split.second, second)) }
    }
    return last
  }

  /// The predicted class of each row.
  public func classify(_ table: Table) -> [Int] {
    leaves(of: table).map { $0.map { nodes[$0].conclusion } ?? defaultClass }
  }

  /// The path condition of each leaf, in the order of `nodes`.
  public var paths: [(leaf: Int, premise: Conjunction)] {
    var paths: [(leaf: Int, premise: Conjunction)] = []
    var stack = [(node: 0, premise: Conjunction.always)]
    while let (index, premise) = stack.popLast() {
      guard let split = nodes[index].split else {
        paths.append((index, premise))
        continue
      }
      // A leaf with a contradictory path is unreachable.
      if let next = premise.and(Literal(split.variable, split.firstCondition)) {
        stack.append((split.first, next))
      }
      if let next = premise.and(Literal(split.variable, split.secondCondition)) {
        stack.append((split.second, next))
      }
    }
    return paths.sorted { $0.leaf < $1.leaf }
  }

  /// The leaves as a rule list, in descending order of support.
  public var ruleSet: RuleSet {
    let leaves = paths.sorted {
      (nodes[$1.leaf].total, $0.leaf) < (nodes[$0.leaf].total, $1.leaf)
    }
    let rules = leaves.map { leaf, premise in
      let node = nodes[leaf]
      return Rule(
        if: premise, then: node.conclusion,
        support: Support(covered: node.total, agreeing: node.counts[node.conclusion]))
    }
    return RuleSet(rules, default: defaultClass, resolution: .firstMatch)
  }

  /// The tree with some nodes as leaves, without their descendants.
  func cut(at leaves: (Int) -> Bool) -> DecisionTree {
    var kept: [Node] = []
    func copy(_ index: Int) -> Int {
      let position = kept.count
      kept.append(nodes[index])
      if let split = nodes[index].split {
        if leaves(index) {
          kept[position].split = nil
        } else {
          let (first, second) = (copy(split.first), copy(split.second))
          kept[position].split?.first = first
          kept[position].split?.second = second
        }
      }
      return position
    }
    _ = copy(0)
    return DecisionTree(nodes: kept)
  }
}
