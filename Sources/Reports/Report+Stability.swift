import Explanations

extension Report {
  /// How much the rules change with seeds and samples, and what shuffled labels give, in a sentence
  /// each; empty if it was not measured.
  public var stabilitySentences: [Phrase] {
    guard let found = recorded.stability else { return [] }
    var sentences: [Phrase] = [
      """
      Over \(counted(found.seeds, "other seed")) and \
      \(counted(found.bootstraps, "bootstrap sample")), \(share(found.rulesRepeated, "rules")) are \
      found again, and \(share(found.predictionsAgree, "held-out predictions")) agree.
      """
    ]
    if let random = found.randomization {
      sentences.append(
        """
        The \(random.rules == 1 ? "rule" : counted(random.rules, "rule")) of a network trained on \
        shuffled labels \(random.rules == 1 ? "agrees" : "agree") with it on \
        \(share(random.fidelity, "held-out rows")), its most frequent prediction on \
        \(percent(random.majorityBaseline)); \(random.rules == 1 ? "this rule predicts" : "these rules predict") \
        \(share(random.accuracy, "shuffled labels")), the most frequent label \
        \(percent(random.accuracyBaseline)).
        """)
    }
    return sentences
  }

  /// The section about stability; empty if it was not measured.
  var stabilitySection: [Block] {
    guard let found = recorded.stability else { return [] }
    var blocks: [Block] = [
      .heading("Stability of the rules", level: 2, id: "stability")
    ]
    if isChosen { blocks.append(.paragraph(recordedSentence)) }
    blocks += stabilitySentences.map { .paragraph($0) }
    blocks.append(
      .paragraph(
        """
        The rules were extracted again from the same network. Other seeds draw other synthetic rows; \
        a bootstrap sample draws as many training rows with replacement. A rule is found again \
        if a rule of the other run predicts the same class and decides nearly the same training \
        rows (at least 80 % of those that either decides). The runs share rows: their intervals \
        would be too narrow and are not given.
        """))
    let parts: [(Phrase, Stability.Part)] = [
      ("Other seeds", found.ofSeeds), ("Bootstrap samples", found.ofBootstraps),
    ]
    blocks.append(
      .table(
        DataTable(
          "stability-table", "Rules found again and predictions that agree",
          [
            .text("Runs"), .number("Rules"), .number("Share of rules"), .number("Rows"),
            .number("Share of rows"),
          ],
          parts.map { words, part in
            [
              DataTable.Cell(words), .ratio(part.rulesRepeated), .percent(part.rulesRepeated),
              .ratio(part.predictionsAgree), .percent(part.predictionsAgree),
            ]
          })))
    if !found.rules.isEmpty {
      blocks.append(
        .table(
          DataTable(
            "stability-rules-table", "Runs in which each rule is found again",
            [.text("Rule"), .number("Runs")],
            found.rules.map { rule in [DataTable.Cell(Phrase(rule.id)), .ratio(rule.repeated)] })))
    }
    return blocks
  }

  private func share(_ proportion: Proportion, _ what: String) -> String {
    "\(ratio(proportion)) \(what) (\(percent(proportion)))"
  }
}
