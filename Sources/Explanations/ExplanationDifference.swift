import Datasets
import Rules

/// What differs between two results.
public struct ExplanationDifference: Codable, Hashable, Sendable {
  /// The data.
  public var data: DataDifference
  /// The level of the rules that are compared.
  public var level: RuleLevel
  /// The agreement with the network on held-out rows.
  public var fidelity: ProportionChange?
  /// The accuracy of the rules on held-out rows; `nil` if they are not the measured ones of both.
  public var rulesAccuracy: ProportionChange?
  /// The accuracy of the explained network on held-out rows.
  public var networkAccuracy: ProportionChange
  /// The rules.
  public var rules: RuleDifference
  /// The number of hidden features, before and after.
  public var hiddenFeatures: [Int]
  /// Columns in the rules of the second result only.
  public var columnsUsedAdded: [String]
  /// Columns in the rules of the first result only.
  public var columnsUsedRemoved: [String]
  /// The rows on which the rules of both results predict the same class; `nil` without rows.
  public var predictions: Proportion?

  /// The networks that the rules approximate, before and after: `original` or `pruned`.
  public var explains: [ExplainedNetwork]

  private enum CodingKeys: String, CodingKey {
    case data, level, explains, fidelity, rulesAccuracy, networkAccuracy, rules, hiddenFeatures
    case columnsUsedAdded, columnsUsedRemoved
    case predictions = "answers"
  }

  /// Differences of the data.
  public struct DataDifference: Codable, Hashable, Sendable {
    /// Whether both were read from the same bytes: equal SHA-256.
    public var isSame: Bool
    /// The number of rows read, before and after.
    public var rows: [Int]
    /// Columns of the second result only.
    public var columnsAdded: [String]
    /// Columns of the first result only.
    public var columnsRemoved: [String]
    /// Classes of the second result only.
    public var classesAdded: [String]
    /// Classes of the first result only.
    public var classesRemoved: [String]
  }

  /// Compares two results at one level.
  /// - Throws: `MissingRules` if one of them has no rules of this level.
  public init(
    _ before: Explanation, _ after: Explanation, level: RuleLevel
  ) throws(MissingRules) {
    func entry(_ explanation: Explanation) throws(MissingRules) -> RuleSetEntry {
      guard let entry = explanation.entry(level) else {
        throw MissingRules(
          level: level,
          known: RuleLevel.allCases.filter {
            before.entry($0) != nil && after.entry($0) != nil
          })
      }
      return entry
    }
    let (old, new) = (try entry(before), try entry(after))
    self.level = level
    explains = [before.explains ?? .pruned, after.explains ?? .pruned]
    data = DataDifference(
      isSame: before.data.sha256 == after.data.sha256,
      rows: [before.data.rows, after.data.rows],
      columnsAdded: Self.added(to: before.columns, in: after.columns),
      columnsRemoved: Self.added(to: after.columns, in: before.columns),
      classesAdded: Self.added(to: before.data.classes, in: after.data.classes),
      classesRemoved: Self.added(to: after.data.classes, in: before.data.classes))
    if let first = before.fidelity(of: level), let second = after.fidelity(of: level) {
      fidelity = ProportionChange(before: first.heldOut, after: second.heldOut)
    }
    if level == before.level, level == after.level {
      rulesAccuracy = ProportionChange(before: before.accuracy.rules, after: after.accuracy.rules)
    }
    networkAccuracy = ProportionChange(
      before: before.accuracy.network, after: after.accuracy.network)
    rules = RuleDifference(old, new)
    hiddenFeatures = [before.features.count, after.features.count]
    let (used, reused) = (old.columns, new.columns)
    columnsUsedAdded = level == .features ? [] : Self.added(to: used, in: reused)
    columnsUsedRemoved = level == .features ? [] : Self.added(to: reused, in: used)
  }

  private static func added(to first: [String], in second: [String]) -> [String] {
    let known = Set(first)
    return second.filter { !known.contains($0) }
  }
}

extension Explanation {
  fileprivate var columns: [String] { data.schema.features.map(\.id.rawValue) }
}

