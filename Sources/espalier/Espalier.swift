import ArgumentParser
import Foundation
import Naming

/// The tool's root command.
struct Espalier: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "espalier",
    abstract: "Train, prune and explain neural networks with human-readable rules.",
    usage: "espalier <command> [<options>]",
    discussion: """
      Examples:
        espalier explain iris                          a shipped data set
        espalier explain loans.csv --target approved   your own table
        espalier explain loans.csv --model loans.onnx  your own network
        espalier export iris-espalier --to python -o iris.py

      DATA is a data set's name (espalier list datasets), a .csv or .tsv file
      (.gz too), '-' for standard input, or a folder. MODEL is an .onnx or
      .espalier file.
      RESULT is a report folder or its explanation.json.

      No data leave this machine; only 'datasets fetch' accesses the internet.
      """,
    version: version,
    subcommands: [
      Explain.self, Train.self, Prune.self, Compare.self, Predict.self, Evaluate.self, Why.self,
      Features.self, FidelityCommand.self, Diff.self, Inspect.self, Draw.self, ReportCommand.self,
      Export.self, List.self,
      DatasetCommands.self, Doctor.self,
    ])

  /// Runs the command that the arguments name and ends the process with its exit code.
  static func start(_ given: [String]) -> Never {
    MemoryGuard.begin()
    let arguments = joiningNegativeNumbers(given)
    StandardStreams.hold()
    Terminal.choose(from: arguments)
    Interruption.watch()
    var command: any ParsableCommand
    do {
      if arguments == ["--generate-manual"] { end(printing: ManualPage.text) }
      try checkCommand(arguments)
      if let help = HelpText.requested(arguments) { end(printing: help) }
      command = try parseAsRoot(arguments)
    } catch {
      end(parsing: error)
    }
    do {
      if computes(command) {
        try MemoryGuard.watch()
        try SystemLimits.checkFiles()
      }
      if command is Explain || command is Draw || command is ReportCommand {
        try SystemLimits.checkThreads()
      }
      try command.run()
      Foundation.exit(0)
    } catch  where exitCode(for: error) == .success {
      // The help command throws its text.
      end(parsing: error)
    } catch {
      ErrorText(error).end()
    }
  }

  /// Whether a command reads data or results; help and catalogues need little memory.
  private static func computes(_ command: any ParsableCommand) -> Bool {
    let computing: [any ParsableCommand.Type] = [
      Explain.self, Train.self, Prune.self, Compare.self, Features.self, FidelityCommand.self,
      Draw.self, ReportCommand.self, Export.self, DatasetCommands.Fetch.self, Predict.self,
      Evaluate.self, Why.self, Diff.self, Inspect.self,
    ]
    return computing.contains { $0 == type(of: command) }
  }

  /// Rewrites `--epochs -1` as `--epochs=-1`, because the parser reads a negative number as an
  /// option.
  private static func joiningNegativeNumbers(_ arguments: [String]) -> [String] {
    var joined: [String] = []
    for argument in arguments {
      if argument.hasPrefix("-"), Double(argument) != nil, let option = joined.last,
        option.hasPrefix("--"), option.count > 2, !option.contains("="), !joined.contains("--")
      {
        joined[joined.count - 1] = option + "=" + argument
      } else {
        joined.append(argument)
      }
    }
    return joined
  }

  /// Reports a mistyped command as an unknown name instead of an unexpected argument.
  private static func checkCommand(_ arguments: [String]) throws(UnknownName) {
    guard let first = arguments.first, !first.hasPrefix("-") else { return }
    let names = configuration.subcommands.map { $0._commandName }
    let named = first == "help" ? arguments.dropFirst().first { !$0.hasPrefix("-") } : first
    guard let named, !names.contains(named), named != "help" else { return }
    throw UnknownName(named, family: "command", known: names)
  }

  /// Prints help and the version on stdout with code 0; a parsing error ends as a usage error.
  private static func end(parsing error: any Error) -> Never {
    if exitCode(for: error) == .success { end(printing: fullMessage(for: error) + "\n") }
    if error is UnknownName { ErrorText(error).end() }
    ErrorText(parser: message(for: error), seeAlso: helpCommand(in: fullMessage(for: error))).end()
  }

  private static func end(printing text: String) -> Never {
    do {
      try StandardOutput.write(text)
    } catch {
      ErrorText(error).end()
    }
    Foundation.exit(0)
  }

  /// The help command in the parser's message, such as "espalier explain --help".
  private static func helpCommand(in message: String) -> String {
    guard let line = message.split(separator: "\n").last(where: { $0.contains("--help' for") }),
      let start = line.firstIndex(of: "'"), let end = line.lastIndex(of: "'"), start < end
    else { return "espalier --help" }
    return String(line[line.index(after: start)..<end])
  }
}
