import Foundation

/// The interpretation of a cell's text, independent of its column.
enum CellReading {
  /// A missing value in any column.
  case missing
  /// A missing value in a numeric column, a level in a categorical one: `-`, `none`.
  case missingNumber
  case word
  /// A number, which may be infinite.
  case number(WrittenNumber)

  init(_ bytes: UnsafeBufferPointer<UInt8>, missing: MissingMarks) {
    if missing.contains(bytes) || Self.isBlank(bytes) {
      self = .missing
    } else if let number = WrittenNumber(bytes) {
      self = .number(number)
    } else if let value = DecimalNumber.parse(bytes) {
      // Words for infinity have no digits.
      self = .number(WrittenNumber(value))
    } else if DecimalNumber.isNaN(bytes) {
      self = .missing
    } else {
      self = missing.containsAmongNumbers(bytes) ? .missingNumber : .word
    }
  }
}

extension CellReading {
  /// Whether a text consists of blanks only, such as U+00A0 or blanks in quotes.
  private static func isBlank(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = bytes.first,
      first == 0x20 || first == 0x09 || first == 0xC2 || first == 0xE2 || first == 0xE3
    else { return false }
    return String(decoding: bytes, as: UTF8.self).allSatisfy(\.isWhitespace)
  }
}

/// The cell texts that stand for a missing value.
struct MissingMarks {
  private let marks: [[UInt8]]
  private let numberMarks: Set<String>
  private let longest: Int
  private let longestNumberMark: Int
  /// Whether a missing-value mark is a number: "-999".
  let areNumbers: Bool

  /// `amongNumbers`: marks in numeric columns only, case-insensitive.
  init(_ texts: [String], amongNumbers: [String]) {
    marks = texts.map { Array($0.utf8) }
    numberMarks = Set(amongNumbers.map { $0.lowercased() })
    longest = marks.map(\.count).max() ?? 0
    longestNumberMark = amongNumbers.map(\.utf8.count).max() ?? 0
    areNumbers = marks.contains { mark in
      mark.withUnsafeBufferPointer { DecimalNumber.parse($0) != nil }
    }
  }

  func contains(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    if bytes.isEmpty { return true }
    if bytes.count > longest { return false }
    return marks.contains { $0.elementsEqual(bytes) }
  }

  func containsAmongNumbers(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    if bytes.count > longestNumberMark + 8 { return false }
    let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
    return numberMarks.contains(text.lowercased())
  }
}