extension RuleSetEntry {
  /// The columns in conditions and scores, each once, in order.
  fileprivate var columns: [String] {
    let scores = Dictionary(
      (scores ?? []).map { ($0.id, $0.terms.map(\.input)) }, uniquingKeysWith: { first, _ in first }
    )
    var seen: Set<String> = []
    return rules.flatMap(\.if).flatMap { scores[$0.feature] ?? [$0.feature] }
      .filter { seen.insert($0).inserted }
  }
}

/// What differs between two rule sets.
public struct RuleDifference: Codable, Hashable, Sendable {
  /// Two rules of different results, by their names.
  public struct Pair: Codable, Hashable, Sendable {
    /// The rule of the first result.
    public var before: String
    /// The rule of the second result.
    public var after: String
    /// Creates a value from its properties.
    public init(before: String, after: String) {
      self.before = before
      self.after = after
    }
  }

  /// A rule with other thresholds or levels in conditions on the same variables.
  public struct Changed: Codable, Hashable, Sendable {
    /// The rule of the first result.
    public var before: RuleEntry
    /// The rule of the second result.
    public var after: RuleEntry
    /// The conditions that differ, before and after.
    public var conditions: [[RuleEntry.Test]]
  }

  /// The number of rules, before and after.
  public var counts: [Int]
  /// The number of conditions, before and after.
  public var literals: [Int]
  /// Rules with the same conditions and conclusion.
  public var same: [Pair]
  /// Rules with the same variables, operators and conclusion.
  public var changed: [Changed]
  /// Rules of the second result only.
  public var added: [RuleEntry]
  /// Rules of the first result only.
  public var removed: [RuleEntry]
  /// Whether rules that both have are in another order.
  public var isReordered: Bool
  /// The default class, before and after.
  public var defaults: [String]
  /// The scores whose definition differs or that only one result has; for described rules.
  public var scoresChanged: [String]

  /// Compares two rule sets.
  ///
  /// Equal rules are paired first, then rules that differ in thresholds or levels only, in their
  /// order.
  public init(_ before: RuleSetEntry, _ after: RuleSetEntry) {
    counts = [before.rules.count, after.rules.count]
    literals = [before, after].map { $0.rules.reduce(0) { $0 + $1.if.count } }
    defaults = [before.defaultClass, after.defaultClass]
    let scores = [before, after].map { entry in
      Dictionary(
        (entry.scores ?? []).map { ($0.id, $0.terms) }, uniquingKeysWith: { first, _ in first })
    }
    scoresChanged = Set(scores[0].keys).union(scores[1].keys)
      .filter { scores[0][$0] != scores[1][$0] }.sorted()
    let others = Set(scoresChanged)
    var open = Array(after.rules.indices)
    var pairs: [(Int, Int)] = []
    func pair(_ rule: Int, _ matches: (RuleEntry, RuleEntry) -> Bool) -> Int? {
      guard
        let place = open.firstIndex(where: { matches(before.rules[rule], after.rules[$0]) })
      else { return nil }
      return open.remove(at: place)
    }
    var rest: [Int] = []
    for rule in before.rules.indices {
      let isSame = { (first: RuleEntry, second: RuleEntry) in
        first.then == second.then && Set(first.if) == Set(second.if)
          && !first.if.contains { others.contains($0.feature) }
      }
      if let match = pair(rule, isSame) { pairs.append((rule, match)) } else { rest.append(rule) }
    }
    same = pairs.map { Pair(before: before.rules[$0].id, after: after.rules[$1].id) }
    isReordered = zip(pairs, pairs.dropFirst()).contains { $0.1 > $1.1 }
    (changed, removed) = ([], [])
    for rule in rest {
      let old = before.rules[rule]
      guard let match = pair(rule, { $0.then == $1.then && $0.form == $1.form }) else {
        removed.append(old)
        continue
      }
      let new = after.rules[match]
      let conditions = zip(old.ordered, new.ordered).filter { $0 != $1 }.map { [$0, $1] }
      changed.append(Changed(before: old, after: new, conditions: conditions))
    }
    added = open.map { after.rules[$0] }
  }
}

extension RuleEntry {
  /// The conditions in the order of their variables and operators.
  fileprivate var ordered: [Test] {
    self.if.sorted {
      ($0.feature, $0.operator.rawValue) < ($1.feature, $1.operator.rawValue)
    }
  }

  /// The variables and operators of the conditions.
  fileprivate var form: [String] { ordered.map { "\($0.feature)\n\($0.operator.rawValue)" } }
}
