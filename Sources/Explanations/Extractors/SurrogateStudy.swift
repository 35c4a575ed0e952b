import Datasets
import Networks
import Rules
import Tensors

/// The hyperparameters of one tree.
package struct SurrogateSetup: Hashable, Sendable {
  package var criterion = Criterion.gini
  package var minimumSupport = 1
  /// The number of synthetic rows sampled near the real ones.
  package var drawn = 0
  package var neighbourhood = Neighbourhood()
  /// The sample weight of a real row; a synthetic row has weight 1.
  package var realWeight = 1
  /// The number of refinement passes over the grown tree.
  package var passes = 20

  package init() {}

  /// The parameters that determine the synthetic rows.
  struct Drawing: Hashable {
    var drawn: Int
    var neighbourhood: Neighbourhood
    var realWeight: Int
  }

  var drawing: Drawing {
    Drawing(drawn: drawn, neighbourhood: neighbourhood, realWeight: realWeight)
  }
}

/// The search for the rule list with the highest fidelity to a network.
///
/// Several settings of the tree are compared by cross-validation on real rows; the best is refitted
/// to all available rows. Only the columns that the network reads are used.
package struct SurrogateStudy {
  let subject: ExtractionSubject
  let ask: (Table) -> [Int]
  let training: Table
  let validation: Table
  /// The training and validation rows with the predictions of the network.
  let real: Table
  let answers: [Int]

  /// `asking`: the predictions of the network on rows with the columns that it reads.
  package init(_ subject: ExtractionSubject, asking: @escaping (Table) -> [Int]) {
    self.subject = subject
    ask = asking
    training = subject.readTraining
    validation = subject.readValidation
    real = training.appending(validation)
    answers = subject.answers + subject.validationAnswers
  }

  private var isImage: Bool { subject.training.schema.image != nil }

  /// Whether more queries of the network are worth their time.
  private var draws: Bool {
    !isImage && !training.columns.isEmpty && training.count <= 20_000
      && training.count * training.columns.count <= 4_000_000 && training.count > 1
  }

  /// The number of synthetic rows sampled near the real ones, fewer for wide rows to limit memory.
  private var drawn: Int { min(10_000, 16_000_000 / max(training.columns.count, 1)) }

  /// Twenty rules, or six per class with many classes and rows; images need more.
  private var limit: Int {
    let usual = max(20, min(6 * training.schema.classes.count, training.count / 20))
    return max(subject.maxRules ?? (isImage ? 200 : usual), 0)
  }

  package var result: ExtractedRules {
    get throws {
      let setups = self.setups
      let setup = try setups.count == 1 ? setups[0] : best(of: setups)
      var size = limit
      if subject.maxRules == nil, validation.count > 0 {
        size = try validatedSize(setup, atMost: limit)
      }
      let learner = try learner(setup, rows: real, answers: answers)
      let rules = try learner.list(atMost: size)
      var sized = SizedRules(
        try learner.sequence(leaves: 4 * limit), simplifiedOn: learner.rows.table,
        onStep: subject.onStep)
      let curve = try sized.curve(SizedRules.sizes.filter { $0 < rules.rules.count }) + [rules]
      var notes: [String] = []
      if setup.drawn > 0 {
        notes.append(
          "the network was queried on \(learner.rows.table.count - real.count) synthetic rows "
            + "sampled near the \(real.count) real ones")
      }
      return ExtractedRules(
        rules: supported(rules), curve: curve.map(supported), notes: notes)
    }
  }

  /// The rules that decide a real row; rules for synthetic rows alone are dropped.
  private func supported(_ rules: RuleSet) -> RuleSet {
    var kept = rules
    kept.rules = rules.supported(by: real, answers: answers).rules
      .filter { $0.support.covered > 0 }
    return kept.supported(by: training, answers: subject.answers)
  }

  private func learner(_ setup: SurrogateSetup, rows: Table, answers: [Int]) throws
    -> SurrogateLearner
  {
    SurrogateLearner(
      setup,
      rows: try SurrogateRows(
        setup, real: rows, answers: answers, seed: subject.seed, asking: ask,
        onStep: subject.onStep), onStep: subject.onStep)
  }

  /// The candidate settings.
  private var setups: [SurrogateSetup] {
    var plain = SurrogateSetup()
    plain.minimumSupport = max(2, training.count / 2000)
    if !draws {
      plain.passes = 3
      return [plain]
    }
    var near = plain
    near.drawn = drawn
    near.minimumSupport = 5
    var wide = near
    wide.neighbourhood = Neighbourhood(candidates: 1, jitter: 0.1)
    var sure = near
    sure.criterion = .entropy
    return [near, wide, sure, plain]
  }

  /// The setting whose rules have the highest fidelity in cross-validation, the first of equals.
  private func best(of setups: [SurrogateSetup]) throws -> SurrogateSetup {
    let folds = 4
    var order = Array(0..<real.count)
    var generator = SeededGenerator(seed: subject.seed).stream("surrogate folds")
    generator.shuffle(&order)
    var hits = [Int](repeating: 0, count: setups.count)
    for fold in 0..<folds {
      let (taught, asked) = (
        order.indices.filter { $0 % folds != fold }.map { order[$0] },
        order.indices.filter { $0 % folds == fold }.map { order[$0] }
      )
      guard !taught.isEmpty, !asked.isEmpty else { continue }
      let (fittingRows, questions) = (real.selecting(taught), real.selecting(asked))
      // Settings with the same synthetic rows share them.
      var known: [SurrogateSetup.Drawing: SurrogateRows] = [:]
      for (index, setup) in setups.enumerated() {
        var setup = setup
        // A smaller search suffices for the comparison.
        setup.drawn = min(setup.drawn, 3000)
        setup.passes = 0
        let rows =
          try known[setup.drawing]
          ?? SurrogateRows(
            setup, real: fittingRows, answers: taught.map { answers[$0] }, seed: subject.seed,
            asking: ask, onStep: subject.onStep)
        known[setup.drawing] = rows
        let learner = SurrogateLearner(setup, rows: rows, onStep: subject.onStep)
        let given = try learner.list(atMost: limit).classify(questions)
        hits[index] += zip(given, asked).count { $0 == answers[$1] }
      }
    }
    let most = hits.max() ?? 0
    return setups[hits.firstIndex(of: most) ?? 0]
  }

  /// The smallest number of rules whose fidelity is within one percentage point and one standard
  /// error of the best, on validation rows and synthetic rows near them.
  private func validatedSize(_ setup: SurrogateSetup, atMost limit: Int) throws -> Int {
    let learner = try learner(setup, rows: training, answers: subject.answers)
    var sized = SizedRules(
      try learner.sequence(leaves: 4 * limit), simplifiedOn: learner.rows.table,
      onStep: subject.onStep)
    var rows = validation
    var answers = subject.validationAnswers
    if draws {
      let drawn = try setup.neighbourhood.rows(
        min(2000, self.drawn), near: validation, seed: subject.seed &+ 1, onStep: subject.onStep)
      rows = rows.appending(drawn)
      answers += ask(drawn)
    }
    let lists = try sized.curve(
      Array(0...min(limit, 20)) + ([25, 30, 40, 50, 65, 80, 120].filter { 20 < $0 && $0 < limit })
        + (limit > 20 ? [limit] : []))
    let agreements = lists.map { list in
      zip(list.classify(rows), answers).count { $0 == $1 }
    }
    guard let best = agreements.max(), rows.count > 0 else { return limit }
    let share = Double(best) / Double(rows.count)
    let error = (share * (1 - share) * Double(rows.count)).squareRoot()
    let allowed = error + Double(rows.count) / 100
    let chosen = agreements.firstIndex { Double($0) >= Double(best) - allowed } ?? lists.count - 1
    return max(lists[chosen].rules.count, min(1, limit))
  }
}

