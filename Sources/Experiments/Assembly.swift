import Datasets
import Explanations
import Foundation
import Naming
import Networks
import Pruning
import Reports
import Rules
import Tensors

/// Assembles the results of all stages into the `Explanation` from which all reports are written.
struct Assembly {
  let experiment: Experiment
  let rows: Preparation
  let networks: TrainedNetworks
  let predictions: RunPredictions
  let inputRules: Extraction
  let featureRules: Extraction?
  let describedRules: Extraction?
  let multiplicity: Multiplicity?
  let stability: Stability?
  let crossValidation: CrossValidation?
  let arguments: [String]
  let control: RunControl

  private var names: SettingNames { control.names }

  private var schema: Schema { rows.training.schema }
  private var chosen: Extraction {
    switch experiment.level {
    case .inputs: inputRules
    case .features: featureRules ?? inputRules
    case .described: describedRules ?? inputRules
    }
  }

  func explanation() throws -> Explanation {
    var explanation = try withoutCausalCheck()
    if experiment.level != .inputs { explanation.inputFidelity = inputRules.fidelity }
    for rules in [inputRules, featureRules, describedRules] {
      guard let rules, rules.level != explanation.level else { continue }
      explanation.keep(accuracy(of: rules), of: rules.level)
    }
    if experiment.leavesLevelOpen {
      let best = explanation.clearlyBestLevel(maxRules: experiment.maxRules)
      explanation.leads = best == explanation.level ? nil : best
    }
    try addCausalCheck(to: &explanation)
    explanation.warnings =
      Warning.figures(of: explanation, mostFrequent: rows.heldOut.mostFrequentClass)
      + rows.warnings
      + classesNotPredicted + classesWithoutRule(explanation)
      + (explanation.warnings ?? []) + similarFeatures
    return explanation
  }

  private var classesNotPredicted: [Warning] {
    Warning.notPredicted(
      labels: rows.training.labels + rows.validation.labels + rows.heldOut.labels,
      predictions: predictions.training + predictions.validation + predictions.heldOut,
      classes: schema.classes, "the explained network",
      named: Set(predictions.vanished.map(\.name)))
  }

  /// Warnings about classes without a rule, of the rules that reports begin with and of those of the
  /// level of the explanation.
  private func classesWithoutRule(_ explanation: Explanation) -> [Warning] {
    func warnings(_ rules: RuleSet, _ kind: String) -> [Warning] {
      Warning.classesWithoutRule(
        rules, predictions: predictions.validation + predictions.heldOut, classes: schema.classes,
        kind: kind)
    }
    guard let leads = explanation.leads,
      let leading = [featureRules, describedRules].compactMap(\.self).first(where: {
        $0.level == leads
      })
    else { return warnings(chosen.rules, "rule") }
    return warnings(leading.rules, "rule \(leads.words)")
      + warnings(chosen.rules, "rule \(chosen.level.words)")
  }

  private var similarFeatures: [Warning] {
    guard let features = predictions.features?.features else { return [] }
    return Warning.similarFeatures(features.ids.map(\.rawValue), active: trainingActivity)
  }

  /// For each hidden feature whether it is active, on training rows.
  private var trainingActivity: [[Bool]] {
    guard let values = predictions.features else { return [] }
    return values.features.thresholds.enumerated().map { feature, threshold in
      (0..<values.training.rows).map { Double(values.training[$0, feature]) > threshold }
    }
  }

  private func withoutCausalCheck() throws -> Explanation {
    Explanation(
      data: dataSummary, network: originalSummary,
      pruned: prunedSummary, pruning: pruningSummary, features: try featureSummaries(),
      binarisation: predictions.features.map {
        $0.features.binarisation(
          $0.heldOut, in: networks.pruned, predictions: predictions.pruned.predictions)
      },
      clarity: predictions.features.flatMap {
        $0.features.clarity($0.training)?.roundedTo(digits: 6)
      },
      rules: inputRules.entries(predictions),
      defaultClass: schema.classes[inputRules.rules.defaultClass],
      resolution: inputRules.rules.resolution, level: chosen.level, extractor: chosen.summary,
      fidelity: chosen.fidelity, accuracy: accuracy(of: chosen), complexity: chosen.complexity,
      curve: chosen.curve, disagreements: disagreements,
      disagreementsTotal: chosen.fidelity.heldOut.total - chosen.fidelity.heldOut.count,
      featureRules: featureRules.map { $0.ruleSetEntry(predictions) },
      featureFidelity: featureRules?.fidelity,
      describedRules: describedRules.map { $0.ruleSetEntry(predictions) },
      describedFidelity: describedRules?.fidelity,
      explains: experiment.explainsOriginal ? .original : .pruned,
      warnings: Warning.randomization(stability?.randomization, shown: chosen.fidelity)
        + networks.warnings
        + Warning.pruning(
          agreement: agreement, vanished: predictions.vanished,
          explains: experiment.explainsOriginal ? .original : .pruned, names: names)
        + lostAccuracy,
      multiplicity: multiplicity, stability: stability, crossValidation: crossValidation,
      givenNetwork: networks.reading,
      provenance: Provenance(
        version: espalierVersion, seed: experiment.seed, arguments: arguments,
        startedFrom: networks.startedFrom))
  }

