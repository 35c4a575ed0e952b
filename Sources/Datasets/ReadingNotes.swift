/// Notes about the interpretation of a table, in sentences with counts; similar columns share a
/// note.
struct ReadingNotes {
  /// The kind of a note; notes are listed in this order.
  enum Kind: Int, CaseIterable {
    case decimalComma, thousands, percent, currency, parentheses, minusSign, blankGroups
    case apostropheGroups, specialBlank, trailingMinus, leadingApostrophe, leadingZeros, inexact
    case missingNumber, missingCode
  }

  private struct Entry {
    var column: String
    var count: Int
    var text: String
    var value: Double
  }

  private var entries: [Kind: [Entry]] = [:]
  /// Counts by missing-value text, in order of first occurrence.
  private var words: [(text: String, columns: [String], count: Int)] = []
  /// Notes about the file format.
  var first: [String] = []
  private var others: [String] = []

  mutating func add(_ sentence: String) { others.append(sentence) }

  mutating func add(
    _ kind: Kind, _ column: String, _ seen: NumberStatistics.Occurrence, is value: Double
  ) {
    guard seen.count > 0 else { return }
    entries[kind, default: []].append(
      Entry(column: column, count: seen.count, text: seen.text, value: value))
  }

  /// Counts the cells of a column with a missing-value text.
  mutating func addMissing(_ word: String, _ count: Int, in column: String) {
    guard count > 0, !word.isEmpty else { return }
    if let index = words.firstIndex(where: { $0.text == word }) {
      words[index].columns.append(column)
      words[index].count += count
    } else {
      words.append((word, [column], count))
    }
  }

  /// Appends the notes of another reading.
  mutating func merge(_ other: ReadingNotes) {
    for (kind, found) in other.entries { entries[kind, default: []] += found }
    mergeTexts(of: other)
  }

  /// Appends the notes of another reading about values that are not told apart.
  mutating func mergeDoubts(of other: ReadingNotes) {
    entries[.inexact, default: []] += other.entries[.inexact] ?? []
    others += other.others
  }

  /// Appends the notes of another reading about texts.
  mutating func mergeTexts(of other: ReadingNotes) {
    for word in other.words {
      if let index = words.firstIndex(where: { $0.text == word.text }) {
        words[index].columns += word.columns
        words[index].count += word.count
      } else {
        words.append(word)
      }
    }
    first += other.first
    others += other.others
  }

  var sentences: [String] {
    let kinds = Kind.allCases.flatMap { kind in
      Self.groups(kind, entries[kind] ?? []).map { Self.sentence(kind, $0) }
    }
    let missing = words.map { word in
      "'\(excerpt(word.text))' is read as a missing value in \(counted(word.count, "cell")) of "
        + Self.names(word.columns)
    }
    return first + kinds + missing + others
  }

  /// The entries of each sentence: codes for a missing value have one sentence a code.
  private static func groups(_ kind: Kind, _ entries: [Entry]) -> [[Entry]] {
    guard kind == .missingNumber || kind == .missingCode else {
      return entries.isEmpty ? [] : [entries]
    }
    var texts: [String] = []
    for entry in entries where !texts.contains(entry.text) { texts.append(entry.text) }
    return texts.map { text in entries.filter { $0.text == text } }
  }

  private static func sentence(_ kind: Kind, _ entries: [Entry]) -> String {
    let count = counted(entries.reduce(0) { $0 + $1.count }, "cell")
    let columns = names(entries.map(\.column))
    let have = entries.count == 1 ? "has" : "have"
    let text = excerpt(entries[0].text)
    let example = "'\(text)' is read as \(shortest(entries[0].value))"
    return switch kind {
    case .decimalComma: "\(columns) \(have) a decimal comma in \(count): \(example)"
    case .thousands: "\(columns) \(have) thousands separators in \(count): \(example)"
    case .percent: "\(columns) \(have) a percent sign in \(count): \(example)"
    case .currency: "\(columns) \(have) a currency sign in \(count): \(example)"
    case .parentheses: "\(columns) \(have) parentheses around numbers in \(count): \(example)"
    case .minusSign: "\(columns) \(have) a Unicode minus sign in \(count): \(example)"
    case .blankGroups: "\(columns) \(have) blanks as thousands separators in \(count): \(example)"
    case .apostropheGroups:
      "\(columns) \(have) apostrophes as thousands separators in \(count): \(example)"
    case .specialBlank:
      "\(columns) \(have) non-breaking spaces around numbers in \(count): \(example)"
    case .trailingMinus: "\(columns) \(have) a minus after numbers in \(count): \(example)"
    case .leadingApostrophe:
      "\(columns) \(have) an apostrophe before numbers in \(count): \(example)"
    case .leadingZeros:
      "\(columns) \(have) leading zeros in \(count): \(example); "
        + "make the column categorical in a schema.json if these are codes"
    case .inexact:
      "\(columns) \(have) whole numbers above 9,007,199,254,740,992 in \(count): \(example), "
        + "and integers of this size are not exact in double precision"
    case .missingNumber:
      "\(columns) \(have) '\(text)' in \(count), far from all other numbers: "
        + "read as a missing value"
    case .missingCode:
      "\(columns) \(have) '\(text)' in \(count), apart from all other numbers, and it is read as a "
        + "number: if it stands for a missing value, leave these cells empty, or declare "
        + "\"notation\": {\"missing\": \(text)} in a schema.json"
    }
  }

  /// "'a'", "'a' and 'b'", "'a', 'b', 'c' and 7 more".
  static func names(_ columns: [String]) -> String {
    let quoted = columns.map { "'\(excerpt($0))'" }
    if quoted.count <= 3 {
      guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
      return quoted.dropLast().joined(separator: ", ") + " and " + last
    }
    return quoted.prefix(3).joined(separator: ", ") + " and \(grouped(quoted.count - 3)) more"
  }
}
