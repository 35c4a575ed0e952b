import Foundation
import Naming
import Networks
import ONNXSchema
import Tensors

/// Networks as ONNX messages: opset 17, one node a layer.
enum ONNXWriter {
  private static let inputName = "input"
  private static let outputName = "logits"

  /// - Throws: `ModelFileError.unwritableLayer`
  static func message(for model: Model) throws -> Onnx_ModelProto {
    let network = model.network
    var graph = Onnx_GraphProto()
    graph.name = "network"
    graph.input = [rows(inputName, width: network.architecture.input.count)]
    var current = inputName
    let last = network.architecture.nodes.count - 1
    for (index, node) in network.architecture.nodes.enumerated() {
      var written = try operation(of: node)
      written.name = node.id.rawValue
      written.input = [current]
      for parameter in network.parameters[index] {
        // The colon keeps these apart from the names of the input and the output.
        let name = "\(node.id):\(parameter.role.rawValue)"
        written.input.append(name)
        graph.initializer.append(tensor(name, parameter.value))
      }
      current = index == last ? outputName : "\(node.id):output"
      written.output = [current]
      graph.node.append(written)
    }
    let outputs = try network.architecture.shapes().last?.count ?? 0
    graph.output = [rows(outputName, width: outputs)]

    var message = Onnx_ModelProto()
    message.irVersion = 8
    message.producerName = "espalier"
    var operators = Onnx_OperatorSetIdProto()
    operators.version = 17
    message.opsetImport = [operators]
    message.graph = graph
    message.metadataProps = try ONNXMetadata.entries(for: model)
    return message
  }

  private static func operation(of node: Node) throws -> Onnx_NodeProto {
    var written = Onnx_NodeProto()
    switch node.layer {
    case is Dense:
      written.opType = "Gemm"
    case let activation as Activation:
      switch activation.function {
      case .relu: written.opType = "Relu"
      case .leakyReLU: written.opType = "LeakyRelu"
      case .elu: written.opType = "Elu"
      case .sigmoid: written.opType = "Sigmoid"
      case .tanh: written.opType = "Tanh"
      }
      if activation.function == .leakyReLU || activation.function == .elu {
        var alpha = Onnx_AttributeProto()
        alpha.name = "alpha"
        alpha.type = .float
        alpha.f = activation.slope
        written.attribute = [alpha]
      }
    default:
      throw ModelFileError.unwritableLayer(
        node: node.id.rawValue, layer: type(of: node.layer).name)
    }
    return written
  }

  /// Numbers as little-endian bytes; what a mask removes is zero.
  private static func tensor(_ name: String, _ value: Tensor) -> Onnx_TensorProto {
    var tensor = Onnx_TensorProto()
    tensor.name = name
    tensor.dataType = Int32(Onnx_TensorProto.DataType.float.rawValue)
    tensor.dims = value.shape.dimensions.map(Int64.init)
    var bytes = Data(capacity: 4 * value.count)
    for element in value.elements {
      withUnsafeBytes(of: element.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    tensor.rawData = bytes
    return tensor
  }

  /// A value of the form `[batch, width]`.
  private static func rows(_ name: String, width: Int) -> Onnx_ValueInfoProto {
    var batch = Onnx_TensorShapeProto.Dimension()
    batch.dimParam = "batch"
    var columns = Onnx_TensorShapeProto.Dimension()
    columns.dimValue = Int64(width)
    var value = Onnx_ValueInfoProto()
    value.name = name
    value.type.tensorType.elemType = Int32(Onnx_TensorProto.DataType.float.rawValue)
    value.type.tensorType.shape.dim = [batch, columns]
    return value
  }
}
