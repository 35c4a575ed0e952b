import Datasets

/// A classifier of rules with a default class: an ordered rule list or a voting rule set.
public struct RuleSet: Hashable, Codable, Sendable {
  /// How a rule set predicts where several rules hold.
  public enum Resolution: String, Codable, Sendable {
    /// The first rule that holds gives the class.
    case firstMatch = "first-match"
    /// Of the rules that hold, the one with the highest confidence gives the class; ties are broken
    /// by the larger support, then by the lower class position.
    case vote
  }

  /// The rules, in the order in which a rule list tries them.
  public var rules: [Rule]
  /// The class predicted if no rule holds.
  public var defaultClass: Int
  /// How the set predicts where several rules hold.
  public var resolution: Resolution

  /// Creates a rule set.
  ///
  /// `defaultClass`: the position of the class predicted if no rule holds.
  public init(_ rules: [Rule], default defaultClass: Int, resolution: Resolution) {
    self.rules = rules
    self.defaultClass = defaultClass
    self.resolution = resolution
  }

  /// The deciding rule of a row, `nil` for the default. `value` returns the value of a variable.
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

  /// The positions of the rules in the order of evaluation.
  var order: [Int] { resolution.order(of: rules) }

  /// The deciding rule of each row of a table, `nil` for the default.
  /// - Complexity: O(rows × literals), each condition at most once per row
  public func deciding(_ table: Table) -> [Int?] {
    deciding(among: table.count, held: rowsHeld(in: table))
  }

  /// The deciding rules from the precomputed rows on which each rule holds.
  func deciding(among rows: Int, held: [RowSet]) -> [Int?] {
    var deciders = [Int?](repeating: nil, count: rows)
    var open = RowSet(rows: rows, all: true)
    for index in order where !open.isEmpty {
      open.intersection(held[index]).forEach { deciders[$0] = index }
      open.subtract(held[index])
    }
    return deciders
  }

  /// For each rule the rows on which it holds, whether or not another rule decides them.
  public func rowsHeld(in table: Table) -> [RowSet] {
    var literals = LiteralIndex(table)
    return rowsHeld(&literals)
  }

  /// The rows on which each rule holds, with cached literals.
  func rowsHeld(_ literals: inout LiteralIndex) -> [RowSet] {
    literals.prepare(rules.flatMap(\.premise.literals))
    return rules.map { literals($0.premise) }
  }

  /// The predicted class of each row of a table.
  public func classify(_ table: Table) -> [Int] {
    deciding(table).map { $0.map { rules[$0].conclusion } ?? defaultClass }
  }

  /// The size of the rule set.
  public var complexity: Complexity {
    Complexity(
      rules: rules.count, literals: rules.reduce(0) { $0 + $1.premise.literals.count },
      variables: Set(rules.flatMap { $0.premise.literals.map(\.variable) }).count)
  }

  /// The rules that decide at least one of these rows, or hold on one in a vote.
  package func withoutUnused(on table: Table, labels: [Int]) -> RuleSet {
    var copy = self
    copy.rules = supported(by: table, labels: labels).rules.filter { $0.support.covered > 0 }
    return copy
  }

  /// The same rules with supports counted on these rows.
  ///
  /// In a rule list the support of a rule counts the rows that it decides. In a vote it counts all
  /// rows on which it holds, because confidences are compared before a rule decides.
  /// - Parameters:
  ///   - table: the rows to count.
  ///   - labels: the prediction of the explained network for each row.
  /// - Returns: the same rules in the same order.
  public func supported(by table: Table, labels: [Int]) -> RuleSet {
    var copy = self
    let held = rowsHeld(in: table)
    var agreeing: [Int: RowSet] = [:]
    for conclusion in Set(rules.map(\.conclusion)) {
      agreeing[conclusion] = RowSet(rows: table.count) { labels[$0] == conclusion }
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
