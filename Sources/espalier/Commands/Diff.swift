import ArgumentParser
import Datasets
import Experiments
import Explanations
import Foundation
import Reports
import Rules

/// Compares two results.
struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare the rules and figures of two results.",
    discussion: """
      Examples:
        espalier diff loans-june loans-july
        espalier diff loans-june loans-july --data new-loans.csv --json

      The exit code is 0 whether or not the results differ.
      """)

  @Argument(help: "A report folder or its explanation.json.")
  var before: String
  @Argument(help: "Another report folder or explanation.json.")
  var after: String
  @Option(
    help:
      "Rows on which both rule sets are compared (default: the data of both, if they have a name)."
  )
  var data: String?
  @Option(help: "The rules: inputs, features or described (default: those measured in the first).")
  var rules: RuleLevel?
  @OptionGroup(title: "Table") var form: TableFlags
  @OptionGroup(title: "Console output") var console: ConsoleOptions

  func run() throws {
    let (first, second) = (try ResultFile(before), try ResultFile(after))
    let level = rules ?? first.explanation.level
    var difference = try ExplanationDifference(
      first.explanation, second.explanation, level: level)
    if let source = data ?? Self.commonData(first.explanation, second.explanation) {
      let (old, new) = (
        try predictions(of: first, level, on: source),
        try predictions(of: second, level, on: source)
      )
      let rows = old.keys.filter { new[$0] != nil }
      difference.predictions = Proportion(rows.count { old[$0] == new[$0] }, of: rows.count)
    }
    if difference.data.columnsRemoved.count == first.explanation.data.schema.features.count {
      console.note(["the results have no column in common: they are of different data"])
    }
    if console.json { return try StandardOutput.writeJSON(difference) }
    try console.summarise(
      DifferenceText(difference, first.explanation, second.explanation).text)
  }

  /// The name of the data set of both results, if it still has the same bytes.
  private static func commonData(_ first: Explanation, _ second: Explanation) -> String? {
    let data = first.data
    guard data.sha256 == second.data.sha256,
      DataSource.names().contains(where: { $0.name == data.name && $0.origin != .toBeFetched }),
      let loaded = try? DataSource.load(
        data.name, options: ReadingOptions(schema: data.schema, labels: .optional)),
      loaded.sha256 == data.sha256
    else { return nil }
    return data.name
  }

  /// The class that the rules predict, by row number.
  private func predictions(
    of result: ResultFile, _ level: RuleLevel, on source: String
  ) throws -> [Int: String] {
    let loaded = try DataSource.load(
      source,
      options: ReadingOptions(
        schema: result.explanation.data.schema, labels: .optional, format: form.format,
        maxInputBytes: form.maxInputBytes))
    let rules = try RuleClassifier(result.explanation, level: level)
    var (model, table) = (nil as ImportedModel?, loaded.table)
    if level == .features, let file = result.modelFile {
      let read = try ImportedModel(file, options: NetworkOptions(), table: table, names: .options)
      (model, table) = (read, read.table)
    }
    let deciding = rules.rules.deciding(try rules.variables(of: table, in: model?.model))
    return Dictionary(
      zip(table.rowNumbers, deciding.map { rules.classes[rules.prediction(of: $0)] }),
      uniquingKeysWith: { first, _ in first })
  }
}

/// A difference of two results as text.
struct DifferenceText {
  let text: String

