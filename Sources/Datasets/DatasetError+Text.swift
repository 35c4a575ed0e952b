import Foundation

extension DatasetError {
  /// The error message, with source, line and column if they are known.
  public var errorDescription: String? {
    switch self {
    case .raggedRow(let at, let found, let expected, _):
      "\(at): \(counted(found, "field")) where the header names \(expected)"
    case .unclosedQuote(let at):
      "\(at): unclosed quote"
    case .textAfterQuote(let at, let found, _):
      "\(at): '\(found)' after a closing quote, where the field must end"
    case .quoteInsideField(let at):
      "\(at): a quote inside an unquoted field"
    case .nulByte(let at):
      "\(at): a NUL byte, which is invalid in text"
    case .invalidText(let at, let byte):
      "\(at): byte 0x\(hexadecimal(byte)) is invalid in UTF-8"
    case .cellTooLong(let at, let limit):
      "\(at): a field of more than \(grouped(limit)) bytes"
    case .duplicateColumn(let at, let name, let first, let second):
      "\(at): columns \(first) and \(second) are both named '\(excerpt(name))'"
    case .noHeader(let at, let found):
      "\(at): the first line looks like a row, not a header: it has '\(found)'"
    case .wrongNameCount(let source, let names, let fields):
      "\(source): \(counted(names, "name")) given for lines of \(counted(fields, "field"))"
    case .oneField(let at):
      "\(at): every line is one field, and a table needs a feature column and a target"
    case .invalidUTF16(let source, let offset):
      "\(source): byte \(grouped(offset + 1)) begins an incomplete UTF-16 character"
    case .foreignFormat(let source, let format):
      "\(source): the file is \(format.kind), not a delimited text table"
    case .titleLine(let at, let found):
      found.isEmpty
        ? "\(at): the first line has empty fields only, where a header names the columns"
        : "\(at): the first line has a text in its first field only, '\(excerpt(found))', where a header names the "
          + "columns"
    case .tooManyColumns(let source, let limit):
      "\(source): more than \(grouped(limit)) columns, the maximum"
    case .emptyFile(let source):
      "\(source): the file is empty"
    case .noRows(let source):
      "\(source): a header and no rows"
    case .wordAmongNumbers(let at, let column, let found, let numbers):
      "\(at): '\(found)' in the column '\(excerpt(column))', which has numbers in "
        + counted(numbers, "other row")
    case .mixedNotation(let at, let column, let found, let what, let others, let otherwise):
      "\(at): '\(found)' in the column '\(excerpt(column))' has \(what.text), where "
        + "\(counted(others, "other cell")) \(others == 1 ? "has" : "have") \(otherwise.text)"
    case .ambiguousNumber(let at, let column, let found, let count):
      "\(at): '\(found)' in the column '\(excerpt(column))' looks like a number with a decimal "
        + "comma or with a comma between thousands, as in \(counted(count, "cell"))"
    case .otherDecimal(let at, let column, let found, let given):
      "\(at): '\(found)' in the column '\(excerpt(column))' is not a number with a decimal "
        + given.rawValue
    case .notANumber(let at, let column, let found):
      "\(at): '\(found)' in the column '\(excerpt(column))', where the schema expects a number"
    case .otherNotation(let at, let column, let found, let what, let expected):
      "\(at): '\(found)' in the column '\(excerpt(column))' has \(what.text), where the schema states "
        + "\(expected.text)"
    case .infinite(let at, let column, let found):
      "\(at): '\(found)' in the column '\(excerpt(column))' is not a finite number"
    case .missingColumns(let source, let names, _):
      "\(source): no column named " + names.map { "'\(excerpt($0))'" }.joined(separator: ", ")
    case .noFeatures(let source):
      "\(source): no feature column is left"
    case .ignoredTarget(let name):
      "the column '\(excerpt(name))' is the target and cannot be ignored"
    case .emptyTarget(let source, let name):
      "\(source): the target '\(excerpt(name))' has no value in any row"
    case .tooManyClasses(let source, let name, let count, let rows):
      "\(source): the target '\(excerpt(name))' has "
        + (count > LevelTable.limit ? "more than \(grouped(LevelTable.limit))" : grouped(count))
        + " classes in \(counted(rows, "row"))"
    case .unusableTarget(let source, let name, let reason):
      "\(source): the target '\(excerpt(name))' \(reason.text)"
    case .longClassName(let source, let name):
      "\(source): the target '\(excerpt(name))' has a string of more than "
        + "\(grouped(LevelTable.longestLevel)) bytes"
    case .repeatedHeader(let at): "\(at): the line repeats the names of the columns"
    case .oneClass(let source, let target, let name, let missing):
      "\(source): every row has the \(excerpt(target)) '\(excerpt(name))'"
        + (missing > 0
          ? ", and \(counted(missing, "row")) without a value or with a missing-value string, such "
            + "as NA, \(missing == 1 ? "is" : "are") left out" : "")
    case .oneImageClass(let source, let name):
      "\(source): every image has the label '\(excerpt(name))'"
    case .tooFewRows(let source, let usable, let needed):
      "\(source): \(counted(usable, "usable row")) where at least \(needed) are needed"
    case .differentFeatures(let source, let pixels, let expected):
      "\(source): \(counted(pixels, "pixel")) where other columns, such as "
        + "'\(excerpt(expected))', are expected"
    case .malformedSchema(let source, let problem):
      "\(source): \(problem.text)"
    case .corruptGzip(let source, let problem):
      "\(source): the gzip data are damaged: \(problem.text)"
    case .wrongMagic(let source, let found, let expected):
      "\(source): begins with 0x\(hexadecimal(found)) where 0x\(hexadecimal(expected)) is expected"
    case .wrongSize(let source, let problem):
      "\(source): \(problem.text)"
    case .unpairedLabels(let source, let labels, let images):
      "\(source): \(grouped(labels)) labels for \(grouped(images)) images"
    case .repeatedClass(let source, let name):
      "\(source): two classes are named '\(excerpt(name))'"
    case .unreadableImage(let source, let problem): "\(source): the image \(problem.text)"
    case .unclassedImages(let folder, let images):
      "\(folder): \(counted(images, "image")) without a class"
    case .twoLabels(let source, let record):
      "\(source): records of \(grouped(record)) bytes have two labels, as those of CIFAR-100"
    case .wrongLabel(let source, let row, let found, let classes):
      "\(source): label \(found) in row \(row), where there are \(classes) classes"
    case .wrongChecksum(let source, let found, let expected):
      "\(source): SHA-256 is \(found) where \(expected) is published"
    case .malformedSource(let source, let problem):
      "\(source): \(problem.text)"
    case .inputTooLarge(let source, let limit, let isPacked):
      "\(source): more than \(grouped(limit)) bytes\(isPacked ? " when unpacked" : ""), the "
        + "maximum"
    case .imagesTooLarge(let source, let needed, let limit):
      "\(source): the images take \(grouped(needed)) bytes of memory where \(grouped(limit)) are "
        + "allowed"
    case .doublyPacked(let source):
      "\(source): the file is gzip inside gzip"
    case .tableTooLarge(let source, let row, let columns, let limit):
      "\(source): the rows up to \(grouped(row)), of \(counted(columns, "column")), take more "
        + "than \(grouped(limit)) bytes of memory, the maximum"
    case .missingFile(let path):
      "there is no file '\(path)'"
    case .unreadable(let path, let code):
      "cannot read '\(path)': \(systemMessage(code))"
    case .noData(let path):
      "there are no data in the folder '\(path)'"
    case .notFetched(let name):
      "the data set '\(name)' is not on this machine"
    case .missingPart(let folder, let name), .missingLabels(let folder, let name):
      "there is no file '\(name)' in '\(folder)'"
    case .otherFile(let folder, let name):
      "the folder '\(folder)' contains '\(excerpt(name))', which is not part of the data set"
    case .cannotWrite(let path, let code):
      "cannot write '\(path)': \(code.map(systemMessage) ?? "system error")"
    case .cannotDownload(let address, let problem):
      "cannot download '\(address)': \(problem.text)"
    }
  }

