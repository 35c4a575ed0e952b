import Datasets
import Explanations

extension Report {
  var dataSection: [Block] {
    let data = explanation.data
    var rows: [[DataTable.Cell]] = [
      [DataTable.Cell("Rows read"), .number(data.rows)],
      [DataTable.Cell("Rows used"), .number(data.rowsUsed)],
    ]
    rows += data.rowsDropped.map {
      [DataTable.Cell("Dropped: \(quote: $0.reason)"), .number($0.count)]
    }
    rows += data.rowsAltered.map {
      [DataTable.Cell("Used with a changed cell: \(quote: $0.reason)"), .number($0.count)]
    }
    rows += [
      [DataTable.Cell("Training rows"), .number(data.training)],
      [DataTable.Cell("Validation rows"), .number(data.validation)],
      [DataTable.Cell("Held-out rows"), .number(data.heldOut)],
      [DataTable.Cell("Input columns"), .number(data.features)],
      [DataTable.Cell("Answers"), .number(data.classes.count)],
    ]
    let answers = data.classes.prefix(20).map { Phrase.name($0) }.joined(by: ", ")
    let rest: Phrase = data.classes.count > 20 ? " and \(data.classes.count - 20) more" : ""
    return [
      .heading("Data, every row accounted for", level: 2, id: "data"),
      .table(DataTable("data-table", "Rows", [.text("What"), .number("Count")], rows)),
      .list(
        [
          "Held out: \(quote: data.heldOutFrom).",
          "Question: \(name: data.schema.target.name). Answers: \(answers + rest).",
          "SHA-256 of the data as read: \(data.sha256)",
        ] + (data.notes ?? []).map { "Note: \(quote: $0)." }),
    ]
  }

  var limitsSection: [Block] {
    let fidelity = explanation.fidelity
    var limits: [Phrase] = [
      """
      The rules say what this network does, not how the world is. A rule is no cause: what it \
      names need not bring about the answer.
      """
    ]
    if fidelity.heldOut.total > 0 {
      let missed = Proportion(
        fidelity.heldOut.total - fidelity.heldOut.count, of: fidelity.heldOut.total)
      limits.append(
        missed.count == 0
          ? """
          The rules agreed on every held-out row. On rows of another kind they may not: up to \
          \(percent(missed.interval.upperBound)) disagreement fits these counts.
          """
          : """
          On \(percent(missed)) of the held-out rows the rules give another answer than the \
          network. A single decision of the network must not be justified with a rule unless both \
          were compared on that row.
          """)
      limits.append(
        """
        The figures hold for rows like the held-out ones (\(quote: explanation.data.heldOutFrom)). \
        On other kinds of rows, or later in time, they must be measured again.
        """)
    }
    if fidelity.heldOut.total < 100 {
      limits.append(
        "Only \(counted(fidelity.heldOut.total, "held-out row")): the interval is wide.")
    }
    let byDefault = Proportion(
      fidelity.answered.total - fidelity.answered.count, of: fidelity.answered.total)
    if byDefault.total > 0 {
      limits.append(
        byDefault.count == 0
          ? "Every held-out row is answered by a rule; none falls to the default answer."
          : """
          On \(spelled(byDefault, "held-out rows")) no rule holds and the default answer is given: \
          there the rules explain nothing.
          """)
    }
    if let share = explanation.binarisation, !explanation.features.isEmpty {
      limits.append(
        """
        Rules over hidden features treat each as on or off. That alone changes the answer on \
        \(percent(Proportion(share.total - share.count, of: share.total))) of held-out rows.
        """)
    }
    if explanation.data.schema.target.isNumeric {
      limits.append("The network answers with a number; the rules tell only its interval.")
    }
    limits.append("Nothing is proved here: agreement is counted on rows, not shown for all inputs.")
    return [.heading("Limits", level: 2, id: "limits"), .list(limits)]
  }

  var provenanceSection: [Block] {
    let provenance = explanation.provenance
    let extractor = spokenRules.extractor
    var rows: [[DataTable.Cell]] = [
      [DataTable.Cell("Made with"), DataTable.Cell("espalier \(name: provenance.version)")],
      [
        DataTable.Cell("Arguments"),
        DataTable.Cell(.quote(provenance.arguments.joined(separator: " "))),
      ],
      [DataTable.Cell("Seed"), DataTable.Cell(Phrase(String(provenance.seed)))],
      [DataTable.Cell("Network started from"), DataTable.Cell(.quote(provenance.startedFrom))],
      [
        DataTable.Cell("Rules by"),
        DataTable.Cell("\(name: extractor.name) (\(quote: extractor.source))"),
      ],
      [
        DataTable.Cell("Pruned by"),
        DataTable.Cell(
          "\(name: explanation.pruning.method) (\(quote: explanation.pruning.source))"),
      ],
    ]
    if explanation.level == .inputs, let other = explanation.featureRules?.extractor {
      rows.insert(
        [
          DataTable.Cell("Rules over hidden features by"),
          DataTable.Cell("\(name: other.name) (\(quote: other.source))"),
        ], at: 5)
    }
    return [
      .heading("Where this report comes from", level: 2, id: "provenance"),
      .paragraph(
        """
        Everything above is written from explanation.json alone. The same arguments on the same \
        data give the same file.
        """),
      .table(
        DataTable("provenance-table", "Provenance", [.text("What"), .text("Value")], rows)),
    ]
  }
}
