import ArgumentParser
import Reports

extension ProgressStyle: ExpressibleByArgument {}
extension Terminal.Choice: ExpressibleByArgument {}

/// The console output of a command: format, verbosity and colours.
struct ConsoleOptions: ParsableArguments {
  @Flag(help: "Print the result as one JSON object on stdout.")
  var json = false
  @Flag(help: "Print no summary and no progress.")
  var quiet = false
  @Option(help: "Progress on stderr; auto is a bar on a terminal and a line every 10 s elsewhere.")
  var progress = ProgressStyle.auto
  @Option(help: "Coloured output; auto respects NO_COLOR and FORCE_COLOR.")
  var color = Terminal.Choice.auto

  /// Writes the summary to stdout, unless `json` or `quiet` is set.
  func summarise(_ text: String) throws {
    if !json, !quiet { try StandardOutput.write(text) }
  }

  /// Says where a file or folder was written: in the summary, or as the object of `json`.
  func summarise(_ text: String, output: String, files: [String]? = nil) throws {
    if json { try StandardOutput.writeJSON(Written(output: output, files: files)) }
    try summarise(text)
  }

  /// Writes the plan of a run, a line each, or as the object of `json`.
  func write(plan lines: [String]) throws {
    if json { return try StandardOutput.writeJSON(["plan": lines]) }
    try StandardOutput.write(lines.map(visible).joined(separator: "\n") + "\n")
  }

  private struct Written: Encodable {
    var output: String
    var files: [String]?
  }

  /// Prints notes about the data on stderr, unless `quiet` is set.
  func note(_ sentences: [String]) {
    if quiet { return }
    for sentence in sentences { Terminal.stderr.say(" note: \(visible(sentence))\n") }
  }
}
