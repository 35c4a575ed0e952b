import Foundation

/// What a collected column turns out to be.
enum ColumnVerdict {
  case feature(Feature, Column)
  case leftOut(reason: String)
}

/// Decides what the columns of a table are.
///
/// A column is numeric when all of its cells are numbers or missing. With words in it, it is
/// categorical, unless at least nine in ten of its cells are numbers and the words are at most
/// three, or at most one in a hundred, or all the same beside more than twenty numbers: then the
/// words are taken for mistakes. A category has at most 1,000 levels, at most half as many as
/// rows when it has more than 50, and fewer than rows.
struct ColumnJudge {
  let source: String
  /// The rows that have a value for the target.
  let kept: [Int]?
  let rows: Int
  /// Whether every column of the schema has to come out as it is there.
  let isExact: Bool
  /// Whether columns that never vary are kept: the pixels of a picture are, and what a network that
  /// was trained elsewhere reads.
  let keepsConstants: Bool

  func verdict(
    _ name: String, _ column: ColumnCollector
  ) throws -> ColumnVerdict {
    switch column.content {
    case .skipped: return .leftOut(reason: "")
    case .freeText:
      return .leftOut(
        reason: column.hasLongText
          ? "has texts of more than \(grouped(LevelTable.longestLevel)) bytes"
          : "has more than \(grouped(LevelTable.limit)) different texts")
    case .numbers(let numbers):
      return try numeric(name, column, kept.map { $0.map { numbers[$0] } } ?? numbers)
    case .coded(let codes, let table):
      return try coded(name, column, kept.map { $0.map { codes[$0] } } ?? codes, table)
    }
  }

  // MARK: - Numbers

  private func numeric(
    _ name: String, _ column: ColumnCollector, _ values: [Double]
  ) throws -> ColumnVerdict {
    if let word = column.firstWord {
      let known = column.rows - column.words
      if case .numeric = column.expectation {
        throw DatasetError.notANumber(at: position(word), column: name, found: word.text)
      }
      if Self.looksLikeMistake(words: column.words, spellings: 2, numbers: known, distinct: known) {
        throw DatasetError.wordAmongNumbers(
          at: position(word), column: name, found: word.text, numbers: known)
      }
      return .leftOut(reason: "has more than \(grouped(LevelTable.limit)) different texts")
    }
    if let infinite = column.firstInfinite {
      throw DatasetError.infinite(at: position(infinite), column: name, found: infinite.text)
    }
    let unit: String? = if case .numeric(let unit) = column.expectation { unit } else { nil }
    return judge(name, values, unit: unit, isInferred: column.expectation == .inferred)
  }

  private func judge(
    _ name: String, _ values: [Double], unit: String?, isInferred: Bool
  ) -> ColumnVerdict {
    let feature = ColumnVerdict.feature(
      Feature(Feature.ID(name), .numeric(unit: unit)), .doubles(values))
    if isExact { return feature }
    if !keepsConstants {
      guard let first = values.first(where: { !$0.isNaN }) else {
        return .leftOut(reason: "has no value in any row")
      }
      if values.allSatisfy({ $0 == first || $0.isNaN }) {
        return .leftOut(reason: "is \(shortest(first)) in every row")
      }
    }
    if isInferred, Self.isIdentifier(name, values) {
      return .leftOut(reason: "numbers the rows")
    }
    return feature
  }

  /// Whether words among numbers are too few to be meant.
  static func looksLikeMistake(
    words: Int, spellings: Int, numbers: Int, distinct: Int
  ) -> Bool {
    let all = words + numbers
    guard numbers * 10 >= all * 9 else { return false }
    return words <= max(3, all / 100) || (spellings == 1 && distinct > 20)
  }

  /// Whether a column numbers the rows, by its name and by its numbers.
  static func isIdentifier(_ name: String, _ values: [Double]) -> Bool {
    let plain = name.lowercased().filter { $0.isLetter || $0.isNumber }
    let names = ["id", "rowid", "row", "index", "rownames", "rownumber", "unnamed0", "no", "nr"]
    guard names.contains(plain) || name == "column 1" || name.lowercased().hasSuffix("_id")
    else { return false }
    guard values.allSatisfy({ $0 == $0.rounded() }) else { return false }
    if plain == "id" || plain == "rowid" { return Set(values).count == values.count }
    guard let first = values.first, first == 0 || first == 1 else { return false }
    return values.enumerated().allSatisfy { $0.element == first + Double($0.offset) }
  }

  // MARK: - Texts

