import Datasets
import Explanations
import Networks
import Rules
import Tensors
import TestSupport
import Testing

@Suite struct HiddenFeaturesTests {
  @Test func featuresAreTheLastHiddenActivation() throws {
    let model = try SmallNetwork.model(head: .softmax)
    let table = SmallNetwork.table(rows: 50, seed: 1)
    let features = try #require(HiddenFeatures(of: model, over: table))
    #expect(features.node == Node.ID("activation-1"))
    #expect(features.ids == ["F1", "F2", "F3", "F4"])
    #expect(features.thresholds == [0.5, 0.5, 0.5, 0.5])
    let values = features.values(in: model, for: table)
    #expect(features.switched(values).map { $0[0] } == (0..<50).map { table.columns[0][$0] > 3 })
  }

  @Test func anActivationTableHoldsValuesTrueLabelsAndRowNumbers() throws {
    let model = try SmallNetwork.model(head: .softmax)
    var table = SmallNetwork.table(rows: 50, seed: 1).selecting([7, 3, 20])
    let predictions = model.classify(table)
    table.labels = predictions.map { 1 - min($0, 1) }
    let features = try #require(HiddenFeatures(of: model, over: table))
    let values = features.values(in: model, for: table)
    let activations = features.activationTable(in: model, over: table)
    #expect(activations.rowNumbers == [8, 4, 21])
    #expect(activations.labels == table.labels && table.labels != predictions)
    #expect(activations.columns[2][1] == Double(values[1, 2]))
    #expect(activations.schema.classes == table.schema.classes)
  }

  @Test func aNearlyBinaryLayerPredictsAlikeWhenItIsBinary() throws {
    let model = try SmallNetwork.model(head: .softmax)
    let table = SmallNetwork.table(rows: 1000, seed: 1)
    let features = try #require(HiddenFeatures(of: model, over: table))
    let values = features.values(in: model, for: table)
    let agreement = features.binarisation(values, in: model, predictions: model.classify(table))
    #expect(agreement.value > 0.95)
    #expect(try #require(features.clarity(values)) < 0.05)
  }

  @Test func aThresholdOfReLUTellsPredictionsApart() throws {
    let schema = Schema(
      features: [Feature("x")], target: Target("y", .classes(names: ["low", "high"])))
    let network = try Network(
      Architecture(input: [1]) {
        Dense(1)
        Activation(.relu)
        Dense(1)
      },
      parameters: [
        [
          Parameter(.weight, Tensor([1], shape: [1, 1])), Parameter(.bias, Tensor([0], shape: [1])),
        ],
        [],
        [
          Parameter(.weight, Tensor([1], shape: [1, 1])),
          Parameter(.bias, Tensor([-5], shape: [1])),
        ],
      ])
    let model = try Model(
      schema: schema, encoding: .identity(for: schema), network: network, head: .softmax)
    let values = (-10...10).map(Double.init)
    let table = Table(
      schema: schema, columns: [.doubles(values)], labels: values.map { $0 > 5 ? 1 : 0 })
    let features = try #require(HiddenFeatures(of: model, over: table))
    #expect(features.thresholds == [5.5])
    #expect(features.clarity(features.values(in: model, for: table)) == nil)
  }

  @Test func aNetworkWithoutHiddenLayerHasNone() throws {
    let table = SmallNetwork.table(rows: 5, seed: 1)
    let network = try Network(Architecture(input: [3]) { Dense(3) }, seed: 1)
    let model = try Model(
      schema: table.schema, encoding: .identity(for: table.schema), network: network,
      head: .softmax)
    #expect(HiddenFeatures(of: model, over: table) == nil)
    let subject = ExtractionSubject(
      model: model, training: table, validation: table, level: .features, seed: 1)
    let error = #expect(throws: ExtractionError.self) {
      try OrderedAttributeSearch().extract(from: subject)
    }
    #expect(
      error?.errorDescription
        == "extractor 'oas' found no hidden activation followed by a dense output layer")
  }
}
