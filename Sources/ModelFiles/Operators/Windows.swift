import Foundation
import Networks
import ONNXSchema
import Tensors

/// Pooling and padding of images.
extension ONNXOperator {
  static func readPool(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.image(node)
    let window = try reader.window(node, over: value.shape)
    guard node.output.count == 1, node.integer("storage_order", 0) == 0 else {
      throw reader.problem(node, .place(.secondOutput))
    }
    let kind: Pooling.Kind =
      node.opType == "MaxPool"
      ? .largest : node.integer("count_include_pad", 0) == 0 ? .mean : .paddedMean
    try reader.add(Pooling(kind, window), reading: [value], node)
  }

  static func readGlobalPool(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    var keeps = true
    let merged = reader.mergedImages[node.input.first ?? ""]
    if merged == nil, node.opType == "ReduceMax",
      reader.values[node.input.first ?? ""]?.shape.rank != 3
    {
      throw reader.problem(node, .place(refusal(of: node)))
    }
    if ["ReduceMax", "ReduceMean"].contains(node.opType) {
      var axes = node.attribute("axes")?.ints ?? []
      if let name = node.input(1) { axes = try reader.constants.integers(name) }
      let (rank, pooled): (Int64, Set<Int64>) = merged == nil ? (4, [2, 3]) : (3, [2])
      guard Set(axes.map { $0 < 0 ? $0 &+ rank : $0 }) == pooled else {
        throw reader.problem(node, .setting(.meanAxes))
      }
      keeps = node.integer("keepdims", 1) != 0
    }
    let value: ONNXReader.Value
    if let merged { value = merged } else { value = try reader.image(node) }
    let view = [value.channels] + (keeps ? merged == nil ? [1, 1] : [1] : [])
    guard ["GlobalMaxPool", "ReduceMax"].contains(node.opType) else {
      return try reader.add(
        GlobalAveragePooling(), reading: [value], order: .stored, view: view, node)
    }
    let window = Window(
      height: value.shape[0], width: value.shape[1], strideHeight: 1, strideWidth: 1)
    try reader.add(Pooling(.largest, window), reading: [value], node)
    try reader.add(
      Flattening(), reading: [try reader.value(named: node.output[0], node)], order: .stored,
      view: view, node)
  }

  static func readPad(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let value = try reader.value(node)
    let mode = String(decoding: node.attribute("mode")?.s ?? Data("constant".utf8), as: UTF8.self)
    var pads = node.attribute("pads")?.ints ?? []
    if let name = node.input(1) { pads = try reader.integers(name, node) }
    if !pads.isEmpty, pads.allSatisfy({ $0 == 0 }) { return reader.pass(value, node) }
    var filling = Double(node.number("value", 0))
    if let name = node.input(2) { filling = try reader.constants.numbers(name).values.first ?? 0 }
    guard mode == "constant", filling == 0, pads.count == 8, pads[0] == 0, pads[4] == 0,
      node.input(3) == nil
    else {
      throw reader.problem(node, .setting(.otherPadding))
    }
    let image = try reader.image(node)
    try reader.add(
      ZeroPadding(
        top: try reader.small(pads[2], node), left: try reader.small(pads[3], node),
        bottom: try reader.small(pads[6], node), right: try reader.small(pads[7], node),
        front: try reader.small(pads[1], node), back: try reader.small(pads[5], node)),
      reading: [image], node)
  }
}

extension ONNXReader {
  /// The window that the attributes of a convolution or pooling describe.
  ///
  /// `size`: the default size without the attribute `kernel_shape`.
  func window(
    _ node: Onnx_NodeProto, over shape: Shape, size: [Int] = []
  ) throws(ModelFileError) -> Window {
    func pair(_ name: String, _ standard: [Int64]) throws(ModelFileError) -> (Int, Int) {
      let values = node.attribute(name)?.ints ?? standard
      guard values.count == 2 else { throw problem(node, .setting(.pair(name: name))) }
      return (try small(values[0], node, least: 1), try small(values[1], node, least: 1))
    }
    let size = try pair("kernel_shape", size.map(Int64.init))
    let stride = try pair("strides", [1, 1])
    guard node.attribute("dilations")?.ints.allSatisfy({ $0 == 1 }) ?? true else {
      throw problem(node, .setting(.dilation))
    }
    var window = Window(
      height: size.0, width: size.1, strideHeight: stride.0, strideWidth: stride.1)
    let padding = String(decoding: node.attribute("auto_pad")?.s ?? Data(), as: UTF8.self)
    switch padding {
    case "", "NOTSET":
      let pads = node.attribute("pads")?.ints ?? [0, 0, 0, 0]
      guard pads.count == 4 else { throw problem(node, .setting(.padding)) }
      window.top = try small(pads[0], node)
      window.left = try small(pads[1], node)
      window.bottom = try small(pads[2], node)
      window.right = try small(pads[3], node)
    case "VALID": break
    case "SAME_UPPER", "SAME_LOWER":
      func share(_ length: Int, _ size: Int, _ stride: Int) -> (Int, Int) {
        let all = max(0, ((length + stride - 1) / stride - 1) * stride + size - length)
        return padding == "SAME_UPPER" ? (all / 2, all - all / 2) : (all - all / 2, all / 2)
      }
      (window.top, window.bottom) = share(shape[0], window.height, window.strideHeight)
      (window.left, window.right) = share(shape[1], window.width, window.strideWidth)
    default: throw problem(node, .setting(.option(name: "auto_pad", padding)))
    }
    // Without a rest there is no window beyond the image.
    let rest = (
      (shape[0] + window.top + window.bottom - window.height) % window.strideHeight,
      (shape[1] + window.left + window.right - window.width) % window.strideWidth
    )
    guard node.integer("ceil_mode", 0) == 0 || rest == (0, 0) else {
      throw problem(node, .setting(.windowsBeyondImage))
    }
    return window
  }
}

// MARK: - Writing

extension ONNXOperator {
  static func writePooling(
    _ writer: inout ONNXWriter, _ layer: Pooling, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) {
    node.opType = layer.kind == .largest ? "MaxPool" : "AveragePool"
    writer.write(layer.window, to: &node)
    if layer.kind == .paddedMean {
      node.attribute.append(ONNXWriter.integers("count_include_pad", one: 1))
    }
  }

  static func writeGlobalAveragePooling(
    _ writer: inout ONNXWriter, _ layer: GlobalAveragePooling, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) {
    node.opType = "ReduceMean"
    node.attribute = [
      ONNXWriter.integers("axes", [2, 3]), ONNXWriter.integers("keepdims", one: 0),
    ]
  }

  static func writeZeroPadding(
    _ writer: inout ONNXWriter, _ layer: ZeroPadding, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) {
    node.opType = "Pad"
    let before = [0, layer.front, layer.top, layer.left]
    let behind = [0, layer.back, layer.bottom, layer.right]
    writer.addIntegers([("pads", before + behind)], to: &node)
  }
}

extension ONNXWriter {
  func write(_ window: Window, to written: inout Onnx_NodeProto) {
    written.attribute += [
      Self.integers("kernel_shape", [window.height, window.width]),
      Self.integers("strides", [window.strideHeight, window.strideWidth]),
      Self.integers("pads", [window.top, window.left, window.bottom, window.right]),
    ]
  }
}
