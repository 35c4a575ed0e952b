import Datasets
import Foundation
import ModelFiles
import Networks
import ONNXSchema
import SwiftProtobuf
import Tensors
import TestSupport
import Testing

/// Graphs at the bounds of what is read, made of the fixture `relu` by a change of its nodes.
@Suite struct ImportEdgeTests {
  /// The fixture with nodes in front of its first layer: those read "input" and write "prepared".
  private func network(
    _ nodes: [Onnx_NodeProto], _ constants: [Onnx_TensorProto] = []
  ) throws -> ImportedNetwork {
    var model = try Onnx_ModelProto(
      serializedBytes: Data(contentsOf: ModelFixtures.good("relu")))
    let input = try #require(model.graph.input.first?.name)
    for index in model.graph.node.indices {
      model.graph.node[index].input = model.graph.node[index].input.map {
        $0 == input ? "prepared" : $0
      }
    }
    var own = nodes
    for index in own.indices {
      own[index].input = own[index].input.map { $0 == "input" ? input : $0 }
    }
    model.graph.node = own + model.graph.node
    model.graph.initializer += constants
    return try ModelFile.read(data: model.serializedData(), name: "edge.onnx")
  }

  private func node(_ type: String, _ inputs: [String], _ output: String) -> Onnx_NodeProto {
    var node = Onnx_NodeProto()
    (node.opType, node.name) = (type, output)
    (node.input, node.output) = (inputs, [output])
    return node
  }

  private func integers(_ name: String, _ values: [Int64]) -> Onnx_TensorProto {
    var tensor = Onnx_TensorProto()
    (tensor.name, tensor.dims, tensor.int64Data) = (name, [Int64(values.count)], values)
    tensor.dataType = Int32(Onnx_TensorProto.DataType.int64.rawValue)
    return tensor
  }

  private func expectTheSameOutputs(_ found: ImportedNetwork) throws {
    let plain = try ModelFile.read(ModelFixtures.good("relu"))
    var generator = SeededGenerator(seed: 3)
    let rows = generator.normalTensor([20, 4])
    #expect(found.network.outputs(for: rows) == plain.network.outputs(for: rows))
  }

  @Test(arguments: [
    Onnx_TensorProto.DataType.float, .double, .float16, .bfloat16,
  ])
  func castsBetweenFloatingPointTypesAreRead(type: Onnx_TensorProto.DataType) throws {
    var there = node("Cast", ["input"], "there")
    var back = node("Cast", ["there"], "prepared")
    for (to, number) in [(type, 0), (.float, 1)] {
      var attribute = Onnx_AttributeProto()
      (attribute.name, attribute.type, attribute.i) = ("to", .int, Int64(to.rawValue))
      if number == 0 { there.attribute = [attribute] } else { back.attribute = [attribute] }
    }
    try expectTheSameOutputs(network([there, back]))
  }

