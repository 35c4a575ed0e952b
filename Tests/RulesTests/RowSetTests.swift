import Datasets
import RuleSupport
import Rules
import Tensors
import TestSupport
import Testing

@Suite struct RowSetTests {
  @Test func operationsAreThoseOfSets() {
    withEverySeed { rng in
      let rows = 1 + rng.index(below: 200)
      let first = RowSet(rows: rows) { _ in rng.index(below: 2) == 0 }
      let second = RowSet(rows: rows) { _ in rng.index(below: 3) == 0 }
      let (one, other) = (Set(first.positions), Set(second.positions))
      #expect(Set(first.intersection(second).positions) == one.intersection(other))
      #expect(Set(first.union(second).positions) == one.union(other))
      #expect(Set(first.subtracting(second).positions) == one.subtracting(other))
      #expect(first.count == one.count)
      #expect(first.countInCommon(with: second) == one.intersection(other).count)
      #expect(first.isSubset(of: second) == one.isSubset(of: other))
      #expect(first.isDisjoint(with: second) == one.isDisjoint(with: other))
      #expect(RowSet(rows: rows, all: true).positions == Array(0..<rows))
    }
  }

  @Test func conditionsHoldForTheSameRowsOfEitherColumn() {
    withEverySeed(50) { rng in
      let bytes = (0..<100).map { _ in UInt8(rng.index(below: 6)) }
      let condition = rng.condition(on: Feature("x"))
      let expected = bytes.indices.filter { condition.holds(for: Double(bytes[$0])) }
      #expect(condition.rows(of: .bytes(bytes)).positions == expected)
      #expect(condition.rows(of: .doubles(bytes.map(Double.init))).positions == expected)
    }
  }
}
