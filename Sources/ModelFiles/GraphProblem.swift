import Networks

/// What is wrong with the bytes of an ONNX file as a whole.
public enum FormatProblem: Hashable, Sendable {
  /// The file has at least this many bytes.
  case tooLarge(gibibytes: Int)
  /// The bytes cannot be decoded, or are cut off.
  case undecodable
  case noGraph
  /// The version of the operator set, or `nil` if the file states none; `least` is supported.
  case operatorSet(version: Int64?, least: Int64)

  /// The problem as the end of a sentence that begins with the file name.
  var text: String {
    switch self {
    case .tooLarge(let size): "a model of \(size) GiB or more"
    case .undecodable: "the file is not an ONNX model, or is truncated"
    case .noGraph: "it has no graph"
    case .operatorSet(let version, let least):
      (version.map { "operator set version \($0)" } ?? "no operator set version")
        + " where version \(least) or later is supported"
    }
  }
}

/// Why a graph is not a network with one input and one output.
public enum GraphProblem: Hashable, Sendable {
  // Inputs.
  /// The names of the inputs, which are not one, nor one for each column.
  case inputs([String])
  case repeatedInput
  /// An input whose elements are not of a supported type.
  case inputType(name: String)
  /// An input with an unsupported number of dimensions.
  case inputRank(name: String, found: Int)
  /// An input that is neither rows nor images, or of unknown sizes.
  case inputShape(name: String)
  /// An input of rows whose width neither it nor the first layer states.
  case inputWidth(name: String)
  /// An input beside others that is not a list of columns.
  case columnsShape(name: String)
  /// An input of columns whose elements are not of a supported type.
  case columnsType(name: String)
  case columnCount(most: Int)

  // Nodes.
  case nodeCount(found: Int, most: Int)
  case inlinedNodeCount(most: Int)
  case functionCallCount(most: Int)
  /// Two nodes, or a node and an input, give a value of this name.
  case definedTwice(name: String)
  case noWeights
  /// More parameters than a file of this size can hold.
  case parameterCount
  /// A weight overflows when a scaling is multiplied into it.
  case infiniteFolding
  case network(NetworkError)

  // Outputs.
  /// The names of the outputs, which are not one.
  case outputs([String])
  case noOutputNode(name: String)
  case outputShape
  case outputBeforeEnd
  case classCount(found: Int, outputs: Int)
  case repeatedClass(name: String)

  /// The problem as the end of a sentence that begins with the file name.
  var text: String {
    switch self {
    case .inputs(let names):
      Self.count(names, "input") + (names.count > 1 ? ", or one for each column, [batch, 1]" : "")
    case .repeatedInput: "two inputs have the same name"
    case .inputType(let name): "the input '\(shown(name))' is not of the type float or double"
    case .inputRank(let name, let found):
      "the input '\(shown(name))' has \(found) dimensions where 2 to 8, batch first, are supported"
    case .inputShape(let name):
      "the input '\(shown(name))' is neither [batch, features] nor "
        + "[batch, channels, height, width] of known sizes"
    case .inputWidth(let name): "the input '\(shown(name))' does not state its number of features"
    case .columnsShape(let name): "the input '\(shown(name))' is not of the form [batch, columns]"
    case .columnsType(let name):
      "the input '\(shown(name))' has a type that is not supported for a table column"
    case .columnCount(let most): "more than \(most) columns"
    case .nodeCount(let found, let most): "\(found) nodes where at most \(most) are supported"
    case .inlinedNodeCount(let most): "more than \(most) nodes after inlining its functions"
    case .functionCallCount(let most): "more than \(most) calls of its functions"
    case .definedTwice(let name): "'\(shown(name))' is defined twice"
    case .noWeights: "no layer has weights, so the file holds no neural network"
    case .parameterCount: "the layers have far more parameters than the file stores"
    case .infiniteFolding:
      "folding a scaling into a layer gives values that are not finite floats"
    case .network(let error):
      error.errorDescription ?? "the shapes of the layers do not match"
    case .outputs(let names): Self.count(names, "output")
    case .noOutputNode(let name): "no node computes the output '\(shown(name))'"
    case .outputShape: "the output is not of the form [batch, outputs]"
    case .outputBeforeEnd: "the output is not the output of the last layer"
    case .classCount(let found, let outputs):
      "\(found) classes where the network has \(outputs) outputs"
    case .repeatedClass(let name): "two classes have the name '\(shown(name))'"
    }
  }

  private static func count(_ names: [String], _ kind: String) -> String {
    let first = names.prefix(4).map { "'\(shown($0))'" }.joined(separator: ", ")
    let list = first.isEmpty ? "" : " (\(first)\(names.count > 4 ? ", …" : ""))"
    return "\(names.count) \(kind)s\(list) where one is supported"
  }
}
