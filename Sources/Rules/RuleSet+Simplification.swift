import Datasets

extension RuleSet {
  /// Simplifies the rules without changing the predicted class of any of these rows.
  ///
  /// Removes redundant literals and rules, merges rules with the same conclusion that a more
  /// general condition covers, and makes the class with most rules the default if that removes
  /// rules. A vote becomes the equivalent rule list.
  ///
  /// `onStep`: called for each rule in each pass; an error thrown by it ends the search.
  /// - Complexity: O(rows × rules × literals) per pass
  public func simplified(on table: Table, onStep: () throws -> Void) rethrows -> RuleSet {
    var literals = LiteralIndex(table)
    return try simplified(using: &literals, onStep: onStep)
  }

  /// Simplifies on the rows of an index, which caches evaluated literals.
  package func simplified(
    using literals: inout LiteralIndex, onStep: () throws -> Void
  ) rethrows -> RuleSet {
    var work = Simplification(self, literals)
    try work.run(onStep: onStep)
    literals = work.literals
    return work.result
  }

  /// Simplifies without a callback.
  public func simplified(on table: Table) -> RuleSet { simplified(on: table) {} }
}

/// A rule list during simplification, with the predictions to preserve.
private struct Simplification {
  let table: Table
  let predictions: [Int]
  /// The rows of each predicted class.
  let rowsOf: [Int: RowSet]
  var literals: LiteralIndex
  var rules: [Rule]
  var held: [RowSet]
  var defaultClass: Int
  let none: RowSet

  init(_ set: RuleSet, _ index: LiteralIndex) {
    table = index.table
    literals = index
    let all = set.rowsHeld(&literals)
    predictions = set.deciding(among: table.count, held: all).map {
      $0.map { set.rules[$0].conclusion } ?? set.defaultClass
    }
    var rowsOf: [Int: RowSet] = [:]
    for prediction in Set(predictions + set.rules.map(\.conclusion)) {
      rowsOf[prediction] = RowSet(rows: predictions.count) { [predictions] in
        predictions[$0] == prediction
      }
    }
    self.rowsOf = rowsOf
    let order = set.order
    rules = order.map { set.rules[$0] }
    held = order.map { all[$0] }
    defaultClass = set.defaultClass
    none = RowSet(rows: table.count)
  }

  var result: RuleSet { RuleSet(rules, default: defaultClass, resolution: .firstMatch) }

  mutating func run(onStep: () throws -> Void) rethrows {
    var size: (Int, Int)
    repeat {
      size = measure
      chooseDefault()
      try dropRules(onStep)
      try dropLiterals(onStep)
      try mergeRules(onStep)
    } while measure < size
  }

  private var measure: (Int, Int) {
    (rules.count, rules.reduce(0) { $0 + $1.premise.literals.count })
  }

  private func rows(predicting conclusion: Int) -> RowSet { rowsOf[conclusion] ?? none }

  /// For each rule and for the default, the rows that no earlier rule decides.
  private var reaching: [RowSet] {
    var open = RowSet(rows: table.count, all: true)
    var reaching: [RowSet] = []
    for set in held {
      reaching.append(open)
      open.subtract(set)
    }
    return reaching + [open]
  }

  /// Chooses the class with the most rules as default if the present default decides no row; ties
  /// are broken by the number of rows, then by the present default.
  private mutating func chooseDefault() {
    let open = reaching.last ?? none
    guard open.isEmpty else { return }
    var counts: [Int: (rules: Int, rows: Int)] = [:]
    for (index, reach) in reaching.dropLast().enumerated() {
      let decided = reach.countInCommon(with: held[index])
      guard decided > 0 else { continue }
      let old = counts[rules[index].conclusion] ?? (0, 0)
      counts[rules[index].conclusion] = (old.rules + 1, old.rows + decided)
    }
    let ranked = counts.keys.sorted { first, second in
      let (mine, other) = (counts[first] ?? (0, 0), counts[second] ?? (0, 0))
      if mine != other { return mine > other }
      if (first == defaultClass) != (second == defaultClass) { return first == defaultClass }
      return first < second
    }
    if let best = ranked.first { defaultClass = best }
  }

