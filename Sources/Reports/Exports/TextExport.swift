import Explanations
import Naming
import Rules

/// The rules with coverage and confidence as plain text: `rules.txt`.
public struct TextExport: TextualExport {
  /// The name in commands, settings and files.
  public static let name = "text"
  /// The description in one line.
  public static let summary = "the rules as plain text, with coverage and confidence"
  /// The publication.
  public static let source = Citation(
    authors: "Espalier", title: "Rules as sentences", year: 2026, venue: "this tool")
  /// The extension of file names, without the dot.
  public static let fileExtension = "txt"
  /// Whether the text computes predictions.
  public static let evaluatesRules = false

  /// Creates the format.
  public init(_ options: ExportOptions = ExportOptions()) {}

  /// The rules as the text of a file.
  public func export(_ program: RuleProgram, of explanation: Explanation) -> String {
    let report = Report(explanation)
    let text = report.text
    let defaultClass = program.predictions[program.defaultPrediction].name
    var lines = [report.title.plain, ""]
    lines += wrapped(report.fidelitySentence.plain, width: 92, most: 40) + [""]
    if let sentence = report.numericSentence {
      lines += wrapped(sentence.plain, width: 92, most: 40) + [""]
    }
    for score in program.scores { lines.append(text.score(score, of: program).plain) }
    if !program.scores.isEmpty { lines.append("") }
    if program.rules.isEmpty {
      lines.append("always \(text.conclusion(defaultClass).plain)")
    } else {
      lines.append(
        program.resolution == .firstMatch
          ? "Ordered list: the first rule that holds gives the predicted class."
          : "Of the rules that hold, the one with the highest confidence gives the predicted "
            + "class.")
      lines += wrapped(text.unknownValues.plain, width: 92, most: 40) + [""]
      let numbers = report.numbers(explanation.level)
      for (index, (rule, figures)) in zip(program.rules, report.leadingRules.rules).enumerated() {
        lines.append("\(rule.id)  \(text.sentence(rule, of: program).plain)")
        let held =
          figures.heldOutConfidence.total == 0
          ? "covers no held-out row" : "held out \(ratio(figures.heldOutConfidence))"
        lines.append(
          "    \(numbers.map { "predicts \($0[index].text.plain); " } ?? "")coverage \(ratio(figures.coverage)) training rows; "
            + "confidence \(ratio(figures.confidence)), \(held)")
        guard let lift = figures.lift else { continue }
        lines.append(
          "    95 % interval of the confidence \(interval(figures.confidence)); lift "
            + "\(significant(lift)); counterexamples: \(report.counterexamples(of: figures))")
      }
      lines.append("")
      let number = numbers?.last.map { "; predicts \($0.text.plain)" } ?? ""
      lines.append("else  \(text.conclusion(defaultClass).plain)\(number)")
    }
    let others =
      report.multiplicitySentences + report.stabilitySentences + report.crossValidationSentences
    if !others.isEmpty {
      lines += [""] + others.flatMap { wrapped($0.plain, width: 92, most: 40) }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
