/// The largest number of characters of a displayed name.
package let longestShownName = 120
/// The largest number of characters of a displayed external sentence.
package let longestShownLine = 600

/// An external name for display: control characters escaped, right-to-left text isolated, names
/// longer than `limit` characters shortened in the middle.
package func shown(_ name: String, limit: Int = longestShownName) -> String {
  if name.isEmpty { return "(empty)" }
  if name.allSatisfy(\.isWhitespace), !name.contains(where: \.isNewline) { return "(blank)" }
  let cut = shortened(visible(name), limit: limit)
  return hasRightToLeft(cut) ? "\u{2068}\(cut)\u{2069}" : cut
}

/// A text with control characters, line ends and direction marks escaped: `\n`, `\u{202E}`.
package func visible(_ text: String) -> String {
  var all = ""
  for scalar in limitingCombiningMarks(text).unicodeScalars {
    switch scalar.value {
    case 0x0A: all += "\\n"
    case 0x0D: all += "\\r"
    case 0x09: all += "\\t"
    case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2028...0x202E,
      0x2060...0x206F, 0xFEFF, 0xFFF0...0xFFFF, 0xE0000...0xE0FFF:
      all += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    case let value where value & 0xFFFE == 0xFFFE:
      all += "\\u{\(String(value, radix: 16, uppercase: true))}"
    default: all.unicodeScalars.append(scalar)
    }
  }
  return all
}

/// The lines of a listing, with other control characters escaped.
func lines(of listing: String) -> [String] {
  listing.split(separator: "\n", omittingEmptySubsequences: false).map { visible(String($0)) }
}

/// A text of at most `limit` characters: of a longer one the beginning and the end, with an ellipsis
/// between them: names of a table often begin alike and differ at their ends.
///
/// `keepsEnd`: false for the beginning only, as of a list.
package func shortened(_ text: String, limit: Int, keepsEnd: Bool = true) -> String {
  // A character can consist of any number of scalars: both are limited.
  let scalars = text.unicodeScalars
  if text.utf8.count <= limit { return text }
  if text.count <= limit, scalars.count <= 4 * limit { return text }
  let kept = max(limit - 1, 1)
  let last = keepsEnd ? kept * 2 / 5 : 0
  var end: [Character] = []
  var left = 4 * last
  for character in text.suffix(last).reversed() {
    left -= character.unicodeScalars.count
    if left < 0 { break }
    end.append(character)
  }
  var start = ""
  left = 4 * (limit - last)
  for character in text.prefix(kept - last) {
    left -= character.unicodeScalars.count
    if left < 0 { break }
    start.append(character)
  }
  return start + "…" + String(end.reversed())
}

private func hasRightToLeft(_ text: String) -> Bool {
  text.unicodeScalars.contains { scalar in
    switch scalar.value {
    case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFC, 0x10800...0x10FFF, 0x1E800...0x1EFFF:
      true
    default: false
    }
  }
}

/// A text whose characters have at most twelve scalars each, so that stacked combining marks do not
/// overlap other lines.
private func limitingCombiningMarks(_ text: String) -> String {
  if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
  var all = ""
  for character in text {
    if character.unicodeScalars.count <= 12 {
      all.append(character)
    } else {
      all.unicodeScalars.append(contentsOf: character.unicodeScalars.prefix(12))
      all += "…"
    }
  }
  return all
}
