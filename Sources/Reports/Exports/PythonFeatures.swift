import Datasets
import Explanations
import Networks
import Tensors

/// Python code for the hidden features: lists of weights, computed in double precision.
struct PythonFeatures {
  let lines: [String]

  init(_ program: FeatureProgram, _ schema: Schema) {
    var lines = ["", "# One line per input: column, kind, mean or level, and scale.", "INPUTS = ["]
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
    lines += ["]", "", "# For each layer: biases, weights by input, and activation function."]
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

    def encode(cells, column, kind, first, second):
        if kind == "scaled":
            value = number(cells, column)
            return 0.0 if value is None else (value - first) / second
        if kind == "level":
            return 1.0 if level(cells, column) == first else 0.0
        value = number(cells, column) if kind == "missing number" else level(cells, column)
        return 1.0 if value is None else 0.0

    def hidden_features(cells):
        \"\"\"The values of the network's hidden features.\"\"\"
        values = [encode(cells, *one) for one in INPUTS]
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
