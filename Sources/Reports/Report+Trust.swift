import Datasets
import Explanations

/// Below this number of held-out rows, the report calls the figures of a class imprecise.
private let enoughRows = 100

extension Report {
  var trustSection: [Block] {
    let fidelity = explanation.fidelity
    var blocks: [Block] = [
      .heading("Fidelity and accuracy of the rules", level: 2, id: "trust"),
      .paragraph(
        """
        Fidelity (agreement) is the share of rows on which the rules and the network predict the \
        same class. \(heldOutUse)
        """),
    ]
    let majority: Phrase =
      fidelity.mostFrequentClass.map { "Majority-class baseline: \u{2018}\(name: $0)\u{2019}" }
      ?? "Majority-class baseline"
    var rows: [(Phrase, Proportion)] = [
      ("Rules and network, held-out rows", fidelity.heldOut),
      (majority, fidelity.mostFrequentPrediction),
      ("Rules and network before pruning, held-out rows", fidelity.toOriginal),
      ("Rules and network, training rows", fidelity.training),
    ]
    if explanation.level != .features, let other = explanation.featureFidelity {
      rows.append(("Rules over hidden features and network, held-out rows", other.heldOut))
    }
    if explanation.level != .described, let other = explanation.describedFidelity {
      rows.append(("Rules over columns and scores and network, held-out rows", other.heldOut))
    }
    if explanation.level != .inputs, let other = explanation.inputFidelity {
      rows.append(("Rules over columns and network, held-out rows", other.heldOut))
    }
    rows.append(("Held-out rows covered by a rule", fidelity.coverage))
    blocks.append(
      .table(
        shares("fidelity-table", "Fidelity: agreement with the network", "Comparison", rows)))
    blocks += classBlocks
    blocks.append(.heading("Accuracy", level: 3, id: "accuracy"))
    blocks.append(
      .paragraph(
        "Accuracy is the share of rows on which the predicted class is the true class."))
    var predictors: [(Phrase, Proportion)] = [
      ("Network before pruning", explanation.network.accuracy),
      ("Pruned network", explanation.pruned.accuracy),
      ("Explained network", explanation.accuracy.network),
      ("Rules", explanation.accuracy.rules),
      ("Rows on which rules and network agree", explanation.accuracy.whereBothAgree),
    ]
    if let majority = explanation.accuracy.majorityBaseline {
      predictors.append(("Always the most frequent class of the training rows", majority))
    }
    blocks.append(
      .table(shares("accuracy-table", "Accuracy on held-out rows", "Predictor", predictors)))
    blocks += errorBlock + crossValidationBlocks
    return blocks
  }

  /// What held-out rows were not used for; of a given network its training rows are not known.
  var heldOutUse: Phrase {
    let isOwn = explanation.provenance.startedFrom == Provenance.ownTraining
    var use: Phrase =
      isOwn
      ? "Held-out rows were used neither to train the network nor to extract the rules."
      : """
      Held-out rows were not used to extract the rules; whether the given network was trained on \
      them is not known.
      """
    let warnings = explanation.warnings ?? []
    let total = explanation.data.heldOut
    if let used = warnings.first(where: { $0.code == Warning.trainingRowsHeldOut })?.figure,
      let count = Int(exactly: used)
    {
      let purpose = isOwn ? "to train the network and to extract the rules" : "to extract the rules"
      use =
        count >= total
        ? "The held-out rows are training rows, which were used \(purpose)."
        : "\(counted(count)) of \(counted(total, "held-out row")) equal a training row, which was used \(purpose)."
    }
    guard let leads = explanation.leads else { return use }
    return use
      + " The rules \(leads.words) come first because they agree on clearly more of these rows than the others."
  }

  private var classBlocks: [Block] {
    let fidelity = explanation.fidelity
    let known = explanation.data.classes.filter { fidelity.byClass[$0] != nil }
    let others = fidelity.byClass.keys.filter { !explanation.data.classes.contains($0) }.sorted()
    let rows = (known + others).compactMap { name in
      fidelity.byClass[name].map { (Phrase.name(name), $0) }
    }
    guard !rows.isEmpty else { return [] }
    var blocks: [Block] = [
      .table(
        shares(
          "class-table", "Fidelity by class that the network predicts, held-out rows",
          "Class predicted by the network", rows))
    ]
    let few = rows.filter { $0.1.total < enoughRows }
    if few.count == rows.count {
      blocks.append(
        .warning(
          """
          No class has \(enoughRows) held-out rows: these figures are imprecise. Use the \
          intervals, not the percentages.
          """))
    } else if !few.isEmpty {
      let names = few.prefix(8).map { "\($0.0) (\($0.1.total))" as Phrase }
      let more: Phrase = few.count > 8 ? " and \(few.count - 8) more" : ""
      blocks.append(
        .warning(
          "Fewer than \(enoughRows) held-out rows: \(names.joined(by: ", ") + more). "
            + "Their figures are imprecise."))
    }
    return blocks
  }

