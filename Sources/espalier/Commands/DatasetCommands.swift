import ArgumentParser
import Datasets
import Foundation

/// Fetches data sets that are too large to ship with the tool.
struct DatasetCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "datasets", abstract: "Fetch larger data sets.", subcommands: [Fetch.self])

  struct Fetch: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Fetch a larger data set and verify its SHA-256.",
      discussion: """
        Examples:
          espalier datasets fetch mnist
          espalier datasets fetch mnist --from ~/downloads/mnist

        This is the only command that accesses the internet, and only without a local --from.
        """)

    @Argument(help: "The name of the data set; see 'espalier list datasets'.")
    var name: String
    @Option(help: "A folder, file or URL to fetch it from.")
    var from: String?
    @OptionGroup(title: "Console output") var console: ConsoleOptions

    func run() throws {
      let folder = try DatasetStore().fetch(name, from: from) { sentence in
        if !console.quiet, console.progress != .none { Terminal.stderr.say(sentence + "\n") }
      }
      if console.json { try StandardOutput.writeJSON(["name": name, "folder": folder.path]) }
      try console.summarise("'\(name)' is in \(folder.path)\n")
    }
  }
}
