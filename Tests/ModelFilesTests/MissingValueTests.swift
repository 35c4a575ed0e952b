import Datasets
import Foundation
import ModelFiles
import Networks
import ONNXSchema
import SwiftProtobuf
import Tensors
import Testing

/// Missing values of the rows that a written graph reads.
@Suite struct MissingValueTests {
  private static let schema = Schema(
    features: [
      Feature("a", notation: NumberNotation(missing: -999)), Feature("b"),
      Feature("c", .categorical(levels: ["u", "NA", "v"])),
    ], target: Target("y", .classes(names: ["p", "q"])), missingMarks: ["?", "NA", "none"])

  private static func model(_ schema: Schema = schema) throws -> Model {
    let encoding = Encoding(inputs: [
      .init(feature: 0, kind: .scaled(mean: 2, scale: 3)), .init(feature: 0, kind: .missing),
      .init(feature: 1, kind: .scaled(mean: 0.5, scale: 2), isSinglePrecision: true),
      .init(feature: 2, kind: .level(index: 0)), .init(feature: 2, kind: .level(index: 1)),
      .init(feature: 2, kind: .level(index: 2)), .init(feature: 2, kind: .missing),
    ])
    return try Model(
      schema: schema, encoding: encoding,
      network: try Network(Architecture(input: [7]) { Dense(2, start: .glorot) }, seed: 3),
      head: .softmax)
  }

  @Test func codesAndTextsOfMissingCellsAreReadByTheGraph() throws {
    let model = try Self.model()
    let data = try ModelFile.data(for: model)
    let graph = try Onnx_ModelProto(serializedBytes: data).graph
    let codes = graph.node.filter { $0.opType == "Equal" }.map { node in
      graph.initializer.first { $0.name == node.input[1] }?.doubleData ?? []
    }
    // The number of the column, and the flag of a missing one.
    #expect(codes.count == 2)
    #expect(codes.allSatisfy { $0.first == -999 })
    let texts = try #require(graph.node.first { $0.opType == "LabelEncoder" })
    func strings(_ name: String) -> [String] {
      texts.attribute.first { $0.name == name }?.strings
        .map { String(decoding: $0, as: UTF8.self) } ?? []
    }
    let map = Dictionary(
      uniqueKeysWithValues: zip(strings("keys_strings"), strings("values_strings")))
    #expect(map["?"] == "" && map["none"] == "" && map["nan"] == "" && map[""] == "")
    // A level of this name is no missing cell.
    #expect(map["NA"] == "NA" && map["u"] == "u" && map["v"] == "v")
    #expect(try ModelFile.read(data: data, name: "m.onnx").model(for: Self.schema) == model)
  }

  /// A graph that reads other cells as missing than the schema in its metadata.
  @Test func otherCodesThanThoseOfTheSchemaAreRefused() throws {
    var message = try Onnx_ModelProto(serializedBytes: try ModelFile.data(for: Self.model()))
    for index in message.graph.initializer.indices
    where message.graph.initializer[index].doubleData.first == -999 {
      message.graph.initializer[index].doubleData[0] = -998
    }
    let error = #expect(throws: ModelFileError.self) {
      _ = try ModelFile.read(data: message.serializedData(), name: "m.onnx")
    }
    #expect(error?.errorDescription?.contains("does not match the preprocessing") == true)
  }

  @Test func otherClassesThanThoseOfTheGraphAreRefused() throws {
    var message = try Onnx_ModelProto(serializedBytes: try ModelFile.data(for: Self.model()))
    let index = try #require(
      message.graph.initializer.firstIndex { $0.name.hasSuffix("answers:classes") })
    message.graph.initializer[index].stringData.reverse()
    let error = #expect(throws: ModelFileError.self) {
      _ = try ModelFile.read(data: message.serializedData(), name: "m.onnx")
    }
    #expect(error?.errorDescription?.contains("does not have the classes of the graph") == true)
  }

  @Test func withoutCodesNothingIsCompared() throws {
    var schema = Self.schema
    schema.features[0].notation = nil
    schema.features[2] = Feature("c", .categorical(levels: ["u", "NA", "v"]))
    let graph = try Onnx_ModelProto(
      serializedBytes: ModelFile.data(for: Self.model(schema))
    ).graph
    #expect(!graph.node.contains { $0.opType == "Equal" })
  }
}
