import Datasets
import Drawing
import Explanations
import Rules

/// An explanation as a document: all sentences, tables and figures are derived from one
/// `Explanation`.
public struct Report: Hashable, Sendable {
  /// The explanation, with the rules that the report begins with in place of those of its own level.
  public let explanation: Explanation
  /// The explanation as given: curve, disagreements, multiplicity and stability are those of its level.
  let recorded: Explanation
  /// The network, which pages compute with.
  public let network: ReportNetwork
  let text: RuleText

  /// Creates the report of an explanation; by default of the rules of its level, without its network.
  ///
  /// `level`: the rules that the report begins with; those of the explanation's level if it has none of
  /// that level.
  public init(
    _ explanation: Explanation, level: RuleLevel? = nil,
    network: ReportNetwork = .absent("the report was written without it")
  ) {
    recorded = explanation
    let explanation = level.flatMap { explanation.choosing($0) } ?? explanation
    self.explanation = explanation
    self.network = network
    text = RuleText(explanation)
  }

  /// The title of the document.
  public var title: Phrase { "Explanation of the network on \(name: explanation.data.name)" }

  /// Whether the report begins with rules of another level than the explanation's.
  var isChosen: Bool { explanation.level != recorded.level }

  /// The rules that `fidelity` and `complexity` describe.
  public var leadingRules: RuleSetEntry {
    explanation.entry(explanation.level) ?? explanation.inputRules
  }

  /// The fidelity of the rules on held-out rows, with its 95 % interval and the majority-class
  /// baseline.
  public var fidelitySentence: Phrase {
    let fidelity = explanation.fidelity
    guard fidelity.heldOut.total > 0 else {
      return "No rows were held out: the agreement of rules and network on unseen rows is unknown."
    }
    let before = explanation.pruned.agreementWithOriginal
    let agreement = explanation.explains == .original || !explanation.isPruned ? nil : before
    var sentence: Phrase =
      "The rules\(isChosen ? " \(explanation.level.words)" : "") agree with the \(agreement == nil ? "" : "pruned ")network on "
    sentence += Phrase([.strong(ratio(fidelity.heldOut) + " held-out rows")])
    sentence += " (\(percent(fidelity.heldOut)), 95 % interval \(interval(fidelity.heldOut)))"
    if let agreement {
      sentence += ", and the pruned network with the one before pruning on "
      sentence += "\(ratio(agreement)) (\(percent(agreement)))"
    }
    sentence += "; always "
    sentence +=
      fidelity.mostFrequentClass.map { "predicting \u{2018}\(name: $0)\u{2019}" }
      ?? "predicting the network\u{2019}s most frequent class"
    return sentence + " would agree on \(percent(fidelity.mostFrequentPrediction))."
  }

  /// The whole document.
  public var blocks: [Block] {
    opening + rulesSection + [.built(id: "try")] + trustSection + featureSection + networkSection
      + disagreementSection + curveSection + multiplicitySection
      + stabilitySection + dataSection + limitsSection
      + provenanceSection
  }

  /// The figures of the document as SVG, by the id of the figure.
  public func images() throws -> [String: String] {
    var all: [String: String] = [:]
    for (id, diagram) in diagrams {
      all[id] = String(decoding: try diagram.drawn(as: .svg), as: UTF8.self)
    }
    if showsCurve { all["curve"] = CurveChart(recorded).svg }
    return all
  }

  /// The diagrams with the names of their files.
  public var diagrams: [(id: String, diagram: Diagram)] {
    [
      ("network", Diagram(network: explanation)), ("features", Diagram(features: explanation)),
      ("rules", Diagram(rules: explanation)),
    ]
  }

  /// The document with its figures.
  public func document() throws -> Document {
    try document(with: try images())
  }

  func document(with images: [String: String]) throws -> Document {
    let (data, note) = try pageData()
    let blocks = blocks.map { block in
      if case .built = block, let note { Block.note(note) } else { block }
    }
    return Document(
      title: title, kind: "Explanation of a neural network",
      origin: "espalier \(explanation.provenance.version)", source: "explanation.json",
      blocks: blocks, images: images, data: data)
  }

