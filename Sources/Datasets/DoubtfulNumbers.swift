/// Numbers of a column that may stand for something else: a missing value, a row, a date.
struct DoubtfulNumbers {
  /// A code that may stand for a missing value.
  struct Code: Hashable {
    var value: Double
    var count: Int
  }

  private let name: String
  private let values: [Double]

  init(_ name: String, _ values: [Double]) {
    self.name = name
    self.values = values
  }

  /// Adds notes about the column; `isInput`: whether it can be left out of the inputs.
  func note(in notes: inout ReadingNotes, isInput: Bool) {
    guard let range = Self.range(of: values) else { return }
    for code in codes(range) {
      notes.add(
        .missingCode, name, .init(count: code.count, text: shortest(code.value)), is: code.value)
    }
    if let date = date(range) {
      notes.add(
        "'\(excerpt(name))' has \(date.form.isWhole ? "whole " : "")numbers such as "
          + "\(shortest(date.example)) that may be \(date.form.rawValue) and are read as numbers: "
          + date.form.consequence)
    } else if isInput, numbersRows(range) {
      notes.add(
        "'\(excerpt(name))' has a different whole number in every row, as an identifier has, and is "
          + "an input: exclude it if it identifies rows")
    }
  }

  /// The lowest and the highest number; `nil` if there are none.
  static func range(of values: [Double]) -> (low: Double, high: Double)? {
    guard let first = values.first(where: { !$0.isNaN }) else { return nil }
    return values.reduce((first, first)) { (min($0.0, $1), max($0.1, $1)) }
  }

  // MARK: - Missing values

  /// Usual codes for a missing value, by magnitude.
  private static let marks: Set<Double> = [
    1, 9, 98, 99, 998, 999, 9998, 9999, 99_998, 99_999, 999_998, 999_999,
  ]
  /// Whether a number is a usual code for a missing value, with any sign.
  static func isMark(_ value: Double) -> Bool {
    value < 0 ? marks.contains(-value) : positiveMarks.contains(value)
  }

  /// Of these, the codes that are used with a positive sign.
  private static let positiveMarks = marks.subtracting([1, 9])

  /// The codes at either end of the numbers that may stand for a missing value: in at least three
  /// cells and 1 % of them, and apart from the other numbers.
  ///
  /// A negative code is apart if there is no other negative number, or if its distance from the
  /// others is at least their range; a positive one in the latter case only. As -1 is often a number
  /// among others, it must be the most frequent of more than 20, or at least as far from the others
  /// as from zero.
  func codes(_ range: (low: Double, high: Double)) -> [Code] {
    guard Self.isMark(range.low) || Self.isMark(range.high) else { return fillers(range) }
    var counts: [Double: Int] = [:]
    for value in values where !value.isNaN { counts[value, default: 0] += 1 }
    let all = counts.values.reduce(0, +)
    var rest = counts.keys.sorted()[...]
    var found: [Double] = []
    while let low = rest.first, low < 0, Self.marks.contains(-low) {
      found.append(low)
      rest.removeFirst()
    }
    while let high = rest.last, Self.positiveMarks.contains(high) {
      found.append(high)
      rest.removeLast()
    }
    guard let low = rest.first, let high = rest.last, rest.count > 1 else { return [] }
    return found.compactMap { mark in
      let count = counts[mark] ?? 0
      guard count >= 3, count * 100 >= all else { return nil }
      let distance = mark < 0 ? low - mark : mark - high
      let isApart =
        switch mark {
        case -1:
          low >= 1 && distance >= high - low
            || low >= 0 && rest.count > 20 && rest.allSatisfy { counts[$0] ?? 0 < count }
        case ..<0: low >= 0 || distance >= high - low
        default: distance >= high - low
        }
      return isApart ? Code(value: mark, count: count) : nil
    }
  }

  /// The factor between the distance of a fill value from the other numbers and their range.
  private static let fillDistance = 20.0

  /// A fill value of another program, such as 1e20, 9.96921e36 or -32768: the number at one end, in at least three
  /// cells and 1 % of them, whose distance from all others is at least 20 times their range.
  private func fillers(_ range: (low: Double, high: Double)) -> [Code] {
    for end in [range.low, range.high] {
      let rest = values.filter { !$0.isNaN && $0 != end }
      guard let others = Self.range(of: rest), others.low < others.high else { continue }
      let count = values.count { $0 == end }
      let distance = end < others.low ? others.low / 2 - end / 2 : end / 2 - others.high / 2
      guard count >= 3, count * 100 >= count + rest.count, rest.count > count,
        distance >= Self.fillDistance * (others.high / 2 - others.low / 2)
      else { continue }
      return [Code(value: end, count: count)]
    }
    return []
  }

