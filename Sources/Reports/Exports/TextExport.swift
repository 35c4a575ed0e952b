import Explanations
import Naming
import Rules

/// The rules and how often they agree with the network, as plain text: `rules.txt`.
public struct TextExport: RuleExport {
  public static let name = "text"
  public static let summary = "the rules as plain sentences, with how often they agree"
  public static let source = Citation(
    authors: "Espalier", title: "Rules as sentences", year: 2026, venue: "this tool")
  public static let fileExtension = "txt"

  public init() {}

  public func export(_ explanation: Explanation) throws -> String {
    let report = Report(explanation)
    let rules = report.spokenRules
    var lines = [report.title.plain, ""]
    lines += wrapped(report.fidelitySentence.plain, width: 92, most: 40) + [""]
    if rules.rules.isEmpty {
      lines.append("always \(report.text.conclusion(rules.defaultClass).plain)")
    } else {
      lines.append(
        rules.resolution == .firstMatch
          ? "The first rule that holds answers:"
          : "Of the rules that hold, the one with the highest confidence answers:")
      lines.append("")
      for rule in rules.rules {
        lines.append("\(rule.id)  \(report.text.sentence(rule).plain)")
        let held =
          rule.heldOutConfidence.total == 0
          ? "answers no held-out row" : "\(ratio(rule.heldOutConfidence)) held out"
        lines.append(
          "    answers \(ratio(rule.coverage)) training rows; "
            + "the network agrees on \(ratio(rule.confidence)), \(held)")
      }
      lines.append("")
      lines.append("else  \(report.text.conclusion(rules.defaultClass).plain)")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
