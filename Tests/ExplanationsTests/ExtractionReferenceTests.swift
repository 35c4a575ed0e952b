import Datasets
import Explanations
import Naming
import Networks
import RuleSupport
import Rules
import Tensors
import TestSupport
import Testing

/// Rules extracted from fixed networks and rows, compared with snapshots.
@Suite struct ExtractionReferenceTests {
  private func words(_ found: ExtractedRules) -> [String] {
    [found.rules.words] + found.scores.map(words)
      + found.curve.map { "curve \($0.rules.count), \($0.complexity.literals)" }
      + found.curve.suffix(1).map(\.words) + found.notes
  }

  private func words(_ score: Score) -> String {
    "  \(score.id.rawValue): \(score.words)"
  }

  private func extract(_ name: String, _ subject: ExtractionSubject) throws -> [String] {
    let type = try extractorCatalog.type(named: name)
    let extractor = type.init()
    let found = try extractor.extract(from: subject)
    return words(found)
  }

  @Test func everyExtractorFindsTheRecordedRules() throws {
    var lines: [String] = []
    for name in extractorCatalog.names {
      let type = try extractorCatalog.type(named: name)
      for level in type.levels {
        for (head, limit) in [(Head.softmax, nil), (.oneVersusRest, 4)] as [(Head, Int?)] {
          lines.append("# \(name), \(level), \(head), \(limit.map { "\($0)" } ?? "no limit")")
          lines += try extract(
            name, SmallNetwork.subject(head: head, level: level, maxRules: limit, seed: 7))
        }
      }
    }
    try expectSnapshot(lines.joined(separator: "\n") + "\n", named: "extraction.txt")
  }

  /// Rows with missing cells and levels; random networks with weights that are multiples of 1/8.
  @Test func treesOfTablesWithLevelsAreTheRecordedOnes() throws {
    var lines: [String] = []
    for seed in UInt64(0)..<4 {
      var rng = SeededGenerator(seed: seed)
      let missing = seed % 2 == 0 ? 0.1 : 0
      let training = rng.table(rows: seed == 3 ? 1 : 120, missing: missing)
      let validation = rng.table(rows: seed == 2 ? 0 : 40, missing: missing)
      let encoding = Encoding(fitting: rng.table(rows: 200, missing: 0.1))
      let layers: [any Layer] = [Dense(6), Activation(.relu), Dense(3)]
      var network = try Network(
        Architecture(input: Shape([encoding.width])) { layers }, seed: seed)
      for node in [0, 2] {
        for index in 0..<2 {
          let shape = network.parameters[node][index].value.shape
          network.parameters[node][index].value = Tensor(
            (0..<shape.count).map { _ in Float(rng.index(below: 33) - 16) / 8 }, shape: shape)
        }
      }
      let model = try Model(
        schema: training.schema, encoding: encoding, network: network, head: .softmax)
      for limit in [nil, 5] as [Int?] {
        lines.append("# seed \(seed), \(limit.map { "\($0)" } ?? "no limit")")
        let subject = ExtractionSubject(
          model: model, training: training, validation: validation, level: .inputs,
          maxRules: limit, seed: seed)
        for name in [SurrogateTree.name, OptimalTrees.name, RuleLists.name] {
          lines.append("## \(name)")
          lines += try extract(name, subject)
        }
        if training.count > 1 { lines += try extract(TreesOverFeatures.name, subject) }
      }
      if let features = HiddenFeatures(of: model, over: training) {
        let values = features.values(in: model, for: training)
        let cuts = features.thresholds.map { fixed($0, digits: 4) }
        let kept = features.binarisation(values, in: model, predictions: model.classify(training))
        lines.append("thresholds \(cuts), binarised \(kept.count) of \(kept.total)")
      }
    }
    try expectSnapshot(lines.joined(separator: "\n") + "\n", named: "levels.txt")
  }
}

@Suite struct FeatureNamesTests {
  @Test(arguments: [
    ([], "F1"), (["Fare", "12", "f1"], "F1"), (["F7"], "FF1"), (["F7", "FF2"], "FFF1"),
    (["F", "Fx1"], "F1"),
  ])
  func aFeatureNeverHasTheNameOfAColumn(_ columns: [String], _ first: String) {
    let names = HiddenFeatures.names(2, beside: columns.map { Feature(Feature.ID($0)) })
    #expect(names.first?.rawValue == first && names.count == 2)
  }

  @Test func onlyFeaturesWithAWeightAreRead() throws {
    var network = try SmallNetwork.model(head: .softmax).network
    for output in 0..<3 { network.parameters[2][0].value[1, output] = 0 }
    network.parameters[2][0].value[3, 0] = 1
    network.parameters[2][0].value[3, 1] = 1
    network.parameters[2][0].value[3, 2] = 1
    let table = SmallNetwork.table(rows: 30, seed: 1)
    let model = try Model(
      schema: table.schema, encoding: .identity(for: table.schema), network: network,
      head: .softmax)
    #expect(HiddenFeatures(of: model, over: table)?.readFeatures == [0, 2, 3])
  }

  /// Each of two sums needs one of two switches: four pairs, of which three follow an abandoned
  /// pair.
  @Test func aLimitOfLiteralsKeepsAllShorterPremises() {
    let margins = [
      ImplicantSearch.Margin(weights: [6, 5, 0, 0], bias: -4),
      ImplicantSearch.Margin(weights: [0, 0, 5.5, 5], bias: -4),
    ]
    let found = ImplicantSearch(margins, limit: .init(literals: 2)).run()
    #expect(found.cut)
    #expect(Set(found.premises.map(\.mask)) == [0b0101, 0b1001, 0b0110, 0b1010])
    #expect(found.premises.allSatisfy { $0.mask == $0.value })
  }
}
