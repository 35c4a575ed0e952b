/// The ordered levels of a categorical column, and the level of each of its texts.
struct CategoryLevels {
  var names: [String] = []
  /// For each text of the column: the index of its level, missing, or unknown.
  var values: [Double]
  /// The number of cells in another Unicode normalisation form than their level, with an example.
  private var reformed: (count: Int, level: String) = (0, "")
  /// The numbers of cells with words and with numbers, and the first word.
  private var mixture: (words: Int, numbers: Int, word: String) = (0, 0, "")
  private let isKnown: Bool
  /// The texts that are no level of the schema, in order of first occurrence.
  private var unknown: [String] = []
  /// Those of them that are a level of the schema in another Unicode form.
  private var otherForms: [String] = []

  /// The first `known` texts are the schema's levels, in order; if there are any, other texts are
  /// unknown, unless they are the same number in another notation or the same text in another Unicode
  /// form and `comparesTexts` is false.
  init(
    _ table: LevelTable, _ readings: [CellReading], counts: [Int], known: Int,
    comparesTexts: Bool = false
  ) {
    isKnown = known > 0
    values = [Double](repeating: .nan, count: table.levels.count)
    // Canonically equivalent Unicode texts are one level: `é` as one scalar or as two.
    var positions: [String: Int] = [:]
    if isKnown {
      names = (0..<known).map { table.text($0) }
      for (position, name) in names.enumerated() {
        values[position] = Double(position)
        if positions[name] == nil { positions[name] = position }
      }
      for position in known..<max(known, values.count) {
        if case .missing = readings[position] { continue }
        let same = positions[table.text(position)]
        if comparesTexts, same != nil { otherForms.append(table.text(position)) }
        let level =
          comparesTexts
          ? nil
          : same.map(Double.init)
            ?? Self.sameNumber(position, among: readings[..<known], readings[position])
        if level == nil { unknown.append(table.text(position)) }
        values[position] = level ?? Table.unknownLevel
      }
      return
    }
    let used = table.levels.indices.filter { position in
      if case .missing = readings[position] { return false }
      return counts[position] > 0
    }
    var first: [String: Int] = [:]
    for position in used {
      let name = table.text(position)
      if let other = first[name] {
        reformed.count += min(counts[position], counts[other])
        reformed.level = table.text(other)
      } else {
        first[name] = position
        names.append(name)
      }
      switch readings[position] {
      case .number: mixture.numbers += counts[position]
      default:
        if mixture.words == 0 { mixture.word = name }
        mixture.words += counts[position]
      }
    }
    names.sort(by: Self.order(names))
    for (position, name) in names.enumerated() { positions[name] = position }
    for text in used { values[text] = positions[table.text(text)].map(Double.init) ?? .nan }
  }

  /// The known level that is the same number in another notation, if the value is exact.
  private static func sameNumber(
    _ position: Int, among known: ArraySlice<CellReading>, _ reading: CellReading
  ) -> Double? {
    guard let value = plainNumber(reading) else { return nil }
    return known.firstIndex { plainNumber($0) == value }.map(Double.init)
  }

  private static func plainNumber(_ reading: CellReading) -> Double? {
    guard case .number(let number) = reading, let value = number.point?.value,
      !number.isPercent, number.currency == nil, abs(value) < NumberStatistics.exact
    else { return nil }
    return value
  }

  /// Numeric order if all levels are numbers, Unicode order otherwise.
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

