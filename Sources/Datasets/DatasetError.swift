import Foundation

/// A position in a text: source, line, and byte offset in the line.
public struct SourcePosition: Hashable, Sendable, CustomStringConvertible {
  /// The file as named by the user, or "stdin".
  public var source: String
  /// The line number, counted from 1.
  public var line: Int
  /// The byte in the line, counted from 1.
  public var column: Int

  /// A position in a source; lines and columns count from 1.
  public init(_ source: String, line: Int, column: Int) {
    self.source = source
    self.line = line
    self.column = column
  }

  /// `SOURCE:LINE:COLUMN`
  public var description: String { "\(source):\(line):\(column)" }
}

/// An error of reading or installing data.
public enum DatasetError: LocalizedError, Hashable, Sendable {
  // Table syntax.
  /// The number of fields of a row differs from that of the header, with a likely cause.
  case raggedRow(at: SourcePosition, found: Int, expected: Int, cause: RaggedCause = .comma)
  /// The text ends inside quotes.
  case unclosedQuote(at: SourcePosition)
  /// Text follows a closing quote before the end of the field.
  ///
  /// `isEscaped`: whether a backslash precedes the quote.
  case textAfterQuote(at: SourcePosition, found: String, isEscaped: Bool = false)
  /// An unquoted field contains a quote.
  case quoteInsideField(at: SourcePosition)
  /// A NUL byte: the file is not text.
  case nulByte(at: SourcePosition)
  /// A byte that is invalid UTF-8.
  case invalidText(at: SourcePosition, byte: UInt8)
  /// A field of more bytes than `limit`.
  case cellTooLong(at: SourcePosition, limit: Int)
  /// Two columns have the same name; `first` and `second` count from 1.
  case duplicateColumn(at: SourcePosition, name: String, first: Int, second: Int)
  /// The first line looks like a row, not a header; `found` is an example.
  case noHeader(at: SourcePosition, found: String)
  /// The number of given names differs from the number of fields in a line.
  case wrongNameCount(source: String, names: Int, fields: Int)
  /// Every line has one field.
  case oneField(at: SourcePosition)
  /// UTF-16 text with an unpaired surrogate or an odd number of bytes.
  case invalidUTF16(source: String, offset: Int)
  /// The file is not delimited text but of another format.
  case foreignFormat(source: String, ForeignFormat)
  /// A row holds the names of the columns.
  case repeatedHeader(at: SourcePosition)
  /// The first line has at most one field with a text, where a header names every column; `found` is that text.
  case titleLine(at: SourcePosition, found: String)
  /// More columns than `limit`.
  case tooManyColumns(source: String, limit: Int)
  /// The file has no header.
  case emptyFile(source: String)
  /// The file has a header and no rows.
  case noRows(source: String)

  // Table contents.
  /// A numeric column contains a few words; `numbers` is the number of its numeric cells.
  case wordAmongNumbers(at: SourcePosition, column: String, found: String, numbers: Int)
  /// The numbers of a column have two notations; `found` is an example of the rarer one, `others`
  /// is the number of cells with the other, `otherwise`.
  case mixedNotation(
    at: SourcePosition, column: String, found: String, what: NotationMark, others: Int,
    otherwise: NotationMark)
  /// A number that is ambiguous between decimal comma and decimal point.
  case ambiguousNumber(at: SourcePosition, column: String, found: String, count: Int)
  /// A number that is invalid with the given decimal mark.
  case otherDecimal(
    at: SourcePosition, column: String, found: String, given: NumberNotation.DecimalMark)
  /// A word in a column that the schema declares as numeric.
  case notANumber(at: SourcePosition, column: String, found: String)
  /// A number in another notation than the schema states: it has `what`, where `expected` is stated.
  case otherNotation(
    at: SourcePosition, column: String, found: String, what: NotationMark, expected: NotationMark)
  /// A number that is infinite in double precision.
  case infinite(at: SourcePosition, column: String, found: String)
  /// Columns of the schema that are missing from the source.
  ///
  /// `near`: the name of a column that differs from the first one in little.
  case missingColumns(source: String, names: [String], near: String? = nil)
  /// No feature column is left besides the target.
  case noFeatures(source: String)
  /// The target is among the ignored columns.
  case ignoredTarget(name: String)
  /// The target has no value in any row.
  case emptyTarget(source: String, name: String)
  /// The target has too many classes for the number of rows.
  case tooManyClasses(source: String, name: String, count: Int, rows: Int)
  /// The target is of an unsupported kind: it holds dates.
  case unusableTarget(source: String, name: String, ExclusionReason)
  /// The target has strings too long for class names.
  case longClassName(source: String, name: String)
  /// All rows have the same class `name`, but `missing` ones, which have no value.
  case oneClass(source: String, target: String, name: String, missing: Int = 0)
  /// Images of one class only.
  case oneImageClass(source: String, name: String)
  /// Too few rows have a target value.
  case tooFewRows(source: String, usable: Int, needed: Int)
  /// Images do not have the required columns; `expected` is the first of those.
  case differentFeatures(source: String, pixels: Int, expected: String)

