import Datasets
import Explanations
import Naming
import Networks
import Rules

/// The rules of one level with their metrics.
struct Extraction: Sendable {
  var level: RuleLevel
  var extractor: any RuleExtractor.Type
  var rules: RuleSet
  var notes: [String]
  var fidelity: Fidelity
  var curve: [CurvePoint]
  /// The predictions of the rules on the held-out set, and the index of the deciding rule.
  var heldOut: [Int]
  var deciding: [Int?]
  /// The rows over the variables of the rules: columns, or hidden features.
  var training: Table
  var heldOutTable: Table
}

extension Extraction {
  /// Extracts and measures the rules of one level.
  ///
  /// `model`: the network queried on additional rows (level inputs), or whose hidden features are
  /// the variables of the rules (level features).
  init(
    _ experiment: Experiment, level: RuleLevel, model: Model, answers: Answers, rows: Preparation,
    control: RunControl
  ) throws {
    let requested = level == experiment.level ? experiment.extractor : nil
    let name = requested ?? (level == .inputs ? SurrogateTree.name : TreesOverFeatures.name)
    let extractor = try extractorCatalog.type(named: name).init()
    self.level = level
    self.extractor = type(of: extractor)
    var subject = ExtractionSubject(
      model: model, training: rows.training, validation: rows.validation,
      answers: answers.training, validationAnswers: answers.validation, level: level,
      maxRules: Self.limit(experiment, level, rows), seed: experiment.seed)
    if level == .features { subject.features = answers.features }
    subject.onStep = { try control.stopIfAsked {} }
    let extracted = try extractor.extract(from: subject)
    if level == .features, let known = answers.features {
      training = known.features.activationTable(
        of: known.training, like: rows.training, answers: answers.training)
      heldOutTable = known.features.activationTable(
        of: known.heldOut, like: rows.heldOut, answers: answers.heldOut)
    } else {
      training = rows.training
      heldOutTable = rows.heldOut
    }
    rules = extracted.rules.supported(by: training, answers: answers.training)
    notes = extracted.notes
    deciding = rules.deciding(heldOutTable)
    let rules = rules
    heldOut = deciding.map { $0.map { rules.rules[$0].conclusion } ?? rules.defaultClass }
    fidelity = Fidelity(
      rules: (heldOut, rules.classify(training)), network: (answers.heldOut, answers.training),
      original: answers.original, answered: deciding.map { $0 != nil },
      classes: rows.training.schema.classes)
    let table = heldOutTable
    var points = extracted.curve.map { alternative in
      CurvePoint(
        rules: alternative.rules.count, literals: alternative.complexity.literals,
        fidelity: Proportion(
          agreementOf: alternative.classify(table), and: answers.heldOut))
    }
    points.append(
      CurvePoint(
        rules: rules.rules.count, literals: rules.complexity.literals,
        fidelity: fidelity.heldOut))
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
    let size = rules.complexity
    return ComplexitySummary(
      rules: size.rules, literals: size.literals,
      meanLiterals: size.meanLiterals.roundedTo(digits: 4),
      inputsUsed: level == .inputs ? size.variables : 0,
      featuresUsed: level == .features ? size.variables : 0)
  }

  /// The rules with names, coverage and confidence.
  func entries(answers: Answers) -> [RuleEntry] {
    let schema = training.schema
    let onTraining = coverage(training, answers.training)
    let onHeldOut = coverage(heldOutTable, answers.heldOut)
    return rules.rules.enumerated().map { index, rule in
      RuleEntry(
        id: "R\(index + 1)",
        if: rule.premise.literals.map { RuleEntry.Test($0, schema: schema) },
        then: schema.classes[rule.conclusion],
        coverage: onTraining[index].coverage, confidence: onTraining[index].confidence,
        heldOutCoverage: onHeldOut[index].coverage, heldOutConfidence: onHeldOut[index].confidence)
    }
  }

  private func coverage(
    _ table: Table, _ answers: [Int]
  ) -> [(coverage: Proportion, confidence: Proportion)] {
    rules.supported(by: table, answers: answers).rules.map { rule in
      (
        Proportion(rule.support.covered, of: table.count),
        Proportion(rule.support.agreeing, of: rule.support.covered)
      )
    }
  }

  var ruleSetEntry: (Answers) -> RuleSetEntry {
    { answers in
      RuleSetEntry(
        rules: entries(answers: answers),
        defaultClass: training.schema.classes[rules.defaultClass],
        resolution: rules.resolution, extractor: summary, complexity: complexity)
    }
  }
}
