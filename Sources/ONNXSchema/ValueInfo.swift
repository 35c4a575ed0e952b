extension Onnx_ValueInfoProto {
  /// An input or output with one row per sample: the shape `[batch, width]`, or `[batch]` without a width.
  package init(
    _ name: String, _ type: Onnx_TensorProto.DataType, width: Int?
  ) {
    self.init()
    var batch = Onnx_TensorShapeProto.Dimension()
    batch.dimParam = "batch"
    self.name = name
    self.type.tensorType.elemType = Int32(type.rawValue)
    self.type.tensorType.shape.dim = [batch]
    if let width {
      var columns = Onnx_TensorShapeProto.Dimension()
      columns.dimValue = Int64(width)
      self.type.tensorType.shape.dim.append(columns)
    }
  }
}
