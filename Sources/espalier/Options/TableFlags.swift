import ArgumentParser
import Datasets
import Experiments
import Foundation

extension NumberNotation.DecimalMark: ExpressibleByArgument {}

/// What the form of a table's text is, where it is not found in its first lines.
struct TableFlags: ParsableArguments {
  @Flag(
    inversion: .prefixedNo,
    help: "Whether the first line names the columns (default: found in the first lines).")
  var header: Bool?
  @Option(help: "The names of the columns, A,B,…, of a file without them.")
  var names: String?
  @Option(help: "What stands between fields (default: found in the first lines).")
  var separator: String?
  @Option(help: "The character before decimals (default: found in the numbers).")
  var decimal: NumberNotation.DecimalMark?
  @Option(help: "Bytes of data at most, unpacked (default: half of the memory).")
  var maxInputBytes: Int?

  mutating func validate() throws {
    try check(.maxInputBytes, maxInputBytes)
    if let separator, TableFormat.Separator(separator) == nil {
      throw ValidationError(
        "--separator cannot be '\(separator)'. Give ',', ';', 'tab', '|' or 'blank'")
    }
    if let columnNames, columnNames.contains("") {
      throw ValidationError("--names has an empty name. Give one name for each column: A,B,C")
    }
    if header == true, names != nil {
      throw ValidationError(
        "--header and --names contradict each other. Leave out --names to take the first line")
    }
  }

  /// The names, one for each column.
  private var columnNames: [String]? {
    names?.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
  }

  private var fieldSeparator: TableFormat.Separator? {
    separator.flatMap { TableFormat.Separator($0) }
  }

  var format: TableFormat {
    TableFormat(hasHeader: header, names: columnNames, separator: fieldSeparator, decimal: decimal)
  }

  /// Sets what was given; the rest stays as it is.
  func apply(to experiment: inout Experiment) {
    if let header { experiment.header = header }
    if let columnNames { experiment.names = columnNames }
    if let fieldSeparator { experiment.separator = fieldSeparator }
    if let decimal { experiment.decimal = decimal }
    if let maxInputBytes { experiment.maxInputBytes = maxInputBytes }
  }
}
