import Datasets
import Foundation
import ModelFiles
import NetworkSupport
import Networks
import ONNXSchema
import Tensors
import TestSupport
import Testing

/// The gated sum of two values: a row of the operator table, with its inputs `[a, b, gate]`.
extension ONNXOperator {
  fileprivate static let gatedSum = ONNXOperator(
    "GatedSum", domain: "espalier.test", read: readGatedSum, write: writeGatedSum)

  private static func readGatedSum(
    _ reader: inout ONNXReader, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    let branches = [try reader.value(node, 0), try reader.value(node, 1)]
    let gate = try reader.tensor(node.input[2], node, rank: 1)
    try reader.add(GatedSum(), reading: branches, parameters: [gate], node)
  }

  private static func writeGatedSum(
    _ writer: inout ONNXWriter, _ layer: GatedSum, _ place: ONNXWriter.Place,
    _ node: inout Onnx_NodeProto
  ) {
    (node.opType, node.domain) = ("GatedSum", "espalier.test")
    writer.addParameters(of: place, to: &node)
  }
}

/// Layers that the catalogue and the operator table do not list.
@Suite struct AddedOperatorTests {
  private func model() throws -> Model {
    var builder = ArchitectureBuilder(input: [2])
    builder.add(Dense(4))
    let first = builder.add(Activation(.tanh))
    let second = builder.add(Dense(4), reading: .input)
    builder.add(GatedSum(), reading: first, second)
    builder.add(Dense(2))
    var network = try Network(builder.architecture, seed: 3)
    var generator = SeededGenerator(seed: 3)
    network.parameters[3][.gate].value = generator.normalTensor([4])
    let schema = Schema(
      features: [Feature("a"), Feature("b")], target: Target("t", .classes(names: ["p", "q"])))
    return try Model(
      schema: schema, encoding: .identity(for: schema), network: network, head: .softmax)
  }

  @Test func anAddedLayerIsWrittenAndReadBackExactly() throws {
    let model = try model()
    let imported = try LayerCatalog.$current.withValue(GatedSum.catalog) {
      try ONNXOperator.$table.withValue(ONNXOperator.table.adding(.gatedSum)) {
        try ModelFile.read(data: ModelFile.data(for: model), name: "model.onnx")
      }
    }
    #expect(try imported.model(for: model.schema) == model)
    var generator = SeededGenerator(seed: 1)
    let rows = generator.normalTensor([20, 2])
    #expect(imported.network.outputs(for: rows) == model.network.outputs(for: rows))
  }

  @Test func aLayerWithoutARowCannotBeWritten() throws {
    let model = try model()
    #expect {
      try ModelFile.data(for: model)
    } throws: { error in
      guard case .unwritableLayer(let node, let layer)? = error as? ModelFileError else {
        return false
      }
      return node == "gated-sum-1" && layer == "gated-sum"
    }
  }
}
