import Explanations

extension Report {
  /// What the cross-validation gave, in a sentence; empty if there was none.
  public var crossValidationSentences: [Phrase] {
    guard let found = explanation.crossValidation else { return [] }
    let repeats: Phrase = found.repeats == 1 ? "" : " with \(found.repeats) repeats"
    var parts: [Phrase] = []
    let isPruned = explanation.explains != .original
    if let network = isPruned ? found.pruned ?? found.network : found.network {
      let which: Phrase = isPruned && found.pruned != nil ? "explained network" : "network"
      parts.append(
        "the accuracy of the \(which) is \(spread(network))"
          + (found.majority.map { ", that of the most frequent class \(percent($0.mean))" } ?? ""))
    }
    if let fidelity = found.fidelity {
      parts.append(
        "the fidelity of the rules is \(spread(fidelity))"
          + (found.fidelityMajority.map {
            ", that of the most frequent prediction \(percent($0.mean))"
          } ?? ""))
    }
    guard !parts.isEmpty else { return [] }
    return [
      "In \(found.folds)-fold cross-validation\(repeats), " + parts.joined(by: "; ") + "."
    ]
  }

  /// The table of the cross-validation with its explanation; empty if there was none.
  var crossValidationBlocks: [Block] {
    guard let found = explanation.crossValidation else { return [] }
    let all: [(Phrase, CrossValidation.Spread?)] = [
      ("Accuracy of the network before pruning", found.network),
      ("Accuracy of the pruned network", found.pruned),
      ("Accuracy of the most frequent class of the training rows", found.majority),
      (
        "Agreement of rules \(isChosen ? "\(recorded.level.words) " : "")and network",
        found.fidelity
      ),
      ("Agreement of the network\u{2019}s most frequent prediction", found.fidelityMajority),
    ]
    let made: Phrase =
      found.network == nil
      ? "the rules were extracted again"
      : found.fidelity == nil
        ? "the network was trained and pruned again"
        : "the network was trained and pruned, and the rules were extracted again"
    return [
      .heading("Cross-validation", level: 3, id: "cross-validation"),
      .paragraph(
        """
        The \(counted(found.rows, "row")) were divided \
        \(found.repeats == 1 ? "once" : "\(found.repeats) times") into \(found.folds) folds, \
        stratified by class. For each fold \(made) without its rows, and measured on them: the \
        spread shows how much a figure depends on the split. \
        \(found.repeats == 1
          ? "The training rows of different folds overlap"
          : "The folds of different repeats share rows"), so that no interval is given.
        """),
      .table(
        DataTable(
          "cross-validation-table", "Figures over \(found.folds * found.repeats) folds",
          [
            .text("Figure"), .number("Mean"), .number("Standard deviation"), .number("Minimum"),
            .number("Maximum"),
          ],
          all.compactMap { words, spread in
            spread.map {
              [
                DataTable.Cell(words), DataTable.Cell(Phrase(percent($0.mean))),
                DataTable.Cell(Phrase(percent($0.standardDeviation))),
                DataTable.Cell(Phrase(percent($0.minimum))),
                DataTable.Cell(Phrase(percent($0.maximum))),
              ]
            }
          })),
    ]
  }

  private func spread(_ spread: CrossValidation.Spread) -> Phrase {
    """
    \(percent(spread.mean)) (standard deviation over the folds \
    \(percent(spread.standardDeviation)), minimum \(percent(spread.minimum)))
    """
  }
}
