import Datasets
import Tensors

/// A rule list during its search.
struct ListSearch {
  fileprivate struct Item {
    /// The positions of the conditions, ascending.
    var conditions: [Int]
    var conclusion: Int
    /// The rows on which the premise holds.
    var held: [UInt64]
  }

  private let learner: RuleListLearner
  private let rows: BitRows
  private let right: [[UInt64]]
  private let counted: [UInt64]
  private let needed: [Int]
  private let rulePenalty: Int
  private let conditionPenalty: Int
  private let literals: [Literal]
  private let bits: [[UInt64]]
  private var items: [Item] = []
  private var defaultClass = 0

  init(
    _ learner: RuleListLearner, _ given: RuleListLearner.Rows, _ candidates: CandidateConditions,
    start: RuleSet?
  ) {
    self.learner = learner
    let rows = BitRows(weights: given.weights)
    self.rows = rows
    right = (0..<given.classes).map { group in rows.bits { given.labels[$0] == group } }
    counted = rows.bits { $0 < given.counted }
    needed = given.needed
    let total = Double(given.weights.reduce(0, +))
    rulePenalty = max(Int(total * learner.rulePenalty), 1)
    conditionPenalty = Int(total * learner.conditionPenalty)
    var known: [Literal: Int] = [:]
    var literals: [Literal] = []
    var columns: [Int] = []
    func position(_ literal: Literal, column: Int) -> Int {
      if let index = known[literal] { return index }
      known[literal] = literals.count
      literals.append(literal)
      columns.append(column)
      return literals.count - 1
    }
    for pair in candidates.pairs {
      let sides = candidates.literals(pair)
      _ = position(sides.first, column: pair.column)
      _ = position(sides.second, column: pair.column)
    }
    var premises: [(conditions: [Int], conclusion: Int)] = []
    for rule in start?.rules ?? [] {
      var conditions: [Int] = []
      for literal in rule.premise.literals {
        guard let column = candidates.table.schema.index(of: literal.variable) else { continue }
        for part in literal.sides { conditions.append(position(part, column: column)) }
      }
      premises.append((conditions.sorted(), rule.conclusion))
    }
    self.literals = literals
    let tested = zip(literals, columns).map { $0 }
    bits = Workers.map(tested.count) { index in
      let holds = candidates.holding(tested[index].0.condition, column: tested[index].1)
      return rows.bits { holds[$0] }
    }
    items = premises.map { premise in
      Item(
        conditions: premise.conditions, conclusion: premise.conclusion,
        held: held(premise.conditions))
    }
    defaultClass = start?.defaultClass ?? commonest(of: rows.all)
  }

  var size: Int { items.count }

  /// The list with its supports not counted.
  var ruleSet: RuleSet {
    let rules = items.compactMap { item in
      Conjunction(item.conditions.map { literals[$0] }).map { Rule(if: $0, then: item.conclusion) }
    }
    return RuleSet(rules, default: defaultClass, resolution: .firstMatch)
  }

  /// Passes over the list until nothing changes.
  mutating func optimise(
    atMost limit: Int, passes: Int? = nil, onStep: () throws -> Void
  ) throws {
    while items.count > limit { dropWeakest() }
    for _ in 0..<(passes ?? learner.passes) {
      if try !pass(atMost: limit, onStep: onStep) { break }
    }
  }

  /// Deletes the rule whose rows the rules after it classify nearly as well.
  mutating func dropWeakest() {
    guard !items.isEmpty else { return }
    let reach = self.reach
    var correct = right[defaultClass]
    var weakest = (index: 0, gain: Int.max)
    for index in items.indices.reversed() {
      let value = gain(of: items[index], reach: reach[index], correct: correct)
      if value <= weakest.gain { weakest = (index, value) }
      correct = items[index].correct(before: correct, right)
    }
    items.remove(at: weakest.index)
  }

  /// For each rule, and for the default, the rows that no rule before decides.
  private var reach: [[UInt64]] {
    var open = rows.all
    var reach: [[UInt64]] = []
    for item in items {
      reach.append(open)
      open = open.subtracting(item.held)
    }
    return reach + [open]
  }

  private func commonest(of open: [UInt64]) -> Int {
    var best = (count: -1, index: 0)
    for index in right.indices {
      let count = rows.weight(of: right[index], and: open)
      if count > best.count { best = (count, index) }
    }
    return best.index
  }

  private func held(_ conditions: [Int]) -> [UInt64] {
    conditions.reduce(rows.all) { $0.intersection(bits[$1]) }
  }

