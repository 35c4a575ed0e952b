import ArgumentParser
import Experiments
import Explanations
import Foundation
import ModelFiles
import Naming
import Reports
import Templates

/// Regenerates the report from `explanation.json`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Regenerate the report from its explanation.json.",
    discussion: """
      Examples:
        espalier report iris-espalier --format html,md -o iris-again
        espalier report iris-espalier --format card --card card.json -o iris-card
      """)

  @Argument(help: "A report folder or its explanation.json.")
  var result: String
  @Option(
    help: """
      Comma-separated: html, md, json, text, diagrams (default: these); pdf (by weasyprint), card \
      (model-card.md).
      """)
  var format: String?
  @Option(
    help: "The rules that the report begins with (default: those of the report of the run).")
  var rules: RuleLevel?
  @Option(name: .shortAndLong, help: "The output folder.")
  var output: String
  @Option(
    help: ArgumentHelp(
      "A JSON file with what the model card states: owner, purpose and others.",
      valueName: "file"))
  var card: String?
  @Option(help: "A folder of page templates that override the built-in ones.")
  var templates: String?
  @Flag(help: "Overwrite an existing regular file or espalier report.")
  var force = false
  @Flag(help: "Open the report in the desktop's browser.")
  var open = false
  @OptionGroup(title: "Console output") var console: ConsoleOptions

  func run() throws {
    let formats = try chosenFormats()
    if card != nil, !formats.contains(.card) {
      throw CommandFailure(
        "--card has no effect without the format card", hint: "add --format card", code: 64)
    }
    try checkTemplates()
    if templates != nil, formats.isDisjoint(with: [.html, .pdf]) {
      console.note(["--templates has no effect: --format has neither html nor pdf"])
    }
    let folder = OutputFolder(output)
    var conflicts = OutputConflicts()
    conflicts.writes(output, as: "--output")
    conflicts.reads(result, as: "the result")
    conflicts.reads(templates, as: "the templates")
    conflicts.reads(card, as: "the entries of the card")
    try conflicts.check()
    let page = output + (formats.contains(.html) ? "/report.html" : "")
    let opening = try open ? Opening(for: page) : nil
    try folder.check(force: force)
    let file = try ResultFile(result)
    let explanation = file.explanation
    // Asked for its error only: files are made of the result as it is.
    _ = try file.explanation(rules)
    let entries = try cardEntries()
    if formats.contains(.pdf) { _ = try PDFPrinter() }
    let files = try ReportFolder.files(
      for: explanation, formats: formats, level: rules,
      templates: templates.map { URL(fileURLWithPath: $0, isDirectory: true) },
      network: formats.contains(.html) ? network(of: file) : .absent("it was not read"),
      entries: entries)
    let manifest = FolderManifest(
      arguments: Explain.decidingArguments(CommandLine.arguments),
      settings: formats.map(\.rawValue).sorted() + [templates ?? "", rules?.rawValue ?? ""]
        + entries.listed,
      inputs: [(name: "explanation.json", sha256: try explanation.sha256)])
    Interruption.hold()
    try folder.write(
      try manifest.added(to: files.map { ($0.name, $0.data) }), force: force, run: manifest.run)
    try console.summarise(
      files.map { "\(output)/\($0.name)\n" }.joined(), output: output, files: files.map(\.name))
    try opening?.open(page)
  }

  /// Checks that the folder of templates has one at least.
  private func checkTemplates() throws {
    guard let templates else { return }
    guard !Templates(folder: URL(fileURLWithPath: templates, isDirectory: true)).isCustom else {
      return
    }
    let exists = FileManager.default.fileExists(atPath: templates)
    throw CommandFailure(
      exists
        ? "the folder '\(shown(templates))' has no template"
        : "there is no folder of templates '\(shown(templates))'",
      hint: "give a folder with one of "
        + Templates.File.allCases.map(\.rawValue).joined(separator: ", "), code: 66)
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

  private func cardEntries() throws -> CardEntries {
    guard let card else { return CardEntries() }
    guard let json = FileManager.default.contents(atPath: card) else {
      throw CommandFailure(
        "the entries of the card '\(card)' cannot be read", hint: "check the path", code: 66)
    }
    return try CardEntries(json: json, named: card)
  }

  private func chosenFormats() throws(UnknownName) -> Set<ReportFolder.Format> {
    guard let format else { return ReportFolder.Format.usual }
    let names = format.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    guard !names.isEmpty else {
      throw UnknownName(
        format, family: "report format", known: ReportFolder.Format.allCases.map(\.rawValue))
    }
    var chosen: Set<ReportFolder.Format> = []
    for name in names {
      guard let known = ReportFolder.Format(rawValue: name) else {
        throw UnknownName(
          name, family: "report format", known: ReportFolder.Format.allCases.map(\.rawValue))
      }
      chosen.insert(known)
    }
    return chosen
  }
}
