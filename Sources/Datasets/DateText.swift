/// Detection of dates and times in text.
enum DateText {
  /// Whether a text is a date, a date with a time, or a time of day.
  ///
  /// Supported are `2019-12-31`, `2019/12/31`, `2019-12`, `31.12.2019`, `31/12/19` and
  /// `12/31/2019`; with an English name of the month `31-Dec-19`, `31 December 2019`,
  /// `Dec 31, 2019`, `Tue, 31 Dec 2019`, `31DEC2019`, `31-Dec` and `Dec-19`; each optionally followed
  /// by a blank or `T` and a time; and `23:59`, `23:59:59.5`, with an offset or `Z`.
  static func isDate(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard (4...40).contains(bytes.count), bytes.contains(where: { $0 &- 48 < 10 }) else {
      return false
    }
    var text = Substring(String(decoding: bytes, as: UTF8.self))
    if isTime(text) { return true }
    if MonthName.takeDay(&text) {
      if text.isEmpty { return true }
    } else {
      guard let day = takeDay(&text) else { return false }
      if text.isEmpty { return day }
    }
    guard let first = text.first, " Tt:".contains(first) else { return false }
    return isTime(text.dropFirst().drop { $0 == " " })
  }

  /// Removes a date from the start of a text; whether it is valid, `nil` if there is none.
  private static func takeDay(_ text: inout Substring) -> Bool? {
    let length = text.prefix { $0.isASCII && ($0.isNumber || "-/.".contains($0)) }
    let parts = length.split(
      omittingEmptySubsequences: false, whereSeparator: { "-/.".contains($0) })
    let marks = Set(length.filter { "-/.".contains($0) })
    guard marks.count == 1, let mark = marks.first else { return nil }
    let numbers = parts.compactMap { $0.count <= 4 ? Int($0) : nil }
    guard numbers.count == parts.count else { return nil }
    text = text.dropFirst(length.count)
    if parts.count == 2 {
      // A year and a month: other pairs are numbers or fractions.
      return mark == "-" && parts[0].count == 4 && isYear(numbers[0]) && isMonth(numbers[1])
    }
    guard parts.count == 3 else { return nil }
    if parts[0].count == 4 {
      return isYear(numbers[0]) && isMonth(numbers[1]) && isDay(numbers[2])
    }
    guard parts[2].count == 4 ? isYear(numbers[2]) : parts[2].count == 2 else { return false }
    let (first, second) = (numbers[0], numbers[1])
    return isDay(first) && isMonth(second) || isMonth(first) && isDay(second)
  }

  fileprivate static func isYear(_ number: Int) -> Bool { (1000...2999).contains(number) }
  private static func isMonth(_ number: Int) -> Bool { (1...12).contains(number) }
  fileprivate static func isDay(_ number: Int) -> Bool { (1...31).contains(number) }

  private static func isTime(_ text: Substring) -> Bool {
    var text = text
    let suffixes = ["Z", "z", " UTC", " GMT", " AM", " PM", " am", " pm"]
    for suffix in suffixes where text.hasSuffix(suffix) {
      text = text.dropLast(suffix.count)
      break
    }
    // An offset such as +01:00.
    if let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" }) {
      let offset = text[text.index(after: sign)...].filter { $0 != ":" }
      guard offset.count == 4 || offset.count == 2, offset.allSatisfy(\.isNumber) else {
        return false
      }
      text = text[..<sign]
      while text.last == " " { text.removeLast() }
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), (1...2).contains(parts[0].count), parts[1].count == 2,
      let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 25, minute < 60
    else { return false }
    guard parts.count == 3 else { return true }
    let seconds = parts[2].split(
      omittingEmptySubsequences: false, whereSeparator: { ".,".contains($0) })
    return seconds.count <= 2 && seconds[0].count == 2
      && seconds.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isNumber) }
  }
}

/// Dates with an English name of the month.
private enum MonthName {
  private enum Part: Equatable {
    case month
    /// A number with its digits.
    case number(Int, digits: Int)
  }

  private static let months = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december", "sept",
  ]
  private static let weekdays = [
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
  ]

  /// Removes a date from the start of a text; whether there is one.
  static func takeDay(_ text: inout Substring) -> Bool {
    var rest = text
    let word = rest.prefix { $0.isASCII && $0.isLetter }
    if isName(word, among: weekdays) {
      rest = rest.dropFirst(word.count).drop { ", ".contains($0) }
    }
    var parts: [Part] = []
    var hasGap = false
    var end = rest
    while parts.count < 3, let part = takePart(&rest) {
      parts.append(part)
      end = rest
      let gap = rest.prefix { " ,.-/".contains($0) }
      if gap.count > 2 { break }
      rest = rest.dropFirst(gap.count)
      if !gap.isEmpty { hasGap = true }
    }
    guard isDate(parts, hasGap: hasGap) else { return false }
    text = end
    return true
  }

  private static func takePart(_ text: inout Substring) -> Part? {
    let letters = text.prefix { $0.isASCII && $0.isLetter }
    if !letters.isEmpty {
      guard isName(letters, among: months) else { return nil }
      text = text.dropFirst(letters.count)
      return .month
    }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    var rest = text.dropFirst(digits.count)
    // The hours of a time are no part of the date.
    guard [1, 2, 4].contains(digits.count), let number = Int(digits),
      rest.first != ":" || digits.count == 4
    else { return nil }
    let suffix = rest.prefix { $0.isASCII && $0.isLetter }.lowercased()
    if ["st", "nd", "rd", "th"].contains(suffix) { rest = rest.dropFirst(2) }
    text = rest
    return .number(number, digits: digits.count)
  }

  private static func isName(_ word: Substring, among names: [String]) -> Bool {
    let word = word.lowercased()
    return word.count >= 3 && names.contains { $0 == word || $0.prefix(3) == word }
  }

  private static func isDate(_ parts: [Part], hasGap: Bool) -> Bool {
    func isDay(_ number: Int, _ digits: Int) -> Bool { digits < 3 && DateText.isDay(number) }
    func isYear(_ number: Int, _ digits: Int) -> Bool {
      digits == 2 || digits == 4 && DateText.isYear(number)
    }
    switch parts.count {
    case 2:
      switch (parts[0], parts[1]) {
      case (.number(let one, let digits), .month), (.month, .number(let one, let digits)):
        return hasGap && (isDay(one, digits) || isYear(one, digits))
      default: return false
      }
    case 3:
      switch (parts[0], parts[1], parts[2]) {
      case (.month, .number(let day, let digits), .number(let year, let length)):
        return isDay(day, digits) && isYear(year, length)
      case (.number(let one, let digits), .month, .number(let other, let length)):
        return isDay(one, digits) && isYear(other, length)
          || digits == 4 && DateText.isYear(one) && isDay(other, length)
      default: return false
      }
    default: return false
    }
  }
}
