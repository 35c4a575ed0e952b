import Datasets

/// Swift code that reads the cells of a row as the tool reads those of a file.
struct SwiftReaders {
  let lines: [String]

  init(_ schema: Schema) {
    func list(_ texts: [String]) -> String {
      "[" + texts.map { SwiftExport.literal($0) }.joined(separator: ", ") + "]"
    }
    var lines = [
      "  /// The columns that a row must have.", "  private static let columns: [String] = [",
    ]
    lines += schema.features.map { "    \(SwiftExport.literal($0.id.rawValue))," }
    let marks = schema.missingMarks.filter { !$0.isEmpty }
    let words = schema.numberMarks.map { $0.lowercased() }
    lines += [
      "  ]", "",
      "  /// Markers of missing values: in any column, and in numeric columns only.",
      "  private static let missing: [String] = \(list([""] + marks))",
      "  private static let missingNumbers: [String] = \(list(words))",
      "  private static let nan: [String] = [\"nan\", \"-nan\", \"+nan\"]", "",
    ]
    self.lines = lines + Self.code
  }

  private static let code = #"""
      private static func holds(
        _ value: Double?, above lower: Double = -.infinity, atMost upper: Double = .infinity,
        orMissing: Bool = false
      ) -> Bool {
        guard let value = value else { return orMissing }
        return (value > lower || lower == -.infinity) && value <= upper
      }

      private static func holds(
        _ value: String?, among levels: [String], orMissing: Bool = false
      ) -> Bool {
        value.map { levels.contains($0) } ?? orMissing
      }

      /// The cells of a row by the names of the columns.
      private static func cells(of row: [String: String]) throws -> [String: String] {
        var cells: [String: String] = [:]
        for (key, cell) in row {
          var name = key.unicodeScalars[...]
          while let first = name.first, "\u{FEFF} \t".unicodeScalars.contains(first) {
            name = name.dropFirst()
          }
          cells[stripped(String(name))] = cell
        }
        for (key, cell) in row { cells[key] = cell }
        for column in columns where cells[column] == nil {
          throw RowError.absentColumn(column)
        }
        return cells
      }

      /// A text without the blanks and tabs around it.
      private static func stripped(_ text: String) -> String {
        var part = text.unicodeScalars[...]
        while part.first == " " || part.first == "\t" { part = part.dropFirst() }
        while part.last == " " || part.last == "\t" { part = part.dropLast() }
        return String(part)
      }

      private static func isBlank(_ text: String) -> Bool {
        text.allSatisfy { $0.isWhitespace }
      }

      /// A cell as a level of its column, or as it is; `nil` if missing.
      private static func level(
        _ cells: [String: String], _ column: String, _ levels: [String]
      ) -> String? {
        guard let cell = cells[column] else { return nil }
        if let level = levels.first(where: { $0 == cell }) { return level }
        let text = stripped(cell)
        if let level = levels.first(where: { $0 == text }) { return level }
        if missing.contains(text) || nan.contains(text.lowercased()) || isBlank(text) { return nil }
        if let value = plain(text), abs(value) < 9007199254740992 {
          return levels.first { plain($0) == value } ?? text
        }
        return text
      }

      private static func plain(_ text: String) -> Double? {
        written(text, Notation())
      }

      /// How the numbers of a column are written.
      private struct Notation {
        var mark: Unicode.Scalar = "."
        var hasThousands = false
        var isPercent = false
        var currency: String? = nil
        var missing: Double? = nil
      }

      /// A cell as a number; `nil` if missing.
      private static func number(
        _ cells: [String: String], _ column: String, _ notation: Notation = Notation()
      ) throws -> Double? {
        guard let cell = cells[column] else { return nil }
        let text = stripped(cell)
        if missing.contains(text) || isBlank(text) { return nil }
        guard let value = written(text, notation) else {
          let word = text.lowercased()
          if missingNumbers.contains(word) || nan.contains(word) { return nil }
          throw RowError.notANumber(cell: cell, column: column)
        }
        return value == notation.missing ? nil : value
      }

