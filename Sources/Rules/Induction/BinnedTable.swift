import Datasets
import Tensors

/// A table with columns discretised into at most 256 bins, for histogram-based tree induction.
///
/// Bins are fitted to the rows of the table. Byte columns are used as bins without a copy.
public struct BinnedTable: Sendable {
  /// The schema of the table.
  public let schema: Schema
  /// The number of rows.
  public let count: Int
  let columns: [BinnedColumn]

  /// - Parameters:
  ///   - table: the rows.
  ///   - leastGap: numbers that differ by at most this share of the largest absolute number of their
  ///     column share a bin: for computed numbers, which differ by rounding errors; 0 by default.
  ///   - onStep: called between groups of columns; an error thrown by it ends the binning.
  /// - Complexity: O(rows log rows) per column
  public init(_ table: Table, leastGap: Double = 0, onStep: () throws -> Void) rethrows {
    schema = table.schema
    count = table.count
    let group = max(2, Self.cellsOfAGroup / max(table.count, 1))
    var columns: [BinnedColumn] = []
    for start in stride(from: 0, to: table.columns.count, by: group) {
      try onStep()
      columns += Workers.map(min(group, table.columns.count - start)) { offset in
        let index = start + offset
        return switch (table.columns[index], table.schema.features[index].kind) {
        case (.bytes(let bytes), .numeric): BinnedColumn(bytes: bytes)
        case (let column, .numeric): BinnedColumn(numbers: column.values, leastGap: leastGap)
        case (let column, .categorical(let levels)):
          BinnedColumn(levels: column.values, count: levels.count)
        }
      }
    }
    self.columns = columns
  }

  /// Bins a table without a callback.
  public init(_ table: Table) { self.init(table) {} }

  /// The number of cells binned between two calls of `onStep`.
  private static let cellsOfAGroup = 1 << 20

  /// The number of columns.
  public var columnCount: Int { columns.count }
}

/// The bins of one column.
struct BinnedColumn: Sendable {
  enum Kind: Sendable {
    /// Bin i holds the values from `lowest[i]` to `highest[i]`.
    case numbers(lowest: [Double], highest: [Double])
    /// Bin i holds these levels.
    case levels(inBin: [[Int]])
  }

  let kind: Kind
  /// The bin of each row.
  let bins: [UInt8]
  /// The number of bins of known values; they are the first bins.
  let known: Int
  /// The bin of missing values, if there are any.
  let missing: Int?
  /// The bin of levels that are not in the schema, if there are any.
  let unknown: Int?

  var binCount: Int { known + (missing == nil ? 0 : 1) + (unknown == nil ? 0 : 1) }

  init(bytes: [UInt8]) {
    let all = (0...255).map(Double.init)
    kind = .numbers(lowest: all, highest: all)
    bins = bytes
    known = Int(bytes.max() ?? 0) + 1
    missing = nil
    unknown = nil
  }

  init(numbers values: [Double], leastGap: Double = 0) {
    let sorted = values.filter { !$0.isNaN }.sorted()
    let largest = max(abs(sorted.first ?? 0), abs(sorted.last ?? 0))
    let gap = leastGap > 0 && largest.isFinite ? leastGap * largest : 0
    // The lowest and the highest number of each run of numbers that are at most the gap apart.
    var lowest: [Double] = []
    var highest: [Double] = []
    for value in sorted {
      if let last = highest.last, value == last || value - last <= gap {
        highest[highest.count - 1] = value
      } else {
        lowest.append(value)
        highest.append(value)
      }
    }
    if lowest.count > Self.limit {
      let runs = highest
      (lowest, highest) = ([], [])
      // Quantiles of the sorted rows are the bin limits; equal values share a bin.
      var start = 0
      for piece in 1...Self.limit {
        let value = sorted[sorted.count * piece / Self.limit - 1]
        guard start < sorted.count, value >= sorted[start] else { continue }
        let end = gap > 0 ? runs[Self.firstAbove(value.nextDown, in: runs)] : value
        lowest.append(sorted[start])
        highest.append(end)
        start = Self.firstAbove(end, in: sorted)
      }
    }
    let bounds = highest
    kind = .numbers(lowest: lowest, highest: highest)
    known = bounds.count
    missing = sorted.count < values.count ? bounds.count : nil
    unknown = nil
    bins = values.map { value in
      if value.isNaN { return UInt8(bounds.count) }
      var (low, high) = (0, bounds.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if value <= bounds[middle] { high = middle } else { low = middle + 1 }
      }
      return UInt8(low)
    }
  }

  init(levels values: [Double], count: Int) {
    var counts = [Int](repeating: 0, count: count)
    let known = { (value: Double) in value >= 0 && value < Double(count) }
    for value in values where known(value) { counts[Int(value)] += 1 }
    // The rarest levels beyond the limit share the last bin.
    let frequent = counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }
    var binOfLevel = [Int](repeating: Self.limit - 1, count: count)
    for level in frequent.prefix(count <= Self.limit ? count : Self.limit - 1).sorted()
      .enumerated()
    {
      binOfLevel[level.element] = level.offset
    }
    let binCount = min(count, Self.limit)
    var levelsOfBin = [[Int]](repeating: [], count: binCount)
    for (level, bin) in binOfLevel.enumerated() { levelsOfBin[bin].append(level) }
    kind = .levels(inBin: levelsOfBin)
    self.known = binCount
    let missing = values.contains(where: \.isNaN) ? binCount : nil
    let unknown =
      values.contains { !$0.isNaN && !known($0) } ? binCount + (missing == nil ? 0 : 1) : nil
    self.missing = missing
    self.unknown = unknown
    bins = values.map { value in
      if value.isNaN { return UInt8(missing ?? 0) }
      return UInt8(known(value) ? binOfLevel[Int(value)] : unknown ?? 0)
    }
  }

  /// The largest number of bins for known values; one bin each is reserved for missing and unknown.
  static let limit = 254

  private static func firstAbove(_ value: Double, in sorted: [Double]) -> Int {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
