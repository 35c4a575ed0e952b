import Datasets
import Explanations
import Foundation
import Networks
import Rules
import Tensors
import Testing

/// Figures counted by hand; each differs from that of similar definitions.
@Suite struct FidelityTests {
  private let fidelity = Fidelity(
    rules: (heldOut: [0, 0, 0, 1, 1, 2, 0, 0], training: [1, 1, 0]),
    network: (heldOut: [0, 0, 1, 1, 1, 1, 2, 2], training: [1, 0, 0]),
    original: [0, 1, 1, 1, 0, 2, 2, 1],
    isCovered: [true, true, true, true, true, false, false, false],
    classes: ["a", "b", "c", "d"])

  @Test func heldOutIsAgainstTheExplainedNetwork() {
    // Rows 1, 2, 4 and 5.
    #expect(fidelity.heldOut == Proportion(4, of: 8))
  }

  @Test func toOriginalIsAgainstTheNetworkBeforePruning() {
    // Rows 1, 4 and 6; the pruned network agrees with the original on four.
    #expect(fidelity.toOriginal == Proportion(3, of: 8))
  }

  @Test func aClassCountsTheRowsToWhichTheNetworkGivesIt() {
    // Divided by the rows that the rules predict as the class, a would have 2 of 5, b 2 of 2, c 0
    // of 1.
    #expect(
      fidelity.byClass == [
        "a": Proportion(2, of: 2), "b": Proportion(2, of: 4), "c": Proportion(0, of: 2),
        "d": Proportion(0, of: 0),
      ])
  }

  @Test func trainingIsAgainstTheExplainedNetworkOnItsRows() {
    #expect(fidelity.training == Proportion(2, of: 3))
  }

  @Test func theMajorityIsTheNetworksOnTrainingRows() {
    // In the rules' training predictions and in the held-out predictions, b is the most frequent
    // class.
    #expect(fidelity.majorityClass == "a")
    #expect(fidelity.majorityBaseline == Proportion(2, of: 8))
  }

  @Test func theMostFrequentPredictionIsThatOfHeldOutRowsWhereItIsLarger() {
    #expect(fidelity.mostFrequentPrediction == Proportion(4, of: 8))
    #expect(fidelity.mostFrequentClass == "b")
  }

  @Test func coverageCountsRowsThatARuleCovers() {
    #expect(fidelity.coverage == Proportion(5, of: 8))
  }

  @Test func ofEquallyCommonPredictionsTheFirstClassIsTheMajority() {
    let even = Fidelity(
      rules: (heldOut: [1], training: [1, 1]), network: (heldOut: [1], training: [1, 0]),
      original: [1], isCovered: [true], classes: ["a", "b"])
    #expect(even.majorityClass == "a")
    #expect(even.majorityBaseline == Proportion(0, of: 1))
  }
}

@Suite struct DriversTests {
  /// Features F1 = 4·x0 - x1 (inactive where not above 0) and F2 = x2, over four rows.
  private func map() throws -> (map: FeatureMap, schema: Schema, encoding: Encoding) {
    let schema = Schema(
      features: [
        Feature("x0"), Feature("x1"), Feature("c", .categorical(levels: ["u", "v"])),
      ], target: Target("y", .classes(names: ["no", "yes"])))
    let encoding = Encoding(inputs: [
      .init(feature: 0, kind: .scaled(mean: 0, scale: 1)),
      .init(feature: 1, kind: .scaled(mean: 0, scale: 1)),
      .init(feature: 2, kind: .level(index: 1)), .init(feature: 1, kind: .missing),
    ])
    let network = try Network(
      Architecture(input: [4]) {
        Dense(2)
        Activation(.relu)
        Dense(2)
      },
      parameters: [
        [
          Parameter(.weight, Tensor([4, 0, -1, 0, 0, 1, 0.05, 0], shape: [4, 2])),
          Parameter(.bias, Tensor([0, 0], shape: [2])),
        ], [],
        [
          Parameter(.weight, Tensor([1, 1, 1, 1], shape: [2, 2])),
          Parameter(.bias, Tensor([0, 0], shape: [2])),
        ],
      ])
    // Standard deviations: 1, 2, 0.5 and 0.5.
    let inputs = Tensor(
      [
        1, 2, 1, 1,
        1, -2, 0, 0,
        -1, 2, 1, 1,
        -1, -2, 0, 0,
      ], shape: [4, 4])
    let subject = AttributionSubject(
      network: network, node: 1, inputs: inputs,
      values: network.activations(of: network.architecture.nodes[1].id, for: inputs),
      thresholds: [0, 0])
    return (FeatureMap(of: subject, by: MeanGradient()), schema, encoding)
  }

  @Test func strengthIsTheShareOfTheStrongestAndSignTheDirection() throws {
    let (map, schema, encoding) = try map()
    // 4 · 1, -1 · 2 and 0.05 · 0.5, which is below two hundredths of the first.
    #expect(
      map.drivers(of: 0, encoding: encoding, schema: schema) == [
        .init(input: "x0", strength: 1, sign: 1), .init(input: "x1", strength: 0.5, sign: -1),
      ])
    #expect(
      map.drivers(of: 1, encoding: encoding, schema: schema) == [
        .init(input: "c = v", strength: 1, sign: 1)
      ])
    #expect(map.drivers(of: 0, encoding: encoding, schema: schema, limit: 1).map(\.input) == ["x0"])
  }

  @Test func aDriverOfTwoHundredthsIsTheWeakestThatIsNamed() throws {
    let (_, schema, encoding) = try map()
    func drivers(_ strength: Double) throws -> [Double] {
      let text =
        #"{"maps": [[0, 0, 0, 0]], "strengths": [[2, \#(strength), 0, 0]], "activeShares": [1]}"#
      return try JSONDecoder().decode(FeatureMap.self, from: Data(text.utf8))
        .drivers(of: 0, encoding: encoding, schema: schema).map(\.strength)
    }
    #expect(try drivers(0.04) == [1, 0.02])
    #expect(try drivers(0.0398) == [1])
  }

  @Test func activeIsTheShareOfRowsAboveTheThreshold() throws {
    // F1 is above 0 in the first two rows: 4 - 2 and 4 + 2. F2 where c is v.
    #expect(try map().map.activeShares == [0.5, 0.5])
  }
}