  private var opening: [Block] {
    let network = explanation.network
    let pruned = explanation.pruned
    let rules = leadingRules
    var facts = [
      Fact(
        "Fidelity", percent(explanation.fidelity.heldOut),
        "\(ratio(explanation.fidelity.heldOut)) held-out rows"),
      Fact(
        "Rules", counted(rules.rules.count),
        "mean conditions: \(significant(explanation.complexity.meanLiterals, digits: 2))"),
    ]
    if let found = explanation.fidelity.numeric?.rSquared {
      facts.append(
        Fact(
          "R-squared of the rules", signed(fixed(found.value, digits: 3)),
          "with the output of the network"))
    }
    if pruned.neurons > 0 {
      facts.append(
        Fact(
          "Hidden features", counted(pruned.neurons),
          explanation.isPruned
            ? "of \(counted(network.neurons)) before pruning" : "no pruning"))
    }
    facts.append(
      Fact(
        "Inputs read", counted(explanation.explained.inputs),
        "of \(counted(explanation.data.features))"))
    if let found = explanation.explained.regression?.rSquared {
      facts.append(
        Fact(
          "R-squared of the network", signed(fixed(found.value, digits: 3)),
          "with the target on held-out rows"))
    }
    facts.append(
      Fact(
        "Network accuracy", percent(explanation.accuracy.network),
        accuracyNote(explanation.accuracy.network)))
    facts.append(
      Fact(
        "Rule accuracy", percent(explanation.accuracy.rules),
        accuracyNote(explanation.accuracy.rules)))
    if let worst = lowestClass {
      facts.append(
        Fact(
          "Lowest fidelity of a class", percent(worst.share),
          "\(shown(worst.name)): \(ratio(worst.share))"))
    }
    var blocks: [Block] = [.paragraph(decisionSentence), .lead(fidelitySentence), .facts(facts)]
    for sentence in [numericSentence, causalSentence] {
      if let sentence { blocks.append(.paragraph(sentence)) }
    }
    blocks += otherRulesSentences.map { .paragraph($0) }
    if let baseline = baselineWarning { blocks.append(.warning(baseline)) }
    blocks += (explanation.warnings ?? []).map { .warning("\(quote: sentence($0.text))") }
    return blocks
  }

  /// What the network predicts, and from how many columns.
  private var decisionSentence: Phrase {
    let data = explanation.data
    let count = data.classes.count
    let values = data.schema.target.isNumeric ? "interval" : "class"
    let plural = data.schema.target.isNumeric ? "intervals" : "classes"
    let what = "\(counted(count)) \(count == 1 ? values : plural)"
    let read = explanation.explained.inputs
    return """
      The network predicts \u{2018}\(name: data.schema.target.name)\u{2019} (\(what)) from \
      \(counted(read)) of \(counted(data.features, data.schema.image == nil ? "column" : "pixel")).
      """
  }

  private func accuracyNote(_ share: Proportion) -> String {
    ratio(share)
      + (explanation.accuracy.majorityBaseline.map { "; most frequent class: \(percent($0))" }
        ?? " held-out rows")
  }

  /// The predicted class with the lowest fidelity; `nil` if the rules agree on all rows.
  private var lowestClass: (name: String, share: Proportion)? {
    explanation.fidelity.byClass.filter { $0.value.total > $0.value.count }
      .min { ($0.value.value, $0.key) < ($1.value.value, $1.key) }
      .map { ($0.key, $0.value) }
  }

  /// The agreement of the rules of other levels, those that agree most first.
  public var otherRulesSentences: [Phrase] {
    let others: [(level: RuleLevel, rules: RuleSetEntry?, fidelity: Fidelity?)] = [
      (.described, explanation.describedRules, explanation.describedFidelity),
      (.features, explanation.featureRules, explanation.featureFidelity),
      (.inputs, explanation.entry(.inputs), explanation.inputFidelity),
    ]
    let known = others.compactMap { other -> (words: Phrase, share: Proportion)? in
      guard other.level != explanation.level, let rules = other.rules,
        let share = other.fidelity?.heldOut, share.total > 0
      else { return nil }
      let number = counted(rules.rules.count, "rule")
      return (
        """
        \(number) \(other.level.words) \
        \(rules.rules.count == 1 ? "agrees" : "agree") with the network on \(ratio(share)) held-out \
        rows (\(percent(share)))
        """, share
      )
    }
    let sorted = known.sorted { $0.share.count > $1.share.count }
    guard !sorted.isEmpty else { return [] }
    return ["Other explanations of this run: " + sorted.map(\.words).joined(by: "; ") + "."]
  }

  /// The text of a warning as a sentence: first letter capitalised, with a full stop.
  private func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  private var baselineWarning: Phrase? {
    let fidelity = explanation.fidelity
    let isSaid = explanation.warnings?.contains { $0.code == "rules-not-better-than-majority" }
    guard fidelity.heldOut.total > 0, isSaid != true,
      fidelity.heldOut.interval.lowerBound <= fidelity.mostFrequentPrediction.value
    else { return nil }
    return "The rules are not clearly better than the majority-class baseline: do not use them as "
      + "an explanation of the network."
  }
}
