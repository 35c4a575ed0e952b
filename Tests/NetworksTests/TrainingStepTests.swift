import Datasets
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct TrainingStepTests {
  private func network(seed: UInt64) throws -> Network {
    try Network(
      Architecture(input: [3]) {
        Dense(4)
        Activation(.tanh)
        Dense(2)
      }, seed: seed)
  }

  private func batch(_ generator: inout SeededGenerator) -> Examples {
    Examples(inputs: generator.normalTensor([6, 3]), labels: (0..<6).map { $0 % 2 })
  }

  @Test func aPassHasTheLossAndItsGradients() throws {
    try withEverySeed(3) { generator in
      let network = try network(seed: generator.next())
      let batch = batch(&generator)
      let step = Trainer(epochs: 1, batch: 6, learningRate: 0.1).step(head: .softmax)
      var random = SeededGenerator(seed: 1)
      let pass = try step.pass(of: network, on: batch, number: 1, using: &random)
      func loss(_ network: Network) -> Double {
        Head.softmax.loss(of: network.outputs(for: batch.inputs), for: batch).value
      }
      #expect(abs(pass.loss - loss(network)) < 1e-6)
      for (node, index, entry) in [(0, 0, 5), (0, 1, 2), (2, 0, 3), (2, 1, 1)] {
        var (above, below) = (network, network)
        above.parameters[node][index].value.elements[entry] += 1e-2
        below.parameters[node][index].value.elements[entry] -= 1e-2
        let slope = (loss(above) - loss(below)) / 2e-2
        #expect(abs(Double(pass.gradients[node][index].elements[entry]) - slope) < 1e-3)
      }
    }
  }

  @Test func furtherGradientsAreAdded() throws {
    var generator = SeededGenerator(seed: 2)
    let network = try network(seed: 3)
    let batch = batch(&generator)
    let step = TrainingStep(optimizer: .momentum(momentum: 0)) { outputs, _ in
      (0, Tensor(shape: outputs.shape))
    }
    var random = SeededGenerator(seed: 1)
    let none = try step.pass(of: network, on: batch, number: 1, using: &random)
    #expect(none.gradients.joined().allSatisfy { $0.elements.allSatisfy { $0 == 0 } })
    let more = try step.pass(of: network, on: batch, number: 1, using: &random) { forward in
      [2: Tensor(repeating: 1, shape: forward.outputs[2].shape)]
    }
    // The gradient of the sum of the outputs with respect to a bias is the number of rows.
    #expect(more.gradients[2][1].elements == [6, 6])
  }

  @Test func anUpdateGoesDownTheGradient() throws {
    var generator = SeededGenerator(seed: 4)
    let start = try network(seed: 5)
    let batch = batch(&generator)
    var trainer = Trainer(epochs: 1, batch: 6, learningRate: 0.1)
    trainer.optimizer = .momentum(momentum: 0.9)
    let step = trainer.step(head: .softmax)
    var (network, memory) = (start, Optimizer.Memory(for: start))
    var random = SeededGenerator(seed: 1)
    let pass = try step.pass(of: network, on: batch, number: 1, using: &random)
    step.update(&network, by: pass, memory: &memory, rate: 0.5)
    for node in [0, 2] {
      for index in 0...1 {
        let (before, after) = (start.parameters[node][index], network.parameters[node][index])
        for entry in before.value.elements.indices {
          let wanted =
            before.value.elements[entry] - 0.5 * pass.gradients[node][index].elements[entry]
          #expect(abs(after.value.elements[entry] - wanted) < 1e-6)
        }
      }
    }
  }

  @Test func aLossThatIsNotFiniteNamesTheLayer() throws {
    var network = try network(seed: 6)
    network.parameters[2][1].value.elements[0] = .nan
    var generator = SeededGenerator(seed: 7)
    let batch = batch(&generator)
    let step = Trainer(epochs: 1, batch: 6, learningRate: 0.1).step(head: .softmax)
    #expect(throws: NetworkError.notFinite(step: 9, layer: "dense-2")) {
      _ = try step.pass(of: network, on: batch, number: 9, using: &generator)
    }
  }
}
