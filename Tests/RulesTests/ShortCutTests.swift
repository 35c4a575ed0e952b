import Rules
import Tensors
import TestSupport
import Testing

@Suite struct ShortCutTests {
  @Test func aCutPartsItsNeighbours() {
    withEverySeed(200) { rng in
      // All magnitudes, both signs, gaps from one bit to the whole range.
      let scale = [Double.leastNormalMagnitude, 1e-12, 1e-3, 1, 1e3, 1e15, 1e300][
        rng.index(below: 7)]
      let low = (rng.uniform() * 2 - 1) * scale
      let high = [
        low.nextUp, low + abs(low) * 1e-9 + .leastNonzeroMagnitude,
        low + rng.uniform() * scale + .leastNonzeroMagnitude, 1.7e308,
      ][rng.index(below: 4)]
      for (low, high) in [(low, high), (-high, -low)] {
        let cut = shortestCut(between: low, and: high)
        #expect(low <= cut && cut < high)
      }
    }
  }

  @Test(arguments: [
    (1.9, 3.0, 2.5), (4.9, 5.0, 4.95), (0.1, 7, 4), (-1, 1, 0), (900, 1100, 1000), (3, 7, 5),
    (0.0001, 0.0002, 0.00015), (-3, -2, -2.5), (99999, 100_003, 100_000),
    (0, .leastNonzeroMagnitude, 0),
  ])
  func cutsAreShortAndNearTheMiddle(low: Double, high: Double, expected: Double) {
    #expect(shortestCut(between: low, and: high) == expected)
  }

  @Test func noBoundHasMoreDigitsThanItNeeds() {
    withEverySeed(100) { rng in
      let low = Double(rng.index(below: 1000)) / 10
      let cut = shortestCut(between: low, and: low + 0.4)
      #expect("\(cut)".count <= 5)
    }
  }

  @Test func infinityIsPartedToo() {
    #expect(shortestCut(between: 1, and: .infinity) >= 1)
    #expect(shortestCut(between: 1, and: .infinity) < .infinity)
    #expect(shortestCut(between: -.infinity, and: .infinity) == 0)
    let cut = shortestCut(between: -.infinity, and: 1)
    #expect(cut < 1)
  }
}
