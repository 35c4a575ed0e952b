import Datasets
import Foundation
import Naming
import NetworkSupport
import Networks
import Pruning
import Tensors
import TestSupport
import Testing

@Suite struct ScoreTests {
  /// A dense layer with identity weights that passes its inputs on unchanged.
  private func passing(_ inputs: Tensor, _ labels: [Int]) throws -> (Network, PruningContext) {
    let width = inputs.width
    var network = try Network(
      Architecture(input: [width]) {
        Dense(width)
        Activation(.relu)
        Dense(3)
      }, seed: 1)
    var weight = Tensor(shape: [width, width])
    for index in 0..<width { weight[index, index] = 1 }
    network.parameters[0][0].value = weight
    return (network, context(Examples(inputs: inputs, labels: labels)))
  }

  private func context(_ examples: Examples) -> PruningContext {
    PruningContext(
      head: .softmax, training: examples, validation: examples,
      trainer: Trainer(epochs: 1, batch: 16, learningRate: 0.01), seed: 3)
  }

  @Test func anExpensiveNetworkIsScoredOnFewerRows() throws {
    let rows = 4096
    var context = context(
      Examples(inputs: Tensor(shape: [rows, 1]), labels: [Int](repeating: 0, count: rows)))
    let large = try Network(ResNet56().architecture(input: [32, 32, 3], outputs: 10), seed: 1)
    let small = try Network(LeNet5().architecture(input: [28, 28, 1], outputs: 10), seed: 1)
    // 125,485,696 MACs per sample.
    #expect(context.sample(of: 2048, for: large).count == 318)
    #expect(context.sample(of: 2048, for: large, passes: 2).count == 159)
    #expect(context.sample(of: 2048, for: large, passes: 9, fewest: 512).count == 512)
    #expect(context.sample(of: 2048, for: large, passes: 99).count == 64)
    #expect(context.sample(of: 100, for: large).count == 100)
    #expect(context.sample(of: 2048, for: small).count == 2048)
    context.scoreRows = 1000
    #expect(context.sample(of: 2048, for: large).count == 1000)
    #expect(context.sample(of: 100, for: small).count == 1000)
    context.scoreRows = 1 << 40
    #expect(context.sample(of: 100, for: large).count == rows)
  }

  /// A sample contains distinct training rows, or all rows in order if there are not more.
  @Test func aSampleIsDrawnWithoutReplacement() throws {
    let inputs = Tensor((0..<6).map(Float.init), shape: [6, 1])
    let network = try Network(Architecture(input: [1]) { Dense(2) }, seed: 1)
    for seed in 0..<20 {
      var context = context(Examples(inputs: inputs, labels: [0, 1, 0, 1, 0, 1]))
      context.seed = UInt64(seed)
      context.scoreRows = 5
      let rows = context.sample(of: 1, for: network).inputs.elements
      #expect(rows.count == 5 && Set(rows).count == 5 && Set(rows).isSubset(of: inputs.elements))
      context.scoreRows = 6
      #expect(context.sample(of: 1, for: network).inputs.elements == inputs.elements)
    }
  }

  private struct Importance: Decodable {
    var table: [[Double]]
    var importance: [Double]
  }

