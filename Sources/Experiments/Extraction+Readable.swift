import Datasets
import Explanations
import Foundation
import Rules

extension Extraction {
  /// Rules over the hidden features of a readable network as rules over its scores: a feature is above
  /// a bound exactly where its score is above another one.
  ///
  /// A score of one column becomes a condition on the column.
  /// - Returns: the described rules; `nil` for votes.
  init?(
    describing rules: Extraction, of network: ReadableNetwork, predictions: RunPredictions,
    rows: Preparation, control: RunControl
  ) throws {
    guard rules.rules.resolution == .firstMatch, let features = predictions.features else {
      return nil
    }
    var writer = ScoreWriter(network, ids: features.features.ids, over: rows.training)
    var all: [Rule] = []
    for rule in rules.rules.rules {
      let literals = rule.premise.literals.map { writer.literal($0) }
      // Two features may be the same score with different thresholds.
      guard let premise = Conjunction(literals) else { continue }
      all.append(Rule(if: premise, then: rule.conclusion))
    }
    let set = RuleSet(all, default: rules.rules.defaultClass, resolution: .firstMatch)
    let numbered = ScoreRules(scores: writer.scores, rules: set).withNumberedScores
    var extracted = ExtractedRules(
      rules: numbered.rules,
      notes: ["the rules over hidden features, with each feature replaced by its score"])
    extracted.scores = numbered.scores
    try self.init(
      extracted, by: rules.extractor, level: .described, features: features,
      predictions: predictions,
      rows: rows, control: control)
    units = network.units
  }

  /// The agreement with the network on training and validation rows.
  func fittedAgreement(_ predictions: RunPredictions, _ rows: Preparation) -> Proportion {
    let validation = rules.classify(rows.validation.appending(scores))
    let training = rules.classify(training)
    return Proportion(
      agreementOf: training + validation, and: predictions.training + predictions.validation)
  }
}

/// Writes conditions on features as conditions on scores or columns.
private struct ScoreWriter {
  private let network: ReadableNetwork
  private let positions: [Feature.ID: Int]
  private let training: Table
  private(set) var scores: [Score] = []

  init(_ network: ReadableNetwork, ids: [Feature.ID], over training: Table) {
    self.network = network
    self.training = training
    positions = Dictionary(
      ids.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  mutating func literal(_ literal: Literal) -> Literal {
    guard let position = positions[literal.variable],
      case .interval(let lower, let upper, let orMissing) = literal.condition
    else { return literal }
    let unit = network.units[position]
    let low = lower.map { cut(of: position, at: $0) }
    let high = upper.map { cut(of: position, at: $0) }
    if let own = unit.condition(from: low, to: high) { return own }
    let known = scores.first { $0.terms == unit.score.terms }
    let score = known ?? Score(Feature.ID("S\(scores.count + 1)"), unit.score.terms)
    if known == nil { scores.append(score) }
    return Literal(score.id, .interval(lower: low, upper: high, orMissing: orMissing))
  }

  /// The score at which a feature has a value: the threshold at 0.5; elsewhere a decimal with few digits
  /// between the scores of training rows.
  private func cut(of position: Int, at value: Double) -> Double {
    let unit = network.units[position]
    guard value != 0.5, value > 0, value < 1 else { return unit.threshold }
    let exact =
      unit.threshold + network.margins[position]
      + Foundation.log(value / (1 - value)) / network.slopes[position]
    let values = unit.score.values(in: training)
    guard let below = values.filter({ $0 <= exact }).max(),
      let above = values.filter({ $0 > exact }).min()
    else { return exact }
    return unattainable(shortestCut(between: below, and: above), by: values)
  }
}

extension ReadableNetwork.Unit {
  /// A condition on the column of a score with one positive term, from above `low` to `high`; `nil` for
  /// other scores.
  fileprivate func condition(from low: Double?, to high: Double?) -> Literal? {
    guard score.terms.count == 1, let term = score.terms.first, term.weight > 0 else { return nil }
    let weight = Double(term.weight)
    switch term.operand {
    case .number(let step, let ifMissing):
      let value = weight * (ifMissing / step)
      let orMissing = (low.map { value > $0 } ?? true) && (high.map { value <= $0 } ?? true)
      return Literal(
        term.variable,
        .interval(
          lower: low.map { $0 * step / weight }, upper: high.map { $0 * step / weight },
          orMissing: orMissing))
    case .levels(let among, let orMissing):
      // Above a bound from 0 to below the weight only where the level is one of these.
      guard high == nil, let low, low >= 0, low < weight else { return nil }
      return Literal(term.variable, .levels(among: among, orMissing: orMissing))
    }
  }
}