  /// Notes about the inferred levels of a column without a schema, or about texts that are no level
  /// of the schema.
  func notes(_ column: String, known place: String = "in the schema") -> [String] {
    var notes: [String] = []
    guard !isKnown else {
      if !unknown.isEmpty {
        let verb = unknown.count == 1 ? "is" : "are"
        notes.append(
          "'\(excerpt(column))' has \(counted(unknown.count, "string")) that \(verb) not "
            + "\(place): \(ReadingNotes.names(unknown))")
      }
      if !otherForms.isEmpty {
        notes.append(
          "'\(excerpt(column))' has levels \(place) in another Unicode form, which are not read as those "
            + "levels: " + ReadingNotes.names(otherForms))
      }
      return notes
    }
    let name = "'\(excerpt(column))'"
    if reformed.count > 0 {
      notes.append(
        "\(name) has levels in two Unicode forms in \(counted(reformed.count, "cell")), "
          + "such as '\(excerpt(reformed.level))': they are read as one level")
    }
    if mixture.numbers > 0, mixture.words > 0 {
      notes.append(
        "\(name) has strings such as '\(excerpt(mixture.word))' in "
          + "\(counted(mixture.words, "cell")) and numbers in \(grouped(mixture.numbers)): "
          + "all are read as levels")
    }
    if let price = Self.price(of: names) {
      notes.append(
        "\(name) has \(counted(names.count, "string")) such as '\(excerpt(names[0]))', numbers "
          + "with '\(price)', that are read as levels without an order: remove '\(price)' if they "
          + "are numbers")
    }
    let digits = names.filter { $0.first?.isNumber == true }
    if mixture.numbers == 0, digits.count > 10, digits.count * 10 >= names.count * 9 {
      notes.append(
        "\(name) has \(counted(names.count, "string")) such as '\(excerpt(digits[0]))' that begin "
          + "with digits and are read as levels without an order")
    }
    let groups = Self.alike(names)
    if !groups.isEmpty {
      let shown = groups.prefix(3).map { group in
        group.map { "'\(excerpt($0))'" }.joined(separator: ", ")
      }
      let rest = groups.count > 3 ? "; and \(grouped(groups.count - 3)) more" : ""
      let isHidden = groups.contains {
        $0.contains { $0.unicodeScalars.contains(where: Self.isInvisible) }
      }
      let difference = isHidden ? "case, blanks or invisible characters" : "case or blanks"
      notes.append(
        "\(name) has levels that differ only in \(difference) and are kept separate: "
          + shown.joined(separator: "; ") + rest)
    }
    return notes
  }

  /// Currencies that are not read as parts of numbers, and marks of prices without cents.
  private static let currencies: Set = [
    "US$", "R$", "A$", "C$", "NZ$", "HK$", "S$", "Fr", "Fr.", "SFr.", "Rs", "Rs.", "kr", "kr.",
    "Kr.",
    "z\u{142}", "K\u{10D}", "Ft", "lei", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RUB", "TRY",
    "KRW",
    "BRL", "MXN", "CAD", "AUD", "NZD", "ZAR", "SGD", "HKD", "RON", "\u{20BD}", "\u{20BA}",
    "\u{20A9}",
    "\u{20AA}", "\u{20AB}", "\u{20B4}", "\u{20A6}", "\u{20B1}", "\u{E3F}", "-", "--", "\u{2013}",
    "\u{2014}",
  ]

  /// The marks of prices without cents: `70.-`.
  private static let dashes: Set = ["-", "--", "\u{2013}", "\u{2014}"]

  /// The currency that all of at least three texts have beside a number; `nil` if there is none.
  private static func price(of names: [String]) -> String? {
    guard names.count >= 3 else { return nil }
    var found: String?
    for name in names {
      guard name.contains(where: \.isNumber) else { return nil }
      let mark = name.filter { !$0.isNumber && !$0.isWhitespace }
        .trimmingMarks([",", ".", "'", "\u{2019}"], keeping: currencies)
      guard currencies.contains(mark), found == nil || found == mark else { return nil }
      // Between numbers a dash is that of a range.
      if dashes.contains(mark), !name.hasSuffix(mark) { return nil }
      found = mark
    }
    return found
  }

  /// Whether a character has no width: zero-width spaces and joiners, soft hyphens.
  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    ["\u{200B}", "\u{200C}", "\u{200D}", "\u{2060}", "\u{FEFF}", "\u{AD}"].contains(scalar)
  }

  /// Groups of names that are equal without case, blanks and invisible characters.
  static func alike(_ names: [String]) -> [[String]] {
    var groups: [String: [String]] = [:]
    var order: [String] = []
    for name in names {
      let visible = String(
        String.UnicodeScalarView(name.unicodeScalars.filter { !isInvisible($0) }))
      // In capitals first: those of both 'straße' and 'strasse' are 'STRASSE'.
      let plain = visible.uppercased().lowercased().filter { !$0.isWhitespace }
      if groups[plain] == nil { order.append(plain) }
      groups[plain, default: []].append(name)
    }
    return order.compactMap { groups[$0] }.filter { $0.count > 1 }
  }
}

extension String {
  /// The text without marks of numbers at its ends, up to a text that is kept: `.,Fr.` is `Fr.`.
  fileprivate func trimmingMarks(_ marks: Set<Character>, keeping kept: Set<String>) -> String {
    var text = self
    while !kept.contains(text), let first = text.first, marks.contains(first) { text.removeFirst() }
    while !kept.contains(text), let last = text.last, marks.contains(last) { text.removeLast() }
    return text
  }
}
