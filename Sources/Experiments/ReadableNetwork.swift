import Datasets
import Explanations
import Foundation
import Networks
import Rules
import Tensors

/// The preactivation of a feature at the median distance of the scores from the threshold.
private let medianPreactivation = 3.0
/// The largest number of training rows from which scores are learned.
private let mostRows = 10_000
/// Below this number of validation rows, training rows are added to them.
private let leastRows = 15

/// A network whose hidden features are scores: sums of few columns with small integer weights that are
/// compared with a threshold. Its output layer alone is trained.
///
/// A feature is `sigmoid(slope · (score - threshold))`, so that it is active exactly where the score is
/// above the threshold: its description and its activity agree by construction. (Integer scores as in
/// RiskSLIM, Ustun & Rudin 2019, JMLR 20(150), and FasterRisk, Liu et al. 2022, arXiv:2210.05846; there
/// they are the whole model, here the hidden layer.)
struct ReadableNetwork: Sendable {
  /// A hidden feature: active where `score` is above `threshold`.
  struct Unit: Hashable, Sendable {
    var score: Score
    var threshold: Double
  }

  /// The network over the columns that its scores use.
  var model: Model
  /// The features, in the order of the hidden layer.
  var units: [Unit]
  /// The slope of each feature, per unit of its score.
  var slopes: [Double]
  /// How far above its threshold the score of each feature is where the feature is 0.5.
  var margins: [Double]
  /// The validation accuracy of the pruned network, and of this one.
  var accuracy: (before: Proportion, after: Proportion)
  /// Whether the accuracy is that of both networks, fitted again in folds.
  var isOfFolds = false

  /// The largest number of features.
  private static let mostUnits = 12

  /// Whether at most one in a hundred validation rows is lost, beside the pruned network and beside the
  /// one before pruning, and every class that the pruned network predicts for at least ten of them is
  /// still predicted.
  var isAsGood: Bool {
    !losesClass && (mostRight - accuracy.after.count) * 100 <= accuracy.after.total
  }
  /// The share of validation rows that is lost beside the better one of the two other networks.
  var lost: Double {
    Double(mostRight - accuracy.after.count) / Double(max(accuracy.after.total, 1))
  }
  /// The validation rows that the better one of the two other networks classifies correctly.
  private var mostRight: Int
  /// Whether a class that the pruned network predicts for at least ten rows is no longer predicted.
  private(set) var losesClass: Bool

  /// Replaces the hidden features of a pruned network by scores.
  ///
  /// The first candidate describes each hidden feature by one score. Where that loses accuracy, the
  /// second one also has the conditions of a small tree over scores that approximates the predictions.
  /// Features that the accuracy does not need are then removed.
  ///
  /// `limits`: of the terms and weights of scores.
  /// - Returns: the candidate with the highest validation accuracy; `nil` for images, numeric targets
  ///   and networks without sigmoid features, and where no score describes anything.
  init?(
    _ pruned: Model, from start: StartingNetwork, limits: ScoreLimits, seed: UInt64,
    control: RunControl
  ) throws {
    guard pruned.schema.image == nil, pruned.head != .number,
      let hidden = HiddenFeatures(of: pruned, responses: { _ in (Tensor(shape: [0, 0]), []) }),
      hidden.isSigmoid
    else { return nil }
    let fitting = Fitting(pruned, hidden, start, limits: limits, seed: seed, control: control)
    let described = try fitting.descriptions()
    var best = try fitting.candidate(of: described)
    if best.map({ !$0.isAsGood }) ?? true {
      let more = try fitting.conditionsOfTree().filter { !described.contains($0) }
      let all = Array((described + more).prefix(Self.mostUnits))
      if let other = try fitting.candidate(of: all),
        other.accuracy.after.count > best?.accuracy.after.count ?? -1
      {
        best = other
      }
    }
    guard let best else { return nil }
    self = try fitting.reduced(best)
  }

  private init(
    _ model: Model, _ units: [Unit], slopes: [Double], margins: [Double], before: [Int],
    after: [Int],
    labels: [Int], mostRight: Int
  ) {
    self.mostRight = mostRight
    self.model = model
    self.units = units
    self.slopes = slopes
    self.margins = margins
    accuracy = (
      Proportion(agreementOf: before, and: labels), Proportion(agreementOf: after, and: labels)
    )
    let lost = Set(before).subtracting(after)
    losesClass = lost.contains { prediction in before.count { $0 == prediction } >= 10 }
  }

  /// What all candidates are fitted to.
  private struct Fitting {
    let pruned: Model
    let hidden: HiddenFeatures
    let start: StartingNetwork
    let limits: ScoreLimits
    let seed: UInt64
    let control: RunControl
    /// The columns that the pruned network reads, of the training rows.
    private let rows: Table
    private let before: [Int]
    private let labels: [Int]
    private let mostRight: Int