  /// The root mean squared error of a network with a numeric target.
  var errorBlock: [Block] {
    guard let before = explanation.network.rootMeanSquaredError else { return [] }
    let after = explanation.pruned.rootMeanSquaredError
    let pruned: Phrase = after.map { ", \(significant($0)) after pruning" } ?? ""
    var text: Phrase = """
      The network predicts a number; \(explanation.fidelity.numeric == nil
        ? "the rules predict an interval of it"
        : "the rules predict an interval and a number in it"). The root mean squared \
      error (RMSE) of the network on held-out rows is \(significant(before))\(pruned), in the \
      unit of \(name: explanation.data.schema.target.name)
      """
    guard let figures = explanation.explained.regression else { return [.paragraph(text + ".")] }
    text += "; always predicting their mean has an RMSE of \(significant(figures.meanBaseline))."
    if let found = figures.rSquared {
      text += """
         R-squared of the explained network is \(signed(fixed(found.value, digits: 3))) (95 % bootstrap \
        interval \(signed(fixed(found.low, digits: 3))) to \(signed(fixed(found.high, digits: 3)))).
        """
    }
    return [.paragraph(text)]
  }

  func shares(
    _ id: String, _ caption: Phrase, _ first: String, _ rows: [(Phrase, Proportion)]
  ) -> DataTable {
    DataTable(
      id, caption,
      [.text(first), .number("Rows"), .number("Share"), .number("95 % interval")],
      rows.map { words, share in
        [DataTable.Cell(words), .ratio(share), .percent(share), .interval(share)]
      })
  }

  // MARK: - Disagreements and size

  var disagreementSection: [Block] {
    var blocks: [Block] = [
      .heading("Disagreements between rules and network", level: 2, id: "disagreements")
    ]
    let explanation = recorded
    let all = explanation.disagreements
    if isChosen { blocks.append(.paragraph(recordedSentence)) }
    guard !all.isEmpty else {
      return blocks + [.paragraph("None on held-out rows.")]
    }
    let used = Set(all.flatMap(\.values.keys))
    let columns = explanation.data.schema.features.map(\.id.rawValue).filter(used.contains)
    let others = used.subtracting(columns).sorted()
    let shownRows: Phrase =
      all.count < explanation.disagreementsTotal
      ? "The first \(all.count) of \(explanation.disagreementsTotal) held-out rows"
      : "\(counted(explanation.disagreementsTotal, "held-out row"))"
    blocks.append(
      .paragraph(
        "\(shownRows), with the values of the columns in the rules. Row numbers start at 1."))
    let rows = all.map { row in
      let values = (columns + others).compactMap { column in
        row.values[column].map { value in
          Phrase.name(column) + (value.isEmpty ? " missing" : " = " + .name(value))
        }
      }
      return [
        DataTable.Cell.number(row.row), DataTable.Cell(values.joined(by: ", ")),
        .name(row.network), .name(row.rules),
        DataTable.Cell(row.rule.map { Phrase.name($0) } ?? "default"),
      ]
    }
    blocks.append(
      .table(
        DataTable(
          "disagreement-table", "Held-out rows on which rules and network disagree",
          [
            .number("Row"), .text("Values"), .text("Network"), .text("Rules"),
            .text("Rule"),
          ], rows)))
    return blocks
  }

  /// Whether the curve has more than one point.
  var showsCurve: Bool { recorded.curve.count > 1 }

  /// Of which rules the sections about one level are, where the report begins with others.
  var recordedSentence: Phrase { "The rules of this section are those \(recorded.level.words)." }

  var curveSection: [Block] {
    guard showsCurve else { return [] }
    let rows = recorded.curve.sorted { ($0.rules, $0.literals) < ($1.rules, $1.literals) }
    let heading = Block.heading("Fidelity by number of rules", level: 2, id: "curve")
    return [heading] + (isChosen ? [.paragraph(recordedSentence)] : []) + [
      .figure(
        Figure(
          "curve", "Fidelity against the number of rules",
          """
          Each point is a candidate rule set; bars are 95 % intervals on held-out rows. The ring \
          marks the rule set of this report. The fidelity of a point selected by this figure is \
          biased upwards: select by size.
          """)),
      .table(
        DataTable(
          "curve-table", "Fidelity against size, held-out rows",
          [
            .number("Rules"), .number("Conditions"), .number("Rows"), .number("Share"),
            .number("95 % interval"),
          ],
          rows.map { point in
            [
              .number(point.rules), .number(point.literals), .ratio(point.fidelity),
              .percent(point.fidelity), .interval(point.fidelity),
            ]
          })),
    ]
  }
}
