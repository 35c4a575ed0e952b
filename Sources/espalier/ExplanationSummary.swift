import Datasets
import Explanations
import Foundation
import Reports

/// The summary that `explain` prints: the held-out fidelity, then the rules.
struct ExplanationSummary {
  /// The maximum number of rules shown; the report lists all.
  private static let most = 20

  let text: String

  /// `data`: the data as given on the command line.
  init(_ given: Explanation, folder: String, data: String) {
    let report = Report(given, level: given.leads)
    let explanation = report.explanation
    let rules = report.leadingRules
    let wording = RuleText(explanation)
    var lines = [Terminal.stdout.paint(report.fidelitySentence.plain, .bold)]
    if let sentence = report.numericSentence { lines.append(sentence.plain) }
    if let sentence = report.causalSentence { lines.append(sentence.plain) }
    let (neurons, inputs) = (explanation.pruned.neurons, explanation.pruned.inputs)
    lines.append(
      explanation.isPruned
        ? "Pruning kept \(neurons) of \(explanation.network.neurons) hidden features and "
          + "\(inputs) of \(explanation.data.features) columns."
        : "The network has \(counted(neurons, "hidden feature")) and reads "
          + "\(inputs) of \(explanation.data.features) columns; it was not pruned.")
    lines += report.otherRulesSentences.map(\.plain)
    if let sentence = report.readableSentence { lines.append(sentence.plain) }
    lines.append("")
    let described = explanation.level == .features ? explanation.features : []
    for feature in described {
      guard let description = feature.description else { continue }
      let agreement = Terminal.stdout.paint(
        "(\(description.agreement.count) of \(description.agreement.total) held-out rows agree)",
        .dim)
      lines.append(
        "  \(feature.id) is on if \(wording.description(description).plain)"
          + (explanation.pruned.readable == nil ? "  \(agreement)" : ""))
    }
    if described.contains(where: { $0.description != nil }) {
      let conditions = report.conditionSentence(of: rules).plain
      if !conditions.isEmpty {
        lines.append("  " + conditions.trimmingCharacters(in: .whitespaces))
      }
      lines.append("")
    }
    for score in rules.scores ?? [] { lines.append("  \(wording.score(score).plain)") }
    if let scores = rules.scores, !scores.isEmpty { lines.append("") }
    for rule in rules.rules.prefix(Self.most) {
      let support = "(\(rule.confidence.count) of \(rule.coverage.count) rows)"
      lines.append(
        "  \(rule.id)  \(wording.sentence(rule).plain)  \(Terminal.stdout.paint(support, .dim))")
    }
    if rules.rules.count > Self.most {
      lines.append("  … and \(rules.rules.count - Self.most) more")
    }
    lines.append("  otherwise \(wording.conclusion(rules.defaultClass).plain)")
    lines.append("")
    let others =
      report.multiplicitySentences + report.stabilitySentences + report.crossValidationSentences
    if !others.isEmpty { lines += others.map(\.plain) + [""] }
    lines.append("The report: \(folder)/report.html")
    if explanation.level != given.level {
      lines.append(
        "Exports and predictions use the rules \(given.level.words) unless --rules "
          + "\(explanation.level.rawValue) is given.")
    }
    let name = Self.quoted(folder)
    let isNamed = DataSource.names().contains { $0.name == data }
    let source = isNamed ? "" : " --data " + (data == "-" ? "DATA" : Self.quoted(data))
    lines.append("Next: espalier why \(name) 1\(source), or espalier predict \(name) DATA")
    text = lines.joined(separator: "\n") + "\n"
  }

  /// A path as a word of a shell command.
  private static func quoted(_ path: String) -> String {
    let isPlain = path.allSatisfy { $0.isLetter || $0.isNumber || "-_./~".contains($0) }
    return isPlain ? path : "'" + path.replacing("'", with: "'\\''") + "'"
  }
}
