import Datasets
import Explanations
import Reports

/// An explanation of a row as text.
struct RowExplanationText {
  /// The maximum number of values and of hidden features shown.
  private static let most = 30

  private let found: RowExplanation
  private let wording: RuleText
  private let target: String
  private let columns: Set<String>

  init(_ found: RowExplanation, _ explanation: Explanation) {
    self.found = found
    wording = RuleText(explanation)
    target = shown(explanation.data.schema.target.name)
    columns = Set(explanation.data.schema.features.map(\.id.rawValue))
  }

  var text: String {
    var lines = heading + ["", "Values:"] + values
    for (position, level) in found.levels.enumerated() {
      lines += [""] + self.lines(level, isFirst: position == 0)
    }
    if !found.features.isEmpty { lines += ["", "Hidden features:"] + features }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Heading

  private var heading: [String] {
    var lines: [String] = []
    let row = found.row.map { "Row \(counted($0))" } ?? "The row"
    if let level = found.levels.first {
      var sentence =
        "\(row): the rules \(level.level.words) predict \(prediction(level.prediction, level.number))"
      if let network = found.network {
        sentence +=
          found.agrees == true
          ? ", and so does the network."
          : ", the network \(prediction(network.prediction, network.number))."
      } else {
        sentence += "."
      }
      lines.append(Terminal.stdout.paint(sentence, .bold))
    }
    if let network = found.network {
      if let number = network.number {
        lines.append("The network's number is \(targetNumber(number)).")
      } else if let shares = network.probabilities {
        let all = shares.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(5)
        lines.append(
          "Probabilities of the network: "
            + all.map { "\(shown($0.key)) \(percent($0.value))" }.joined(separator: ", ") + ".")
      }
    }
    if let number = found.labelNumber {
      let label = found.label.map { " ('\(shown($0))')" } ?? ""
      lines.append("The label in the data is \(target) = \(signed(shortest(number)))\(label).")
    } else if let label = found.label {
      lines.append("The label in the data is \(target) = \(shown(label)).")
    }
    return lines
  }

  private func prediction(_ name: String, _ number: Double?) -> String {
    "'\(shown(name))'" + (number.map { " (\(targetNumber($0)))" } ?? "")
  }

  private var values: [String] {
    let read = found.values.filter(\.isRead)
    let ordered = read + found.values.filter { !$0.isRead }
    let rows = ordered.prefix(Self.most).map { value in
      let text = Self.shownValue(value.value)
      let unit = value.unit.map { " " + shown($0) } ?? ""
      return [
        shown(value.column), value.value.isEmpty ? text : text + unit,
        [Self.outside(value.trainingRange), value.isRead ? nil : "not in the rules"]
          .compactMap(\.self).joined(separator: "; "),
      ]
    }
    let rest = ordered.count - rows.count
    return ConsoleTable(rows: rows, isRight: { _ in false }).lines
      + (rest > 0 ? ["  … and \(counted(rest)) more"] : [])
  }

  /// That a value is outside the numbers of the training rows; `nil` without their range.
  private static func outside(_ range: [Double]?) -> String? {
    guard let range, let least = range.first, let most = range.last else { return nil }
    return "training rows have \(signed(shortest(least))) to \(signed(shortest(most)))"
  }

  private static func shownValue(_ value: String) -> String {
    value.isEmpty ? "missing" : shown(value)
  }

  /// The value of a variable; hidden features and scores are rounded to six digits.
  private func value(_ value: String, of variable: String) -> String {
    guard !columns.contains(variable), let number = Double(value) else {
      return Self.shownValue(value)
    }
    return significant(number, digits: 6)
  }

  private var features: [String] {
    let rows = found.features.prefix(Self.most).map { feature in
      [
        shown(feature.feature), feature.isActive ? "on" : "off",
        fixed(feature.value, digits: 3), "threshold \(fixed(feature.threshold, digits: 3))",
      ]
    }
    return ConsoleTable(rows: rows, isRight: { $0 == 2 }).lines
  }

  // MARK: Rules

  private func lines(_ level: RowExplanation.LevelExplanation, isFirst: Bool) -> [String] {
    let kind = "Rules \(level.level.words)"
    var lines: [String] = []
    if let rule = level.deciding {
      lines.append(
        "\(kind): \(shown(rule.rule)) decides, \(wording.conclusion(rule.prediction).plain).")
      lines += conditions(rule)
      if let coverage = level.coverage, let confidence = level.confidence {
        var figures =
          "  it covers \(ratio(coverage)) training rows; the network agrees on "
          + "\(ratio(confidence)) (\(percent(confidence)))"
        if let held = level.heldOutConfidence, held.total > 0 {
          figures += ", held out \(ratio(held))"
        }
        lines.append(figures)
      }
    } else {
      lines.append(
        "\(kind): no rule holds, so \(wording.conclusion(level.prediction).plain).")
    }
    for card in level.scores where isRead(card.score, level) || isFirst { lines += self.card(card) }
    if !level.alsoHolding.isEmpty {
      lines.append(
        "  also holding: "
          + level.alsoHolding.map { "\(shown($0.rule)) (\(shown($0.prediction)))" }
          .joined(separator: ", "))
    }
    for rule in level.nearlyHolding {
      guard let failing = rule.conditions.first(where: { !$0.holds }) else { continue }
      lines.append(
        "  one condition unmet: \(shown(rule.rule)) (\(shown(rule.prediction))), "
          + "\(wording.condition(failing.condition).plain) (value "
          + value(failing.value, of: failing.condition.feature) + ")")
    }
    return lines + [change(level)]
  }

  private func isRead(_ score: String, _ level: RowExplanation.LevelExplanation) -> Bool {
    level.deciding?.conditions.contains { $0.condition.feature == score } ?? true
  }

  private func conditions(_ rule: RowExplanation.CheckedRule) -> [String] {
    ConsoleTable(
      rows: rule.conditions.map { checked in
        [
          wording.condition(checked.condition).plain,
          "value " + value(checked.value, of: checked.condition.feature),
        ]
      }, isRight: { _ in false }
    ).lines
  }

  private func card(_ card: RowExplanation.ScoreCard) -> [String] {
    let rows = card.lines.map { line in
      let step = line.term.step.map { $0 == 1 ? "" : " / \(shortest($0))" } ?? ""
      return [
        shown(line.term.input),
        Self.shownValue(line.value)
          + (line.value.isEmpty ? line.term.ifMissing.map { ", as \(shortest($0))" } ?? "" : ""),
        line.term.values == nil
          ? "\(signed(String(line.term.weight))) × value\(step)"
          : "\(signed(String(line.term.weight))) if \(levels(line.term))",
        signed(significant(line.points, digits: 5, plainMinus: true)),
      ]
    }
    let sum = ["sum", "", "", significant(card.sum, digits: 5)]
    return ["  score \(shown(card.score)):"]
      + ConsoleTable(rows: rows + [sum], isRight: { $0 == 1 || $0 == 3 }).lines.map { "  " + $0 }
  }

  private func levels(_ term: ScoreEntry.Term) -> String {
    let values = (term.values ?? []).map { shown($0) }
    return (values + (term.orMissing == true ? ["missing"] : [])).joined(separator: " or ")
  }

  private func change(_ level: RowExplanation.LevelExplanation) -> String {
    guard let change = level.change else {
      return switch level.changeSearched {
      case "all": "  no change of values gives another class"
      case "none": "  nearest change: the search was ended before one was found"
      default: "  no change of one column gives another class"
      }
    }
    let steps = change.steps.map { step in
      "\(shown(step.variable)) \(value(step.from, of: step.variable)) → "
        + value(step.to, of: step.variable)
        + (Self.outside(step.trainingRange).map { " (\($0))" } ?? "")
    }.joined(separator: ", ")
    var line =
      "  nearest change: \(steps) gives '\(shown(change.prediction))'"
      + (change.rule.map { " by \(shown($0))" } ?? " by the default")
    if let network = change.network {
      if change.changesNetwork == false {
        line += "; the network keeps '\(shown(network))'"
      } else if network == change.prediction {
        line += "; the network then predicts it too"
      } else {
        line += "; the network then predicts '\(shown(network))'"
      }
    }
    return line
  }
}
