import Datasets
import Explanations

/// A model card (Mitchell et al. 2019, arXiv:1810.03993): the figures of an explanation, beside what only
/// the owner of the network can state.
public struct ModelCard: Hashable, Sendable {
  private let report: Report
  private let entries: CardEntries

  /// The card of an explanation; by default of the rules that its report begins with, without entries.
  public init(
    _ explanation: Explanation, level: RuleLevel? = nil, entries: CardEntries = CardEntries()
  ) {
    report = Report(explanation, level: level ?? explanation.leads)
    self.entries = entries
  }

  private var explanation: Explanation { report.explanation }

  /// The card as a document.
  public var document: Document {
    let name = entries.texts[.name]?.first ?? explanation.data.name
    return Document(
      title: "Model card: \(name: name)", kind: "Model card",
      origin: "espalier \(explanation.provenance.version)", source: "explanation.json",
      blocks: blocks)
  }

  private var blocks: [Block] {
    details + intendedUse + factors + metrics + evaluationData + trainingData + analyses + decisions
      + ethics + caveats + missing
  }

  // MARK: - Sections

  private var details: [Block] {
    let network = explanation.explained
    let target = explanation.data.schema.target
    let classes = explanation.data.classes
    var rows = [CardEntries.Entry.version, .date, .owner, .contact, .license].map { stated($0) }
    let predicts: Phrase =
      target.isNumeric
      ? "\(name: target.name), a number"
      : """
      \(name: target.name), one of \(counted(classes.count, "class", "classes")): \
      \(names(classes))
      """
    rows += [
      ("Predicts", predicts),
      (
        "Network",
        """
        \(quote: network.architecture.joined(separator: ", ")): \
        \(counted(network.parameters, "parameter"))
        """
      ),
      pruningRow,
      ("Initial network", .quote(explanation.provenance.startedFrom)),
      ("Random seed", Phrase(String(explanation.provenance.seed))),
    ]
    return [heading("Model details", "details"), table("details-table", "Model details", rows)]
  }

  /// Whether the card is of the network before pruning, and hidden features are those of a pruned copy.
  private var isBeforePruning: Bool {
    explanation.explains == .original
      && (explanation.network.architecture != explanation.pruned.architecture
        || explanation.network.parameters != explanation.pruned.parameters)
  }

  private var pruningRow: (Phrase, Phrase) {
    let method: Phrase =
      "\(name: explanation.pruning.method) (\(quote: explanation.pruning.source))"
    guard isBeforePruning else { return ("Pruned with", method) }
    return (
      "Pruned copy",
      """
      \(counted(explanation.pruned.parameters, "parameter")), with \(method); the hidden features are \
      those of the copy
      """
    )
  }

  private var intendedUse: [Block] {
    [heading("Intended use", "use")]
      + [.purpose, .users, .outOfScope, .oversight].flatMap { list($0) }
  }

  private var factors: [Block] {
    let columns = explanation.data.schema.features.map(\.id.rawValue)
    let rules = report.leadingRules
    let scores = rules.scores ?? []
    let asked = Set(
      rules.rules.flatMap { $0.if.map(\.feature) } + scores.flatMap { $0.terms.map(\.input) })
    let used = columns.filter { asked.contains($0) }
    let conditions: Phrase =
      switch explanation.level {
      case .features:
        "The rules test hidden features, which the network computes from these columns."
      case .inputs, .described:
        "The rules test \(used.isEmpty ? "none of them" : names(used))."
      }
    return [heading("Factors", "factors")] + list(.factors)
      + [.paragraph("Columns: \(names(columns)). \(conditions)")]
  }

  private var metrics: [Block] {
    let number: Phrase = """
      The network predicts a number; its classes are \
      \(counted(explanation.data.classes.count, "interval")) of it: \(names(explanation.data.classes)).
      """
    return [
      heading("Metrics", "metrics"),
      .list(
        (explanation.data.schema.target.isNumeric ? [number] : []) + [
          "Accuracy: the share of rows on which the predicted class is the true class.",
          "Fidelity: the share of rows on which the rules predict the same class as the network.",
          """
          Intervals are 95 % Wilson score intervals. Beside the accuracy stands that of always \
          predicting the most frequent class of the training rows, beside the fidelity that of always \
          predicting the network\u{2019}s most frequent prediction.
          """,
        ]),
    ]
  }

  private var evaluationData: [Block] {
    let data = explanation.data
    return [
      heading("Evaluation data", "evaluation"),
      .paragraph(
        """
        \(counted(data.heldOut, "held-out row")): \(quote: data.heldOutFrom). \
        \(report.heldOutUse)
        """),
    ]
  }