  /// Drops each rule whose rows later rules or the default classify equally, from last to first.
  private mutating func dropRules(_ onStep: () throws -> Void) rethrows {
    for index in rules.indices.reversed() {
      try onStep()
      var own = held[index]
      for earlier in 0..<index { own.subtract(held[earlier]) }
      var unsettled = own
      var agrees = true
      for later in rules.indices.dropFirst(index + 1) where agrees && !unsettled.isEmpty {
        let taken = unsettled.intersection(held[later])
        agrees = rules[later].conclusion == rules[index].conclusion || taken.isEmpty
        unsettled.subtract(taken)
      }
      if agrees, unsettled.isEmpty || defaultClass == rules[index].conclusion {
        rules.remove(at: index)
        held.remove(at: index)
      }
    }
  }

  /// Drops literals whose removal covers no row of another class. Of several, the literal whose
  /// removal covers most rows is dropped first.
  private mutating func dropLiterals(_ onStep: () throws -> Void) rethrows {
    var open = RowSet(rows: table.count, all: true)
    for index in rules.indices {
      try onStep()
      let forbidden = open.subtracting(rows(predicting: rules[index].conclusion))
      while true {
        var best: (gain: Int, variable: Feature.ID, rows: RowSet)?
        for literal in rules[index].premise.literals {
          let wider = literals(rules[index].premise.dropping(literal.variable))
          guard wider.isDisjoint(with: forbidden) else { continue }
          let gain = wider.count
          if let best, best.gain <= gain { continue }
          best = (gain, literal.variable, wider)
        }
        guard let best else { break }
        rules[index].premise = rules[index].premise.dropping(best.variable)
        held[index] = best.rows
      }
      open.subtract(held[index])
    }
  }

  /// Merges a later rule into an earlier one with the same conclusion if the smallest box around
  /// both covers no row of another class.
  private mutating func mergeRules(_ onStep: () throws -> Void) rethrows {
    var index = 0
    var open = RowSet(rows: table.count, all: true)
    while index < rules.count {
      try onStep()
      let forbidden = open.subtracting(rows(predicting: rules[index].conclusion))
      var later = index + 1
      while later < rules.count {
        if rules[later].conclusion == rules[index].conclusion {
          let hull = rules[index].premise.hull(rules[later].premise)
          let wider = literals(hull)
          if wider.isDisjoint(with: forbidden) {
            rules[index].premise = hull
            held[index] = wider
            rules.remove(at: later)
            held.remove(at: later)
            continue
          }
        }
        later += 1
      }
      open.subtract(held[index])
      index += 1
    }
  }
}

extension Condition {
  /// The narrowest condition implied by either condition.
  public func hull(_ other: Condition) -> Condition {
    let missing = orMissing || other.orMissing
    switch (self, other) {
    case (.interval(let lower, let upper, _), .interval(let otherLower, let otherUpper, _)):
      let low = lower.flatMap { mine in otherLower.map { min(mine, $0) } }
      let high = upper.flatMap { mine in otherUpper.map { max(mine, $0) } }
      return .interval(lower: low, upper: high, orMissing: missing)
    case (.levels(let levels, _), .levels(let others, _)):
      return .levels(among: levels.union(others), orMissing: missing)
    case (.levels(_, _), .interval(let lower, let upper, _)),
      (.interval(let lower, let upper, _), .levels(_, _)):
      return .interval(lower: lower, upper: upper, orMissing: missing)
    }
  }
}

extension Conjunction {
  /// The narrowest conjunction implied by either: on each common variable, the hull of the
  /// conditions.
  public func hull(_ other: Conjunction) -> Conjunction {
    let common = literals.compactMap { literal in
      other.condition(on: literal.variable).map {
        Literal(literal.variable, literal.condition.hull($0))
      }
    }
    // Wider conditions on different variables cannot contradict each other.
    return Conjunction(common) ?? .always
  }
}
