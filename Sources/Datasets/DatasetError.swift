import Foundation

/// A place in a text: the source as the user named it, the line, and the byte in that line.
public struct SourcePosition: Hashable, Sendable, CustomStringConvertible {
  /// The file as the user named it, or "stdin".
  public var source: String
  /// Counted from 1.
  public var line: Int
  /// The byte in the line, counted from 1.
  public var column: Int

  /// A place in a source; lines and columns count from 1.
  public init(_ source: String, line: Int, column: Int) {
    self.source = source
    self.line = line
    self.column = column
  }

  /// `SOURCE:LINE:COLUMN`
  public var description: String { "\(source):\(line):\(column)" }
}

/// What can be wrong with data.
public enum DatasetError: LocalizedError, Hashable, Sendable {
  // The form of a table.
  /// A row has another number of fields than the header, and what may be the cause.
  case raggedRow(at: SourcePosition, found: Int, expected: Int, cause: RaggedCause = .comma)
  /// The text ends inside quotes.
  case unclosedQuote(at: SourcePosition)
  /// Something follows a closing quote before the field ends.
  ///
  /// `isEscaped`: whether a backslash stands before the quote.
  case textAfterQuote(at: SourcePosition, found: String, isEscaped: Bool = false)
  /// A field without quotes around it has one inside.
  case quoteInsideField(at: SourcePosition)
  /// A byte 0: this is no text.
  case nulByte(at: SourcePosition)
  /// A byte that no UTF-8 text has at its place.
  case invalidText(at: SourcePosition, byte: UInt8)
  /// A field of more bytes than `limit`.
  case cellTooLong(at: SourcePosition, limit: Int)
  /// Two columns have one name; `first` and `second` count from 1.
  case duplicateColumn(at: SourcePosition, name: String, first: Int, second: Int)
  /// The first line looks like a row, not like names; `found` is an example of it.
  case noHeader(at: SourcePosition, found: String)
  /// There are more or fewer names than fields in a line.
  case wrongNameCount(source: String, names: Int, fields: Int)
  /// Every line has one field.
  case oneField(at: SourcePosition)
  /// UTF-16 text with half a character.
  case invalidUTF16(source: String, offset: Int)
  /// The file is of another format than separated text.
  case foreignFormat(source: String, kind: String, advice: String)
  /// There is not even a header.
  case emptyFile(source: String)
  /// There is a header and nothing else.
  case noRows(source: String)

  // What a table says.
  /// A column of numbers has a few words in it; `numbers` counts its numbers.
  case wordAmongNumbers(at: SourcePosition, column: String, found: String, numbers: Int)
  /// The numbers of a column are written in two ways; `found` is one of the rarer kind, `others`
  /// counts the rest.
  case mixedNotation(
    at: SourcePosition, column: String, found: String, what: String, others: Int,
    otherwise: String)
  /// A number that means one thing with a decimal comma and another with a decimal point.
  case ambiguousNumber(at: SourcePosition, column: String, found: String, count: Int)
  /// A number with the other decimal mark than the one that was asked for.
  case otherDecimal(
    at: SourcePosition, column: String, found: String, given: NumberNotation.DecimalMark)
  /// A word where the schema says that there are numbers.
  case notANumber(at: SourcePosition, column: String, found: String)
  /// A number too large to calculate with, or written as infinite.
  case infinite(at: SourcePosition, column: String, found: String)
  /// Columns of the schema that the source does not have.
  case missingColumns(source: String, names: [String])
  /// Nothing is left to learn from beside the target.
  case noFeatures(source: String)
  /// The target is among the columns to leave out.
  case ignoredTarget(name: String)
  /// No row has a value for the target.
  case emptyTarget(source: String, name: String)
  /// The target has nearly as many different values as there are rows.
  case tooManyClasses(source: String, name: String, count: Int, rows: Int)
  /// The target is of a kind that cannot be answered: it holds dates.
  case unusableTarget(source: String, name: String, reason: String)
  /// The target has texts, not the names of classes.
  case longClassName(source: String, name: String)
  /// Every row has the same answer `name`.
  case oneClass(source: String, target: String, name: String)
  /// Too few rows have a value for the target.
  case tooFewRows(source: String, usable: Int, needed: Int)
  /// The rows do not have the columns that are needed.
  case differentFeatures(source: String, found: String, expected: String)

  // Files that are not what they should be.
  /// A schema.json says what cannot be.
  case malformedSchema(source: String, reason: String)
  /// A packed file cannot be unpacked.
  case corruptGzip(source: String, reason: String)
  /// The first bytes say that the file is of another kind.
  case wrongMagic(source: String, found: String, expected: String)
  /// A file is longer or shorter than its own header says.
  case wrongSize(source: String, found: String, expected: String)
  /// There are more labels than images, or fewer.
  case unpairedLabels(source: String, labels: Int, images: Int)
  /// A label that no class has; `row` counts from 1.
  case wrongLabel(source: String, row: Int, found: Int, classes: Int)
  /// A file is not the one that was published.
  case wrongChecksum(source: String, found: String, expected: String)
  /// A fetched file is not what the data set is made of.
  case malformedSource(source: String, reason: String)

  /// More bytes than may be read; `isPacked` says that they were counted after unpacking.
  case inputTooLarge(source: String, limit: Int, isPacked: Bool)
  /// Images that would take more memory than is allowed.
  case imagesTooLarge(source: String, needed: Int, limit: Int)
  /// A packed file inside a packed file.
  case doublyPacked(source: String)
  /// A table whose rows would take more memory than is allowed; `row` was reached.
  case tableTooLarge(source: String, row: Int, columns: Int, limit: Int)

  // Files that cannot be had.
  /// There is no file of that name.
  case missingFile(path: String)
  /// The system does not let the file be read, and says why.
  case unreadable(path: String, reason: String)
  /// A folder without anything that is data.
  case noData(path: String)
  /// A data set that is known and not on this machine.
  case notFetched(name: String)
  /// One of the files of a data set is not in the folder.
  case missingPart(folder: String, name: String)
  /// A data set cannot be kept, and why.
  /// Where a data set is to be installed there is something that is no part of it.
  case otherFile(folder: String, name: String)
  case cannotWrite(path: String, reason: String)
  /// A data set cannot be had from its address, and why.
  case cannotDownload(address: String, reason: String)

  /// The exit code that says what kind of mistake it is.
  public var exitCode: Int32 {
    switch self {
    case .ignoredTarget, .wrongNameCount: 64
    case .inputTooLarge, .tableTooLarge, .imagesTooLarge: 75
    case .missingFile, .unreadable, .noData, .notFetched, .missingPart: 66
    case .cannotWrite, .otherFile: 73
    case .cannotDownload: 74
    default: 65
    }
  }
}

/// What may be behind a row with another number of fields than the header.
public enum RaggedCause: Hashable, Sendable {
  /// A comma inside a field, or a field that is missing.
  case comma
  /// A line of another kind: a title, a total, a note.
  case note
  /// A line that begins with `#`.
  case comment
  /// The first line is a title, and the names come later.
  case title
  /// A delimiter at the end of the line.
  case trailingDelimiter
  /// The header has no name for one of the columns.
  case missingName
}

/// A text from outside, short and harmless enough for one line of a message.
package func excerpt(_ text: String, limit: Int = 40) -> String {
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
