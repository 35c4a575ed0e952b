import Datasets
import Foundation
import ModelFiles
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct RoundTripTests {
  static let schema = Schema(
    features: [
      Feature("length", .numeric(unit: "cm")), Feature("width"),
      Feature("odor", .categorical(levels: ["almond", "none", "foul"])),
    ], target: Target("kind", .classes(names: ["edible", "poisonous"])))
  static let encoding = Encoding(inputs: [
    .init(feature: 0, kind: .scaled(mean: 0.1, scale: 1.0 / 3)),
    .init(feature: 1, kind: .scaled(mean: -2, scale: 7)), .init(feature: 1, kind: .missing),
    .init(feature: 2, kind: .level(index: 0)), .init(feature: 2, kind: .level(index: 1)),
    .init(feature: 2, kind: .level(index: 2)),
  ])

  /// A network of every activation, with a mask and original indices.
  static func model(seed: UInt64, outputs: Int = 2) throws -> Model {
    var network = try Network(
      Architecture(input: [6]) {
        Dense(5, start: .glorot)
        Activation(.leakyReLU, slope: 0.3)
        Dense(4)
        Activation(.elu)
        Dense(4)
        Activation(.tanh)
        Dense(3)
        Activation(.sigmoid)
        Dense(outputs)
      }, seed: seed)
    var generator = SeededGenerator(seed: seed)
    let mask = Mask((0..<30).map { _ in generator.index(below: 2) == 0 })
    network.parameters[0][0] = Parameter(.weight, network.parameters[0][0].value, mask: mask)
    let originalIndices = network.originalIndices.map { $0.map { 3 * $0 + 1 } }
    network = try Network(
      network.architecture, parameters: network.parameters, originalIndices: originalIndices)
    return try Model(
      schema: schema, encoding: encoding, network: network,
      head: outputs == 1 ? .oneVersusRest : .softmax)
  }

  @Test func whatIsWrittenIsReadBackExactly() throws {
    try withEverySeed(10) { generator in
      let model = try Self.model(seed: generator.next(), outputs: 1 + generator.index(below: 2))
      let data = try ModelFile.data(for: model)
      #expect(try ModelFile.data(for: model) == data)
      let imported = try ModelFile.read(data: data, name: "model.onnx")
      #expect(try imported.model(for: Self.schema) == model)
    }
  }

  /// Every activation, and the layers with parameters, on rows and on images.
  @Test func everyLayerWithAFormulaIsReadBackExactly() throws {
    let layers: [any Layer] =
      Activation.Function.allCases.map { Activation($0) } + [
        Activation(.clippedReLU, slope: 2.5), Activation(.thresholdedReLU, slope: 0.25),
        ParametricReLU(), LayerNormalization(), LayerNormalization(epsilon: 1e-3),
        BatchNormalization(),
      ]
    for layer in layers {
      let rows = Architecture(input: [3]) {
        Dense(4)
        layer
        Dense(2)
      }
      let images = Architecture(input: [2, 3, 2]) {
        Convolution(3, Window(2))
        layer
        Flattening()
        Dense(2)
      }
      for architecture in [rows, images] {
        let count = architecture.input.count
        let schema = Schema(
          features: (0..<count).map { Feature(.init("x\($0)")) },
          target: Target("t", .classes(names: ["p", "q"])))
        let model = try Model(
          schema: schema, encoding: .identity(for: schema),
          network: try Network(architecture, seed: 5), head: .softmax)
        let imported = try ModelFile.read(data: ModelFile.data(for: model), name: "model.onnx")
        #expect(try imported.model(for: schema) == model, "\(layer)")
      }
    }
  }

  @Test func aSquashingLastLayerStaysALayer() throws {
    let schema = Schema(
      features: [Feature("a")], target: Target("t", .classes(names: ["p", "q"])))
    let network = try Network(
      Architecture(input: [1]) {
        Dense(2)
        Activation(.sigmoid)
      }, seed: 1)
    let model = try Model(
      schema: schema, encoding: .identity(for: schema), network: network, head: .softmax)
    let imported = try ModelFile.read(data: ModelFile.data(for: model), name: "model.onnx")
    #expect(try imported.model(for: schema) == model)
  }

  @Test func foreignFilesSurviveWritingExactly() throws {
    for name in try ModelFixtures.predictions().keys.sorted() {
      let imported = try ModelFile.read(ModelFixtures.good(name))
      let outputs = try imported.network.architecture.shapes().last?.count ?? 0
      let schema = Schema(
        features: (0..<imported.network.architecture.input.count).map { Feature(.init("x\($0)")) },
        target: Target("y", .classes(names: (0..<max(outputs, 2)).map { "class \($0)" })))
      let model = try imported.model(for: schema)
      let data = try ModelFile.data(for: model)
      let again = try ModelFile.read(data: data, name: name)
      #expect(again.network == imported.network, "\(name)")
      #expect(try again.model(for: schema) == model, "\(name)")
      try ModelFixtures.checkWritten(data, name)
    }
  }

  @Test func changedBytesOfOurOwnNeverTrap() throws {
    let data = try ModelFile.data(for: Self.model(seed: 3))
    withEverySeed(400) { generator in
      var changed = data
      for _ in 0...generator.index(below: 3) {
        changed[generator.index(below: data.count)] = UInt8(generator.index(below: 256))
      }
      do {
        _ = try ModelFile.read(data: changed, name: "changed.onnx").model(for: Self.schema)
      } catch {
        #expect(error is ModelFileError || error is NetworkError)
      }
    }
  }

  @Test func aFileIsWrittenWholeOrNotAtAll() throws {
    let model = try Self.model(seed: 1)
    let folder = FileManager.default.temporaryDirectory.appending(path: "model-\(UUID())")
    let file = folder.appending(path: "model.onnx")
    #expect {
      try ModelFile.write(model, to: file)
    } throws: { error in
      let found = error as? ModelFileError
      return found?.errorDescription == "model.onnx: cannot be written: there is no such folder"
    }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try ModelFile.write(model, to: file)
    #expect(try Data(contentsOf: file) == ModelFile.data(for: model))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.onnx"])
  }
}
