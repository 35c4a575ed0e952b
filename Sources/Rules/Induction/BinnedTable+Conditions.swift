import Datasets

extension BinnedTable {
  /// The two conditions of a split over bins, for the rows of one node: thresholds are the shortest
  /// decimals between the values of the node.
  /// - Parameters:
  ///   - split: the split.
  ///   - present: for every bin of the column whether the node has rows in it.
  /// - Returns: the conditions of the two branches.
  func conditions(_ split: BinSplit, present: [Bool]) -> (first: Condition, second: Condition) {
    let column = columns[split.column]
    let missingFirst = column.missing.map { split.goesFirst[$0] }
    let (first, second) = (missingFirst == true, missingFirst == false)
    switch column.kind {
    case .numbers(let lowest, let highest):
      let last = (0..<column.known).last { split.goesFirst[$0] && present[$0] } ?? 0
      let next =
        (0..<column.known).first { !split.goesFirst[$0] && present[$0] }
        ?? min(
          last + 1, column.known - 1)
      let cut = last < next ? shortestCut(between: highest[last], and: lowest[next]) : highest[last]
      return (
        .interval(lower: nil, upper: cut, orMissing: first),
        .interval(lower: cut, upper: nil, orMissing: second)
      )
    case .levels(let levels):
      let chosen = (0..<column.known).filter { split.goesFirst[$0] }.flatMap { levels[$0] }
      let others = (0..<column.known).filter { !split.goesFirst[$0] }.flatMap { levels[$0] }
      return (
        .levels(among: Set(chosen), orMissing: first),
        .levels(among: Set(others), orMissing: second)
      )
    }
  }

  /// For every bin of a column whether its values satisfy a condition that was cut between bins.
  func binsSatisfying(_ condition: Condition, column index: Int) -> [Bool] {
    let column = columns[index]
    return (0..<column.binCount).map { bin in
      if bin == column.missing { return condition.orMissing }
      if bin == column.unknown { return false }
      switch column.kind {
      case .numbers(let lowest, _): return condition.holds(for: lowest[bin])
      case .levels(let levels): return levels[bin].contains { condition.holds(for: Double($0)) }
      }
    }
  }
}
