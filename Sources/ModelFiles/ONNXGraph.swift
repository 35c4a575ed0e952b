import Foundation
import ONNXSchema

/// The nodes of a graph in topological order.
///
/// Only nodes that the output depends on are kept; nodes with constant inputs only are folded into
/// constants.
struct ONNXGraph {
  /// The nodes from the input to the output, in topological order.
  private(set) var chain: [Onnx_NodeProto] = []
  private(set) var constants: ONNXConstants
  /// The input value of the first layer.
  private(set) var input: Onnx_ValueInfoProto
  /// The preprocessing of table rows, if the file has it.
  private(set) var columns: ONNXColumns?
  /// The class names, if the file has them.
  let classes: [String]?
  /// The inputs and outputs as the file states them.
  private(set) var interface: ModelInterface
  /// The name of the one output.
  let output: String
  /// The version of the default operator set.
  let opset: Int64
  /// The Binarizer node, which thresholds each score separately.
  let binarizer: Onnx_NodeProto?
  /// Whether an output is the scores divided by their sum.
  let isNormalized: Bool
  /// Whether the outputs of the file are 1 - p and p of its score p.
  let isComplement: Bool

  /// The program that wrote the file, if it is known.
  let exporter: ModelExporter?

  private let file: String
  private let nodes: [Onnx_NodeProto]
  private var producers: [String: Int] = [:]

  /// Sorts a graph's nodes; `bytes` is the size of the file, which bounds the size of the unpacked
  /// weights.
  ///
  /// `readsRows`: whether the graph includes the preprocessing of table rows, as in files that
  /// Espalier wrote. `layers`: the nodes that are layers in such a file, not preprocessing.
  /// `exporter`: the program that wrote the file.
  /// - Throws: `ModelFileError` for an unsupported operator or a cycle.
  init(
    _ graph: Onnx_GraphProto, opset: Int64, file: String, folder: URL?, bytes: Int,
    readsRows: Bool = false, layers: Set<String> = [], exporter: ModelExporter? = nil
  ) throws(ModelFileError) {
    self.file = file
    self.opset = opset
    self.exporter = exporter
    if let (model, node) = ForeignModel.find(in: graph.node) {
      throw .foreignModel(file: file, node: node.title, operator: shown(node.opType), model)
    }
    if let sparse = graph.sparseInitializer.first {
      throw .initializer(file: file, name: shown(sparse.values.name), .sparse)
    }
    nodes = graph.node
    constants = try ONNXConstants(graph.initializer, file: file, folder: folder, bytes: bytes)
    let initializers = constants
    let inputs = graph.input.filter { !initializers.contains($0.name) }
    guard let first = inputs.first else {
      throw .graph(file: file, .inputs(inputs.map(\.name)))
    }
    let most = ONNXFunctions.mostNodes
    guard nodes.count <= most else {
      throw .graph(file: file, .nodeCount(found: nodes.count, most: most))
    }
    let names = Set(inputs.map(\.name))
    guard names.count == inputs.count else {
      throw .graph(file: file, .repeatedInput)
    }
    input = first
    for (index, node) in nodes.enumerated() {
      for name in node.output where !name.isEmpty {
        guard producers.updateValue(index, forKey: name) == nil, !names.contains(name),
          !constants.contains(name)
        else { throw .graph(file: file, .definedTwice(name: name)) }
      }
    }
    interface = ModelInterface(graph, constants: constants, names: names)
    let predictions = ONNXOutputs(graph, constants: constants, isOwn: readsRows)
    guard let output = predictions.output else {
      if let node = nodes.first(where: { ONNXOperator.table.row(of: $0) == nil }) {
        throw Self.unsupported(node, file)
      }
      if let node = Self.square(in: nodes, constants) {
        throw .foreignModel(
          file: file, node: node.title, operator: shown(node.opType), .quadratic)
      }
      throw .graph(file: file, .outputs(graph.output.map(\.name)))
    }
    self.output = output
    classes = predictions.classes
    binarizer = predictions.binarizer
    isNormalized = predictions.isNormalized
    isComplement = predictions.isComplement
    try link(from: names, to: output, keepsOrder: readsRows)
    // Constants of nodes are known now.
    interface = ModelInterface(graph, constants: constants, names: names)
    if !readsRows { try ONNXColumns.joinOneHots(&chain, &constants) }
    let hasColumns = try ONNXColumns.are(needed: inputs, by: chain, constants)
    if readsRows || hasColumns {
      guard
        inputs.count == 1 || inputs.allSatisfy(\.isColumn)
          || !readsRows && inputs.allSatisfy(\.isRow)
      else {
        throw .graph(file: file, .inputs(inputs.map(\.name)))
      }
      let columns = try ONNXColumns(
        inputs, &chain, &constants, layers: readsRows ? layers : [], file: file)
      input = columns.value
      self.columns = columns
    } else if inputs.count > 1 {
      throw .graph(file: file, .inputs(inputs.map(\.name)))
    }
    ONNXRecognition.passPairs(&chain, constants)
    ONNXRecognition.rewrite(&chain, &constants, output: output)
  }

