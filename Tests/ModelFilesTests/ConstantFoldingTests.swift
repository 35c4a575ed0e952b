import Foundation
import ModelFiles
import Networks
import ONNXSchema
import SwiftProtobuf
import Tensors
import Testing

/// Weights that a graph computes from constants, counted by hand from the definitions of the operators.
///
/// The graph is `x · w`, so that a row with one 1 has a row of `w` as its outputs.
@Suite struct ConstantFoldingTests {
  private enum Value {
    case floats([Float], [Int64])
    case bytes([Int32], [Int64], Onnx_TensorProto.DataType)
    case integers([Int64], [Int64])

    func tensor(_ name: String) -> Onnx_TensorProto {
      var tensor = Onnx_TensorProto()
      tensor.name = name
      switch self {
      case .floats(let values, let dims):
        (tensor.floatData, tensor.dims) = (values, dims)
        tensor.dataType = Int32(Onnx_TensorProto.DataType.float.rawValue)
      case .bytes(let values, let dims, let type):
        (tensor.int32Data, tensor.dims) = (values, dims)
        tensor.dataType = Int32(type.rawValue)
      case .integers(let values, let dims):
        (tensor.int64Data, tensor.dims) = (values, dims)
        tensor.dataType = Int32(Onnx_TensorProto.DataType.int64.rawValue)
      }
      return tensor
    }
  }

  private struct Step {
    var type: String
    var inputs: [String]
    var output: String
    var integers: [String: Int64] = [:]
    var lists: [String: [Int64]] = [:]

    var node: Onnx_NodeProto {
      var node = Onnx_NodeProto()
      (node.opType, node.name, node.input, node.output) = (type, output, inputs, [output])
      for (name, value) in integers.sorted(by: { $0.key < $1.key }) {
        var attribute = Onnx_AttributeProto()
        (attribute.name, attribute.type, attribute.i) = (name, .int, value)
        node.attribute.append(attribute)
      }
      for (name, value) in lists.sorted(by: { $0.key < $1.key }) {
        var attribute = Onnx_AttributeProto()
        (attribute.name, attribute.type, attribute.ints) = (name, .ints, value)
        node.attribute.append(attribute)
      }
      return node
    }
  }

  private func value(_ name: String, _ width: Int64) -> Onnx_ValueInfoProto {
    var batch = Onnx_TensorShapeProto.Dimension()
    batch.dimParam = "N"
    var columns = Onnx_TensorShapeProto.Dimension()
    columns.dimValue = width
    var value = Onnx_ValueInfoProto()
    value.name = name
    value.type.tensorType.elemType = Int32(Onnx_TensorProto.DataType.float.rawValue)
    value.type.tensorType.shape.dim = [batch, columns]
    return value
  }

  private func network(
    _ constants: [String: Value], _ steps: [Step], inputs: Int, outputs: Int, opset: Int64 = 17
  ) throws -> Network {
    var model = Onnx_ModelProto()
    model.irVersion = 8
    var version = Onnx_OperatorSetIdProto()
    version.version = opset
    model.opsetImport = [version]
    model.graph.name = "constants"
    model.graph.initializer = constants.sorted { $0.key < $1.key }.map { $0.value.tensor($0.key) }
    model.graph.node = steps.map(\.node)
    if steps.allSatisfy({ $0.output != "y" }) {
      model.graph.node.append(Step(type: "MatMul", inputs: ["x", "w"], output: "y").node)
    }
    model.graph.input = [value("x", Int64(inputs))]
    model.graph.output = [value("y", Int64(outputs))]
    return try ModelFile.read(data: model.serializedData(), name: "constants.onnx").network
  }

  /// The weights, row by row.
  private func weights(
    _ constants: [String: Value], _ steps: [Step], rows: Int, columns: Int, opset: Int64 = 17
  ) throws -> [Float] {
    let network = try network(constants, steps, inputs: rows, outputs: columns, opset: opset)
    let units = Tensor(
      (0..<rows * rows).map { $0 / rows == $0 % rows ? 1 : 0 }, shape: [rows, rows])
    return network.outputs(for: units).elements
  }

