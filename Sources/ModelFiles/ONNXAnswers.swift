import ONNXSchema

/// Which value holds a network's scores, and what its classes are called.
///
/// Classifiers give a label and a score for each class; both are made of one value, which is what
/// the layers end in.
struct ONNXAnswers {
  /// The value that the layers make; `nil` where there are several outputs that say different things.
  let output: String?
  /// What the answers are called, in the order of the scores.
  let classes: [String]?

  private struct Trace {
    var value: String
    var classes: [String]?
  }

  /// `isOwn`: whether Espalier wrote the graph, whose scores have a name of their own.
  init(_ graph: Onnx_GraphProto, constants: ONNXConstants, isOwn: Bool) {
    if isOwn, let scores = graph.output.last(where: { $0.name.hasPrefix(ONNXWriter.scores) }) {
      output = scores.name
      classes = nil
      return
    }
    var producers: [String: Onnx_NodeProto] = [:]
    for node in graph.node { for name in node.output { producers[name] = node } }
    let outputs = graph.output.map(\.name)
    let traces = outputs.map { Self.trace($0, producers, constants) }
    classes = traces.lazy.compactMap(\.classes).first
    let values = Set(traces.map(\.value))
    if outputs.count == 1, classes == nil {
      output = outputs[0]
    } else {
      output = values.count == 1 ? values.first : nil
    }
  }

  /// Goes back from an output to what the layers make, past what only says it in other words.
  private static func trace(
    _ output: String, _ producers: [String: Onnx_NodeProto], _ constants: ONNXConstants
  ) -> Trace {
    var trace = Trace(value: output)
    var isLabel = false
    // A chain of a few nodes; a circle is found out later.
    for _ in 0..<16 {
      guard let node = producers[trace.value], let input = node.input.first else { break }
      switch (node.domain, node.opType) {
      case ("", "Identity"), ("", "Cast"): trace.value = input
      case ("", "Reshape") where makesLabel(input, producers): trace.value = input
      case ("ai.onnx.ml", "ZipMap"):
        trace.classes =
          names(of: node, "classlabels_strings", "classlabels_int64s") ?? trace.classes
        trace.value = input
      case ("ai.onnx.ml", "ArrayFeatureExtractor") where constants.contains(input):
        guard node.input.count == 2 else { return trace }
        trace.classes = constants.texts(input) ?? trace.classes
        trace.value = node.input[1]
        isLabel = true
      case ("", "ArgMax") where isLabel: trace.value = input
      case ("", "Concat"):
        guard let score = onlyScore(node, producers) else { return trace }
        trace.value = score
      default: return trace
      }
    }
    return trace
  }

  /// Whether a value is a class's name, perhaps changed in type.
  private static func makesLabel(_ value: String, _ producers: [String: Onnx_NodeProto]) -> Bool {
    producers[value]?.opType == "ArrayFeatureExtractor"
  }

  /// Of two classes' scores, 1 - p and p, the second.
  private static func onlyScore(
    _ node: Onnx_NodeProto, _ producers: [String: Onnx_NodeProto]
  ) -> String? {
    guard node.input.count == 2, let rest = producers[node.input[0]], rest.opType == "Sub",
      rest.input.count == 2, rest.input[1] == node.input[1]
    else { return nil }
    return node.input[1]
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
