import Datasets
import NetworkSupport
import Networks
import Tensors
import TestSupport
import Testing

@Suite(.serialized) struct TrainerTests {
  private func fresh(_ seed: UInt64, inputs: Int = 4, outputs: Int = 3) throws -> Network {
    let layers: [any Layer] = [
      Dense(12), Activation(.elu), Dense(6, start: .glorot), Activation(.sigmoid),
      Dense(outputs, start: .glorot),
    ]
    return try Network(Architecture(input: [inputs]) { layers }, seed: seed)
  }

  @Test func everyHeadLearnsWhatCanBeLearned() throws {
    try withEverySeed(5) { generator in
      let examples = generator.clusters(rows: 150, inputs: 4, classes: 3)
      for head in [Head.softmax, .oneVersusRest] {
        let state = try Trainer(epochs: 60, batch: 16, learningRate: 0.01).train(
          from: .init(start: fresh(generator.next())), head: head, on: examples,
          validation: examples, seed: 1)
        let predictions = head.predictions(from: state.best.outputs(for: examples.inputs))
        let plain = zip(predictions, examples.labels).count { $0 == $1 }
        #expect(plain >= 135, "\(head)")
      }
    }
  }

  @Test func aNumberIsLearned() throws {
    var generator = SeededGenerator(seed: 3)
    let inputs = generator.normalTensor([300, 4])
    let numbers = (0..<300).map { inputs[$0, 0] - 0.5 * inputs[$0, 2] }
    let examples = Examples(
      inputs: inputs, labels: [Int](repeating: 0, count: 300), numbers: numbers)
    let state = try Trainer(epochs: 80, batch: 16, learningRate: 0.01).train(
      from: .init(start: fresh(1, outputs: 1)), head: .number, on: examples,
      validation: examples, seed: 1)
    #expect(state.bestLoss < 0.05)
  }

  /// The average of four epochs by hand: weights 0.7³, 0.7², 0.7 and 1, divided by their sum. The steps do
  /// not depend on it.
  @Test func theNetworkOfAnEpochIsTheMovingAverage() throws {
    var generator = SeededGenerator(seed: 11)
    let examples = generator.clusters(rows: 90, inputs: 4, classes: 3)
    var trainer = Trainer(epochs: 4, batch: 16, learningRate: 0.02)
    func trained(_ onEpoch: (Trainer.State) -> Void) throws -> Trainer.State {
      try trainer.train(
        from: .init(start: fresh(4)), head: .softmax, on: examples, validation: examples, seed: 2,
        onEpoch: onEpoch)
    }
    var networks: [Network] = []
    let plain = try trained { networks.append($0.network) }
    #expect(plain.average == nil)
    trainer.averaging = 0.7
    var averages: [Network] = []
    let averaged = try trained { averages.append($0.average ?? $0.network) }
    #expect(averaged.network == plain.network)
    #expect(averages.first == networks.first)
    let weights = [0.343, 0.49, 0.7, 1].map { Float($0 / 2.533) }
    let last = try #require(averages.last)
    for node in last.parameters.indices {
      for (index, parameter) in last.parameters[node].enumerated() {
        for (position, value) in parameter.value.elements.enumerated() {
          let wanted = zip(weights, networks).reduce(Float(0)) {
            $0 + $1.0 * $1.1.parameters[node][index].value.elements[position]
          }
          #expect(abs(value - wanted) < 1e-5)
        }
      }
    }
    // The losses and the best network are those of the averages.
    let losses = averages.map {
      Head.softmax.loss(
        of: $0.outputs(for: examples.inputs), for: examples, classWeights: nil
      ).value
    }
    #expect(averaged.history.map(\.validationLoss) == losses)
    let best = try #require(losses.indices.min { losses[$0] < losses[$1] })
    #expect(averaged.best == averages[best] && averaged.bestEpoch == best)
  }

  @Test func aStoredStateGoesOnToTheSameBytes() throws {
    struct Stop: Error {}
    var generator = SeededGenerator(seed: 9)
    let examples = generator.clusters(rows: 90, inputs: 4, classes: 3)
    var trainer = Trainer(epochs: 12, batch: 16, learningRate: 0.01)
    trainer.averaging = 0.8
    let start = Trainer.State(start: try fresh(4))
    let whole = try trainer.train(
      from: start, head: .softmax, on: examples, validation: examples, seed: 2)
    var stored = start
    _ = try? trainer.train(
      from: start, head: .softmax, on: examples, validation: examples, seed: 2
    ) { state in
      stored = state
      if state.history.count == 5 { throw Stop() }
    }
    let resumed = try trainer.train(
      from: stored, head: .softmax, on: examples, validation: examples, seed: 2)
    #expect(stored.history.count == 5)
    #expect(resumed == whole)
  }

