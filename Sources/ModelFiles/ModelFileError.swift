import Foundation
import Tensors

/// An error of reading or writing a model file.
public enum ModelFileError: LocalizedError, Hashable, Sendable {
  /// The file is missing or not readable.
  case unreadable(file: String, AccessProblem)
  /// The bytes are not an ONNX model.
  case malformed(file: String, FormatProblem)
  case unsupportedOperator(file: String, node: String, operator: String, supported: [String])
  /// A model that is not a supported neural network, recognised by a node with this operator.
  case foreignModel(file: String, node: String, operator: String, ForeignModel)
  /// A supported operator with unsupported attributes or inputs; `exporter` wrote the file, if it is
  /// known.
  case node(
    file: String, node: String, operator: String, NodeProblem, exporter: ModelExporter? = nil)
  case initializer(file: String, name: String, TensorProblem)
  /// The graph is not a network with one input and one output.
  case graph(file: String, GraphProblem)
  case metadata(file: String, key: String, MetadataProblem)
  /// A network of numeric inputs was given a categorical column.
  case categoricalFeature(name: String)
  /// A cell of an integer input is not an integer.
  case fraction(column: String, value: String, at: String)
  /// A cell that the type of an input does not have, such as 300 where it reads bytes.
  case range(column: String, value: String, limits: ClosedRange<Double>, at: String)
  /// The data do not have the columns of the training data.
  case schema(SchemaMismatch)
  case unwritable(file: String, AccessProblem)
  case unwritableLayer(node: String, layer: String)
  /// The predictions of the written file, read back, differ from the model's.
  case differs(file: String, changed: Int, rows: Int)
  /// Reading `bytes` bytes of weights needs more memory than is available.
  case memory(file: String, bytes: Int, MemoryError)

  /// The message: the file, the node or column, and the problem.
  public var errorDescription: String? {
    switch self {
    case .unreadable(let file, let problem): "\(file): cannot be read: \(problem.text)"
    case .malformed(let file, let problem): "\(file): \(problem.text)"
    case .unsupportedOperator(let file, let node, let name, _):
      "\(file): node '\(node)': the operator '\(name)' is not supported"
    case .foreignModel(let file, let node, let name, let model):
      "\(file): node '\(node)' (\(name)): the file holds \(model.kind)"
    case .node(let file, let node, let name, let problem, _):
      "\(file): node '\(node)' (\(name)): \(problem.text)"
    case .initializer(let file, let name, let problem): "\(file): '\(name)' \(problem.text)"
    case .graph(let file, let problem): "\(file): \(problem.text)"
    case .metadata(let file, let key, let problem): "\(file): metadata '\(key)': \(problem.text)"
    case .categoricalFeature(let name):
      "the column '\(name)' holds levels where the network reads numbers"
    case .fraction(let column, let value, let place):
      "the input takes whole numbers, \(shown(column)) has \(value) in \(place)"
    case .range(let column, let value, let limits, let place):
      "the input takes whole numbers from \(Int(limits.lowerBound)) to \(Int(limits.upperBound)), "
        + "\(shown(column)) has \(value) in \(place)"
    case .schema(let mismatch): mismatch.text
    case .unwritable(let file, let problem): "\(file): cannot be written: \(problem.text)"
    case .unwritableLayer(let node, let layer):
      "layer '\(node)' is of the kind '\(layer)', which cannot be exported to ONNX"
    case .differs(let file, let changed, let rows):
      "\(file): read back, its predictions on \(changed) of \(rows) rows differ from those of the "
        + "measured network; it is not written"
    case .memory(let file, let bytes, let error):
      "reading \(MemoryError.size(Double(bytes))) of weights of \(file) \(error.shortage)"
    }
  }

  /// The hint.
  public var recoverySuggestion: String? {
    switch self {
    case .unreadable: "give the path of a readable ONNX file"
    case .malformed: "give an ONNX file, as written by torch.onnx.export"
    case .unsupportedOperator(_, _, let name, let supported):
      Self.advice(for: name, supported: supported)
    case .foreignModel(_, _, _, let model): model.advice
    case .node(_, _, _, let problem, let exporter):
      (exporter == .sklearn ? nil : problem.remedy) ?? (exporter ?? .pytorch).advice
    case .initializer(_, _, .definedTwice), .graph(_, .definedTwice):
      "export the network again, with a name of its own for each initializer, input and node output"
    case .initializer:
      "export the network again in float32, with complete and finite weights"
    case .graph: "export the network for inference, from one input to one output"
    case .metadata: "export the model again, or remove its 'espalier.' metadata"
    case .categoricalFeature: "leave the column out, or give it as 0/1 columns"
    case .fraction:
      "export the network with an input of floats, or round the column as it was in training"
    case .range:
      "give the column as it was in training, or export the network with an input of floats"
    case .schema(.imageShape): "give images of the size that the network was trained with"
    case .schema(.numberedColumns): "rename the columns of the data to the inputs of the model"
    case .schema: "give data with the columns that the network was trained with"
    case .unwritable: "choose a folder that exists and that you may write to"
    case .unwritableLayer: "all layers of the program can be exported"
    case .differs: "this is a fault of espalier; please report it"
    case .memory: "give the process more memory, or export a smaller network"
    }
  }

  /// Checks that the parameters of `bytes` of a model fit into memory.
  /// - Throws: `ModelFileError.memory`
  static func admit(_ bytes: Int, of file: String) throws(ModelFileError) {
    do throws(MemoryError) {
      try MemoryBudget.admit(copies * Double(bytes))
    } catch {
      throw .memory(file: file, bytes: bytes, error)
    }
  }

  /// The file's bytes, the decoded message, the unpacked weights of a layer, and the network.
  private static let copies = 5.0
}

/// A name from a file for an error message: on one line, of at most 80 characters.
func shown(_ name: String) -> String {
  let line = name.unicodeScalars.prefix(80).map { scalar in
    scalar.properties.generalCategory == .control ? "?" : Character(scalar)
  }
  return String(line) + (name.unicodeScalars.dropFirst(80).isEmpty ? "" : "…")
}
