import Datasets
import Explanations
import Networks
import Tensors

/// The hidden features as SQL expressions in double precision: for each layer the sums, then the
/// activations.
struct SQLFeatures {
  private let program: FeatureProgram
  private let schema: Schema
  private let dialect: SQLDialect

  init(_ program: FeatureProgram, _ schema: Schema, _ dialect: SQLDialect) {
    self.program = program
    self.schema = schema
    self.dialect = dialect
  }

  /// Adds the stages that compute the features f0, f1, … from the cells.
  ///
  /// `kept`: the cells that the rules or the scores also read.
  /// - Throws: `ReportError.unsupportedActivation`
  func add(to stages: inout SQLStages, keeping kept: [String]) throws {
    stages.add(
      "inputs", keeping: kept,
      program.encoding.inputs.enumerated().map { ("i0_\($0)", [encoded($1)], nil) })
    for (number, step) in program.steps.enumerated() {
      let isLast = number == program.steps.count - 1
      let before = number == 0 ? "i0_" : "h\(number)_"
      stages.add(
        "sums\(number + 1)", keeping: kept,
        (0..<step.bias.count).map { unit in
          ("a\(number + 1)_\(unit)", sum(step, unit, before), nil)
        })
      stages.add(
        "layer\(number + 1)", keeping: kept,
        try (0..<step.bias.count).map { unit in
          let name = isLast ? "f\(unit)" : "h\(number + 1)_\(unit)"
          return (name, [try activated(step, "a\(number + 1)_\(unit)")], nil)
        })
    }
  }

  private func encoded(_ input: Encoding.Input) -> String {
    let name = "c\(input.feature)"
    let zero = dialect.literal(0.0)
    let one = dialect.literal(1.0)
    switch input.kind {
    case .scaled(let mean, let scale):
      return
        "coalesce((\(name) - \(dialect.literal(mean))) / \(dialect.literal(scale)), \(zero))"
    case .level(let index):
      let levels = schema.features[input.feature].levels ?? []
      let level = levels.indices.contains(index) ? levels[index] : ""
      return "CASE WHEN \(name) = \(dialect.literal(level)) THEN \(one) ELSE \(zero) END"
    case .missing: return "CASE WHEN \(name) IS NULL THEN \(one) ELSE \(zero) END"
    }
  }

  /// The bias and the products of a unit; long sums in parts, as databases limit the depth of an
  /// expression.
  private func sum(_ step: FeatureProgram.Step, _ unit: Int, _ before: String) -> [String] {
    var parts: [[String]] = [[dialect.literal(Double(step.bias.row(unit).first ?? 0))]]
    for input in 0..<step.weight.rows {
      let weights = step.weight.row(input)
      let weight = Double(weights[weights.startIndex + unit])
      if weight == 0 { continue }
      if parts[parts.count - 1].count == 400 { parts.append([]) }
      parts[parts.count - 1].append("\(before)\(input) * \(dialect.literal(weight))")
    }
    if parts.count == 1 { return [parts[0].joined(separator: " + ")] }
    return parts.enumerated().map {
      ($0 == 0 ? "(" : "+ (") + $1.joined(separator: " + ") + ")"
    }
  }

  private func activated(_ step: FeatureProgram.Step, _ x: String) throws -> String {
    let slope = dialect.literal(Double(step.slope))
    func real(_ value: Double) -> String { dialect.literal(value) }
    func choice(_ positive: String, _ other: String) -> String {
      "CASE WHEN \(x) > \(real(0)) THEN \(positive) ELSE \(other) END"
    }
    // A database may refuse a result below the smallest number.
    func exponential(_ text: String) -> String {
      "exp(\(dialect.larger(text, real(-700))))"
    }
    let one = real(1)
    let positivePart = dialect.larger(x, real(0))
    let softplus = "\(positivePart) + ln(\(one) + \(exponential("-abs(\(x))")))"
    return switch step.function {
    case nil: x
    case .relu: choice(x, real(0))
    case .leakyReLU: choice(x, "\(slope) * \(x)")
    case .elu: choice(x, "\(slope) * (\(exponential(x)) - \(one))")
    case .sigmoid:
      choice(
        "\(one) / (\(one) + \(exponential("-\(x)")))",
        "\(one) - \(one) / (\(one) + \(exponential(x)))")
    case .tanh: "tanh(\(x))"
    case .selu:
      "\(real(1.0507009873554805)) * "
        + choice(x, "\(real(1.6732632423543772)) * (\(exponential(x)) - \(one))")
    case .softplus: softplus
    case .softsign: "\(x) / (\(one) + abs(\(x)))"
    case .thresholdedReLU: "CASE WHEN \(x) > \(slope) THEN \(x) ELSE \(real(0)) END"
    case .clippedReLU: dialect.smaller(positivePart, slope)
    case .hardSwish:
      "\(x) * "
        + dialect.smaller(
          dialect.larger("\(x) / \(real(6)) + \(real(0.5))", real(0)), one)
    case .silu:
      choice(
        "\(x) / (\(one) + \(exponential("-\(x)")))",
        "\(x) * \(exponential(x)) / (\(one) + \(exponential(x)))")
    case .gelu:
      throw ReportError.unsupportedActivation(
        Activation.Function.gelu.rawValue, format: "SQL")
    case .geluTanh:
      "\(x) / \(real(2)) * (\(one) + tanh(\(real((2 / Double.pi).squareRoot())) * "
        + "(\(x) + \(real(0.044715)) * \(x) * \(x) * \(x))))"
    case .mish: "\(x) * tanh(\(softplus))"
    }
  }
}
