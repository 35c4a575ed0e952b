import ONNXSchema

/// Inlines the functions that a file defines.
struct ONNXFunctions {
  private let file: String
  private let functions: [String: Onnx_FunctionProto]
  private var nodes: [Onnx_NodeProto] = []
  private var calls = 0

  /// The maximum number of nodes after inlining.
  static let mostNodes = 10_000
  /// The maximum depth of nested calls.
  private static let mostLevels = 32

  private init(_ functions: [Onnx_FunctionProto], file: String) {
    self.file = file
    self.functions = Dictionary(
      functions.map { ("\($0.domain)\n\($0.name)", $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The graph with all local functions inlined.
  /// - Throws: `ModelFileError` for recursive calls or too many nodes.
  static func inlined(
    _ message: Onnx_ModelProto, file: String
  ) throws(ModelFileError) -> Onnx_GraphProto {
    guard !message.functions.isEmpty else { return message.graph }
    var inlining = ONNXFunctions(message.functions, file: file)
    for node in message.graph.node { try inlining.add(node, level: 0) }
    var graph = message.graph
    graph.node = inlining.nodes
    return graph
  }

  private mutating func add(_ node: Onnx_NodeProto, level: Int) throws(ModelFileError) {
    guard let function = functions["\(node.domain)\n\(node.opType)"] else {
      guard nodes.count < Self.mostNodes else {
        throw .graph(file: file, .inlinedNodeCount(most: Self.mostNodes))
      }
      nodes.append(node)
      return
    }
    guard level < Self.mostLevels else {
      throw .node(
        file: file, node: node.title, operator: shown(node.opType),
        .place(.functionDepth(most: Self.mostLevels)))
    }
    calls += 1
    guard calls <= Self.mostNodes else {
      throw .graph(file: file, .functionCallCount(most: Self.mostNodes))
    }
    // Names inside a function are local; inputs and outputs get the names of the call.
    let title = node.name.isEmpty ? "\(function.name)-\(calls)" : node.name
    var names: [String: String] = [:]
    for (position, name) in function.input.enumerated() {
      names[name] = position < node.input.count ? node.input[position] : ""
    }
    for (position, name) in function.output.enumerated() where position < node.output.count {
      if names[name] == nil, !node.output[position].isEmpty { names[name] = node.output[position] }
    }
    let call = calls
    func inner(_ name: String) -> String {
      name.isEmpty ? "" : names[name] ?? "\(title)#\(call)/\(name)"
    }
    for part in function.node {
      var copy = part
      copy.name = part.name.isEmpty ? title : "\(title)/\(part.name)"
      copy.input = part.input.map(inner)
      copy.output = part.output.map(inner)
      copy.attribute = part.attribute.compactMap { attribute in
        guard attribute.hasRefAttrName, !attribute.refAttrName.isEmpty else { return attribute }
        let name = attribute.refAttrName
        var given =
          node.attribute.first { $0.name == name }
          ?? function.attributeProto.first { $0.name == name }
        given?.name = attribute.name
        return given
      }
      try add(copy, level: level + 1)
    }
    // An input that is also an output becomes an Identity node.
    for (position, name) in function.output.enumerated()
    where position < node.output.count && function.input.contains(name) {
      var same = Onnx_NodeProto()
      (same.name, same.opType) = ("\(title)/\(name)", "Identity")
      same.input = [names[name] ?? ""]
      same.output = [node.output[position]]
      nodes.append(same)
    }
  }
}