  /// A shape that is computed by a slice with steps.
  @Test func slicesOfShapesMayStateTheStepOne() throws {
    func reshaped(step: Int64) throws -> ImportedNetwork {
      try network(
        [
          node("Shape", ["input"], "shape"),
          node("Slice", ["shape", "zero", "one", "zero", "step"], "rows"),
          node("Concat", ["rows", "width"], "wanted").with(axis: 0),
          node("Reshape", ["input", "wanted"], "prepared"),
        ],
        [
          integers("zero", [0]), integers("one", [1]), integers("step", [step]),
          integers("width", [4]),
        ])
    }
    try expectTheSameOutputs(reshaped(step: 1))
    #expect {
      try reshaped(step: 2)
    } throws: { error in
      (error as? any LocalizedError)?.errorDescription?
        .contains("it is not a slice of a shape with step 1") == true
    }
  }

  /// A computed batch size is the first length of a reshape, also where 0 is no "unchanged" length, and
  /// no other one: that would mix rows.
  @Test(arguments: [Int64(0), 1]) func theBatchSizeIsTheFirstLength(allowsZero: Int64) throws {
    func reshaped(_ wanted: [String]) throws -> ImportedNetwork {
      var reshape = node("Reshape", ["input", "wanted"], "prepared")
      var attribute = Onnx_AttributeProto()
      (attribute.name, attribute.type, attribute.i) = ("allowzero", .int, allowsZero)
      reshape.attribute = [attribute]
      return try network(
        [
          node("Shape", ["input"], "shape"), node("Slice", ["shape", "zero", "one"], "rows"),
          node("Concat", wanted, "wanted").with(axis: 0), reshape,
        ], [integers("zero", [0]), integers("one", [1]), integers("open", [-1])])
    }
    try expectTheSameOutputs(reshaped(["rows", "open"]))
    #expect {
      try reshaped(["open", "rows"])
    } throws: { error in
      (error as? any LocalizedError)?.errorDescription?
        .contains("'wanted' depends on the batch size") == true
    }
  }

  /// Rows of four, reshaped to 2 x 2 and back.
  @Test func lengthsThatAreLeftOpenAreComputed() throws {
    for (wanted, isRead) in [
      ([Int64(0), 2, -1], true), ([-1, 2, 2], true), ([0, -1, 1], true), ([0, 3, -1], false),
      ([0, -1, 8], false), ([-1, 2, -1], false),
    ] {
      func reshaped() throws -> ImportedNetwork {
        try network(
          [
            node("Reshape", ["input", "wanted"], "square"),
            node("Reshape", ["square", "flat"], "prepared"),
          ], [integers("wanted", wanted), integers("flat", [0, -1])])
      }
      if isRead {
        try expectTheSameOutputs(reshaped())
      } else {
        #expect(throws: ModelFileError.self, "\(wanted)") { try reshaped() }
      }
    }
  }

  /// Rows of rank 3 are images, channels first, also where no layer is a convolution.
  @Test func largeInputsAreImages() throws {
    var model = try Onnx_ModelProto(
      serializedBytes: Data(contentsOf: ModelFixtures.good("relu")))
    let name = try #require(model.graph.input.first?.name)
    for index in model.graph.node.indices {
      model.graph.node[index].input = model.graph.node[index].input.map {
        $0 == name ? "flat" : $0
      }
    }
    model.graph.node.insert(node("Flatten", [name], "flat"), at: 0)
    var shape = Onnx_TensorShapeProto()
    shape.dim = [0, 2, 1, 2].map { length in
      var dimension = Onnx_TensorShapeProto.Dimension()
      if length == 0 { dimension.dimParam = "N" } else { dimension.dimValue = Int64(length) }
      return dimension
    }
    model.graph.input[0].type.tensorType.shape = shape
    let found = try ModelFile.read(data: model.serializedData(), name: "edge.onnx")
    #expect(found.network.architecture.input == [1, 2, 2])
    let plain = try ModelFile.read(ModelFixtures.good("relu"))
    var generator = SeededGenerator(seed: 3)
    let rows = generator.normalTensor([20, 4])
    // From channels first to channels last.
    let turned = Tensor(
      (0..<20).flatMap { row in [0, 2, 1, 3].map { rows[row, $0] } }, shape: [20, 4])
    // The sums have another order.
    let outputs = zip(
      found.network.outputs(for: turned).elements, plain.network.outputs(for: rows).elements)
    #expect(outputs.allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func graphsHaveAtMostTenThousandNodes() throws {
    let own = try Onnx_ModelProto(
      serializedBytes: Data(contentsOf: ModelFixtures.good("relu"))
    ).graph.node.count
    func identities(_ count: Int) -> [Onnx_NodeProto] {
      (0..<count).map { index in
        node(
          "Identity", [index == 0 ? "input" : "i\(index - 1)"],
          index == count - 1 ? "prepared" : "i\(index)")
      }
    }
    try expectTheSameOutputs(network(identities(10_000 - own)))
    #expect {
      try network(identities(10_001 - own))
    } throws: { error in
      guard case .graph(_, .nodeCount(10_001, 10_000))? = error as? ModelFileError else {
        return false
      }
      return true
    }
  }

  /// Which fixtures have columns that the file itself prepares.
  @Test func preparedColumnsAreDescribed() throws {
    let folder = ModelFixtures.folder.appending(path: "exported")
    let described = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".onnx") }.sorted()
      .filter { name in
        // Files that are refused are there too.
        (try? ModelFile.read(folder.appending(path: name)))?.describesInputs == true
      }
      .map { String($0.dropLast(5)) }
    #expect(
      described == [
        "boundaries-columns-counted", "boundaries-columns-reshaped", "boundaries-one-factor-each",
        "boundaries-one-factor", "linear-class-labels", "linear-logistic-two",
        "linear-sgd-logistic", "pipelines-levels-of-both", "pipelines-levels-of-numbers",
        "pipelines-logistic-scaled", "pipelines-ordinal-scaled", "pipelines-ordinal",
        "pipelines-renamed", "sklearn-columns-three", "sklearn-columns", "sklearn-imputed-minmax",
        "sklearn-imputed-standard", "sklearn-imputed", "sklearn-regressor-pipeline",
        "sklearn-standard", "sklearn-uncentred", "sklearn-whole-numbers",
      ])
  }
}

extension Onnx_NodeProto {
  fileprivate func with(axis: Int64) -> Onnx_NodeProto {
    var copy = self
    var attribute = Onnx_AttributeProto()
    (attribute.name, attribute.type, attribute.i) = ("axis", .int, axis)
    copy.attribute = [attribute]
    return copy
  }
}
