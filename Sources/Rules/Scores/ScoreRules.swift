import Datasets
import Tensors

/// A small rule list over scores and columns.
public struct ScoreRules: Hashable, Sendable {
  /// The scores that conditions of the rules use, in the order S1, S2, …
  public var scores: [Score]
  /// The rules; their variables are columns and scores.
  public var rules: RuleSet

  /// Creates a value from its properties.
  public init(scores: [Score], rules: RuleSet) {
    self.scores = scores
    self.rules = rules
  }
}

/// Learns small rule lists over scores from rows with given classes: a tree with few leaves whose
/// inner nodes test sums of few columns with small integer weights.
///
/// A first tree is the optimal one of depth 3 over a pool of scores and cuts of single columns; all
/// its tests are then improved together, by agreement.
public struct ScoreRuleLearner: Hashable, Sendable {
  /// The largest number of terms of a score; 5 by default.
  public var maxTerms = 5
  /// The largest absolute weight of a term; 5 by default.
  public var maxWeight = 5
  /// The largest number of leaves, which is that of rules with the default; 9 by default.
  public var maxLeaves = 9
  /// The largest number of scores with more than one term; 4 by default.
  public var maxScores = 4
  /// The agreement that a term must add, as a share of all; 0.001 by default.
  public var termPenalty: Float = 0.001
  /// The number of conditions from which the first tree is built.
  package var poolLimit = 100

  /// Creates a learner with the default limits.
  public init() {}

  /// Learns trees of several sizes.
  /// - Parameters:
  ///   - table: the rows.
  ///   - labels: the class position of each row.
  ///   - weights: the sample weight of each row.
  ///   - onStep: called between steps; an error thrown by it ends the learning.
  /// - Returns: the tree with the highest agreement for each number of leaves, ascending.
  public func trees(
    _ table: Table, labels: [Int], weights: [Int], onStep: () throws -> Void
  ) rethrows -> [ScoreTreeModel] {
    let terms = TermTable(table)
    let classes = table.schema.classes.count
    let search = self.search
    let sampleWeights = weights.map(Float.init)
    let pool = try ConditionPool(
      terms, labels: labels, weights: sampleWeights, classes: classes, search: search,
      limit: poolLimit, onStep: onStep)
    let optimal = OptimalTree(
      conditions: pool.tests.count, labels: labels, classes: classes, weights: weights,
      leafPenalty: max(1, weights.reduce(0, +) / 500)
    ) { index in
      let test = pool.tests[index]
      return test.sums(in: terms).map { $0 > test.cut }
    }
    let refiner = ScoreTreeRefiner(
      table: terms, labels: labels, weights: sampleWeights, classes: classes, search: search,
      maxScores: maxScores)
    var best: [Int: (tree: ScoreTree, value: Float)] = [:]
    for depth in 2...3 {
      try onStep()
      let start = try grown(
        ScoreTree(optimal.solution(depth: depth).tree, tests: pool.tests), by: refiner,
        onStep: onStep)
      for tree in try refiner.sequence(from: start, onStep: onStep)
      where tree.leafCount <= maxLeaves {
        let value = refiner.agreement(tree)
        if value > best[tree.leafCount]?.value ?? -1 { best[tree.leafCount] = (tree, value) }
      }
    }
    return best.keys.sorted().compactMap { size in
      best[size].map { ScoreTreeModel(tree: $0.tree, atoms: terms.atoms) }
    }
  }

  /// Learns a score that is above a threshold on the rows where something is true.
  /// - Parameters:
  ///   - id: the name of the score.
  ///   - truth: one value per row of the table.
  ///   - table: the rows.
  /// - Returns: the score, named `id`, with its threshold; `nil` if no score is better than a
  ///   constant.
  public func score(
    _ id: Feature.ID, describing truth: [Bool], over table: Table
  ) -> (score: Score, threshold: Double)? {
    let terms = TermTable(table)
    guard let best = search.tests(truth.map { $0 ? 1 : -1 }, in: terms).last?.test else {
      return nil
    }
    let stepped = best.parts(of: terms.atoms)
    let score = Score(id, stepped.withoutCommonStep)
    let values = score.values(in: table)
    let isAbove = best.sums(in: terms).map { $0 > best.cut }
    let threshold = readableCut(
      values.indices.filter { !isAbove[$0] }.map { values[$0] },
      values.indices.filter { isAbove[$0] }.map { values[$0] },
      or: Double(best.cut) * stepped.commonStep)
    return (score, unattainable(threshold, by: values))
  }

  private var search: ScoreSearch {
    var search = ScoreSearch()
    search.maxTerms = maxTerms
    search.maxWeight = maxWeight
    search.termPenalty = termPenalty
    return search
  }

