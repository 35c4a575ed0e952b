import Datasets

extension NumberRangeError: CommandLineError {
  var exitCode: Int32 { 65 }
}

extension DatasetError: CommandLineError {
  var exitCode: Int32 {
    switch self {
    case .ignoredTarget, .wrongNameCount: 64
    case .inputTooLarge, .tableTooLarge, .imagesTooLarge: 75
    case .missingFile, .unreadable, .noData, .notFetched, .missingPart, .missingLabels: 66
    case .cannotWrite, .otherFile: 73
    case .cannotDownload: 74
    default: 65
    }
  }

  var optionHint: String? {
    switch self {
    case .noHeader:
      "--no-header reads it as a row, --names A,B,… names the columns, --header takes it for names"
    case .wrongNameCount: "give one name for each column with --names"
    case .oneField:
      "fields are separated by commas, semicolons, tabs, | or blanks; name one with --separator"
    case .ambiguousNumber: "specify --decimal comma or --decimal point"
    case .otherNotation(_, _, _, .decimalPoint, _): "--decimal point reads numbers with a point"
    case .otherNotation(_, _, _, .decimalComma, _): "--decimal comma reads numbers with a comma"
    case .otherDecimal: "omit --decimal, or use one decimal mark in the whole table"
    case .ignoredTarget, .emptyTarget, .longClassName, .unusableTarget:
      "choose another column with --target"
    case .tooManyClasses: "choose another column with --target; a class needs several rows"
    case .oneClass: "classification needs at least two classes; choose another column with --target"
    case .malformedSchema(_, .emptyLevel): nil
    case .malformedSchema: "see the schema.json of a data set that comes with the tool"
    case .inputTooLarge, .tableTooLarge, .imagesTooLarge:
      "--max-input-bytes allows more, up to the machine's memory"
    case .missingFile: "see 'espalier list datasets' for the data sets that have names"
    case .notFetched(let name): "espalier datasets fetch \(name)"
    case .missingLabels:
      "training and evaluation need the label of each image; predict and fidelity do not"
    case .missingPart: "name the folder that has the original files with --from"
    case .cannotDownload: "get the files another way and name their folder with --from"
    default: nil
    }
  }
}
