import ArgumentParser

/// The manual page of the tool in roff, made from the help of all commands.
enum ManualPage {
  static var text: String {
    var lines = [
      ".TH ESPALIER 1 \"\" \"espalier \(Espalier.version)\" \"User Commands\"", ".SH NAME",
      "espalier \\- " + escaped(Espalier.configuration.abstract), ".SH SYNOPSIS",
      ".B espalier", "\\fIcommand\\fR [\\fIoptions\\fR]",
    ]
    lines += section("DESCRIPTION", Espalier.configuration.discussion)
    for command in commands(of: Espalier.self, named: "espalier") {
      lines += section(
        command.name.uppercased(),
        Espalier.helpMessage(for: command.type, includeHidden: false, columns: 76))
    }
    lines += [
      ".SH EXIT STATUS",
      "0 done; 1 a fault of espalier; 2 done, but a threshold is not met; 64 usage; 65 data or model",
      "malformed or unsupported; 66 input missing or unreadable; 69 something that is needed is not",
      "installed; 73 output cannot be created; 74 input/output error; 75 limit reached; 130 and 143",
      "interrupted.",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func commands(
    of type: any ParsableCommand.Type, named name: String
  ) -> [(type: any ParsableCommand.Type, name: String)] {
    type.configuration.subcommands.flatMap { command in
      let full = name + " " + command._commandName
      return command.configuration.subcommands.isEmpty
        ? [(command, full)] : commands(of: command, named: full)
    }
  }

  /// A section of lines that are not filled.
  private static func section(_ title: String, _ text: String) -> [String] {
    [".SH " + title, ".nf"]
      + text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }
      + [".fi"]
  }

  /// A line of text in roff: backslashes and hyphens escaped, no control line.
  private static func escaped(_ line: String) -> String {
    let text = line.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
  }
}
