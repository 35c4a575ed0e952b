import Foundation
import ONNXSchema

/// Recognises functions that exporters decompose into elementary operators, such as GELU, and
/// replaces them with one node.
///
/// The nodes are evaluated on probe rows and compared with every known function, so any equivalent
/// decomposition is recognised.
struct ONNXRecognition {
  private var constants: ONNXConstants
  private var chain: [Onnx_NodeProto]
  private let producers: [String: Int]

  /// Elementwise operators and reductions over a row.
  private static let parts: Set<String> = [
    "Abs", "Add", "Cast", "Clip", "Div", "Elu", "Erf", "Exp", "HardSigmoid", "Identity",
    "LeakyRelu",
    "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Log", "Max", "Min", "Mul", "Neg", "Not",
    "Pow",
    "Reciprocal", "ReduceMax", "ReduceMean", "ReduceSum", "Relu", "Sigmoid", "Softplus", "Sqrt",
    "Sub",
    "Tanh", "Where",
  ]
  /// The maximum number of nodes of a decomposed function.
  private static let mostParts = 40
  /// The total number of elements that may be computed, which bounds the time for a small file.
  private var work = 1 << 26

  private init(_ chain: [Onnx_NodeProto], _ constants: ONNXConstants) {
    (self.chain, self.constants) = (chain, constants)
    producers = chain.producerPositions
  }

  /// The nodes that the output depends on, with each known function as one node.
  static func rewrite(
    _ chain: inout [Onnx_NodeProto], _ constants: inout ONNXConstants, output: String
  ) {
    var recognition = ONNXRecognition(chain, constants)
    for index in chain.indices {
      let producer = chain[index].input.first.flatMap { recognition.producers[$0] }
      if needsRecognition(chain[index], constants, producer: producer.map { chain[$0].opType }) {
        recognition.recognize(index)
      }
    }
    chain = recognition.leading(to: output)
    constants = recognition.constants
  }

  /// Whether a node can be the last of a decomposed function.
  ///
  /// `producer`: the operator of its first input.
  private static func needsRecognition(
    _ node: Onnx_NodeProto, _ constants: ONNXConstants, producer: String?
  ) -> Bool {
    let limits: Set = ["Clip", "Max", "Min", "Relu"]
    let moving = node.input.count { !$0.isEmpty && !constants.contains($0) }
    switch node.opType {
    case "Mul", "Add", "Sub": return moving == 2
    case "Max", "Min": return moving > 0
    case "Relu": return limits.contains(producer ?? "")
    case "Div": return moving == 2 || (moving == 1 && constants.contains(node.input[0]))
    case "Clip", "Log", "Reciprocal", "Where": return true
    default: return false
    }
  }

  /// Searches for the value that a node and its predecessors map by a known function.
  private mutating func recognize(_ index: Int) {
    let last = chain[index]
    guard let output = last.output.first else { return }
    var inside = [index]
    var frontier = moving(last)
    var best: (source: String, function: ONNXKnownFunction)?
    while inside.count <= Self.mostParts, !frontier.isEmpty {
      if frontier.count == 1, let source = frontier.first,
        let found = identified(inside.sorted(), from: source, to: output),
        found.inputScale == 1 || best == nil
      {
        // The longest match is used: a softmax may start before its exponential. A factor of the
        // input is left to the node that computes it.
        best = (source, found)
      }
      // The latest computed value is expanded first.
      guard let next = frontier.compactMap({ producers[$0] }).max(),
        Self.parts.contains(chain[next].opType), chain[next].output.count == 1
      else { break }
      frontier.subtract(chain[next].output)
      frontier.formUnion(moving(chain[next]))
      inside.append(next)
    }
    if let best { replace(index, reading: best.source, by: best.function) }
  }

  private func moving(_ node: Onnx_NodeProto) -> Set<String> {
    Set(node.input.filter { !$0.isEmpty && !constants.contains($0) })
  }

  private mutating func identified(
    _ nodes: [Int], from source: String, to output: String
  ) -> ONNXKnownFunction? {
    let width = width(of: nodes)
    work -= nodes.count * ONNXProbe.rows * width
    guard work > 0 else { return nil }
    var probe = ONNXProbe(constants, width: width)
    for index in nodes { guard probe.compute(chain[index]) else { return nil } }
    return probe.function(from: source, to: output)
  }

  /// The number of elements per row of the constants of some nodes.
  private func width(of nodes: [Int]) -> Int {
    let lengths = nodes.flatMap { index in
      chain[index].input.compactMap { try? constants.lengths($0).reduce(1, *) }
    }
    let longest = lengths.max() ?? 1
    return longest > 1 ? longest : 8
  }

  private mutating func replace(
    _ index: Int, reading source: String, by function: ONNXKnownFunction
  ) {
    let old = chain[index]
    var node = Onnx_NodeProto()
    (node.name, node.opType) = (old.title, function.name)
    node.attribute = function.attributes
    node.input = [source]
    node.output = old.output
    for (role, numbers) in function.parameters {
      let name = "\(old.output[0])#\(role)"
      constants.define(name, numbers)
      node.input.append(name)
    }
    if function.inputScale != 1 {
      let scaled = "\(old.output[0])#input"
      let factor = "\(old.output[0])#input scale"
      constants.define(factor, .init(dimensions: [], values: [function.inputScale]))
      var before = Onnx_NodeProto()
      (before.name, before.opType) = (old.title, "Mul")
      (before.input, before.output) = ([source, factor], [scaled])
      inserted[index] = [before]
      node.input[0] = scaled
    }
    guard function.scale != 1 else {
      chain[index] = node
      return
    }
    // The scale is a separate Mul node after the function.
    let inner = "\(old.output[0])#function"
    node.output = [inner]
    constants.define(
      "\(old.output[0])#scale", .init(dimensions: [], values: [function.scale]))
    var scaling = old
    (scaling.opType, scaling.domain, scaling.attribute) = ("Mul", "", [])
    scaling.input = [inner, "\(old.output[0])#scale"]
    // The scaling replaces the old node; the function is inserted before it.
    chain[index] = scaling
    inserted[index, default: []].append(node)
  }

  private var inserted: [Int: [Onnx_NodeProto]] = [:]

  /// The nodes that the output depends on, in order.
  private func leading(to output: String) -> [Onnx_NodeProto] {
    let all = chain.indices.flatMap { index in
      (inserted[index] ?? []) + [chain[index]]
    }
    var wanted: Set = [output]
    var kept: [Onnx_NodeProto] = []
    for node in all.reversed() where node.output.contains(where: wanted.contains) {
      wanted.formUnion(node.input)
      kept.append(node)
    }
    return kept.reversed()
  }
}

/// A recognised function as an operator with attributes.
struct ONNXKnownFunction {
  var name: String
  var attributes: [Onnx_AttributeProto] = []
  /// Its constant inputs, after the value.
  var parameters: [(role: String, numbers: ONNXConstants.Numbers)] = []
  /// The factor of its input.
  var inputScale = 1.0
  /// The factor of its output.
  var scale = 1.0
}