  init(_ difference: ExplanationDifference, _ before: Explanation, _ after: Explanation) {
    let (old, new) = (RuleText(before), RuleText(after))
    var lines: [String] = []
    let data = difference.data
    lines.append(
      data.isSame
        ? "Data: the same bytes, \(counted(data.rows[0], "row"))."
        : "Data: other bytes, \(counted(data.rows[0])) rows before and \(counted(data.rows[1])) "
          + "after.")
    for (words, names) in [
      ("columns added", data.columnsAdded), ("columns removed", data.columnsRemoved),
      ("classes added", data.classesAdded), ("classes removed", data.classesRemoved),
    ] where !names.isEmpty {
      lines.append("  \(words): " + listed(names))
    }
    if difference.explains[0] != difference.explains[1] {
      let names = difference.explains.map {
        $0 == .original ? "the network before pruning" : "the pruned network"
      }
      lines.append(
        "The rules of the first result approximate \(names[0]), those of the second \(names[1]).")
    }
    if let fidelity = difference.fidelity {
      lines.append(Self.line("Fidelity", fidelity))
    }
    if let accuracy = difference.rulesAccuracy {
      lines.append(Self.line("Accuracy of the rules", accuracy))
    }
    lines.append(Self.line("Accuracy of the network", difference.networkAccuracy))
    lines.append(
      "Hidden features: \(difference.hiddenFeatures[0]) before, \(difference.hiddenFeatures[1]) "
        + "after.")
    for (words, names) in [
      ("Columns in the rules of the second only", difference.columnsUsedAdded),
      ("Columns in the rules of the first only", difference.columnsUsedRemoved),
    ] where !names.isEmpty {
      lines.append("\(words): " + listed(names))
    }
    let rules = difference.rules
    lines.append("")
    lines.append(
      Terminal.stdout.paint(
        "Rules over \(Self.name(difference.level)): \(rules.counts[0]) before, "
          + "\(rules.counts[1]) after", .bold)
        + "; \(rules.same.count) the same, \(rules.changed.count) changed, "
        + "\(rules.removed.count) removed, \(rules.added.count) added"
        + (rules.isReordered ? "; in another order." : "."))
    for pair in rules.same {
      lines.append(
        "  same      \(shown(pair.before))"
          + (pair.before == pair.after ? "" : ", now \(shown(pair.after))"))
    }
    for changed in rules.changed {
      let conditions = changed.conditions.map {
        "\(old.condition($0[0]).plain) is now \(new.condition($0[1]).plain)"
      }
      lines.append(
        "  changed   \(shown(changed.before.id))"
          + (changed.before.id == changed.after.id ? "" : ", now \(shown(changed.after.id))")
          + ": " + conditions.joined(separator: "; "))
    }
    for rule in rules.removed {
      lines.append("  removed   \(shown(rule.id)): \(old.sentence(rule).plain)")
    }
    for rule in rules.added {
      lines.append("  added     \(shown(rule.id)): \(new.sentence(rule).plain)")
    }
    if rules.defaults[0] != rules.defaults[1] {
      lines.append(
        "  default   '\(shown(rules.defaults[0]))' is now '\(shown(rules.defaults[1]))'")
    }
    if !rules.scoresChanged.isEmpty {
      lines.append("  scores    other definitions of " + listed(rules.scoresChanged))
    }
    lines.append("")
    if let predictions = difference.predictions {
      lines.append(
        "Both rule sets predict the same class for \(ratio(predictions)) rows "
          + "(\(percent(predictions)), 95 % interval \(interval(predictions))).")
    } else {
      lines.append("--data compares the predictions of both rule sets on given rows.")
    }
    text = lines.joined(separator: "\n") + "\n"
  }

  private static func name(_ level: RuleLevel) -> String {
    switch level {
    case .inputs: "columns"
    case .features: "hidden features"
    case .described: "scores"
    }
  }

  private static func line(_ name: String, _ change: ProportionChange) -> String {
    func points(_ share: Double) -> String {
      signed(fixed(share * 100, digits: 1), plus: share > 0)
    }
    let sides =
      "\(name): \(ratio(change.before)) (\(percent(change.before))) before, "
      + "\(ratio(change.after)) (\(percent(change.after))) after"
    guard change.before.total > 0, change.after.total > 0 else { return sides + "." }
    return sides + ": \(points(change.difference)) "
      + "points, 95 % interval \(points(change.low)) to \(points(change.high))"
      + (change.isClear ? "." : ", no clear difference.")
  }
}
