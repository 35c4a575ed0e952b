import ArgumentParser
import Datasets
import Foundation

/// Brings data sets that are too large to come with the tool.
struct DatasetCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "datasets", abstract: "Bring larger data sets.", subcommands: [Fetch.self])

  struct Fetch: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Bring a larger data set, checked by SHA-256.",
      discussion: """
        Examples:
          espalier datasets fetch mnist
          espalier datasets fetch mnist --from ~/downloads/mnist

        This is the one command that uses the network, and only without '--from PATH'.
        """)

    @Argument(help: "Its name; see 'espalier list datasets'.")
    var name: String
    @Option(help: "A folder, a file or an address to take it from.")
    var from: String?
    @OptionGroup(title: "Messages") var console: ConsoleOptions

    func run() throws {
      let folder = try DatasetStore().fetch(name, from: from) { sentence in
        if !console.quiet, console.progress != .none { Terminal.stderr.say(sentence + "\n") }
      }
      if console.json { try StandardOutput.writeJSON(["name": name, "folder": folder.path]) }
      try console.summarise("'\(name)' is in \(folder.path)\n")
    }
  }
}
