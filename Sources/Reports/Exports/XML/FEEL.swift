import Datasets
import Explanations
import Networks
import Tensors

/// Conditions and scores in FEEL; a missing value is `null`.
struct FEEL {
  /// The names of variables for columns that are read, by their positions.
  let columns: [Int: String]
  let scores: [String]
  private let schema: Schema
  private let layerNames: [String]

  init(_ program: RuleProgram) {
    schema = program.schema
    let read = program.columnsRead
    let layers = program.layers?.steps.count ?? 0
    var steps = ["inputs"]
    for number in 0..<layers { steps += ["sums \(number + 1)", "layer \(number + 1)"] }
    let fields = CExport.fields(
      read.map { program.schema.features[$0].id.rawValue } + program.scores.map(\.name) + steps,
      keywords: Self.keywords)
    columns = Dictionary(uniqueKeysWithValues: zip(read, fields))
    scores = Array(fields.dropFirst(read.count).prefix(program.scores.count))
    layerNames = Array(fields.suffix(steps.count))
  }

  func name(of variable: RuleProgram.Variable) -> String {
    switch variable {
    case .level(let column), .quantity(.column(let column)): columns[column] ?? ""
    case .quantity(.feature(let position)): "\(layerNames.last ?? "")[\(position + 1)]"
    case .quantity(.score(let position)): scores[position]
    }
  }

  /// The unary test of a condition.
  func test(_ condition: RuleProgram.Condition) -> String {
    switch condition {
    case .known: return "not(null)"
    case .missing: return "null"
    case .number(_, let bounds, let orMissing):
      let body =
        switch bounds {
        case .above(let lower): "> \(Self.literal(lower))"
        case .atMost(let upper): "<= \(Self.literal(upper))"
        case .between(let lower, let upper):
          "(\(Self.literal(lower))..\(Self.literal(upper))]"
        }
      return orMissing ? "null, \(body)" : body
    case .level(let column, let among, let orMissing):
      let levels = schema.features[column].levels ?? []
      let all = (orMissing ? ["null"] : []) + among.map { Self.literal(levels[$0]) }
      // No value is both missing and not.
      return all.isEmpty ? "not(null, not(null))" : all.joined(separator: ", ")
    }
  }

  /// The value of a score.
  func sum(_ score: RuleProgram.Score) -> String {
    score.terms.isEmpty ? "0" : score.terms.map(product).joined(separator: " + ")
  }

  private func product(_ term: RuleProgram.Score.Term) -> String {
    let weight = Self.literal(term.weight.value)
    switch term.operand {
    case .value(let quantity, let ifMissing):
      var value = name(of: .quantity(quantity))
      if case .column = quantity {
        value = "(if \(value) = null then \(Self.literal(ifMissing)) else \(value))"
      }
      return term.step == 1
        ? "\(weight) * \(value)" : "\(weight) * (\(value) / \(Self.literal(term.step)))"
    case .indicator(let condition):
      return "(if (\(expression(condition))) then \(weight) else 0)"
    }
  }

  /// A condition as an expression, which is never null.
  private func expression(_ condition: RuleProgram.Condition) -> String {
    let name = name(of: condition.variable)
    var parts: [String] = []
    switch condition {
    case .known: return "\(name) != null"
    case .missing: return "\(name) = null"
    case .number(_, let bounds, let orMissing):
      let body =
        switch bounds {
        case .above(let lower): "\(name) > \(Self.literal(lower))"
        case .atMost(let upper): "\(name) <= \(Self.literal(upper))"
        case .between(let lower, let upper):
          "\(name) > \(Self.literal(lower)) and \(name) <= \(Self.literal(upper))"
        }
      return orMissing
        ? "if \(name) = null then true else \(body)" : "if \(name) = null then false else \(body)"
    case .level(let column, let among, let orMissing):
      let levels = schema.features[column].levels ?? []
      if orMissing { parts.append("\(name) = null") }
      parts += among.map { "\(name) = \(Self.literal(levels[$0]))" }
      return parts.isEmpty ? "false" : parts.joined(separator: " or ")
    }
  }

  /// The names and the expressions of the inputs, and of the sums and the outputs of each layer.
  func layers(_ program: FeatureProgram) throws -> [(String, String)] {
    var all = [(layerNames[0], Self.list(program.encoding.inputs.map(encoded)))]
    for (number, step) in program.steps.enumerated() {
      let before = all[all.count - 1].0
      let sums = (0..<step.bias.count).map { unit in
        var terms = [Self.literal(Double(step.bias.row(unit).first ?? 0))]
        for input in 0..<step.weight.rows {
          let weights = step.weight.row(input)
          let weight = Double(weights[weights.startIndex + unit])
          if weight != 0 { terms.append("\(before)[\(input + 1)] * \(Self.literal(weight))") }
        }
        return terms.joined(separator: " + ")
      }
      let name = layerNames[2 * number + 1]
      all.append((name, Self.list(sums)))
      let activation = try Self.activated(step)
      all.append((layerNames[2 * number + 2], "for x in \(name) return \(activation)"))
    }
    return all
  }