  private func coded(
    _ name: String, _ column: ColumnCollector, _ codes: [Int32], _ table: LevelTable
  ) throws -> ColumnVerdict {
    let counts = Self.counts(codes, table)
    if column.expectation == .inferred {
      switch try kind(name, counts, table) {
      case .numbers:
        let values = table.levels.map { level -> Double in
          if case .number(let value) = level.meaning { value } else { .nan }
        }
        return judge(name, codes.map { values[Int($0)] }, unit: nil, isInferred: true)
      case .words: break
      }
    }
    let levels = CategoryLevels(
      table, counts: counts, known: column.knownLevels)
    let feature = ColumnVerdict.feature(
      Feature(Feature.ID(name), .categorical(levels: levels.names)),
      .doubles(codes.map { levels.values[Int($0)] }))
    if isExact { return feature }
    if !keepsConstants {
      let used = Set(codes.map { levels.values[Int($0)] }.filter { !$0.isNaN })
      if used.isEmpty { return .leftOut(reason: "has no value in any row") }
      if used.count == 1, !used.contains(Table.unknownLevel), let only = used.first {
        return .leftOut(reason: "is '\(excerpt(levels.names[Int(only)]))' in every row")
      }
    }
    if column.expectation == .inferred {
      let known = codes.reduce(0) { $0 + (levels.values[Int($1)].isNaN ? 0 : 1) }
      if levels.names.count == known { return .leftOut(reason: "is different in every row") }
      if levels.names.count > 50, levels.names.count * 2 > codes.count {
        return .leftOut(
          reason: "has \(grouped(levels.names.count)) different texts in "
            + counted(codes.count, "row"))
      }
    }
    return feature
  }

  private enum Kind { case numbers, words }

  /// Whether an undeclared column holds numbers or words.
  /// - Throws: `DatasetError` for a word that looks like a mistake, and for infinite numbers.
  private func kind(_ name: String, _ counts: [Int], _ table: LevelTable) throws -> Kind {
    var words = 0
    var spellings = 0
    var numbers = 0
    var distinct = 0
    for (position, level) in table.levels.enumerated() where counts[position] > 0 {
      switch level.meaning {
      case .missing: break
      case .word:
        words += counts[position]
        spellings += 1
      case .number:
        numbers += counts[position]
        distinct += 1
      }
    }
    if words > 0 {
      guard
        Self.looksLikeMistake(
          words: words, spellings: spellings, numbers: numbers, distinct: distinct)
      else { return .words }
      let word = table.levels.indices.first {
        counts[$0] > 0 && table.levels[$0].meaning == .word
      }
      if let word {
        throw DatasetError.wordAmongNumbers(
          at: position(table.levels[word]), column: name, found: excerpt(table.text(word)),
          numbers: numbers)
      }
    }
    let infinite = table.levels.indices.first {
      counts[$0] > 0 && isInfinite(table.levels[$0].meaning)
    }
    if let infinite {
      throw DatasetError.infinite(
        at: position(table.levels[infinite]), column: name, found: excerpt(table.text(infinite)))
    }
    return .numbers
  }

  static func counts(_ codes: [Int32], _ table: LevelTable) -> [Int] {
    var counts = [Int](repeating: 0, count: table.levels.count)
    for code in codes { counts[Int(code)] += 1 }
    return counts
  }

  private func position(_ level: LevelTable.Level) -> SourcePosition {
    SourcePosition(source, line: level.line, column: level.column)
  }

  private func position(_ cell: ColumnCollector.Exception) -> SourcePosition {
    SourcePosition(source, line: cell.line, column: cell.column)
  }
}

/// The levels of a category in their order, and what each text of its column is among them.
struct CategoryLevels {
  var names: [String] = []
  /// For each text of the column: the position of its level, missing, or unknown.
  var values: [Double]

  /// The first `known` texts are the schema's levels, which keep their order; when there are any,
  /// other texts are unknown.
  init(_ table: LevelTable, counts: [Int], known: Int) {
    values = [Double](repeating: .nan, count: table.levels.count)
    if known > 0 {
      names = (0..<known).map { table.text($0) }
      for position in values.indices {
        if position < known {
          values[position] = Double(position)
        } else if table.levels[position].meaning != .missing {
          values[position] = Self.sameNumber(position, in: table, known) ?? Table.unknownLevel
        }
      }
      return
    }
    let used = table.levels.indices.filter {
      counts[$0] > 0 && table.levels[$0].meaning != .missing
    }
    // Texts that Unicode holds to be equal are one level.
    var positions: [String: Int] = [:]
    names = used.map { table.text($0) }.filter { positions.updateValue(0, forKey: $0) == nil }
    names.sort(by: Self.order(names))
    for (position, name) in names.enumerated() { positions[name] = position }
    for text in used { values[text] = positions[table.text(text)].map(Double.init) ?? .nan }
  }

  /// The known level that is the same number in another spelling.
  private static func sameNumber(_ position: Int, in table: LevelTable, _ known: Int) -> Double? {
    guard case .number = table.levels[position].meaning else { return nil }
    let meaning = table.levels[position].meaning
    return (0..<known).first { table.levels[$0].meaning == meaning }.map(Double.init)
  }

  /// By size when all are numbers, by Unicode otherwise.
  private static func order(_ names: [String]) -> (String, String) -> Bool {
    let numbers = names.map { name -> Double? in
      var name = name
      return name.withUTF8 { DecimalNumber.parse($0) }
    }
    guard numbers.allSatisfy({ $0 != nil }) else {
      return { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    }
    let sizes = Dictionary(uniqueKeysWithValues: zip(names, numbers.map { $0 ?? 0 }))
    return { first, second in
      let (a, b) = (sizes[first] ?? 0, sizes[second] ?? 0)
      return a == b ? first.unicodeScalars.lexicographicallyPrecedes(second.unicodeScalars) : a < b
    }
  }
}
