import Datasets
import Naming
import Networks
import Rules
import Tensors

/// Rules over scores that a reader can compute: a tree with few leaves whose nodes test sums of at
/// most five columns with small integer weights, fitted to the network's predictions on real and
/// synthetic rows.
///
/// The number of rules is chosen on validation rows, relative to the disagreement that is left.
public struct ScoreTrees: RuleExtractor {
  /// The name in commands, settings and files.
  public static let name = "score-tree"
  /// The description in one line.
  public static let summary = "few rules over sums of few columns with small integer weights"
  /// The publication.
  public static let source = Citation(
    authors: "Carreira-Perpiñán & Tavallali",
    title:
      "Alternating optimization of decision trees, with application to learning sparse oblique "
      + "trees", year: 2018, venue: "Advances in Neural Information Processing Systems 31")
  /// The supported levels of rules; the first is the default.
  public static let levels: [RuleLevel] = [.described]

  /// The largest number of rows that the search looks at, without synthetic ones.
  private static let mostRows = 20_000
  /// The largest number of rules by default; more classes have as many.
  private static let usualRules = 8

  /// Creates the extractor; it has no settings.
  public init() {}

  /// Extracts rules that approximate the predictions of the network.
  /// - Throws: `ExtractionError`; errors of the callback of the subject.
  public func extract(from subject: ExtractionSubject) throws -> ExtractedRules {
    guard subject.level == .described else {
      throw ExtractionError.level(subject.level, extractor: Self.name, known: Self.levels)
    }
    guard subject.training.count > 0 else { throw ExtractionError.noRows }
    let study = ScoreStudy(
      subject,
      rules: subject.maxRules ?? max(Self.usualRules, subject.training.schema.classes.count),
      mostRows: Self.mostRows)
    return try study.result
  }
}

/// The choice of a rule set over scores on validation rows.
private struct ScoreStudy {
  let subject: ExtractionSubject
  let learner: ScoreRuleLearner
  let mostRows: Int
  let training: Table
  let validation: Table

  init(_ subject: ExtractionSubject, rules: Int, mostRows: Int) {
    self.subject = subject
    self.mostRows = mostRows
    training = subject.readTraining
    validation = subject.readValidation
    var learner = ScoreRuleLearner()
    learner.maxTerms = subject.scoreLimits.terms
    learner.maxWeight = subject.scoreLimits.weight
    learner.maxLeaves = rules + 1
    learner.maxScores = max(4, rules / 2)
    self.learner = learner
  }

  /// Rows with the predictions of the network and their sample weights.
  private struct Rows {
    var table: Table
    var predictions: [Int]
    var weights: [Int]
    var drawn: Int
  }

  /// Whether the network is queried on synthetic rows.
  private var draws: Bool { Neighbourhood.isWorthwhile(near: training) }

  /// A number of synthetic rows, fewer for wide rows to limit memory.
  private func drawn(_ count: Int) -> Int {
    min(count, max(500, 2_000_000 / max(training.columns.count, 1)))
  }

  /// Real rows, each five times as important as the synthetic rows near them.
  private func rows(_ real: Table, _ predictions: [Int], drawn: Int, seed: UInt64) throws -> Rows {
    let step = (real.count + mostRows - 1) / max(mostRows, 1)
    let kept = step <= 1 ? real : real.selecting(Array(stride(from: 0, to: real.count, by: step)))
    let known =
      step <= 1 ? predictions : stride(from: 0, to: real.count, by: step).map { predictions[$0] }
    guard draws, drawn > 0 else {
      return Rows(
        table: kept, predictions: known, weights: known.map { _ in 1 }, drawn: 0)
    }
    let synthetic = try Neighbourhood.nearAndWideRows(
      drawn, near: kept, seed: seed, onStep: subject.onStep)
    return Rows(
      table: kept.appending(synthetic), predictions: known + subject.predictions(toRead: synthetic),
      weights: known.map { _ in 5 } + [Int](repeating: 1, count: synthetic.count),
      drawn: synthetic.count)
  }

  var result: ExtractedRules {
    get throws {
      let fitted = try rows(training, subject.predictions, drawn: drawn(12_000), seed: subject.seed)
      var trees = try learner.trees(
        fitted.table, labels: fitted.predictions, weights: fitted.weights, onStep: subject.onStep)
      var all = fitted
      let size = try chosenSize(of: trees)
      if validation.count > 0, training.count <= 5000 {
        all = try rows(
          training.appending(validation), subject.predictions + subject.validationPredictions,
          drawn: drawn(12_000), seed: subject.seed)
        trees = try learner.trees(
          all.table, labels: all.predictions, weights: all.weights, onStep: subject.onStep)
      }
      let majority = subject.predictions.commonest(of: training.schema.classes.count)
      let lists = trees.map { $0.rules(on: all.table, default: majority) }
      let chosen = trees.lastIndex { $0.leafCount <= size } ?? 0
      guard lists.indices.contains(chosen) else {
        return ExtractedRules(
          rules: RuleSet([], default: majority, resolution: .firstMatch))
      }
      return extracted(lists, chosen: chosen, drawn: all.drawn)
    }
  }

  /// The number of leaves, by the disagreement on validation rows and on synthetic rows near them.
  private func chosenSize(of trees: [ScoreTreeModel]) throws -> Int {
    guard let largest = trees.last?.leafCount, validation.count > 0 else {
      return trees.last?.leafCount ?? 1
    }
    let asked = try rows(
      validation, subject.validationPredictions, drawn: drawn(3000), seed: subject.seed &+ 2)
    var choice = SizeChoice(
      predictions: asked.predictions, real: asked.table.count - asked.drawn, weights: asked.weights)
    // Few scores are read with little effort, so less disagreement is forgiven than for columns.
    choice.tolerance = (share: 0.03, errors: 0.1)
    let given = trees.map { $0.classify(asked.table) }
    return choice.choice(of: given).map { trees[$0].leafCount } ?? largest
  }

  /// The rules that decide a real row, with supports on the training rows.
  private func supported(_ list: ScoreRules) -> ScoreRules {
    let table = training.appending(list.scores)
    let rules = list.rules.withoutUnused(on: table, labels: subject.predictions)
      .supported(by: table, labels: subject.predictions)
    return ScoreRules(scores: list.scores, rules: rules).withUsedScores
  }

  /// A name that neither a column nor another score has.
  private func curveName(_ score: Feature.ID, _ index: Int) -> Feature.ID {
    var name = "\(score.rawValue) of \(index)"
    while training.schema.features.contains(where: { $0.id.rawValue == name }) { name += "'" }
    return Feature.ID(name)
  }

  private func extracted(_ lists: [ScoreRules], chosen: Int, drawn: Int) -> ExtractedRules {
    let best = supported(lists[chosen])
    var result = ExtractedRules(rules: best.rules)
    result.scores = best.scores
    for (index, list) in lists.enumerated() where index != chosen {
      let renamed = supported(list).renamed { curveName($0, index) }
      result.curve.append(renamed.rules)
      result.curveScores += renamed.scores
    }
    if drawn > 0 {
      result.notes.append(Neighbourhood.note(rows: drawn))
    }
    return result
  }
}