  // Invalid files.
  /// A schema.json is invalid.
  case malformedSchema(source: String, SchemaProblem)
  /// A gzip file cannot be decompressed.
  case corruptGzip(source: String, GzipProblem)
  /// The magic number is that of another file type.
  case wrongMagic(source: String, found: [UInt8], expected: [UInt8])
  /// The size of a file differs from that given in its header.
  case wrongSize(source: String, SizeProblem)
  /// The number of labels differs from the number of images.
  case unpairedLabels(source: String, labels: Int, images: Int)
  /// A class name that a list of names has twice.
  case repeatedClass(source: String, name: String)
  /// An image that cannot be read, or not beside the others.
  case unreadableImage(source: String, ImageProblem)
  /// Images that are not in folders of classes.
  case unclassedImages(folder: String, images: Int)
  /// Records with two labels, as those of CIFAR-100.
  case twoLabels(source: String, record: Int)
  /// A label out of range; `row` counts from 1.
  case wrongLabel(source: String, row: Int, found: Int, classes: Int)
  /// The checksum of a file differs from the published one.
  case wrongChecksum(source: String, found: String, expected: String)
  /// A downloaded file is malformed.
  case malformedSource(source: String, SourceProblem)

  /// The source exceeds the maximum size; `isPacked`: the size is that after decompression.
  case inputTooLarge(source: String, limit: Int, isPacked: Bool)
  /// Images that exceed the maximum memory.
  case imagesTooLarge(source: String, needed: Int, limit: Int)
  /// A gzip file inside a gzip file.
  case doublyPacked(source: String)
  /// A table whose rows exceed the maximum memory at row `row`.
  case tableTooLarge(source: String, row: Int, columns: Int, limit: Int)

  // Unavailable files.
  /// The file does not exist.
  case missingFile(path: String)
  /// The file cannot be read, with the `errno` of the system.
  case unreadable(path: String, code: Int32)
  /// A folder without data files.
  case noData(path: String)
  /// A known data set that is not installed.
  case notFetched(name: String)
  /// A file of a data set is missing from the folder.
  case missingPart(folder: String, name: String)
  /// The file of the labels of images is missing.
  case missingLabels(folder: String, name: String)
  /// The installation folder contains an item that is not part of the data set.
  case otherFile(folder: String, name: String)
  /// The data set cannot be installed, with the `errno` of the system, `nil` if it is not known.
  case cannotWrite(path: String, code: Int32?)
  /// A data set cannot be downloaded.
  case cannotDownload(address: String, DownloadProblem)
}

/// The likely cause of a row whose number of fields differs from the header.
public enum RaggedCause: Hashable, Sendable {
  /// A comma inside a field, or a missing field.
  case comma
  /// A line that is not a row: a title, a total, a note.
  case note
  /// A line that begins with `#`.
  case comment
  /// The first line is a title above the header.
  case title
  /// A delimiter at the end of the line.
  case trailingDelimiter
  /// The header has no name for one of the columns.
  case missingName
  /// The numbers of the first rows have decimal commas, and the delimiter is a comma.
  case decimalComma
  /// As `decimalComma`, or the header has no name for one of the columns.
  case decimalCommaOrName
}

/// The part of a notation in which the numbers of a column differ.
public enum NotationMark: Hashable, Sendable {
  case percentSign
  case noPercentSign
  /// A currency sign or code.
  case currency(String)
  case noCurrency
  case thousands
  case noThousands
  case decimalPoint
  case decimalComma
  /// A point that may be a decimal point or a thousands separator.
  case point
  /// A comma that may be a decimal comma or a thousands separator.
  case comma

  /// The mark with its article.
  var text: String {
    switch self {
    case .percentSign: "a percent sign"
    case .noPercentSign: "no percent sign"
    case .currency(let name): "the currency '\(name)'"
    case .noCurrency: "no currency"
    case .thousands: "separators between thousands"
    case .noThousands: "no separators between thousands"
    case .decimalPoint: "a decimal point"
    case .decimalComma: "a decimal comma"
    case .point: "a point"
    case .comma: "a comma"
    }
  }
}

/// A text from the data, truncated and escaped for one line of a message.
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