  @Test func importanceIsThatOfScikitLearn() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Fixtures/pruning/vip.json")
    let reference = try JSONDecoder().decode(Importance.self, from: Data(contentsOf: file))
    let rows = Tensor(reference.table.joined().map { Float($0) }, shape: [30, 6])
    let (network, context) = try passing(rows, (0..<30).map { $0 % 3 })
    var generator = SeededGenerator(seed: 1)
    let scores = try PLSImportance().scores(
      of: network, NeuronGroups(network.architecture), on: context, using: &generator)
    let found = try #require(scores[1])
    for (own, expected) in zip(found, reference.importance) {
      #expect(abs(own - expected) < 1e-4, "\(found)")
    }
    // The mean square over non-constant inputs is 1.
    #expect(abs(found.reduce(0) { $0 + $1 * $1 } / 5 - 1) < 1e-9)
  }

  /// With a single class there is no variance to explain: the importance is 0, not 0/0.
  @Test func targetsWithoutVarianceGiveNoImportance() throws {
    var generator = SeededGenerator(seed: 9)
    let (network, context) = try passing(
      generator.normalTensor([30, 6]), [Int](repeating: 0, count: 30))
    let scores = try PLSImportance().scores(
      of: network, NeuronGroups(network.architecture), on: context, using: &generator)
    #expect(scores[1] == [Double](repeating: 0, count: 6))
  }

  @Test func sizesAreThoseCountedByHand() throws {
    var generator = SeededGenerator(seed: 4)
    var network = try Network(
      Architecture(input: [2]) {
        Dense(2)
        Activation(.relu)
        Dense(2)
      }, seed: 4)
    network.parameters[0][0].value = Tensor([3, -1, -4, 2], shape: [2, 2])
    network.parameters[2][0].value = Tensor([1, -1, 5, 0.5], shape: [2, 2])
    let groups = try NeuronGroups(network.architecture)
    let context = context(generator.clusters(rows: 20, inputs: 2, classes: 2))
    #expect(L1Filter().scores(of: network, groups, on: context, using: &generator)[0] == [7, 3])
    #expect(
      NeuronMagnitude().scores(of: network, groups, on: context, using: &generator)[0]
        == [5, 5.0.squareRoot()])
    // A neuron's score is the larger of its forward and backward ranks.
    #expect(
      WeakSubnetwork().scores(of: network, groups, on: context, using: &generator)[0] == [0.5, 0.5])
  }

  /// Significance is the mean absolute activation times the sum of absolute outgoing weights.
  @Test func significanceIsThatCountedByHand() throws {
    var generator = SeededGenerator(seed: 4)
    var network = try Network(
      Architecture(input: [1]) {
        Dense(2)
        Activation(.relu)
        Dense(2)
      }, seed: 4)
    network.parameters[0][0].value = Tensor([2, -1], shape: [1, 2])
    network.parameters[0][1].value = Tensor([0, 0], shape: [2])
    network.parameters[2][0].value = Tensor([1, -3, 5, 0.5], shape: [2, 2])
    let groups = try NeuronGroups(network.architecture)
    let rows = Examples(inputs: Tensor([1, 2, -4, 0], shape: [4, 1]), labels: [0, 1, 0, 1])
    let found = Significance().scores(
      of: network, groups, on: context(rows), using: &generator)
    // Activations: 2, 4, 0, 0 and 0, 0, 4, 0.
    #expect(found == [1: [1.5 * 4, 1 * 5.5]])
  }

  /// Taylor's score is the first-order change of the loss when a neuron is zeroed.
  @Test func taylorIsTheSlopeOfTheLoss() throws {
    try withEverySeed(10) { generator in
      let examples = generator.clusters(rows: 1, inputs: 4, classes: 2)
      let network = try generator.denseNetwork(inputs: 4, outputs: 2, hiddenLayers: 1)
      let groups = try NeuronGroups(network.architecture)
      let scores = Taylor().scores(
        of: network, groups, on: context(examples), using: &generator)
      let reader = network.parameters.count - 1
      func loss(_ neuron: Int, _ share: Float) -> Double {
        var copy = network
        for unit in 0..<2 { copy.parameters[reader][0].value[neuron, unit] *= share }
        return Head.softmax.loss(of: copy.outputs(for: examples.inputs), for: examples).value
      }
      for (neuron, score) in (scores[reader - 1] ?? []).enumerated() {
        // The loss as the neuron is scaled from 1 to 0.
        let slope = (loss(neuron, 1.01) - loss(neuron, 0.99)) / 0.02
        #expect(abs(abs(slope) - score) < 0.02 * max(abs(slope), 0.05), "\(slope) \(score)")
      }
    }
  }

  @Test func lotsFallEvenlyAndDifferBySeed() throws {
    let network = try Network(
      Architecture(input: [3]) {
        Dense(8)
        Activation(.relu)
        Dense(2)
      }, seed: 1)
    let groups = try NeuronGroups(network.architecture)
    var generator = SeededGenerator(seed: 9)
    let context = context(generator.clusters(rows: 8, inputs: 3, classes: 2))
    var lowest = [Int](repeating: 0, count: 8)
    for _ in 0..<4000 {
      let scores =
        RandomChoice().scores(of: network, groups, on: context, using: &generator)[0] ?? []
      lowest[scores.indices.min { scores[$0] < scores[$1] } ?? 0] += 1
    }
    // Seven degrees of freedom: 24.3 is the 99.9th percentile.
    let square = lowest.reduce(0.0) { $0 + pow(Double($1) - 500, 2) / 500 }
    #expect(square < 24.3, "\(lowest)")
  }

  @Test(arguments: [
    "neuron-magnitude", "weak-subnetwork", "l1-filter", "taylor", "pls-vip", "task-guided",
    "orthogonal",
  ])
  func whatHasNoEffectIsPrunedFirst(_ name: String) throws {
    let type = try pruningCatalog.type(named: name)
    guard case .neurons(let score) = type.init().recipe.score else { return }
    try withEverySeed(5) { generator in
      let examples = generator.clusters(rows: 200, inputs: 4, classes: 3)
      var network = try Network(
        Architecture(input: [4]) {
          Dense(8)
          Activation(.relu)
          Dense(3)
        }, seed: generator.next())
      network = try Trainer(epochs: 5, batch: 16, learningRate: 0.01).train(
        from: Trainer.State(start: network), head: .softmax, on: examples, validation: examples,
        seed: 1
      ).network
      for row in 0..<4 { network.parameters[0][0].value[row, 5] = 0 }
      network.parameters[0][1].value[5, 0] = 0
      for unit in 0..<3 { network.parameters[2][0].value[5, unit] = 0 }
      let groups = try NeuronGroups(network.architecture)
      let scores = try score.scores(of: network, groups, on: context(examples), using: &generator)
      let own = try #require(scores.values.first { $0.count == 8 })
      #expect(own[5] == own.min(), "\(name): \(own)")
    }
  }
}