  /// The weighted rows that a rule classifies correctly at its place, less the penalties.
  private func gain(of item: Item, reach: [UInt64], correct: [UInt64]) -> Int {
    let decided = reach.intersection(item.held)
    return rows.weight(of: decided, and: right[item.conclusion])
      - rows.weight(of: decided, and: correct) - rulePenalty
      - conditionPenalty * item.conditions.count
  }

  private func isSupported(_ decided: [UInt64], conclusion: Int) -> Bool {
    let need = needed[conclusion]
    var count = 0
    for (word, mask) in zip(decided, counted) {
      count += (word & mask).nonzeroBitCount
      if count >= need { return true }
    }
    return count >= need
  }

  /// One pass from the last rule to the first.
  /// - Returns: whether anything changed.
  private mutating func pass(atMost limit: Int, onStep: () throws -> Void) throws -> Bool {
    let reach = self.reach
    let fallback = commonest(of: reach[items.count])
    var changed = false
    if rows.weight(of: right[fallback], and: reach[items.count])
      > rows.weight(of: right[defaultClass], and: reach[items.count])
    {
      defaultClass = fallback
      changed = true
    }
    var correct = right[defaultClass]
    var later: [Item] = []
    var count = items.count
    func insert(at position: Int) throws {
      guard count < limit else { return }
      try onStep()
      guard let item = best(reach: reach[position], correct: correct, above: 0, like: nil) else {
        return
      }
      later.append(item)
      correct = item.correct(before: correct, right)
      count += 1
      changed = true
    }
    try insert(at: items.count)
    for index in items.indices.reversed() {
      try onStep()
      let item = items[index]
      let isSupported = isSupported(
        reach[index].intersection(item.held), conclusion: item.conclusion)
      let current =
        isSupported ? max(gain(of: item, reach: reach[index], correct: correct), 0) : 0
      if let better = best(
        reach: reach[index], correct: correct, above: current, like: item)
      {
        later.append(better)
        correct = better.correct(before: correct, right)
        changed = true
      } else if current > 0 {
        later.append(item)
        correct = item.correct(before: correct, right)
      } else {
        count -= 1
        changed = true
        continue
      }
      try insert(at: index)
    }
    items = later.reversed()
    return changed
  }

  /// The rule with the largest gain at a place, if that is above a bound.
  private func best(
    reach: [UInt64], correct: [UInt64], above bound: Int, like old: Item?
  ) -> Item? {
    let found = Workers.map(right.count) { conclusion -> (gain: Int, item: Item)? in
      let gains = reach.intersection(right[conclusion]).subtracting(correct)
      // A rule gains at most the rows of its class on which the rest of the list is wrong.
      guard rows.weight(of: gains) - rulePenalty - conditionPenalty > bound else { return nil }
      let losses = reach.intersection(correct).subtracting(right[conclusion])
      let seeds = old.map { $0.conclusion == conclusion ? $0.seeds : [] } ?? []
      var beam = Beam(
        bits: bits, rows: rows, penalty: conditionPenalty, width: learner.beam,
        bound: bound + rulePenalty)
      guard
        let best = beam.best(
          gains: gains, losses: losses, seeds: seeds, most: learner.maxConditions,
          accepting: { isSupported(reach.intersection(held($0)), conclusion: conclusion) })
      else { return nil }
      return (
        best.gain,
        Item(conditions: best.conditions, conclusion: conclusion, held: held(best.conditions))
      )
    }
    var best: (gain: Int, item: Item)?
    for case .some(let candidate) in found where candidate.gain > best?.gain ?? Int.min {
      best = candidate
    }
    return best?.item
  }
}

extension ListSearch.Item {
  /// The premise without one of its conditions, in each way.
  fileprivate var seeds: [[Int]] {
    conditions.indices.map { index in
      var rest = conditions
      rest.remove(at: index)
      return rest
    }
  }

  /// The rows that a list from this rule on classifies correctly.
  fileprivate func correct(before later: [UInt64], _ right: [[UInt64]]) -> [UInt64] {
    later.subtracting(held).union(held.intersection(right[conclusion]))
  }
}

extension Literal {
  /// Literals with one bound each, whose conjunction is this literal.
  fileprivate var sides: [Literal] {
    guard case .interval(let lower, let upper, let orMissing) = condition, let lower, let upper
    else { return [self] }
    return [
      Literal(variable, .interval(lower: lower, upper: nil, orMissing: orMissing)),
      Literal(variable, .interval(lower: nil, upper: upper, orMissing: orMissing)),
    ]
  }
}