  /// Splits leaves of a refined tree further while leaves are left and errors fall.
  private func grown(
    _ start: ScoreTree, by refiner: ScoreTreeRefiner, onStep: () throws -> Void
  ) rethrows -> ScoreTree {
    var tree = try refiner.refined(start, onStep: onStep)
    while tree.leafCount < maxLeaves {
      try onStep()
      guard let larger = refiner.splittingWorstLeaf(of: tree) else { break }
      let refined = try refiner.refined(larger, onStep: onStep)
      let gain = refiner.agreement(refined) - refiner.agreement(tree)
      guard refined.leafCount > tree.leafCount, gain > refiner.leastGain else { break }
      tree = refined
    }
    return tree
  }
}

/// A decision tree over scores, with the columns that its sums use.
public struct ScoreTreeModel: Sendable {
  let tree: ScoreTree
  let atoms: [TermTable.Atom]

  /// The number of leaves.
  public var leafCount: Int { tree.leafCount }
  /// The number of scores with more than one term.
  public var scoreCount: Int { tree.scoreCount }

  /// The classes of the rows of a table.
  /// - Complexity: O(rows × nodes × terms)
  public func classify(_ table: Table) -> [Int] {
    tree.predictions(in: TermTable(atoms, on: table))
  }

  /// The tree as a rule list with readable cuts.
  ///
  /// Sums of one column become conditions on the column. Cuts are decimals with few digits between
  /// the values of the rows on either side.
  /// - Parameters:
  ///   - table: the rows to which cuts are fitted, and on which rules are simplified.
  ///   - defaultClass: the class of most rows.
  /// - Returns: the rules with the scores that they use.
  public func rules(on table: Table, default defaultClass: Int) -> ScoreRules {
    var writer = ScoreRuleWriter(tree, atoms, table)
    let paths = writer.paths()
    let conclusions = Set(paths.map(\.conclusion))
    let fallback = conclusions.contains(defaultClass) ? defaultClass : paths[0].conclusion
    let rules = paths.compactMap { path in
      Conjunction(path.literals).map { Rule(if: $0, then: path.conclusion) }
    }
    let set = RuleSet(rules, default: fallback, resolution: .firstMatch)
      .simplified(on: table.appending(writer.scores))
    return ScoreRules(scores: writer.scores, rules: set).withNumberedScores
  }
}

/// Writes the tests of a tree as literals over columns and scores.
private struct ScoreRuleWriter {
  let tree: ScoreTree
  let atoms: [TermTable.Atom]
  let table: Table
  var scores: [Score] = []
  private let terms: TermTable
  private var literals: [Int: (low: Literal, high: Literal)] = [:]

  init(_ tree: ScoreTree, _ atoms: [TermTable.Atom], _ table: Table) {
    self.tree = tree
    self.atoms = atoms
    self.table = table
    terms = TermTable(atoms, on: table)
  }

  /// The literals and the class of each leaf, from left to right.
  mutating func paths() -> [(literals: [Literal], conclusion: Int)] {
    var places = [Int](repeating: 0, count: table.count)
    for index in tree.nodes.indices {
      let node = tree.nodes[index]
      guard let test = node.test else { continue }
      let sums = test.sums(in: terms)
      let reaching = places.indices.filter { places[$0] == index }
      literals[index] = pair(
        test, reaching.filter { sums[$0] <= test.cut }, reaching.filter { sums[$0] > test.cut })
      for row in reaching { places[row] = sums[row] > test.cut ? node.high : node.low }
    }
    var found: [(literals: [Literal], conclusion: Int)] = []
    func visit(_ index: Int, _ path: [Literal]) {
      guard let pair = literals[index] else {
        found.append((path, tree.nodes[index].conclusion))
        return
      }
      visit(tree.nodes[index].high, path + [pair.high])
      visit(tree.nodes[index].low, path + [pair.low])
    }
    visit(0, [])
    return found
  }

  /// The literals of rows that fail and of rows that pass a test.
  private mutating func pair(
    _ test: ScoreTest, _ below: [Int], _ above: [Int]
  ) -> (low: Literal, high: Literal) {
    if let only = test.terms.first, test.size == 1 {
      if let pair = columnPair(atoms[only.key], only.value, test.cut, below, above) { return pair }
    }
    // The first term has a positive weight, and no integer divides all weights.
    var stepped = test.parts(of: atoms)
    let sign = (stepped.first?.weight ?? 1) < 0 ? -1 : 1
    let divisor = sign * stepped.reduce(0) { Self.greatestCommonDivisor($0, abs($1.weight)) }
    for index in stepped.indices { stepped[index].weight /= divisor }
    let parts = stepped.withoutCommonStep
    let id: Feature.ID
    if let known = scores.first(where: { $0.terms == parts }) {
      id = known.id
    } else {
      id = Self.name(scores.count + 1, beside: table.schema)
      scores.append(Score(id, parts))
    }
    let values = Score(id, parts).values(in: table)
    let (lower, upper) = sign > 0 ? (below, above) : (above, below)
    let cut = unattainable(
      readableCut(
        lower.map { values[$0] }, upper.map { values[$0] },
        or: Double(test.cut) / Double(divisor) * stepped.commonStep), by: values)
    let greater = Literal(id, .interval(lower: cut, upper: nil, orMissing: false))
    let atMost = Literal(id, .interval(lower: nil, upper: cut, orMissing: false))
    return sign > 0 ? (atMost, greater) : (greater, atMost)
  }

