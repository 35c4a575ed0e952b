import Foundation
import ONNXSchema

/// The value with a network's scores (logits), and the class names.
///
/// A classifier outputs a label and a score for each class; both are computed from one value, the
/// output of the last layer.
struct ONNXOutputs {
  /// The output value of the last layer; `nil` if there are several unrelated outputs.
  let output: String?
  /// The class names in the order of the scores.
  let classes: [String]?
  /// The Binarizer node, which thresholds each score separately.
  let binarizer: Onnx_NodeProto?
  /// Whether an output is the scores divided by their sum.
  let isNormalized: Bool
  /// Whether the outputs are 1 - p and p of one score p.
  let isComplement: Bool

  /// The values from an output back to the output of the last layer, through nodes that only
  /// convert it.
  private struct Trace {
    var path: [String]
    var classes: [String]?
    var binarizer: Onnx_NodeProto?
    var isLabel = false
    var isNormalized = false
    var isComplement = false
    var value: String { path[path.count - 1] }
  }

  /// `isOwn`: whether Espalier wrote the graph; its scores have a fixed name.
  init(_ graph: Onnx_GraphProto, constants: ONNXConstants, isOwn: Bool) {
    if isOwn, let scores = graph.output.last(where: { $0.name.hasPrefix(ONNXWriter.scores) }) {
      (output, binarizer, isNormalized, isComplement) = (scores.name, nil, false, false)
      let named = graph.node.last { $0.opType == "ArrayFeatureExtractor" && $0.input.count == 2 }
      classes = named.flatMap { constants.texts($0.input[0]) }
      return
    }
    let producers = graph.node.producers
    let given = Set(graph.input.map(\.name)).filter { !constants.contains($0) }
    let named = graph.output.map(\.name)
    let moving = named.filter { !Self.sources(of: $0, producers).isDisjoint(with: given) }
    // An output that is the same for all rows, such as the class names, is no prediction.
    let outputs = moving.isEmpty ? named : moving
    var traces: [Trace] = []
    for name in outputs {
      traces.append(
        Self.trace(name, producers, constants, takesParts: outputs.count > 1, past: []))
    }
    classes = traces.lazy.compactMap(\.classes).first
    binarizer = traces.lazy.compactMap(\.binarizer).first
    isNormalized = traces.contains(where: \.isNormalized)
    isComplement = traces.contains(where: \.isComplement)
    if outputs.count == 1, classes == nil, binarizer == nil {
      output = Self.isExpansion(traces[0].path, producers, constants) ? traces[0].value : outputs[0]
      return
    }
    if Set(traces.map(\.value)).count == 1 {
      output = traces.first?.value
      return
    }
    output = Self.squashed(outputs, producers, constants) ?? Self.last(outputs, producers)
  }

  /// Whether the path of a single output only expands p to 1 - p and p, divides by the sum, or compares p with
  /// 1/2.
  private static func isExpansion(
    _ path: [String], _ producers: [String: Onnx_NodeProto], _ constants: ONNXConstants
  ) -> Bool {
    path.dropLast().allSatisfy { name in
      guard let node = producers[name] else { return false }
      return ["Cast", "Div", "Greater", "GreaterOrEqual", "Identity", "Round"].contains(node.opType)
        || node.opType == "Concat" && node.input.count == 1
        || onlyScore(node, producers, constants) != nil
    }
      && path.contains {
        ["Concat", "Div", "Greater", "GreaterOrEqual", "Round"].contains(producers[$0]?.opType)
      }
  }

  /// The probabilities, if other outputs are the scores that they are computed from.
  private static func squashed(
    _ outputs: [String], _ producers: [String: Onnx_NodeProto], _ constants: ONNXConstants
  ) -> String? {
    let squashing: Set = ["Softmax", "LogSoftmax", "Sigmoid"]
    let traces = outputs.map {
      trace($0, producers, constants, takesParts: true, past: squashing)
    }
    guard Set(traces.map(\.value)).count == 1 else { return nil }
    let ends = traces.compactMap { trace in
      trace.path.last { producers[$0].map { squashing.contains($0.opType) } ?? false }
    }
    return Set(ends).count <= 1 ? ends.first ?? traces.first?.value : nil
  }

  /// The output that depends on all others, the last one to be computed.
  private static func last(
    _ outputs: [String], _ producers: [String: Onnx_NodeProto]
  ) -> String? {
    outputs.first { name in
      let sources = sources(of: name, producers)
      return outputs.allSatisfy(sources.contains)
    }
  }

  /// All values that a value is computed from, and itself.
  private static func sources(
    of name: String, _ producers: [String: Onnx_NodeProto]
  ) -> Set<String> {
    var seen: Set<String> = []
    var open = [name]
    while let value = open.popLast() {
      guard seen.insert(value).inserted else { continue }
      open += producers[value]?.input ?? []
    }
    return seen
  }

