import Explanations
import Naming
import Rules

/// The rules with coverage and confidence as plain text: `rules.txt`.
public struct TextExport: RuleExport {
  public static let name = "text"
  public static let summary = "the rules as plain text, with coverage and confidence"
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
          ? "Ordered list: the first rule that holds gives the predicted class."
          : "Of the rules that hold, the one with the highest confidence gives the predicted "
            + "class.")
      lines.append("")
      for rule in rules.rules {
        lines.append("\(rule.id)  \(report.text.sentence(rule).plain)")
        let held =
          rule.heldOutConfidence.total == 0
          ? "covers no held-out row" : "held out \(ratio(rule.heldOutConfidence))"
        lines.append(
          "    coverage \(ratio(rule.coverage)) training rows; "
            + "confidence \(ratio(rule.confidence)), \(held)")
      }
      lines.append("")
      lines.append("else  \(report.text.conclusion(rules.defaultClass).plain)")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
