import ArgumentParser
import Datasets
import Experiments
import Explanations
import Foundation
import ModelFiles
import Naming
import Networks
import Reports

/// Exports the rules as code.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Export the rules as code.",
    discussion: """
      Examples:
        espalier export iris-espalier --to python -o iris.py
        espalier export iris-espalier --to text -o -
      """)

  @Argument(help: "A report folder or its explanation.json.")
  var result: String
  @Option(help: "The format: python or text; see 'espalier list formats'.")
  var to: String
  @Option(name: .shortAndLong, help: "The output file; '-' is stdout.")
  var output: String
  @Flag(help: "Overwrite an existing regular file or espalier report.")
  var force = false
  @OptionGroup(title: "Messages") var console: ConsoleOptions

  func run() throws {
    let format = try exportFormats.type(named: to)
    let file = OutputFile(output)
    if output != "-" {
      var conflicts = OutputConflicts()
      conflicts.writes(output, as: "--output")
      conflicts.reads(result, as: "the result")
      try conflicts.check()
      try file.check(force: force)
    }
    let explanation = try ResultFile(result).explanation
    let program = try RuleProgram(explanation, for: format) {
      try model(for: explanation.data.schema)
    }
    let text = try format.init().export(program, of: explanation)
    if output == "-" { return try StandardOutput.write(text) }
    Interruption.hold()
    try file.write(Data(text.utf8), force: force)
    try console.summarise("The rules: \(output)\n")
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
