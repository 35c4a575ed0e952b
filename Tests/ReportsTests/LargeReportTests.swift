import Datasets
import ExplanationSupport
import Explanations
import Networks
import Reports
import Rules
import Tensors
import Testing

/// A result of 500 columns, 500 hidden features, 100 classes, and 2,000 rules of each level.
@Suite struct LargeReportTests {
  private let explanation: Explanation = {
    var generator = SeededGenerator(seed: 7)
    var found = SampleExplanation.iris.explanation
    let columns = (1...500).map { "measured quantity \($0)" }
    let names = (1...500).map { "F\($0)" }
    let classes = (1...100).map { "outcome class \($0)" }
    let schema = Schema(
      features: columns.map { Feature(Feature.ID($0)) },
      target: Target("outcome", .classes(names: classes)))
    found.data.schema = schema
    let ablation = MeanAblation(
      keptAlone: Proportion(9, of: 10), removed: Proportion(3, of: 10))
    func rules(over variables: [String], causal: MeanAblation?) -> [RuleEntry] {
      (1...2000).map { number in
        let tests = (0..<(2 + generator.index(below: 4))).map { _ in
          RuleEntry.Test(
            Literal(
              Feature.ID(variables[generator.index(below: 500)]),
              .interval(
                lower: generator.normal().roundedTo(digits: 4), upper: nil, orMissing: false)),
            schema: schema)
        }
        var rule = RuleEntry(
          id: "R\(number)", if: tests, then: classes[generator.index(below: 100)],
          coverage: Proportion(10, of: 20_100), confidence: Proportion(9, of: 10),
          heldOutCoverage: Proportion(10, of: 5000), heldOutConfidence: Proportion(8, of: 10))
        rule.causal = causal
        return rule
      }
    }
    found.rules = rules(over: columns, causal: nil)
    found.featureRules?.rules = rules(over: names, causal: ablation)
    found.defaultClass = classes[0]
    found.featureRules?.defaultClass = classes[0]
    found.features = names.enumerated().map { index, name in
      var feature = FeatureSummary(
        id: name, neuron: Neuron(Node.ID("activation-1"), index), layer: "activation-1",
        drivers: (0..<20).map { _ in
          .init(input: columns[generator.index(below: 500)], strength: generator.uniform(), sign: 1)
        }, threshold: 0.5, activeShare: 0.4,
        effects: classes.map { .init(class: $0, weight: generator.normal()) }, image: nil)
      feature.causal = ablation
      return feature
    }
    let byClass = Dictionary(uniqueKeysWithValues: classes.map { ($0, Proportion(40, of: 50)) })
    found.fidelity.byClass = byClass
    found.featureFidelity?.byClass = byClass
    return found
  }()

  /// The number of rows of a table; `nil` if there is none of that name.
  private static func rows(of id: String, in document: Document) -> Int? {
    document.blocks.lazy.compactMap { block in
      if case .table(let table) = block, table.id == id { table.rows.count } else { nil }
    }.first
  }

  @Test func aPageStaysBelowTwoMegabytesAndSaysWhatItLeavesOut() throws {
    let document = try Report(explanation).document()
    let page = try HTMLWriter().write(document)
    #expect(page.utf8.count < 2_000_000)
    let notes = document.blocks.compactMap { block in
      if case .note(let words) = block { words.plain } else { nil }
    }
    // Of 20,100 rows every rule decides ten; the first 300 rules are listed.
    let left =
      "The table lists the first 300 of 2,000 rules; the other 1,700, which cover 84.6 % of the "
      + "training rows, are in explanation.json."
    #expect(notes.filter { $0 == left }.count == 2)
    #expect(notes.contains { $0.hasPrefix("The table lists 100 features, ") })
    // A list of rules ends in the default class.
    for (table, rows) in [
      ("rules-table", 301), ("feature-rules-table", 301), ("causal-rules-table", 300),
    ] {
      #expect(Self.rows(of: table, in: document) == rows)
    }
  }

  @Test func aTableHasAtMost1500Conditions() throws {
    var long = explanation
    let test = try #require(long.rules.first?.if.first)
    for index in long.rules.indices { long.rules[index].if = Array(repeating: test, count: 40) }
    #expect(Self.rows(of: "rules-table", in: try Report(long).document()) == 38)
    long.rules[0].if = Array(repeating: test, count: 1600)
    #expect(Self.rows(of: "rules-table", in: try Report(long).document()) == 2)
  }
}