    init(
      _ pruned: Model, _ hidden: HiddenFeatures, _ start: StartingNetwork, limits: ScoreLimits,
      seed: UInt64, control: RunControl
    ) {
      self.pruned = pruned
      self.hidden = hidden
      self.start = start
      self.limits = limits
      self.seed = seed
      self.control = control
      rows = start.training.table.first(mostRows).selectingColumns(pruned.readColumns)
      let watched = start.watched(by: pruned.encoding, least: leastRows)
      before = pruned.predictions(from: pruned.network.outputs(for: watched.inputs))
      labels = watched.labels
      let first = start.watched(by: start.trainable.encoding, least: leastRows)
      let original = start.trainable.predictions(
        from: start.trainable.network.outputs(for: first.inputs))
      mostRight = max(
        Proportion(agreementOf: before, and: labels).count,
        Proportion(agreementOf: original, and: first.labels).count)
    }

    private var learner: ScoreRuleLearner {
      var learner = ScoreRuleLearner()
      learner.maxTerms = limits.terms
      learner.maxWeight = limits.weight
      return learner
    }

    /// A score for each hidden feature that has one, without repetitions.
    func descriptions() throws -> [Unit] {
      let values = hidden.values(in: pruned, for: start.training.table.first(mostRows))
      var found: [Unit] = []
      for feature in hidden.readFeatures {
        try control.checkInterruption {}
        let active = (0..<values.rows).map {
          Double(values[$0, feature]) > hidden.thresholds[feature]
        }
        guard let (score, cut) = learner.score(Feature.ID("S"), describing: active, over: rows)
        else { continue }
        let unit = Unit(score: score, threshold: cut)
        if !found.contains(unit) { found.append(unit) }
      }
      return found
    }

    /// The conditions of the rules over scores that approximate the predictions.
    func conditionsOfTree() throws -> [Unit] {
      let predictions = pruned.classify(start.training.table.first(mostRows))
      let trees = try learner.trees(
        rows, labels: predictions, weights: predictions.map { _ in 1 },
        onStep: { try control.checkInterruption {} })
      guard let tree = trees.last else { return [] }
      let list = tree.rules(on: rows, default: predictions.commonest(of: rows.schema.classes.count))
      var found: [Unit] = []
      for literal in list.rules.rules.flatMap(\.premise.literals) {
        let score = list.scores.first { $0.id == literal.variable }
        for unit in units(of: literal, score: score) where !found.contains(unit) {
          found.append(unit)
        }
      }
      return found
    }

    /// The bounds of a condition as features; of a column, its value is the score.
    private func units(of literal: Literal, score: Score?) -> [Unit] {
      let name = Feature.ID("S")
      switch literal.condition {
      case .interval(let lower, let upper, let orMissing):
        return [(lower, orMissing), (upper, !orMissing)].compactMap { bound, missingIsAbove in
          bound.map { cut in
            let far = missingIsAbove ? cut + max(1, abs(cut)) : cut - max(1, abs(cut))
            let own = Score.Term(1, times: literal.variable, .number(step: 1, ifMissing: far))
            return Unit(score: Score(name, score?.terms ?? [own]), threshold: cut)
          }
        }
      case .levels(let among, let orMissing):
        let own = Score.Term(
          1, times: literal.variable, .levels(among: among, orMissing: orMissing))
        return [Unit(score: Score(name, [own]), threshold: 0)]
      }
    }

    /// A network with these features and a trained output layer; `nil` without features.
    func candidate(of units: [Unit]) throws -> ReadableNetwork? {
      let units = units.map(filled)
      guard !units.isEmpty, let slopes = slopes(of: units) else { return nil }
      var model = try layer(units, slopes: slopes)
      let examples = start.training.examples(by: model.encoding)
      let watched = start.watched(by: model.encoding, least: leastRows)
      let feature = model.network.architecture.nodes[1].id
      func activities(_ examples: Examples) -> Examples {
        var examples = examples
        examples.inputs = model.network.activations(of: feature, for: examples.inputs)
        return examples
      }
      let head = try Network(
        Architecture(input: [units.count]) { Dense(outputs, start: .glorot) }, seed: seed)
      var trainer = start.defaults.trainer
      trainer.clarification = 0
      trainer.shift = nil
      let state = try trainer.train(
        from: Trainer.State(start: head), head: model.head, on: activities(examples),
        validation: activities(start.validation.examples(by: model.encoding)), seed: seed,
        onStep: { _ in try control.checkInterruption {} })
      model.network.parameters[2] = state.best.parameters[0]
      let after = model.predictions(from: model.network.outputs(for: watched.inputs))
      return ReadableNetwork(
        model, units, slopes: slopes, margins: units.map(margin), before: before, after: after,
        labels: labels, mostRight: mostRight)
    }

    /// Removes features while the number of right validation rows does not fall, those with the least
    /// output weights first.
    func reduced(_ start: ReadableNetwork) throws -> ReadableNetwork {
      var best = start
      var refused: Set<Unit> = []
      while best.units.count > 1 {
        try control.checkInterruption {}
        let weights = best.model.network.parameters[2][.weight].value
        let next = best.units.indices.filter { !refused.contains(best.units[$0]) }.min {
          norm(weights.row($0)) < norm(weights.row($1))
        }
        guard let next else { break }
        var fewer = best.units
        fewer.remove(at: next)
        if let other = try candidate(of: fewer),
          other.accuracy.after.count >= best.accuracy.after.count, !other.losesClass
        {
          best = other
        } else {
          refused.insert(best.units[next])
        }
      }
      return best
    }