  /// A warning about accuracy that the explained network lost in pruning.
  private var lostAccuracy: [Warning] {
    guard !experiment.explainsOriginal, networks.pruned.head != .number else { return [] }
    return Warning.lostAccuracy(
      before: predictions.original.predictions, after: predictions.pruned.predictions,
      labels: rows.heldOut.labels)
  }

  private var dataSummary: DataSummary {
    let loaded = rows.loaded
    let notes = loaded.notes + rows.heldOutNotes + networks.notes
    var summary = DataSummary(
      name: loaded.name, sha256: loaded.sha256, rows: loaded.rowsRead,
      rowsUsed: rows.training.count + rows.validation.count
        + (loaded.heldOut == nil && !heldOutIsApart ? rows.heldOut.count : 0),
      rowsDropped: loaded.dropped.map { .init(reason: $0.reason, count: $0.count) },
      rowsAltered: loaded.altered.map { .init(reason: $0.reason, count: $0.count) },
      training: rows.training.count, validation: rows.validation.count,
      heldOut: rows.heldOut.count, heldOutFrom: rows.heldOutFrom, schema: schema,
      notes: notes.isEmpty ? nil : notes,
      profiles: rows.training.profiles)
    summary.heldOutRepeated = rows.heldOutRepeated
    return summary
  }

  private var heldOutIsApart: Bool {
    if case .rows = experiment.heldOut { true } else { false }
  }

  private func summary(of model: Model, _ heldOut: RunPredictions.HeldOut) -> NetworkSummary {
    var summary = NetworkSummary(
      architecture: [model.encoding.width == 1 ? "1 input" : "\(model.encoding.width) inputs"]
        + model.network.architecture.summary,
      parameters: model.network.parameterCount, macs: model.network.macs,
      bytes: model.network.bytes,
      neurons: model.featureNode.map { model.network.neurons(of: $0).count } ?? 0,
      inputs: model.readColumns.count,
      accuracy: Proportion(agreementOf: heldOut.predictions, and: rows.heldOut.labels),
      rootMeanSquaredError: heldOut.error?.roundedFigure)
    summary.regression = heldOut.regression
    return summary
  }

  /// The agreement of the pruned network with the one before pruning, on held-out rows.
  private var agreement: Proportion {
    Proportion(agreementOf: predictions.pruned.predictions, and: predictions.original.predictions)
  }

  private var originalSummary: NetworkSummary {
    var summary = summary(of: networks.original, predictions.original)
    summary.selection = networks.selection
    return summary
  }

  private var prunedSummary: NetworkSummary {
    var summary = summary(of: networks.pruned, predictions.pruned)
    summary.agreementWithOriginal = agreement
    summary.equality = .init(networks.check)
    summary.readable = networks.readable.map {
      .init(
        before: $0.accuracy.before, after: $0.accuracy.after, crossValidated: $0.isOfFolds)
    }
    return summary
  }

  private var pruningSummary: PruningSummary {
    let (trace, remaining) = (networks.pruning.trace, networks.pruning.remaining)
    func step(
      _ result: PruningTrace.Measurement, _ remaining: FeatureLayer.Remaining,
      removed: [PruningPlan.Removal] = [], kept: Bool = true
    ) -> PruningSummary.Step {
      PruningSummary.Step(
        parameters: result.cost.parameters, neurons: remaining.features,
        inputs: remaining.columns,
        accuracy: Proportion(result.quality.correct, of: result.quality.classified),
        rSquared: networks.pruned.head == .number ? result.quality.value.roundedFigure : nil,
        removed: removed.map(\.subject.text), kept: kept)
    }
    return PruningSummary(
      method: FeatureLayer.name, source: FeatureLayer.source.description,
      steps: [step(trace.before, remaining[0])]
        + zip(trace.steps, remaining.dropFirst()).map {
          step($0.result, $1, removed: $0.removals, kept: $0.isAccepted)
        }, measuredRows: networks.measuredRows)
  }