  /// Traces an output back to the output of the last layer, through nodes that only convert it.
  ///
  /// `takesParts`: whether an output may be the score of one class.
  private static func trace(
    _ output: String, _ producers: [String: Onnx_NodeProto], _ constants: ONNXConstants,
    takesParts: Bool, past squashing: Set<String>
  ) -> Trace {
    var trace = Trace(path: [output])
    // At most 16 nodes; cycles are detected later.
    for _ in 0..<16 {
      guard let node = producers[trace.value], let input = node.input.first else { break }
      switch (node.domain, node.opType) {
      case ("", "Identity"), ("", "Cast"): trace.path.append(input)
      case ("", "Concat") where node.input.count == 1: trace.path.append(input)
      case ("", let name) where squashing.contains(name): trace.path.append(input)
      case ("", "Reshape"), ("", "Squeeze"), ("", "Flatten"):
        guard takesParts || trace.isLabel || makesLabel(input, producers) else { return trace }
        trace.path.append(input)
      case ("ai.onnx.ml", "LabelEncoder") where isPosition(input, producers):
        guard let names = names(byPosition: node) else { return trace }
        trace.classes = names
        trace.path.append(input)
        trace.isLabel = true
      case ("", "Gather")
      where constants.rank(of: input) == 1 && isPosition(node.input(1) ?? "", producers):
        trace.classes = constants.texts(input) ?? trace.classes
        trace.path.append(node.input[1])
        trace.isLabel = true
      case ("", "Slice"), ("", "Split"), ("", "Gather"):
        guard takesParts, !constants.contains(input) else { return trace }
        trace.path.append(input)
      case ("ai.onnx.ml", "ZipMap"):
        trace.classes =
          names(of: node, "classlabels_strings", "classlabels_int64s") ?? trace.classes
        trace.path.append(input)
      case ("ai.onnx.ml", "LinearClassifier"):
        trace.classes =
          names(of: node, "classlabels_strings", "classlabels_ints") ?? trace.classes
        // Both outputs are computed from the scores, the second output.
        if trace.value == node.output.first, let scores = node.scores { trace.path.append(scores) }
        return trace
      case ("ai.onnx.ml", "Normalizer"):
        trace.isNormalized = node.attribute("norm")?.s == Data("L1".utf8)
        trace.path.append(input)
      case ("ai.onnx.ml", "Binarizer"):
        trace.binarizer = node
        trace.path.append(input)
      case ("ai.onnx.ml", "ArrayFeatureExtractor")
      where takesParts && !constants.contains(input) && constants.contains(node.input(1) ?? ""):
        // The score of one class, as of RidgeClassifier.
        trace.path.append(input)
      case ("ai.onnx.ml", "ArrayFeatureExtractor") where constants.contains(input):
        guard node.input.count == 2 else { return trace }
        trace.classes = constants.texts(input) ?? trace.classes
        trace.path.append(node.input[1])
        trace.isLabel = true
      case ("", "Greater"), ("", "GreaterOrEqual"), ("", "Round"):
        guard producers[input]?.opType == "Sigmoid",
          node.opType == "Round" || isNumber(0.5, node.input(1) ?? "", producers, constants)
        else { return trace }
        trace.path.append(input)
      case ("", "ArgMax") where trace.isLabel || takesParts: trace.path.append(input)
      case ("", "Div"):
        // Exponentials divided by their sum are a softmax.
        guard producers[input]?.opType != "Exp", let sum = node.input(1) else { return trace }
        // Of other scores than sigmoids the shares are no softmax.
        guard
          let scores = isSum(sum, of: input, producers) && areSigmoids(input, producers)
            ? input : guarded(input, by: sum, producers, constants)
        else { return trace }
        trace.isNormalized = true
        trace.path.append(scores)
      case ("", "Concat"):
        guard let score = onlyScore(node, producers, constants) else { return trace }
        trace.isComplement = true
        trace.path.append(score)
      default: return trace
      }
    }
    return trace
  }

  /// Whether a value is the sum of a row of another one, or of its absolute values, as where
  /// one-vs-rest probabilities are normalized to a sum of 1.
  static func isSum(
    _ name: String, of value: String, _ producers: [String: Onnx_NodeProto]
  ) -> Bool {
    var (name, hasSum) = (name, false)
    for _ in 0..<6 {
      if name == value { return hasSum }
      guard let node = producers[name], node.domain.isEmpty, let input = node.input.first else {
        return false
      }
      switch node.opType {
      case "Abs", "Cast", "Identity", "Reshape", "Squeeze", "Unsqueeze": break
      case "ReduceL1", "ReduceSum": hasSum = true
      default: return false
      }
      name = input
    }
    return false
  }