  private func expect(
    _ found: [Float], _ expected: [Float], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 },
      "\(found)", sourceLocation: sourceLocation)
  }

  // MARK: - Quantized weights

  private func dequantized(
    scales: [Float], zeros: [Int32], axis: Int64? = nil, rank: [Int64] = [2, 3]
  ) throws -> [Float] {
    let lengths: [Int64] = scales.count == 1 ? [] : [Int64(scales.count)]
    return try weights(
      [
        "q": .bytes([1, -2, 3, 4, 5, -6], rank, .int8), "s": .floats(scales, lengths),
        "z": .bytes(zeros, lengths, .int8),
      ],
      [
        Step(
          type: "DequantizeLinear", inputs: ["q", "s", "z"], output: "w",
          integers: axis.map { ["axis": $0] } ?? [:])
      ], rows: 2, columns: 3)
  }

  @Test func quantizedWeightsHaveScaleAndZeroPoint() throws {
    expect(try dequantized(scales: [0.5], zeros: [1]), [0, -1.5, 1, 1.5, 2, -3.5])
    // One scale for each column, the usual axis, or for each row.
    expect(try dequantized(scales: [1, 2, 10], zeros: [0, 1, 2]), [1, -6, 10, 4, 8, -80])
    expect(
      try dequantized(scales: [1, 2, 10], zeros: [0, 1, 2], axis: -1), [1, -6, 10, 4, 8, -80])
    expect(try dequantized(scales: [2, 10], zeros: [1, 0], axis: 0), [0, -6, 4, 40, 50, -60])
    expect(try dequantized(scales: [2, 10], zeros: [1, 0], axis: -2), [0, -6, 4, 40, 50, -60])
    for axis in [0, 2, -3] as [Int64] {
      #expect(throws: ModelFileError.self) {
        try dequantized(scales: [1, 2, 10], zeros: [0, 1, 2], axis: axis)
      }
    }
    #expect(throws: ModelFileError.self) { try dequantized(scales: [0], zeros: [1]) }
  }

  /// Halves are rounded to the even neighbour; 0...255 is the range of bytes without a sign.
  @Test(arguments: [
    (Onnx_TensorProto.DataType.uint8, Int32(100), [Float(0), 2, 2, -2, 77.5, -50]),
    (.int8, 100, [0, 2, 2, -2, 13.5, -114]), (.int16, 0, [0, 2, 2, -2, 100, -150]),
    (.uint16, 4, [0, 2, 2, -2, 100, -2]),
  ])
  func quantizationRoundsAndClamps(
    _ type: Onnx_TensorProto.DataType, _ zero: Int32, _ expected: [Float]
  ) throws {
    let found = try weights(
      [
        "v": .floats([0.25, 2.25, 1.75, -1.75, 100, -150], [2, 3]), "s": .floats([0.5], []),
        "z": .bytes([zero], [], type),
      ],
      [
        Step(type: "QuantizeLinear", inputs: ["v", "s", "z"], output: "q"),
        Step(type: "DequantizeLinear", inputs: ["q", "s", "z"], output: "w"),
      ], rows: 2, columns: 3)
    expect(found, expected)
  }

  // MARK: - Arithmetic

  @Test(arguments: [
    ("Add", [Float(11), 22, 13, 24]), ("Sub", [-9, -18, -7, -16]), ("Mul", [10, 40, 30, 80]),
    ("Div", [0.1, 0.1, 0.3, 0.2]), ("Min", [1, 2, 3, 4]), ("Max", [10, 20, 10, 20]),
    ("Sum", [11, 22, 13, 24]), ("Pow", [1, 1_048_576, 59_049, 1_099_511_627_776]),
  ])
  func aRowIsRepeatedForEachRow(_ type: String, _ expected: [Float]) throws {
    let found = try weights(
      ["a": .floats([1, 2, 3, 4], [2, 2]), "b": .floats([10, 20], [2])],
      [Step(type: type, inputs: ["a", "b"], output: "w")], rows: 2, columns: 2)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-5 * abs($1) }, "\(found)")
  }

  @Test func columnsAreRepeatedToo() throws {
    let constants: [String: Value] = [
      "row": .floats([10, 20, 30], [3]), "column": .floats([1, 2], [2, 1]),
      "cube": .floats([5, 6], [1, 2, 1]), "flat": .integers([2, 3], [2]),
    ]
    expect(
      try weights(
        constants, [Step(type: "Add", inputs: ["row", "column"], output: "w")], rows: 2, columns: 3),
      [11, 21, 31, 12, 22, 32])
    expect(
      try weights(
        constants, [Step(type: "Sub", inputs: ["column", "row"], output: "w")], rows: 2, columns: 3),
      [-9, -19, -29, -8, -18, -28])
    // A row of rank 1 and a constant of rank 3.
    expect(
      try weights(
        constants,
        [
          Step(type: "Mul", inputs: ["row", "cube"], output: "product"),
          Step(type: "Reshape", inputs: ["product", "flat"], output: "w"),
        ], rows: 2, columns: 3), [50, 100, 150, 60, 120, 180])
    #expect(throws: ModelFileError.self) {
      try weights(
        ["a": .floats([1, 2, 3, 4], [2, 2]), "b": .floats([1, 2, 3], [3])],
        [Step(type: "Add", inputs: ["a", "b"], output: "w")], rows: 2, columns: 2)
    }
  }

  /// Whole numbers are divided towards zero.
  @Test func wholeNumbersStayWhole() throws {
    let found = try weights(
      ["a": .integers([7, -7, 9, 8], [2, 2]), "b": .integers([2], [])],
      [
        Step(type: "Div", inputs: ["a", "b"], output: "whole"),
        Step(type: "Cast", inputs: ["whole"], output: "w", integers: ["to": 1]),
      ], rows: 2, columns: 2)
    expect(found, [3, -3, 4, 4])
    let truncated = try weights(
      ["a": .floats([1.75, -1.75, 2.5, -0.5], [2, 2])],
      [
        Step(type: "Cast", inputs: ["a"], output: "whole", integers: ["to": 7]),
        Step(type: "Cast", inputs: ["whole"], output: "w", integers: ["to": 1]),
      ], rows: 2, columns: 2)
    expect(truncated, [1, -1, 2, 0])
  }

  @Test(arguments: [
    ("Sqrt", [Float(2), 3, 0.5, 1]), ("Reciprocal", [0.25, 0.111_111_11, 4, 1]),
    ("Exp", [54.59815, 8103.084, 1.2840254, 2.7182817]),
    ("Log", [1.3862944, 2.1972246, -1.3862944, 0]), ("Abs", [4, 9, 0.25, 1]),
    ("Neg", [-4, -9, -0.25, -1]),
  ])
  func functionsOfConstants(_ type: String, _ expected: [Float]) throws {
    let found = try weights(
      ["a": .floats([4, 9, 0.25, 1], [2, 2])], [Step(type: type, inputs: ["a"], output: "w")],
      rows: 2, columns: 2)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-6 * max(abs($1), 1) }, "\(found)")
  }

  /// (1 2 3; 4 5 6) · (1 0; 0 10; 100 0) = (301 20; 604 50)
  @Test func productsOfMatrices() throws {
    let found = try weights(
      [
        "a": .floats([1, 2, 3, 4, 5, 6], [2, 3]), "b": .floats([1, 0, 0, 10, 100, 0], [3, 2]),
      ], [Step(type: "MatMul", inputs: ["a", "b"], output: "w")], rows: 2, columns: 2)
    expect(found, [301, 20, 604, 50])
  }

  // MARK: - Shapes

  private let six = Value.floats([1, 2, 3, 4, 5, 6], [2, 3])

  @Test(arguments: [
    (Int64(0), 1, 6), (1, 2, 3), (2, 6, 1), (-1, 2, 3), (-2, 1, 6),
  ])
  func flattening(_ axis: Int64, _ rows: Int, _ columns: Int) throws {
    let found = try weights(
      ["a": six], [Step(type: "Flatten", inputs: ["a"], output: "w", integers: ["axis": axis])],
      rows: rows, columns: columns)
    expect(found, [1, 2, 3, 4, 5, 6])
  }

  @Test(arguments: [Int64(3), -3])
  func flatteningBeyondTheAxesIsRefused(_ axis: Int64) {
    #expect(throws: ModelFileError.self) {
      try weights(
        ["a": six], [Step(type: "Flatten", inputs: ["a"], output: "w", integers: ["axis": axis])],
        rows: 2, columns: 3)
    }
  }

  @Test(arguments: [
    ([Int64(3), 2], 3, 2), ([0, -1], 2, 3), ([3, -1], 3, 2), ([-1, 1], 6, 1), ([0, 0], 2, 3),
  ])
  func reshaping(_ wanted: [Int64], _ rows: Int, _ columns: Int) throws {
    let found = try weights(
      ["a": six, "shape": .integers(wanted, [2])],
      [Step(type: "Reshape", inputs: ["a", "shape"], output: "w")], rows: rows, columns: columns)
    expect(found, [1, 2, 3, 4, 5, 6])
  }

  /// Constants have at most eight dimensions.
  @Test(arguments: [(8, true), (9, false)])
  func constantsOfManyDimensions(_ rank: Int, _ isRead: Bool) throws {
    let dims = [Int64](repeating: 1, count: rank - 2) + [2, 3]
    func found() throws -> [Float] {
      try weights(
        ["a": .floats([1, 2, 3, 4, 5, 6], dims), "shape": .integers([2, 3], [2])],
        [Step(type: "Reshape", inputs: ["a", "shape"], output: "w")], rows: 2, columns: 3)
    }
    if isRead {
      expect(try found(), [1, 2, 3, 4, 5, 6])
    } else {
      #expect(throws: ModelFileError.self) { try found() }
    }
  }

  @Test func transposingMovesTheAxes() throws {
    expect(
      try weights(
        ["a": six], [Step(type: "Transpose", inputs: ["a"], output: "w")], rows: 3, columns: 2),
      [1, 4, 2, 5, 3, 6])
    // [2, 2, 3] with the axes 1, 2, 0 is [2, 3, 2].
    expect(
      try weights(
        [
          "a": .floats((0..<12).map(Float.init), [2, 2, 3]), "shape": .integers([4, 3], [2]),
        ],
        [
          Step(type: "Transpose", inputs: ["a"], output: "t", lists: ["perm": [1, 2, 0]]),
          Step(type: "Reshape", inputs: ["t", "shape"], output: "w"),
        ], rows: 4, columns: 3), [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11])
  }

  @Test func axesOfLengthOneComeAndGo() throws {
    for (type, dims, axes) in [
      ("Squeeze", [Int64(2), 1, 3], [Int64(1)]), ("Squeeze", [2, 3, 1], [-1]),
      ("Squeeze", [1, 2, 3, 1], []),
    ] {
      var constants: [String: Value] = ["a": .floats([1, 2, 3, 4, 5, 6], dims)]
      if !axes.isEmpty { constants["axes"] = .integers(axes, [Int64(axes.count)]) }
      let inputs = axes.isEmpty ? ["a"] : ["a", "axes"]
      expect(
        try weights(
          constants, [Step(type: type, inputs: inputs, output: "w")], rows: 2, columns: 3),
        [1, 2, 3, 4, 5, 6])
    }
    expect(
      try weights(
        ["a": .floats([1, 2, 3], [3]), "axes": .integers([-1], [1])],
        [Step(type: "Unsqueeze", inputs: ["a", "axes"], output: "w")], rows: 3, columns: 1),
      [1, 2, 3])
    expect(
      try weights(
        ["a": .floats([1, 2, 3], [3]), "axes": .integers([0], [1])],
        [Step(type: "Unsqueeze", inputs: ["a", "axes"], output: "w")], rows: 1, columns: 3),
      [1, 2, 3])
  }

  /// Lists of whole numbers, sliced and indexed: 10, 20, 30, 40, as weights of four inputs.
  @Test(arguments: [
    ([Int64(0), 2, 0, 1], [Float(10), 20]), ([1, 9, 0, 1], [20, 30, 40]),
    ([-2, 4, 0, 1], [30, 40]),
    ([0, -1, 0, 1], [10, 20, 30]), ([3, 0, 0, -1], [40, 30, 20]),
    ([9, -9, 0, -1], [40, 30, 20, 10]),
    ([-1, -4, -1, -1], [40, 30, 20]),
  ])
  func slicesOfLists(_ slice: [Int64], _ expected: [Float]) throws {
    let found = try weights(
      [
        "a": .integers([10, 20, 30, 40], [4]), "start": .integers([slice[0]], [1]),
        "end": .integers([slice[1]], [1]), "axis": .integers([slice[2]], [1]),
        "step": .integers([slice[3]], [1]), "ones": .integers([1], [1]),
      ],
      [
        Step(type: "Slice", inputs: ["a", "start", "end", "axis", "step"], output: "part"),
        Step(type: "Cast", inputs: ["part"], output: "floats", integers: ["to": 1]),
        Step(type: "Unsqueeze", inputs: ["floats", "ones"], output: "w"),
      ], rows: expected.count, columns: 1)
    expect(found, expected)
  }

  @Test func indexingConcatenationAndRepetition() throws {
    expect(
      try weights(
        [
          "a": .integers([10, 20, 30], [3]), "places": .integers([-1, 0, 1, 2], [2, 2]),
        ],
        [
          Step(type: "Gather", inputs: ["a", "places"], output: "chosen"),
          Step(type: "Cast", inputs: ["chosen"], output: "w", integers: ["to": 1]),
        ], rows: 2, columns: 2), [30, 10, 20, 30])
    for place in [Int64(3), -4] {
      #expect(throws: ModelFileError.self) {
        try weights(
          ["a": .integers([10, 20, 30], [3]), "places": .integers([place], [1, 1])],
          [
            Step(type: "Gather", inputs: ["a", "places"], output: "chosen"),
            Step(type: "Cast", inputs: ["chosen"], output: "w", integers: ["to": 1]),
          ], rows: 1, columns: 1)
      }
    }
    expect(
      try weights(
        ["a": .floats([1, 2], [1, 2]), "b": .floats([3, 4, 5, 6], [2, 2])],
        [Step(type: "Concat", inputs: ["a", "b"], output: "w", integers: ["axis": 0])], rows: 3,
        columns: 2), [1, 2, 3, 4, 5, 6])
    expect(
      try weights(
        ["a": .floats([1, 2], [2, 1]), "shape": .integers([2, 3], [2])],
        [Step(type: "Expand", inputs: ["a", "shape"], output: "w")], rows: 2, columns: 3),
      [1, 1, 1, 2, 2, 2])
    // The shape of one constant is that of another.
    expect(
      try weights(
        ["a": six, "b": .floats([6, 5, 4, 3, 2, 1], [3, 2])],
        [
          Step(type: "Shape", inputs: ["a"], output: "shape"),
          Step(type: "Reshape", inputs: ["b", "shape"], output: "w"),
        ], rows: 2, columns: 3), [6, 5, 4, 3, 2, 1])
  }

  /// ((x1, x2, x3) · (1 2; 3 4; 5 6) + (1, −1)) · (1 0 2; 0 10 1) + (0, 0, 7)
  @Test func layersWithoutAnActivationBetweenThem() throws {
    let network = try network(
      [
        "a": .floats([1, 2, 3, 4, 5, 6], [3, 2]), "c": .floats([1, -1], [2]),
        "b": .floats([1, 0, 2, 0, 10, 1], [2, 3]), "d": .floats([0, 0, 7], [3]),
      ],
      [
        Step(type: "MatMul", inputs: ["x", "a"], output: "h"),
        Step(type: "Add", inputs: ["h", "c"], output: "h1"),
        Step(type: "MatMul", inputs: ["h1", "b"], output: "h2"),
        Step(type: "Add", inputs: ["h2", "d"], output: "y"),
      ], inputs: 3, outputs: 3)
    let rows = Tensor([1, 1, 1, 1, 0, -1], shape: [2, 3])
    expect(network.outputs(for: rows).elements, [10, 110, 38, -3, -50, -4])
  }

  /// Before version 13 a softmax over axis 1 is one over all elements of a row, later only over that
  /// axis, which here has one element.
  @Test(arguments: [(Int64(12), true), (13, false)])
  func theSoftmaxOfEarlierVersionsIsThatOfTheRow(_ opset: Int64, _ isRead: Bool) throws {
    func found() throws -> Network {
      try network(
        ["w": .floats([1, 2, 3, 4, 5, 6], [2, 3]), "axes": .integers([1], [1])],
        [
          Step(type: "MatMul", inputs: ["x", "w"], output: "h"),
          opset < 13
            ? Step(type: "Unsqueeze", inputs: ["h"], output: "u", lists: ["axes": [1]])
            : Step(type: "Unsqueeze", inputs: ["h", "axes"], output: "u"),
          Step(type: "Softmax", inputs: ["u"], output: "y", integers: ["axis": 1]),
        ], inputs: 2, outputs: 3, opset: opset)
    }
    if isRead {
      let rows = Tensor([1, 1, 0, 1], shape: [2, 2])
      expect(try found().outputs(for: rows).elements, [5, 7, 9, 4, 5, 6])
    } else {
      let error = #expect(throws: ModelFileError.self) { try found() }
      #expect(error?.errorDescription?.contains("axis 1 is not the axis of the scores") == true)
    }
  }
}
