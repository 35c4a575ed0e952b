import Datasets
import Tensors

/// Samples synthetic rows near given ones, for querying a network (similar to SMOTE).
///
/// Each is an interpolation between a row and a near one, with jitter, rounded to the decimals of
/// the column; levels, and numbers of a column with few distinct values, are copied from one of the
/// two.
public struct Neighbourhood: Hashable, Codable, Sendable {
  /// The number of random candidates of which the nearest is the partner; 1: any row.
  public var candidates: Int
  /// The jitter, in standard deviations of the column.
  public var jitter: Double
  /// The probability that a value is changed.
  public var change: Double

  /// Creates the settings: by default 12 candidates, a jitter of 0.1 standard deviations, and every
  /// value changed.
  public init(candidates: Int = 12, jitter: Double = 0.1, change: Double = 1) {
    self.candidates = candidates
    self.jitter = jitter
    self.change = change
  }

  /// Samples rows; none from a table with fewer than two rows.
  /// - Parameters:
  ///   - count: the number of rows.
  ///   - table: the real rows.
  ///   - seed: the random seed.
  ///   - onStep: called between groups of rows; an error thrown by it ends the sampling.
  /// - Returns: rows with the columns of `table` and without labels.
  /// - Complexity: O(count × candidates × columns)
  public func rows(
    _ count: Int, near table: Table, seed: UInt64, onStep: () throws -> Void
  ) rethrows -> Table {
    guard table.count > 1, !table.columns.isEmpty else { return table.selecting([]) }
    let width = table.columns.count
    let shapes = Workers.map(width) { column in
      Shape(
        table.columns[column].values, categorical: table.schema.features[column].levels != nil)
    }
    try onStep()
    let real = table.cellsByRow
    let generator = SeededGenerator(seed: seed).stream("neighbourhood")
    let pieces = Workers.ranges(of: count, pieces: (count + 255) / 256)
    let group = max(2, Self.cellsOfAGroup / (256 * width))
    var drawn: [Double] = []
    drawn.reserveCapacity(count * width)
    for start in stride(from: 0, to: pieces.count, by: group) {
      try onStep()
      let found = Workers.map(min(group, pieces.count - start)) { offset -> [Double] in
        var generator = generator.stream("\(start + offset)")
        var cells: [Double] = []
        cells.reserveCapacity(pieces[start + offset].count * width)
        for _ in pieces[start + offset] {
          appendRow(near: real, rows: table.count, shapes, to: &cells, using: &generator)
        }
        return cells
      }
      for cells in found { drawn += cells }
    }
    let cells = drawn
    let columns = Workers.map(width) { column in
      Column.doubles((0..<count).map { cells[$0 * width + column] })
    }
    return Table(
      schema: table.schema, columns: columns, labels: [Int](repeating: 0, count: count),
      numbers: table.numbers.isEmpty ? [] : [Double](repeating: 0, count: count))
  }

  /// Whether queries of a network on synthetic rows near these are worth their time: not for images,
  /// more than 20,000 rows or 4,000,000 cells.
  package static func isWorthwhile(near table: Table) -> Bool {
    table.schema.image == nil && !table.columns.isEmpty && table.count > 1
      && table.count <= 20_000 && table.count * table.columns.count <= 4_000_000
  }

  /// The note that a network was queried on synthetic rows.
  static func note(rows: Int) -> String {
    "the network was queried on \(rows.grouped) synthetic rows sampled near the real ones"
  }

  /// `count` synthetic rows between near neighbours, followed by as many between any two rows.
  package static func nearAndWideRows(
    _ count: Int, near table: Table, seed: UInt64, onStep: () throws -> Void
  ) rethrows -> Table {
    try Neighbourhood().rows(count, near: table, seed: seed, onStep: onStep).appending(
      Neighbourhood(candidates: 1).rows(count, near: table, seed: seed &+ 1, onStep: onStep))
  }

  /// Samples rows without a callback.
  public func rows(_ count: Int, near table: Table, seed: UInt64) -> Table {
    rows(count, near: table, seed: seed) {}
  }

  /// The number of cells sampled between two calls of `onStep`.
  private static let cellsOfAGroup = 1 << 18

  private struct Shape {
    let isCategorical: Bool
    /// Whether interpolated values would be unlike all values of the column.
    let isDiscrete: Bool
    let deviation: Double
    let range: ClosedRange<Double>
    /// Decimal places, `nil` if rounding would not change a double.
    let decimals: Int?

    init(_ values: [Double], categorical: Bool) {
      isCategorical = categorical
      let known = values.filter { $0.isFinite }
      isDiscrete = categorical || Self.hasFewValues(known)
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

    /// Whether there are at most twelve distinct values.
    private static func hasFewValues(_ values: [Double]) -> Bool {
      var different: [Double] = []
      for value in values where !different.contains(value) {
        if different.count == 12 { return false }
        different.append(value)
      }
      return true
    }

    func rounded(_ value: Double) -> Double {
      let inside = min(max(value, range.lowerBound), range.upperBound)
      return decimals.map { inside.roundedTo(digits: $0) } ?? inside
    }
  }

  /// Samples one row and appends it to `cells`.
  ///
  /// `real`: the given rows, row-major.
  private func appendRow(
    near real: [Double], rows: Int, _ shapes: [Shape], to cells: inout [Double],
    using generator: inout SeededGenerator
  ) {
    let one = generator.index(below: rows)
    var other = one
    var nearest = Double.infinity
    for _ in 0..<max(candidates, 1) {
      let candidate = generator.index(below: rows)
      if candidate == one { continue }
      let distance = distance(from: one, to: candidate, in: real, shapes, atMost: nearest)
      if distance < nearest { (nearest, other) = (distance, candidate) }
    }
    let share = generator.uniform()
    let width = shapes.count
    for column in shapes.indices {
      let (mine, its) = (real[one * width + column], real[other * width + column])
      if change < 1, generator.uniform() >= change {
        cells.append(mine)
      } else if shapes[column].isDiscrete || mine.isNaN || its.isNaN {
        cells.append(generator.uniform() < share ? its : mine)
      } else {
        let shape = shapes[column]
        let moved = mine + share * (its - mine) + jitter * shape.deviation * generator.normal()
        cells.append(shape.rounded(moved))
      }
    }
  }

  /// The squared distance of two rows in standard deviations, plus 1 for each differing level; any
  /// number of at least `limit` if the distance is at least `limit`.
  private func distance(
    from one: Int, to other: Int, in real: [Double], _ shapes: [Shape], atMost limit: Double
  ) -> Double {
    let width = shapes.count
    var sum = 0.0
    for column in shapes.indices {
      let (mine, its) = (real[one * width + column], real[other * width + column])
      if mine == its || (mine.isNaN && its.isNaN) { continue }
      if shapes[column].isCategorical || mine.isNaN || its.isNaN {
        sum += 1
      } else {
        let step = (mine - its) / shapes[column].deviation
        sum += step * step
      }
      if sum >= limit { break }
    }
    return sum
  }
}

extension Table {
  /// All cells, row-major.
  fileprivate var cellsByRow: [Double] {
    let width = columns.count
    return [Double](unsafeUninitializedCapacity: count * width) { buffer, initialized in
      nonisolated(unsafe) let cells = buffer
      Workers.run(width) { column in
        for (row, value) in columns[column].values.enumerated() {
          cells.initializeElement(at: row * width + column, to: value)
        }
      }
      initialized = count * width
    }
  }
}
