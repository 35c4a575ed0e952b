import Datasets
import Explanations
import Foundation
import Networks
import Rules
import Tensors
import TestSupport
import Testing

/// A network whose hidden features are the signs of its inputs, with chosen output weights.
private struct PlantedNetwork {
  let model: Model
  let table: Table

  /// `weights`: `[features · outputs]`. `bias`: one output is a binary classifier. `codes`: the
  /// signs of the inputs of each row as bits.
  init(head: Head, classes: Int, weights: [Float], bias: [Float], codes: [Int]) throws {
    let features = weights.count / bias.count
    let schema = Schema(
      features: (0..<features).map { Feature(Feature.ID("x\($0 + 1)")) },
      target: Target("y", .classes(names: (0..<classes).map { "class \($0)" })))
    var identity = Tensor(shape: [features, features])
    for feature in 0..<features { identity[feature, feature] = 100 }
    let network = try Network(
      Architecture(input: [features]) {
        Dense(features)
        Activation(.sigmoid)
        Dense(bias.count)
      },
      parameters: [
        [Parameter(.weight, identity), Parameter(.bias, Tensor(shape: [features]))], [],
        [
          Parameter(.weight, Tensor(weights, shape: [features, bias.count])),
          Parameter(.bias, Tensor(bias, shape: [bias.count])),
        ],
      ])
    model = try Model(
      schema: schema, encoding: .identity(for: schema), network: network, head: head)
    table = Self.table(schema, codes)
  }

  static func table(_ schema: Schema, _ codes: [Int]) -> Table {
    Table(
      schema: schema,
      columns: schema.features.indices.map { feature in
        .doubles(codes.map { $0 >> feature & 1 == 1 ? 1 : -1 })
      }, labels: codes.map { _ in 0 })
  }

  /// Random weights that are multiples of 1/8, so that sums are exact.
  static func random(
    _ head: Head, classes: Int, outputs: Int, features: Int, bias: Float,
    _ rng: inout SeededGenerator
  ) throws -> PlantedNetwork {
    let weights = (0..<features * outputs).map { _ in Float(rng.index(below: 65) - 32) / 8 }
    return try PlantedNetwork(
      head: head, classes: classes, weights: weights,
      bias: (0..<outputs).map { _ in bias + Float(rng.index(below: 17) - 8) / 8 },
      codes: (0..<300).map { _ in rng.index(below: 1 << features) })
  }

  func subject(maxRules: Int? = nil) -> ExtractionSubject {
    ExtractionSubject(
      model: model, training: table, validation: table, level: .features, maxRules: maxRules,
      seed: 1)
  }
}

