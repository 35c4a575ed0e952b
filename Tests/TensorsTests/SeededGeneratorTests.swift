import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct SeededGeneratorTests {
  @Test func outputsAreThoseOfAnotherImplementation() throws {
    let known = try Reference.load().generator
    #expect(known.count == 5)
    for known in known {
      var generator = SeededGenerator(seed: try #require(UInt64(known.seed)))
      #expect(known.outputs.map { _ in String(generator.next()) } == known.outputs)
    }
  }

  /// The published first outputs of xoshiro256++ for the state 1 2 3 4.
  @Test func aKnownStateGivesKnownOutputs() throws {
    let data = Data(#"{"seed": 0, "state": [1, 2, 3, 4]}"#.utf8)
    var generator = try JSONDecoder().decode(SeededGenerator.self, from: data)
    #expect(
      (0..<4).map { _ in generator.next() }
        == [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386])
  }

  @Test func streamsDependOnSeedAndNameAlone() {
    var used = SeededGenerator(seed: 5)
    for _ in 0..<100 { _ = used.next() }
    #expect(used.stream("pruning") == SeededGenerator(seed: 5).stream("pruning"))
    var firsts: Set<UInt64> = []
    for seed in 0..<50 as Range<UInt64> {
      for name in ["", "a", "b", "pruning", "split"] {
        var stream = SeededGenerator(seed: seed).stream(name)
        firsts.insert(stream.next())
      }
    }
    #expect(firsts.count == 250)
  }

  @Test func streamsAreNotCorrelated() {
    var first = SeededGenerator(seed: 9).stream("a")
    var second = SeededGenerator(seed: 9).stream("b")
    let pairs = (0..<10_000).map { _ in (first.uniform() - 0.5) * (second.uniform() - 0.5) }
    // The mean of the products has a standard deviation of 1 / 1200.
    #expect(abs(pairs.reduce(0, +) / 10_000) < 4.0 / 1200)
  }

  @Test func indicesStayBelowTheirBoundAndMissNone() {
    withEverySeed { generator in
      let bound = 1 + generator.index(below: 12)
      var counts = [Int](repeating: 0, count: bound)
      for _ in 0..<1200 { counts[generator.index(below: bound)] += 1 }
      #expect(counts.reduce(0, +) == 1200)
      #expect(counts.allSatisfy { $0 > 600 / bound })
      #expect((0..<100).allSatisfy { _ in (0..<1).contains(generator.uniform()) })
      #expect(generator.index(below: .max) >= 0)
    }
  }

  @Test func normalNumbersHaveMeanZeroAndVarianceOne() {
    var generator = SeededGenerator(seed: 1)
    let numbers = (0..<20_000).map { _ in generator.normal() }
    #expect(numbers.allSatisfy { $0.isFinite })
    #expect(abs(numbers.reduce(0, +) / 20_000) < 0.03)
    #expect(abs(numbers.reduce(0) { $0 + $1 * $1 } / 20_000 - 1) < 0.05)
  }

  @Test func shufflingLosesNothing() {
    withEverySeed { generator in
      let items = Array(0..<generator.index(below: 40))
      var shuffled = items
      generator.shuffle(&shuffled)
      #expect(shuffled.sorted() == items)
    }
    var orders: Set<[Int]> = []
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<200 {
      var items = [0, 1, 2]
      generator.shuffle(&items)
      orders.insert(items)
    }
    #expect(orders.count == 6)
  }
}
