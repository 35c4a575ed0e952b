import Datasets
import Networks
import Rules
import Tensors

/// The search for the rule list over inputs with the highest fidelity to a network.
///
/// Several settings are compared by cross-validation on real rows; the best is refitted to all
/// available rows. Only the columns that the network reads are used.
package struct SurrogateStudy {
  /// Which settings are compared.
  package enum Family: Hashable, Sendable {
    /// Greedy trees.
    case trees
    /// Trees by search over candidate conditions.
    case optimalTrees
    /// Ordered lists of conjunctions.
    case lists
    /// All of these.
    case all
  }

  let subject: ExtractionSubject
  let family: Family
  let ask: (Table) -> [Int]
  let training: Table
  let validation: Table
  /// The training and validation rows with the predictions of the network.
  let real: Table
  let predictions: [Int]

  /// `asking`: the predictions of the network on rows with the columns that it reads.
  package init(
    _ subject: ExtractionSubject, family: Family = .trees, asking: @escaping (Table) -> [Int]
  ) {
    self.subject = subject
    self.family = family
    ask = asking
    training = subject.readTraining
    validation = subject.readValidation
    real = training.appending(validation)
    predictions = subject.predictions + subject.validationPredictions
  }

  /// Whether rules need the minimum support: where neither a number of rules is given nor the family
  /// is that of the plain trees.
  private var needsSupport: Bool { family != .trees && subject.maxRules == nil }

  private var isImage: Bool { subject.training.schema.image != nil }

  /// Whether more queries of the network, and the comparison of settings, are worth their time.
  private var draws: Bool { Neighbourhood.isWorthwhile(near: training) }

  /// The number of synthetic rows sampled near the real ones, fewer for more than 800 columns to limit
  /// time and memory.
  private var drawn: Int { min(10_000, 8_000_000 / max(training.columns.count, 1)) }

  /// The number of rules above which rule lists are not compared.
  private static let mostListed = 60

  /// Twenty rules, or six per class with many classes and rows; images need more.
  private var limit: Int {
    let usual = max(20, min(6 * training.schema.classes.count, training.count / 20))
    return max(subject.maxRules ?? (isImage ? 200 : usual), 0)
  }

  package var result: ExtractedRules {
    get throws {
      let (chosen, comparison) = try chosenSetup
      let (setup, size, relaxation) = try sized(chosen)
      let learner = try learner(
        setup, rows: real, predictions: predictions, counted: training.count, seed: subject.seed)
      // Sizes beyond the chosen one show what more rules would add.
      let lists = try learner.lists(
        sizes: setup.form == .list ? Array(0...limit) : SizedRules.sizes.filter { $0 <= limit },
        atMost: limit)
      let fitted = setup.form == .list ? lists.last { $0.rules.count <= size } : nil
      let rules = supported(try fitted ?? learner.list(atMost: size), setup)
      var curve: [RuleSet] = []
      for list in lists {
        let list = list.rules.count == rules.rules.count ? rules : supported(list, setup)
        curve.appendIfLonger(list)
      }
      if !curve.contains(rules) {
        curve = curve.filter { $0.rules.count != rules.rules.count } + [rules]
        curve.sort { $0.rules.count < $1.rules.count }
      }
      var notes: [String] = []
      if learner.rows.table.count > real.count {
        notes.append(
          "the network was queried on "
            + "\((learner.rows.table.count - real.count).grouped) synthetic rows "
            + "sampled near the \(real.count.grouped) real ones")
      }
      notes += comparison + relaxation
      if setup.form == .optimalTree {
        notes.append(try learner.searchedTree(leaves: 4 * size).note)
      }
      return ExtractedRules(
        rules: rules, curve: curve, notes: notes)
    }
  }

  /// The rules that decide enough training rows, or a real row; rules for synthetic rows alone are
  /// dropped.
  private func supported(_ rules: RuleSet, _ setup: SurrogateSetup) -> RuleSet {
    let kept = rules.withoutUnused(on: real, labels: predictions)
    guard setup.needsSupport else {
      return kept.supported(by: training, labels: subject.predictions)
    }
    return MinimumSupport(subject.predictions, classes: training.schema.classes.count)
      .enforced(on: kept, over: training, predictions: subject.predictions)
  }

  private func learner(
    _ setup: SurrogateSetup, rows: Table, predictions: [Int], counted: Int, seed: UInt64
  ) throws -> SurrogateLearner {
    SurrogateLearner(
      setup,
      rows: try SurrogateRows(
        setup, real: rows, predictions: predictions, counted: counted, seed: seed, asking: ask,
        onStep: subject.onStep), onStep: subject.onStep)
  }

  // MARK: - The choice of the setting

  /// The settings that are compared first, the simplest first.
  private var setups: [SurrogateSetup] {
    var plain = SurrogateSetup()
    plain.minimumSupport = max(2, training.count / 2000)
    plain.needsSupport = needsSupport
    if !draws {
      plain.passes = 3
      return [plain]
    }
    var near = plain
    near.drawn = drawn
    near.minimumSupport = 5
    var wide = near
    wide.neighbourhoods = [Neighbourhood(candidates: 1, jitter: 0.1)]
    var sure = near
    sure.criterion = .entropy
    var mixed = sure
    mixed.realWeight = 5
    mixed.realShare = 0.5
    mixed.neighbourhoods = [
      Neighbourhood(), Neighbourhood(candidates: 1, jitter: 0.1), Neighbourhood(jitter: 0.3),
    ]
    switch family {
    case .trees: return [near, wide, sure, plain]
    case .optimalTrees, .lists: return [near, mixed, wide]
    case .all: return [mixed, near, wide, sure, plain]
    }
  }

  /// The best setting, with a note of the comparison.
  private var chosenSetup: (setup: SurrogateSetup, notes: [String]) {
    get throws {
      let setups = self.setups
      let form: SurrogateSetup.Form? =
        switch family {
        case .trees, .all: nil
        case .optimalTrees: .optimalTree
        case .lists: .list
        }
      if setups.count == 1 {
        return (
          form.map(setups[0].with) ?? setups[0],
          family == .all
            ? ["one learner was used, without a comparison: \(setups[0].words)"] : []
        )
      }
      let comparison = SurrogateComparison(
        real: real, predictions: predictions, seed: subject.seed, limit: limit,
        weighsDrawn: family != .trees,
        asking: ask, onStep: subject.onStep)
      if let form {
        return (best(of: try comparison.scores(of: setups.map { $0.with(form) })).setup, [])
      }
      var tried = try comparison.scores(of: setups)
      // Trees by search take longer and agree less on most tables. The time of lists grows with the
      // square of their rules.
      if family == .all, limit <= Self.mostListed {
        tried += try comparison.scores(of: setups.prefix(3).map { $0.with(.list) })
      }
      let winner = best(of: tried)
      return (winner.setup, family == .all ? [comparison.note(tried, winner: winner)] : [])
    }
  }

  /// The first of the best.
  private func best(of tried: [SurrogateComparison.Score]) -> SurrogateComparison.Score {
    let most = tried.map(\.score).max() ?? 0
    return tried.first { $0.score == most } ?? tried[0]
  }

  // MARK: - The choice of the size

  /// The agreement that the minimum support of rules may cost.
  private static let costOfSupport = 0.05

  /// The setting with its number of rules. It has no minimum support where that would cost too much
  /// agreement, which a note says.
  private func sized(
    _ setup: SurrogateSetup
  ) throws -> (setup: SurrogateSetup, size: Int, notes: [String]) {
    guard subject.maxRules == nil, validation.count > 0 else { return (setup, limit, []) }
    let strict = try validated(setup)
    guard setup.needsSupport else { return (setup, strict.size, []) }
    var relaxed = setup
    relaxed.needsSupport = false
    let free = try validated(relaxed)
    guard free.agreement - strict.agreement > Self.costOfSupport else {
      return (setup, strict.size, [])
    }
    func words(_ share: Double) -> String { fixed(100 * share, digits: 1) + " %" }
    return (
      relaxed, free.size,
      [
        "rules have no minimum support: with five training rows, or one in a hundred of their class, "
          + "agreement on validation rows and synthetic rows near them would be "
          + "\(words(strict.agreement)) instead of \(words(free.agreement))"
      ]
    )
  }

  /// The number of rules by the disagreement on validation rows and synthetic rows near them, with
  /// the weighted agreement of that number of rules.
  private func validated(_ setup: SurrogateSetup) throws -> (size: Int, agreement: Double) {
    let learner = try learner(
      setup, rows: training, predictions: subject.predictions, counted: training.count,
      seed: subject.seed)
    var rows = validation
    var predictions = subject.validationPredictions
    var weights = predictions.map { _ in 1 }
    if draws {
      var asked = setup
      asked.drawn = min(2000, drawn)
      if let drawn = try asked.drawnRows(
        near: validation, seed: subject.seed &+ 1, onStep: subject.onStep)
      {
        rows = rows.appending(drawn)
        predictions += ask(drawn)
        weights = weights.map { _ in 5 } + [Int](repeating: 1, count: drawn.count)
      }
    }
    let sizes =
      Array(0...min(limit, 20)) + ([25, 30, 40, 50, 65, 80, 120].filter { 20 < $0 && $0 < limit })
      + (limit > 20 ? [limit] : [])
    let lists = try learner.lists(sizes: sizes, atMost: limit)
    let given = lists.map { $0.classify(rows) }
    guard
      let choice = SizeChoice(predictions: predictions, real: validation.count, weights: weights)
        .choice(of: given)
    else { return (max(limit, min(1, limit)), 0) }
    let agreeing = predictions.indices.reduce(0) {
      $0 + (given[choice][$1] == predictions[$1] ? weights[$1] : 0)
    }
    return (
      max(lists[choice].rules.count, min(1, limit)),
      Double(agreeing) / Double(max(weights.reduce(0, +), 1))
    )
  }
}