@Suite struct OrderedAttributeSearchTests {
  /// The numbers of the note on implied rules: how many of how many.
  private func implied(_ found: ExtractedRules) throws -> (Int, Int) {
    if found.notes.contains(where: { $0.hasPrefix("each rule implies its class for all values") }) {
      return (found.rules.rules.count, found.rules.rules.count)
    }
    let note = try #require(found.notes.first { $0.contains(" rules imply their class") })
    let words = note.split(separator: " ")
    return (try #require(Int(words[0])), try #require(Int(words[2])))
  }

  /// How many rules imply their class for every code, by enumeration of the binarised network.
  private func enumerated(_ rules: RuleSet, _ planted: PlantedNetwork) throws -> Int {
    let schema = planted.model.schema
    let all = PlantedNetwork.table(schema, Array(0..<(1 << schema.features.count)))
    let hidden = try #require(HiddenFeatures(of: planted.model, over: all))
    let values = hidden.values(in: planted.model, for: all)
    let predictions = hidden.binarisedPredictions(values, in: planted.model)
    let held = rules.rowsHeld(in: hidden.activationTable(of: values, like: all))
    return rules.rules.indices.count { index in
      predictions.indices.allSatisfy {
        !held[index].contains($0) || predictions[$0] == rules.rules[index].conclusion
      }
    }
  }

  private static let heads: [(head: Head, classes: Int, outputs: Int)] = [
    (.softmax, 4, 4), (.oneVersusRest, 4, 4), (.softmax, 2, 1), (.oneVersusRest, 2, 1),
    (.oneVersusRest, 2, 2),
  ]

  @Test(arguments: heads)
  func theRulesSaidToImplyTheirClassDo(
    _ kind: (head: Head, classes: Int, outputs: Int)
  ) throws {
    try withEverySeed(12) { rng in
      let planted = try PlantedNetwork.random(
        kind.head, classes: kind.classes, outputs: kind.outputs, features: 7,
        bias: kind.outputs == 1 ? 0 : -10, &rng)
      let found = try OrderedAttributeSearch().extract(from: planted.subject())
      let said = try implied(found)
      #expect(said.1 == found.rules.rules.count)
      #expect(said.0 == (try enumerated(found.rules, planted)))
      #expect(found.rules.rules.count <= 40)
    }
  }

  @Test(arguments: heads)
  func everyPredictedClassHasARule(
    _ kind: (head: Head, classes: Int, outputs: Int)
  ) throws {
    try withEverySeed(12) { rng in
      let planted = try PlantedNetwork.random(
        kind.head, classes: kind.classes, outputs: kind.outputs, features: 6,
        bias: kind.outputs == 1 ? 0 : -10, &rng)
      let subject = planted.subject()
      let found = try OrderedAttributeSearch().extract(from: subject)
      #expect(Set(found.rules.rules.map(\.conclusion)) == Set(subject.predictions))
      #expect(found.notes.allSatisfy { !$0.hasPrefix("no rule predicts") })
      let hidden = try #require(HiddenFeatures(of: planted.model, over: planted.table))
      let rows = hidden.activationTable(in: planted.model, over: planted.table)
      let agreeing = zip(found.rules.classify(rows), subject.predictions).count { $0 == $1 }
      #expect(agreeing >= 285)
    }
  }

  /// Outputs of 2·F1 - 9, 2·F2 - 9 and 1·F3 - 9: none is ever positive.
  private func unsure(maxRules: Int?) throws -> (found: ExtractedRules, subject: ExtractionSubject)
  {
    let planted = try PlantedNetwork(
      head: .oneVersusRest, classes: 3, weights: [2, 0, 0, 0, 2, 0, 0, 0, 1], bias: [-9, -9, -9],
      codes: (0..<160).map { $0 % 8 })
    let subject = planted.subject(maxRules: maxRules)
    return (try OrderedAttributeSearch().extract(from: subject), subject)
  }

  @Test func outputsThatAreNeverPositiveHaveRules() throws {
    let (found, subject) = try unsure(maxRules: nil)
    #expect(Set(found.rules.rules.map(\.conclusion)) == [0, 1, 2])
    let hidden = try #require(HiddenFeatures(of: subject.model, over: subject.training))
    let rows = hidden.activationTable(in: subject.model, over: subject.training)
    #expect(found.rules.classify(rows) == subject.predictions)
  }

  /// 51 is a fiftieth more than 50; 52 is not.
  @Test(arguments: [
    ([200, 100, 51, 50, 50], 2), ([200, 100, 52, 50, 49], 4), ([0, 60, 52, 50, 50], 3),
    ([9, 0, 0, 0, 1], 1), ([9, 1, 0, 0, 1], 2), ([9, 5, 5, 5, 5], 1),
  ])
  func theSizeIsTheSmallestWithAFiftiethMoreDisagreements(_ disagreements: [Int], _ size: Int) {
    #expect(OrderedAttributeStudy.size(within: 1...4, disagreements) == size)
  }

  @Test func aClassWithoutRuleIsSaidFirst() throws {
    let (found, _) = try unsure(maxRules: 2)
    #expect(found.rules.rules.count == 2)
    let without = try #require(
      [0, 1, 2].first { position in found.rules.rules.allSatisfy { $0.conclusion != position } })
    #expect(found.notes.first == "no rule predicts 'class \(without)', although the network does")
  }

