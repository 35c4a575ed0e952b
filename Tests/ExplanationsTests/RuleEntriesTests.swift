import Datasets
import Explanations
import Networks
import Rules
import Tensors
import TestSupport
import Testing

@Suite struct RuleEntriesTests {
  @Test func sharesAreCountedOnTheirOwnRows() throws {
    let schema = Schema(
      features: [Feature("x")], target: Target("y", .classes(names: ["no", "yes"])))
    func table(_ values: [Double]) -> Table {
      // The labels are wrong everywhere: entries are about predictions.
      Table(schema: schema, columns: [.doubles(values)], labels: values.map { $0 > 2 ? 0 : 1 })
    }
    let premise = try #require(
      Conjunction.always.and(Literal("x", .interval(lower: 2, upper: nil, orMissing: false))))
    let rules = RuleSet([Rule(if: premise, then: 1)], default: 0, resolution: .firstMatch)
    let entries = rules.entries(
      training: (table([1, 2, 3, 4]), [0, 0, 1, 0]), heldOut: (table([5, 6, 7]), [1, 1, 0]))
    #expect(entries.map(\.id) == ["R1"] && entries.map(\.then) == ["yes"])
    #expect(entries[0].if == [RuleEntry.Test(premise.literals[0], schema: schema)])
    #expect(entries[0].coverage == Proportion(2, of: 4))
    #expect(entries[0].confidence == Proportion(1, of: 2))
    #expect(entries[0].heldOutCoverage == Proportion(3, of: 3))
    #expect(entries[0].heldOutConfidence == Proportion(2, of: 3))
    // One of two covered rows, and one of four rows of all.
    #expect(entries[0].lift == 2)
    #expect(
      entries[0].counterexamples
        == Counterexamples(
          training: .init(total: 1, rows: [4]), heldOut: .init(total: 1, rows: [3])))
  }

  @Test func counterexamplesOfAListAreThoseOfTheDecidingRule() throws {
    let schema = Schema(
      features: [Feature("x")], target: Target("y", .classes(names: ["no", "yes"])))
    func above(_ bound: Double) throws -> Conjunction {
      try #require(
        Conjunction.always.and(Literal("x", .interval(lower: bound, upper: nil, orMissing: false))))
    }
    let table = Table(
      schema: schema, columns: [.doubles((1...10).map(Double.init))],
      labels: [Int](repeating: 0, count: 10), rowNumbers: (1...10).map { 100 + $0 })
    let list = [Rule(if: try above(8), then: 1), Rule(if: try above(2), then: 0)]
    let predictions = [0, 0, 1, 1, 1, 1, 1, 1, 0, 1]
    func entries(_ resolution: RuleSet.Resolution) -> [RuleEntry] {
      RuleSet(list, default: 0, resolution: resolution).entries(
        training: (table, predictions), heldOut: (table, predictions))
    }
    let first = entries(.firstMatch).compactMap(\.counterexamples?.training)
    #expect(
      first == [.init(total: 1, rows: [109]), .init(total: 6, rows: [103, 104, 105, 106, 107])])
    let voted = entries(.vote).compactMap(\.counterexamples?.training)
    #expect(voted == [first[0], .init(total: 7, rows: [103, 104, 105, 106, 107])])
  }

  @Test func summariesOfFeaturesNameWhatDrivesThem() throws {
    let model = try SmallNetwork.model(head: .softmax)
    let table = SmallNetwork.table(rows: 400, seed: 3)
    let features = try #require(HiddenFeatures(of: model, over: table))
    let values = features.values(in: model, for: table)
    let node = try #require(model.network.architecture.index(of: features.node))
    let summaries = features.summaries(
      of: AttributionSubject(
        network: model.network, node: node, inputs: model.encoding.encode(table).inputs,
        values: values, thresholds: features.thresholds), encoding: model.encoding,
      schema: table.schema)
    #expect(summaries.map(\.id) == ["F1", "F2", "F3", "F4"])
    #expect(summaries.compactMap { $0.drivers.first?.input } == ["p", "p", "q", "r"])
    #expect(summaries.map(\.threshold) == [0.5, 0.5, 0.5, 0.5])
    let active = (0..<400).count { values[$0, 1] > 0.5 }
    #expect(summaries[1].activeShare == (Double(active) / 400).roundedTo(digits: 6))
    let spread = values.columnStatistics.deviations[1]
    #expect(summaries[1].effects.map(\.class) == ["a", "b", "c"])
    for (effect, weight) in zip(summaries[1].effects, [0, -5, 5]) {
      #expect(abs(effect.weight - Double(weight) * spread) < 1e-5)
    }
    #expect(summaries.allSatisfy { $0.image == nil })
  }
}
