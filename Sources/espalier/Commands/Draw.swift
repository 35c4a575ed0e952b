import ArgumentParser
import Datasets
import Drawing
import Experiments
import Explanations
import Foundation
import ModelFiles
import Naming
import Networks
import Reports

/// Draws a network, its features or its rules.
struct Draw: ParsableCommand {
  enum DrawingKind: String, CaseIterable, ExpressibleByArgument {
    case network, features, rules
  }

  static let configuration = CommandConfiguration(
    abstract: "Draw a network, its hidden features or its rules.",
    discussion: """
      Examples:
        espalier draw iris-espalier -o iris.svg
        espalier draw iris-espalier --picture rules -o rules.png
        espalier draw iris-espalier --picture rules --rules described -o scores.svg
        espalier draw model.onnx -o model.pdf
      """)

  @Argument(help: "An .onnx or .espalier file, a report folder or its explanation.json.")
  var source: String
  @Option(name: .shortAndLong, help: "The diagram file: .svg, .png, .pdf or .dot.")
  var output: String
  @Option(
    name: .customLong("picture"),
    help: "The diagram to draw of a result; for a model only network.")
  var kind = DrawingKind.network
  @Option(
    help: """
      The rules of the rules diagram: over inputs, hidden features or scores (default: \
      features if there are any).
      """
  )
  var rules: RuleLevel?
  @Flag(help: "Overwrite an existing regular file or espalier report.")
  var force = false
  @OptionGroup(title: "Console output") var console: ConsoleOptions

  func run() throws {
    let file = OutputFile(output)
    var conflicts = OutputConflicts()
    conflicts.writes(output, as: "--output")
    conflicts.reads(source, as: "the source")
    try conflicts.check()
    let suffix = URL(fileURLWithPath: output).pathExtension.lowercased()
    guard let format = DrawingFormat(rawValue: suffix) else {
      throw UnknownName(
        suffix, family: "image format", known: DrawingFormat.allCases.map(\.rawValue))
    }
    try file.check(force: force)
    let drawing = try diagram().drawn(as: format)
    Interruption.hold()
    try file.write(drawing, force: force)
    try console.summarise("The diagram: \(output)\n", output: output)
  }

  private func diagram() throws -> Diagram {
    guard [".onnx", ".espalier"].contains(where: source.lowercased().hasSuffix) else {
      let explanation = try ResultFile(source).explanation(rules)
      switch kind {
      case .network: return Diagram(network: explanation)
      case .features: return Diagram(features: explanation)
      case .rules: return Diagram(rules: explanation, level: rules ?? .features)
      }
    }
    if rules != nil { console.note(["--rules has no effect: a model has no rules"]) }
    guard kind == .network else {
      throw CommandFailure(
        "a model has no \(kind.rawValue) to draw", hint: "explain it first, then draw the result"
      )
    }
    let imported = try ModelFile.read(URL(fileURLWithPath: source))
    guard let schema = imported.schema else { return Diagram(network: imported.network) }
    return Diagram(try imported.model(for: schema))
  }
}
