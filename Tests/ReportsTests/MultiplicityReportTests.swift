import ExplanationSupport
import Explanations
import Reports
import Testing

/// The sentences and tables about near-optimal trees and about stability.
@Suite struct MultiplicityReportTests {
  private func report(
    _ counts: [(Double, Double)], exact: Bool = true, best: Int = 65, shown: Int = 70,
    asGood: Multiplicity.Count = .init(ruleSets: 31, exact: true),
    columns: [(String, Double)] = []
  ) -> Report {
    var explanation = SampleExplanation.iris.explanation
    explanation.multiplicity = Multiplicity(
      form: "decision trees", depth: 4, candidates: 40, rows: 522, leafPenalty: 5,
      objective: best, shownObjective: shown,
      within: counts.map { .init(tolerance: $0.0, ruleSets: $0.1, exact: exact) },
      asGoodAsShown: asGood,
      conditions: [
        .init(
          condition: SampleExplanation.iris.explanation.rules[0].if[0], share: 0.75)
      ], columns: columns.map { .init(column: $0.0, share: $0.1) })
    return Report(explanation)
  }

  @Test func theNumberOfTreesAndTheirColumns() {
    let words = report(
      [(0.01, 524), (0.02, 66_679)],
      columns: [
        ("glucose", 1), ("mass", 0.748931), ("age", 0.7), ("insulin", 0.00001), ("sex", 0.000001),
      ]
    ).multiplicitySentences.map(\.plain)
    #expect(
      words == [
        "66,679 decision trees to depth 4 are within 2 % of the best one (524 within 1 %); 31 have "
          + "an objective no higher than that of the reported rules.",
        "glucose is tested in all of them, mass in 74.9 %, age in 70.0 %, insulin in under 0.1 %.",
      ])
  }

  @Test func lowerBoundsLargeNumbersAndSingleTrees() {
    #expect(
      report([(0.02, 1e20)], exact: false, asGood: .init(ruleSets: 1, exact: false))
        .multiplicitySentences.map(\.plain)
        == [
          "At least about 1e+20 decision trees to depth 4 are within 2 % of the best one; at least "
            + "1 has an objective no higher than that of the reported rules."
        ])
    #expect(
      report([(0.02, 1)], asGood: .init(ruleSets: 1, exact: true), columns: [("a", 1), ("b", 1)])
        .multiplicitySentences.map(\.plain)
        == [
          "1 decision tree to depth 4 is within 2 % of the best one; it has no higher objective than "
            + "the reported rules.", "a is tested in it, b in it.",
        ])
    #expect(
      report([(0.02, 3)], asGood: .init(ruleSets: 3, exact: true)).multiplicitySentences[0].plain
        == "3 decision trees to depth 4 are within 2 % of the best one; none of them has a higher "
        + "objective than the reported rules.")
    #expect(
      report([(0.02, 5)], shown: 64, asGood: .init(ruleSets: 0, exact: true))
        .multiplicitySentences.map(\.plain)
        == [
          "5 decision trees to depth 4 are within 2 % of the best one; the reported rules have a "
            + "lower objective than every tree."
        ])
  }

  /// A number in an edited file that is no count.
  @Test func impossibleCountsAreNoFault() {
    #expect(
      report([(0.02, -1e300)]).multiplicitySentences[0].plain.hasPrefix("about \u{2212}1e+300")
        || report([(0.02, -1e300)]).multiplicitySentences[0].plain.hasPrefix("about -1e+300"))
  }

  @Test func withoutACountNothingIsSaid() {
    let report = Report(SampleExplanation.iris.explanation)
    #expect(report.multiplicitySentences.isEmpty)
    #expect(report.stabilitySentences.isEmpty)
    #expect(!report.blocks.contains { heading($0) == "multiplicity" || heading($0) == "stability" })
  }

  @Test func theSectionHasBothTables() {
    let blocks = report([(0.02, 5)], columns: [("a", 1)]).blocks
    #expect(blocks.contains { heading($0) == "multiplicity" })
    let tables = blocks.compactMap { if case .table(let table) = $0 { table } else { nil } }
    let columns = tables.first { $0.id == "multiplicity-columns-table" }
    #expect(columns?.rows.map { $0.map(\.phrase.plain) } == [["a", "100 %"]])
    let conditions = tables.first { $0.id == "multiplicity-conditions-table" }
    #expect(conditions?.rows.map { $0.map(\.phrase.plain)[1] } == ["75.0 %"])
  }

  private func heading(_ block: Block) -> String? {
    if case .heading(_, _, let id) = block { id } else { nil }
  }

  @Test func theSentencesOfStability() {
    var explanation = SampleExplanation.iris.explanation
    let list = ExtractedList(conclusions: [0, 1], deciding: [0, 0, 1, nil], heldOut: [0, 1, 1])
    let other = ExtractedList(conclusions: [0], deciding: [0, 0, nil, nil], heldOut: [0, 1, 0])
    explanation.stability = Stability(
      of: list, ids: ["R1", "R2"], seeds: [other], bootstraps: [list],
      randomization: Randomization(
        fidelity: Proportion(27, of: 30), majorityBaseline: Proportion(24, of: 30),
        accuracy: Proportion(9, of: 30), accuracyBaseline: Proportion(10, of: 30), rules: 1))
    let report = Report(explanation)
    #expect(
      report.stabilitySentences.map(\.plain) == [
        "Over 1 other seed and 1 bootstrap sample, 3 of 4 rules (75.0 %) are found again, and 5 of "
          + "6 held-out predictions (83.3 %) agree.",
        "The rule of a network trained on shuffled labels agrees with it on 27 of 30 held-out rows "
          + "(90.0 %), its most frequent prediction on 80.0 %; this rule predicts 9 of 30 shuffled "
          + "labels (30.0 %), the most frequent label 33.3 %.",
      ])
    let tables = report.blocks.compactMap { if case .table(let table) = $0 { table } else { nil } }
    #expect(
      tables.first { $0.id == "stability-table" }?.rows.map { $0.map(\.phrase.plain) } == [
        ["Other seeds", "1 of 2", "50.0 %", "2 of 3", "66.7 %"],
        ["Bootstrap samples", "2 of 2", "100 %", "3 of 3", "100 %"],
      ])
    #expect(
      tables.first { $0.id == "stability-rules-table" }?.rows.map { $0.map(\.phrase.plain) } == [
        ["R1", "2 of 2"], ["R2", "1 of 2"],
      ])
  }

  /// Folds of one division share training rows, those of several also held-out rows.
  @Test(arguments: [1, 2])
  func theSentencesOfCrossValidation(_ repeats: Int) {
    var explanation = SampleExplanation.iris.explanation
    let spread = CrossValidation.Spread([Proportion(9, of: 10), Proportion(10, of: 10)])
    explanation.crossValidation = CrossValidation(
      folds: 5, repeats: repeats, rows: 120, network: nil, pruned: nil, majority: nil,
      fidelity: spread, fidelityMajority: nil)
    let report = Report(explanation)
    #expect(
      report.crossValidationSentences.map(\.plain) == [
        "In 5-fold cross-validation\(repeats == 1 ? "" : " with 2 repeats"), the fidelity of the "
          + "rules is 95.0 % (standard deviation over the folds 7.1 %, minimum 90.0 %)."
      ])
    let words = report.blocks.compactMap { block in
      if case .paragraph(let words) = block { words.plain } else { nil as String? }
    }
    #expect(
      words.contains {
        $0.hasPrefix("The 120 rows were divided \(repeats == 1 ? "once" : "2 times") into 5 folds,")
          && $0.hasSuffix(
            repeats == 1
              ? " The training rows of different folds overlap, so that no interval is given."
              : " The folds of different repeats share rows, so that no interval is given.")
      })
  }
}
