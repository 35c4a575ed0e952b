import Datasets
import Explanations
import Networks
import Tensors

extension ONNXRuleGraph {
  /// Adds the layers that compute the hidden features.
  /// - Returns: the features, `[batch, features]`.
  mutating func addFeatures(_ program: FeatureProgram) -> Value {
    var inputs: [Value] = []
    for input in program.encoding.inputs { inputs.append(addInput(input)) }
    var value = add("Concat", inputs, [Self.attribute("axis", one: 1)])
    for step in program.steps {
      let weight = numbers(
        step.weight.elements.map(Double.init), [step.weight.rows, step.bias.count])
      let bias = numbers(step.bias.elements.map(Double.init), [step.bias.count])
      value = add("Add", add("MatMul", value, weight), bias)
      value = addActivation(step, value)
    }
    return value
  }

  private mutating func addInput(_ input: Encoding.Input) -> Value {
    switch input.kind {
    case .scaled(let mean, let scale):
      // A missing value is encoded like the mean.
      let filled = add("Where", isMissing(input.feature), number(mean), cell(input.feature))
      return add("Div", add("Sub", filled, number(mean)), number(scale))
    case .level(let index):
      return cast(add("Equal", cell(input.feature), integers([index], [1, 1])))
    case .missing: return cast(isMissing(input.feature))
    }
  }

  private mutating func addActivation(_ step: FeatureProgram.Step, _ x: Value) -> Value {
    let slope = Double(step.slope)
    switch step.function {
    case nil: return x
    case .relu: return positivePart(x)
    case .leakyReLU: return choice(x, x, add("Mul", number(slope), x))
    case .elu: return choice(x, x, add("Mul", number(slope), exponentialMinusOne(x)))
    case .sigmoid: return sigmoid(x)
    case .tanh: return add("Tanh", x)
    case .selu:
      let other = add("Mul", number(1.6732632423543772), exponentialMinusOne(x))
      return add("Mul", number(1.0507009873554805), choice(x, x, other))
    case .softplus: return softplus(x)
    case .softsign: return add("Div", x, add("Add", number(1), add("Abs", x)))
    case .thresholdedReLU: return add("Where", add("Greater", x, number(slope)), x, number(0))
    case .clippedReLU: return add("Min", positivePart(x), number(slope))
    case .hardSwish:
      let share = add("Add", add("Div", x, number(6)), number(0.5))
      return add("Mul", x, add("Min", positivePart(share), number(1)))
    case .silu: return add("Mul", x, sigmoid(x))
    case .gelu:
      let part = errorFunction(add("Div", x, number(2.0.squareRoot())))
      return add("Div", add("Mul", x, add("Add", number(1), part)), number(2))
    case .geluTanh:
      let cube = add("Mul", number(0.044715), add("Mul", x, add("Mul", x, x)))
      let inner = add("Mul", number((2 / Double.pi).squareRoot()), add("Add", x, cube))
      let half = add("Div", x, number(2))
      return add("Mul", half, add("Add", number(1), add("Tanh", inner)))
    case .mish: return add("Mul", x, add("Tanh", softplus(x)))
    }
  }

  private mutating func choice(_ x: Value, _ positive: Value, _ other: Value) -> Value {
    add("Where", add("Greater", x, number(0)), positive, other)
  }

  private mutating func positivePart(_ x: Value) -> Value { add("Max", x, number(0)) }

  private mutating func exponentialMinusOne(_ x: Value) -> Value {
    add("Sub", add("Exp", add("Min", x, number(0))), number(1))
  }

  private mutating func sigmoid(_ x: Value) -> Value {
    add("Div", number(1), add("Add", number(1), add("Exp", add("Neg", x))))
  }

  private mutating func softplus(_ x: Value) -> Value {
    let small = add("Exp", add("Neg", add("Abs", x)))
    return add("Add", positivePart(x), add("Log", add("Add", number(1), small)))
  }

  /// erf(x) in double precision, which onnxruntime's `Erf` does not have: the series
  /// 2 / √π · exp(-x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n + 1)!! up to |x| = 6, where erf(x) rounds to 1.
  private mutating func errorFunction(_ x: Value) -> Value {
    let near = add("Max", add("Min", x, number(6)), number(-6))
    let square = add("Mul", near, near)
    var sum = number(1)
    for term in stride(from: 150, to: 0, by: -1) {
      let factor = add("Mul", square, number(2 / Double(2 * term + 1)))
      sum = add("Add", number(1), add("Mul", factor, sum))
    }
    let scale = add("Mul", number(2 / Double.pi.squareRoot()), add("Exp", add("Neg", square)))
    return add("Mul", scale, add("Mul", near, sum))
  }
}