  /// A remedy; `nil` if none is known.
  public var recoverySuggestion: String? {
    switch self {
    case .raggedRow(_, _, _, let cause): cause.hint
    case .unclosedQuote: "close the quote, or write a quote inside a quoted field twice"
    case .textAfterQuote(_, _, isEscaped: true):
      "a backslash does not escape a quote: write a quote inside a quoted field twice"
    case .textAfterQuote: "write a quote inside a quoted field twice"
    case .quoteInsideField: "put the whole field in quotes and write the quotes inside it twice"
    case .nulByte: "is this a text file? a table is CSV or TSV, plain or gzip"
    case .invalidText: "save the file as UTF-8"
    case .cellTooLong: "check for an unclosed quote"
    case .duplicateColumn: "give each column a unique name"
    case .noHeader: "give the names of the columns, or specify whether the first line has them"
    case .wrongNameCount: "give one name for each column"
    case .oneField: "fields are separated by commas, semicolons, tabs, | or blanks"
    case .invalidUTF16: "save the file as UTF-8"
    case .titleLine: RaggedCause.title.hint
    case .tooManyColumns: "check the separator, or give the columns that the network reads only"
    case .emptyFile, .noRows: "a table is a header and one line a row"
    case .wordAmongNumbers:
      "correct the cell, leave it empty if the value is missing, or make the column categorical "
        + "in a schema.json"
    case .mixedNotation: "use one notation for all numbers of a column"
    case .ambiguousNumber: "specify the decimal mark: comma or point"
    case .otherDecimal: "specify no decimal mark, or use one in the whole table"
    case .notANumber: "correct the cell, or leave it empty if the value is missing"
    case .otherNotation(_, _, _, .decimalPoint, _): "state that the decimal mark is a point"
    case .otherNotation(_, _, _, .decimalComma, _): "state that the decimal mark is a comma"
    case .otherNotation: "write the numbers of the column as in the training rows"
    case .infinite: "correct the cell, or leave it empty if the value is missing"
    case .missingColumns(_, _, let near?):
      "columns are matched by name, in any order; there is '\(excerpt(near))'"
    case .missingColumns: "columns are matched by name, in any order"
    case .noFeatures: "constant, empty and identifying columns are left out; add one that varies"
    case .ignoredTarget, .emptyTarget, .longClassName, .unusableTarget:
      "choose another column as the target"
    case .tooManyClasses: "choose another column as the target; a class needs several rows"
    case .repeatedHeader: "remove the line: joined files repeat their header"
    case .oneClass(_, _, _, let missing) where missing > 0:
      "write another string if the missing value is a class of its own, or choose another column "
        + "as the target"
    case .oneClass: "classification needs at least two classes; choose another column as the target"
    case .oneImageClass: "classification needs images of at least two classes"
    case .tooFewRows: "rows without a value for the target cannot be used"
    case .differentFeatures: "give rows with the columns that the network was trained with"
    case .malformedSchema(_, .emptyLevel): "remove '' from the list"
    case .malformedSchema: "see the schema.json of an installed data set"
    case .corruptGzip, .wrongSize: "copy or download the file again"
    case .wrongMagic(_, let found, let expected)
    where found.count == 4 && found[0] == 0 && found[1] == 0 && idxTypes[found[2]] != nil
      && (found[2] != 0x08 || found[3] > 3):
      "it is an IDX file of \(idxTypes[found[2]] ?? "") with \(counted(Int(found[3]), "dimension")); save "
        + "unsigned bytes with \(counted(Int(expected[3]), "dimension"))"
    case .wrongMagic:
      "images are IDX files (MNIST) or CIFAR binary files"
    case .unpairedLabels, .wrongLabel: "the labels belong to other images"
    case .wrongChecksum: "copy or download the file again; nothing was installed"
    case .malformedSource: "copy or download the file again; nothing was installed"
    case .foreignFormat(_, let format): format.advice
    case .doublyPacked: "unpack it once with gunzip"
    case .inputTooLarge, .tableTooLarge, .imagesTooLarge:
      "a higher limit allows more, up to the machine's memory"
    case .missingFile: "check the path, or give the name of a data set"
    case .unreadable: "check the permissions of the file"
    case .noData:
      "a data folder contains data.csv and schema.json, IDX files, CIFAR binary files, or a folder of PNG images "
        + "for each class"
    case .notFetched: "fetch the data set first"
    case .repeatedClass: "give each class a name of its own"
    case .unreadableImage(_, let problem): problem.advice
    case .unclassedImages:
      "give a folder of PNG images for each class: FOLDER/cat/1.png, FOLDER/dog/2.png"
    case .twoLabels:
      "remove the first byte of each record, the coarse label, and list the names of the fine labels "
        + "in batches.meta.txt"
    case .missingLabels: "training needs the label of each image"
    case .missingPart: "give the folder that has the original files"
    case .otherFile: "move it elsewhere, then fetch the data set again"
    case .cannotWrite: "check the permissions of the folder and the space on the disk"
    case .cannotDownload: "get the files another way and give their folder"
    }
  }
}

