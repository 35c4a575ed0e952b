import Datasets
import Tensors

/// Draws rows that could have been among given ones, to ask a network about.
///
/// Each is a row moved some way towards a near one, its numbers jittered a little and rounded to
/// the decimals of their column; levels, and numbers of which a column has but few, are taken from
/// one of the two.
public struct Neighbourhood: Hashable, Codable, Sendable {
  /// How many rows a partner is the nearest of: 1 takes any row, more stay nearer.
  public var candidates: Int
  /// Jitter in standard deviations of a column.
  public var jitter: Double
  /// The chance of each value to be changed at all.
  public var change: Double

  public init(candidates: Int = 12, jitter: Double = 0.1, change: Double = 1) {
    self.candidates = candidates
    self.jitter = jitter
    self.change = change
  }

  /// - Complexity: O(count × candidates × columns)
  public func rows(_ count: Int, near table: Table, seed: UInt64) -> Table {
    guard table.count > 1 else { return table.selecting([]) }
    let columns = table.columns.map(\.values)
    let shapes = zip(columns, table.schema.features).map {
      Shape($0, categorical: $1.levels != nil)
    }
    let generator = SeededGenerator(seed: seed).stream("neighbourhood")
    let pieces = Workers.ranges(of: count, pieces: (count + 255) / 256)
    let drawn = Workers.map(pieces.count) { piece -> [[Double]] in
      var generator = generator.stream("\(piece)")
      return pieces[piece].map { _ in row(columns, shapes, using: &generator) }
    }.flatMap { $0 }
    let made = columns.indices.map { column in Column.doubles(drawn.map { $0[column] }) }
    return Table(
      schema: table.schema, columns: made, labels: [Int](repeating: 0, count: drawn.count),
      numbers: table.numbers.isEmpty ? [] : [Double](repeating: 0, count: drawn.count))
  }

  private struct Shape {
    let isCategorical: Bool
    /// Whether values between two values would be unlike any there are.
    let isDiscrete: Bool
    let deviation: Double
    let range: ClosedRange<Double>
    /// Digits after the point, `nil` where rounding would not change a double.
    let decimals: Int?

    init(_ values: [Double], categorical: Bool) {
      isCategorical = categorical
      let known = values.filter { $0.isFinite }
      isDiscrete = categorical || Set(known).count <= 12
      range = (known.min() ?? 0)...(known.max() ?? 0)
      let mean = known.reduce(0) { $0 + $1 / Double(known.count) }
      deviation =
        known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / Double(known.count) }.squareRoot()
      var digits: Int? = 0
      for value in known.prefix(1000) {
        while let some = digits, some < 6, value.roundedTo(digits: some) != value {
          digits = some + 1
        }
      }
      decimals = digits.flatMap { some in
        known.prefix(1000).allSatisfy { $0.roundedTo(digits: some) == $0 } ? some : nil
      }
    }

    func rounded(_ value: Double) -> Double {
      let inside = min(max(value, range.lowerBound), range.upperBound)
      return decimals.map { inside.roundedTo(digits: $0) } ?? inside
    }
  }

  private func row(
    _ columns: [[Double]], _ shapes: [Shape], using generator: inout SeededGenerator
  ) -> [Double] {
    let count = columns[0].count
    let one = generator.index(below: count)
    var other = one
    var nearest = Double.infinity
    for _ in 0..<max(candidates, 1) {
      let candidate = generator.index(below: count)
      if candidate == one { continue }
      let distance = columns.indices.reduce(0.0) { sum, column in
        let (mine, its) = (columns[column][one], columns[column][candidate])
        if mine == its || (mine.isNaN && its.isNaN) { return sum }
        let shape = shapes[column]
        if shape.isCategorical || mine.isNaN || its.isNaN { return sum + 1 }
        let step = (mine - its) / shape.deviation
        return sum + step * step
      }
      if distance < nearest { (nearest, other) = (distance, candidate) }
    }
    let share = generator.uniform()
    return columns.indices.map { column in
      let (mine, its) = (columns[column][one], columns[column][other])
      let shape = shapes[column]
      if change < 1, generator.uniform() >= change { return mine }
      if shape.isDiscrete || mine.isNaN || its.isNaN {
        return generator.uniform() < share ? its : mine
      }
      let moved = mine + share * (its - mine) + jitter * shape.deviation * generator.normal()
      return shape.rounded(moved)
    }
  }
}
