import Datasets
import Tensors

/// Learns an ordered rule list that agrees with given classes on as many rows as possible, within a
/// number of rules and of conditions.
///
/// With all other rules fixed, the agreement of a list is a sum over the rows that one rule covers: a
/// row counts 1 if the rule is correct and the rules after it are not, -1 in the reverse case. So
/// each rule in turn, from the last to the first, is replaced by the conjunction with the largest
/// sum, found by beam search on bit sets; rules are inserted while the list is below its maximum
/// length and deleted where they gain nothing. The agreement never decreases, as in tree
/// alternating optimisation (Carreira-Perpiñán & Tavallali 2018). Shorter lists result from
/// deleting the rule that gains least and optimising again. Rule lists with a size penalty are
/// those of CORELS (Angelino et al., "Learning certifiably optimal rule lists for categorical
/// data", JMLR 18, 2018).
package struct RuleListLearner: Hashable, Sendable {
  /// The largest number of rules, without the default.
  package var maxRules = 16
  /// The largest number of conditions of a new rule; an interval counts as two.
  package var maxConditions = 4
  /// The number of conjunctions kept for each number of conditions.
  package var beam = 5
  /// The largest number of passes over a list.
  package var passes = 6
  /// The share of the weighted rows that a rule must classify correctly in addition.
  package var rulePenalty = 0.002
  /// The share of the weighted rows that a further condition must classify correctly in addition.
  package var conditionPenalty = 0.0002

  /// Creates a learner with the default limits.
  package init() {}

  /// The rows of a list, and the least support of rules.
  package struct Rows: Sendable {
    /// The class of each row.
    package var labels: [Int]
    /// The number of classes.
    package var classes: Int
    /// The sample weight of each row.
    package var weights: [Int]
    /// The number of first rows whose support counts.
    package var counted: Int
    /// The number of counted rows that a rule for each class must decide.
    package var needed: [Int]

    /// Creates a value from its properties.
    package init(
      labels: [Int], classes: Int, weights: [Int], counted: Int, needed: [Int]
    ) {
      self.labels = labels
      self.classes = classes
      self.weights = weights
      self.counted = counted
      self.needed = needed
    }
  }

  /// Learns a list.
  /// - Parameters:
  ///   - rows: the rows of the table of `candidates`.
  ///   - candidates: the conditions of new rules.
  ///   - start: a list over the same columns from which to start; `nil`: the empty list.
  ///   - onStep: called often; an error thrown by it ends the search.
  /// - Returns: a list that agrees on at least as many rows as the start where that is within the
  ///   limits.
  /// - Throws: errors of `onStep`.
  package func list(
    _ rows: Rows, _ candidates: CandidateConditions, from start: RuleSet?,
    onStep: () throws -> Void
  ) throws -> RuleSet {
    var search = ListSearch(self, rows, candidates, start: start)
    try search.optimise(atMost: maxRules, onStep: onStep)
    return search.ruleSet
  }

  /// Learns lists of several sizes.
  /// - Returns: lists in ascending order of size, each of a different size.
  /// - Throws: errors of `onStep`.
  package func lists(
    _ rows: Rows, _ candidates: CandidateConditions, from start: RuleSet?,
    onStep: () throws -> Void
  ) throws -> [RuleSet] {
    var search = ListSearch(self, rows, candidates, start: start)
    try search.optimise(atMost: maxRules, onStep: onStep)
    var lists = [search.ruleSet]
    while search.size > 0 {
      let size = search.size - 1
      search.dropWeakest()
      try search.optimise(atMost: size, passes: 1, onStep: onStep)
      lists.append(search.ruleSet)
    }
    return lists.reversed()
  }
}
