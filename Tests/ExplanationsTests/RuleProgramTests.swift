import Datasets
import ExplanationSupport
import Explanations
import Networks
import RuleSupport
import Rules
import Tensors
import TestSupport
import Testing

@Suite struct RuleProgramTests {
  private let resolutions: [RuleSet.Resolution] = [.firstMatch, .vote]

  private func names(_ rules: RuleSet) -> [String] { rules.rules.indices.map { "R\($0 + 1)" } }

  @Test func programsPredictAsTheirRules() throws {
    try withEverySeed(30) { generator in
      var table = generator.table(rows: 80, numeric: 3, categorical: 2, missing: 0.15)
      var levels = table.columns[4].values
      levels[0] = Table.unknownLevel
      table.columns[4] = .doubles(levels)
      for resolution in resolutions {
        let rules = generator.ruleSet(over: table, rules: 12, resolution: resolution)
        let program = try RuleProgram(rules, ids: names(rules), schema: table.schema)
        #expect(try program.classify(table) == rules.classify(table))
        #expect(
          try (0..<table.count).map { try program.deciding(table.row($0)) } == rules.deciding(table)
        )
      }
    }
  }

  @Test(arguments: [
    "iris", "wine", "house-votes", "mushroom", "german-credit", "heart", "zoo", "balance",
  ])
  func programsPredictAsTheirRulesOnDataSets(_ name: String) throws {
    let table = try DataSource.load(name).table
    let some = table.selecting(Array(stride(from: 0, to: table.count, by: table.count / 90)))
    var used = Set<Int?>()
    try withEverySeed(6) { generator in
      for resolution in resolutions {
        let rules = generator.ruleSet(onRowsOf: table, rules: 40, resolution: resolution)
        let program = try RuleProgram(rules, ids: names(rules), schema: table.schema)
        let deciding = try (0..<some.count).map { try program.deciding(some.row($0)) }
        #expect(deciding == rules.deciding(some))
        #expect(try program.classify(some) == rules.classify(some))
        used.formUnion(deciding)
      }
    }
    #expect(used.count > 5, "the rows tell rules apart")
  }

  @Test func conditionsKeepTheirLiterals() throws {
    try withEverySeed(20) { generator in
      let table = generator.table(rows: 4, numeric: 3, categorical: 2)
      let rules = generator.ruleSet(over: table, rules: 12, resolution: .vote)
      let program = try RuleProgram(rules, ids: names(rules), schema: table.schema)
      for (rule, typed) in zip(rules.rules, program.rules) {
        #expect(typed.premise.map(program.literal) == rule.premise.literals)
      }
    }
  }

  @Test(arguments: Activation.Function.allCases)
  func hiddenFeaturesAreThoseOfTheNetwork(_ function: Activation.Function) throws {
    var generator = SeededGenerator(seed: 7)
    let table = generator.table(rows: 200, numeric: 3, categorical: 1, missing: 0.1)
    let encoding = Encoding(fitting: table)
    let network = try Network(
      Architecture(input: [encoding.width]) {
        Dense(6)
        Activation(function)
        Dense(4)
        Activation(function)
        Dense(3)
      }, seed: 7)
    let model = try Model(
      schema: table.schema, encoding: encoding, network: network, head: .softmax)
    let layers = try #require(FeatureProgram(model))
    let node = try #require(model.featureNode)
    #expect(layers.neurons == network.neurons(of: node))
    let expected = network.activations(of: node, for: encoding.encode(table).inputs)
    for row in 0..<table.count {
      let values = layers.values(of: table.row(row))
      for (value, reference) in zip(values, expected.row(row)) {
        #expect(abs(value - Double(reference)) <= 1e-5 * max(1, abs(value)))
      }
    }
  }

  @Test func rulesOverHiddenFeaturesRunTheNetwork() throws {
    let model = try SmallNetwork.model(head: .softmax)
    let table = SmallNetwork.table(rows: 300, seed: 3)
    let features = try #require(HiddenFeatures(of: model, over: table))
    let values = features.activationTable(in: model, over: table)
    try withEverySeed(10) { generator in
      let literals = features.ids.map { id in
        Literal(
          id,
          generator.index(below: 2) == 0
            ? .interval(lower: 0.4321, upper: nil, orMissing: false)
            : .interval(lower: nil, upper: 0.5678, orMissing: false))
      }
      let all = try literals.indices.map { start in
        Rule(
          if: try #require(Conjunction(Array(literals[start...]))),
          then: generator.index(below: 3), support: Support(covered: 5, agreeing: start))
      }
      let rules = RuleSet(all, default: 0, resolution: .vote)
      let program = try RuleProgram(
        rules, ids: names(rules), schema: table.schema, features: features.ids,
        layers: FeatureProgram(model))
      #expect(program.usesFeatures)
      #expect(program.columns == [])
      #expect(program.columnsRead == [0, 1, 2])
      #expect(try program.classify(table) == rules.classify(values))
    }
  }

  @Test func scoresAreWeightedSums() throws {
    let schema = Schema(
      features: [Feature("x"), Feature("c", .categorical(levels: ["a", "b", "d"]))],
      target: Target("y", .classes(names: ["no", "yes"])))
    let scores: [RuleProgram.Score] = [
      .init(
        "points",
        [
          .init(.integer(3), .indicator(.level(column: 1, among: [0, 2], orMissing: false))),
          .init(.integer(-2), .indicator(.number(.column(0), .between(1, 4), orMissing: true))),
          .init(.integer(5), .indicator(.missing(.level(column: 1)))),
          .init(.integer(7), .indicator(.known(.quantity(.column(0))))),
        ]),
      .init(
        "sum",
        [
          .init(.real(0.5), .value(.column(0), ifMissing: 10)),
          .init(.real(0.125), .value(.score(0), ifMissing: 0)),
        ]),
    ]
    /// The score at a position, found by the thresholds that it exceeds.
    func value(_ score: Int, _ row: [Double]) throws -> Double? {
      try Array(stride(from: -4.0, through: 20, by: 0.125)).last { threshold in
        let rule = RuleProgram.Rule(
          id: "R1", if: [.number(.score(score), .above(threshold - 0.125), orMissing: false)],
          then: 1, support: Support(covered: 0, agreeing: 0))
        let program = try RuleProgram(
          [rule], default: 0, resolution: .firstMatch, schema: schema, scores: scores)
        return try program.classify(row) == 1
      }
    }
    #expect(try value(0, [1, 0]) == 10)
    #expect(try value(0, [1.5, 0]) == 8)
    #expect(try value(0, [4, 1]) == 5)
    #expect(try value(0, [.nan, .nan]) == 3)
    #expect(try value(0, [5, Table.unknownLevel]) == 7)
    #expect(try value(1, [1, 0]) == 1.75)
    #expect(try value(1, [.nan, .nan]) == 5.375)
  }

  @Test func literalsFindScoresAndFeaturesByName() throws {
    let schema = Schema(
      features: [Feature("x")], target: Target("y", .classes(names: ["no", "yes"])))
    let premise = try #require(
      Conjunction([
        Literal("x", .interval(lower: 1, upper: nil, orMissing: false)),
        Literal("F2", .interval(lower: nil, upper: 2, orMissing: false)),
        Literal("S", .interval(lower: 3, upper: 4, orMissing: false)),
      ]))
    let rules = RuleSet([Rule(if: premise, then: 1)], default: 0, resolution: .firstMatch)
    let program = try RuleProgram(
      rules, ids: ["R1"], schema: schema, features: ["F1", "F2"], scores: [.init("S", [])])
    #expect(
      program.rules[0].premise == [
        .number(.column(0), .above(1), orMissing: false),
        .number(.feature(1), .atMost(2), orMissing: false),
        .number(.score(0), .between(3, 4), orMissing: false),
      ])
    #expect(program.rules[0].premise.map { program.name(of: $0.variable) } == ["x", "F2", "S"])
    #expect(throws: UnreadableRules.unknownVariable(rule: "R1", name: "F2")) {
      try RuleProgram(rules, ids: ["R1"], schema: schema, scores: [.init("S", [])])
    }
  }

  @Test func conditionsOfAnotherKindAreRefused() throws {
    let schema = Schema(
      features: [Feature("x"), Feature("c", .categorical(levels: ["a", "b"]))],
      target: Target("y", .classes(names: ["no", "yes"])))
    for literal in [
      Literal("x", .levels(among: [0], orMissing: false)),
      Literal("c", .interval(lower: 0, upper: nil, orMissing: false)),
    ] {
      let premise = try #require(Conjunction([literal]))
      let rules = RuleSet([Rule(if: premise, then: 1)], default: 0, resolution: .firstMatch)
      #expect(
        throws: UnreadableRules.invalidCondition(rule: "R1", variable: "\(literal.variable)")
      ) { try RuleProgram(rules, ids: ["R1"], schema: schema) }
    }
  }

  @Test func predictionsOfNumbersAreIntervals() throws {
    let explanation = SampleExplanation.number.explanation
    let rules = try #require(try explanation.ruleSet(.inputs))
    let program = try RuleProgram(rules, ids: names(rules), schema: explanation.data.schema)
    #expect(
      program.predictions == [
        .interval(name: "at most 150 k$", lower: nil, upper: 150),
        .interval(name: "150 to 252.5 k$", lower: 150, upper: 252.5),
        .interval(name: "above 252.5 k$", lower: 252.5, upper: nil),
      ])
    #expect(try program.classify([7, 1, -2, 0]) == 2)
    #expect(try program.classify([7, .nan, 0, 0]) == 0)
    #expect(try program.classify([6, 0, 0, 0]) == 1)
  }

  private static let schema = Schema(
    features: [Feature("x"), Feature("c", .categorical(levels: ["a", "b"]))],
    target: Target("y", .classes(names: ["no", "yes"])))

  /// A program with one rule, to which a row without values is given.
  private func fault(
    _ premise: [RuleProgram.Condition] = [], then conclusion: Int = 1,
    features: [Feature.ID] = [], scores: [RuleProgram.Score] = []
  ) -> RuleProgram.Fault? {
    let rule = RuleProgram.Rule(
      id: "R1", if: premise, then: conclusion, support: Support(covered: 0, agreeing: 0))
    do throws(RuleProgram.Fault) {
      let program = try RuleProgram(
        [rule], default: 0, resolution: .vote, schema: Self.schema, features: features,
        scores: scores)
      _ = try program.classify([1, 0])
      return nil
    } catch {
      return error
    }
  }

  @Test func impossibleProgramsAreErrors() {
    func number(_ bounds: RuleProgram.Bounds) -> RuleProgram.Condition {
      .number(.column(0), bounds, orMissing: false)
    }
    func score(_ term: RuleProgram.Score.Term) -> [RuleProgram.Score] { [.init("S", [term])] }
    #expect(fault() == nil && fault([number(.above(0))]) == nil)
    #expect(fault(then: 2) == .prediction(2, of: 2))
    #expect(fault([number(.above(.infinity))]) == .thresholds(.above(.infinity)))
    #expect(fault([number(.between(2, 2))]) == .thresholds(.between(2, 2)))
    #expect(fault([.level(column: 1, among: [2], orMissing: false)]) == .levels([2], of: 2))
    #expect(fault([.level(column: 1, among: [1, 0], orMissing: false)]) == .levels([1, 0], of: 2))
    #expect(
      fault([.level(column: 0, among: [], orMissing: true)])
        == .kind(column: "x", hasLevels: false))
    #expect(
      fault([.number(.column(1), .above(0), orMissing: true)])
        == .kind(column: "c", hasLevels: true))
    #expect(fault([.missing(.level(column: 2))]) == .column(2, of: 2))
    #expect(fault([.known(.quantity(.feature(0)))]) == .feature(0, of: 0))
    // A score that uses itself.
    #expect(
      fault(scores: score(.init(.integer(1), .value(.score(0), ifMissing: 0))))
        == .score(0, before: 0))
    #expect(
      fault(scores: score(.init(.real(.infinity), .value(.column(0), ifMissing: 0))))
        == .weight(score: "S", .infinity))
    #expect(
      fault(scores: score(.init(.real(1), .value(.column(0), ifMissing: -.infinity))))
        == .ifMissing(score: "S", -.infinity))
    #expect(fault([.known(.quantity(.feature(0)))], features: ["F1"]) == .noLayers)
  }

  @Test func rowsOfAnotherWidthAreErrors() throws {
    let program = try RuleProgram(
      [], default: 0, resolution: .vote, schema: Self.schema)
    #expect(throws: RuleProgram.Fault.rowWidth(1, columns: 2)) { try program.classify([1]) }
  }

  @Test(arguments: [
    (RuleProgram.Fault.featureNames(2, computed: 3), "2 names for 3 hidden features"),
    (.prediction(2, of: 2), "a rule has the prediction 2, and there are 2"),
    (.weight(score: "S", .infinity), "the score 'S' has the weight inf"),
    (.ifMissing(score: "S", .nan), "the score 'S' has nan in place of a missing value"),
    (.thresholds(.between(2, 1)), "a condition has the thresholds between(2.0, 1.0)"),
    (.levels([4], of: 2), "a condition has the levels [4], and the column has 2"),
    (.feature(1, of: 1), "a condition is on the hidden feature 1, and there are 1"),
    (.score(1, before: 1), "a condition is on the score 1, and 1 are before it"),
    (.column(9, of: 4), "a condition is on the column 9, and there are 4"),
    (
      .kind(column: "c", hasLevels: true),
      "a condition on a number is on the column 'c' of levels"
    ),
    (
      .kind(column: "x", hasLevels: false),
      "a condition on a level is on the column 'x' of numbers"
    ),
    (.noLayers, "the layers that compute the hidden features are not known"),
    (.rowWidth(1, columns: 2), "a row has 1 values for 2 columns"),
  ])
  func faultsAreExplained(_ fault: RuleProgram.Fault, _ message: String) {
    #expect(fault.errorDescription == message)
  }
}
