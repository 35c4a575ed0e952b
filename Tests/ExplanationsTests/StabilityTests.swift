import Explanations
import Foundation
import Testing

/// The figures of the stability of rules, counted by hand.
@Suite struct StabilityTests {
  /// Three rules on ten rows: R1 decides rows 0 to 4, R2 rows 5 to 7, R3 row 8; row 9 has the default.
  private static let shown = ExtractedList(
    conclusions: [0, 1, 0], deciding: [0, 0, 0, 0, 0, 1, 1, 1, 2, nil], heldOut: [0, 0, 1, 1])

  /// R1 of the run decides 4 of 5 rows of the shown R1 (0.8); R2 decides 3 rows of 4 (0.75 of the
  /// shown R2's and its own); R3 decides the same row with another class.
  private static let near = ExtractedList(
    conclusions: [0, 1, 1], deciding: [0, 0, 0, 0, nil, 1, 1, 1, 2, 1], heldOut: [0, 0, 1, 0])

  /// The same rules in another order.
  private static let same = ExtractedList(
    conclusions: [1, 0, 0], deciding: [2, 2, 2, 2, 2, 0, 0, 0, 1, nil], heldOut: [0, 0, 1, 1])

  /// No rules.
  private static let none = ExtractedList(
    conclusions: [], deciding: [Int?](repeating: nil, count: 10), heldOut: [1, 1, 1, 1])

  @Test func aRuleComesBackWithFourFifthsOfItsRowsAndItsClass() {
    #expect(Self.shown.repeated(in: Self.near) == [true, false, false])
    #expect(Self.shown.repeated(in: Self.same) == [true, true, true])
    #expect(Self.shown.repeated(in: Self.none) == [false, false, false])
    #expect(Self.none.repeated(in: Self.shown) == [])
    // Without a row a rule is not found again.
    let idle = ExtractedList(conclusions: [0], deciding: [nil, nil], heldOut: [])
    #expect(idle.repeated(in: idle) == [false])
  }

  @Test func figuresOfThreeRuns() {
    let stability = Stability(
      of: Self.shown, ids: ["R1", "R2", "R3"], seeds: [Self.near, Self.same],
      bootstraps: [Self.none], randomization: nil)
    #expect(stability.seeds == 2)
    #expect(stability.bootstraps == 1)
    #expect(stability.rulesRepeated == Proportion(4, of: 9))
    #expect(stability.predictionsAgree == Proportion(3 + 4 + 2, of: 12))
    #expect(stability.ofSeeds.rulesRepeated == Proportion(4, of: 6))
    #expect(stability.ofSeeds.predictionsAgree == Proportion(7, of: 8))
    #expect(stability.ofBootstraps.rulesRepeated == Proportion(0, of: 3))
    #expect(stability.ofBootstraps.predictionsAgree == Proportion(2, of: 4))
    #expect(
      stability.rules == [
        .init(id: "R1", repeated: Proportion(2, of: 3)),
        .init(id: "R2", repeated: Proportion(1, of: 3)),
        .init(id: "R3", repeated: Proportion(1, of: 3)),
      ])
  }

  @Test func keysOfTheFile() throws {
    let random = Randomization(
      fidelity: Proportion(9, of: 10), majorityBaseline: Proportion(8, of: 10),
      accuracy: Proportion(5, of: 10), accuracyBaseline: Proportion(6, of: 10), rules: 2)
    let stability = Stability(
      of: Self.shown, ids: ["R1", "R2", "R3"], seeds: [Self.near], bootstraps: [],
      randomization: random)
    let data = try JSONEncoder().encode(stability)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "seeds", "bootstraps", "rulesRepeated", "answersAgree", "ofSeeds", "ofBootstraps", "rules",
        "randomization",
      ])
    #expect(try JSONDecoder().decode(Stability.self, from: data) == stability)
  }

  /// The lower bound of the interval decides: 70 of 100 is from 0.604 on.
  @Test func shuffledLabelsThatArePredicted() {
    func result(_ accuracy: Int, baseline: Int) -> Randomization {
      Randomization(
        fidelity: Proportion(90, of: 100), majorityBaseline: Proportion(80, of: 100),
        accuracy: Proportion(accuracy, of: 100), accuracyBaseline: Proportion(baseline, of: 100),
        rules: 3)
    }
    #expect(result(70, baseline: 60).predictsShuffledLabels)
    #expect(!result(70, baseline: 61).predictsShuffledLabels)
    #expect(!result(50, baseline: 60).predictsShuffledLabels)
  }

  /// 90 of 100 is from 0.826 on.
  @Test func rulesOfShuffledLabelsThatLookAsGood() {
    func fidelity(_ count: Int) -> Fidelity {
      Fidelity(
        rules: ([Int](repeating: 0, count: count) + [Int](repeating: 1, count: 100 - count), []),
        network: ([Int](repeating: 0, count: 100), []), original: [Int](repeating: 0, count: 100),
        isCovered: [Bool](repeating: true, count: 100), classes: ["a", "b"])
    }
    func result(baseline: Int) -> Randomization {
      Randomization(
        fidelity: Proportion(90, of: 100), majorityBaseline: Proportion(baseline, of: 100),
        accuracy: Proportion(50, of: 100), accuracyBaseline: Proportion(50, of: 100), rules: 3)
    }
    #expect(result(baseline: 82).looksAsGood(as: fidelity(90)))
    // 96 of 100 is from 0.902 on, 95 of 100 from 0.888 on.
    #expect(result(baseline: 82).looksAsGood(as: fidelity(95)))
    #expect(!result(baseline: 82).looksAsGood(as: fidelity(96)))
    #expect(!result(baseline: 83).looksAsGood(as: fidelity(90)))
  }
}
