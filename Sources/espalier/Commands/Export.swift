import ArgumentParser
import Experiments
import Explanations
import Foundation
import ModelFiles
import Naming
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
    var writer: any RuleExport = format.init()
    // Rules over hidden features need the network that computes them, model.onnx of the same
    // folder.
    if explanation.level == .features, writer is PythonExport {
      writer = PythonExport(program: try featureProgram(explanation))
    }
    let text = try writer.export(explanation)
    if output == "-" { return try StandardOutput.write(text) }
    Interruption.hold()
    try file.write(Data(text.utf8), force: force)
    try console.summarise("The rules: \(output)\n")
  }

  private func featureProgram(_ explanation: Explanation) throws -> FeatureProgram? {
    let place = URL(fileURLWithPath: result)
    let folder = place.pathExtension == "json" ? place.deletingLastPathComponent() : place
    let file = folder.appendingPathComponent("model.onnx")
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    let model = try ModelFile.read(file).model(for: explanation.data.schema)
    let ids = explanation.features.map { ($0.neuron, $0.id) }
    return FeatureProgram(model, ids: Dictionary(ids, uniquingKeysWith: { first, _ in first }))
  }
}
