import Datasets
import Explanations
import Naming
import Networks
import Rules
import Tensors
import TestSupport
import Testing

/// Trees by search, rule lists, and the choice among them.
@Suite struct InputExtractorTests {
  private static let extractors: [any RuleExtractor.Type] = [
    AutomaticChoice.self, OptimalTrees.self, RuleLists.self,
  ]
  private static let names = extractors.map { $0.name }

  private func extractor(_ name: String) throws -> any RuleExtractor {
    try extractorCatalog.type(named: name).init()
  }

  private func extract(_ name: String, _ subject: ExtractionSubject) throws -> ExtractedRules {
    try extractor(name).extract(from: subject)
  }

  /// Every rule decides five rows, or one in a hundred of those of its class.
  @Test(arguments: names) func everyRuleHasTheLeastSupport(name: String) throws {
    for head in [Head.softmax, .oneVersusRest] {
      let subject = try SmallNetwork.subject(head: head, level: .inputs, seed: 11)
      let found = try extract(name, subject)
      let needed = MinimumSupport(subject.predictions, classes: 3).needed
      for rules in found.curve + [found.rules] {
        let counted = rules.supported(by: subject.training, labels: subject.predictions)
        #expect(rules == counted)
        #expect(
          counted.rules.allSatisfy { $0.support.covered >= needed[$0.conclusion] })
      }
      #expect(found.curve.contains(found.rules))
      #expect(!found.rules.rules.isEmpty)
    }
  }

  @Test func theNotesSayWhatWasCompared() throws {
    let found = try extract("auto", SmallNetwork.subject(head: .softmax, level: .inputs, seed: 3))
    #expect(found.notes.count == 2)
    #expect(
      found.notes[1].hasPrefix(
        "8 learners were compared by 4-fold cross-validation on 650 real rows and synthetic rows "
          + "near them; "))
    #expect(found.notes[1].contains(" had the highest agreement: "))
  }

  @Test func theNotesSayWhetherTheOptimumWasProved() throws {
    func note(_ most: Int) throws -> String {
      try #require(
        try extract(
          "optimal-tree",
          SmallNetwork.subject(head: .softmax, level: .inputs, maxRules: most, seed: 3)
        ).notes.last)
    }
    #expect(try note(1).hasPrefix("the tree of depth at most 1 over "))
    #expect(try note(1).hasSuffix(" conditions was proved optimal in 1 nodes"))
    #expect(try note(3).hasPrefix("the tree of depth at most 2 over "))
    #expect(
      try note(20).hasSuffix(
        " conditions was not proved optimal within the budget of 500 nodes"))
  }

  /// Many rows, or images, are not compared.
  @Test func withoutAComparisonTheNotesSaySo() throws {
    var subject = try SmallNetwork.subject(head: .softmax, level: .inputs, seed: 3)
    subject.training = subject.training.selecting([4])
    subject.predictions = [subject.predictions[4]]
    let found = try extract("auto", subject)
    #expect(
      found.notes == [
        "one learner was used, without a comparison: a decision tree with the gini criterion on "
          + "real rows"
      ])
  }

  enum Hard: CaseIterable {
    case oneClass, identicalRows, oneRow, twoRows, constantColumns, noValidation
  }

  @Test(arguments: names, Hard.allCases)
  func hardRowsGiveRulesOrOnlyADefault(name: String, hard: Hard) throws {
    let model = try SmallNetwork.model(head: .softmax)
    var training = SmallNetwork.table(rows: 60, seed: 4)
    var validation = SmallNetwork.table(rows: 30, seed: 5)
    switch hard {
    case .oneClass: break
    case .identicalRows: training = training.selecting([Int](repeating: 7, count: 60))
    case .oneRow: training = training.selecting([3])
    case .twoRows: training = training.selecting([3, 9])
    case .constantColumns:
      training.columns[0] = .doubles([Double](repeating: 5, count: 60))
      training.columns[1] = .doubles([Double](repeating: 5, count: 60))
    case .noValidation: validation = validation.selecting([])
    }
    for most in [nil, 0, 1] as [Int?] {
      var subject = ExtractionSubject(
        model: model, training: training, validation: validation, level: .inputs, maxRules: most,
        seed: 1)
      if hard == .oneClass {
        subject.predictions = subject.predictions.map { _ in 1 }
        subject.validationPredictions = subject.validationPredictions.map { _ in 1 }
      }
      let found = try extract(name, subject)
      #expect(found.rules.rules.count <= most ?? 20)
      #expect(found.rules.classify(training).count == training.count)
    }
  }
}
