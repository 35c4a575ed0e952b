import Foundation
import ONNXSchema

/// Evaluates nodes on probe rows, whose values cover the curved and the flat parts of activations.
struct ONNXProbe {
  /// The elements of each value: row by row, one per row, or one for all.
  private enum Numbers {
    case rows([Double])
    case perRow([Double])
    case one(Double)
    case columns([Double])
  }

  private let width: Int
  private var constants: ONNXConstants
  private var values: [String: Numbers] = [:]
  /// Constants that are added or compared with: candidates for an epsilon and for thresholds.
  private var noted: Set<Double> = []
  /// The axis of reductions, as stated by the nodes.
  private var axis: Int64?

  /// Rows whose values cover the curved parts of activations, all of which must be finite.
  private static let nearRows = 12
  /// The magnitudes of the other rows, with both signs: a limit or threshold far from zero shows there.
  /// Rows on which a decomposition overflows are left out.
  private static let magnitudes: [Double] = [30, 100, 300, 1e3, 1e4, 1e6, 1e9, 1e20]
  static let rows = nearRows + 2 * magnitudes.count
  private static let mostWidth = 1 << 12

  /// `width`: the number of elements of a row.
  init(_ constants: ONNXConstants, width: Int) {
    self.constants = constants
    self.width = width
  }

  /// Values from -20 to 20, most of them near zero, with distinct rows; then in each column every
  /// magnitude.
  private var probe: [Double] {
    let far = Self.magnitudes + Self.magnitudes.map { -$0 }
    return (0..<Self.rows * width).map { place in
      let row = place / width - Self.nearRows
      if row >= 0 { return far[(row + place % width * 5) % far.count] }
      switch place {
      case 0: return 1
      case 1: return -1
      case 2: return 20
      case 3: return -20
      default:
        let share = (Double(place) * 0.618033988749895).truncatingRemainder(dividingBy: 1) * 2 - 1
        return share * abs(share) * 9 + 0.01
      }
    }
  }

  /// Evaluates a node; an undefined input is the probe.
  /// - Returns: `false` for a node that cannot be evaluated.
  mutating func compute(_ node: Onnx_NodeProto) -> Bool {
    guard width <= Self.mostWidth, let output = node.output.first else { return false }
    var read: [Numbers] = []
    let isReduction = node.opType.hasPrefix("Reduce")
    for (position, name) in node.input.enumerated() where !name.isEmpty {
      if isReduction, position > 0 { continue }
      guard let numbers = numbers(name) else { return false }
      read.append(numbers)
    }
    guard let first = read.first else { return false }
    if isReduction {
      guard let reduced = reduce(first, node) else { return false }
      values[output] = reduced
      return true
    }
    if let arithmetic = ONNXArithmetic(node), !read.isEmpty {
      var all = first
      for other in read.dropFirst() {
        if node.opType == "Add" { note(all, other) }
        all = combine(all, other) { arithmetic($0, $1) }
      }
      values[output] = all
      return true
    }
    if let comparison = Self.comparison(node), read.count == 2 {
      note(first, read[1])
      values[output] = combine(first, read[1]) { comparison($0, $1) ? 1 : 0 }
      return true
    }
    if node.opType == "Where", read.count == 3 {
      let (flags, one, other) = (expanded(first), expanded(read[1]), expanded(read[2]))
      values[output] = .rows(flags.indices.map { flags[$0] != 0 ? one[$0] : other[$0] })
      return true
    }
    guard let function = Self.function(node, read) else { return false }
    values[output] = map(first, function)
    return true
  }

  private static func comparison(_ node: Onnx_NodeProto) -> ((Double, Double) -> Bool)? {
    switch node.opType {
    case "Greater": { $0 > $1 }
    case "GreaterOrEqual": { $0 >= $1 }
    case "Less": { $0 < $1 }
    case "LessOrEqual": { $0 <= $1 }
    default: nil
    }
  }

  private mutating func note(_ first: Numbers, _ second: Numbers) {
    for case .one(let number) in [first, second] { noted.insert(number) }
  }

