import Datasets
import Explanations
import Tensors
import TestSupport
import Testing

@Suite struct NeighbourhoodTests {
  @Test func drawnRowsLookLikeRealOnes() {
    withEverySeed(10) { rng in
      let table = rng.table(rows: 60, missing: 0.1)
      let drawn = Neighbourhood().rows(300, near: table, seed: rng.next())
      #expect(drawn.count == 300)
      for (index, column) in drawn.columns.enumerated() {
        let real = table.columns[index].values.filter { !$0.isNaN }
        let values = column.values.filter { !$0.isNaN }
        let (low, high) = (real.min() ?? 0, real.max() ?? 0)
        #expect(values.allSatisfy { low <= $0 && $0 <= high })
        // Multiples of 1/4 have two decimals, levels none.
        #expect(values.allSatisfy { ($0 * 100).rounded() / 100 == $0 })
        #expect(
          table.schema.features[index].levels == nil || values.allSatisfy { $0 == $0.rounded() })
      }
    }
  }

  @Test func randomNumbersDoNotDependOnThreads() {
    let before = Workers.threads
    defer { Workers.threads = before }
    var rng = SeededGenerator(seed: 1)
    let table = rng.table(rows: 50)
    Workers.threads = 1
    let alone = Neighbourhood().rows(1000, near: table, seed: 4)
    Workers.threads = 2
    #expect(Neighbourhood().rows(1000, near: table, seed: 4) == alone)
    #expect(Neighbourhood().rows(1000, near: table, seed: 5) != alone)
  }

  /// Two distant clusters, with more decimals than values are rounded to.
  private func clusters(_ rng: inout SeededGenerator) -> Table {
    let centers = (0..<60).map { Double($0 % 2) * 100 }
    return Table(
      schema: Schema(
        features: [Feature("x"), Feature("z")], target: Target("y", .classes(names: ["a", "b"]))),
      columns: [
        .doubles(centers.map { $0 + rng.normal() }),
        .doubles(centers.map { $0 - 2 * rng.normal() }),
      ], labels: centers.map { Int($0 / 100) })
  }

  /// The interpolation factor of a sampled row between two real rows, the same in both columns;
  /// `nil` if it lies between no two.
  private func way(to drawn: [Double], in table: Table) -> (from: Int, to: Int, share: Double)? {
    for from in 0..<table.count {
      for to in 0..<table.count where to != from {
        let (start, end) = (table.row(from), table.row(to))
        let share = (drawn[0] - start[0]) / (end[0] - start[0])
        guard 0...1 ~= share else { continue }
        if abs(start[1] + share * (end[1] - start[1]) - drawn[1]) < 1e-9 {
          return (from, to, share)
        }
      }
    }
    return nil
  }

  @Test func withoutJitterARowLiesBetweenTwoRealOnes() {
    withEverySeed(5) { rng in
      let table = clusters(&rng)
      let near = Neighbourhood(candidates: 12, jitter: 0).rows(100, near: table, seed: rng.next())
      let wide = Neighbourhood(candidates: 1, jitter: 0).rows(100, near: table, seed: rng.next())
      var across = 0
      for row in 0..<100 {
        let found = way(to: near.row(row), in: table)
        #expect(found != nil)
        // Of twelve candidates, at least one is of the same cluster with high probability.
        if let found, table.labels[found.from] != table.labels[found.to] { across += 1 }
      }
      #expect(across <= 2)
      let farther = (0..<100).count { row in
        let found = way(to: wide.row(row), in: table)
        #expect(found != nil)
        return found.map { table.labels[$0.from] != table.labels[$0.to] } ?? false
      }
      #expect(farther > 25)
      // The factors are spread between 0 and 1.
      let shares = (0..<100).compactMap { way(to: near.row($0), in: table)?.share }
      #expect(shares.contains { $0 > 0.2 && $0 < 0.8 })
    }
  }

  @Test func jitterIsAShareOfAColumnsDeviation() {
    withEverySeed(5) { rng in
      let table = clusters(&rng)
      let seed = rng.next()
      let still = Neighbourhood(candidates: 12, jitter: 0).rows(500, near: table, seed: seed)
      let moved = Neighbourhood(candidates: 12, jitter: 0.1).rows(500, near: table, seed: seed)
      for column in 0..<2 {
        let values = table.columns[column].values
        let mean = values.reduce(0, +) / 60
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 60).squareRoot()
        let steps = zip(moved.columns[column].values, still.columns[column].values).map {
          ($0 - $1) / (0.1 * deviation)
        }
        #expect(steps.allSatisfy { abs($0) < 6 })
        // Values beyond the range of the column are clipped, so the standard deviation is below
        // one.
        let spread = (steps.reduce(0) { $0 + $1 * $1 } / 500).squareRoot()
        #expect(spread > 0.5 && spread < 1.1)
      }
    }
  }

  @Test func fewNumbersAndLevelsAreTakenFromOneOfTheTwo() {
    withEverySeed(5) { rng in
      let numbers = (0..<40).map { _ in [0.5, 2, 7.25][rng.index(below: 3)] }
      let levels = (0..<40).map { _ in Double([0, 3][rng.index(below: 2)]) }
      let many = (0..<40).map { _ in rng.normal() }
      let table = Table(
        schema: Schema(
          features: [
            Feature("few"), Feature("level", .categorical(levels: ["a", "b", "c", "d"])),
            Feature("many"),
          ], target: Target("y", .classes(names: ["a", "b"]))),
        columns: [.doubles(numbers), .doubles(levels), .doubles(many)],
        labels: [Int](repeating: 0, count: 40))
      let drawn = Neighbourhood().rows(300, near: table, seed: rng.next())
      #expect(Set(drawn.columns[0].values) == [0.5, 2, 7.25])
      #expect(Set(drawn.columns[1].values) == [0, 3])
      // Except for the ends of the range, a value of a column with many values is new.
      #expect(drawn.columns[2].values.count { many.contains($0) } < 60)
    }
  }

  @Test func nothingIsDrawnNearOneRowOrWithoutColumns() {
    var rng = SeededGenerator(seed: 1)
    let table = rng.table(rows: 5)
    #expect(Neighbourhood().rows(10, near: table.selecting([2]), seed: 1).count == 0)
    #expect(Neighbourhood().rows(10, near: table.selectingColumns([]), seed: 1).count == 0)
  }
}
