import Datasets

extension CandidateConditions {
  /// The search for trees over these conditions.
  /// - Parameters:
  ///   - labels: the class of each row.
  ///   - classes: the number of classes.
  ///   - weights: the sample weight of each row; `nil`: 1.
  ///   - leafPenalty: the weighted rows that a further leaf must classify correctly in addition.
  /// - Returns: a search in which the second condition of each pair is the one that holds.
  package func search(
    _ labels: [Int], classes: Int, weights: [Int]?, leafPenalty: Int
  ) -> OptimalTree {
    OptimalTree(
      conditions: pairs.count, labels: labels, classes: classes,
      weights: weights ?? [Int](repeating: 1, count: labels.count), leafPenalty: leafPenalty
    ) { holding(pairs[$0].second, column: pairs[$0].column) }
  }

  /// A tree over these conditions as a tree over columns.
  /// - Parameters:
  ///   - tree: a tree over the positions of pairs.
  ///   - labels: the class of each row.
  ///   - classes: the number of classes.
  ///   - weights: the sample weight of each row; `nil`: 1.
  /// - Returns: the tree with its counts.
  package func decisionTree(
    _ tree: ConditionTree, labels: [Int], classes: Int, weights: [Int]?
  ) -> DecisionTree {
    var nodes: [DecisionTree.Node] = []
    func add(_ tree: ConditionTree, _ rows: [Int]) -> Int {
      var counts = [Int](repeating: 0, count: classes)
      for row in rows { counts[labels[row]] += weights?[row] ?? 1 }
      let position = nodes.count
      nodes.append(DecisionTree.Node(counts: counts))
      switch tree {
      case .leaf(let conclusion):
        if rows.isEmpty { nodes[position].conclusion = conclusion }
      case .split(let condition, let low, let high):
        let pair = pairs[condition]
        let passes = holding(pair.second, column: pair.column)
        let fails = holding(pair.first, column: pair.column)
        let first = add(low, rows.filter { fails[$0] })
        let second = add(high, rows.filter { passes[$0] })
        nodes[position].split = DecisionTree.Split(
          variable: table.schema.features[pair.column].id, firstCondition: pair.first,
          secondCondition: pair.second, first: first, second: second)
      }
      return position
    }
    _ = add(tree, labels.indices.filter { weights?[$0] ?? 1 > 0 })
    return DecisionTree(nodes: nodes)
  }
}
