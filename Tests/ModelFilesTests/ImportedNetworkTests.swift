import Datasets
import Foundation
import ModelFiles
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct ImportedNetworkTests {
  private func refusal(_ imported: ImportedNetwork, _ schema: Schema) -> String? {
    do {
      _ = try imported.model(for: schema)
      return nil
    } catch {
      return (error as? any LocalizedError)?.errorDescription
    }
  }

  private func own(seed: UInt64 = 1, outputs: Int = 2) throws -> ImportedNetwork {
    let model = try RoundTripTests.model(seed: seed, outputs: outputs)
    return try ModelFile.read(data: ModelFile.data(for: model), name: "model.onnx")
  }

  private func numeric(_ count: Int, classes: Int = 3) -> Schema {
    Schema(
      features: (0..<count).map { Feature(.init("x\($0)")) },
      target: Target("y", .classes(names: (0..<classes).map { "class \($0)" })))
  }

  @Test func aForeignNetworkReadsTheColumnsAsTheyAre() throws {
    let imported = try ModelFile.read(ModelFixtures.good("relu"))
    let schema = numeric(4)
    let model = try imported.model(for: schema)
    #expect(model.encoding == .identity(for: schema))
    #expect(model.head == .softmax)
    #expect(model.schema == schema)
    let predictions = try #require(try ModelFixtures.predictions()["relu"])
    let columns = (0..<4).map { column in
      Column.doubles(predictions.inputs.map { Double($0[column]) })
    }
    let table = Table(schema: schema, columns: columns, labels: [0, 0, 0, 0, 0])
    let wanted = predictions.outputs.map { row in row.firstIndex(of: row.max() ?? 0) ?? 0 }
    #expect(model.classify(table) == wanted)
  }

  /// Pixels in the order of another shape are other images, also where their number is equal.
  @Test func imagesOfAnotherShapeAreRefused() throws {
    func schema(_ height: Int, _ width: Int, _ channels: Int) -> Schema {
      let image = ImageShape(height: height, width: width, channels: channels, maximum: 255)
      return Schema(
        features: (0..<image.count).map { Feature(.init("pixel \($0)")) },
        target: Target("y", .classes(names: ["a", "b"])), image: image)
    }
    let convolution = try Network(
      Architecture(input: [4, 6, 1]) {
        Convolution(2, Window(3))
        Flattening()
        Dense(2)
      }, seed: 1)
    let imported = ImportedNetwork(network: convolution)
    _ = try imported.model(for: schema(4, 6, 1))
    for (other, words) in [
      (schema(6, 4, 1), "6 x 4 x 1"), (schema(2, 4, 3), "2 x 4 x 3"),
      (schema(4, 6, 3), "4 x 6 x 3"),
    ] {
      #expect(
        refusal(imported, other)
          == "the images are \(words) (height, width, channels) where the network reads 4 x 6 x 1")
    }
    let flat = ImportedNetwork(
      network: try Network(Architecture(input: [24]) { Dense(2) }, seed: 1))
    _ = try flat.model(for: schema(6, 4, 1))
    #expect(
      refusal(flat, schema(5, 5, 1))
        == "the images are 5 x 5 x 1 (height, width, channels) where the network reads 24 values")
    let own = try ModelFile.read(
      data: ModelFile.data(for: imported.model(for: schema(4, 6, 1))), name: "model.onnx")
    #expect(
      refusal(own, schema(6, 4, 1))
        == "the images are 6 x 4 x 1 (height, width, channels) where the network reads 4 x 6 x 1")
  }

  @Test func columnsThatDoNotFitAreNamed() throws {
    let imported = try ModelFile.read(ModelFixtures.good("relu"))
    #expect(
      refusal(imported, numeric(5)) == "the encoded data have 5 inputs but the network expects 4")
    #expect(
      refusal(imported, numeric(4, classes: 4))
        == "the network has 3 outputs but the data have 4 classes")
    var schema = numeric(4)
    schema.features[2] = Feature("odor", .categorical(levels: ["a"]))
    #expect(
      refusal(imported, schema) == "the column 'odor' holds levels where the network reads numbers")
    schema.features[1] = Feature("cap", .categorical(levels: ["a"]))
    #expect(
      refusal(imported, schema) == "the column 'cap' holds levels where the network reads numbers")
  }

  @Test func oneOutputPredictsTwoClassesOrANumber() throws {
    let imported = try ModelFile.read(ModelFixtures.good("one-output"))
    #expect(try imported.model(for: numeric(4, classes: 2)).head == .oneVersusRest)
    var schema = numeric(4)
    schema.target.kind = .numeric(unit: nil, cuts: [0])
    #expect(try imported.model(for: schema).head == .number)
    #expect(
      refusal(imported, numeric(4)) == "the network has 1 output but the data have 3 classes")
  }

  @Test func onlyClassesHaveAnOrder() throws {
    let imported = try ModelFile.read(ModelFixtures.good("one-output"))
    var schema = numeric(4, classes: 2)
    #expect(
      try imported.withClasses(inOrder: schema.classes.reversed(), for: schema).classes
        == schema.classes.reversed())
    #expect(
      throws: ModelFileError.schema(
        .classOrder(given: [schema.classes[0]], classes: schema.classes))
    ) { try imported.withClasses(inOrder: [schema.classes[0]], for: schema) }
    schema.target.kind = .numeric(unit: nil, cuts: [0])
    #expect(
      throws: ModelFileError.schema(.classOrderOfNumber)
    ) { try imported.withClasses(inOrder: schema.classes, for: schema) }
  }

  @Test func theFirstUnknownClassIsNamed() throws {
    var schema = RoundTripTests.schema
    schema.target.kind = .classes(names: schema.classes + ["wilted", "dried"])
    #expect(refusal(try own(), schema) == "the class 'wilted' is not a class of the model")
  }

  /// The outputs are permuted in the last dense layer, also where an activation follows it.
  @Test func permutedOutputsNeedNoLayer() throws {
    let schema = numeric(3)
    let network = try Network(
      Architecture(input: [3]) {
        Dense(4)
        Activation(.tanh)
        Dense(3)
        Activation(.sigmoid)
      }, seed: 4)
    let model = try Model(
      schema: schema, encoding: .identity(for: schema), network: network, head: .softmax)
    let imported = try ModelFile.read(data: ModelFile.data(for: model), name: "model.onnx")
    var other = schema
    other.target.kind = .classes(names: ["class 2", "class 0", "class 1"])
    let moved = try imported.model(for: other)
    #expect(moved.network.architecture == network.architecture)
    var generator = SeededGenerator(seed: 1)
    let rows = generator.normalTensor([20, 3])
    let (before, after) = (network.outputs(for: rows), moved.network.outputs(for: rows))
    for row in 0..<20 {
      #expect(after.row(row).elementsEqual([2, 0, 1].map { before[row, $0] }))
    }
  }

  /// The same rows, with columns, levels and classes in another order.
  @Test func ownFilesMeetColumnsLevelsAndClassesByName() throws {
    let schema = RoundTripTests.schema
    let other = Schema(
      features: [
        Feature("extra"), Feature("odor", .categorical(levels: ["foul", "almond"])),
        Feature("width"), Feature("length"),
      ], target: Target("kind", .classes(names: ["poisonous", "edible"])))
    try withEverySeed(10) { generator in
      for outputs in [1, 2] {
        let imported = try own(seed: generator.next(), outputs: outputs)
        var rows: [[Double]] = []
        for _ in 0..<20 {
          rows.append([generator.normal(), generator.normal(), [0, 2][generator.index(below: 2)]])
        }
        let columns = (0..<3).map { column in rows.map { $0[column] } }
        let labels = [Int](repeating: 0, count: 20)
        let table = Table(
          schema: schema, columns: columns.map { Column.doubles($0) }, labels: labels)
        let odor = columns[2].map { $0 == 0 ? 1.0 : 0.0 }
        let moved = Table(
          schema: other,
          columns: [
            .doubles(columns[0]), .doubles(odor), .doubles(columns[1]), .doubles(columns[0]),
          ], labels: labels)
        let first = try imported.model(for: schema).classify(table)
        let second = try imported.model(for: other)
        #expect(second.classify(moved) == first.map { 1 - $0 })
        #expect(second.schema.features[1].levels == ["foul", "almond", "none"])
      }
    }
  }

  @Test func whatTheModelDoesNotKnowIsNamed() throws {
    let imported = try own()
    var schema = RoundTripTests.schema
    schema.features[0] = Feature("lenght")
    #expect(refusal(imported, schema) == "the data have no column 'length'")
    schema = RoundTripTests.schema
    schema.features[2].kind = .numeric(unit: nil)
    #expect(
      refusal(imported, schema) == "the column 'odor' holds numbers where the model reads levels")
    schema = RoundTripTests.schema
    schema.features[1].kind = .categorical(levels: ["1"])
    #expect(
      refusal(imported, schema) == "the column 'width' holds levels where the model reads numbers")
    schema = RoundTripTests.schema
    schema.target.kind = .classes(names: ["edible", "deadly"])
    #expect(refusal(imported, schema) == "the class 'deadly' is not a class of the model")
    schema.target.kind = .numeric(unit: nil, cuts: [1])
    #expect(
      refusal(imported, schema)
        == "the target 'kind' is a number where the model predicts a class")
  }
}
