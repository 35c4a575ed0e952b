import Explanations
import Tensors
import TestSupport
import Testing

@Suite struct ImplicantSearchTests {
  /// A feature counts with its largest weight; of equal ones the first.
  @Test func theStrongestFeaturesAreUsed() {
    let weights = [[0.1, -5, 0, 3, 2], [4, 0.2, 0, 0, -2]]
    #expect(BinarisedLayer.strongest(1, of: weights) == [1])
    #expect(BinarisedLayer.strongest(2, of: weights) == [0, 1])
    #expect(BinarisedLayer.strongest(3, of: weights) == [0, 1, 3])
    #expect(BinarisedLayer.strongest(9, of: weights) == [0, 1, 2, 3, 4])
    #expect(BinarisedLayer.strongest(1, of: [[2, -2], [1, 1]]) == [0])
    #expect(BinarisedLayer.strongest(2, of: []) == [])
  }

  private func sum(_ margin: ImplicantSearch.Margin, _ code: UInt64) -> Double {
    margin.weights.indices.reduce(margin.bias) {
      code >> UInt64($1) & 1 == 1 ? $0 + margin.weights[$1] : $0
    }
  }

  private func isLifted(_ margins: [ImplicantSearch.Margin], _ code: UInt64) -> Bool {
    margins.allSatisfy { $0.orEqual ? sum($0, code) >= 0 : sum($0, code) > 0 }
  }

  /// Whether a premise implies all margins, tested on every code that satisfies it.
  private func forces(_ premise: Implicant, _ margins: [ImplicantSearch.Margin]) -> Bool {
    let count = UInt64(margins[0].weights.count)
    return (0..<(UInt64(1) << count)).allSatisfy {
      !premise.holds(for: $0) || isLifted(margins, $0)
    }
  }

  private func check(_ margins: [ImplicantSearch.Margin]) {
    let found = ImplicantSearch(margins).run()
    #expect(!found.cut)
    let count = UInt64(margins[0].weights.count)
    for code in 0..<(UInt64(1) << count) {
      #expect(found.premises.contains { $0.holds(for: code) } == isLifted(margins, code))
    }
    for premise in found.premises {
      for bit in 0..<count where premise.mask >> bit & 1 == 1 {
        let shorter = Implicant(
          mask: premise.mask & ~(1 << bit), value: premise.value & ~(1 << bit))
        #expect(!forces(shorter, margins))
      }
    }
    #expect(Set(found.premises).count == found.premises.count)
  }

  /// Weights that are multiples of 1/16, so that sums are exact and ties occur.
  private func margin(_ count: Int, _ rng: inout SeededGenerator) -> ImplicantSearch.Margin {
    ImplicantSearch.Margin(
      weights: (0..<count).map { _ in Double(rng.index(below: 65)) / 16 - 2 },
      bias: Double(rng.index(below: 65)) / 16 - 2, orEqual: rng.index(below: 2) == 0)
  }

  @Test func premisesOfOneSumAreSoundCompleteAndMinimal() {
    withEverySeed(40) { rng in check([margin(1 + rng.index(below: 10), &rng)]) }
  }

  @Test func premisesAgainstRivalsAreSoundCompleteAndMinimal() {
    withEverySeed(30) { rng in
      let count = 1 + rng.index(below: 7)
      check((0..<(2 + rng.index(below: 3))).map { _ in margin(count, &rng) })
    }
  }

  @Test func aSumThatIsAlwaysLiftedNeedsNoPremise() {
    let always = ImplicantSearch([.init(weights: [1, -1], bias: 2)]).run()
    #expect(always.premises == [Implicant(mask: 0, value: 0)])
    let never = ImplicantSearch([.init(weights: [1, -1], bias: -2)]).run()
    #expect(never.premises.isEmpty)
  }

  @Test func supportedPremisesAreThoseThatSomeCodeMeets() {
    withEverySeed(30) { rng in
      let search = ImplicantSearch([margin(9, &rng)])
      let codes = (0..<20).map { _ in UInt64(rng.index(below: 512)) }
      let expected = search.run().premises.filter { codes.contains(where: $0.holds) }
      #expect(search.run(over: codes).premises == expected)
    }
  }

  @Test func aPremiseOfACodeIsMinimalAndForcesTheMargins() {
    withEverySeed(30) { rng in
      let margins = (0..<(1 + rng.index(below: 3))).map { _ in margin(6, &rng) }
      let search = ImplicantSearch(margins)
      for code in UInt64(0)..<64 {
        let premise = search.premise(for: code)
        #expect((premise != nil) == isLifted(margins, code))
        guard let premise else { continue }
        #expect(premise.holds(for: code) && forces(premise, margins))
        for bit in UInt64(0)..<6 where premise.mask >> bit & 1 == 1 {
          let shorter = Implicant(
            mask: premise.mask & ~(1 << bit), value: premise.value & ~(1 << bit))
          #expect(!forces(shorter, margins) && !search.implies(shorter))
        }
      }
    }
  }

  @Test func aPremiseIsImpliedIfEveryCodeOfItIs() {
    withEverySeed(30) { rng in
      let margins = (0..<(1 + rng.index(below: 3))).map { _ in margin(5, &rng) }
      for mask in UInt64(0)..<32 {
        for value in UInt64(0)..<32 where value & ~mask == 0 {
          let premise = Implicant(mask: mask, value: value)
          #expect(ImplicantSearch(margins).implies(premise) == forces(premise, margins))
        }
      }
    }
  }

  @Test func aLimitIsKeptAndSaid() {
    let margin = ImplicantSearch.Margin(weights: [Double](repeating: 1, count: 12), bias: -5.5)
    let cut = ImplicantSearch([margin], limit: .init(premises: 10)).run()
    #expect(cut.cut)
    #expect(cut.premises.count == 10)
    #expect(ImplicantSearch([margin]).run().premises.count == 924)
  }
}
