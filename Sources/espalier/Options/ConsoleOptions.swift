import ArgumentParser
import Reports

extension ProgressStyle: ExpressibleByArgument {}
extension Terminal.Choice: ExpressibleByArgument {}

/// How much a command says, and how.
struct ConsoleOptions: ParsableArguments {
  @Flag(help: "One JSON object on stdout.")
  var json = false
  @Flag(help: "No summary and no progress; errors alone.")
  var quiet = false
  @Option(help: "auto is a bar on a terminal and a line every 10 s elsewhere.")
  var progress = ProgressStyle.auto
  @Option(help: "NO_COLOR and FORCE_COLOR are obeyed.")
  var color = Terminal.Choice.auto

  /// Writes a summary for people, unless the result is asked for as data or not at all.
  func summarise(_ text: String) throws {
    if !json, !quiet { try StandardOutput.write(text) }
  }

  /// Says on stderr what was decided about the data.
  func note(_ sentences: [String]) {
    if quiet { return }
    for sentence in sentences { Terminal.stderr.say(" note: \(visible(sentence))\n") }
  }
}
