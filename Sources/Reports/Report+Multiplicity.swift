import Explanations

/// The largest number of columns in a sentence, and of rows in a table.
private let (mostNamed, mostListed) = (4, 12)

extension Report {
  /// How unique the explanation is, in two sentences: the number of nearly optimal trees, and the
  /// columns that they test. Empty without a count, one sentence if the columns are not known.
  public var multiplicitySentences: [Phrase] {
    guard let found = recorded.multiplicity, let widest = found.within.last else { return [] }
    let trees = widest.ruleSets
    let verb = trees == 1 ? "is" : "are"
    var first: Phrase =
      "\(number(trees, exact: widest.exact)) to depth \(found.depth) \(verb) within "
      + "\(percentage(widest.tolerance)) of the best one"
    let others = found.within.dropLast().map {
      "\(grouped($0.ruleSets)) within \(percentage($0.tolerance))"
    }
    if !others.isEmpty { first += " (\(others.joined(separator: ", ")))" }
    let shown = found.asGoodAsShown
    let rules = isChosen ? "the rules \(recorded.level.words)" : "the reported rules"
    if found.shownObjective < found.objective {
      first += "; \(rules) have a lower objective than every tree."
    } else if shown.ruleSets == trees {
      first +=
        "; \(trees == 1 ? "it has no" : "none of them has a") higher objective than \(rules)."
    } else {
      let least = shown.exact ? "" : "at least "
      first +=
        "; \(least)\(grouped(shown.ruleSets)) \(shown.ruleSets == 1 ? "has" : "have") "
        + "an objective no higher than that of \(rules)."
    }
    let named = found.columns.prefix(mostNamed).enumerated().map { index, column -> Phrase in
      let share: String =
        switch column.share {
        case 1: trees == 1 ? "it" : index == 0 ? "all of them" : "all"
        default: percent(column.share)
        }
      return "\(name: column.column)\(index == 0 ? " is tested" : "") in \(share)"
    }
    guard !named.isEmpty else { return [first] }
    return [first, named.joined(by: ", ") + "."]
  }

  /// The section about near-optimal trees; empty without a count.
  var multiplicitySection: [Block] {
    guard let found = recorded.multiplicity else { return [] }
    var blocks: [Block] = [
      .heading("Near-optimal decision trees", level: 2, id: "multiplicity")
    ]
    if isChosen { blocks.append(.paragraph(recordedSentence)) }
    blocks += multiplicitySentences.map { .paragraph($0) }
    blocks.append(
      .paragraph(
        """
        Counted are \(found.form). The best tree has the objective \(found.objective), the \
        reported rules \(found.shownObjective); a tolerance of 1 % is a hundredth of the rows. \
        What few of the trees test is no evidence about the network.
        """))
    let what = recorded.level == .features ? "Hidden feature" : "Column"
    if !found.columns.isEmpty {
      blocks.append(
        .table(
          shares(
            "multiplicity-columns-table", "\(what)s by the share of trees that test them", what,
            found.columns.map { (Phrase.name($0.column), $0.share) })))
    }
    if !found.conditions.isEmpty {
      blocks.append(
        .table(
          shares(
            "multiplicity-conditions-table", "Conditions by the share of trees that test them",
            "Condition", found.conditions.map { (text.condition($0.condition), $0.share) })))
    }
    return blocks
  }

  private func shares(
    _ id: String, _ caption: String, _ what: String, _ rows: [(Phrase, Double)]
  ) -> DataTable {
    let all: Phrase =
      rows.count > mostListed
      ? "\(caption), the first \(mostListed) of \(rows.count)" : "\(caption)"
    return DataTable(
      id, all, [.text(what), .number("Share of trees")],
      rows.prefix(mostListed).map { words, share in
        [DataTable.Cell(words), DataTable.Cell(Phrase(percent(share)), key: share)]
      })
  }

  private func number(_ trees: Double, exact: Bool) -> String {
    (exact ? "" : "At least ") + grouped(trees)
      + (trees == 1 ? " decision tree" : " decision trees")
  }

  /// A whole number with commas between the thousands, or three digits of one from 2^53 on.
  private func grouped(_ value: Double) -> String {
    (0..<0x1p53).contains(value) ? counted(Int(value)) : "about " + significant(value)
  }
}
