import Datasets
import Explanations
import Rules

/// Below this number of training rows that it covers, a rule has little support.
private let fewRows = 5

extension Report {
  var rulesSection: [Block] {
    var blocks: [Block] = [.heading("The rules", level: 2, id: "rules")]
    blocks += ruleBlocks
    if explanation.featureRules == nil || explanation.level == .features {
      blocks.append(figure("rules"))
    }
    if explanation.level == .features { blocks += descriptionBlocks }
    if explanation.level != .described, let described = explanation.describedRules {
      blocks += describedBlocks(described)
    }
    if explanation.level != .inputs, !explanation.rules.isEmpty {
      blocks.append(.heading("Rules over the columns of the data", level: 3, id: "input-rules"))
      if let fidelity = explanation.inputFidelity {
        blocks.append(
          .paragraph(
            "These rules agree with the network on \(spelled(fidelity.heldOut, "held-out rows"))."))
      }
      // The notes of an explanation's own extractor are about the rules of its level.
      var rules = recorded.inputRules
      if recorded.level != .inputs { rules.extractor.notes = [] }
      blocks += list(
        of: rules, .inputs, id: "input-rules-table", caption: "Rules over the columns of the data")
    }
    return blocks
  }

  /// The reported rules alone, with the scores that they use.
  var ruleBlocks: [Block] {
    list(
      of: leadingRules, explanation.level, id: "rules-table",
      caption: Self.caption(explanation.level),
      conditions: explanation.level == .features ? conditionSentence(of: leadingRules) : Phrase())
      + (explanation.level == .described ? scoreCards : [])
  }

  private static func caption(_ level: RuleLevel) -> Phrase {
    switch level {
    case .inputs: "Rules over the columns of the data"
    case .features: "Rules over hidden features"
    case .described: "Rules over columns and scores"
    }
  }

  /// The described rules beside the rules of another level.
  private func describedBlocks(_ rules: RuleSetEntry) -> [Block] {
    var blocks: [Block] = [
      .heading("Rules over columns and scores", level: 3, id: "described-rules")
    ]
    if let fidelity = explanation.describedFidelity {
      blocks.append(
        .paragraph(
          "These rules agree with the network on \(spelled(fidelity.heldOut, "held-out rows"))."))
    }
    return blocks
      + list(
        of: rules, .described, id: "described-rules-table", caption: Self.caption(.described))
      + scoreCards
  }

  /// A table of terms for each score of the described rules.
  private var scoreCards: [Block] {
    guard let scores = explanation.describedRules?.scores, !scores.isEmpty else { return [] }
    var blocks: [Block] = [
      .paragraph(
        """
        A score is the sum of its points: for a number, the points times the value divided by the \
        step; for levels, the points if the value is one of them.
        """)
    ]
    for (number, score) in scores.enumerated() {
      let origin: Phrase =
        score.describes.map { feature in
          guard let isOpposite = feature.isOpposite else {
            return """
              Score \(name: score.id): agrees with hidden feature \(name: feature.feature) on \
              \(spelled(feature.agreement, "training rows"))
              """
          }
          let interval = Literal(
            Feature.ID(score.id),
            .interval(lower: feature.lower, upper: feature.upper, orMissing: false))
          let condition = text.condition(
            RuleEntry.Test(interval, schema: explanation.data.schema))
          return """
            Score \(name: score.id): \(condition) where hidden feature \(name: feature.feature) is \(isOpposite ? "off" : "on"), on \
            \(spelled(feature.agreement, "training rows"))
            """
        } ?? "Score \(name: score.id): learned from the predictions of the network"
      blocks.append(
        .table(
          DataTable(
            "score-\(number + 1)-table", origin,
            [.text("Column"), .number("Points"), .text("For each"), .text("If missing")],
            score.terms.map { term in
              [
                DataTable.Cell.name(term.input), DataTable.Cell.number(term.weight),
                DataTable.Cell(text.operand(of: term)),
                DataTable.Cell(text.missing(of: term)),
              ]
            })))
    }
    return blocks
  }

  /// The rules over hidden features, with the diagram of inputs, features and rules.
  var featureRuleBlocks: [Block] {
    guard let rules = explanation.featureRules, explanation.level != .features else { return [] }
    var blocks: [Block] = [.heading("Rules over hidden features", level: 3, id: "feature-rules")]
    if let fidelity = explanation.featureFidelity {
      blocks.append(
        .paragraph(
          """
          \(conditionSentence(of: rules))These rules agree with the network on \
          \(spelled(fidelity.heldOut, "held-out rows")).
          """))
    }
    blocks.append(figure("rules"))
    return blocks
      + list(
        of: rules, .features, id: "feature-rules-table", caption: "Rules over hidden features")
  }

