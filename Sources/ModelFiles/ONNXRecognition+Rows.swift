import Foundation
import ONNXSchema

extension ONNXRecognition {
  /// Replaces the batch normalization of a row by its own mean and variance with a layer normalization, as
  /// tf2onnx exports that of Keras: the rows `[batch, units]` are reshaped to `[1, batch, units, 1]`, and each
  /// of them is a channel.
  static func joinRowNormalizations(in graph: inout Onnx_GraphProto) {
    let normalizations = graph.node.filter {
      $0.opType == "BatchNormalization" && $0.domain.isEmpty && $0.input.count == 5
    }
    guard !normalizations.isEmpty else { return }
    let producers = graph.node.producers
    let initializers = Dictionary(
      graph.initializer.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for normalization in normalizations {
      guard let rows = producers[normalization.input[0]], rows.opType == "Reshape",
        let source = rows.input(0), let shape = rows.input(1).flatMap({ initializers[$0] }),
        let sizes = integers(of: shape), sizes.count == 4, sizes[0] == 1, sizes[1] == -1,
        (1...(1 << 20)).contains(sizes[2]), sizes[3] == 1,
        isFilled(normalization.input[1], with: 1, producers, initializers),
        isFilled(normalization.input[2], with: 0, producers, initializers),
        areMoments(normalization, of: rows.output[0], producers, initializers),
        let end = graph.node.firstIndex(where: {
          $0.opType == "Reshape" && $0.input.first == normalization.output.first
        })
      else { continue }
      let scale = graph.node[end].output[0] + "#scale"
      var ones = Onnx_TensorProto()
      (ones.name, ones.dims) = (scale, [sizes[2]])
      ones.dataType = Int32(Onnx_TensorProto.DataType.float.rawValue)
      ones.floatData = Array(repeating: 1, count: Int(sizes[2]))
      graph.initializer.append(ones)
      var joined = Onnx_NodeProto()
      (joined.name, joined.opType) = (normalization.name, "LayerNormalization")
      joined.input = [source, scale]
      joined.output = graph.node[end].output
      joined.attribute = [
        ONNXWriter.integers("axis", one: -1),
        ONNXWriter.number("epsilon", normalization.number("epsilon", 1e-5)),
      ]
      graph.node[end] = joined
    }
  }

  /// Whether the mean and the variance of a normalization are those of each row of `value`.
  private static func areMoments(
    _ normalization: Onnx_NodeProto, of value: String, _ producers: [String: Onnx_NodeProto],
    _ initializers: [String: Onnx_TensorProto]
  ) -> Bool {
    func reducesRows(_ node: Onnx_NodeProto) -> Bool {
      let axes =
        node.attribute("axes")?.ints ?? node.input(1).flatMap { initializers[$0] }.flatMap(integers)
      return axes == [0, 2, 3]
    }
    guard let squeezed = producers[normalization.input[3]], squeezed.opType == "Squeeze",
      let mean = squeezed.input(0).flatMap({ producers[$0] }), mean.opType == "ReduceMean",
      mean.input.first == value, reducesRows(mean),
      let variance = producers[normalization.input[4]], variance.opType == "Div",
      let squares = variance.input(0).flatMap({ producers[$0] }),
      squares.opType == "ReduceSumSquare",
      reducesRows(squares), let count = variance.input(1).flatMap({ producers[$0] }),
      count.opType == "Cast", count.input(0).flatMap({ producers[$0] })?.opType == "ReduceProd",
      let centred = squares.input(0).flatMap({ producers[$0] })
    else { return false }
    return centred.opType == "Sub" && centred.input == [value, mean.output[0]]
  }

  /// Whether a value is a constant number in another shape.
  private static func isFilled(
    _ name: String, with number: Float, _ producers: [String: Onnx_NodeProto],
    _ initializers: [String: Onnx_TensorProto]
  ) -> Bool {
    guard let node = producers[name], node.opType == "Expand",
      let tensor = node.input(0).flatMap({ initializers[$0] }),
      tensor.dims.reduce(1, { $0.multipliedReportingOverflow(by: $1).partialValue }) == 1
    else { return false }
    if tensor.rawData.count == 4 {
      return tensor.rawData.withUnsafeBytes { $0.loadUnaligned(as: Float.self) } == number
    }
    return tensor.floatData == [number]
  }

  private static func integers(of tensor: Onnx_TensorProto) -> [Int64]? {
    guard tensor.dataType == Int32(Onnx_TensorProto.DataType.int64.rawValue) else { return nil }
    guard tensor.hasRawData else { return tensor.int64Data }
    guard tensor.rawData.count % 8 == 0, tensor.rawData.count <= 64 else { return nil }
    return tensor.rawData.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 8).map {
        Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Int64.self))
      }
    }
  }
}