  /// Whether scores are sigmoids, or a softmax, whose sum is 1, in another shape or order.
  private static func areSigmoids(
    _ value: String, _ producers: [String: Onnx_NodeProto]
  ) -> Bool {
    var open = [value]
    for _ in 0..<64 {
      guard let name = open.popLast() else { return true }
      guard let node = producers[name], let input = node.input.first else { return false }
      switch node.opType {
      case "Sigmoid", "Softmax", "LinearClassifier": continue
      case "Cast", "Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Gather",
        "ArrayFeatureExtractor", "Slice":
        open.append(input)
      case "Concat": open += node.input
      case "Div" where isSum(node.input(1) ?? "", of: input, producers): open.append(input)
      case "Sub": open += node.input.suffix(1)
      default: return false
      }
    }
    return false
  }

  /// The scores that are divided by their sum, where a row with a sum of 0 gets equal shares: as
  /// skl2onnx exports SGDClassifier, 1 is added to its scores and the number of classes to its sum.
  ///
  /// Only sigmoids are above 0 in every row; of other scores, equal ones decide by their order.
  private static func guarded(
    _ value: String, by sum: String, _ producers: [String: Onnx_NodeProto],
    _ constants: ONNXConstants
  ) -> String? {
    guard let scores = producers[value], let total = producers[sum], scores.opType == "Add",
      total.opType == "Add", scores.input.count == 2, total.input.count == 2,
      let rest = producers[total.input[1]], rest.opType == "Mul", rest.input.count == 2,
      rest.input[0] == scores.input[1], constants.contains(rest.input[1]),
      ["Reciprocal", "Sigmoid"].contains(producers[scores.input[0]]?.opType),
      isSum(total.input[0], of: scores.input[0], producers),
      isZero(scores.input[1], of: total.input[0], producers)
    else { return nil }
    return scores.input[0]
  }

  /// Whether a value is 1 where another one is 0, and 0 elsewhere: it is cast to a truth value, which
  /// is inverted and cast back.
  private static func isZero(
    _ name: String, of value: String, _ producers: [String: Onnx_NodeProto]
  ) -> Bool {
    var name = name
    for kind in ["Cast", "Not", "Cast"] {
      guard let node = producers[name], node.domain.isEmpty, node.opType == kind,
        let input = node.input.first
      else { return false }
      name = input
    }
    return name == value
  }

  /// Whether a value is a class name, possibly after a cast.
  private static func makesLabel(_ value: String, _ producers: [String: Onnx_NodeProto]) -> Bool {
    producers[value]?.opType == "ArrayFeatureExtractor"
  }

  /// Whether a value is the position of the largest score, possibly after a cast or another shape.
  private static func isPosition(_ value: String, _ producers: [String: Onnx_NodeProto]) -> Bool {
    var name = value
    for _ in 0..<4 {
      guard let node = producers[name], node.domain.isEmpty, let input = node.input.first else {
        return false
      }
      if node.opType == "ArgMax" { return true }
      guard ["Cast", "Flatten", "Identity", "Reshape", "Squeeze"].contains(node.opType) else {
        return false
      }
      name = input
    }
    return false
  }

  /// The class of each position, as a LabelEncoder states it; `nil` if some positions have none.
  private static func names(byPosition node: Onnx_NodeProto) -> [String]? {
    let keys = node.attribute("keys_int64s")?.ints ?? []
    guard let values = names(of: node, "values_strings", "values_int64s"),
      keys.count == values.count, keys.sorted() == keys.indices.map(Int64.init)
    else { return nil }
    return zip(keys, values).sorted { $0.0 < $1.0 }.map(\.1)
  }

  /// The second of the two class scores 1 - p and p.
  static func onlyScore(
    _ node: Onnx_NodeProto, _ producers: [String: Onnx_NodeProto], _ constants: ONNXConstants
  ) -> String? {
    guard node.opType == "Concat", node.input.count == 2, let rest = producers[node.input[0]],
      rest.opType == "Sub", rest.input.count == 2, rest.input[1] == node.input[1],
      isNumber(1, rest.input[0], producers, constants)
    else { return nil }
    return node.input[1]
  }

  /// Whether a value is this constant.
  private static func isNumber(
    _ value: Double, _ name: String, _ producers: [String: Onnx_NodeProto],
    _ constants: ONNXConstants
  ) -> Bool {
    var copy = constants
    if let node = producers[name], node.opType == "Constant" {
      if let number = node.attribute("value_float") { return Double(number.f) == value }
      guard let tensor = node.attribute("value"), tensor.hasT else { return false }
      copy.define(name, as: tensor.t)
    }
    return (try? copy.numbers(name).values) == [value]
  }

  private static func names(
    of node: Onnx_NodeProto, _ texts: String, _ numbers: String
  ) -> [String]? {
    if let strings = node.attribute(texts)?.strings, !strings.isEmpty {
      return strings.map { String(decoding: $0, as: UTF8.self) }
    }
    guard let integers = node.attribute(numbers)?.ints, !integers.isEmpty else { return nil }
    return integers.map { "\($0)" }
  }
}

extension Onnx_NodeProto {
  /// The second output of a LinearClassifier; `nil` if the file has the labels alone.
  var scores: String? { output.count > 1 && !output[1].isEmpty ? output[1] : nil }
}
