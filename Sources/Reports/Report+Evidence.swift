import Datasets
import Explanations

extension Report {
  /// How well the numbers of the rules match those of the network; `nil` for classes.
  public var numericSentence: Phrase? {
    guard let numeric = explanation.fidelity.numeric, numeric.within.total > 0 else { return nil }
    let unit: Phrase = targetUnit.map { " \(name: $0)" } ?? ""
    var sentence: Phrase =
      """
      Each rule predicts a number, the mean output of the network over its training rows, moved into \
      its interval where it is outside: 
      """
    if let found = numeric.rSquared {
      sentence += """
        R-squared with the network\u{2019}s output is \(signed(fixed(found.value, digits: 3))) on \
        held-out rows (95 % bootstrap interval \(signed(fixed(found.low, digits: 3))) to \
        \(signed(fixed(found.high, digits: 3)))), and 
        """
    }
    return sentence
      + "both are within \(significant(numeric.tolerance))\(unit) on \(spelled(numeric.within))."
  }

  private var targetUnit: String? {
    guard case .numeric(let unit, _) = explanation.data.schema.target.kind else { return nil }
    return unit
  }

  /// The numbers that the rules of a level predict, with the unit, that of the default last; `nil` for
  /// classes and in results without them.
  func numbers(_ level: RuleLevel) -> [(value: Double, text: Phrase)]? {
    guard let found = explanation.fidelity(of: level)?.numeric?.numbers,
      found.count == (explanation.entry(level)?.rules.count ?? -1) + 1
    else { return nil }
    let unit: Phrase = targetUnit.map { " \(name: $0)" } ?? ""
    return found.map { ($0.value, "\(targetNumber($0.value))\(unit)") }
  }

  /// What the network with the hidden features is called: the rules describe the one before pruning if
  /// the result explains that.
  var featureNetwork: String {
    explanation.explains == .original && explanation.isPruned ? "pruned network" : "network"
  }

  /// The causal check in one sentence; `nil` without one.
  public var causalSentence: Phrase? {
    guard let causal = explanation.causal, causal.keptAlone.total > 0 else { return nil }
    let named = counted(causal.features.count, "hidden feature")
    // Where rules describe the network before pruning, theirs is another network than this.
    let isTheirs = featureNetwork == "network"
    let fidelity = explanation.fidelity
    let constant =
      isTheirs && causal.trivial == fidelity.mostFrequentPrediction
      ? fidelity.mostFrequentClass : nil
    let most: Phrase =
      constant.map { "always predicting \u{2018}\(name: $0)\u{2019}" }
      ?? "its most frequent prediction"
    let sentence: Phrase = """
      Causal check: with only the \(named) of the rules, the others at their means, the \
      \(featureNetwork) keeps its prediction on \(percent(causal.keptAlone)) of the held-out rows; \
      with these at their means, on \
      \(percent(causal.removed)) (\(most): \(percent(causal.trivial))).
      """
    // Without other features nothing is replaced in the first case, and everything in the second.
    guard causal.features.count == explanation.features.count else { return sentence }
    return sentence + """
       The rules name all hidden features\(isTheirs ? "" : " of this network"), \
      so this holds by construction.
      """
  }

  /// The causal check of all named features, of each feature and of each rule over features.
  var causalBlocks: [Block] {
    let listed = explanation.strongest(100).map { explanation.features[$0] }
      .filter { $0.causal != nil }
    guard !listed.isEmpty else { return [] }
    var blocks: [Block] = [
      .heading("Causal check of the hidden features", level: 3, id: "causal"),
      .paragraph(
        """
        Hidden features are replaced by their means over training rows, and the held-out predictions \
        that do not change are counted. If the features of the rules suffice, hardly any prediction \
        changes when all others are replaced; if the \(featureNetwork) needs them, their replacement leaves \
        little more than its most frequent prediction.
        """),
    ]
    if let sentence = causalSentence { blocks.append(.paragraph(sentence)) }
    var rows: [[DataTable.Cell]] = []
    if let all = explanation.causal {
      rows.append([
        DataTable.Cell(all.features.map { .name($0) }.listed(), key: -1), .ratio(all.keptAlone),
        .percent(all.keptAlone), .percent(all.removed), .interval(all.removed),
      ])
    }
    rows += listed.enumerated().compactMap { index, feature in
      feature.causal.map { ablation in
        [
          DataTable.Cell(.name(feature.id), key: Double(index)), .ratio(ablation.keptAlone),
          .percent(ablation.keptAlone), .percent(ablation.removed), .interval(ablation.removed),
        ]
      }
    }
    blocks.append(
      .table(
        DataTable(
          "causal-table", "Unchanged predictions on held-out rows", causalColumns("Features"), rows)
      ))
    let entry = explanation.featureRules
    let rules = (entry.map { $0.rules.prefix(Self.listed($0)) } ?? []).compactMap { rule in
      rule.causal.map { ablation in
        [
          DataTable.Cell(Phrase(rule.id), key: Double(rule.id.dropFirst())),
          .ratio(ablation.keptAlone), .percent(ablation.keptAlone), .percent(ablation.removed),
          .interval(ablation.removed),
        ]
      }
    }
    if !rules.isEmpty {
      blocks.append(
        .table(
          DataTable(
            "causal-rules-table",
            "The same for the features in each rule over hidden features, on its held-out rows",
            causalColumns("Rule"), rules)))
    }
    return blocks
  }

  private func causalColumns(_ first: String) -> [DataTable.Column] {
    [
      .text(first), .number("Unchanged rows"), .number("Others replaced"),
      .number("These replaced"), .number("95 % interval, these replaced"),
    ]
  }

  /// The counterexamples of a rule: `training 2 (rows 4, 17), held out 0`; a dash if unknown.
  func counterexamples(of rule: RuleEntry) -> String {
    guard let found = rule.counterexamples else { return "\u{2013}" }
    func words(_ rows: Counterexamples.Rows) -> String {
      guard !rows.rows.isEmpty else { return counted(rows.total) }
      let numbers = rows.rows.map { String($0) }.joined(separator: ", ")
      return "\(counted(rows.total)) (\(rows.total == 1 ? "row" : "rows") \(numbers)"
        + (rows.total > rows.rows.count ? ", …)" : ")")
    }
    return "training \(words(found.training)), held out \(words(found.heldOut))"
  }

  /// The cells of lift and counterexamples.
  func evidence(of rule: RuleEntry) -> [DataTable.Cell] {
    [
      rule.confidence.total == 0
        ? DataTable.Cell("\u{2013}", key: -1) : .interval(rule.confidence),
      DataTable.Cell(Phrase(rule.lift.map { significant($0) } ?? "\u{2013}"), key: rule.lift ?? -1),
      DataTable.Cell(
        Phrase(counterexamples(of: rule)),
        key: Double(rule.counterexamples.map { $0.training.total + $0.heldOut.total } ?? -1)),
    ]
  }
}