  private mutating func numbers(_ name: String) -> Numbers? {
    if let known = values[name] { return known }
    guard constants.contains(name) else {
      values[name] = .rows(probe)
      return .rows(probe)
    }
    guard let lengths = try? constants.lengths(name),
      [1, width].contains(
        lengths.reduce(1, { $0.multipliedReportingOverflow(by: $1).partialValue })),
      let numbers = try? constants.numbers(name, wholeToo: true, mayBeInfinite: true)
    else { return nil }
    if numbers.values.count == 1 { return .one(numbers.values[0]) }
    guard numbers.values.count == width, numbers.dimensions.last == width else { return nil }
    return .columns(numbers.values)
  }

  private func expanded(_ numbers: Numbers) -> [Double] {
    switch numbers {
    case .rows(let all): all
    case .perRow(let own): own.flatMap { [Double](repeating: $0, count: width) }
    case .one(let number): .init(repeating: number, count: Self.rows * width)
    case .columns(let own): (0..<Self.rows * width).map { own[$0 % width] }
    }
  }

  private func combine(
    _ first: Numbers, _ second: Numbers, _ body: (Double, Double) -> Double
  ) -> Numbers {
    switch (first, second) {
    case (.one(let one), .one(let other)): .one(body(one, other))
    case (.perRow(let own), .one(let other)): .perRow(own.map { body($0, other) })
    case (.one(let one), .perRow(let own)): .perRow(own.map { body(one, $0) })
    case (.perRow(let one), .perRow(let other)): .perRow(zip(one, other).map(body))
    default: .rows(zip(expanded(first), expanded(second)).map(body))
    }
  }

  private func map(_ numbers: Numbers, _ body: (Double) -> Double) -> Numbers {
    switch numbers {
    case .rows(let all): .rows(all.map(body))
    case .perRow(let own): .perRow(own.map(body))
    case .one(let number): .one(body(number))
    case .columns(let own): .columns(own.map(body))
    }
  }

  private mutating func reduce(_ numbers: Numbers, _ node: Onnx_NodeProto) -> Numbers? {
    var axes = node.attribute("axes")?.ints ?? []
    if let name = node.input(1) { axes = (try? constants.integers(name)) ?? [] }
    guard axes.count == 1, axis == nil || axis == axes[0], node.integer("keepdims", 1) == 1,
      case .rows(let all) = numbers
    else { return nil }
    axis = axes[0]
    return .perRow(
      (0..<Self.rows).map { row in
        let own = all[row * width..<(row + 1) * width]
        switch node.opType {
        case "ReduceMax": return own.max() ?? 0
        case "ReduceSum": return own.reduce(0, +)
        default: return own.reduce(0, +) / Double(width)
        }
      })
  }

  private static func function(
    _ node: Onnx_NodeProto, _ read: [Numbers]
  ) -> ((Double) -> Double)? {
    let alpha = Double(node.number("alpha", 0))
    switch node.opType {
    case "Identity", "Cast": return { $0 }
    case "Abs": return { abs($0) }
    case "Neg": return { -$0 }
    case "Not": return { 1 - $0 }
    case "Exp": return { exp($0) }
    case "Log": return { log($0) }
    case "Erf": return { erf($0) }
    case "Sqrt": return { $0.squareRoot() }
    case "Reciprocal": return { 1 / $0 }
    case "Tanh": return { tanh($0) }
    case "Sigmoid": return { 1 / (1 + exp(-$0)) }
    case "Softplus": return { max($0, 0) + log1p(exp(-abs($0))) }
    case "Relu": return { max($0, 0) }
    case "LeakyRelu":
      let slope = Double(node.number("alpha", 0.01))
      return { $0 > 0 ? $0 : slope * $0 }
    case "Elu":
      let scale = node.attribute("alpha") == nil ? 1 : alpha
      return { $0 > 0 ? $0 : scale * expm1($0) }
    case "HardSigmoid":
      let (slope, offset) = (Double(node.number("alpha", 0.2)), Double(node.number("beta", 0.5)))
      return { min(max(slope * $0 + offset, 0), 1) }
    case "Clip":
      var limits = [
        node.attribute("min").map { Double($0.f) } ?? -.infinity,
        node.attribute("max").map { Double($0.f) } ?? .infinity,
      ]
      var given = read.dropFirst()
      for position in [1, 2] where node.input(position) != nil {
        guard case .one(let limit)? = given.popFirst() else { return nil }
        limits[position - 1] = limit
      }
      return { min(max($0, limits[0]), limits[1]) }
    default: return nil
    }
  }

