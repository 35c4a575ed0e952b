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
  /// The hidden features of the readable network whose scores these are, in the order of the features; empty
  /// for scores that were learned from predictions.
  var units: [ReadableNetwork.Unit] = []
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
    if let numbers = predictions.numbers,
      case .numeric(_, let cuts) = rows.training.schema.target.kind
    {
      fidelity.numeric = try NumericFidelity(
        of: rules, deciding: (rules.deciding(training), deciding),
        network: (numbers.training, numbers.heldOut), predictions: predictions.training,
        cuts: cuts
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

  /// The hidden feature that a score stands for in a readable network; else the one whose activity agrees
  /// best, or differs most, with a condition of the rules on the score; `nil` below nine in ten training
  /// rows.
  private func feature(like score: Score, _ predictions: RunPredictions) -> ScoreEntry.Described? {
    guard let features = predictions.features, let position = training.schema.index(of: score.id)
    else { return nil }
    let values = training.columns[position]
    if let unit = units.firstIndex(where: { $0.score.terms == score.terms }) {
      return described(by: (units[unit].threshold, nil), of: values, features, unit)
    }
    let literals = rules.rules.flatMap(\.premise.literals).filter { $0.variable == score.id }
    var best: ScoreEntry.Described?
    for condition in Set(literals.map(\.condition)).sorted(by: { "\($0)" < "\($1)" }) {
      guard case .interval(let lower, let upper, _) = condition else { continue }
      for feature in features.features.ids.indices {
        let found = described(by: (lower, upper), of: values, features, feature)
        if found.agreement.value >= 0.9, found.agreement.value > best?.agreement.value ?? 0 {
          best = found
        }
      }
    }
    return best
  }

  /// How often a score is in an interval where a feature is active, or where it is not if that is more.
  private func described(
    by interval: (lower: Double?, upper: Double?), of score: Column, _ features: FeatureValues,
    _ feature: Int
  ) -> ScoreEntry.Described {
    let threshold = features.features.thresholds[feature]
    let condition = Condition.interval(
      lower: interval.lower, upper: interval.upper, orMissing: false)
    let same = (0..<training.count).count {
      condition.holds(for: score[$0]) == (Double(features.training[$0, feature]) > threshold)
    }
    let isOpposite = 2 * same < training.count
    return ScoreEntry.Described(
      feature: features.features.ids[feature].rawValue,
      agreement: Proportion(isOpposite ? training.count - same : same, of: training.count),
      lower: interval.lower, upper: interval.upper, isOpposite: isOpposite)
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