  /// `conditions`: a sentence about the conditions, before the others.
  private func list(
    of rules: RuleSetEntry, _ level: RuleLevel, id: String, caption: Phrase,
    conditions: Phrase = Phrase()
  ) -> [Block] {
    guard !rules.rules.isEmpty else {
      return [
        .note(
          """
          The rule set is empty: for every row, \(text.conclusion(rules.defaultClass)), the \
          default class. No rule with enough covered rows improves on it.
          """)
      ]
    }
    var blocks: [Block] = [.paragraph(conditions + reading(of: rules))]
    blocks += rules.extractor.notes.map { .note(.quote($0)) }
    let listed = Self.listed(rules)
    let numbers = numbers(level)
    var rows = rules.rules.prefix(listed).enumerated().map { index, rule in
      [
        DataTable.Cell(Phrase(rule.id), key: number(in: rule.id)),
        DataTable.Cell(text.premise(rule), key: Double(rule.if.count)),
        prediction(rule.then, numbers?[index]),
        DataTable.Cell.percent(rule.coverage),
        DataTable.Cell.ratio(rule.confidence),
        rule.heldOutConfidence.total == 0
          ? DataTable.Cell("no rows", key: -1) : DataTable.Cell.ratio(rule.heldOutConfidence),
      ] + evidence(of: rule)
    }
    rows.append(otherwise(rules, numbers?.last))
    blocks.append(
      .table(
        DataTable(
          id, caption,
          [
            .text("Rule"), .text("If"), .text("then \(shown(explanation.data.schema.target.name))"),
            .number("Coverage, training"), .number("Confidence, training"),
            .number("Confidence, held out"), .number("95 % interval, training"),
            .number("Lift"), .text("Counterexamples"),
          ], rows)))
    if let note = littleSupport(rules.rules.prefix(listed)) { blocks.append(.note(note)) }
    if listed < rules.rules.count { blocks.append(unlistedNote(rules, after: listed)) }
    return blocks
  }

  /// That some rules cover few training rows; `nil` if none does.
  private func littleSupport(_ rules: some Sequence<RuleEntry>) -> Phrase? {
    let few = rules.filter { $0.coverage.total > 0 && $0.coverage.count < fewRows }
    guard !few.isEmpty else { return nil }
    let names = few.prefix(12).map { "\(name: $0.id) (\($0.coverage.count))" as Phrase }
    let rest: Phrase = few.count > names.count ? " and \(few.count - names.count) more" : ""
    return """
      Little support, fewer than \(fewRows) training rows: \(names.joined(by: ", "))\(rest).
      """
  }

  /// The number of rules that a table lists, the first ones: at most 300 with at most 1,500 conditions,
  /// so that a page of several tables stays under 2 MB.
  static func listed(_ rules: RuleSetEntry) -> Int {
    var conditions = 0
    let end = rules.rules.firstIndex { rule in
      conditions += rule.if.count
      return conditions > 1500
    }
    return min(max(end ?? rules.rules.count, 1), 300, rules.rules.count)
  }

  private func unlistedNote(_ rules: RuleSetEntry, after listed: Int) -> Block {
    let rest = rules.rules.dropFirst(listed)
    let total = rest.map(\.coverage.total).max() ?? 0
    let covered = rest.reduce(0) { $0 + $1.coverage.count }
    let share: Phrase =
      rules.resolution == .firstMatch && total > 0 && covered <= total
      ? ", which cover \(percent(Proportion(covered, of: total))) of the training rows," : ""
    return .note(
      """
      The table lists the first \(listed) of \(counted(rules.rules.count, "rule")); the other \
      \(counted(rest.count))\(share) are in explanation.json.
      """)
  }

  /// The last row of the table: the default class, with the share of training rows that no rule
  /// covers; without a share if coverages overlap beyond the total.
  private func otherwise(
    _ rules: RuleSetEntry, _ number: (value: Double, text: Phrase)?
  ) -> [DataTable.Cell] {
    let total = rules.rules.map(\.coverage.total).max() ?? 0
    let covered = rules.rules.reduce(0) { $0 + $1.coverage.count }
    let left =
      covered <= total
      ? DataTable.Cell.percent(Proportion(total - covered, of: total)) : DataTable.Cell("")
    return [
      DataTable.Cell("else", key: .greatestFiniteMagnitude),
      DataTable.Cell("no rule holds", key: 0),
      prediction(rules.defaultClass, number), left, DataTable.Cell("\u{2013}", key: -2),
      DataTable.Cell("\u{2013}", key: -2), DataTable.Cell("\u{2013}", key: -2),
      DataTable.Cell("\u{2013}", key: -2), DataTable.Cell("\u{2013}", key: -2),
    ]
  }

  /// A class, or an interval with the number in it that is predicted.
  private func prediction(
    _ name: String, _ number: (value: Double, text: Phrase)?
  ) -> DataTable.Cell {
    guard let number else { return .name(name) }
    return DataTable.Cell(.name(name) + "; predicts " + number.text, key: number.value)
  }

  /// How the conditions of rules over hidden features use thresholds, as a sentence before another;
  /// empty without conditions.
  public func conditionSentence(of rules: RuleSetEntry?) -> Phrase {
    switch text.featureConditions(of: rules?.rules ?? []) {
    case .activity: "Conditions test only whether a feature is active. "
    case .thresholds:
      """
      Conditions compare features with thresholds of their own, not only with the threshold above \
      which a feature is active. 
      """
    case nil: Phrase()
    }
  }

  private func reading(of rules: RuleSetEntry) -> Phrase {
    let way: Phrase =
      rules.resolution == .firstMatch
      ? "The rules are an ordered list: the first rule that holds gives the predicted class. "
      : """
      Of the rules that hold for a row, the one with the highest confidence on training rows \
      gives the predicted class. 
      """
    return way + """
      If no rule holds, \(text.conclusion(rules.defaultClass)). \(text.unknownValues) Lift is the \
      confidence over the share of training rows with that prediction; counterexamples are covered \
      rows with another prediction.
      """
  }

  private func number(in id: String) -> Double { Double(id.drop { !$0.isNumber }) ?? 0 }

  func figure(_ id: String) -> Block {
    let diagram = diagrams.first { $0.id == id }?.diagram
    return .figure(Figure(id, diagram?.title ?? id, diagram?.caption ?? ""))
  }
}