    private func norm(_ weights: some Sequence<Float>) -> Float {
      weights.reduce(0) { $0 + $1 * $1 }
    }

    private var outputs: Int { pruned.schema.classes.count }

    /// The unit with missing numbers as the network reads them: where it has no input for missing cells of a
    /// column, they are the mean.
    private func filled(_ unit: Unit) -> Unit {
      let schema = start.model.schema
      let encoding = start.trainable.encoding
      let means = encoding.means
      var unit = unit
      unit.score.terms = unit.score.terms.map { term in
        guard case .number(let step, _) = term.operand,
          let column = schema.index(of: term.variable),
          let mean = means[column],
          !encoding.inputs.contains(where: { $0.feature == column && $0.kind == .missing })
        else { return term }
        return Score.Term(
          term.weight, times: term.variable, .number(step: step, ifMissing: mean))
      }
      return unit
    }

    /// The slopes that give the median distance of the rows from the threshold, or a hundredth of the
    /// largest one, its preactivation; `nil` if a score is at the threshold for all rows.
    private func slopes(of units: [Unit]) -> [Double]? {
      var slopes: [Double] = []
      for unit in units {
        let distances = distances(unit)
        guard let largest = distances.last else { return nil }
        let median = distances[distances.count / 2]
        slopes.append(medianPreactivation / max(median, largest / 100))
      }
      return slopes
    }

    /// The distances of the scores from the threshold, those of 0 left out, ascending.
    private func distances(_ unit: Unit) -> [Double] {
      unit.score.values(in: rows).map { abs($0 - unit.threshold) }.filter { $0 > 0 }.sorted()
    }

    /// How far above the threshold a score is at which its feature is 0.5: a score that equals the threshold
    /// is not above it, whatever the rounding of the sum.
    private func margin(of unit: Unit) -> Double {
      let above = unit.score.values(in: rows).filter { $0 > unit.threshold }.min()
      let gap = above.map { $0 - unit.threshold } ?? 1
      return min(max(1e-4 * gap, 1e-6 * (distances(unit).last ?? 1)), gap / 2)
    }

    /// The network with the scores as its hidden layer and an untrained output layer.
    private func layer(_ units: [Unit], slopes: [Double]) throws -> Model {
      let schema = start.model.schema
      let used = Set(units.flatMap { $0.score.terms.map(\.variable) })
      var encoding = start.trainable.encoding
      encoding.inputs = encoding.inputs.filter { used.contains(schema.features[$0.feature].id) }
      var network = try Network(
        Architecture(input: [encoding.width]) {
          Dense(units.count, start: .glorot)
          Activation(.sigmoid)
          Dense(outputs, start: .glorot)
        }, seed: seed)
      let means = encoding.means
      var weights = Tensor(shape: [encoding.width, units.count])
      var bias = [Float](repeating: 0, count: units.count)
      for (position, unit) in units.enumerated() {
        let slope = slopes[position]
        var shift = -(unit.threshold + margin(of: unit))
        for (index, input) in encoding.inputs.enumerated() {
          let id = schema.features[input.feature].id
          for term in unit.score.terms where term.variable == id {
            let (weight, constant) = term.weight(for: input.kind, mean: means[input.feature] ?? 0)
            weights[index, position] += Float(slope * weight)
            shift += constant
          }
        }
        bias[position] = Float(slope * shift)
      }
      network.parameters[0][.weight].value = weights
      network.parameters[0][.bias].value = Tensor(bias, shape: [units.count])
      return try Model(schema: schema, encoding: encoding, network: network, head: pruned.head)
    }
  }
}

extension Score.Term {
  /// The weight of an input of the column, and what it adds to every row: together the term's value.
  ///
  /// `mean`: what is encoded as 0.
  fileprivate func weight(
    for input: Encoding.Input.Kind, mean: Double
  ) -> (weight: Double, constant: Double) {
    switch (operand, input) {
    case (.number(let step, _), .scaled(let mean, let scale)):
      return (Double(weight) * scale / step, Double(weight) * mean / step)
    case (.number(let step, let ifMissing), .missing):
      // A missing number is encoded as the mean.
      return (Double(weight) * (ifMissing - mean) / step, 0)
    case (.levels(let among, _), .level(let index)):
      return (among.contains(index) ? Double(weight) : 0, 0)
    case (.levels(_, let orMissing), .missing):
      return (orMissing ? Double(weight) : 0, 0)
    case (.number, .level), (.levels, .scaled): return (0, 0)
    }
  }
}

extension Encoding {
  /// The means of the scaled columns, by position.
  fileprivate var means: [Int: Double] {
    var means: [Int: Double] = [:]
    for input in inputs {
      if case .scaled(let mean, _) = input.kind { means[input.feature] = mean }
    }
    return means
  }
}
