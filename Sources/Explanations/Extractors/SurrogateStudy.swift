import Datasets
import Networks
import Rules
import Tensors

/// One way to teach a tree.
package struct SurrogateSetup: Hashable, Sendable {
  package var criterion = Criterion.gini
  package var minimumSupport = 1
  /// Rows drawn near the real ones.
  package var drawn = 0
  package var neighbourhood = Neighbourhood()
  /// How often a real row counts beside drawn ones.
  package var realWeight = 1
  /// Passes that mend the finished tree.
  package var passes = 20

  package init() {}
}

/// The search for the rule list that imitates a network best.
///
/// Several ways to teach a tree are compared on real rows that each was not taught with; the best
/// then learns from all rows at hand.
package struct SurrogateStudy {
  let subject: ExtractionSubject
  let ask: (Table) -> [Int]

  package init(_ subject: ExtractionSubject, asking: @escaping (Table) -> [Int]) {
    self.subject = subject
    ask = asking
  }

  /// Whether further questions to the network are worth their time.
  private var draws: Bool {
    subject.training.schema.image == nil && subject.training.count <= 20_000
      && subject.training.count * subject.training.columns.count <= 4_000_000
      && subject.training.count > 1
  }

  /// Twenty rules, or six a class where classes and rows are many; pictures need more.
  private var limit: Int {
    let schema = subject.training.schema
    let usual = max(20, min(6 * schema.classes.count, subject.training.count / 20))
    return max(subject.maxRules ?? (schema.image == nil ? usual : 200), 0)
  }

  package var result: ExtractedRules {
    let setups = self.setups
    let setup = setups.count == 1 ? setups[0] : best(of: setups)
    var size = limit
    if subject.maxRules == nil, subject.validation.count > 0 {
      size = validatedSize(setup, atMost: limit)
    }
    let real = subject.training.appending(subject.validation)
    let lesson = Lesson(
      setup, real: real, answers: subject.answers + subject.validationAnswers,
      seed: subject.seed, asking: ask)
    let rules = lesson.list(atMost: size)
    var sized = SizedRules(lesson.sequence(leaves: 4 * limit), simplifiedOn: lesson.table)
    let curve = sized.curve(SizedRules.sizes.filter { $0 < rules.rules.count }) + [rules]
    var notes: [String] = []
    if setup.drawn > 0 {
      notes.append(
        "the network was asked about \(lesson.table.count - real.count) rows drawn near "
          + "the \(real.count) real ones")
    }
    return ExtractedRules(
      rules: supported(rules), curve: curve.map(supported), notes: notes)
  }

  /// The rules that answer a real row: those for drawn rows alone say nothing of the data.
  private func supported(_ rules: RuleSet) -> RuleSet {
    let real = subject.training.appending(subject.validation)
    var kept = rules
    kept.rules = rules.supported(by: real, answers: subject.answers + subject.validationAnswers)
      .rules.filter { $0.support.covered > 0 }
    return kept.supported(by: subject.training, answers: subject.answers)
  }

  /// The ways that are compared.
  private var setups: [SurrogateSetup] {
    var plain = SurrogateSetup()
    plain.minimumSupport = max(2, subject.training.count / 2000)
    if !draws {
      plain.passes = 3
      return [plain]
    }
    var near = plain
    near.drawn = 10_000
    near.minimumSupport = 5
    var wide = near
    wide.neighbourhood = Neighbourhood(candidates: 1, jitter: 0.1)
    var sure = near
    sure.criterion = .entropy
    return [near, wide, sure, plain]
  }

  /// The setup whose rules agree with the network on most rows that they were not taught with, the
  /// first of equals.
  private func best(of setups: [SurrogateSetup]) -> SurrogateSetup {
    let real = subject.training.appending(subject.validation)
    let answers = subject.answers + subject.validationAnswers
    let folds = 4
    var order = Array(0..<real.count)
    var generator = SeededGenerator(seed: subject.seed).stream("surrogate folds")
    generator.shuffle(&order)
    let hits = setups.map { setup -> Int in
      var setup = setup
      // A quick study is enough to compare.
      setup.drawn = min(setup.drawn, 3000)
      setup.passes = 0
      return (0..<folds).reduce(0) { sum, fold in
        let (taught, asked) = (
          order.indices.filter { $0 % folds != fold }.map { order[$0] },
          order.indices.filter { $0 % folds == fold }.map { order[$0] }
        )
        guard !taught.isEmpty, !asked.isEmpty else { return sum }
        let lesson = Lesson(
          setup, real: real.selecting(taught), answers: taught.map { answers[$0] },
          seed: subject.seed, asking: ask)
        let given = lesson.list(atMost: limit).classify(real.selecting(asked))
        return sum + zip(given, asked).count { $0 == answers[$1] }
      }
    }
    let most = hits.max() ?? 0
    return setups[hits.firstIndex(of: most) ?? 0]
  }

  /// The fewest rules that agree within one point and one standard error as often as the best
  /// number of rules, on validation rows and rows drawn near them.
  private func validatedSize(_ setup: SurrogateSetup, atMost limit: Int) -> Int {
    let lesson = Lesson(
      setup, real: subject.training, answers: subject.answers, seed: subject.seed, asking: ask)
    var sized = SizedRules(lesson.sequence(leaves: 4 * limit), simplifiedOn: lesson.table)
    var rows = subject.validation
    var answers = subject.validationAnswers
    if draws {
      let drawn = setup.neighbourhood.rows(2000, near: subject.validation, seed: subject.seed &+ 1)
      rows = rows.appending(drawn)
      answers += ask(drawn)
    }
    let lists = sized.curve(
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

/// What one tree is taught with.
package struct Lesson {
  let setup: SurrogateSetup
  let table: Table
  let answers: [Int]
  let weights: [Int]?
  let bins: BinnedTable

  package init(
    _ setup: SurrogateSetup, real: Table, answers: [Int], seed: UInt64, asking: (Table) -> [Int]
  ) {
    self.setup = setup
    let drawn =
      setup.drawn > 0 ? setup.neighbourhood.rows(setup.drawn, near: real, seed: seed) : nil
    if let drawn, drawn.count > 0 {
      table = real.appending(drawn)
      self.answers = answers + asking(drawn)
      weights = self.answers.indices.map { $0 < real.count ? setup.realWeight : 1 }
    } else {
      table = real
      self.answers = answers
      weights = nil
    }
    bins = BinnedTable(table)
  }

  func sequence(leaves: Int) -> PruningSequence {
    let grower = TreeGrower(
      criterion: setup.criterion, minimumSupport: setup.minimumSupport,
      maximumLeaves: max(leaves, 32))
    return PruningSequence(
      grower.tree(
        imitating: answers, over: bins, classes: table.schema.classes.count, weights: weights))
  }

  /// The largest list within the limit, mended.
  package func list(atMost limit: Int) -> RuleSet {
    let sequence = sequence(leaves: 4 * limit)
    var sized = SizedRules(sequence, simplifiedOn: table)
    let step = sized.step(from: 0, atMost: limit)
    if setup.passes == 0 { return sized.rules(at: step) }
    // Mending may save or cost a rule: begin with a slightly larger tree.
    let refiner = TreeRefiner(maximumPasses: setup.passes)
    for step in max(step - 2, 0)..<sequence.leafCounts.count {
      let refined = refiner.refine(
        sequence.tree(at: step), imitating: answers, over: bins, weights: weights)
      let rules = PruningSequence(refined).tree(at: 0).ruleSet.simplified(on: table)
      if rules.rules.count <= limit { return rules }
    }
    return sized.rules(at: sequence.leafCounts.count - 1)
  }
}

extension Table {
  /// These rows and then those of another table with the same columns.
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
