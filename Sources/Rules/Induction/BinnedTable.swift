import Datasets
import Tensors

/// A table whose columns are cut into at most 256 bins, so that a tree looks at bins, not at values.
///
/// Bins are fitted to the table's own rows. Bytes are their own bins and are not copied.
public struct BinnedTable: Sendable {
  public let schema: Schema
  public let count: Int
  let columns: [BinnedColumn]

  /// `onStep`: called between groups of columns; what it throws ends the binning.
  /// - Complexity: O(rows log rows) a column
  public init(_ table: Table, onStep: () throws -> Void) rethrows {
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
        case (let column, .numeric): BinnedColumn(numbers: column.values)
        case (let column, .categorical(let levels)):
          BinnedColumn(levels: column.values, count: levels.count)
        }
      }
    }
    self.columns = columns
  }

  /// The same without an end before all is done.
  public init(_ table: Table) { self.init(table) {} }

  /// Cells that are binned at a time.
  private static let cellsOfAGroup = 1 << 20

  /// The classes that rows fall into, with a name: what a tree is asked to tell apart.
  public var columnCount: Int { columns.count }
}

/// One column's bins.
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
  /// How many bins hold known values; they come first.
  let known: Int
  /// The bin of missing values, where there are any.
  let missing: Int?
  /// The bin of levels that the schema does not know, where there are any.
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

  init(numbers values: [Double]) {
    let sorted = values.filter { !$0.isNaN }.sorted()
    var distinct: [Double] = []
    for value in sorted where value != distinct.last { distinct.append(value) }
    var lowest: [Double] = []
    var highest: [Double] = []
    if distinct.count <= Self.limit {
      (lowest, highest) = (distinct, distinct)
    } else {
      // Values at equal steps through the sorted rows end a bin; equal values stay together.
      var start = 0
      for piece in 1...Self.limit {
        let value = sorted[sorted.count * piece / Self.limit - 1]
        guard start < sorted.count, value >= sorted[start] else { continue }
        lowest.append(sorted[start])
        highest.append(value)
        start = Self.firstAbove(value, in: sorted)
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
    // Levels beyond the limit share the last bin: the rarest ones, so that the others stay apart.
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

  /// The most bins for known values: one bin each is left for missing and unknown ones.
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
