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

  /// A network of one hidden layer with given output weights.
  private func model(_ function: Activation.Function, weights: [Float], bias: [Float]) throws
    -> Model
  {
    let width = weights.count / bias.count
    let layers: [any Layer] = [Dense(width), Activation(function), Dense(bias.count)]
    var network = try Network(Architecture(input: [1]) { layers }, seed: 1)
    network.parameters[2][0].value = Tensor(weights, shape: [width, bias.count])
    network.parameters[2][1].value = Tensor(bias, shape: [bias.count])
    let schema = Schema(
      features: [Feature("x")], target: Target("y", .classes(names: bias.indices.map { "c\($0)" })))
    return try Model(
      schema: schema, encoding: .identity(for: schema), network: network, head: .softmax)
  }

  /// On and off are the means on either side of 0: 0.4 and -0.3 of the first feature, 0.4 and -0.2 of
  /// the second, for which 0 is off. Outputs: (-0.7, 0.4), (0.5, 0.4), (0, -0.3), (1.2, -0.3).
  @Test func onAndOffAreMeansOnEitherSideOfTheThreshold() throws {
    let model = try model(.tanh, weights: [1, -1, 2, 0], bias: [0, 0.1])
    let features = try #require(HiddenFeatures(unfitted: model))
    #expect(features.thresholds == [0, 0] && features.readFeatures == [0, 1])
    let values = Tensor([-0.5, 0, -0.1, 0.3, 0.2, -0.4, 0.6, 0.5], shape: [4, 2])
    #expect(
      features.switched(values) == [
        [false, false], [false, true], [true, false], [true, true],
      ])
    #expect(features.binarisedPredictions(values, in: model) == [1, 0, 0, 0])
    #expect(
      features.binarisation(values, in: model, predictions: [1, 1, 0, 1]) == Proportion(2, of: 4))
  }

  /// The cut of the least entropy, of equal ones the lowest; beside a value of 0, the cut is 0.
  @Test(
    arguments: [
      ([0, 0, 2, 4], [0, 0, 1, 1], 0), ([1, 2, 3, 4], [0, 1, 0, 0], 2.5),
      ([1, 2, 3], [0, 1, 0], 1.5), ([1, 1, 1], [0, 1, 0], 0), ([4, 1, 3, 2], [2, 0, 2, 1], 2.5),
      ([-3, -1, 5, 9], [0, 0, 1, 1], 2),
    ] as [([Float], [Int], Double)])
  func thresholdsOfReLUAreCutsOfLeastEntropy(
    _ values: [Float], _ predictions: [Int], _ cut: Double
  ) throws {
    let features = try #require(
      HiddenFeatures(of: model(.relu, weights: [1, -1], bias: [0, 0])) { _ in
        (Tensor(values, shape: [values.count, 1]), predictions)
      })
    #expect(features.thresholds == [cut])
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