  // MARK: Comparison

  /// The known function that maps one value to another; `nil` if there is none.
  func function(from source: String, to output: String) -> ONNXKnownFunction? {
    guard case .rows(let x)? = values[source] ?? .rows(probe), let result = values[output],
      case .rows(let y) = result, y.prefix(Self.nearRows * width).allSatisfy(\.isFinite)
    else { return nil }
    let length = axis == nil ? 1 : width
    let kept = (0..<y.count / length).filter { part in
      y[part * length..<(part + 1) * length].allSatisfy(\.isFinite)
    }.flatMap { $0 * length..<($0 + 1) * length }
    let (finiteX, finiteY) = (kept.map { x[$0] }, kept.map { y[$0] })
    return axis == nil ? activation(finiteX, finiteY) : rowFunction(finiteX, finiteY)
  }

  private static func isClose(_ one: Double, _ other: Double) -> Bool {
    abs(one - other) <= 2e-6 * max(1, abs(other))
  }

  /// An elementwise function, possibly with a factor.
  private func activation(_ x: [Double], _ y: [Double]) -> ONNXKnownFunction? {
    // x[0], x[1], x[2], x[3] are 1, -1, 20 and -20.
    func matches(_ scale: Double, _ body: (Double) -> Double) -> Bool {
      scale.isFinite && abs(scale) > 1e-9
        && zip(x, y).allSatisfy { Self.isClose($1 / scale, body($0)) }
    }
    func attribute(_ name: String, _ value: Double) -> Onnx_AttributeProto {
      ONNXWriter.number(name, Float(value))
    }
    for (name, kind, body) in Self.known {
      let scale = Self.nice(y[0] / body(1))
      guard matches(scale, body) else { continue }
      var approximate = Onnx_AttributeProto()
      (approximate.name, approximate.type) = ("approximate", .string)
      approximate.s = Data((kind ?? "").utf8)
      return .init(name: name, attributes: kind == nil ? [] : [approximate], scale: scale)
    }
    // x · sigmoid(βx): the halves of both signs add up to the scale.
    let (right, left) = (y[0], -y[1])
    let scale = Self.nice(right + left)
    let beta = Self.nice(log(right / left))
    if beta != 0, beta.isFinite, matches(scale, { $0 / (1 + exp(-beta * $0)) }) {
      return .init(name: "Swish", attributes: [attribute("alpha", beta)], scale: scale)
    }
    if let beta = Self.softplusBeta(right / (right + left)),
      matches(scale, { max($0, 0) + log1p(exp(-abs(beta * $0))) / beta })
    {
      return .init(name: "Softplus", inputScale: beta, scale: Self.nice(scale / beta))
    }
    let slope = Self.nice(left / right)
    if slope >= 0, slope != 1, matches(Self.nice(right), { $0 > 0 ? $0 : slope * $0 }) {
      return .init(
        name: "LeakyRelu", attributes: [attribute("alpha", slope)], scale: Self.nice(right))
    }
    let alpha = Self.nice(left / right / -expm1(-1))
    if alpha > 0, matches(Self.nice(right), { $0 > 0 ? $0 : alpha * expm1($0) }) {
      return .init(name: "Elu", attributes: [attribute("alpha", alpha)], scale: Self.nice(right))
    }
    if let least = y.min(), let most = y.max(), let lowest = x.min(), let highest = x.max(),
      least < most, most < highest, least > lowest, matches(1, { min(max($0, least), most) })
    {
      return .init(
        name: "Clip",
        parameters: [
          ("least", .init(dimensions: [], values: [least])),
          ("most", .init(dimensions: [], values: [most])),
        ])
    }
    for threshold in noted.sorted() where matches(1, { $0 > threshold ? $0 : 0 }) {
      return .init(name: "ThresholdedRelu", attributes: [attribute("alpha", threshold)])
    }
    return nil
  }

