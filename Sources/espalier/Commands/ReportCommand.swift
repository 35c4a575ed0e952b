import ArgumentParser
import Experiments
import Explanations
import Foundation
import ModelFiles
import Naming
import Reports

/// Regenerates the report from `explanation.json`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Regenerate the report from its explanation.json.",
    discussion: """
      Examples:
        espalier report iris-espalier --format html,md -o iris-again
        espalier report iris-espalier --templates my-pages -o iris-again --open
      """)

  @Argument(help: "A report folder or its explanation.json.")
  var result: String
  @Option(help: "Comma-separated: html, md, json, text, diagrams (default: all).")
  var format: String?
  @Option(name: .shortAndLong, help: "The output folder.")
  var output: String
  @Option(help: "A folder of page templates that override the built-in ones.")
  var templates: String?
  @Flag(help: "Overwrite an existing regular file or espalier report.")
  var force = false
  @Flag(help: "Open the report in the desktop's browser.")
  var open = false
  @OptionGroup(title: "Messages") var console: ConsoleOptions

  func run() throws {
    let formats = try chosenFormats()
    if templates != nil, !formats.contains(.html) {
      console.note(["--templates has no effect: --format has no html"])
    }
    let folder = OutputFolder(output)
    var conflicts = OutputConflicts()
    conflicts.writes(output, as: "--output")
    conflicts.reads(result, as: "the result")
    conflicts.reads(templates, as: "the templates")
    try conflicts.check()
    let page = output + (formats.contains(.html) ? "/report.html" : "")
    let opening = try open ? Opening(for: page) : nil
    try folder.check(force: force)
    let file = try ResultFile(result)
    let explanation = file.explanation
    let files = try ReportFolder.files(
      for: explanation, formats: formats,
      templates: templates.map { URL(fileURLWithPath: $0, isDirectory: true) },
      network: formats.contains(.html) ? network(of: file) : .absent("it was not read"))
    let manifest = FolderManifest(
      arguments: Explain.decidingArguments(CommandLine.arguments),
      settings: formats.map(\.rawValue).sorted() + [templates ?? ""],
      inputs: [(name: "explanation.json", sha256: try explanation.sha256)])
    Interruption.hold()
    try folder.write(
      try manifest.added(to: files.map { ($0.name, $0.data) }), force: force, run: manifest.run)
    try console.summarise(
      files.map { "\(output)/\($0.name)\n" }.joined(), output: output, files: files.map(\.name))
    try opening?.open(page)
  }

  /// The network in model.onnx beside the result, for the page.
  private func network(of file: ResultFile) -> ReportNetwork {
    guard let place = file.modelFile else {
      return .absent("there is no model.onnx beside the result")
    }
    do {
      return .model(try ModelFile.read(place).model(for: file.explanation.data.schema))
    } catch {
      console.note([
        "model.onnx cannot be read, and is not in the page: \(error.localizedDescription)"
      ])
      return .absent("model.onnx beside the result cannot be read")
    }
  }

  private func chosenFormats() throws(UnknownName) -> Set<ReportFolder.Format> {
    guard let format else { return Set(ReportFolder.Format.allCases) }
    var chosen: Set<ReportFolder.Format> = []
    for name in format.split(separator: ",").map({ $0.trimmingCharacters(in: .whitespaces) }) {
      guard let known = ReportFolder.Format(rawValue: name) else {
        throw UnknownName(
          name, family: "report format", known: ReportFolder.Format.allCases.map(\.rawValue))
      }
      chosen.insert(known)
    }
    return chosen
  }
}
