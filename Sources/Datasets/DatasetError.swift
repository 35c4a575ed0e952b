import Foundation

/// A place in a text: the source as the user named it, the line, and the byte in that line.
public struct SourcePosition: Hashable, Sendable, CustomStringConvertible {
  public var source: String
  public var line: Int
  public var column: Int

  public init(_ source: String, line: Int, column: Int) {
    self.source = source
    self.line = line
    self.column = column
  }

  public var description: String { "\(source):\(line):\(column)" }
}

/// What can be wrong with data.
public enum DatasetError: LocalizedError, Hashable, Sendable {
  // The form of a table.
  case raggedRow(at: SourcePosition, found: Int, expected: Int)
  case unclosedQuote(at: SourcePosition)
  case textAfterQuote(at: SourcePosition, found: String)
  case quoteInsideField(at: SourcePosition)
  case nulByte(at: SourcePosition)
  case invalidText(at: SourcePosition, byte: UInt8)
  case cellTooLong(at: SourcePosition, limit: Int)
  case duplicateColumn(at: SourcePosition, name: String, first: Int, second: Int)
  case emptyFile(source: String)
  case noRows(source: String)

  // What a table says.
  case wordAmongNumbers(at: SourcePosition, column: String, found: String, numbers: Int)
  case notANumber(at: SourcePosition, column: String, found: String)
  case infinite(at: SourcePosition, column: String, found: String)
  case missingColumns(source: String, names: [String])
  case noFeatures(source: String)
  case ignoredTarget(name: String)
  case emptyTarget(source: String, name: String)
  case tooManyClasses(source: String, name: String, count: Int, rows: Int)
  case longClassName(source: String, name: String)
  case oneClass(source: String, target: String, name: String)
  case tooFewRows(source: String, usable: Int, needed: Int)
  case differentFeatures(source: String, found: String, expected: String)

  // Files that are not what they should be.
  case malformedSchema(source: String, reason: String)
  case corruptGzip(source: String, reason: String)
  case wrongMagic(source: String, found: String, expected: String)
  case wrongSize(source: String, found: String, expected: String)
  case unpairedLabels(source: String, labels: Int, pictures: Int)
  case wrongLabel(source: String, row: Int, found: Int, classes: Int)
  case wrongChecksum(source: String, found: String, expected: String)
  case malformedSource(source: String, reason: String)

  // Files that cannot be had.
  case missingFile(path: String)
  case unreadable(path: String, reason: String)
  case noData(path: String)
  case notFetched(name: String)
  case missingPart(folder: String, name: String)
  case cannotWrite(path: String, reason: String)
  case cannotDownload(address: String, reason: String)

  /// The exit code that says what kind of mistake it is.
  public var exitCode: Int32 {
    switch self {
    case .ignoredTarget: 64
    case .missingFile, .unreadable, .noData, .notFetched, .missingPart: 66
    case .cannotWrite: 73
    case .cannotDownload: 74
    default: 65
    }
  }
}

/// A text from outside, short and harmless enough for one line of a message.
func excerpt(_ text: String, limit: Int = 40) -> String {
  var result = ""
  for (count, scalar) in text.unicodeScalars.enumerated() {
    if count == limit { return result + "…" }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator:
      result += "\\u{\(String(scalar.value, radix: 16))}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