  private func featureSummaries() throws -> [FeatureSummary] {
    guard let hidden = predictions.features?.features, let subject = predictions.attribution else {
      return []
    }
    let encoding = networks.pruned.encoding
    var summaries = hidden.summaries(of: subject, encoding: encoding, schema: schema)
    let names = summaries.map(\.id)
    for pair in SimilarFeature.pairs(names, active: trainingActivity)
    where summaries[pair.position].similar == nil {
      summaries[pair.position].similar = pair.other
    }
    if describedRules != nil || networks.readable != nil {
      for index in summaries.indices { summaries[index].description = description(of: index) }
    }
    guard let image = schema.image else { return summaries }
    let images = try FeatureImage.ofStrongest(
      summaries.map(\.effects), in: subject, encoding: encoding, image: image)
    for (feature, image) in images { summaries[feature].image = image }
    return summaries
  }

  /// A hidden feature as a score of few columns; `nil` for images and if no score is better than
  /// a constant prediction.
  private func description(of index: Int) -> FeatureDescription? {
    guard let features = predictions.features, schema.image == nil else { return nil }
    if let unit = networks.readable?.units[index] {
      return description(index, unit.score, above: unit.threshold, of: features)
    }
    let threshold = features.features.thresholds[index]
    func activity(_ values: Tensor) -> [Bool] {
      (0..<values.rows).map { Double(values[$0, index]) > threshold }
    }
    var learner = ScoreRuleLearner()
    learner.maxTerms = experiment.scoreLimits.terms
    learner.maxWeight = experiment.scoreLimits.weight
    guard
      let (score, cut) = learner.score(
        Feature.ID("S"), describing: activity(features.training),
        over: rows.training.selectingColumns(networks.pruned.readColumns))
    else { return nil }
    return description(index, score, above: cut, of: features)
  }

  private func description(
    _ index: Int, _ score: Rules.Score, above cut: Double, of features: FeatureValues
  ) -> FeatureDescription {
    let described = score.values(in: rows.heldOut).map { $0 > cut }
    let threshold = features.features.thresholds[index]
    return FeatureDescription(
      terms: score.terms.map { ScoreEntry.Term($0, schema: schema) }, threshold: cut,
      agreement: Proportion(
        described.indices.count {
          described[$0] == (Double(features.heldOut[$0, index]) > threshold)
        }, of: described.count))
  }

  private func accuracy(of extraction: Extraction) -> AccuracySummary {
    let labels = rows.heldOut.labels
    let both = labels.indices.filter { extraction.heldOut[$0] == predictions.heldOut[$0] }
    return AccuracySummary(
      rules: Proportion(agreementOf: extraction.heldOut, and: labels),
      network: Proportion(agreementOf: predictions.heldOut, and: labels),
      whereBothAgree: Proportion(
        both.count { extraction.heldOut[$0] == labels[$0] }, of: both.count),
      majorityBaseline: rows.majorityAccuracy)
  }

  private var disagreements: [Disagreement] {
    let table = chosen.heldOutTable
    let used = Set(
      chosen.rules.rules.flatMap { $0.premise.literals.map(\.variable) }
        + chosen.scores.flatMap { $0.terms.map(\.variable) })
    let columns = table.schema.features.indices.filter {
      used.contains(table.schema.features[$0].id)
    }
    return table.labels.indices.filter { chosen.heldOut[$0] != predictions.heldOut[$0] }.prefix(50)
      .map { row in
        Disagreement(
          row: rows.heldOut.rowNumbers[row],
          values: Dictionary(
            columns.map { column in
              let feature = table.schema.features[column]
              return (feature.id.rawValue, feature.text(of: table.columns[column][row]))
            }, uniquingKeysWith: { first, _ in first }),
          network: schema.classes[predictions.heldOut[row]],
          rules: schema.classes[chosen.heldOut[row]],
          rule: chosen.deciding[row].map { "R\($0 + 1)" })
      }
  }
}

extension NetworkSummary.Equality {
  /// The summary of a comparison of masked and compacted network.
  package init(_ check: EqualityCheck) {
    self.init(
      rows: check.rows, largestAbsolute: check.largestAbsolute,
      largestRelative: check.largestRelative, changedPredictions: check.changedPredictions)
  }
}

extension PruningPlan.Subject {
  /// The text of what was removed: a neuron or the name of a column.
  fileprivate var text: String {
    switch self {
    case .neuron(let name), .flattenedUnit(let name): name.description
    case .column(let name, _): name
    case .branch(let sum, let source): "\(source) into \(sum)"
    case .weights(let node, _, let entries): "\(entries.count) weights of \(node)"
    }
  }
}
