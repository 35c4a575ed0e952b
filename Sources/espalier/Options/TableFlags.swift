import ArgumentParser
import Datasets
import Experiments
import Foundation

extension NumberNotation.DecimalMark: ExpressibleByArgument {}

/// The format of a table's text; options override what is detected in its first lines.
struct TableFlags: ParsableArguments {
  @Flag(
    inversion: .prefixedNo, exclusivity: .exclusive,
    help: "Whether the first line is a header (default: detected).")
  var header: Bool?
  @Option(help: "Column names, A,B,…, for a file without a header.")
  var names: String?
  @Option(help: "Field separator (default: detected).")
  var separator: String?
  @Option(help: "Decimal mark (default: detected).")
  var decimal: NumberNotation.DecimalMark?
  @Option(help: "Maximum size of the data in bytes, uncompressed (default: half of the memory).")
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

  /// Overrides the settings that were given as options.
  func apply(to experiment: inout Experiment) {
    if let header { experiment.header = header }
    if let columnNames { experiment.names = columnNames }
    if let fieldSeparator { experiment.separator = fieldSeparator }
    if let decimal { experiment.decimal = decimal }
    if let maxInputBytes { experiment.maxInputBytes = maxInputBytes }
  }
}
