import Foundation
import Networks
import ONNXSchema
import SwiftProtobuf
import Tensors

/// Writes a network of dense layers and ReLU in the format of other programs: a float input, Gemm and Relu
/// nodes, no names of columns or classes.
func plainModelFile(of network: Network) throws -> URL {
  var model = Onnx_ModelProto()
  model.irVersion = 8
  var operators = Onnx_OperatorSetIdProto()
  operators.version = 17
  model.opsetImport = [operators]
  model.graph.name = "plain"
  model.graph.input = [value("x", width: network.architecture.input.count)]
  var current = "x"
  for (index, node) in network.architecture.nodes.enumerated() {
    var written = Onnx_NodeProto()
    written.name = node.id.rawValue
    written.input = [current]
    current = "value\(index)"
    written.output = [current]
    if node.layer is Dense {
      written.opType = "Gemm"
      for parameter in network.parameters[index] {
        let name = "\(node.id).\(parameter.role.rawValue)"
        written.input.append(name)
        var tensor = Onnx_TensorProto()
        tensor.name = name
        tensor.dataType = Int32(Onnx_TensorProto.DataType.float.rawValue)
        tensor.dims = parameter.value.shape.dimensions.map(Int64.init)
        tensor.floatData = parameter.value.elements
        model.graph.initializer.append(tensor)
      }
    } else {
      written.opType = "Relu"
    }
    model.graph.node.append(written)
  }
  model.graph.output = [value(current, width: network.originalIndices.last?.count ?? 0)]
  let url = FileManager.default.temporaryDirectory.appending(path: "plain-\(UUID()).onnx")
  try model.serializedData().write(to: url)
  return url
}

private func value(_ name: String, width: Int) -> Onnx_ValueInfoProto {
  var value = Onnx_ValueInfoProto()
  value.name = name
  value.type.tensorType.elemType = Int32(Onnx_TensorProto.DataType.float.rawValue)
  var (batch, columns) = (
    Onnx_TensorShapeProto.Dimension(), Onnx_TensorShapeProto.Dimension()
  )
  batch.dimParam = "batch"
  columns.dimValue = Int64(width)
  value.type.tensorType.shape.dim = [batch, columns]
  return value
}
