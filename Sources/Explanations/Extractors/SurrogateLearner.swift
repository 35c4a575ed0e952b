import Datasets
import Rules

/// The rows to which rules are fitted: real ones, and synthetic rows sampled near them.
package struct SurrogateRows {
  let table: Table
  let predictions: [Int]
  /// The sample weight of each row; `nil`: 1.
  let weights: [Int]?
  let bins: BinnedTable
  /// The first rows of the table, on which the support of rules counts.
  let counted: Table
  /// The support that rules must have on these rows.
  let support: MinimumSupport

  /// Rows of a table that is known, of which the first `real` are real ones.
  ///
  /// `leastGap`: see `BinnedTable`.
  init(
    table: Table, predictions: [Int], weights: [Int]?, real: Int, leastGap: Double,
    onStep: () throws -> Void
  ) rethrows {
    self.table = table
    self.predictions = predictions
    self.weights = weights
    bins = try BinnedTable(table, leastGap: leastGap, onStep: onStep)
    counted = real < table.count ? table.selecting(Array(0..<real)) : table
    support = MinimumSupport(predictions.prefix(real), classes: table.schema.classes.count)
  }

  /// `counted`: the number of first real rows on which the support of rules counts; `nil`: all.
  package init(
    _ setup: SurrogateSetup, real: Table, predictions: [Int], counted: Int? = nil, seed: UInt64,
    asking: (Table) -> [Int], onStep: () throws -> Void
  ) throws {
    let drawn = try setup.drawnRows(near: real, seed: seed, onStep: onStep)
    if let drawn, drawn.count > 0 {
      table = real.appending(drawn)
      self.predictions = predictions + asking(drawn)
      let weight = setup.weight(real: real.count, drawn: drawn.count)
      weights = self.predictions.indices.map { $0 < real.count ? weight : 1 }
    } else {
      table = real
      self.predictions = predictions
      weights = nil
    }
    bins = try BinnedTable(table, onStep: onStep)
    let first = counted ?? real.count
    self.counted = first < real.count ? real.selecting(Array(0..<first)) : real
    support = MinimumSupport(predictions.prefix(first), classes: real.schema.classes.count)
  }
}

extension SurrogateSetup {
  /// Synthetic rows, equally many of each neighbourhood; `nil` if none are drawn.
  func drawnRows(
    near real: Table, seed: UInt64, onStep: () throws -> Void
  ) throws -> Table? {
    guard drawn > 0 else { return nil }
    var all: Table?
    for (index, neighbourhood) in neighbourhoods.enumerated() {
      let count = drawn * (index + 1) / neighbourhoods.count - drawn * index / neighbourhoods.count
      let rows = try neighbourhood.rows(
        count, near: real, seed: seed &+ 1000 * UInt64(index), onStep: onStep)
      all = all?.appending(rows) ?? rows
    }
    return all
  }
}

