import Datasets

/// Rules that together answer every row: a rule list or a voting rule set, with a default.
public struct RuleSet: Hashable, Codable, Sendable {
  public enum Resolution: String, Codable, Sendable {
    /// The first rule that holds answers.
    case firstMatch = "first-match"
    /// The class of the holding rule with the highest confidence answers; ties go to the larger
    /// support, then to the lower class position.
    case vote
  }

  public var rules: [Rule]
  /// The answer where no rule holds.
  public var defaultClass: Int
  public var resolution: Resolution

  public init(_ rules: [Rule], default defaultClass: Int, resolution: Resolution) {
    self.rules = rules
    self.defaultClass = defaultClass
    self.resolution = resolution
  }

  /// The rule that answers a row, `nil` where the default does. `value` gives a variable's value.
  public func deciding(_ value: (Feature.ID) -> Double) -> Int? {
    var best: Int?
    for (index, rule) in rules.enumerated() {
      guard rule.premise.literals.allSatisfy({ $0.condition.holds(for: value($0.variable)) })
      else { continue }
      if resolution == .firstMatch { return index }
      if let current = best, !rules[index].outvotes(rules[current]) { continue }
      best = index
    }
    return best
  }

  /// The rule that answers each row of a table, `nil` where the default does.
  /// - Complexity: O(rows × literals)
  public func deciding(_ table: Table) -> [Int?] {
    var answers = [Int?](repeating: nil, count: table.count)
    let order =
      resolution == .firstMatch
      ? Array(rules.indices)
      : rules.indices.sorted { first, second in
        rules[first].outvotes(rules[second])
          || (!rules[second].outvotes(rules[first]) && first < second)
      }
    var open = Array(0..<table.count)
    for index in order where !open.isEmpty {
      let held = rules[index].premise.holds(in: table, for: open)
      var left: [Int] = []
      left.reserveCapacity(open.count)
      for (position, row) in open.enumerated() {
        if held[position] { answers[row] = index } else { left.append(row) }
      }
      open = left
    }
    return answers
  }

  /// The answer to each row of a table.
  public func classify(_ table: Table) -> [Int] {
    deciding(table).map { $0.map { rules[$0].conclusion } ?? defaultClass }
  }

  public var complexity: Complexity {
    Complexity(
      rules: rules.count, literals: rules.reduce(0) { $0 + $1.premise.literals.count },
      variables: Set(rules.flatMap { $0.premise.literals.map(\.variable) }).count)
  }

  /// The same rules with supports counted on these rows: those each rule answers, not merely fits.
  /// - Parameter answers: what the explained network says of each row.
  public func supported(by table: Table, answers: [Int]) -> RuleSet {
    var copy = self
    var supports = [Support](repeating: Support(covered: 0, agreeing: 0), count: rules.count)
    for (row, rule) in deciding(table).enumerated() {
      guard let rule else { continue }
      supports[rule].covered += 1
      if answers[row] == rules[rule].conclusion { supports[rule].agreeing += 1 }
    }
    for index in copy.rules.indices { copy.rules[index].support = supports[index] }
    return copy
  }
}

extension Rule {
  /// Whether this rule's answer counts more where both hold.
  func outvotes(_ other: Rule) -> Bool {
    // Compared as fractions of whole numbers: exact.
    let mine = support.agreeing * max(other.support.covered, 1)
    let others = other.support.agreeing * max(support.covered, 1)
    if mine != others { return mine > others }
    if support.covered != other.support.covered {
      return support.covered > other.support.covered
    }
    return conclusion < other.conclusion
  }
}

extension Conjunction {
  /// Whether the conjunction holds for each of some rows.
  /// - Complexity: O(rows × literals)
  public func holds(in table: Table, for rows: [Int]) -> [Bool] {
    var held = [Bool](repeating: true, count: rows.count)
    for literal in literals {
      guard let index = table.schema.index(of: literal.variable) else {
        preconditionFailure("a rule asks about '\(literal.variable)', which the table lacks")
      }
      let column = table.columns[index]
      for (position, row) in rows.enumerated() where held[position] {
        held[position] = literal.condition.holds(for: column[row])
      }
    }
    return held
  }
}
