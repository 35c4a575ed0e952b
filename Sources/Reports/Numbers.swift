import Datasets
import Explanations
import Foundation

/// A whole number with commas between the thousands: `60,000`.
package func counted(_ value: Int) -> String { value.grouped }

/// A count with its noun: `1 rule`, `12 rules`.
package func counted(_ value: Int, _ one: String, _ many: String? = nil) -> String {
  "\(counted(value)) \(value == 1 ? one : many ?? one + "s")"
}

/// Names in one line, at most `most` of them, with the number of all if there are more: `a, b, … (14)`.
package func listed(_ names: [String], most: Int = 12, quoted: Bool = false) -> String {
  let some = names.prefix(most).map { quoted ? "'\(shown($0))'" : shown($0) }
  return some.joined(separator: ", ") + (names.count > most ? ", … (\(counted(names.count)))" : "")
}

/// A share in percent with one decimal: `93.3 %`; `100 %` and `0 %` only if exact.
package func percent(_ value: Double) -> String { bareFigure(value) + " %" }

/// A share in percent, or `none counted` if the total is 0.
package func percent(_ proportion: Proportion) -> String {
  proportion.total == 0 ? "none counted" : percent(proportion.value)
}

/// A share in percent with up to four significant digits: `12.5 %`.
package func percentage(_ share: Double) -> String { String(format: "%.4g", share * 100) + " %" }

/// `78.7 to 98.2 %`
package func interval(_ proportion: Proportion) -> String {
  let bounds = proportion.interval
  return "\(bareFigure(bounds.lowerBound)) to \(bareFigure(bounds.upperBound)) %"
}

/// `28 of 30 held-out rows (93.3 %, 95 % interval 78.7 to 98.2 %)`
package func spelled(_ proportion: Proportion, _ what: String = "") -> String {
  let counted = ratio(proportion) + (what.isEmpty ? "" : " " + what)
  return proportion.total == 0
    ? counted : "\(counted) (\(percent(proportion)), 95 % interval \(interval(proportion)))"
}

/// `28 of 30`
package func ratio(_ proportion: Proportion) -> String {
  "\(counted(proportion.count)) of \(counted(proportion.total))"
}

/// A number rounded to `digits` significant digits, without trailing zeros: `0.31`, `1.2e-07`.
package func significant(
  _ value: Double, digits: Int = 3, plainMinus: Bool = false
) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
  let size = abs(value)
  if size >= 1e15 || size < 1e-4 { return "\(value.rounded(toSignificant: digits))" }
  var scale = 0
  var limit = 1.0
  while size >= limit * 10 {
    limit *= 10
    scale += 1
  }
  while size < limit {
    limit /= 10
    scale -= 1
  }
  let rounded = value.roundedTo(digits: max(digits - 1 - scale, 0))
  return plainMinus ? shortest(rounded) : signed(shortest(rounded))
}

/// A number of the target, with decimals also where it is large: `3895.9`, `514280.25`.
package func targetNumber(_ value: Double) -> String {
  significant(value, digits: abs(value) < 1e4 ? 5 : 9)
}

/// A size in bytes: `1.4 KB` (1 KB = 1,000 bytes).
package func bytes(_ value: Int) -> String {
  if value < 1000 { return counted(value, "byte") }
  if value < 1_000_000 { return fixed(Double(value) / 1e3, digits: 1) + " KB" }
  return fixed(Double(value) / 1e6, digits: 1) + " MB"
}

/// A number with a minus sign (U+2212) and, if `plus`, a plus sign: `+0.82`, `−1.7`.
package func signed(_ text: String, plus: Bool = false) -> String {
  if text.hasPrefix("-") { return "\u{2212}" + text.dropFirst() }
  return plus ? "+" + text : text
}

private func bareFigure(_ value: Double) -> String {
  if value <= 0 { return "0" }
  if value >= 1 { return "100" }
  if value < 0.0005 { return "under 0.1" }
  if value > 0.9995 { return "over 99.9" }
  return fixed(value * 100, digits: 1)
}

extension Double {
  fileprivate func rounded(toSignificant digits: Int) -> Double {
    guard self != 0, isFinite else { return self }
    var text = description.lowercased()
    guard let mark = text.firstIndex(of: "e") else { return self }
    let exponent = text[mark...]
    text = String(text[..<mark])
    let mantissa = (Double(text) ?? 0).roundedTo(digits: digits - 1)
    return Double("\(mantissa)\(exponent)") ?? self
  }
}