/// The rows and the settings of rule lists over inputs.
package struct SurrogateLearner {
  let setup: SurrogateSetup
  let rows: SurrogateRows
  let onStep: () throws -> Void
  /// The tree of the last search, which several rule lists are made of.
  private let searched = Searched()

  private final class Searched {
    var leaves: Int?
    var tree: (tree: DecisionTree, note: String)?
  }

  package init(
    _ setup: SurrogateSetup, rows: SurrogateRows, onStep: @escaping () throws -> Void
  ) {
    self.setup = setup
    self.rows = rows
    self.onStep = onStep
  }

  private var classes: Int { rows.table.schema.classes.count }

  /// The nested subtrees of the grown or searched tree.
  func sequence(leaves: Int) throws -> PruningSequence {
    if setup.form == .optimalTree {
      return PruningSequence(try searchedTree(leaves: leaves).tree)
    }
    let grower = TreeGrower(
      criterion: setup.criterion, minimumSupport: setup.minimumSupport,
      maximumLeaves: max(leaves, 32))
    return PruningSequence(
      try grower.tree(
        imitating: rows.predictions, over: rows.bins, classes: classes, weights: rows.weights,
        onStep: onStep))
  }

  /// The largest refined list within the limit.
  package func list(atMost limit: Int) throws -> RuleSet { supported(try fitted(atMost: limit)) }

  private func supported(_ rules: RuleSet) -> RuleSet {
    guard setup.needsSupport else { return rules }
    return rows.support.enforced(
      on: rules, over: rows.counted, predictions: Array(rows.predictions.prefix(rows.counted.count))
    )
  }

  private func fitted(atMost limit: Int) throws -> RuleSet {
    if setup.form == .list { return try optimisedList(atMost: limit) }
    let sequence = try sequence(leaves: 4 * limit)
    var sized = SizedRules(sequence, simplifiedOn: rows.table, onStep: onStep)
    let step = try sized.step(from: 0, atMost: limit)
    if setup.passes == 0 || setup.form == .optimalTree { return try sized.rules(at: step) }
    // Refinement can remove or add a rule: start with a slightly larger tree.
    let refiner = TreeRefiner(maximumPasses: setup.passes)
    for step in max(step - 2, 0)..<sequence.leafCounts.count {
      let refined = try refiner.refine(
        sequence.tree(at: step), imitating: rows.predictions, over: rows.bins,
        weights: rows.weights,
        onStep: onStep)
      let rules = try PruningSequence(refined).tree(at: 0).ruleSet
        .simplified(on: rows.table, onStep: onStep)
      if rules.rules.count <= limit { return rules }
    }
    return try sized.rules(at: sequence.leafCounts.count - 1)
  }

  /// Lists of at most these sizes, in ascending order of size.
  func lists(sizes: [Int], atMost limit: Int) throws -> [RuleSet] {
    var found: [RuleSet] = []
    for rules in try fitted(sizes: sizes, atMost: limit).map(supported) {
      found.appendIfLonger(rules)
    }
    return found
  }

  private func fitted(sizes: [Int], atMost limit: Int) throws -> [RuleSet] {
    guard setup.form == .list else {
      var sized = SizedRules(
        try sequence(leaves: 4 * limit), simplifiedOn: rows.table, onStep: onStep)
      return try sized.curve(sizes)
    }
    let lists = try learner(atMost: limit).lists(
      listRows, candidates(Self.listConditions), from: treeList(atMost: limit), onStep: onStep)
    return try lists.filter { sizes.contains($0.rules.count) }
      .map { try $0.simplified(on: rows.table, onStep: onStep) }
  }

  // MARK: - Trees by search

  /// The pairs of conditions of a searched tree, and of a rule list.
  private static let treeConditions = 60
  private static let listConditions = 90
  /// The nodes of the search for a tree.
  private static let treeBudget = 500

  private func candidates(_ limit: Int) throws -> CandidateConditions {
    try CandidateConditions(
      rows.bins, labels: rows.predictions, classes: classes, weights: rows.weights, limit: limit,
      minimumSupport: max(setup.minimumSupport, 5), onStep: onStep)
  }

  /// A searched tree with what is known of its optimality.
  func searchedTree(leaves: Int) throws -> (tree: DecisionTree, note: String) {
    if let known = searched.tree, searched.leaves == leaves { return known }
    let candidates = try candidates(Self.treeConditions)
    let total = rows.weights?.reduce(0, +) ?? rows.predictions.count
    let search = candidates.search(
      rows.predictions, classes: classes, weights: rows.weights, leafPenalty: max(total / 1000, 1))
    // Four times as many leaves as rules are asked for, at a depth that readers still follow.
    var depth = 1
    while depth < 5, 1 << depth < leaves / 4 + 1 { depth += 1 }
    let found = try search.outcome(depth: depth, budget: Self.treeBudget, onStep: onStep)
    let tree = candidates.decisionTree(
      found.solution.tree, labels: rows.predictions, classes: classes, weights: rows.weights)
    let proof =
      found.isProved
      ? "was proved optimal in \(found.nodes) nodes"
      : "was not proved optimal within the budget of \(Self.treeBudget) nodes"
    let note =
      "the tree of depth at most \(depth) over \(candidates.pairs.count) conditions \(proof)"
    searched.leaves = leaves
    searched.tree = (tree, note)
    return (tree, note)
  }

  // MARK: - Rule lists

  private var listRows: RuleListLearner.Rows {
    RuleListLearner.Rows(
      labels: rows.predictions, classes: classes,
      weights: rows.weights ?? [Int](repeating: 1, count: rows.predictions.count),
      counted: rows.counted.count, needed: rows.support.needed)
  }

  private func learner(atMost limit: Int) -> RuleListLearner {
    var learner = RuleListLearner()
    learner.maxRules = limit
    if setup.passes == 0 { learner.passes = 2 }
    return learner
  }

  /// The rules of the tree, from which a list starts.
  private func treeList(atMost limit: Int) throws -> RuleSet {
    try SurrogateLearner(setup.with(.tree), rows: rows, onStep: onStep).list(atMost: limit)
  }

  private func optimisedList(atMost limit: Int) throws -> RuleSet {
    try learner(atMost: limit).list(
      listRows, candidates(Self.listConditions), from: treeList(atMost: limit), onStep: onStep
    ).simplified(on: rows.table, onStep: onStep)
  }
}

extension Table {
  /// The rows of this table followed by those of another with the same columns.
  package func appending(_ other: Table) -> Table {
    let joined = zip(columns, other.columns).map { mine, others -> Column in
      if case .bytes(let mine) = mine, case .bytes(let others) = others {
        return .bytes(mine + others)
      }
      return .doubles(mine.values + others.values)
    }
    return Table(
      schema: schema, columns: joined, labels: labels + other.labels,
      numbers: numbers + other.numbers)
  }
}