  // MARK: - Identifiers

  /// The fewest rows of an identifier.
  private static let fewestRows = 20

  /// Whether each row has another whole number, and they are consecutive or the name says so.
  private func numbersRows(_ range: (low: Double, high: Double)) -> Bool {
    guard values.count >= Self.fewestRows, range.high - range.low < NumberStatistics.exact,
      range.high - range.low + 1 == Double(values.count) || Self.isIdentifierName(name),
      values.allSatisfy({ $0 == $0.rounded() })
    else { return false }
    return Set(values).count == values.count
  }

  /// Whether a word of the name is one for identifiers: `customer_id`, `customerId`, `Row`.
  static func isIdentifierName(_ name: String) -> Bool {
    var words: [String] = []
    var last: Character?
    for character in name {
      if !character.isLetter {
        last = nil
        continue
      }
      let begins = last.map { $0.isLowercase && character.isUppercase } ?? true
      if begins { words.append("") }
      words[words.count - 1] += character.lowercased()
      last = character
    }
    let whole = words.joined()
    return words.contains { identifierWords.contains($0) }
      || identifierNames.contains { whole == $0 }
  }

  private static let identifierWords: Set<String> = [
    "id", "uid", "uuid", "guid", "identifier", "index", "idx", "row", "rownum", "rownumber",
    "rowid", "key", "no", "nr", "serial",
  ]
  private static let identifierNames = [
    "accountid", "clientid", "customerid", "orderid", "passengerid", "patientid", "productid",
    "recordid", "userid",
  ]

  // MARK: - Dates

  /// How the digits of a number may be a date.
  private enum DateForm: String, CaseIterable {
    case day = "dates (year, month, day)"
    case minute = "dates with a time (year, month, day, hour, minute)"
    case second = "dates with a time (year, month, day, hour, minute, second)"
    case month = "months (year, month)"
    case monthFirst = "months (month.year)"

    var isWhole: Bool { self != .monthFirst }

    var consequence: String {
      switch self {
      case .day: "their differences are not days"
      case .minute, .second: "their differences are no durations"
      case .month: "their differences are not months"
      case .monthFirst: "they are not in the order of time"
      }
    }

    /// The fewest different numbers of this form; a few of six digits or with decimals may be others.
    var fewest: Int { self == .month || self == .monthFirst ? 6 : 2 }

    /// Whether a number has this form, in the years from 1900 to 2099.
    func matches(_ value: Double) -> Bool {
      let scaled = self == .monthFirst ? (value * 10_000).rounded() : value
      guard scaled == scaled.rounded(), scaled > 0, scaled < 1e15 else { return false }
      if self == .monthFirst, abs(value * 10_000 - scaled) > 1e-6 { return false }
      var rest = Int(scaled)
      func take(_ base: Int, _ range: ClosedRange<Int>) -> Bool {
        defer { rest /= base }
        return range.contains(rest % base)
      }
      let years = 1900...2099
      switch self {
      case .day: return take(100, 1...31) && take(100, 1...12) && years.contains(rest)
      case .month: return take(100, 1...12) && years.contains(rest)
      case .monthFirst: return take(10_000, years) && (1...12).contains(rest)
      case .minute:
        return take(100, 0...59) && take(100, 0...23) && Self.day.matches(Double(rest))
      case .second: return take(100, 0...59) && Self.minute.matches(Double(rest))
      }
    }
  }

  /// The form of a column in which every number may be a date, and its first number.
  private func date(_ range: (low: Double, high: Double)) -> (form: DateForm, example: Double)? {
    guard range.low < range.high, let example = values.first(where: { !$0.isNaN }) else {
      return nil
    }
    let form = DateForm.allCases.first { form in
      form.matches(range.low) && values.allSatisfy { $0.isNaN || form.matches($0) }
    }
    guard let form, Set(values.lazy.filter { !$0.isNaN }.prefix(10_000)).count >= form.fewest else {
      return nil
    }
    return (form, example)
  }
}
