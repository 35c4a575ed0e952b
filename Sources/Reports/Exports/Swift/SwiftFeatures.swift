import Datasets
import Explanations
import Networks
import Tensors

/// Swift code for the hidden features: arrays of weights, computed in double precision.
struct SwiftFeatures {
  private let program: FeatureProgram
  private let schema: Schema

  init(_ program: FeatureProgram, _ schema: Schema) {
    self.program = program
    self.schema = schema
  }

  /// The statements that define `features` from the cells.
  var statements: [String] {
    var lines = ["    var inputs: [Double] = []"]
    lines += program.encoding.inputs.map { "    inputs.append(\(encoded($0)))" }
    for (position, step) in program.steps.enumerated() {
      let isLast = position == program.steps.count - 1
      lines.append(
        "    let \(isLast ? "features" : "h\(position + 1)") = layer("
          + "\(position == 0 ? "inputs" : "h\(position)"), bias\(position + 1), "
          + "weight\(position + 1)) { x in \(Self.function(step)) }")
    }
    return lines
  }

  /// The weights and the function of a layer.
  var definitions: [String] {
    var lines: [String] = []
    for (position, step) in program.steps.enumerated() {
      let bias = (0..<step.bias.count).map { step.bias.row($0).first ?? 0 }
      lines.append("  private static let bias\(position + 1): [Double] = \(Self.list(bias))")
      lines += [
        "  /// One line per input.", "  private static let weight\(position + 1): [[Double]] = [",
      ]
      lines += (0..<step.weight.rows).map { "    \(Self.list(Array(step.weight.row($0))))," }
      lines.append("  ]")
    }
    return lines + Self.layer
  }

  private static func list(_ values: [Float]) -> String {
    "[" + values.map { SwiftExport.literal(Double($0)) }.joined(separator: ", ") + "]"
  }

  private func encoded(_ input: Encoding.Input) -> String {
    let name = "c\(input.feature)"
    switch input.kind {
    case .scaled(let mean, let scale):
      return
        "\(name).map { ($0 - \(SwiftExport.literal(mean))) / \(SwiftExport.literal(scale)) } ?? 0"
    case .level(let index):
      let levels = schema.features[input.feature].levels ?? []
      let level = levels.indices.contains(index) ? levels[index] : ""
      return "\(name) == \(SwiftExport.literal(level)) ? 1 : 0"
    case .missing: return "\(name) == nil ? 1 : 0"
    }
  }

  private static func function(_ step: FeatureProgram.Step) -> String {
    let slope = SwiftExport.literal(Double(step.slope))
    return switch step.function {
    case nil: "x"
    case .relu: "x > 0 ? x : 0"
    case .leakyReLU: "x > 0 ? x : \(slope) * x"
    case .elu: "x > 0 ? x : \(slope) * expm1(x)"
    case .sigmoid: "x > 0 ? 1 / (1 + exp(-x)) : 1 - 1 / (1 + exp(x))"
    case .tanh: "tanh(x)"
    case .selu: "1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x))"
    case .softplus: "max(x, 0) + log1p(exp(-abs(x)))"
    case .softsign: "x / (1 + abs(x))"
    case .thresholdedReLU: "x > \(slope) ? x : 0"
    case .clippedReLU: "min(max(x, 0), \(slope))"
    case .hardSwish: "x * min(max(x / 6 + 0.5, 0), 1)"
    case .silu: "x > 0 ? x / (1 + exp(-x)) : x * exp(x) / (1 + exp(x))"
    case .gelu: "x * erfc(-x / 2.0.squareRoot()) / 2"
    case .geluTanh:
      "x / 2 * (1 + tanh(\((2 / Double.pi).squareRoot()) * (x + 0.044715 * pow(x, 3))))"
    case .mish: "x * tanh(max(x, 0) + log1p(exp(-abs(x))))"
    }
  }

  private static let layer = """

      private static func layer(
        _ inputs: [Double], _ bias: [Double], _ weight: [[Double]],
        _ activation: (Double) -> Double
      ) -> [Double] {
        var sums = bias
        for (input, own) in zip(inputs, weight) where input != 0 {
          for (unit, one) in own.enumerated() { sums[unit] += input * one }
        }
        return sums.map(activation)
      }

    """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}