  /// The β of `log(1 + exp(βx)) / β`, whose value at 1 is given; `nil` if there is none.
  private static func softplusBeta(_ value: Double) -> Double? {
    guard value.isFinite, value > 1, value < 1000 else { return nil }
    var (low, high) = (1e-3, 1e3)
    for _ in 0..<100 {
      let middle = (low * high).squareRoot()
      if 1 + log1p(exp(-middle)) / middle > value { low = middle } else { high = middle }
    }
    return nice((low * high).squareRoot())
  }

  /// A number rounded to remove floating-point error.
  private static func nice(_ value: Double) -> Double {
    let rounded = (value * 1e6).rounded() / 1e6
    return abs(rounded - value) <= 2e-6 * abs(value) ? rounded : value
  }

  private static let known: [(name: String, kind: String?, body: @Sendable (Double) -> Double)] = [
    ("HardSwish", nil, { $0 * min(max($0 / 6 + 0.5, 0), 1) }),
    ("Gelu", "none", { $0 * erfc(-$0 / 2.0.squareRoot()) / 2 }),
    (
      "Gelu", "tanh",
      { $0 / 2 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
    ),
    ("Mish", nil, { $0 * tanh(max($0, 0) + log1p(exp(-abs($0)))) }),
    ("Softplus", nil, { max($0, 0) + log1p(exp(-abs($0))) }),
    ("Softsign", nil, { $0 / (1 + abs($0)) }),
    ("Sigmoid", nil, { 1 / (1 + exp(-$0)) }),
    ("Tanh", nil, { tanh($0) }),
    ("Relu", nil, { max($0, 0) }),
    ("Selu", nil, { 1.0507009873554805 * ($0 > 0 ? $0 : 1.6732632423543772 * expm1($0)) }),
  ]

  /// A function of all elements of a row.
  private func rowFunction(_ x: [Double], _ y: [Double]) -> ONNXKnownFunction? {
    func rows(_ body: (ArraySlice<Double>) -> [Double]) -> [Double] {
      (0..<x.count / width).flatMap { body(x[$0 * width..<($0 + 1) * width]) }
    }
    var axisAttribute = Onnx_AttributeProto()
    (axisAttribute.name, axisAttribute.type, axisAttribute.i) = ("axis", .int, axis ?? -1)
    let logShares = rows { row in
      let largest = row.max() ?? 0
      let sum = row.reduce(0) { $0 + exp($1 - largest) }
      return row.map { $0 - largest - log(sum) }
    }
    if zip(y, logShares).allSatisfy({ abs($0 - exp($1)) < 1e-9 }) {
      return .init(name: "Softmax", attributes: [axisAttribute])
    }
    if zip(y, logShares).allSatisfy({ Self.isClose($0, $1) }) {
      return .init(name: "LogSoftmax", attributes: [axisAttribute])
    }
    for epsilon in noted.sorted() where epsilon > 0 {
      let normal = rows { row in
        let mean = row.reduce(0, +) / Double(width)
        let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
        return row.map { ($0 - mean) / (variance + epsilon).squareRoot() }
      }
      // The factor and the offset of each column from two rows; all other rows must agree.
      var (scales, shifts) = ([Double](), [Double]())
      for column in 0..<width {
        let (first, second) = (column, (Self.nearRows / 2) * width + column)
        let scale = (y[first] - y[second]) / (normal[first] - normal[second])
        scales.append(scale)
        shifts.append(y[first] - scale * normal[first])
      }
      let agrees = y.indices.allSatisfy {
        abs(y[$0] - scales[$0 % width] * normal[$0] - shifts[$0 % width])
          <= 2e-6 * max(1, abs(y[$0]))
      }
      guard agrees, (scales + shifts).allSatisfy(\.isFinite) else { continue }
      // A single factor and offset do not determine the number of elements.
      let isPlain = zip(scales, shifts).allSatisfy { abs($0 - 1) < 1e-9 && abs($1) < 1e-9 }
      let dimensions = isPlain ? [] : [width]
      return .init(
        name: "LayerNormalization",
        attributes: [axisAttribute, ONNXWriter.number("epsilon", Float(epsilon))],
        parameters: [
          ("scale", .init(dimensions: dimensions, values: isPlain ? [1] : scales)),
          ("shift", .init(dimensions: dimensions, values: isPlain ? [0] : shifts)),
        ])
    }
    return nil
  }
}
