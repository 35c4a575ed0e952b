import ONNXSchema

extension ONNXRecognition {
  /// Replaces the selection of columns that PyTorch's exporter writes for `x[:, [0, 2]]`, a GatherND over the
  /// transposed rows that is transposed back, by a Gather over the columns.
  static func joinSelections(in graph: inout Onnx_GraphProto) {
    guard graph.node.contains(where: { $0.opType == "GatherND" && $0.domain.isEmpty }) else {
      return
    }
    let producers = graph.node.producers
    let indices = Dictionary(
      graph.initializer.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    for place in graph.node.indices {
      let end = graph.node[place]
      guard end.isTransposition, let output = end.output.first,
        let selected = end.input(0).flatMap({ producers[$0] }),
        selected.opType == "GatherND", selected.domain.isEmpty, selected.input.count == 2,
        selected.integer("batch_dims", 0) == 0,
        let turned = producers[selected.input[0]], turned.isTransposition,
        let rows = turned.input(0), let position = indices[selected.input[1]],
        graph.initializer[position].dims.count == 2, graph.initializer[position].dims[1] == 1
      else { continue }
      var columns = graph.initializer[position]
      columns.name = output + "#columns"
      columns.dims = [columns.dims[0]]
      graph.initializer.append(columns)
      var gather = Onnx_NodeProto()
      (gather.name, gather.opType) = (selected.name, "Gather")
      gather.input = [rows, columns.name]
      gather.output = end.output
      gather.attribute = [ONNXWriter.integers("axis", one: 1)]
      graph.node[place] = gather
    }
    // Nodes whose outputs nothing reads are no part of the network.
    for kind in ["GatherND", "Transpose"] {
      let read = Set(graph.node.flatMap(\.input) + graph.output.map(\.name))
      graph.node.removeAll { node in
        node.opType == kind && node.domain.isEmpty && !node.output.contains(where: read.contains)
      }
    }
  }
}

extension Onnx_NodeProto {
  /// Whether the node exchanges the two axes of a matrix.
  fileprivate var isTransposition: Bool {
    opType == "Transpose" && domain.isEmpty && (attribute("perm")?.ints ?? []) == [1, 0]
  }
}
