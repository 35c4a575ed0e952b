import Experiments
import Naming

extension ErrorText {
  /// Splits the parser's message, such as "Unknown option '--x'. Did you mean '--y'?", into message
  /// and hint.
  init(parser words: String, seeAlso help: String) {
    code = 64
    let quoted = words.split(separator: "'", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    if words.hasPrefix("The value '"), quoted.count >= 2 {
      let option = quoted[1].split(separator: " ").first.map(String.init) ?? quoted[1]
      message = "\(option) cannot be '\(quoted[0])'"
      // The parser prints few values on one line and many as a list.
      let listed = words.split(separator: "\n").filter { $0.hasPrefix("  - ") }
      let known = Array(quoted.dropFirst(2)) + listed.map { String($0.dropFirst(4)) }
      if let allowed = allowedValues(of: option, in: help.split(separator: " ").dropFirst().first) {
        hint = "give \(allowed)"
      } else if let near = UnknownName(quoted[0], family: "", known: known).nearest {
        hint = "did you mean '\(near)'?"
      } else {
        hint = known.isEmpty ? "see '\(help)'" : "known: " + known.joined(separator: ", ")
      }
      return
    }
    let parts = words.split(separator: ". ", maxSplits: 1).map(String.init)
    message = ErrorText.lowerCased(parts.first ?? words)
    if message.hasSuffix(".") { message.removeLast() }
    hint = parts.count > 1 ? ErrorText.lowerCased(parts[1]) : "see '\(help)'"
    // The parser offers options that are less near.
    if message.hasPrefix("unknown option '"), parts.count > 1, quoted.count > 1,
      !Self.isNear(quoted[0], quoted[1])
    {
      hint = "see '\(help)'"
    }
  }

  /// Whether an option is at most two edits from another.
  private static func isNear(_ option: String, _ other: String) -> Bool {
    let names = [option, other].map { $0.prefix { $0 != "=" }.drop { $0 == "-" } }
    return editDistance(String(names[0]), String(names[1])) <= 2
  }

  private static func lowerCased(_ text: String) -> String {
    text.prefix(1).lowercased() + text.dropFirst()
  }
}
