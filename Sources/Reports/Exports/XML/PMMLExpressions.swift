import Datasets
import Explanations
import Networks
import Tensors

/// Scores as PMML expressions without missing values.
struct PMMLExpressions {
  private let schema: Schema
  private let names: PMMLNames

  init(_ schema: Schema, _ names: PMMLNames) { (self.schema, self.names) = (schema, names) }

  /// The value of a score.
  func sum(_ score: RuleProgram.Score) -> XMLElement {
    let terms = score.terms.map(product)
    guard let first = terms.first else { return Self.constant(0) }
    return terms.dropFirst().reduce(first) { Self.apply("+", $0, $1) }
  }

  private func product(_ term: RuleProgram.Score.Term) -> XMLElement {
    let weight = Self.constant(term.weight.value)
    switch term.operand {
    case .value(let quantity, let ifMissing):
      let name = names.name(of: .quantity(quantity))
      var value = Self.field(name)
      if case .column = quantity {
        value = Self.field(name, ifMissing: ifMissing)
      }
      if term.step != 1 { value = Self.apply("/", value, Self.constant(term.step)) }
      return Self.apply("*", weight, value)
    case .indicator(let condition): return Self.apply("*", weight, indicator(condition))
    }
  }

  /// 1 if the condition holds, else 0.
  private func indicator(_ condition: RuleProgram.Condition) -> XMLElement {
    let name = names.name(of: condition.variable)
    let isMissing = Self.apply("isMissing", Self.field(name))
    func choice(_ yes: Double, _ no: Double) -> XMLElement {
      Self.apply("if", isMissing, Self.constant(yes), Self.constant(no))
    }
    switch condition {
    case .known: return choice(0, 1)
    case .missing: return choice(1, 0)
    case .number(_, let bounds, let orMissing):
      return Self.apply(
        "if", Self.comparison(name, bounds, orMissing: orMissing), Self.constant(1),
        Self.constant(0))
    case .level(let column, let among, let orMissing):
      let levels = schema.features[column].levels ?? []
      let parts = among.enumerated().map { number, level in
        XMLElement(
          "NormDiscrete",
          [
            ("field", name), ("value", levels[level]),
            ("mapMissingTo", orMissing && number == 0 ? "1" : "0"),
          ])
      }
      guard let first = parts.first else { return orMissing ? choice(1, 0) : Self.constant(0) }
      return parts.dropFirst().reduce(first) { Self.apply("+", $0, $1) }
    }
  }

  /// Whether a number is in an interval; in place of a missing one stands a number with the result
  /// for it.
  private static func comparison(
    _ name: String, _ bounds: RuleProgram.Bounds, orMissing: Bool
  ) -> XMLElement {
    func test(_ function: String, _ bound: Double, _ ifMissing: Double) -> XMLElement {
      apply(function, field(name, ifMissing: ifMissing), constant(bound))
    }
    switch bounds {
    case .above(let lower):
      return test("greaterThan", lower, orMissing ? lower.nextUp : lower)
    case .atMost(let upper):
      return test("lessOrEqual", upper, orMissing ? upper : upper.nextUp)
    case .between(let lower, let upper):
      let other = orMissing ? upper : lower
      return apply(
        "and", test("greaterThan", lower, other), test("lessOrEqual", upper, other))
    }
  }

  static func constant(_ value: Double) -> XMLElement {
    XMLElement("Constant", [("dataType", "double")], text: "\(value)")
  }

  static func field(_ name: String) -> XMLElement { XMLElement("FieldRef", [("field", name)]) }

  /// A number, or another one in place of a missing one. `mapMissingTo` of a reference would be a text, which
  /// programs do not compare with numbers.
  static func field(_ name: String, ifMissing value: Double) -> XMLElement {
    apply("if", apply("isMissing", field(name)), constant(value), field(name))
  }

  static func apply(_ function: String, _ arguments: XMLElement...) -> XMLElement {
    XMLElement("Apply", [("function", function)], arguments)
  }
}

/// The hidden features as derived fields.
struct PMMLFeatures {
  private let program: FeatureProgram
  private let schema: Schema
  private let names: PMMLNames

  init(_ program: FeatureProgram, _ schema: Schema, _ names: PMMLNames) {
    (self.program, self.schema, self.names) = (program, schema, names)
  }

