/// Detection of dates and times in text.
enum DateText {
  /// Whether a text is a date, a date with a time, or a time of day.
  ///
  /// Supported are `2019-12-31`, `2019/12/31`, `2019-12`, `31.12.2019`, `31/12/19` and
  /// `12/31/2019`, each optionally followed by a blank or `T` and a time; and `23:59`,
  /// `23:59:59.5`, with an offset or `Z`.
  static func isDate(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard (4...40).contains(bytes.count), bytes[0] &- 48 < 10 else { return false }
    var text = Substring(String(decoding: bytes, as: UTF8.self))
    if isTime(text) { return true }
    guard let day = takeDay(&text) else { return false }
    if text.isEmpty { return day }
    guard let first = text.first, first == " " || first == "T" || first == "t" else { return false }
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

  private static func isYear(_ number: Int) -> Bool { (1000...2999).contains(number) }
  private static func isMonth(_ number: Int) -> Bool { (1...12).contains(number) }
  private static func isDay(_ number: Int) -> Bool { (1...31).contains(number) }

  private static func isTime(_ text: Substring) -> Bool {
    var text = text
    for suffix in ["Z", "z", " UTC", " AM", " PM", " am", " pm"] where text.hasSuffix(suffix) {
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
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), (1...2).contains(parts[0].count), parts[1].count == 2,
      let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 25, minute < 60
    else { return false }
    guard parts.count == 3 else { return true }
    let seconds = parts[2].split(separator: ".", omittingEmptySubsequences: false)
    return seconds.count <= 2 && seconds[0].count == 2
      && seconds.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isNumber) }
  }
}
