import Datasets
import Explanations
import Naming
import Networks
import Tensors

/// A Python file without imports beyond its standard library that defines
/// `classify(row: dict) -> str`.
public struct PythonExport: RuleExport {
  public static let name = "python"
  public static let summary = "one Python file that defines classify(row: dict) -> str"
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
    var lines = [
      "# \(Report(explanation).fidelitySentence.plain)",
      "# Made by espalier \(visible(explanation.provenance.version)) with seed "
        + "\(explanation.provenance.seed). Needs Python 3.6 and nothing else.",
      "",
    ]
    if asksFeatures { lines += ["import math", ""] }
    lines += ["MISSING = {\(missingMarks(schema).map(Self.literal).joined(separator: ", "))}", ""]
    lines += Self.readers
    if asksFeatures, let program { lines += FeatureWriting(program, schema).lines }
    lines += ["", "def classify(row):"]
    lines.append("    \"\"\"The answer for a row: column names to text or numbers.\"\"\"")
    lines += cells(of: rules, schema)
    if asksFeatures { lines.append("    features = hidden_features(row)") }
    let ids = Dictionary(
      (program?.ids ?? []).enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    for rule in rules {
      lines.append("    # \(visible(rule.id)): \(text.sentence(rule).plain)")
      let tests = rule.if.map { test in
        isColumn(test, schema)
          ? condition(test, "c\(schema.index(of: .init(test.feature)) ?? 0)", schema)
          : condition(test, "features[\(ids[test.feature] ?? 0)]", schema)
      }
      let premise = tests.isEmpty ? "True" : tests.joined(separator: " and ")
      lines += ["    if \(premise):", "        return \(Self.literal(rule.then))"]
    }
    lines.append("    return \(Self.literal(defaultClass))")
    return lines.joined(separator: "\n") + "\n"
  }

  private func isColumn(_ test: RuleEntry.Test, _ schema: Schema) -> Bool {
    schema.index(of: .init(test.feature)) != nil
  }

  private func missingMarks(_ schema: Schema) -> [String] {
    [""] + schema.missingMarks.filter { !$0.isEmpty }
  }

  private func cells(of rules: [RuleEntry], _ schema: Schema) -> [String] {
    let asked = Set(rules.flatMap { $0.if.map(\.feature) })
    return schema.features.enumerated().compactMap { index, feature in
      guard asked.contains(feature.id.rawValue) else { return nil }
      let reader = feature.levels == nil ? "number" : "level"
      return "    c\(index) = \(reader)(row, \(Self.literal(feature.id.rawValue)))"
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

  private static let readers = """
    def number(row, column):
        \"\"\"A cell as a number; None where it is missing.\"\"\"
        cell = row.get(column)
        if cell is None:
            return None
        if isinstance(cell, str):
            cell = cell.strip()
            if cell in MISSING:
                return None
            if "_" in cell:
                raise ValueError("%r in column %r is not a number" % (cell, column))
        value = float(cell)
        return None if value != value else value

    def level(row, column):
        \"\"\"A cell as text; None where it is missing.\"\"\"
        cell = row.get(column)
        if cell is None or cell != cell:
            return None
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        cell = str(cell)
        return None if cell in MISSING or cell.strip() in MISSING else cell

    """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}

/// The hidden features as Python: lists of numbers and sums in double precision.
private struct FeatureWriting {
  let lines: [String]

  init(_ program: FeatureProgram, _ schema: Schema) {
    var lines = ["", "# One line an input: column, kind, and its numbers.", "INPUTS = ["]
    for input in program.encoding.inputs {
      let feature = schema.features[input.feature]
      let column = PythonExport.literal(feature.id.rawValue)
      switch input.kind {
      case .scaled(let mean, let scale):
        lines.append(
          "    (\(column), \"scaled\", \(PythonExport.literal(mean)), \(PythonExport.literal(scale))),"
        )
      case .level(let index):
        let levels = feature.levels ?? []
        let level = levels.indices.contains(index) ? levels[index] : ""
        lines.append("    (\(column), \"level\", \(PythonExport.literal(level)), 0.0),")
      case .missing:
        let reader = feature.levels == nil ? "missing number" : "missing level"
        lines.append("    (\(column), \"\(reader)\", 0.0, 0.0),")
      }
    }
    lines += ["]", "", "# For each layer its biases, its weights by input, and its function."]
    lines.append("LAYERS = [")
    for step in program.steps {
      let bias = Self.list((0..<step.bias.count).map { step.bias.row($0).first ?? 0 })
      lines.append("    (\(bias),")
      lines.append("     [")
      for row in 0..<step.weight.rows {
        lines.append("      \(Self.list(Array(step.weight.row(row)))),")
      }
      lines.append("     ], \(Self.function(step))),")
    }
    lines += ["]"] + Self.code
    self.lines = lines
  }

  private static func list(_ values: [Float]) -> String {
    "[" + values.map { PythonExport.literal(Double($0)) }.joined(separator: ", ") + "]"
  }

  private static func function(_ step: FeatureProgram.Step) -> String {
    let slope = PythonExport.literal(Double(step.slope))
    return switch step.function {
    case nil: "lambda x: x"
    case .relu: "lambda x: x if x > 0 else 0.0"
    case .leakyReLU: "lambda x: x if x > 0 else \(slope) * x"
    case .elu: "lambda x: x if x > 0 else \(slope) * math.expm1(x)"
    case .sigmoid: "lambda x: 1 / (1 + math.exp(-x)) if x > 0 else 1 - 1 / (1 + math.exp(x))"
    case .tanh: "math.tanh"
    case .selu:
      "lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x))"
    case .softplus: "lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x)))"
    case .softsign: "lambda x: x / (1 + abs(x))"
    case .thresholdedReLU: "lambda x: x if x > \(slope) else 0.0"
    case .clippedReLU: "lambda x: min(max(x, 0.0), \(slope))"
    case .hardSwish: "lambda x: x * min(max(x / 6 + 0.5, 0.0), 1.0)"
    case .silu: "lambda x: x / (1 + math.exp(-x)) if x > 0 else x * math.exp(x) / (1 + math.exp(x))"
    case .gelu: "lambda x: x * math.erfc(-x / math.sqrt(2)) / 2"
    case .geluTanh:
      "lambda x: x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))"
    case .mish: "lambda x: x * math.tanh(max(x, 0.0) + math.log1p(math.exp(-abs(x))))"
    }
  }

  private static let code = """

    def encode(row, column, kind, first, second):
        if kind == "scaled":
            value = number(row, column)
            return 0.0 if value is None else (value - first) / second
        if kind == "level":
            return 1.0 if level(row, column) == first else 0.0
        value = number(row, column) if kind == "missing number" else level(row, column)
        return 1.0 if value is None else 0.0

    def hidden_features(row):
        \"\"\"The values of the network's hidden features.\"\"\"
        values = [encode(row, *one) for one in INPUTS]
        for biases, weights, function in LAYERS:
            sums = list(biases)
            for value, own in zip(values, weights):
                if value:
                    for unit, weight in enumerate(own):
                        sums[unit] += value * weight
            values = [function(one) for one in sums]
        return values

    """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}
