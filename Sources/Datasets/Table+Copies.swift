/// Notes on columns that repeat another column or the target.
extension Table {
  /// The rows below which equal columns may be chance.
  private static let fewestCompared = 20

  /// Notes on columns with the values of an earlier column in every row, and on columns that tell the class of
  /// every row; an empty list for images and tables of fewer than 20 rows.
  ///
  /// A copy of the target among the columns, such as a code of the class, makes every other column useless.
  var copyNotes: [String] {
    guard schema.image == nil, count >= Self.fewestCompared else { return [] }
    var seen: [UInt64: [Int]] = [:]
    var copies: [(name: String, of: String)] = []
    var codes: [String] = []
    for (index, column) in columns.enumerated() {
      let name = schema.features[index].id.rawValue
      if tellsTarget(column) { codes.append(name) }
      let key = Self.hash(of: column)
      let first = (seen[key] ?? []).first {
        schema.features[$0].levels == schema.features[index].levels
          && Self.areEqual(columns[$0], column)
      }
      if let first {
        copies.append((name, schema.features[first].id.rawValue))
      } else {
        seen[key, default: []].append(index)
      }
    }
    var notes = copies.prefix(3).map {
      "'\(excerpt($0.name))' has the values of '\(excerpt($0.of))' in every row"
    }
    if copies.count > 3 {
      notes.append("\(grouped(copies.count - 3)) other columns are copies too")
    }
    if !codes.isEmpty {
      let subject =
        codes.count == 1
        ? "'\(excerpt(codes[0]))' tells" : "\(ReadingNotes.names(codes)) each tell"
      notes.append(
        "\(subject) the value of '\(excerpt(schema.target.name))' of every row: leave out columns that are made "
          + "of the target")
    }
    return notes
  }

  /// A hash of all values: columns of mostly zeros have the same values in most rows.
  private static func hash(of column: Column) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for value in column.values {
      hash = (hash ^ (value.isNaN ? 0x7FF8 << 48 : value.bitPattern)) &* 0x0000_0100_0000_01B3
      hash ^= hash >> 29
    }
    return hash
  }

  private static func areEqual(_ first: Column, _ second: Column) -> Bool {
    (0..<first.count).allSatisfy { row in
      let (a, b) = (first[row], second[row])
      return a == b || a.isNaN && b.isNaN
    }
  }

  /// Whether a column has one value for each class, and the other way round; or the numbers of the target.
  private func tellsTarget(_ column: Column) -> Bool {
    if !numbers.isEmpty {
      return numbers.indices.allSatisfy { numbers[$0] == column[$0] }
    }
    var valueOfClass: [Int: Double] = [:]
    var classOfValue: [Double: Int] = [:]
    for (row, label) in labels.enumerated() where label >= 0 {
      let value = column[row]
      guard !value.isNaN, valueOfClass[label] ?? value == value,
        classOfValue[value] ?? label == label
      else { return false }
      valueOfClass[label] = value
      classOfValue[value] = label
    }
    return valueOfClass.count > 1
  }
}
