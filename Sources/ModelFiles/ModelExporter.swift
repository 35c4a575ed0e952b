import ONNXSchema

/// A program that exports models to ONNX, by the producer that its files name.
public enum ModelExporter: Hashable, Sendable, CaseIterable {
  /// `torch.onnx.export`
  case pytorch
  /// `skl2onnx.to_onnx`, for scikit-learn.
  case sklearn
  /// `tf2onnx`, also by `keras.Model.export`.
  case keras

  /// The exporter that names itself `producer`; `nil` if it is unknown.
  init?(producer: String) {
    switch producer.lowercased() {
    case "pytorch": self = .pytorch
    case "skl2onnx": self = .sklearn
    case "keras", "keras2onnx", "tf2onnx": self = .keras
    default: return nil
    }
  }

  /// How to export a network that can be read.
  var advice: String {
    switch self {
    case .pytorch:
      "export the network for inference, with constant weights: "
        + "torch.onnx.export(net.eval(), (rows,), 'net.onnx')"
    case .sklearn:
      "give the table after the other steps of the pipeline, and export the network without them: "
        + "skl2onnx.to_onnx(network, rows)"
    case .keras:
      "export the network for inference, with constant weights: "
        + "model.export('net.onnx', format='onnx')"
    }
  }
}

extension ModelFileError {
  /// The same error with the exporter of the file; or that the file has several models.
  func of(_ exporter: ModelExporter?, nodes: [Onnx_NodeProto]) -> ModelFileError {
    switch self {
    case .node(let file, _, _, _, _), .unsupportedOperator(let file, _, _, _):
      if exporter == .sklearn, let (model, node) = ForeignModel.several(in: nodes) {
        return .foreignModel(
          file: file, node: node.title, operator: shown(node.opType), model)
      }
    default: break
    }
    guard case .node(let file, let node, let name, let problem, _) = self else { return self }
    return .node(file: file, node: node, operator: name, problem, exporter: exporter)
  }
}
