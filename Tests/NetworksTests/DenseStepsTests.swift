import Datasets
import NetworkSupport
import Networks
import Tensors
import TestSupport
import Testing

/// The fast training path of small dense networks is bit-identical to layer-by-layer training.
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
      // A group lasso without groups changes nothing, but disables the fast path.
      trainer.inputLasso = 1
      #expect(try trained(trainer, network, on: examples) == quick, "\(layers)")
    }
  }

  /// An activation belongs to the dense layer before it, not to the first.
  @Test func layersWithoutAnActivationStayLinear() throws {
    var generator = SeededGenerator(seed: 5)
    let examples = generator.clusters(rows: 40, inputs: 3, classes: 2)
    let network = try Network(
      Architecture(input: [3]) {
        Dense(5)
        Dense(4)
        Activation(.relu)
        Dense(2, start: .glorot)
      }, seed: 2)
    var trainer = Trainer(epochs: 3, batch: 10, learningRate: 0.05)
    let quick = try trained(trainer, network, on: examples)
    trainer.inputLasso = 1
    #expect(try trained(trainer, network, on: examples) == quick)
  }

  @Test func forwardsOfAChainAreThoseOfTheLayers() throws {
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

  /// Widths and row counts that are not multiples of the vector width, against a naive loop.
  @Test(arguments: Activation.Function.allCases)
  func forwardsOfAChainAreThoseOfPlainLoops(_ function: Activation.Function) throws {
    let sizes = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 37]
    try withEverySeed(30) { generator in
      func size() -> Int { sizes[generator.index(below: sizes.count)] }
      let (inputs, units, predictions, rows) = (size(), size(), size(), size())
      let network = try Network(
        Architecture(input: [inputs]) {
          Dense(units)
          Activation(function)
          Dense(predictions)
        }, seed: generator.next())
      let values = generator.normalTensor([rows, inputs])
      let outputs = network.outputs(for: values)
      let hidden = Activation(function).forward([plainLayer(values, network.parameters[0])], [])
      let expected = plainLayer(hidden, network.parameters[2])
      #expect(outputs.shape == [rows, predictions])
      for (own, wanted) in zip(outputs.elements, expected.elements) {
        #expect(
          abs(own - wanted) <= 1e-5 * max(1, abs(wanted)), "\(inputs) \(units) \(predictions)")
      }
    }
  }

  private func plainLayer(_ values: Tensor, _ parameters: [Parameter]) -> Tensor {
    let weights = parameters[0].value
    var outputs = Tensor(shape: [values.rows, weights.width])
    for row in 0..<values.rows {
      for unit in 0..<weights.width {
        let products = (0..<values.width).map { values[row, $0] * weights[$0, unit] }
        outputs[row, unit] = products.reduce(0, +) + parameters[1].value.elements[unit]
      }
    }
    return outputs
  }

  @Test func aChainKeepsWhatIsNotANumber() throws {
    let network = try Network(
      Architecture(input: [3]) {
        Dense(9)
        Activation(.relu)
        Dense(5)
      }, seed: 1)
    var inputs = Tensor(shape: [19, 3])
    inputs[17, 1] = .nan
    let outputs = network.outputs(for: inputs)
    for row in 0..<19 {
      #expect(outputs.row(row).allSatisfy { $0.isNaN == (row == 17) }, "\(row)")
    }
    #expect(outputs.shape == [19, 5])
  }

  @Test func threadsDoNotChangePredictionsOfAChain() throws {
    var generator = SeededGenerator(seed: 5)
    let network = try Network(
      Architecture(input: [5]) {
        Dense(11)
        Activation(.tanh)
        Dense(3)
      }, seed: 1)
    let inputs = generator.normalTensor([3 * 8192 + 17, 5])
    defer { Workers.threads = 0 }
    let predictions = [1, 2, 5].map { threads in
      Workers.threads = threads
      return network.outputs(for: inputs)
    }
    #expect(predictions[0] == predictions[1] && predictions[1] == predictions[2])
    // The first and last rows alone have the same outputs as within all rows.
    let ends = inputs.gathering([0, 3 * 8192 + 16])
    #expect(network.outputs(for: ends).row(1) == predictions[0].row(3 * 8192 + 16))
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