extension RaggedCause {
  fileprivate var hint: String {
    switch self {
    case .comma: "quote a field that contains a comma"
    case .note: "remove titles, totals and notes above and below the table from the file"
    case .comment: "this line looks like a comment: remove it from the file"
    case .title: "the header must be the first line: remove titles above it from the file"
    case .trailingDelimiter: "lines end in a delimiter: remove it, or name the last column too"
    case .missingName: "the header has one name too few: name the first column too"
    case .decimalComma:
      "if numbers such as 7,58 have a decimal comma, quote them or separate the fields with ';'"
    case .decimalCommaOrName:
      "if numbers such as 7,58 have a decimal comma, quote them or separate the fields with ';'; if "
        + "the first column has no name, name it too"
    }
  }
}

/// "1 field", "3 fields".
func counted(_ count: Int, _ noun: String) -> String {
  "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
}

/// A whole number with commas between thousands.
package func grouped(_ number: Int) -> String {
  var digits = Array(String(number.magnitude))
  for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
  return (number < 0 ? "-" : "") + String(digits)
}

/// Bytes as lower-case hexadecimal digits.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { hexadecimal($0) }.joined()
}

func hexadecimal(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16)
}

/// The element types of IDX files, by the third byte.
private let idxTypes: [UInt8: String] = [
  0x08: "unsigned bytes", 0x09: "signed bytes", 0x0B: "16-bit integers", 0x0C: "32-bit integers",
  0x0D: "32-bit floats", 0x0E: "64-bit floats",
]