  /// The output 4·F1 - 3 is positive for F1 = 0.9 and negative for F1 = 0.6; binarised at 0.5 both
  /// are on.
  @Test func aThresholdIsMovedWhereItSavesErrors() throws {
    let schema = Schema(
      features: [Feature("x")], target: Target("y", .classes(names: ["low", "high"])))
    let network = try Network(
      Architecture(input: [1]) {
        Dense(1)
        Activation(.sigmoid)
        Dense(1)
      },
      parameters: [
        [
          Parameter(.weight, Tensor([1], shape: [1, 1])),
          Parameter(.bias, Tensor([0], shape: [1])),
        ], [],
        [
          Parameter(.weight, Tensor([4], shape: [1, 1])),
          Parameter(.bias, Tensor([-3], shape: [1])),
        ],
      ])
    let model = try Model(
      schema: schema, encoding: .identity(for: schema), network: network, head: .softmax)
    let values: [Double] = (0..<200).map { (row: Int) -> Double in
      row % 2 == 0 ? 0.405 - Double(row) / 1000 : 2.197
    }
    let table = Table(
      schema: schema, columns: [.doubles(values)], labels: values.map { $0 > 2 ? 1 : 0 })
    let subject = ExtractionSubject(
      model: model, training: table, validation: table, level: .features, seed: 1)
    let found = try OrderedAttributeSearch().extract(from: subject)
    let hidden = try #require(HiddenFeatures(of: model, over: table))
    let rows = hidden.activationTable(in: model, over: table)
    #expect(found.rules.classify(rows) == subject.predictions)
    #expect(
      found.notes.contains(
        "1 of 1 hidden features have thresholds for which the binarised network agrees more often "
          + "with the network"))
    for literal in found.rules.rules.flatMap(\.premise.literals) {
      #expect(literal.condition.holds(for: 0.6) != literal.condition.holds(for: 0.9))
    }
  }
}

/// Outputs are compared with each other, whatever the head.
@Suite struct OrderedAttributeSearchHeadTests {
  /// Outputs a = 2·F1 - 1, b = 2·F2 - 1, c = 1 - 2·F1 - 2·F2, features active where p, q > 0.
  private func premises(head: Head) throws -> [String] {
    let schema = Schema(
      features: [Feature("p"), Feature("q")], target: Target("y", .classes(names: ["a", "b", "c"])))
    let network = try Network(
      Architecture(input: [2]) {
        Dense(2)
        Activation(.sigmoid)
        Dense(3)
      },
      parameters: [
        [
          Parameter(.weight, Tensor([50, 0, 0, 50], shape: [2, 2])),
          Parameter(.bias, Tensor([0, 0], shape: [2])),
        ], [],
        [
          Parameter(.weight, Tensor([2, 0, -2, 0, 2, -2], shape: [2, 3])),
          Parameter(.bias, Tensor([-1, -1, 1], shape: [3])),
        ],
      ])
    let model = try Model(
      schema: schema, encoding: .identity(for: schema), network: network, head: head)
    let table = Table(
      schema: schema, columns: [.doubles([1, 1, -1, -1]), .doubles([1, -1, 1, -1])],
      labels: [0, 0, 0, 0])
    let subject = ExtractionSubject(
      model: model, training: table, validation: table, level: .features, seed: 1)
    return try OrderedAttributeSearch().extract(from: subject).rules.rules.map { rule in
      let tests = rule.premise.literals.map { literal in
        literal.variable.rawValue + (literal.condition.holds(for: 1) ? " on" : " off")
      }
      return tests.sorted().joined(separator: ", ") + ": " + schema.classes[rule.conclusion]
    }.sorted()
  }

  @Test(arguments: [Head.softmax, .oneVersusRest]) func everyRivalMustBeBeaten(head: Head) throws {
    #expect(try premises(head: head) == ["F1 off, F2 off: c", "F1 off, F2 on: b", "F1 on: a"])
  }
}