      /// A text as a number in a notation; `nil` if it is none.
      private static func written(_ text: String, _ notation: Notation) -> Double? {
        var part = text.unicodeScalars.map(typewritten)[...]
        func trim() {
          while part.first == " " { part.removeFirst() }
          while part.last == " " { part.removeLast() }
        }
        trim()
        if part.first == "'" { part.removeFirst() }
        trim()
        var isNegative = false
        var signs = 0
        var hasCurrency = false
        if part.count > 2, part.first == "(", part.last == ")" {
          part = part.dropFirst().dropLast()
          isNegative = true
          signs = 1
        }
        let currency = Array((notation.currency ?? "").unicodeScalars)
        while true {
          trim()
          if let sign = part.first, sign == "-" || sign == "+" {
            signs += 1
            if signs > 1 { return nil }
            isNegative = sign == "-"
            part.removeFirst()
          } else if !currency.isEmpty, !hasCurrency, part.starts(with: currency) {
            part.removeFirst(currency.count)
            hasCurrency = true
          } else {
            break
          }
        }
        let isPercent = part.last == "%"
        if isPercent {
          part.removeLast()
        } else if !currency.isEmpty, !hasCurrency,
          part.reversed().starts(with: currency.reversed())
        {
          part.removeLast(currency.count)
        }
        trim()
        if part.last == "-" {
          signs += 1
          if signs > 1 { return nil }
          isNegative = true
          part.removeLast()
        }
        guard let magnitude = decimal(Array(part), notation) else { return nil }
        if isPercent != notation.isPercent, isPercent || magnitude != 0 { return nil }
        return isNegative ? -magnitude : magnitude
      }

      /// Typographic signs and blanks as those of a keyboard.
      private static func typewritten(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0x2212, 0x2013: return "-"
        case 0x2019: return "'"
        case 0xA0, 0x202F, 0x2007, 0x2008, 0x2009: return " "
        default: return scalar
        }
      }

      /// The value of digits and marks; `nil` if they are no number.
      private static func decimal(_ part: [Unicode.Scalar], _ notation: Notation) -> Double? {
        let other: Unicode.Scalar = notation.mark == "." ? "," : "."
        var text = ""
        var separator: Unicode.Scalar?
        var (group, first, inner) = (0, 0, Set<Int>())
        var digits = 0
        var isFraction = false
        var hasPower = false
        for (position, one) in part.enumerated() {
          if ("0"..."9").contains(one) {
            text.unicodeScalars.append(one)
            group += 1
            digits += 1
          } else if one == notation.mark, !isFraction, !hasPower {
            if separator != nil, group != 3 { return nil }
            if one == ",", position + 1 == part.count { return nil }
            if text.isEmpty { text = "0" }
            text += "."
            isFraction = true
          } else if one == "e" || one == "E", !hasPower, separator == nil, digits > 0 {
            if text.hasSuffix(".") { text += "0" }
            text += "e"
            hasPower = true
          } else if one == "+" || one == "-", text.hasSuffix("e") {
            text.unicodeScalars.append(one)
          } else if one == other || one == "'" || one == " " {
            if isFraction || hasPower || (separator != nil && separator != one) { return nil }
            if one == other, !notation.hasThousands { return nil }
            if group < 1 || group > 3 || (separator == nil && text.hasPrefix("0")) { return nil }
            if separator == nil { first = group } else { inner.insert(group) }
            separator = one
            group = 0
          } else {
            return nil
          }
        }
        if separator != nil, !isFraction, group != 3 { return nil }
        // Groups of two before the last one of three, as in India: 12,34,567.
        let isIndian = inner == [2] && first < 3 && separator == ","
        if !inner.isSubset(of: [3]), !isIndian { return nil }
        if digits == 0 { return nil }
        if text.hasSuffix(".") { text += "0" }
        guard let value = Double(text), value.isFinite else { return nil }
        return value
      }
    """#.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}
