import Datasets
import Explanations
import Foundation
import Naming
import Networks
import Rules
import Tensors
import TestSupport
import Testing

/// Properties of every extractor of the catalogue.
@Suite struct RuleExtractorTests {
  static let names = testedExtractors.names

  private func extractor(_ name: String) throws -> any RuleExtractor {
    try testedExtractors.type(named: name).init()
  }

  @Test(arguments: names) func rulesClassifyEveryRowAndBeatTheMajority(name: String) throws {
    let extractor = try extractor(name)
    for head in [Head.softmax, .oneVersusRest] {
      for level in type(of: extractor).levels {
        let subject = try SmallNetwork.subject(head: head, level: level, seed: 3)
        let extracted = try extractor.extract(from: subject)
        let held = SmallNetwork.table(rows: 400, seed: 99)
        let predictions = subject.model.classify(held)
        let agreeing = try agreement(of: extracted, subject, held)
        let majority =
          (0..<3).map { prediction in predictions.count { $0 == prediction } }.max() ?? 0
        #expect(agreeing > majority)
        #expect(agreeing > 300)
      }
    }
  }

  private func agreement(
    of extracted: ExtractedRules, _ subject: ExtractionSubject, _ held: Table
  ) throws -> Int {
    let rules = extracted.rules
    if subject.level != .features {
      let given = rules.classify(held.appending(extracted.scores))
      return zip(given, subject.model.classify(held)).count { $0 == $1 }
    }
    let features = try #require(HiddenFeatures(of: subject.model, over: subject.training))
    let predictions = subject.model.classify(held)
    let table = features.activationTable(in: subject.model, over: held)
    return zip(rules.classify(table), predictions).count { $0 == $1 }
  }

  @Test(arguments: names) func theSameSubjectGivesTheSameRules(name: String) throws {
    let extractor = try extractor(name)
    for level in type(of: extractor).levels {
      let subject = try SmallNetwork.subject(head: .softmax, level: level, seed: 5)
      let first = try extractor.extract(from: subject)
      #expect(try extractor.extract(from: subject) == first)
      let data = try JSONEncoder().encode(first)
      #expect(try JSONDecoder().decode(ExtractedRules.self, from: data) == first)
    }
  }

  @Test(arguments: names) func noMoreRulesThanAskedFor(name: String) throws {
    let extractor = try extractor(name)
    for level in type(of: extractor).levels {
      for most in [1, 3, 7] {
        let subject = try SmallNetwork.subject(
          head: .softmax, level: level, maxRules: most, seed: 7)
        let found = try extractor.extract(from: subject)
        #expect(found.rules.rules.count <= most)
        let sizes = found.curve.map(\.rules.count)
        #expect(sizes == sizes.sorted())
      }
    }
  }

  /// With fewer rules, those are kept that add most agreement, one for each class.
  @Test func ofManyPremisesThoseAreKeptThatAddAgreement() throws {
    let subject = try SmallNetwork.subject(head: .oneVersusRest, level: .features, seed: 3)
    let all = try OrderedAttributeSearch().extract(from: subject)
    let search = OrderedAttributeSearch(maximumPremises: 100_000, maximumRules: 3)
    let some = try search.extract(from: subject)
    #expect(some.rules.rules.count == 3 && all.rules.rules.count >= 3)
    #expect(Set(some.rules.rules.map(\.conclusion)) == [0, 1, 2])
    let held = SmallNetwork.table(rows: 400, seed: 99)
    let few = try agreement(of: some, subject, held)
    #expect(few > 300)
    #expect(few <= (try agreement(of: all, subject, held)))
  }

  @Test func aLevelThatIsNotGivenIsRefused() throws {
    let subject = try SmallNetwork.subject(head: .softmax, level: .features, seed: 1)
    let error = #expect(throws: ExtractionError.self) {
      try SurrogateTree().extract(from: subject)
    }
    #expect(
      error?.errorDescription
        == "extractor 'surrogate-tree' cannot extract rules over features, only rules over "
        + "inputs")
    #expect(error?.recoverySuggestion == "extract rules over inputs")
  }
}

/// A small network with a sigmoid feature layer and chosen weights.
enum SmallNetwork {
  static func table(rows: Int, seed: UInt64) -> Table {
    var rng = SeededGenerator(seed: seed)
    let columns = (0..<3).map { _ in
      Column.doubles((0..<rows).map { _ in (rng.uniform() * 100).rounded() / 10 })
    }
    return Table(
      schema: Schema(
        features: ["p", "q", "r"].map { Feature($0) },
        target: Target("y", .classes(names: ["a", "b", "c"]))), columns: columns,
      labels: [Int](repeating: 0, count: rows))
  }

  /// Features: p > 3, p > 6, q > 5, and one that depends on r. Class: by p, but c where q is high
  /// and p is not low.
  static func model(head: Head) throws -> Model {
    let table = table(rows: 2, seed: 0)
    let architecture = Architecture(input: [3]) {
      Dense(4)
      Activation(.sigmoid)
      Dense(3)
    }
    let inputWeights: [Float] = [8, 8, 0, 0, 0, 0, 8, 0, 0, 0, 0, 8]
    let outputWeights: [Float] = [-8, 6, 3, 0, -5, 5, -2, -7, 9, 0.2, 0.1, 0]
    let network = try Network(
      architecture,
      parameters: [
        [
          Parameter(.weight, Tensor(inputWeights, shape: [3, 4])),
          Parameter(.bias, Tensor([-24, -48, -40, -60], shape: [4])),
        ], [],
        [
          Parameter(.weight, Tensor(outputWeights, shape: [4, 3])),
          Parameter(.bias, Tensor([4, -3, -9], shape: [3])),
        ],
      ])
    return try Model(
      schema: table.schema, encoding: .identity(for: table.schema), network: network, head: head)
  }

  static func subject(
    head: Head, level: RuleLevel, maxRules: Int? = nil, seed: UInt64
  ) throws -> ExtractionSubject {
    ExtractionSubject(
      model: try model(head: head), training: table(rows: 500, seed: seed),
      validation: table(rows: 150, seed: seed + 1), level: level, maxRules: maxRules, seed: seed)
  }
}
