import Datasets
import Networks
import Tensors
import TestSupport
import Testing

/// Small dense networks learn in one piece of memory; no byte may tell.
@Suite struct DenseStepsTests {
  private func trained(
    _ trainer: Trainer, _ network: Network, on examples: Examples
  ) throws -> Trainer.State {
    try trainer.train(
      from: .init(start: network), head: .softmax, on: examples, validation: examples, seed: 7)
  }

  @Test func stepsOfAChainAreThoseOfTheLayers() throws {
    try withEverySeed(12) { generator in
      let (inputs, classes) = (1 + generator.index(below: 20), 2 + generator.index(below: 4))
      let functions = Activation.Function.allCases
      var layers: [any Layer] = []
      for _ in 0..<generator.index(below: 4) {
        layers.append(Dense(1 + generator.index(below: 33)))
        if generator.index(below: 4) > 0 {
          layers.append(Activation(functions[generator.index(below: functions.count)]))
        }
      }
      layers.append(Dense(classes, start: .glorot))
      let network = try Network(
        Architecture(input: [inputs]) { layers }, seed: generator.next())
      let examples = generator.clusters(
        rows: 40 + generator.index(below: 30), inputs: inputs, classes: classes)
      var trainer = Trainer(
        epochs: 3, batch: 1 + generator.index(below: 40), learningRate: 0.01)
      if generator.index(below: 2) == 0 { trainer.optimizer = .momentum(momentum: 0.9) }
      if generator.index(below: 2) == 0 { trainer.l1 = 0.01 }
      if generator.index(below: 2) == 0 {
        trainer.classWeights = (0..<classes).map { 1 + Float($0) }
      }
      trainer.weightDecay = 0.001
      let quick = try trained(trainer, network, on: examples)
      // A penalty on no group of inputs changes nothing, but only the layers one by one know it.
      trainer.inputLasso = 1
      #expect(try trained(trainer, network, on: examples) == quick, "\(layers)")
    }
  }

  @Test func answersOfAChainAreThoseOfTheLayers() throws {
    try withEverySeed(12) { generator in
      let (inputs, rows) = (1 + generator.index(below: 40), 1 + generator.index(below: 200))
      let network = try Network(
        Architecture(input: [inputs]) {
          Dense(1 + Int(generator.index(below: 70)))
          Activation(.elu)
          Dense(1 + Int(generator.index(below: 20)))
          Activation(.sigmoid)
          Dense(1 + Int(generator.index(below: 5)))
        }, seed: generator.next())
      let examples = generator.normalTensor([rows, inputs])
      let all = network.activations(for: examples)
      #expect(network.outputs(for: examples) == all.last)
      for (index, node) in network.architecture.nodes.enumerated() {
        #expect(network.activations(of: node.id, for: examples) == all[index])
      }
    }
  }

  @Test func numbersThatRunAwayNameTheirLayer() throws {
    let network = try Network(
      Architecture(input: [2]) {
        Dense(3)
        Activation(.relu)
        Dense(2)
      }, seed: 1)
    let inputs = Tensor([1, 2, .nan, 4, 5, 6], shape: [3, 2])
    let trainer = Trainer(epochs: 1, batch: 3, learningRate: 0.1)
    #expect(throws: NetworkError.notFinite(step: 1, layer: "dense-1")) {
      _ = try trained(trainer, network, on: Examples(inputs: inputs, labels: [0, 1, 0]))
    }
  }
}