  /// The literals of a sum of one column.
  private func columnPair(
    _ atom: TermTable.Atom, _ weight: Int, _ cut: Float, _ below: [Int], _ above: [Int]
  ) -> (low: Literal, high: Literal)? {
    guard let position = table.schema.index(of: atom.variable) else { return nil }
    let column = table.columns[position]
    let hasMissing = column.values.contains { $0.isNaN }
    switch atom.operand {
    case .number(let step, let ifMissing):
      let (lower, upper) = weight > 0 ? (below, above) : (above, below)
      let known = { (rows: [Int]) in rows.map { column[$0] }.filter { !$0.isNaN } }
      let bound = readableCut(
        known(lower), known(upper), or: Double(cut) * step / Double(weight))
      let isAbove = ifMissing > bound
      let greater = Literal(
        atom.variable, .interval(lower: bound, upper: nil, orMissing: hasMissing && isAbove))
      let atMost = Literal(
        atom.variable, .interval(lower: nil, upper: bound, orMissing: hasMissing && !isAbove))
      return weight > 0 ? (atMost, greater) : (greater, atMost)
    case .levels(let among, let orMissing):
      guard let levels = table.schema.features[position].levels else { return nil }
      let others = Set(levels.indices).subtracting(among)
      let inside = Literal(atom.variable, .levels(among: among, orMissing: orMissing))
      let outside = Literal(
        atom.variable, .levels(among: others, orMissing: hasMissing && !orMissing))
      // 1 or 0 times the weight is above the cut.
      let passesInside = Float(weight) > cut
      return passesInside ? (outside, inside) : (inside, outside)
    }
  }

  private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
    second == 0 ? first : greatestCommonDivisor(second, first % second)
  }

  /// "S1", or "SS1" if a column has such a name.
  private static func name(_ number: Int, beside schema: Schema) -> Feature.ID {
    var letters = "S"
    while schema.features.contains(where: { column in
      let name = column.id.rawValue
      return name.hasPrefix(letters) && Int(name.dropFirst(letters.count)) != nil
    }) { letters += "S" }
    return Feature.ID("\(letters)\(number)")
  }
}

extension ScoreRules {
  /// Without scores that no rule uses.
  public var withUsedScores: ScoreRules {
    let used = Set(rules.rules.flatMap { $0.premise.literals.map(\.variable) })
    return ScoreRules(scores: scores.filter { used.contains($0.id) }, rules: rules)
  }

  /// With other names of the scores, in the scores and in the rules.
  public func renamed(_ name: (Feature.ID) -> Feature.ID) -> ScoreRules {
    let names = Dictionary(uniqueKeysWithValues: scores.map { ($0.id, name($0.id)) })
    var copy = self
    for index in copy.scores.indices {
      copy.scores[index].id = names[scores[index].id] ?? scores[index].id
    }
    copy.rules.rules = rules.rules.map { rule in
      var renamed = rule
      renamed.premise =
        Conjunction(
          rule.premise.literals.map { Literal(names[$0.variable] ?? $0.variable, $0.condition) })
        ?? rule.premise
      return renamed
    }
    return copy
  }

  /// The scores that rules use, numbered in the order of the rules.
  package var withNumberedScores: ScoreRules {
    let used = withUsedScores
    var order: [Feature.ID] = []
    for id in rules.rules.flatMap(\.premise.literals).map(\.variable)
    where used.scores.contains(where: { $0.id == id }) && !order.contains(id) { order.append(id) }
    let letters = order.first?.rawValue.prefix { $0 == "S" } ?? "S"
    let numbers = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0 + 1) })
    var sorted = used
    sorted.scores.sort { numbers[$0.id] ?? 0 < numbers[$1.id] ?? 0 }
    return sorted.renamed { Feature.ID("\(letters)\(numbers[$0] ?? 0)") }
  }
}

extension ScoreTest {
  /// The terms over columns, from the largest to the smallest weight.
  fileprivate func parts(of atoms: [TermTable.Atom]) -> [Score.Term] {
    terms.sorted { (abs($1.value), $0.key) < (abs($0.value), $1.key) }
      .map { Score.Term($1, times: atoms[$0].variable, atoms[$0].operand) }
  }
}

extension [Score.Term] {
  /// The step of all terms if they are numbers divided by the same step, else 1.
  fileprivate var commonStep: Double {
    let steps = map { term -> Double? in
      if case .number(let step, _) = term.operand { step } else { nil }
    }
    guard let first = steps.first, let step = first, steps.allSatisfy({ $0 == step }) else {
      return 1
    }
    return step
  }

  /// The terms without their common step: the same order of rows, and one division less.
  fileprivate var withoutCommonStep: [Score.Term] {
    guard commonStep != 1 else { return self }
    return map { term in
      guard case .number(_, let ifMissing) = term.operand else { return term }
      return Score.Term(
        term.weight, times: term.variable, .number(step: 1, ifMissing: ifMissing))
    }
  }
}
