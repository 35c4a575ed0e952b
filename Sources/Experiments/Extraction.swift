import Datasets
import Explanations
import Naming
import Networks
import Rules
import Tensors

/// The rules of one level with their metrics.
struct Extraction: Sendable {
  var level: RuleLevel
  var extractor: any RuleExtractor.Type
  var rules: RuleSet
  /// The scores that described rules use.
  var scores: [Score]
  var notes: [String]
  var fidelity: Fidelity
  var curve: [CurvePoint]
  /// The predictions of the rules on the held-out set, and the index of the deciding rule.
  var heldOut: [Int]
  var deciding: [Int?]
  /// The rows over the variables of the rules: columns, hidden features, or columns and scores.
  var training: Table
  var heldOutTable: Table
}

extension Extraction {
  /// Extracts and measures the rules of one level.
  ///
  /// `model`: the network queried on additional rows (levels inputs and described), or whose hidden features are
  /// the variables of the rules (level features).
  /// `features`: its hidden features; `nil` if it has none or their values are not known.
  /// `explained`: the network of the `predictions`, if it is not `model`.
  init(
    _ experiment: Experiment, level: RuleLevel, model: Model, features: FeatureValues?,
    explained: Model? = nil, predictions: RunPredictions, rows: Preparation, control: RunControl
  ) throws {
    let requested = level == experiment.level ? experiment.extractor : nil
    let name = requested ?? level.defaultExtractor
    let extractor = try extractorCatalog.type(named: name).init()
    var subject = ExtractionSubject(
      model: model, training: rows.training, validation: rows.validation,
      predictions: predictions.training, validationPredictions: predictions.validation,
      level: level,
      maxRules: Self.limit(experiment, level, rows), seed: experiment.seed)
    subject.features = features
    subject.approximated = explained
    subject.scoreLimits = experiment.scoreLimits
    subject.onStep = { try control.checkInterruption {} }
    try self.init(
      extractor.extract(from: subject), by: type(of: extractor), level: level, features: features,
      predictions: predictions, rows: rows, control: control)
  }

  /// Measures the rules of one level.
  init(
    _ extracted: ExtractedRules, by extractor: any RuleExtractor.Type, level: RuleLevel,
    features: FeatureValues?, predictions: RunPredictions, rows: Preparation, control: RunControl
  ) throws {
    self.level = level
    self.extractor = extractor
    scores = extracted.scores
    if level == .features, let features {
      training = features.features.activationTable(of: features.training, like: rows.training)
      heldOutTable = features.features.activationTable(of: features.heldOut, like: rows.heldOut)
    } else {
      training = rows.training.appending(scores)
      heldOutTable = rows.heldOut.appending(scores)
    }
    var found = extracted.rules
    if level == .features, let features { found = found.testingActivity(of: features) }
    rules = found.supported(by: training, labels: predictions.training)
    notes = extracted.notes
    deciding = rules.deciding(heldOutTable)
    let rules = rules
    heldOut = deciding.map { $0.map { rules.rules[$0].conclusion } ?? rules.defaultClass }
    fidelity = Fidelity(
      rules: (heldOut, rules.classify(training)),
      network: (predictions.heldOut, predictions.training),
      original: predictions.original.predictions, isCovered: deciding.map { $0 != nil },
      classes: rows.training.schema.classes)
    if let numbers = predictions.numbers {
      fidelity.numeric = try NumericFidelity(
        of: rules, deciding: (rules.deciding(training), deciding),
        network: (numbers.training, numbers.heldOut), predictions: predictions.training
      ) { try control.checkInterruption {} }
    }
    let table = heldOutTable.appending(extracted.curveScores)
    var points = extracted.curve.map { alternative in
      CurvePoint(
        alternative.complexity,
        fidelity: Proportion(agreementOf: alternative.classify(table), and: predictions.heldOut))
    }
    points.append(CurvePoint(rules.complexity, fidelity: fidelity.heldOut))
    curve = Self.distinct(points)
  }

  /// The maximum number of rules; 40 for rules over pixels if their level was not requested.
  private static func limit(
    _ experiment: Experiment, _ level: RuleLevel, _ rows: Preparation
  ) -> Int? {
    if level == experiment.level { return experiment.maxRules }
    return level == .inputs && rows.training.schema.image != nil ? 40 : nil
  }

  /// One point per number of rules, ascending; the last of equal sizes.
  private static func distinct(_ points: [CurvePoint]) -> [CurvePoint] {
    var bySize: [Int: CurvePoint] = [:]
    for point in points { bySize[point.rules] = point }
    return bySize.keys.sorted().compactMap { bySize[$0] }
  }

  var summary: ExtractorSummary {
    ExtractorSummary(
      name: extractor.name, source: extractor.source.description, notes: notes)
  }

  var complexity: ComplexitySummary {
    level == .described
      ? ComplexitySummary(ScoreRules(scores: scores, rules: rules))
      : ComplexitySummary(rules.complexity, level: level)
  }

  /// The rules with names, coverage and confidence.
  func entries(_ predictions: RunPredictions) -> [RuleEntry] {
    rules.entries(
      training: (training, predictions.training), heldOut: (heldOutTable, predictions.heldOut))
  }

  /// The rule set with its extractor and its size.
  func ruleSetEntry(_ predictions: RunPredictions) -> RuleSetEntry {
    RuleSetEntry(
      rules: entries(predictions), defaultClass: training.schema.classes[rules.defaultClass],
      resolution: rules.resolution, extractor: summary, complexity: complexity,
      scores: level == .described ? scoreEntries(predictions) : nil)
  }

  /// The scores with the hidden features that they describe.
  private func scoreEntries(_ predictions: RunPredictions) -> [ScoreEntry] {
    scores.map { score in
      ScoreEntry(score, schema: training.schema, describes: feature(like: score, predictions))
    }
  }

  /// The hidden feature whose activity agrees best, or differs most, with a condition of the rules on
  /// a score; `nil` below nine in ten training rows.
  private func feature(like score: Score, _ predictions: RunPredictions) -> ScoreEntry.Described? {
    guard let features = predictions.features, let position = training.schema.index(of: score.id)
    else { return nil }
    let values = training.columns[position]
    let literals = rules.rules.flatMap(\.premise.literals).filter { $0.variable == score.id }
    var best: ScoreEntry.Described?
    for condition in Set(literals.map(\.condition)).sorted(by: { "\($0)" < "\($1)" }) {
      let holds = (0..<training.count).map { condition.holds(for: values[$0]) }
      for feature in features.features.ids.indices {
        let threshold = features.features.thresholds[feature]
        let same = holds.indices.count {
          holds[$0] == (Double(features.training[$0, feature]) > threshold)
        }
        let agreement = Proportion(max(same, holds.count - same), of: holds.count)
        if agreement.value >= 0.9, agreement.value > best?.agreement.value ?? 0 {
          best = .init(
            feature: features.features.ids[feature].rawValue, agreement: agreement)
        }
      }
    }
    return best
  }
}

extension RuleLevel {
  /// The extractor of a level if none was given.
  fileprivate var defaultExtractor: String {
    switch self {
    case .inputs: AutomaticChoice.name
    case .features: TreesOverFeatures.name
    case .described: ScoreTrees.name
    }
  }
}