  /// The first node that squares weighted sums.
  private static func square(
    in nodes: [Onnx_NodeProto], _ constants: ONNXConstants
  ) -> Onnx_NodeProto? {
    let sums = Set(nodes.filter { ["Gemm", "MatMul"].contains($0.opType) }.flatMap(\.output))
    var copy = constants
    return nodes.first { node in
      node.opType == "Pow" && node.input.count == 2 && sums.contains(node.input[0])
        && (try? copy.numbers(node.input[1], wholeToo: true).values) == [2]
    }
  }

  private mutating func link(
    from inputs: Set<String>, to output: String, keepsOrder: Bool
  ) throws(ModelFileError) {
    guard producers[output] != nil else {
      throw .graph(file: file, .noOutputNode(name: output))
    }
    let order = try sorted(try leading(to: output, from: inputs), keepsOrder)
    var moving = inputs
    for index in order {
      let node = nodes[index]
      guard let known = ONNXOperator.table.row(of: node) else { throw Self.unsupported(node, file) }
      if node.input.contains(where: { moving.contains($0) }) {
        moving.formUnion(node.output.filter { !$0.isEmpty })
        chain.append(node)
      } else {
        guard let fold = known.fold else {
          throw problem(
            node,
            .place(
              .onConstants(
                supported: ONNXOperator.table.rows.filter { $0.fold != nil }.map(\.name))))
        }
        try fold(&constants, node, file)
      }
    }
  }

  /// The nodes that the output depends on.
  private func leading(
    to output: String, from inputs: Set<String>
  ) throws(ModelFileError) -> Set<Int> {
    var found: Set<Int> = []
    var open = producers[output].map { [$0] } ?? []
    while let index = open.popLast() {
      guard found.insert(index).inserted else { continue }
      for name in nodes[index].input where !name.isEmpty && !inputs.contains(name) {
        if let producer = producers[name] {
          open.append(producer)
        } else if !constants.contains(name) {
          throw problem(nodes[index], .place(.undefinedInput(name: name)))
        }
      }
    }
    return found
  }

  /// The nodes in topological order, those nearest to the inputs first; in file order if
  /// `keepsOrder` and that order is topological, so that layers keep their names.
  private func sorted(_ live: Set<Int>, _ keepsOrder: Bool) throws(ModelFileError) -> [Int] {
    let stated = live.sorted()
    if keepsOrder,
      stated.allSatisfy({ index in
        nodes[index].input.allSatisfy { (producers[$0] ?? -1) < index }
      })
    {
      return stated
    }
    var readers: [Int: [Int]] = [:]
    var waiting: [Int: Int] = [:]
    for index in stated {
      let sources = Set(nodes[index].input.compactMap { producers[$0] })
      waiting[index] = sources.count
      for producer in sources { readers[producer, default: []].append(index) }
    }
    var order = stated.filter { waiting[$0] == 0 }
    var next = 0
    while next < order.count {
      for reader in readers[order[next]] ?? [] {
        waiting[reader, default: 0] -= 1
        if waiting[reader] == 0 { order.append(reader) }
      }
      next += 1
    }
    if let index = live.subtracting(order).min() {
      throw problem(nodes[index], .place(.cycle))
    }
    return order
  }

  private func problem(_ node: Onnx_NodeProto, _ problem: NodeProblem) -> ModelFileError {
    .node(file: file, node: node.title, operator: shown(node.opType), problem)
  }

  private static func unsupported(_ node: Onnx_NodeProto, _ file: String) -> ModelFileError {
    let name = node.domain.isEmpty ? node.opType : node.domain + "." + node.opType
    return .unsupportedOperator(
      file: file, node: node.title, operator: shown(name),
      supported: ONNXOperator.table.rows.map(\.name))
  }
}

extension Onnx_NodeProto {
  /// The name of the node in errors: its name, or that of its first output.
  var title: String { shown(name.isEmpty ? output.first ?? "" : name) }

  func attribute(_ name: String) -> Onnx_AttributeProto? { attribute.first { $0.name == name } }
  func number(_ name: String, _ standard: Float) -> Float { attribute(name)?.f ?? standard }
  func integer(_ name: String, _ standard: Int64) -> Int64 { attribute(name)?.i ?? standard }

  /// The name of an input; `nil` for an omitted optional input.
  func input(_ index: Int) -> String? {
    index < input.count && !input[index].isEmpty ? input[index] : nil
  }
}
