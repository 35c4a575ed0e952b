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

  /// The positions of the rules in the order in which they are asked.
  var order: [Int] {
    guard resolution == .vote else { return Array(rules.indices) }
    return rules.indices.sorted { first, second in
      rules[first].outvotes(rules[second])
        || (!rules[second].outvotes(rules[first]) && first < second)
    }
  }

  /// The rule that answers each row of a table, `nil` where the default does.
  /// - Complexity: O(rows × literals), a condition at most once on a row
  public func deciding(_ table: Table) -> [Int?] {
    deciding(among: table.count, held: rowsHeld(in: table))
  }

  /// The same where it is known on which rows each rule fires.
  func deciding(among rows: Int, held: [RowSet]) -> [Int?] {
    var answers = [Int?](repeating: nil, count: rows)
    var open = RowSet(rows: rows, all: true)
    for index in order where !open.isEmpty {
      open.intersection(held[index]).forEach { answers[$0] = index }
      open.subtract(held[index])
    }
    return answers
  }

  /// For each rule the rows on which it fires, whether or not another rule answers them.
  public func rowsHeld(in table: Table) -> [RowSet] {
    var literals = LiteralIndex(table)
    return rowsHeld(&literals)
  }

  /// The same where some literals have been tried already.
  func rowsHeld(_ literals: inout LiteralIndex) -> [RowSet] {
    literals.prepare(rules.flatMap(\.premise.literals))
    return rules.map { literals($0.premise) }
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

  /// The same rules with supports counted on these rows.
  ///
  /// In a rule list a rule is supported by the rows it answers. In a vote it is supported by all
  /// rows on which it fires, because confidences are compared before any rule has answered.
  /// - Parameters:
  ///   - table: the rows to count.
  ///   - answers: what the explained network says of each row.
  /// - Returns: the same rules in the same order.
  public func supported(by table: Table, answers: [Int]) -> RuleSet {
    var copy = self
    let held = rowsHeld(in: table)
    var agreeing: [Int: RowSet] = [:]
    for conclusion in Set(rules.map(\.conclusion)) {
      agreeing[conclusion] = RowSet(rows: table.count) { answers[$0] == conclusion }
    }
    var open = RowSet(rows: table.count, all: true)
    for index in rules.indices {
      let covered = resolution == .vote ? held[index] : open.intersection(held[index])
      if resolution == .firstMatch { open.subtract(held[index]) }
      copy.rules[index].support = Support(
        covered: covered.count,
        agreeing: agreeing[rules[index].conclusion].map(covered.countInCommon) ?? 0)
    }
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