  private var trainingData: [Block] {
    let data = explanation.data
    var items: [Phrase] = [
      """
      \(name: data.name): \(counted(data.rows, "row")) read, \(counted(data.rowsUsed)) used; \
      \(counted(data.training)) for training and \(counted(data.validation)) for validation.
      """
    ]
    items += data.rowsDropped.map { "Dropped: \(quote: $0.reason), \(counted($0.count, "row"))." }
    items += data.rowsAltered.map {
      "Used with a changed cell: \(quote: $0.reason), \(counted($0.count, "row"))."
    }
    items += (data.notes ?? []).map { "Note: \(quote: $0)." }
    items.append("SHA-256 of the data as read: \(data.sha256)")
    return [heading("Training data", "training")] + list(.data) + [.list(items)]
  }

  private var analyses: [Block] {
    let fidelity = explanation.fidelity
    let accuracy = explanation.accuracy
    var rows: [(Phrase, Proportion)] = [("Accuracy of the network", accuracy.network)]
    if let majority = accuracy.majorityBaseline {
      rows.append(
        ("Accuracy of always predicting the most frequent class of the training rows", majority))
    }
    rows += [
      ("Accuracy of the rules", accuracy.rules),
      ("Fidelity of the rules", fidelity.heldOut),
      (
        "Fidelity of always predicting the most frequent prediction",
        fidelity.mostFrequentPrediction
      ),
    ]
    if let agreement = explanation.pruned.agreementWithOriginal {
      rows.append(
        (
          isBeforePruning
            ? "Agreement of the pruned copy with the network"
            : "Agreement of the network with the one before pruning", agreement
        ))
    }
    rows = rows.filter { $0.1.total > 0 }
    var blocks: [Block] = [heading("Quantitative analyses", "analyses")]
    if rows.isEmpty {
      blocks.append(.warning("No rows were held out: accuracy and fidelity are unknown."))
    } else {
      blocks.append(
        .table(report.shares("analyses-table", "Figures on held-out rows", "Figure", rows)))
    }
    let classes = explanation.data.classes.compactMap { name in
      fidelity.byClass[name].map { (Phrase.name(name), $0) }
    }
    if !classes.isEmpty {
      blocks.append(
        .table(
          report.shares(
            "class-table", "Fidelity by class that the network predicts, held-out rows",
            "Class predicted by the network", classes)))
    }
    blocks += report.errorBlock
    if let numeric = report.numericSentence { blocks.append(.paragraph(numeric)) }
    return blocks
  }

  private var decisions: [Block] {
    [heading("How the network decides", "decisions"), .lead(report.fidelitySentence)]
      + report.ruleBlocks
  }

  private var ethics: [Block] {
    [heading("Ethical considerations", "ethics")] + list(.ethics)
  }

  private var caveats: [Block] {
    var blocks = [heading("Caveats and recommendations", "caveats")]
    blocks += list(.limits) + list(.recommendations)
    let warnings: [Phrase] = (explanation.warnings ?? []).map { "\(quote: $0.text)." }
    if !warnings.isEmpty {
      blocks += [.paragraph("Warnings of the run:"), .list(warnings)]
    }
    blocks += [.paragraph("Measured limits:"), .list(report.limits)]
    if entries.texts[.references] != nil { blocks += list(.references) }
    return blocks
  }

  private var missing: [Block] {
    let keys = entries.missing.map { Phrase($0.rawValue) }
    guard !keys.isEmpty else { return [] }
    return [
      .note(
        """
        An explanation does not know what the owner of the network must state. Not stated here: \
        \(keys.joined(by: ", ")).
        """)
    ]
  }

  // MARK: - Parts

  private func heading(_ words: Phrase, _ id: String) -> Block { .heading(words, level: 2, id: id) }

  private func table(_ id: String, _ caption: Phrase, _ rows: [(Phrase, Phrase)]) -> Block {
    .table(
      DataTable(
        id, caption, [.text("Property"), .text("Value")],
        rows.map { [DataTable.Cell($0.0), DataTable.Cell($0.1)] }))
  }

  /// An entry as the row of a table.
  private func stated(_ entry: CardEntries.Entry) -> (Phrase, Phrase) {
    let texts = (entries.texts[entry] ?? []).map { Phrase([.passage($0)]) }
    return (Phrase(entry.title), texts.isEmpty ? "not stated" : texts.joined(by: "; "))
  }

  /// An entry with its title: one text in a line, several as a list.
  private func list(_ entry: CardEntries.Entry) -> [Block] {
    let texts = (entries.texts[entry] ?? []).map { Phrase([.passage($0)]) }
    let title = Phrase.strong(entry.title + ":")
    guard texts.count > 1 else {
      return [.paragraph(title + " " + (texts.first ?? "not stated"))]
    }
    return [.paragraph(title), .list(texts)]
  }

  private func names(_ names: [String]) -> Phrase {
    let some = names.prefix(20).map { Phrase.name($0) }.joined(by: ", ")
    return names.count > 20 ? some + " and \(names.count - 20) more" : some
  }
}
