import Datasets
import Tensors

extension RuleSet {
  /// Greedy selection of rule lists of given sizes: each added rule increases the agreement of the
  /// list most.
  ///
  /// The rules of a list are evaluated in the order of their votes, so a specific rule with high
  /// confidence precedes a general one.
  /// - Parameters:
  ///   - table: the rows.
  ///   - labels: the classes to agree with, one per row of `table`.
  ///   - sizes: the sizes of the lists.
  ///   - onStep: called before each rule is chosen; an error thrown by it ends the search.
  /// - Returns: distinct lists in ascending order of size.
  /// - Complexity: O(rules × rows × largest size)
  public func covering(
    _ table: Table, labels: [Int], sizes: [Int], onStep: () throws -> Void
  ) rethrows -> [RuleSet] {
    let set = RuleSet(rules, default: defaultClass, resolution: .vote)
      .supported(by: table, labels: labels)
    let held = set.rowsHeld(in: table)
    let rank = set.order
    // For each class, the rows on which a rule with this conclusion is correct.
    let classes = Set(set.rules.map(\.conclusion) + [defaultClass]).sorted()
    let right = Dictionary(
      uniqueKeysWithValues: classes.map { conclusion in
        (conclusion, RowSet(rows: table.count) { labels[$0] == conclusion })
      })
    var place = [Int](repeating: 0, count: set.rules.count)
    for (position, index) in rank.enumerated() { place[index] = position }

    var chosen: [Int] = []
    var lists: [RuleSet] = []
    let wanted = Set(sizes)
    func keep() {
      guard wanted.contains(chosen.count), lists.last?.rules.count != chosen.count else { return }
      let ordered = chosen.sorted { place[$0] < place[$1] }
      lists.append(
        RuleSet(ordered.map { set.rules[$0] }, default: defaultClass, resolution: .firstMatch))
    }
    keep()
    while chosen.count < sizes.max() ?? 0 {
      try onStep()
      // The rows undecided at each position of the list, and the rows that the list classifies
      // correctly.
      let ordered = chosen.sorted { place[$0] < place[$1] }
      var open = RowSet(rows: table.count, all: true)
      var openAt: [(place: Int, rows: RowSet)] = []
      var correct = RowSet(rows: table.count)
      for index in ordered {
        openAt.append((place[index], open))
        if let right = right[set.rules[index].conclusion] {
          correct.formUnion(open.intersection(held[index]).intersection(right))
        }
        open.subtract(held[index])
      }
      openAt.append((Int.max, open))
      if let right = right[defaultClass] { correct.formUnion(open.intersection(right)) }
      let gains = Workers.map(set.rules.count) { index -> Int in
        let reach = openAt.first { $0.place > place[index] }?.rows ?? open
        let taken = reach.intersection(held[index])
        let gained = right[set.rules[index].conclusion].map(taken.countInCommon) ?? 0
        return gained - taken.countInCommon(with: correct)
      }
      var best: Int?
      for index in rank where !chosen.contains(index) {
        if gains[index] > best.map({ gains[$0] }) ?? 0 { best = index }
      }
      guard let best else { break }
      chosen.append(best)
      keep()
    }
    if lists.last?.rules.count != chosen.count {
      let ordered = chosen.sorted { place[$0] < place[$1] }
      lists.append(
        RuleSet(ordered.map { set.rules[$0] }, default: defaultClass, resolution: .firstMatch))
    }
    return lists
  }

  /// Selects rule lists without a callback.
  public func covering(_ table: Table, labels: [Int], sizes: [Int]) -> [RuleSet] {
    covering(table, labels: labels, sizes: sizes) {}
  }
}
