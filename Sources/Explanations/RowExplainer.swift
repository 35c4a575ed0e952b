import Datasets
import Foundation
import Networks
import Rules
import Tensors

/// Explains single rows of a result's data.
public struct RowExplainer: Sendable {
  private let explanation: Explanation
  private let model: Model?
  /// The network with the hidden features of the rules.
  private let featureModel: Model?
  private let features: HiddenFeatures?
  private let classifiers: [RuleClassifier]
  private let scales: [Feature.ID: Double]
  private let whole: Set<Feature.ID>
  /// The numbers of the training rows; none in results without profiles of the columns.
  private let ranges: [Feature.ID: ClosedRange<Double>]
  /// The texts of the explained row for columns whose level the schema does not have.
  private var unknownLevels: [String: String] = [:]

  /// The maximum number of rules that hold, or nearly hold, in a list.
  private static let most = 5

  /// Prepares the explanation of rows.
  /// - Parameters:
  ///   - explanation: the result.
  ///   - model: the network; `nil` explains with the rules alone.
  ///   - featureModel: the network with the hidden features, if it is not `model`: the pruned one, where the
  ///     rules approximate the network before pruning.
  ///   - levels: the levels of rules, the measured one first; levels without rules are left out, and
  ///     rules over features without a network that has them.
  ///   - rows: rows of the data, for the scales of numbers of a result without profiles of its columns;
  ///     without, the scales are those of the network's encoding.
  /// - Throws: `UnreadableRules`.
  public init(
    _ explanation: Explanation, model: Model?, featureModel: Model? = nil, levels: [RuleLevel],
    rows: Table?
  ) throws {
    self.explanation = explanation
    self.model = model
    self.featureModel = featureModel ?? model
    let hidden = self.featureModel.flatMap { HiddenFeatures(unfitted: $0) }
    let fits = hidden?.neurons == explanation.features.map(\.neuron)
    features = fits ? hidden : nil
    classifiers = try levels.filter {
      explanation.entry($0) != nil && ($0 != .features || fits)
    }.map { try RuleClassifier(explanation, level: $0) }
    (scales, whole) = Self.scales(explanation.data, model, rows)
    ranges = Dictionary(
      (explanation.data.profiles ?? []).compactMap { profile in
        guard let least = profile.least, let most = profile.most, least <= most else { return nil }
        return (Feature.ID(profile.column), least...most)
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The standard deviation of each numeric column, and the columns of whole numbers.
  private static func scales(
    _ data: DataSummary, _ model: Model?, _ rows: Table?
  ) -> ([Feature.ID: Double], Set<Feature.ID>) {
    var scales: [Feature.ID: Double] = [:]
    var whole: Set<Feature.ID> = []
    for input in model?.encoding.inputs ?? [] {
      if let model, case .scaled(_, let scale) = input.kind, scale > 0 {
        scales[model.schema.features[input.feature].id] = scale
      }
    }
    for profile in data.profiles ?? rows?.profiles ?? [] {
      let id = Feature.ID(profile.column)
      if let scale = profile.scale { scales[id] = scale }
      if profile.isWhole == true { whole.insert(id) }
    }
    return (scales, whole)
  }

  /// Explains the first row of a table of the result's schema.
  /// - Parameters:
  ///   - row: the row.
  ///   - number: its number in the source; `nil` if its values were given.
  ///   - texts: the values by column as they were given, which stand for levels that the schema does not
  ///     have; without one such a level is "(unknown level)".
  /// - Returns: how the network and its rules predict the row.
  /// - Throws: `FeaturesMismatch`.
  public func explanation(
    of row: Table, number: Int?, texts: [String: String] = [:]
  ) throws -> RowExplanation {
    var explainer = self
    explainer.unknownLevels = texts
    return try explainer.explanation(row, number)
  }

  private func explanation(_ row: Table, _ number: Int?) throws -> RowExplanation {
    let prediction = model.map { networkPrediction($0, row) }
    let active = features.flatMap { features in
      featureModel.map { activations(features, $0, row) }
    }
    let levels = try classifiers.map { try level($0, row, prediction?.prediction) }
    let label = row.labels[0]
    return RowExplanation(
      row: number,
      label: row.schema.classes.indices.contains(label) ? row.schema.classes[label] : nil,
      labelNumber: row.numbers.first.flatMap { $0.isFinite ? $0 : nil },
      values: values(of: row), network: prediction,
      agrees: prediction.flatMap { network in
        levels.first.map { $0.prediction == network.prediction }
      },
      features: active ?? [], levels: levels)
  }

  private func values(of row: Table) -> [RowExplanation.ColumnValue] {
    let first = classifiers.first
    var read = Set(first?.rules.rules.flatMap { $0.premise.literals.map(\.variable) } ?? [])
    read.formUnion(first?.scores.flatMap { $0.terms.map(\.variable) } ?? [])
    return zip(row.schema.features, row.columns).map { feature, column in
      RowExplanation.ColumnValue(
        column: feature.id.rawValue, value: text(of: column[0], feature), unit: feature.unit,
        isRead: first?.level == .features || read.contains(feature.id),
        trainingRange: Self.outside(ranges[feature.id], column[0]))
    }
  }

  /// The bounds of a range if a value is outside.
  private static func outside(_ range: ClosedRange<Double>?, _ value: Double) -> [Double]? {
    guard let range, !value.isNaN, !range.contains(value) else { return nil }
    return [range.lowerBound, range.upperBound]
  }

  private func networkPrediction(
    _ model: Model, _ row: Table
  ) -> RowExplanation.NetworkPrediction {
    let outputs = model.outputs(for: row)
    let shares = model.probabilities(from: outputs)?.first
    return RowExplanation.NetworkPrediction(
      prediction: model.schema.classes[model.predictions(from: outputs)[0]],
      number: model.head == .number ? model.numbers(from: outputs)[0] : nil,
      probabilities: shares.map {
        Dictionary(zip(model.schema.classes, $0), uniquingKeysWith: { first, _ in first })
      })
  }

  private func activations(
    _ features: HiddenFeatures, _ model: Model, _ row: Table
  ) -> [RowExplanation.FeatureActivation] {
    let values = features.values(in: model, for: row)
    return explanation.features.enumerated().map { index, feature in
      let value = Double(values[0, index])
      return RowExplanation.FeatureActivation(
        feature: feature.id, value: value, threshold: feature.threshold,
        isActive: value > feature.threshold)
    }
  }

  // MARK: Rules

  private func level(
    _ classifier: RuleClassifier, _ row: Table, _ network: String?
  ) throws(FeaturesMismatch) -> RowExplanation.LevelExplanation {
    let variables = try classifier.variables(of: row, in: featureModel)
    func value(_ id: Feature.ID) -> Double {
      variables.schema.index(of: id).map { variables.columns[$0][0] } ?? .nan
    }
    let rules = classifier.rules
    let deciding = rules.deciding(value)
    let checked = rules.rules.indices.map { rule in
      RowExplanation.CheckedRule(
        rule: classifier.entry.rules[rule].id, prediction: classifier.entry.rules[rule].then,
        conditions: classifier.entry.rules[rule].if.map { test in
          let value = value(Feature.ID(test.feature))
          let holds = test.literal(in: variables.schema)?.condition.holds(for: value) ?? false
          return RowExplanation.CheckedCondition(
            condition: test, value: text(of: value, test.feature, variables.schema), holds: holds)
        })
    }
    let others = checked.indices.filter { $0 != deciding }
    let entry = deciding.map { classifier.entry.rules[$0] }
    let (change, searched) = nearestChange(classifier, row, variables, value, network)
    return RowExplanation.LevelExplanation(
      level: classifier.level, prediction: classifier.classes[classifier.prediction(of: deciding)],
      number: classifier.number(of: deciding), deciding: deciding.map { checked[$0] },
      coverage: entry?.coverage, confidence: entry?.confidence,
      heldOutCoverage: entry?.heldOutCoverage, heldOutConfidence: entry?.heldOutConfidence,
      scores: cards(classifier, row),
      alsoHolding: others.map { checked[$0] }.filter { $0.conditions.allSatisfy(\.holds) }
        .prefix(Self.most).map { $0 },
      nearlyHolding: others.map { checked[$0] }.filter { $0.conditions.count { !$0.holds } == 1 }
        .prefix(Self.most).map { $0 },
      change: change, changeSearched: searched)
  }

  private func text(of value: Double, _ name: String, _ schema: Schema) -> String {
    schema.index(of: Feature.ID(name)).map { text(of: value, schema.features[$0]) } ?? ""
  }

  private func text(of value: Double, _ feature: Feature) -> String {
    let isUnknown = feature.levels != nil && value == Table.unknownLevel
    return isUnknown
      ? unknownLevels[feature.id.rawValue] ?? feature.text(of: value) : feature.text(of: value)
  }

  private func cards(_ classifier: RuleClassifier, _ row: Table) -> [RowExplanation.ScoreCard] {
    zip(classifier.entry.scores ?? [], classifier.scores).map { entry, score in
      let lines = zip(entry.terms, score.terms).map { term, part in
        let value = row.schema.index(of: part.variable).map { row.columns[$0][0] } ?? .nan
        return RowExplanation.ScoreCard.Line(
          term: term, value: text(of: value, term.input, row.schema), points: part.value(of: value))
      }
      return RowExplanation.ScoreCard(
        score: entry.id, lines: lines, sum: lines.reduce(0) { $0 + $1.points })
    }
  }

  // MARK: The nearest change

  private func nearestChange(
    _ classifier: RuleClassifier, _ row: Table, _ variables: Table,
    _ value: (Feature.ID) -> Double, _ network: String?
  ) -> (RowExplanation.Change?, searched: String) {
    var searched = "all"
    let found: NearestChange?
    // Hidden features have no numbers in the data.
    let ranges = classifier.level == .features ? [:] : ranges
    if classifier.level == .described {
      searched = "one-column"
      found = SingleChangeSearch(classifier, scales: scales, whole: whole, ranges: ranges)
        .search(row)
    } else {
      let search = NearestChangeSearch(
        classifier.rules, schema: variables.schema, value: value,
        scale: { scales[$0] ?? 1 }, isWhole: { whole.contains($0) }, range: { ranges[$0] })
      switch search.search() {
      case .found(let change): found = change
      case .impossible: found = nil
      case .limited: (found, searched) = (nil, "none")
      }
    }
    guard let found else { return (nil, searched) }
    let schema = variables.schema
    let order = schema.features.map(\.id)
    var change = RowExplanation.Change(
      steps: order.filter { found.values[$0] != nil }.map { id in
        RowExplanation.Change.Step(
          variable: id.rawValue, from: text(of: value(id), id.rawValue, schema),
          to: text(of: found.values[id] ?? .nan, id.rawValue, schema),
          trainingRange: Self.outside(ranges[id], found.values[id] ?? .nan))
      },
      prediction: classifier.classes[found.prediction], rule: classifier.name(of: found.rule))
    if let model, classifier.level != .features {
      let prediction = model.schema.classes[model.classify(row.changing(found.values))[0]]
      change.network = prediction
      change.changesNetwork = prediction != network
    }
    return (change, searched)
  }
}

extension Table {
  /// The first row with other values of some columns.
  func changing(_ values: [Feature.ID: Double]) -> Table {
    var copy = selecting([0])
    for (id, value) in values {
      if let column = schema.index(of: id) { copy.columns[column] = .doubles([value]) }
    }
    return copy
  }
}