  private static func list(_ items: [String]) -> String {
    "[\(items.joined(separator: ", "))]"
  }

  private func encoded(_ input: Encoding.Input) -> String {
    let name = columns[input.feature] ?? ""
    switch input.kind {
    case .scaled(let mean, let scale):
      let value = "(\(name) - \(Self.literal(mean))) / \(Self.literal(scale))"
      return "if \(name) = null then 0 else \(value)"
    case .level(let index):
      let levels = schema.features[input.feature].levels ?? []
      let level = levels.indices.contains(index) ? levels[index] : ""
      return "if \(name) = \(Self.literal(level)) then 1 else 0"
    case .missing: return "if \(name) = null then 1 else 0"
    }
  }

  private static func activated(_ step: FeatureProgram.Step) throws -> String {
    let slope = literal(Double(step.slope))
    // tanh(y) by exponential functions that do not overflow.
    func tanh(_ y: String) -> String {
      "(if \(y) > 0 then 2 / (1 + exp(-2 * \(y))) - 1 else 1 - 2 / (1 + exp(2 * \(y))))"
    }
    let softplus = "(max(x, 0) + log(1 + exp(-abs(x))))"
    return switch step.function {
    case nil: "x"
    case .relu: "max(x, 0)"
    case .leakyReLU: "if x > 0 then x else \(slope) * x"
    case .elu: "if x > 0 then x else \(slope) * (exp(x) - 1)"
    case .sigmoid: "if x > 0 then 1 / (1 + exp(-x)) else 1 - 1 / (1 + exp(x))"
    case .tanh: tanh("x")
    case .selu:
      "1.0507009873554805 * (if x > 0 then x else 1.6732632423543772 * (exp(x) - 1))"
    case .softplus: softplus
    case .softsign: "x / (1 + abs(x))"
    case .thresholdedReLU: "if x > \(slope) then x else 0"
    case .clippedReLU: "min(max(x, 0), \(slope))"
    case .hardSwish: "x * min(max(x / 6 + 0.5, 0), 1)"
    case .silu: "if x > 0 then x / (1 + exp(-x)) else x * exp(x) / (1 + exp(x))"
    case .gelu:
      throw ReportError.unsupportedActivation(
        Activation.Function.gelu.rawValue, format: "DMN")
    case .geluTanh:
      "x / 2 * (1 + "
        + tanh("(\(literal((2 / Double.pi).squareRoot())) * (x + 0.044715 * x * x * x))") + ")"
    case .mish: "x * \(tanh(softplus))"
    }
  }

  /// A string literal.
  static func literal(_ text: String) -> String {
    var all = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": all += "\\\""
      case "\\": all += "\\\\"
      case "\n": all += "\\n"
      case "\r": all += "\\r"
      case "\t": all += "\\t"
      default: all.unicodeScalars.append(scalar)
      }
    }
    return all + "\""
  }

  /// A number in decimal notation: FEEL has no exponents.
  static func literal(_ value: Double) -> String {
    let text = "\(abs(value))"
    let parts = text.split(separator: "e")
    let sign = value < 0 ? "-" : ""
    guard parts.count == 2, let power = Int(parts[1]) else {
      return sign + (text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }
    let mantissa = parts[0].split(separator: ".")
    let whole = String(mantissa[0])
    let fraction = mantissa.count > 1 && mantissa[1] != "0" ? String(mantissa[1]) : ""
    let digits = whole + fraction
    let point = whole.count + power
    if point <= 0 { return "\(sign)0.\(String(repeating: "0", count: -point))\(digits)" }
    if point >= digits.count {
      return sign + digits + String(repeating: "0", count: point - digits.count)
    }
    return "\(sign)\(digits.prefix(point)).\(digits.dropFirst(point))"
  }

  private static let keywords: Set<String> = [
    "and", "between", "context", "date", "days", "duration", "else", "every", "exp", "abs", "log",
    "max", "min", "external", "false", "for", "function", "if", "in", "instance", "list", "not",
    "null", "of", "or", "return", "satisfies", "some", "string", "then", "time", "true", "x",
    "number", "item", "prediction", "range", "sum", "count", "mean", "matches", "contains",
  ]
}
