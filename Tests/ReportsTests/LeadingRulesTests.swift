import ExplanationSupport
import Explanations
import Foundation
import Reports
import Rules
import Testing

/// The rules that a report begins with.
@Suite struct LeadingRulesTests {
  /// Rules over inputs at 80 of 100, described rules and feature rules as given.
  private func explanation(
    described: Int, features: Int, of total: Int = 100
  ) -> Explanation {
    var explanation = SampleExplanation.iris.explanation
    explanation.level = .inputs
    explanation.fidelity.heldOut = Proportion(80, of: 100)
    func fidelity(_ count: Int) -> Fidelity {
      var fidelity = explanation.fidelity
      fidelity.heldOut = Proportion(count, of: total)
      return fidelity
    }
    explanation.describedRules = explanation.inputRules
    explanation.describedFidelity = fidelity(described)
    explanation.featureFidelity = fidelity(features)
    return explanation
  }

  /// The intervals of 80, 90 and 95 of 100 are 71.1 to 86.7 %, 82.6 to 94.5 % and 88.8 to 97.8 %.
  @Test func onlyRulesThatAgreeClearlyMoreLead() {
    #expect(explanation(described: 90, features: 90).clearlyBestLevel() == .inputs)
    #expect(explanation(described: 95, features: 90).clearlyBestLevel() == .described)
    #expect(explanation(described: 90, features: 95).clearlyBestLevel() == .features)
    // Hidden features must agree clearly more than scores, which a reader can compute.
    #expect(explanation(described: 95, features: 99).clearlyBestLevel() == .described)
    #expect(explanation(described: 95, features: 100).clearlyBestLevel() == .described)
    #expect(explanation(described: 93, features: 100).clearlyBestLevel() == .features)
    #expect(explanation(described: 0, features: 0, of: 0).clearlyBestLevel() == .inputs)
  }

  @Test func moreRulesThanTheMaximumDoNotLead() {
    var explanation = explanation(described: 90, features: 99)
    let rules = explanation.featureRules?.rules.count ?? 0
    #expect(rules > 0)
    #expect(explanation.clearlyBestLevel(maxRules: rules) == .features)
    #expect(explanation.clearlyBestLevel(maxRules: rules - 1) == .inputs)
    explanation.featureRules = nil
    #expect(explanation.clearlyBestLevel() == .inputs)
  }

  @Test func figuresAreThoseOfTheChosenRules() throws {
    var explanation = explanation(described: 90, features: 99)
    explanation.featureAccuracy = explanation.accuracy
    explanation.featureAccuracy?.rules = Proportion(77, of: 100)
    let chosen = try #require(explanation.choosing(.features))
    #expect(chosen.accuracy.rules == Proportion(77, of: 100))
    #expect(chosen.accuracy(of: .inputs) == explanation.accuracy)
    #expect(chosen.fidelity(of: .inputs)?.heldOut == Proportion(80, of: 100))
    #expect(chosen.choosing(.inputs)?.accuracy == explanation.accuracy)
    // A result without the accuracy of these rules keeps its own.
    explanation.featureAccuracy = nil
    #expect(explanation.choosing(.features)?.accuracy == explanation.accuracy)
  }

  /// The first screen, the first table and the sections about one level.
  @Test func theReportBeginsWithTheRulesThatLead() throws {
    var explanation = explanation(described: 90, features: 99)
    explanation.featureAccuracy = explanation.accuracy
    explanation.leads = .features
    explanation.disagreements = [
      Disagreement(row: 7, values: [:], network: "setosa", rules: "virginica", rule: "R1")
    ]
    explanation.disagreementsTotal = 20
    let text = try document(ReportFolder.files(for: explanation, formats: [.md]))
    #expect(
      text.contains("> The rules over hidden features agree with the pruned network on **99 of 100")
    )
    #expect(text.contains("agree with the network on 80 of 100 held-out rows (80.0 %)"))
    let tables = ["*Rules over hidden features*", "*Rules over the columns of the data*"]
    let places = tables.compactMap { text.range(of: $0)?.lowerBound }
    #expect(places.count == 2 && places == places.sorted())
    #expect(text.components(separatedBy: tables[0]).count == 2)
    let section = try #require(text.range(of: "## Disagreements between rules and network"))
    #expect(
      text[section.upperBound...].hasPrefix(
        "\n\nThe rules of this section are those over columns."))

    let asked = try document(
      ReportFolder.files(for: explanation, formats: [.md], level: .inputs))
    #expect(asked.contains("> The rules agree with the pruned network on **80 of 100"))
    #expect(!asked.contains("The rules of this section"))
  }

  private func document(_ files: [ReportFolder.File]) throws -> String {
    let file = try #require(files.first { $0.name == "report.md" })
    return String(decoding: file.data, as: UTF8.self)
  }
}