/// The training rows of a tree: real ones, and synthetic rows sampled near them.
package struct SurrogateRows {
  let table: Table
  let answers: [Int]
  /// The sample weight of each row; `nil`: 1.
  let weights: [Int]?
  let bins: BinnedTable

  init(table: Table, answers: [Int], weights: [Int]?, bins: BinnedTable) {
    self.table = table
    self.answers = answers
    self.weights = weights
    self.bins = bins
  }

  package init(
    _ setup: SurrogateSetup, real: Table, answers: [Int], seed: UInt64, asking: (Table) -> [Int],
    onStep: () throws -> Void
  ) throws {
    let drawn =
      setup.drawn > 0
      ? try setup.neighbourhood.rows(setup.drawn, near: real, seed: seed, onStep: onStep) : nil
    if let drawn, drawn.count > 0 {
      table = real.appending(drawn)
      self.answers = answers + asking(drawn)
      weights = self.answers.indices.map { $0 < real.count ? setup.realWeight : 1 }
    } else {
      table = real
      self.answers = answers
      weights = nil
    }
    bins = try BinnedTable(table, onStep: onStep)
  }
}

/// The training rows and the settings of one tree.
package struct SurrogateLearner {
  let setup: SurrogateSetup
  let rows: SurrogateRows
  let onStep: () throws -> Void

  func sequence(leaves: Int) throws -> PruningSequence {
    let grower = TreeGrower(
      criterion: setup.criterion, minimumSupport: setup.minimumSupport,
      maximumLeaves: max(leaves, 32))
    return PruningSequence(
      try grower.tree(
        imitating: rows.answers, over: rows.bins, classes: rows.table.schema.classes.count,
        weights: rows.weights, onStep: onStep))
  }

  package init(
    _ setup: SurrogateSetup, rows: SurrogateRows, onStep: @escaping () throws -> Void
  ) {
    self.setup = setup
    self.rows = rows
    self.onStep = onStep
  }

  /// The largest refined list within the limit.
  package func list(atMost limit: Int) throws -> RuleSet {
    let sequence = try sequence(leaves: 4 * limit)
    var sized = SizedRules(sequence, simplifiedOn: rows.table, onStep: onStep)
    let step = try sized.step(from: 0, atMost: limit)
    if setup.passes == 0 { return try sized.rules(at: step) }
    // Refinement can remove or add a rule: start with a slightly larger tree.
    let refiner = TreeRefiner(maximumPasses: setup.passes)
    for step in max(step - 2, 0)..<sequence.leafCounts.count {
      let refined = try refiner.refine(
        sequence.tree(at: step), imitating: rows.answers, over: rows.bins, weights: rows.weights,
        onStep: onStep)
      let rules = try PruningSequence(refined).tree(at: 0).ruleSet
        .simplified(on: rows.table, onStep: onStep)
      if rules.rules.count <= limit { return rules }
    }
    return try sized.rules(at: sequence.leafCounts.count - 1)
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
