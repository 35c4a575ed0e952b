import Datasets
import Rules

/// The simplified rule lists of a tree's pruning sequence, by size.
struct SizedRules {
  let sequence: PruningSequence
  /// The rows on which simplification must not change a prediction.
  private var literals: LiteralIndex
  /// Called often; an error thrown by it ends the search.
  let onStep: () throws -> Void
  private var known: [Int: RuleSet] = [:]

  init(
    _ sequence: PruningSequence, simplifiedOn table: Table, onStep: @escaping () throws -> Void
  ) {
    self.sequence = sequence
    literals = LiteralIndex(table)
    self.onStep = onStep
  }

  /// The rules of the tree of one step.
  mutating func rules(at step: Int) throws -> RuleSet {
    if let rules = known[step] { return rules }
    let rules = try sequence.tree(at: step).ruleSet
      .simplified(using: &literals, onStep: onStep)
    known[step] = rules
    return rules
  }

  /// The first step from `step` on whose rules are within the limit.
  mutating func step(from step: Int, atMost limit: Int?) throws -> Int {
    guard let limit else { return step }
    let last = sequence.leafCounts.count - 1
    // Fewer leaves give fewer rules, with rare exceptions that the second loop handles.
    var (low, high) = (step, last)
    while low < high {
      let middle = (low + high) / 2
      if try rules(at: middle).rules.count <= limit { high = middle } else { low = middle + 1 }
    }
    while low < last, try rules(at: low).rules.count > limit { low += 1 }
    return low
  }

  /// Distinct rule lists of about these sizes, in ascending order.
  mutating func curve(_ sizes: [Int]) throws -> [RuleSet] {
    var curve: [RuleSet] = []
    for size in sizes {
      curve.appendIfLonger(try rules(at: step(from: 0, atMost: size)))
    }
    return curve
  }

  /// The sizes of the curve of fidelity against size.
  static let sizes = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 30, 50, 100, 200]
}
