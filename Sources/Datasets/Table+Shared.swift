extension Table {
  /// The number of rows that equal a row of another table of the same schema, with the same target,
  /// beyond what rows that occur by chance explain; 0 if there are no more than that.
  ///
  /// Where values are few, rows repeat: a share of the rows of `other` as large as that of its rows with
  /// a copy, and 5 % more, is chance.
  /// - Complexity: O(values of both tables)
  public func rowsShared(with other: Table) -> Int {
    var counts: [Int: Int] = [:]
    for row in 0..<other.count { counts[other.fingerprint(of: row), default: 0] += 1 }
    let copies = counts.values.reduce(0) { $1 > 1 ? $0 + $1 : $0 }
    let shared = (0..<count).count { counts[fingerprint(of: $0)] != nil }
    let chance = Double(copies) / Double(max(other.count, 1)) + 0.05
    return Double(shared) > chance * Double(count) ? shared : 0
  }

  /// The number of rows that equal a row of another table of the same schema, with the same target.
  /// - Complexity: O(values of both tables)
  public func rowsRepeated(of other: Table) -> Int {
    let known = Set((0..<other.count).map { other.fingerprint(of: $0) })
    return (0..<count).count { known.contains(fingerprint(of: $0)) }
  }

  /// A hash of the values of a row, the same for missing values.
  private func fingerprint(of row: Int) -> Int {
    var hasher = Hasher()
    for column in columns {
      let value = column[row]
      hasher.combine(value.isNaN ? nil : value)
    }
    hasher.combine(labels[row])
    if !numbers.isEmpty { hasher.combine(numbers[row]) }
    return hasher.finalize()
  }
}
