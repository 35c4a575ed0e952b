import ArgumentParser
import Foundation

/// The help of a command: options that many commands share are folded into one paragraph, and
/// `--help-all` explains all.
enum HelpText {
  /// The titles of the shared sections.
  private static let shared: Set = ["TABLE:", "INPUTS OF THE NETWORK:", "CONSOLE OUTPUT:"]

  /// The help that the arguments ask for; `nil` if they ask for none, or for that of the whole tool.
  static func requested(_ arguments: [String]) -> String? {
    let own = Array(arguments.prefix { $0 != "--" })
    let isHelp = own.first == "help"
    guard isHelp || own.contains(where: { ["-h", "--help", "--help-all"].contains($0) }) else {
      return nil
    }
    guard let command = command(in: isHelp ? Array(own.dropFirst()) : own) else { return nil }
    let whole = Espalier.helpMessage(for: command.type)
    return own.contains("--help-all")
      ? whole + "\n" : folded(whole, name: command.name) + "\n"
  }

  /// The command that the first arguments name; `nil` if they name none, or one of subcommands.
  private static func command(
    in arguments: [String]
  ) -> (type: any ParsableCommand.Type, name: String)? {
    var found: any ParsableCommand.Type = Espalier.self
    var name = "espalier"
    for argument in arguments {
      guard
        let next = found.configuration.subcommands.first(where: { $0._commandName == argument })
      else { break }
      found = next
      name += " " + argument
    }
    return found.configuration.subcommands.isEmpty ? (found, name) : nil
  }

  /// The help without the shared sections, whose options are listed at the end.
  static func folded(_ help: String, name: String) -> String {
    var kept: [String] = []
    var options: [String] = []
    var isShared = false
    for line in help.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasSuffix(":"), line.first?.isUppercase == true, line == line.uppercased() {
        isShared = shared.contains(line)
      }
      if !isShared {
        kept.append(line)
      } else if line.hasPrefix("  --") {
        let word = line.dropFirst(2).prefix { $0 != " " && $0 != "/" && $0 != "," }
        options.append(String(word))
      }
    }
    guard !options.isEmpty else { return help }
    while kept.last?.isEmpty == true { kept.removeLast() }
    return kept.joined(separator: "\n") + "\n\nSHARED OPTIONS:\n"
      + lines(of: options, width: 78).map { "  " + $0 + "\n" }.joined()
      + "  '\(name) --help-all' explains them."
  }

  /// The words with commas, in lines of at most `width` characters.
  private static func lines(of words: [String], width: Int) -> [String] {
    var lines = [""]
    for (position, word) in words.enumerated() {
      let text = position + 1 < words.count ? word + "," : word
      if lines[lines.count - 1].isEmpty {
        lines[lines.count - 1] = text
      } else if lines[lines.count - 1].count + text.count < width {
        lines[lines.count - 1] += " " + text
      } else {
        lines.append(text)
      }
    }
    return lines
  }
}
