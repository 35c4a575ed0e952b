import ArgumentParser
import Datasets
import Experiments
import Explanations
import Foundation
import ModelFiles
import Naming
import Networks
import Reports

extension SQLDialect: ExpressibleByArgument {}

/// Exports the rules as code.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Export the rules as code.",
    discussion: """
      Examples:
        espalier export iris-espalier --to python -o iris.py
        espalier export iris-espalier --to sql --dialect duckdb -o iris.sql
        espalier export iris-espalier --to text -o -
      """)

  @Argument(help: "A report folder or its explanation.json.")
  var result: String
  @Option(
    help: """
      The format: \(exportFormats.names.joined(separator: ", ")); see 'espalier list formats'.
      """)
  var to: String
  @Option(help: "The rules: inputs, features or described (default: the level of the result).")
  var rules: RuleLevel?
  @Option(help: "The SQL dialect: sqlite, postgresql or duckdb (default: sqlite).")
  var dialect: SQLDialect?
  @Option(help: "The table that SQL reads (default: data).")
  var table: String?
  @Option(name: .shortAndLong, help: "The output file; '-' is stdout.")
  var output: String
  @Flag(help: "Overwrite an existing regular file or espalier report.")
  var force = false
  @OptionGroup(title: "Console output") var console: ConsoleOptions

  func run() throws {
    if output == "-", console.json {
      throw CommandFailure(
        "--json and --output - both write to stdout", hint: "give an output file, or omit --json")
    }
    let format = try exportFormats.type(named: to)
    let options = try options(for: format)
    let file = OutputFile(output)
    if output != "-" {
      var conflicts = OutputConflicts()
      conflicts.writes(output, as: "--output")
      conflicts.reads(result, as: "the result")
      try conflicts.check()
      try file.check(force: force)
    }
    let explanation = try ResultFile(result).explanation(rules)
    let program = try RuleProgram(explanation, for: format) {
      try model(for: explanation.data.schema)
    }
    let contents = try format.init(options).contents(program, of: explanation)
    if output == "-" { return try StandardOutput.write(contents) }
    Interruption.hold()
    try file.write(contents, force: force)
    try console.summarise("The rules: \(output)\n", output: output)
  }

  /// The settings of a format; an option that the format does not read is an error.
  private func options(for format: any RuleExport.Type) throws -> ExportOptions {
    let given: [(ExportOptions.Setting, Bool)] = [
      (.dialect, dialect != nil), (.table, table != nil),
    ]
    for (setting, isGiven) in given where isGiven && !format.settings.contains(setting) {
      let formats = exportFormats.types.filter { $0.settings.contains(setting) }.map { $0.name }
      throw CommandFailure(
        "--\(setting.rawValue) does not apply to --to \(format.name)",
        hint: "omit it, or use --to \(formats.joined(separator: " or "))")
    }
    var options = ExportOptions()
    if let dialect { options.dialect = dialect }
    if let table {
      guard !table.isEmpty else {
        throw CommandFailure("--table is empty", hint: "give the name of the table that SQL reads")
      }
      options.table = table
    }
    return options
  }

  /// The network that computes the hidden features: model.onnx in the folder of the result; `nil` if
  /// there is no such file.
  private func model(for schema: Schema) throws -> Model? {
    let place = URL(fileURLWithPath: result)
    let folder = place.pathExtension == "json" ? place.deletingLastPathComponent() : place
    let file = folder.appendingPathComponent("model.onnx")
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    return try ModelFile.read(file).model(for: schema)
  }
}