  /// The inputs, and for each layer the sums and the activations.
  var fields: [XMLElement] {
    var fields: [XMLElement] = []
    var before: [String] = []
    func define(_ name: String, _ value: XMLElement) -> String {
      fields.append(PMMLNames.derived(name, value))
      return name
    }
    for (position, input) in program.encoding.inputs.enumerated() {
      before.append(define(names.intermediate("input \(position)"), encoded(input)))
    }
    for (number, step) in program.steps.enumerated() {
      let isLast = number == program.steps.count - 1
      var units: [String] = []
      for unit in 0..<step.bias.count {
        let stem = names.intermediate("layer \(number + 1) sum \(unit)")
        var sum = PMMLExpressions.constant(Double(step.bias.row(unit).first ?? 0))
        var terms = 0
        for (input, name) in before.enumerated() {
          let weights = step.weight.row(input)
          let weight = Double(weights[weights.startIndex + unit])
          if weight == 0 { continue }
          // Parsers limit the depth of a document.
          if terms == 100 {
            sum = PMMLExpressions.field(define("\(stem) to \(input)", sum))
            terms = 0
          }
          terms += 1
          sum = PMMLExpressions.apply(
            "+", sum,
            PMMLExpressions.apply(
              "*", PMMLExpressions.field(name), PMMLExpressions.constant(weight)))
        }
        let field = PMMLExpressions.field(define(stem, sum))
        let name =
          isLast ? names.features[unit] : names.intermediate("layer \(number + 1) unit \(unit)")
        units.append(define(name, Self.activated(step, field)))
      }
      before = units
    }
    return fields
  }

  private func encoded(_ input: Encoding.Input) -> XMLElement {
    let feature = schema.features[input.feature]
    let name = feature.id.rawValue
    switch input.kind {
    case .scaled(let mean, let scale):
      // A missing value is encoded like the mean.
      return PMMLExpressions.apply(
        "/",
        PMMLExpressions.apply(
          "-", PMMLExpressions.field(name, ifMissing: mean), PMMLExpressions.constant(mean)),
        PMMLExpressions.constant(scale))
    case .level(let index):
      let levels = feature.levels ?? []
      let level = levels.indices.contains(index) ? levels[index] : ""
      return XMLElement(
        "NormDiscrete", [("field", name), ("value", level), ("mapMissingTo", "0")])
    case .missing:
      return PMMLExpressions.apply(
        "if", PMMLExpressions.apply("isMissing", PMMLExpressions.field(name)),
        PMMLExpressions.constant(1), PMMLExpressions.constant(0))
    }
  }

  private static func activated(_ step: FeatureProgram.Step, _ x: XMLElement) -> XMLElement {
    let apply = { (name: String, arguments: [XMLElement]) in
      XMLElement("Apply", [("function", name)], arguments)
    }
    let real = PMMLExpressions.constant
    let slope = real(Double(step.slope))
    let negative = apply("*", [real(-1), x])
    func choice(_ positive: XMLElement, _ other: XMLElement) -> XMLElement {
      apply("if", [apply("greaterThan", [x, real(0)]), positive, other])
    }
    func sum(_ first: XMLElement, _ second: XMLElement) -> XMLElement {
      apply("+", [first, second])
    }
    func product(_ first: XMLElement, _ second: XMLElement) -> XMLElement {
      apply("*", [first, second])
    }
    func quotient(_ first: XMLElement, _ second: XMLElement) -> XMLElement {
      apply("/", [first, second])
    }
    let positivePart = apply("max", [x, real(0)])
    let softplus = sum(
      positivePart, apply("ln1p", [apply("exp", [product(real(-1), apply("abs", [x]))])]))
    switch step.function {
    case nil: return x
    case .relu: return positivePart
    case .leakyReLU: return choice(x, product(slope, x))
    case .elu: return choice(x, product(slope, apply("expm1", [x])))
    case .sigmoid:
      return choice(
        quotient(real(1), sum(real(1), apply("exp", [negative]))),
        apply("-", [real(1), quotient(real(1), sum(real(1), apply("exp", [x])))]))
    case .tanh: return apply("tanh", [x])
    case .selu:
      return product(
        real(1.0507009873554805),
        choice(x, product(real(1.6732632423543772), apply("expm1", [x]))))
    case .softplus: return softplus
    case .softsign: return quotient(x, sum(real(1), apply("abs", [x])))
    case .thresholdedReLU:
      return apply("if", [apply("greaterThan", [x, slope]), x, real(0)])
    case .clippedReLU: return apply("min", [positivePart, slope])
    case .hardSwish:
      let share = sum(quotient(x, real(6)), real(0.5))
      return product(x, apply("min", [apply("max", [share, real(0)]), real(1)]))
    case .silu:
      return choice(
        quotient(x, sum(real(1), apply("exp", [negative]))),
        quotient(product(x, apply("exp", [x])), sum(real(1), apply("exp", [x]))))
    case .gelu: return product(x, apply("stdNormalCDF", [x]))
    case .geluTanh:
      let cube = product(real(0.044715), apply("pow", [x, real(3)]))
      let inner = product(real((2 / Double.pi).squareRoot()), sum(x, cube))
      return product(quotient(x, real(2)), sum(real(1), apply("tanh", [inner])))
    case .mish: return product(x, apply("tanh", [softplus]))
    }
  }
}
