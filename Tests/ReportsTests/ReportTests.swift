import ExplanationSupport
import Explanations
import Foundation
import Reports
import Testing

@Suite struct ReportTests {
  @Test func theFidelitySentence() {
    let report = Report(SampleExplanation.iris.explanation)
    #expect(
      report.fidelitySentence.plain
        == "The rules agree with the pruned network on 28 of 30 held-out rows (93.3 %, 95 % interval "
        + "78.7 to 98.2 %), and the pruned network with the one before pruning on 29 of 30 (96.7 %); "
        + "always predicting \u{2018}versicolor\u{2019} would agree on 33.3 %.")
    var explanation = report.explanation
    explanation.explains = .original
    #expect(
      Report(explanation).fidelitySentence.plain
        == "The rules agree with the network on 28 of 30 held-out rows (93.3 %, 95 % interval "
        + "78.7 to 98.2 %); always predicting \u{2018}versicolor\u{2019} would agree on 33.3 %.")
    explanation.fidelity.majorityClass = nil
    #expect(
      Report(explanation).fidelitySentence.plain.hasSuffix(
        "always predicting the network\u{2019}s most frequent class would agree on 33.3 %."))
    explanation.fidelity.heldOut = Proportion(0, of: 0)
    #expect(Report(explanation).fidelitySentence.plain.hasPrefix("No rows were held out"))
  }

  /// The most frequent prediction on held-out rows may be another than that on training rows.
  @Test func theBestConstantPredictionIsNamed() {
    var explanation = SampleExplanation.iris.explanation
    explanation.fidelity.byClass = [
      "setosa": Proportion(9, of: 9), "versicolor": Proportion(9, of: 10),
      "virginica": Proportion(10, of: 11),
    ]
    #expect(
      Report(explanation).fidelitySentence.plain.hasSuffix(
        "always predicting \u{2018}virginica\u{2019} would agree on 36.7 %."))
    explanation.causal = CausalSummary(
      features: ["F1"], keptAlone: Proportion(27, of: 30), removed: Proportion(12, of: 30),
      trivial: Proportion(11, of: 30))
    #expect(
      Report(explanation).causalSentence?.plain.hasSuffix(
        "on 40.0 % (always predicting \u{2018}virginica\u{2019}: 36.7 %).") == true)
  }

  /// The rules describe the given network, the hidden features are those of its pruned copy.
  @Test func theNetworkOfTheHiddenFeaturesIsNamed() {
    var explanation = SampleExplanation.iris.explanation
    let ids = explanation.features.map(\.id)
    explanation.causal = CausalSummary(
      features: ids, keptAlone: Proportion(30, of: 30), removed: Proportion(12, of: 30),
      trivial: explanation.fidelity.mostFrequentPrediction)
    func sentences() -> [String] {
      Report(explanation).blocks.flatMap { block in
        switch block {
        case .paragraph(let words): [words.plain]
        case .list(let items): items.map(\.plain)
        default: [] as [String]
        }
      }.filter { $0.contains("Causal check") || $0.contains("inaris") }
    }
    #expect(sentences().allSatisfy { !$0.contains("pruned network") })
    explanation.explains = .original
    let found = sentences()
    #expect(found.count >= 3)
    #expect(found.allSatisfy { $0.contains("pruned network") })
    #expect(
      Report(explanation).causalSentence?.plain
        == "Causal check: with only the 3 hidden features of the rules, the others at their means, "
        + "the pruned network keeps its prediction on 100 % of the held-out rows; with these at "
        + "their means, on 40.0 % (its most frequent prediction: 33.3 %). The rules name all hidden "
        + "features of this network, so this holds by construction.")
  }

  /// Rules over intervals also predict a number, which the table and the text of the rules give.
  @Test func rulesOfANumericTargetPredictNumbers() throws {
    var explanation = SampleExplanation.number.explanation
    let sentence = "The network predicts a number; the rules predict only an interval of it."
    func limits() -> [String] {
      Report(explanation).blocks.flatMap { block in
        if case .list(let items) = block { items.map(\.plain) } else { [] as [String] }
      }
    }
    #expect(limits().contains(sentence))
    explanation.fidelity.numeric = try JSONDecoder().decode(
      NumericFidelity.self,
      from: Data(
        """
        {"within": {"count": 20, "total": 30, "value": 0.667, "low": 0.5, "high": 0.8, \
        "method": "wilson-95"}, "tolerance": 10, "numbers": [{"rule": "R1", "value": 300.127}, \
        {"rule": "R2", "value": -12.5}, {"value": 201}]}
        """.utf8))
    #expect(!limits().contains(sentence))
    let tables = Report(explanation).blocks.compactMap { block in
      if case .table(let table) = block { table } else { nil }
    }
    #expect(
      tables.first { $0.id == "rules-table" }?.rows.map { $0[2].phrase.plain } == [
        "above 252.5 k$; predicts 300.13 k$", "at most 150 k$; predicts \u{2212}12.5 k$",
        "150 to 252.5 k$; predicts 201 k$",
      ])
    let text = TextExport().export(
      try RuleProgram(explanation, for: TextExport.self), of: explanation)
    #expect(
      text.contains("\n    predicts 300.13 k$; coverage 31 of 96 training rows;")
        && text.contains("\n    predicts \u{2212}12.5 k$; coverage 30 of 96 training rows;")
        && text.contains("\nelse  price is 150 to 252.5 k$; predicts 201 k$\n"), "\(text)")
  }

  @Test func rulesOfFewRowsAreNamed() {
    var explanation = SampleExplanation.iris.explanation
    func notes() -> [String] {
      Report(explanation).blocks.compactMap { block in
        if case .note(let words) = block { words.plain } else { nil as String? }
      }.filter { $0.hasPrefix("Little support") }
    }
    #expect(notes().isEmpty)
    explanation.rules[1].coverage = Proportion(5, of: 96)
    explanation.rules[2].coverage = Proportion(4, of: 96)
    #expect(notes() == ["Little support, fewer than 5 training rows: R3 (4)."])
    explanation.rules[1].coverage = Proportion(0, of: 96)
    #expect(
      notes() == ["Little support, fewer than 5 training rows: R2 (0), R3 (4)."])
  }

  @Test func warningsStandAtTheBeginning() throws {
    var explanation = SampleExplanation.iris.explanation
    explanation.warnings = [Warning("code", "the pruned network never predicts 'a' (3 rows)")]
    let warnings = Report(explanation).blocks.prefix(5).compactMap { block in
      if case .warning(let words) = block { words.plain } else { nil as String? }
    }
    #expect(warnings == ["The pruned network never predicts 'a' (3 rows)."])
    let again = try ReportFolder.explanation(from: ReportFolder.json(explanation))
    #expect(again == explanation)
  }

  /// The distance of scores from 0 and 1 says nothing about their rules.
  @Test func aReadableNetworkHasNoWarningAboutItsFeatures() {
    var explanation = SampleExplanation.iris.explanation
    explanation.clarity = 0.2
    func warnings() -> [String] {
      Report(explanation).blocks.compactMap { block in
        if case .warning(let words) = block { words.plain } else { nil as String? }
      }.filter { $0.contains("not close to 0 or 1") }
    }
    #expect(warnings().count == 1)
    explanation.pruned.readable = .init(
      before: Proportion(29, of: 30), after: Proportion(29, of: 30), crossValidated: false)
    #expect(warnings().isEmpty)
  }

  /// A readable network has other features than the network of the last pruning step.
  @Test func aReadableNetworkIsSmallerThanAfterTheLastStep() {
    var explanation = SampleExplanation.iris.explanation
    explanation.pruned.neurons = 1
    explanation.pruned.parameters = 1275
    func sentences() -> [String] {
      Report(explanation).blocks.compactMap { block in
        if case .paragraph(let words) = block { words.plain } else { nil as String? }
      }.filter { $0.hasPrefix("After these steps") }
    }
    #expect(sentences().isEmpty)
    explanation.pruned.readable = .init(
      before: Proportion(29, of: 30), after: Proportion(29, of: 30), crossValidated: false)
    #expect(
      sentences() == [
        "After these steps the hidden features were replaced by scores, and those that the "
          + "accuracy does not need were removed: the network then has 1 hidden feature and 1,275 "
          + "parameters."
      ])
    // The sentence about the scores themselves.
    #expect(
      Report(explanation).readableSentence?.plain
        == "The hidden features of this network are scores with integer weights that can be "
        + "computed by hand; its accuracy is 96.7 % (29 of 30 validation rows), that of the "
        + "network without them 96.7 % (29 of 30).")
    explanation.pruning.steps = []
    #expect(sentences().isEmpty)
  }

  @Test(arguments: SampleExplanation.allCases)
  func everySectionIsThereOnce(sample: SampleExplanation) {
    let ids = Report(sample.explanation).blocks.compactMap { block -> String? in
      if case .heading(_, 2, let id) = block { id } else { nil }
    }
    #expect(Set(ids).count == ids.count)
    for id in [
      "rules", "trust", "features", "network", "disagreements", "data", "limits", "provenance",
    ] {
      #expect(ids.contains(id), "\(id)")
    }
  }

  @Test func rulesNoBetterThanOnePredictionAreCalledSo() {
    let warned = Report(SampleExplanation.withoutRules.explanation).blocks.contains { block in
      if case .warning(let words) = block {
        words.plain.contains("not clearly better")
      } else {
        false
      }
    }
    #expect(warned)
  }

  @Test func fewRowsAreCalledFew() {
    let warnings = Report(SampleExplanation.iris.explanation).blocks.compactMap { block in
      if case .warning(let words) = block { words.plain } else { nil }
    }
    #expect(
      warnings == [
        "No class has 100 held-out rows: these figures are imprecise. Use the intervals, not the "
          + "percentages."
      ])
  }

  @Test(arguments: SampleExplanation.allCases)
  func tablesAreWholeRectangles(sample: SampleExplanation) {
    for case .table(let table) in Report(sample.explanation).blocks {
      #expect(table.rows.allSatisfy { $0.count == table.columns.count }, "\(table.id)")
    }
  }
}
