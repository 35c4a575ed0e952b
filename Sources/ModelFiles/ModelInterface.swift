import Networks
import ONNXSchema

/// The inputs and outputs of an ONNX file of another program: names, element types and shapes, and how
/// each output follows from the scores of the network.
public struct ModelInterface: Hashable, Sendable {
  /// How an output follows from the scores.
  enum Kind: Hashable, Sendable {
    /// The scores, or a function of each row of them.
    case scores, softmax, logSoftmax, sigmoid
    /// `1 - p` and `p`, where `p` is the sigmoid of the one score.
    case pair
    /// The class with the largest score: its name or number, or its position without a list.
    case label([String]?)
  }

  /// An output of the file.
  struct Output: Hashable, Sendable {
    var value: Onnx_ValueInfoProto
    var kind: Kind
    /// The node that makes a map of class and number of each row; `nil` for a tensor.
    var map: Onnx_NodeProto?
  }

  /// The inputs, without initializers.
  var inputs: [Onnx_ValueInfoProto]
  /// The outputs; `nil` if one of them does not follow from the scores in a known way.
  var outputs: [Output]?
  /// The one output, of a file for a numeric target.
  var number: Onnx_ValueInfoProto?
  /// Whether images are stored with the channels first.
  var isChannelsFirst = false

  /// `names`: those of the inputs.
  init(_ graph: Onnx_GraphProto, constants: ONNXConstants, names: Set<String>) {
    inputs = graph.input.filter { names.contains($0.name) }
    if graph.output.count == 1 { number = graph.output[0] }
    let trace = OutputTrace(constants: constants, producers: graph.node.producers)
    var found: [Output] = []
    var scores: Set<String> = []
    for value in graph.output {
      guard let (output, end) = trace.output(value) else { return }
      found.append(output)
      scores.insert(end)
    }
    if scores.count == 1 { outputs = found }
  }

  /// The nodes from an output back to the last layer.
  private struct OutputTrace {
    let constants: ONNXConstants
    let producers: [String: Onnx_NodeProto]

    /// The kind of an output and the name of the scores; `nil` if a node on the way is not known.
    func output(_ value: Onnx_ValueInfoProto) -> (Output, scores: String)? {
      var (name, map) = (value.name, Onnx_NodeProto?.none)
      var (squashing, isPair, isLabel, classes) = (Kind.scores, false, false, [String]?.none)
      // Where the file does not state the shape, only that of the scores is known.
      let isShaped = value.rank > 0 || value.element == nil
      for _ in 0..<16 {
        guard let node = producers[name], let input = node.input.first else { return nil }
        switch (node.domain, node.opType) {
        case ("", "Identity"), ("", "Cast"):
          name = input
        case ("", "Concat") where node.input.count == 1: name = input
        case ("", "Reshape"), ("", "Squeeze"), ("", "Unsqueeze"), ("", "Flatten"):
          guard isShaped else { return nil }
          name = input
        case ("", "Softmax"), ("", "LogSoftmax"), ("", "Sigmoid"):
          guard squashing == .scores else { return nil }
          squashing =
            switch node.opType {
            case "Softmax": .softmax
            case "LogSoftmax": .logSoftmax
            default: .sigmoid
            }
          name = input
        case ("", "Concat"):
          guard !isPair, squashing == .scores,
            let score = ONNXOutputs.onlyScore(node, producers, constants)
          else { return nil }
          isPair = true
          name = score
        case ("ai.onnx.ml", "ZipMap"):
          map = node
          name = input
        case ("ai.onnx.ml", "ArrayFeatureExtractor"):
          guard constants.contains(input), node.input.count == 2 else { return nil }
          classes = constants.texts(input)
          name = node.input[1]
        case ("", "ArgMax"):
          guard isShaped else { return nil }
          isLabel = true
          name = input
        default:
          guard isLinear(node), isPair ? squashing == .sigmoid : true, isShaped || hasMatrix(node)
          else { return nil }
          let kind: Kind = isLabel ? .label(classes) : isPair ? .pair : squashing
          return (Output(value: value, kind: kind, map: map), name)
        }
      }
      return nil
    }

    /// Whether the weights of a node are a matrix, not a vector. `depth` bounds the sums that are followed, as
    /// the nodes of a file may form a cycle.
    private func hasMatrix(_ node: Onnx_NodeProto, depth: Int = 8) -> Bool {
      guard node.opType == "Add" else {
        return node.input.contains { (try? constants.lengths($0))?.count == 2 }
      }
      guard depth > 0 else { return false }
      return node.input.contains {
        producers[$0].map { hasMatrix($0, depth: depth - 1) } ?? false
      }
    }

    /// Whether a node ends a layer whose outputs are the scores as they are: weighted sums, pooling, or the sum
    /// of two branches, also scaled by constants. `depth` as for `hasMatrix`.
    private func isLinear(_ node: Onnx_NodeProto, depth: Int = 8) -> Bool {
      guard node.domain.isEmpty, depth > 0 else { return false }
      switch node.opType {
      case "Gemm", "MatMul", "Conv", "BatchNormalization": return true
      case "GlobalAveragePool", "AveragePool", "ReduceMean", "GlobalMaxPool", "MaxPool",
        "ReduceMax":
        return true
      case "Add" where !node.input.contains(where: constants.contains): return true
      case "Add", "Sub", "Mul", "Div":
        return node.input.contains(where: constants.contains)
          && node.input.contains { producers[$0].map { isLinear($0, depth: depth - 1) } ?? false }
      case "Identity", "Reshape", "Flatten", "Squeeze":
        return node.input.first.flatMap { producers[$0] }.map { isLinear($0, depth: depth - 1) }
          ?? false
      default: return false
      }
    }
  }
}

/// Why the inputs and outputs of a file cannot be kept.
public enum InterfaceProblem: Error, Hashable, Sendable {
  /// An output is not one of scores, probabilities and classes.
  case outputs
  /// The element type or the shape of an input or output.
  case value(name: String)
  /// Names of inputs or outputs are those of inner values.
  case names
  /// The network reads the rows otherwise than the file.
  case rows
  /// Read back, the file is refused or predicts otherwise.
  case readBack

  /// The reason, in the middle of a sentence.
  public var text: String {
    switch self {
    case .outputs:
      "its outputs are computed from the last layer by operators that are not written again"
    case .value(let name): "the type or shape of '\(shown(name))' is not supported"
    case .names: "names of its inputs or outputs are needed for other values"
    case .readBack: "a file with its inputs and outputs is not read as the same network"
    case .rows: "its preprocessing cannot be written again"
    }
  }
}
