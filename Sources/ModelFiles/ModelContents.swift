import CompressedModels
import Foundation
import Networks
import ONNXSchema
import SwiftProtobuf

/// What a model file states, whether or not its network is supported.
public struct ModelContents: Sendable {
  /// An input or output of the file.
  public struct Value: Codable, Hashable, Sendable {
    /// The name.
    public var name: String
    /// The type of its elements: "float", "double", "int64", "string", ….
    public var type: String
    /// The lengths of its axes; the name of a variable one, or "?".
    public var shape: [String]
  }

  /// An operator with the number of nodes.
  public struct OperatorCount: Codable, Hashable, Sendable {
    /// The name, with its domain if it is not the default one.
    public var name: String
    /// The number of nodes.
    public var nodes: Int
    /// The first nodes, for an unsupported operator.
    public var examples: [String]?
  }

  /// "onnx" or "espalier".
  public var format: String
  /// The size of the file in bytes, without external data.
  public var bytes: Int
  /// The program that wrote it.
  public var producer: String?
  /// The version of the default operator set.
  public var operatorSet: Int?
  /// The versions of other operator sets, by domain.
  public var otherOperatorSets: [String: Int]
  /// The inputs.
  public var inputs: [Value]
  /// The outputs.
  public var outputs: [Value]
  /// The operators.
  public var operators: [OperatorCount]
  /// The operators that are not supported.
  public var unsupported: [OperatorCount]
  /// The network; `nil` if it is not supported.
  public var network: ImportedNetwork?
  /// Why the network is not supported; `nil` if it is.
  public var problem: ModelFileError?
}

extension ModelFile {
  /// Reads what a model file states, and its network if that is supported.
  /// - Throws: `ModelFileError` if the file cannot be read or is not a model; `CompressedModelError`.
  public static func contents(_ url: URL) throws -> ModelContents {
    var problem: ModelFileError?
    var network: ImportedNetwork?
    do {
      network = try read(url)
    } catch let error as ModelFileError {
      switch error {
      case .unreadable, .memory, .malformed(_, .tooLarge), .malformed(_, .undecodable),
        .malformed(_, .noGraph):
        throw error
      default: problem = error
      }
    }
    let data = try Data(contentsOf: url)
    var contents = ModelContents(
      format: "espalier", bytes: data.count, producer: nil, operatorSet: nil,
      otherOperatorSets: [:], inputs: [], outputs: [], operators: [], unsupported: [],
      network: network, problem: problem)
    if CompressedModel.isCompressed(data) { return contents }
    var options = BinaryDecodingOptions()
    options.messageDepthLimit = 32
    options.discardUnknownFields = true
    let name = shown(url.lastPathComponent)
    guard let message = try? Onnx_ModelProto(serializedBytes: data, options: options) else {
      throw ModelFileError.malformed(file: name, .undecodable)
    }
    contents.format = "onnx"
    let producer = [message.producerName, message.producerVersion].filter { !$0.isEmpty }
      .joined(separator: " ")
    contents.producer = producer.isEmpty ? nil : shown(producer)
    for set in message.opsetImport {
      let version = Int(clamping: set.version)
      if set.domain.isEmpty || set.domain == "ai.onnx" {
        contents.operatorSet = version
      } else {
        contents.otherOperatorSets[shown(set.domain)] = version
      }
    }
    let constants = Set(message.graph.initializer.map(\.name))
    contents.inputs = message.graph.input.filter { !constants.contains($0.name) }
      .map(ModelContents.Value.init)
    contents.outputs = message.graph.output.map(ModelContents.Value.init)
    // Functions of the file are inlined; a file whose functions cannot be is listed as it is.
    let graph = (try? ONNXFunctions.inlined(message, file: name)) ?? message.graph
    contents.operators = ModelContents.counts(of: graph.node)
    if network == nil {
      contents.unsupported = ModelContents.counts(
        of: graph.node.filter { ONNXOperator.table.row(of: $0) == nil }, listsNodes: true)
    }
    return contents
  }
}

extension ModelContents {
  /// The operators of nodes by name.
  fileprivate static func counts(
    of nodes: [Onnx_NodeProto], listsNodes: Bool = false
  ) -> [OperatorCount] {
    var counts: [String: OperatorCount] = [:]
    for node in nodes {
      let isPlain = node.domain.isEmpty || node.domain == "ai.onnx"
      let name = shown(isPlain ? node.opType : node.domain + "." + node.opType)
      var count =
        counts[name] ?? OperatorCount(name: name, nodes: 0, examples: listsNodes ? [] : nil)
      count.nodes += 1
      if listsNodes, count.nodes <= 3 { count.examples?.append(node.title) }
      counts[name] = count
    }
    return counts.values.sorted { $0.name < $1.name }
  }
}

extension ModelContents.Value {
  fileprivate init(_ info: Onnx_ValueInfoProto) {
    name = info.name
    let tensor = info.type.tensorType
    let names = [
      1: "float", 2: "uint8", 3: "int8", 5: "int16", 6: "int32", 7: "int64", 8: "string",
      9: "bool", 10: "float16", 11: "double", 16: "bfloat16",
    ]
    type = names[Int(tensor.elemType)] ?? (tensor.elemType == 0 ? "?" : "type \(tensor.elemType)")
    shape = tensor.shape.dim.map { length in
      switch length.value {
      case .dimValue(let count)?: String(count)
      case .dimParam(let name)?: shown(name)
      case nil: "?"
      }
    }
  }
}
