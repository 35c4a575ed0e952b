import Datasets
import Tensors

/// A set of rows of a table as a bit set, for evaluating conditions on 64 rows at a time.
public struct RowSet: Hashable, Sendable {
  /// The number of rows of the table.
  public let rows: Int
  package var words: [UInt64]

  /// Creates the empty set, or the set of all rows.
  public init(rows: Int, all: Bool = false) {
    self.rows = rows
    words = [UInt64](repeating: all ? ~0 : 0, count: (rows + 63) / 64)
    if all, rows % 64 != 0, !words.isEmpty { words[words.count - 1] = (1 << (rows % 64)) - 1 }
  }

  /// Creates the set of rows for which `holds` is true.
  public init(rows: Int, where holds: (Int) -> Bool) {
    self.init(rows: rows)
    for row in 0..<rows where holds(row) { words[row >> 6] |= 1 << (row & 63) }
  }

  /// The number of rows in the set.
  /// - Complexity: O(rows / 64)
  public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
  /// Whether no row is in the set.
  public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }
  /// Whether a row, from 0 and below `rows`, is in the set.
  public func contains(_ row: Int) -> Bool { words[row >> 6] >> (row & 63) & 1 == 1 }
  /// Adds a row, from 0 and below `rows`.
  public mutating func insert(_ row: Int) { words[row >> 6] |= 1 << (row & 63) }

  /// Keeps only the rows that are in both sets, which are of tables with equally many rows.
  public mutating func formIntersection(_ other: RowSet) {
    for index in words.indices { words[index] &= other.words[index] }
  }

  /// Adds the rows of the other set, which is of a table with equally many rows.
  public mutating func formUnion(_ other: RowSet) {
    for index in words.indices { words[index] |= other.words[index] }
  }

  /// Removes the rows of the other set, which is of a table with equally many rows.
  public mutating func subtract(_ other: RowSet) {
    for index in words.indices { words[index] &= ~other.words[index] }
  }

  /// The rows that are in both sets.
  public func intersection(_ other: RowSet) -> RowSet {
    var copy = self
    copy.formIntersection(other)
    return copy
  }

  /// The rows that are in at least one of the sets.
  public func union(_ other: RowSet) -> RowSet {
    var copy = self
    copy.formUnion(other)
    return copy
  }

  /// The rows of this set that are not in the other.
  public func subtracting(_ other: RowSet) -> RowSet {
    var copy = self
    copy.subtract(other)
    return copy
  }

  /// The size of the intersection.
  public func countInCommon(with other: RowSet) -> Int {
    var count = 0
    for index in words.indices { count += (words[index] & other.words[index]).nonzeroBitCount }
    return count
  }

  /// Whether this set is a subset of another.
  public func isSubset(of other: RowSet) -> Bool {
    for index in words.indices where words[index] & ~other.words[index] != 0 { return false }
    return true
  }

  /// Whether no row is in both sets.
  public func isDisjoint(with other: RowSet) -> Bool {
    for index in words.indices where words[index] & other.words[index] != 0 { return false }
    return true
  }

  /// Calls `body` with every row, in order.
  public func forEach(_ body: (Int) -> Void) {
    for index in words.indices {
      var word = words[index]
      while word != 0 {
        body(index << 6 + word.trailingZeroBitCount)
        word &= word - 1
      }
    }
  }

  /// The rows as positions, in order.
  public var positions: [Int] {
    var positions: [Int] = []
    positions.reserveCapacity(count)
    forEach { positions.append($0) }
    return positions
  }
}

extension Condition {
  /// The rows of a column that satisfy the condition.
  /// - Complexity: O(rows)
  public func rows(of column: Column) -> RowSet {
    switch column {
    case .bytes(let bytes):
      let passes = (0...255).map { holds(for: Double($0)) }
      return RowSet(rows: bytes.count) { passes[Int(bytes[$0])] }
    case .doubles(let values):
      if case .levels(let among, let orMissing) = self, let last = among.max(), last < 1 << 20 {
        // A look-up table avoids hashing every row.
        var passes = [Bool](repeating: false, count: max(last + 1, 0))
        for level in among where level >= 0 { passes[level] = true }
        return RowSet(rows: values.count) { row in
          let value = values[row]
          if value.isNaN { return orMissing }
          return value >= 0 && value < Double(passes.count) && value == value.rounded()
            && passes[Int(value)]
        }
      }
      guard case .interval(let lower, let upper, let orMissing) = self else {
        return RowSet(rows: values.count) { holds(for: values[$0]) }
      }
      return RowSet(rows: values.count) { row in
        let value = values[row]
        if value.isNaN { return orMissing }
        if let lower, !(value > lower) { return false }
        if let upper, !(value <= upper) { return false }
        return true
      }
    }
  }
}

/// A cache of the rows of one table on which literals hold; each literal is evaluated once.
///
/// Literals must be on columns of the table. Rules from files are validated before:
/// `Explanation` throws for a rule on a column that its schema lacks.
package struct LiteralIndex {
  package let table: Table
  private let positions: [Feature.ID: Int]
  private var known: [Literal: RowSet] = [:]

  package init(_ table: Table) {
    self.table = table
    positions = Dictionary(
      table.schema.features.enumerated().map { ($1.id, $0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Evaluates literals in parallel and caches the results.
  package mutating func prepare(_ literals: [Literal]) {
    var seen: Set<Literal> = []
    let new = literals.filter { known[$0] == nil && seen.insert($0).inserted }
    let sets = Workers.map(new.count) { rows(new[$0]) }
    for (literal, set) in zip(new, sets) { known[literal] = set }
  }

  package mutating func callAsFunction(_ literal: Literal) -> RowSet {
    if let set = known[literal] { return set }
    let set = rows(literal)
    known[literal] = set
    return set
  }

  /// The rows on which a whole premise holds.
  package mutating func callAsFunction(_ premise: Conjunction) -> RowSet {
    var held = RowSet(rows: table.count, all: true)
    for literal in premise.literals { held.formIntersection(self(literal)) }
    return held
  }

  private func rows(_ literal: Literal) -> RowSet {
    guard let position = positions[literal.variable] else {
      preconditionFailure("a rule tests '\(literal.variable)', which the table lacks")
    }
    return literal.condition.rows(of: table.columns[position])
  }
}
