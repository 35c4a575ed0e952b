import Foundation

extension DatasetError {
  public var errorDescription: String? {
    switch self {
    case .raggedRow(let at, let found, let expected):
      "\(at): \(counted(found, "field")) where the header names \(expected)"
    case .unclosedQuote(let at):
      "\(at): a quote that is never closed"
    case .textAfterQuote(let at, let found):
      "\(at): '\(found)' after a closing quote, where the field should end"
    case .quoteInsideField(let at):
      "\(at): a quote inside a field that does not begin with one"
    case .nulByte(let at):
      "\(at): a NUL byte, which no text has"
    case .invalidText(let at, let byte):
      "\(at): byte 0x\(hexadecimal(byte)) where UTF-8 text should be"
    case .cellTooLong(let at, let limit):
      "\(at): a field of more than \(grouped(limit)) bytes"
    case .duplicateColumn(let at, let name, let first, let second):
      "\(at): columns \(first) and \(second) are both headed '\(excerpt(name))'"
    case .emptyFile(let source):
      "\(source): the file is empty"
    case .noRows(let source):
      "\(source): a header and no rows"
    case .wordAmongNumbers(let at, let column, let found, let numbers):
      "\(at): '\(found)' in the column '\(excerpt(column))', which has numbers in "
        + counted(numbers, "other row")
    case .notANumber(let at, let column, let found):
      "\(at): '\(found)' in the column '\(excerpt(column))', where the schema expects a number"
    case .infinite(let at, let column, let found):
      "\(at): '\(found)' in the column '\(excerpt(column))' is not a finite number"
    case .missingColumns(let source, let names):
      "\(source): no column named " + names.map { "'\(excerpt($0))'" }.joined(separator: ", ")
    case .noFeatures(let source):
      "\(source): no column is left to learn from"
    case .ignoredTarget(let name):
      "the column '\(excerpt(name))' is the target and cannot be ignored"
    case .emptyTarget(let source, let name):
      "\(source): the target '\(excerpt(name))' has no value in any row"
    case .tooManyClasses(let source, let name, let count, let rows):
      "\(source): the target '\(excerpt(name))' has "
        + (count > LevelTable.limit ? "more than \(grouped(LevelTable.limit))" : grouped(count))
        + " classes in \(counted(rows, "row"))"
    case .longClassName(let source, let name):
      "\(source): the target '\(excerpt(name))' has a text of more than "
        + "\(grouped(LevelTable.longestLevel)) bytes"
    case .oneClass(let source, let target, let name):
      "\(source): every row has the \(excerpt(target)) '\(excerpt(name))'"
    case .tooFewRows(let source, let usable, let needed):
      "\(source): \(counted(usable, "usable row")) where at least \(needed) are needed"
    case .differentFeatures(let source, let found, let expected):
      "\(source): \(found) where \(expected) are expected"
    case .malformedSchema(let source, let reason):
      "\(source): \(reason)"
    case .corruptGzip(let source, let reason):
      "\(source): the gzip data are damaged: \(reason)"
    case .wrongMagic(let source, let found, let expected):
      "\(source): begins with \(found) where \(expected) is expected"
    case .wrongSize(let source, let found, let expected):
      "\(source): \(found) where \(expected) are expected"
    case .unpairedLabels(let source, let labels, let pictures):
      "\(source): \(grouped(labels)) labels for \(grouped(pictures)) pictures"
    case .wrongLabel(let source, let row, let found, let classes):
      "\(source): label \(found) in row \(row), where there are \(classes) classes"
    case .wrongChecksum(let source, let found, let expected):
      "\(source): SHA-256 is \(found) where \(expected) is published"
    case .malformedSource(let source, let reason):
      "\(source): \(reason)"
    case .missingFile(let path):
      "there is no file '\(path)'"
    case .unreadable(let path, let reason):
      "cannot read '\(path)': \(reason)"
    case .noData(let path):
      "there are no data in the folder '\(path)'"
    case .notFetched(let name):
      "the data set '\(name)' is not on this machine"
    case .missingPart(let folder, let name):
      "there is no file '\(name)' in '\(folder)'"
    case .otherFile(let folder, let name):
      "the folder '\(folder)' holds '\(excerpt(name))', which is no part of the data set"
    case .cannotWrite(let path, let reason):
      "cannot write '\(path)': \(reason)"
    case .cannotDownload(let address, let reason):
      "cannot download '\(address)': \(reason)"
    }
  }

  public var recoverySuggestion: String? {
    switch self {
    case .raggedRow: "quote a field that contains a comma"
    case .unclosedQuote: "close the quote, or write a quote inside a quoted field twice"
    case .textAfterQuote: "write a quote inside a quoted field twice"
    case .quoteInsideField: "put the whole field in quotes and write the quotes inside it twice"
    case .nulByte: "is this a text file? a table is CSV or TSV, plain or gzip"
    case .invalidText: "save the file as UTF-8"
    case .cellTooLong: "look for a quote that is never closed"
    case .duplicateColumn: "give each column a name of its own"
    case .emptyFile, .noRows: "a table is a header and one line a row"
    case .wordAmongNumbers:
      "mend the cell, leave it empty if the value is missing, or make the column categorical "
        + "in a schema.json"
    case .notANumber: "mend the cell, or leave it empty if the value is missing"
    case .infinite: "mend the cell, or leave it empty if the value is missing"
    case .missingColumns: "columns are found by name; their order is free"
    case .noFeatures: "constant, empty and identifying columns are left out; add one that varies"
    case .ignoredTarget: "choose another column with --target"
    case .emptyTarget, .longClassName: "choose another column with --target"
    case .tooManyClasses: "choose another column with --target; a class needs several rows"
    case .oneClass: "there is nothing to tell apart; choose another column with --target"
    case .tooFewRows: "rows without a value for the target cannot be used"
    case .differentFeatures: "give rows with the columns that the network was trained with"
    case .malformedSchema: "see the schema.json of a data set that comes with the tool"
    case .corruptGzip, .wrongSize: "copy or download the file again"
    case .wrongMagic: "pictures are IDX files (MNIST) or CIFAR binary files"
    case .unpairedLabels, .wrongLabel: "the labels belong to other pictures"
    case .wrongChecksum: "copy or download the file again; nothing was installed"
    case .malformedSource: "copy or download the file again; nothing was installed"
    case .missingFile: "see 'espalier list datasets' for the data sets that have names"
    case .unreadable: "check the permissions of the file"
    case .noData:
      "a folder of data has data.csv and schema.json, IDX files, or CIFAR binary files"
    case .notFetched(let name): "espalier datasets fetch \(name)"
    case .missingPart: "name the folder that has the original files with --from"
    case .otherFile: "move it elsewhere, then fetch the data set again"
    case .cannotWrite: "check the permissions of the folder and the space on the disk"
    case .cannotDownload: "get the files another way and name their folder with --from"
    }
  }
}

/// "1 field", "3 fields".
func counted(_ count: Int, _ noun: String) -> String {
  "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
}

/// A whole number with commas between thousands.
func grouped(_ number: Int) -> String {
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