  @Test func theThreadsDecideNothing() throws {
    var generator = SeededGenerator(seed: 11)
    let columns = generator.clusters(rows: 600, inputs: 200, classes: 3)
    var images = generator.clusters(rows: 300, inputs: 432, classes: 3)
    images.inputs = images.inputs.reshaped(to: [300, 12, 12, 3])
    let layers: [any Layer] = [
      Convolution(16, Window(3, padding: 1), hasBias: false), BatchNormalization(),
      Activation(.relu), Pooling(.largest, Window(2, stride: 2)), Convolution(24, Window(3)),
      Activation(.relu), Flattening(), Dense(150), Activation(.relu), Dense(3),
    ]
    let network = try Network(Architecture(input: [12, 12, 3]) { layers }, seed: 5)
    Workers.startThreads(64)
    defer { Workers.threads = 0 }
    for (start, examples) in [(try fresh(4, inputs: 200), columns), (network, images)] {
      let results = try [1, 2, 3, 8, 64].map { threads in
        Workers.threads = threads
        return try Trainer(epochs: 2, batch: 128, learningRate: 0.01).train(
          from: .init(start: start), head: .softmax, on: examples, validation: examples, seed: 2)
      }
      #expect(results[0].history.count > 1)
      #expect(results.allSatisfy { $0 == results[0] })
    }
  }

  @Test func trainingStopsWhenValidationNoLongerImproves() throws {
    var generator = SeededGenerator(seed: 1)
    var examples = generator.clusters(rows: 60, inputs: 4, classes: 3, spread: 3)
    // Random labels: training does not generalise to other rows.
    generator.shuffle(&examples.labels)
    var other = generator.clusters(rows: 60, inputs: 4, classes: 3, spread: 3)
    generator.shuffle(&other.labels)
    var trainer = Trainer(epochs: 300, batch: 8, learningRate: 0.02)
    trainer.patience = 10
    let state = try trainer.train(
      from: .init(start: fresh(2)), head: .softmax, on: examples, validation: other, seed: 3)
    #expect(state.history.count < 300)
    #expect(state.history.count - 1 - state.bestEpoch == 10)
    #expect(state.bestLoss == state.history.map(\.validationLoss).min())
  }

  @Test func theGroupLassoEmptiesColumnsOfNoise() throws {
    var generator = SeededGenerator(seed: 6)
    let inputs = generator.normalTensor([400, 6])
    let labels = (0..<400).map { inputs[$0, 2] > 0 ? 1 : 0 }
    var trainer = Trainer(epochs: 60, batch: 32, learningRate: 0.01)
    trainer.inputLasso = 1
    let state = try trainer.train(
      from: .init(start: fresh(3, inputs: 6, outputs: 2)), head: .softmax,
      on: Examples(inputs: inputs, labels: labels),
      validation: Examples(inputs: inputs, labels: labels),
      inputGroups: (0..<6).map { [$0] }, seed: 1)
    let weight = state.network.parameters[0][0].value
    let norms = (0..<6).map { row in weight.row(row).reduce(0) { $0 + $1 * $1 } }
    let noise = norms.enumerated().filter { $0.offset != 2 }.reduce(0) { $0 + $1.element }
    #expect(norms[2] > 20 * noise)
  }

  @Test func aRunawayIsNamed() throws {
    var examples = SeededGenerator(seed: 1).clustersOnce
    examples.inputs[0, 0] = .nan
    let network = try fresh(1)
    #expect(throws: NetworkError.notFinite(step: 1, layer: "dense-1")) {
      _ = try Trainer(epochs: 1, batch: 200, learningRate: 0.01).train(
        from: .init(start: network), head: .softmax, on: examples, validation: examples, seed: 1)
    }
    // The first layer with a non-finite value, not the first layer of the network.
    examples.inputs = Tensor(repeating: 1, shape: [30, 4])
    var steep = try Network(
      Architecture(input: [4]) {
        Dense(2)
        Activation(.relu)
        Dense(3)
      }, seed: 1)
    steep.parameters[0][0].value = Tensor(repeating: 1e30, shape: [4, 2])
    steep.parameters[2][0].value = Tensor(repeating: 1e30, shape: [2, 3])
    #expect(throws: NetworkError.notFinite(step: 1, layer: "dense-2")) {
      _ = try Trainer(epochs: 1, batch: 200, learningRate: 0.01).train(
        from: .init(start: steep), head: .softmax, on: examples, validation: examples, seed: 1)
    }
  }
}

extension SeededGenerator {
  fileprivate var clustersOnce: Examples {
    var copy = self
    return copy.clusters(rows: 30, inputs: 4, classes: 3)
  }
}
