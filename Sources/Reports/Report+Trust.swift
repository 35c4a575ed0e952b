import Datasets
import Explanations

/// Below so many held-out rows, a class's figures are called rough.
private let enoughRows = 100

extension Report {
  var trustSection: [Block] {
    let fidelity = explanation.fidelity
    var blocks: [Block] = [
      .heading("How far the rules can be trusted", level: 2, id: "trust"),
      .paragraph(
        """
        Agreement (fidelity) is how often the rules give the network\u{2019}s answer. Held-out \
        rows were used neither to train the network nor to make the rules.
        """),
    ]
    let majority: Phrase =
      fidelity.majorityClass.map { "For comparison: always \u{2018}\(name: $0)\u{2019}" }
      ?? "For comparison: always the commonest answer"
    var rows: [(Phrase, Proportion)] = [
      ("Rules with the network, held-out rows", fidelity.heldOut),
      (majority, fidelity.majorityBaseline),
      ("Rules with the network before pruning, held-out rows", fidelity.toOriginal),
      ("Rules with the network, training rows", fidelity.training),
    ]
    if explanation.level == .inputs, let other = explanation.featureFidelity {
      rows.append(("Rules over hidden features with the network, held-out rows", other.heldOut))
    }
    rows.append(("Held-out rows that a rule answers, not the default", fidelity.answered))
    blocks.append(.table(shares("fidelity-table", "Agreement with the network", "What", rows)))
    blocks += classBlocks
    blocks.append(.heading("Against the labels", level: 3, id: "accuracy"))
    blocks.append(
      .paragraph(
        "Accuracy is something else: how often an answer is the one that the data give as true."))
    blocks.append(
      .table(
        shares(
          "accuracy-table", "Correct answers on held-out rows", "Who answers",
          [
            ("Network before pruning", explanation.network.accuracy),
            ("Pruned network", explanation.pruned.accuracy),
            ("Network that is explained", explanation.accuracy.network),
            ("Rules", explanation.accuracy.rules),
            ("Rows on which rules and network agree", explanation.accuracy.whereBothAgree),
          ])))
    blocks += errorBlock
    return blocks
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
          "class-table", "Agreement for each answer of the network, held-out rows",
          "Where the network says", rows))
    ]
    let few = rows.filter { $0.1.total < enoughRows }
    if few.count == rows.count {
      blocks.append(
        .warning(
          """
          No answer has \(enoughRows) held-out rows: these figures are rough. Look at the \
          intervals, not at the percentages.
          """))
    } else if !few.isEmpty {
      let names = few.prefix(8).map { "\($0.0) (\($0.1.total))" as Phrase }
      let more: Phrase = few.count > 8 ? " and \(few.count - 8) more" : ""
      blocks.append(
        .warning(
          "Fewer than \(enoughRows) held-out rows: \(names.joined(by: ", ") + more). "
            + "Their figures are rough."))
    }
    return blocks
  }

  /// The error of a network that answers with a number.
  private var errorBlock: [Block] {
    guard let before = explanation.network.rootMeanSquaredError else { return [] }
    let after = explanation.pruned.rootMeanSquaredError
    let pruned: Phrase = after.map { ", \(significant($0)) after pruning" } ?? ""
    return [
      .paragraph(
        """
        The network answers with a number; the rules speak of intervals of it. The root of the \
        network\u{2019}s mean squared error on held-out rows is \(significant(before))\(pruned), \
        in the unit of \(name: explanation.data.schema.target.name).
        """)
    ]
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
      .heading("Where rules and network disagree", level: 2, id: "disagreements")
    ]
    let all = explanation.disagreements
    guard !all.isEmpty else {
      return blocks + [.paragraph("On no held-out row.")]
    }
    let used = Set(all.flatMap(\.values.keys))
    let columns = explanation.data.schema.features.map(\.id.rawValue).filter(used.contains)
    let others = used.subtracting(columns).sorted()
    let shownRows: Phrase =
      all.count < explanation.disagreementsTotal
      ? "The first \(all.count) of \(explanation.disagreementsTotal) held-out rows"
      : "\(counted(explanation.disagreementsTotal, "held-out row"))"
    blocks.append(
      .paragraph("\(shownRows), with the values that the rules look at. Rows count from 1."))
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
          "disagreement-table", "Held-out rows that the rules answer otherwise",
          [
            .number("Row"), .text("Values"), .text("Network says"), .text("Rules say"),
            .text("By rule"),
          ], rows)))
    return blocks
  }

  /// A curve of one point is no curve.
  var showsCurve: Bool { explanation.curve.count > 1 }

  var curveSection: [Block] {
    guard showsCurve else { return [] }
    let rows = explanation.curve.sorted { ($0.rules, $0.literals) < ($1.rules, $1.literals) }
    return [
      .heading("Fewer rules or more", level: 2, id: "curve"),
      .figure(
        Figure(
          "curve", "Agreement against the number of rules",
          """
          Each point is a rule set that was tried; bars are 95 % intervals on held-out rows. The \
          ring marks the rules of this report. Choosing the best point by this image would make \
          its figure too good: choose by size.
          """)),
      .table(
        DataTable(
          "curve-table", "Agreement against size, held-out rows",
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
