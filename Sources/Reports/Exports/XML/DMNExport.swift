import Datasets
import Explanations
import Naming

/// A DMN 1.3 file with a decision table of hit policy FIRST, whose conditions are FEEL tests and
/// whose outputs are the class and the rule. A vote is written as the equal list, sorted by confidence;
/// scores and hidden features are decisions with literal expressions.
///
/// FEEL has decimal numbers: scores and hidden features are sums of decimal numbers, not doubles.
public struct DMNExport: TextualExport {
  /// The name in commands, settings and files.
  public static let name = "dmn"
  /// The description in one line.
  public static let summary = "one DMN 1.3 file with a decision table of hit policy FIRST"
  /// The publication.
  public static let source = Citation(
    authors: "Object Management Group", title: "Decision Model and Notation 1.3", year: 2021,
    venue: "omg.org/spec/DMN/1.3")
  /// The extension of file names, without the dot.
  public static let fileExtension = "dmn"
  /// Whether the text computes predictions.
  public static let evaluatesRules = true

  /// Creates the format.
  public init(_ options: ExportOptions = ExportOptions()) {}

  /// The rules as the text of a file.
  /// - Throws: `ReportError.unsupportedCharacter` if XML does not have a character of a name;
  ///   `ReportError.unsupportedActivation` if FEEL cannot compute an activation function.
  public func export(_ program: RuleProgram, of explanation: Explanation) throws -> String {
    let schema = program.schema
    let read = program.columnsRead
    try XMLElement.check(
      [schema.target.name] + program.predictions.map(\.name) + program.rules.map(\.id)
        + schema.missingMarks
        + read.flatMap {
          [schema.features[$0].id.rawValue] + (schema.features[$0].levels ?? [])
        }, format: "DMN")
    let feel = FEEL(program)
    let text = RuleText(explanation)
    var elements: [XMLElement] = read.map { column in
      let feature = schema.features[column]
      let name = feel.columns[column] ?? ""
      return XMLElement(
        "inputData",
        [("id", "input_\(column)"), ("name", name), ("label", feature.id.rawValue)],
        [
          XMLElement(
            "variable",
            [("name", name), ("typeRef", feature.levels == nil ? "number" : "string")])
        ])
    }
    var known = read.map { Requirement(tag: "requiredInput", id: "input_\($0)") }
    func add(_ id: String, _ name: String, _ type: String, _ expression: String, _ note: String?) {
      elements.append(
        XMLElement(
          "decision", [("id", id), ("name", name)] + (note.map { [("label", $0)] } ?? []),
          [XMLElement("variable", [("name", name), ("typeRef", type)])] + known.map(\.element)
            + [XMLElement("literalExpression", [], [XMLElement("text", text: expression)])]))
      known.append(Requirement(tag: "requiredDecision", id: id))
    }
    if program.usesFeatures, let layers = program.layers {
      for (name, expression) in try feel.layers(layers) {
        add("layer_\(name)", name, "Any", expression, nil)
      }
    }
    for (position, score) in program.scores.enumerated() {
      let name = feel.scores[position]
      add(
        "score_\(position)", name, "number", feel.sum(score),
        text.score(score, of: program).plain)
    }
    elements.append(table(program, feel, text, known))
    let title = Report(explanation)
    return XMLElement(
      "definitions",
      [
        ("xmlns", "https://www.omg.org/spec/DMN/20191111/MODEL/"), ("id", "espalier"),
        ("name", "rules"), ("namespace", "urn:espalier:rules"), ("exporter", "espalier"),
        ("exporterVersion", visible(explanation.provenance.version)),
      ],
      [XMLElement("description", text: visible(title.fidelitySentence.plain))] + elements
    ).document
  }

  private struct Requirement {
    var tag: String
    var id: String

    var element: XMLElement {
      XMLElement("informationRequirement", [], [XMLElement(tag, [("href", "#\(id)")])])
    }
  }

  private func table(
    _ program: RuleProgram, _ feel: FEEL, _ text: RuleText, _ known: [Requirement]
  ) -> XMLElement {
    // One column for each variable, and more where a rule has several conditions on one.
    var columns: [(variable: RuleProgram.Variable, number: Int)] = []
    var cells: [[String: String]] = []
    for rule in program.order.map({ program.rules[$0] }) {
      var row: [String: String] = [:]
      var counts: [RuleProgram.Variable: Int] = [:]
      for condition in rule.premise {
        let variable = condition.variable
        let number = counts[variable, default: 0]
        counts[variable] = number + 1
        if !columns.contains(where: { $0 == (variable, number) }) {
          columns.append((variable, number))
        }
        row["\(feel.name(of: variable)) \(number)"] = feel.test(condition)
      }
      cells.append(row)
    }
    var children = columns.enumerated().map { position, column in
      let name = feel.name(of: column.variable)
      let type = if case .level = column.variable { "string" } else { "number" }
      return XMLElement(
        "input",
        [("id", "column_\(position)"), ("label", program.name(of: column.variable).rawValue)],
        [XMLElement("inputExpression", [("typeRef", type)], [XMLElement("text", text: name)])])
    }
    children += ["class", "rule"].map {
      XMLElement("output", [("id", "output_\($0)"), ("name", $0), ("typeRef", "string")])
    }
    func rule(_ id: String, _ note: String, _ row: [String: String], _ outputs: [String]) {
      children.append(
        XMLElement(
          "rule", [("id", id)],
          [XMLElement("description", text: visible(note))]
            + columns.map {
              let test = row["\(feel.name(of: $0.variable)) \($0.number)"] ?? "-"
              return XMLElement("inputEntry", [], [XMLElement("text", text: test)])
            } + outputs.map { XMLElement("outputEntry", [], [XMLElement("text", text: $0)]) }))
    }
    for (position, row) in zip(program.order, cells) {
      let one = program.rules[position]
      rule(
        "rule_\(position)", text.sentence(one, of: program).plain, row,
        [FEEL.literal(program.predictions[one.conclusion].name), FEEL.literal(one.id)])
    }
    rule(
      "otherwise", "no rule holds", [:],
      [FEEL.literal(program.predictions[program.defaultPrediction].name), "null"])
    return XMLElement(
      "decision", [("id", "decision"), ("name", "prediction")],
      [XMLElement("variable", [("name", "prediction"), ("typeRef", "Any")])]
        + known.map(\.element)
        + [XMLElement("decisionTable", [("id", "rules"), ("hitPolicy", "FIRST")], children)])
  }
}
