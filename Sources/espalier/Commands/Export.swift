import ArgumentParser
import Experiments
import Foundation
import Naming
import Reports

/// Writes the rules as code.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the rules as code that answers as they do.",
    discussion: """
      Examples:
        espalier export iris-espalier --to python -o iris.py
        espalier export iris-espalier --to text -o -
      """)

  @Argument(help: "A report folder or its explanation.json.")
  var result: String
  @Option(help: "python or text; see 'espalier list formats'.")
  var to: String
  @Option(name: .shortAndLong, help: "The file to write; '-' is stdout.")
  var output: String
  @Flag(help: "Replace what is in the way.")
  var force = false
  @OptionGroup(title: "Talk") var talk: TalkOptions

  func run() throws {
    let type = try exportFormats.type(named: to)
    let file = OutputFile(output)
    if output != "-" { try file.check(force: force) }
    let explanation = try ResultFile(result).explanation
    // Formats have no settings: an empty object is enough to make one.
    let made = try JSONDecoder().decode(type, from: Data("{}".utf8))
    guard let writer = made as? any RuleExport else { return }
    let text = try writer.export(explanation)
    if output == "-" { return try StandardOutput.write(text) }
    try file.write(Data(text.utf8), force: force)
    try talk.summarise("The rules: \(output)\n")
  }
}
