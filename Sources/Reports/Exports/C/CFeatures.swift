import Datasets
import Explanations
import Networks
import Tensors

/// C code for the hidden features: arrays of weights, computed in double precision.
struct CFeatures {
  private let program: FeatureProgram
  private let schema: Schema

  init(_ program: FeatureProgram, _ schema: Schema) {
    self.program = program
    self.schema = schema
  }

  /// The weights and the functions.
  var definitions: [String] {
    var lines: [String] = []
    for (position, step) in program.steps.enumerated() {
      let bias = (0..<step.bias.count).map { step.bias.row($0).first ?? 0 }
      lines.append("static const double bias_\(position + 1)[] = {")
      lines += ["    \(Self.list(bias))", "};", ""]
      lines.append("/* One line per input. */")
      lines.append("static const double weight_\(position + 1)[] = {")
      lines += (0..<step.weight.rows).map { "    \(Self.list(Array(step.weight.row($0))))," }
      lines += ["};", ""]
      lines += ["static double activation_\(position + 1)(double x)", "{"]
      lines += ["    return \(Self.function(step));", "}", ""]
    }
    return lines + Self.layer
  }

  /// The statements that define `features` from the cells.
  var statements: [String] {
    var lines = ["    const double h0[] = {"]
    lines += program.encoding.inputs.map { "        \(encoded($0))," }
    lines.append("    };")
    for (position, step) in program.steps.enumerated() {
      let isLast = position == program.steps.count - 1
      let name = isLast ? "features" : "h\(position + 1)"
      let size = step.bias.count
      lines.append("    double \(name)[\(size)];")
      lines.append(
        "    layer(h\(position), \(step.weight.rows), bias_\(position + 1), "
          + "weight_\(position + 1), activation_\(position + 1), \(name), \(size));")
    }
    return lines
  }

  private static func list(_ values: [Float]) -> String {
    values.map { CExport.literal(Double($0)) }.joined(separator: ", ")
  }

  private func encoded(_ input: Encoding.Input) -> String {
    let name = "c\(input.feature)"
    switch input.kind {
    case .scaled(let mean, let scale):
      return "isnan(\(name)) ? 0.0 : (\(name) - \(CExport.literal(mean))) / "
        + CExport.literal(scale)
    case .level(let index): return "\(name) == \(index) ? 1.0 : 0.0"
    case .missing:
      let isNumber = schema.features[input.feature].levels == nil
      return (isNumber ? "isnan(\(name))" : "\(name) == MISSING") + " ? 1.0 : 0.0"
    }
  }

  private static func function(_ step: FeatureProgram.Step) -> String {
    let slope = CExport.literal(Double(step.slope))
    return switch step.function {
    case nil: "x"
    case .relu: "x > 0 ? x : 0.0"
    case .leakyReLU: "x > 0 ? x : \(slope) * x"
    case .elu: "x > 0 ? x : \(slope) * expm1(x)"
    case .sigmoid: "x > 0 ? 1 / (1 + exp(-x)) : 1 - 1 / (1 + exp(x))"
    case .tanh: "tanh(x)"
    case .selu: "1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x))"
    case .softplus: "fmax(x, 0.0) + log1p(exp(-fabs(x)))"
    case .softsign: "x / (1 + fabs(x))"
    case .thresholdedReLU: "x > \(slope) ? x : 0.0"
    case .clippedReLU: "fmin(fmax(x, 0.0), \(slope))"
    case .hardSwish: "x * fmin(fmax(x / 6 + 0.5, 0.0), 1.0)"
    case .silu: "x > 0 ? x / (1 + exp(-x)) : x * exp(x) / (1 + exp(x))"
    case .gelu: "x * erfc(-x / \(CExport.literal(2.0.squareRoot()))) / 2"
    case .geluTanh:
      "x / 2 * (1 + tanh(\(CExport.literal((2 / Double.pi).squareRoot())) * "
        + "(x + 0.044715 * pow(x, 3))))"
    case .mish: "x * tanh(fmax(x, 0.0) + log1p(exp(-fabs(x))))"
    }
  }

  private static let layer = """
    static void layer(const double *inputs, size_t count, const double *bias, const double *weight,
                      double (*activation)(double), double *outputs, size_t units)
    {
        for (size_t unit = 0; unit < units; unit++) {
            double sum = bias[unit];
            for (size_t input = 0; input < count; input++)
                if (inputs[input] != 0) sum += inputs[input] * weight[input * units + unit];
            outputs[unit] = activation(sum);
        }
    }

    """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}
