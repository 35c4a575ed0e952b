import Datasets
import Explanations
import Naming
import Networks
import Tensors

/// A Python file without imports beyond its standard library that defines
/// `classify(row: dict) -> str` and `explain(row: dict)`, which names the rule too.
///
/// Cells are read as the tool reads them: blanks around names and cells are no part of them,
/// numbers are in the notation of the training rows, and a column that is not there is an error.
public struct PythonExport: RuleExport {
  public static let name = "python"
  public static let summary =
    "one Python file that defines classify(row: dict) -> str and explain(row)"
  public static let source = Citation(
    authors: "Python Software Foundation", title: "The Python Language Reference", year: 2024,
    venue: "docs.python.org/3/reference")
  public static let fileExtension = "py"

  /// What computes the hidden features; needed where the rules ask about them.
  public var program: FeatureProgram?

  public init(program: FeatureProgram? = nil) { self.program = program }

  public func export(_ explanation: Explanation) throws -> String {
    let (rules, defaultClass) = try explanation.decidingRules()
    let text = RuleText(explanation)
    let schema = explanation.data.schema
    let asksFeatures = rules.contains { $0.if.contains { !isColumn($0, schema) } }
    if let test = rules.lazy.flatMap(\.if).first(where: { !isColumn($0, schema) }),
      program.map({ !$0.ids.contains(test.feature) }) ?? true
    {
      throw ReportError.featuresNeeded(example: shown(test.feature))
    }
    let asked = columns(of: rules, schema)
    var lines = [
      "# \(Report(explanation).fidelitySentence.plain)",
      "# Made by espalier \(visible(explanation.provenance.version)) with seed "
        + "\(explanation.provenance.seed). Needs Python 3.6 and nothing else.", "",
      "import math", "import re", "import unicodedata", "",
    ]
    lines += PythonReaders(schema, asked: asked).lines
    if asksFeatures, let program { lines += PythonFeatures(program, schema).lines }
    lines += ["", "def explain(row):"]
    lines += Self.explainDocumentation
    lines.append("    cells = cells_of(row)")
    lines += cells(of: rules, schema)
    if asksFeatures { lines.append("    features = hidden_features(cells)") }
    let ids = Dictionary(
      (program?.ids ?? []).enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    for rule in rules {
      let tests = rule.if.map { test in
        isColumn(test, schema)
          ? condition(test, "c\(schema.index(of: .init(test.feature)) ?? 0)", schema)
          : condition(test, "features[\(ids[test.feature] ?? 0)]", schema)
      }
      let premise = tests.isEmpty ? "True" : tests.joined(separator: " and ")
      let sentence = Self.literal(text.sentence(rule).plain)
      lines += [
        "    if \(premise):",
        "        return \(Self.literal(rule.then)), \(Self.literal(rule.id)), \(sentence)",
      ]
    }
    lines.append("    return \(Self.literal(defaultClass)), None, \"no rule holds\"")
    lines += Self.classify
    return lines.joined(separator: "\n") + "\n"
  }

  /// The positions of the columns that the rules, or the features that they ask about, read.
  private func columns(of rules: [RuleEntry], _ schema: Schema) -> [Int] {
    let names = Set(rules.flatMap { $0.if.map(\.feature) })
    var asked = Set(
      schema.features.indices.filter { names.contains(schema.features[$0].id.rawValue) })
    if rules.contains(where: { $0.if.contains { !isColumn($0, schema) } }) {
      asked.formUnion((program?.encoding.inputs ?? []).map(\.feature))
    }
    return asked.sorted()
  }

  private func isColumn(_ test: RuleEntry.Test, _ schema: Schema) -> Bool {
    schema.index(of: .init(test.feature)) != nil
  }

  private func cells(of rules: [RuleEntry], _ schema: Schema) -> [String] {
    let asked = Set(rules.flatMap { $0.if.map(\.feature) })
    return schema.features.enumerated().compactMap { index, feature in
      guard asked.contains(feature.id.rawValue) else { return nil }
      let reader = feature.levels == nil ? "number" : "level"
      return "    c\(index) = \(reader)(cells, \(Self.literal(feature.id.rawValue)))"
    }
  }

  /// What a rule asks, as an expression; a missing value is `None`.
  private func condition(_ test: RuleEntry.Test, _ cell: String, _ schema: Schema) -> String {
    let isNumber: Bool
    var body: String
    switch test.operator {
    case .missing: return "\(cell) is None"
    case .greater:
      isNumber = true
      body = test.value.map { "\(cell) > \(Self.literal($0))" } ?? "True"
    case .atMost:
      isNumber = true
      body = test.value.map { "\(cell) <= \(Self.literal($0))" } ?? "True"
    case .between:
      isNumber = true
      let bounds = test.bounds ?? []
      body =
        bounds.count == 2
        ? "\(Self.literal(bounds[0])) < \(cell) <= \(Self.literal(bounds[1]))" : "True"
    case .oneOf:
      isNumber = false
      let values = test.values ?? []
      body =
        values.isEmpty
        ? "False" : "\(cell) in {\(values.map(Self.literal).joined(separator: ", "))}"
    }
    if test.orMissing == true { return "(\(cell) is None or \(body))" }
    if isNumber {
      return body == "True" ? "\(cell) is not None" : "(\(cell) is not None and \(body))"
    }
    return body
  }

  /// A string as Python writes it, in ASCII alone.
  static func literal(_ text: String) -> String {
    var all = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": all += "\\" + String(scalar)
      case " "..."~": all.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16)
        let width = scalar.value > 0xFFFF ? 8 : 4
        all += (width == 8 ? "\\U" : "\\u")
        all += String(repeating: "0", count: width - digits.count) + digits
      }
    }
    return all + "\""
  }

  /// A number that reads back as the same double.
  static func literal(_ value: Double) -> String { value.isFinite ? "\(value)" : "math.nan" }

  private static let explainDocumentation = [
    "    \"\"\"The answer for a row, the name of the rule that gives it, and the rule's text.",
    "",
    "    The name is None where no rule holds and the default answers.",
    "    A row maps the names of columns to text or numbers, as csv.DictReader gives it.",
    "    \"\"\"",
  ]

  private static let classify = [
    "", "", "def classify(row):",
    "    \"\"\"The answer for a row: column names to text or numbers.\"\"\"",
    "    return explain(row)[0]",
  ]
}
