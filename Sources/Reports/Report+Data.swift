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
    ]
    rows +=
      (data.heldOutRepeated.map {
        [[DataTable.Cell("of these, with the values of a training row"), .number($0)]]
      } ?? [])
    rows += [
      [DataTable.Cell("Input columns"), .number(data.features)],
      [DataTable.Cell("Classes"), .number(data.classes.count)],
    ]
    let classes = data.classes.prefix(20).map { Phrase.name($0) }.joined(by: ", ")
    let rest: Phrase = data.classes.count > 20 ? " and \(data.classes.count - 20) more" : ""
    return [
      .heading("Data and row counts", level: 2, id: "data"),
      .table(DataTable("data-table", "Row counts", [.text("Quantity"), .number("Count")], rows)),
      .list(
        [
          "Held out: \(quote: data.heldOutFrom).",
          "Target: \(name: data.schema.target.name). Classes: \(classes + rest).",
          "SHA-256 of the data as read: \(data.sha256)",
        ] + (data.notes ?? []).map { "Note: \(quote: $0)." }),
    ]
  }

  var limitsSection: [Block] {
    [.heading("Limits", level: 2, id: "limits"), .list(limits)]
  }

  var limits: [Phrase] {
    let fidelity = explanation.fidelity
    var limits: [Phrase] = [
      """
      The rules describe the predictions of this network, not the process that generated the \
      data. The conditions of a rule need not be causes of its conclusion.
      """
    ]
    if fidelity.heldOut.total > 0 {
      let missed = Proportion(
        fidelity.heldOut.total - fidelity.heldOut.count, of: fidelity.heldOut.total)
      limits.append(
        missed.count == 0
          ? """
          The rules agree with the network on every held-out row. The 95 % interval of the \
          disagreement extends to \(percent(missed.interval.upperBound)); on data from another \
          distribution the disagreement can be larger.
          """
          : """
          On \(percent(missed)) of the held-out rows the rules and the network predict different \
          classes. Do not justify a single prediction of the network with a rule unless both were \
          compared on that row.
          """)
      limits.append(
        """
        The figures are estimates for rows like the held-out ones \
        (\(quote: explanation.data.heldOutFrom)). Measure them again on data from another \
        distribution or a later period.
        """)
    }
    if let repeated = explanation.data.heldOutRepeated {
      limits.append(
        "\(counted(repeated)) of \(counted(explanation.data.heldOut, "held-out row")) have the values of a "
          + "training row in all columns and the target: figures on them say little about other rows."
      )
    }
    if fidelity.heldOut.total < 100 {
      limits.append(
        "Only \(counted(fidelity.heldOut.total, "held-out row")): the 95 % interval is wide.")
    }
    let byDefault = Proportion(
      fidelity.coverage.total - fidelity.coverage.count, of: fidelity.coverage.total)
    if byDefault.total > 0 {
      limits.append(
        byDefault.count == 0
          ? "Every held-out row is covered by a rule; the default class is never predicted."
          : """
          On \(spelled(byDefault, "held-out rows")) no rule holds and the default class is \
          predicted: there the rules explain nothing.
          """)
    }
    if let share = explanation.binarisation, !explanation.features.isEmpty {
      let changed = Proportion(share.total - share.count, of: share.total)
      limits.append(
        conditionSentence(of: explanation.featureRules) + """
          Binarising every hidden feature (on or off) changes the \(featureNetwork)\u{2019}s prediction on \
          \(percent(changed)) of held-out rows.
          """)
    }
    if explanation.data.schema.target.isNumeric, explanation.fidelity.numeric == nil {
      limits.append("The network predicts a number; the rules predict only an interval of it.")
    }
    limits.append("Nothing is proved: agreement is counted on rows, not shown for all inputs.")
    return limits
  }

  var provenanceSection: [Block] {
    let provenance = explanation.provenance
    let extractor = leadingRules.extractor
    var rows: [[DataTable.Cell]] = [
      [DataTable.Cell("Tool version"), DataTable.Cell("espalier \(name: provenance.version)")],
      [
        DataTable.Cell("Arguments"),
        DataTable.Cell(.quote(provenance.arguments.joined(separator: " "))),
      ],
      [DataTable.Cell("Random seed"), DataTable.Cell(Phrase(String(provenance.seed)))],
      [DataTable.Cell("Initial network"), DataTable.Cell(.quote(provenance.startedFrom))],
      [
        DataTable.Cell("Rule extraction method"),
        DataTable.Cell("\(name: extractor.name) (\(quote: extractor.source))"),
      ],
      [
        DataTable.Cell("Pruning method"),
        DataTable.Cell(
          "\(name: explanation.pruning.method) (\(quote: explanation.pruning.source))"),
      ],
    ]
    if explanation.level != .described, let other = explanation.describedRules?.extractor {
      rows.insert(
        [
          DataTable.Cell("Extraction method of the rules over columns and scores"),
          DataTable.Cell("\(name: other.name) (\(quote: other.source))"),
        ], at: 5)
    }
    if explanation.level != .features, let other = explanation.featureRules?.extractor {
      rows.insert(
        [
          DataTable.Cell("Extraction method of the rules over hidden features"),
          DataTable.Cell("\(name: other.name) (\(quote: other.source))"),
        ], at: 5)
    }
    return [
      .heading("Provenance", level: 2, id: "provenance"),
      .paragraph(
        """
        This report is generated from explanation.json alone. The same arguments on the same data \
        give the same file.
        """),
      .table(
        DataTable(
          "provenance-table", "Version, arguments and methods",
          [.text("Property"), .text("Value")], rows)),
    ]
  }
}
