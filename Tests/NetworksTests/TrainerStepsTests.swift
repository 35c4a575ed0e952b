import Datasets
import NetworkSupport
import Networks
import Tensors
import TestSupport
import Testing

/// Single training steps against the formulas, with gradient descent without momentum, so that a
/// step is the learning rate times the gradient.
@Suite struct TrainerStepsTests {
  private func trainer(epochs: Int, rate: Double) -> Trainer {
    var trainer = Trainer(epochs: epochs, batch: 64, learningRate: rate)
    trainer.optimizer = .momentum(momentum: 0)
    trainer.schedule = .constant
    return trainer
  }

  private func network(_ generator: inout SeededGenerator) throws -> Network {
    let layers: [any Layer] = [Dense(5), Activation(.sigmoid), Dense(3)]
    var network = try Network(Architecture(input: [4]) { layers }, seed: generator.next())
    network.parameters[0][0].value = generator.normalTensor([4, 5])
    network.parameters[0][1].value = generator.normalTensor([5])
    return network
  }

  /// All rows in one batch: one step per epoch.
  private func trained(
    _ trainer: Trainer, from network: Network, on examples: Examples, groups: [[Int]] = []
  ) throws -> Network {
    try trainer.train(
      from: Trainer.State(start: network), head: .softmax, on: examples, validation: examples,
      inputGroups: groups, seed: 1
    ).network
  }

  private func distance(_ first: Tensor, _ second: Tensor) -> Float {
    zip(first.elements, second.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// Clarification applies to hidden features, not to the outputs of a network that ends in a
  /// sigmoid.
  @Test func outputsAreNotClarified() throws {
    try withEverySeed(5) { generator in
      let examples = generator.clusters(rows: 40, inputs: 4, classes: 3)
      let layers: [any Layer] = [Dense(3), Activation(.sigmoid)]
      let network = try Network(Architecture(input: [4]) { layers }, seed: generator.next())
      var trainer = trainer(epochs: 4, rate: 0.1)
      let plain = try trained(trainer, from: network, on: examples)
      trainer.clarification = 0.5
      #expect(try trained(trainer, from: network, on: examples) == plain)
    }
  }

  /// With a share of 1, the teacher alone says what is right.
  @Test func theLabelsDoNotMatterBesideATeacherOfAllTheLoss() throws {
    try withEverySeed(4) { generator in
      var examples = generator.clusters(rows: 40, inputs: 4, classes: 3)
      let layers: [any Layer] = [Dense(6), Activation(.relu), Dense(3)]
      let network = try Network(Architecture(input: [4]) { layers }, seed: generator.next())
      let other = try Network(Architecture(input: [4]) { layers }, seed: generator.next())
      func trained(_ teacher: Teacher?) throws -> Network {
        try trainer(epochs: 3, rate: 0.1).train(
          from: Trainer.State(start: network), head: .softmax, on: examples,
          validation: examples, teacher: teacher, seed: 1
        ).network
      }
      let teacher = Teacher(other, share: 1, temperature: 1)
      let (taught, alone) = (try trained(teacher), try trained(nil))
      #expect(taught != alone)
      examples.labels = examples.labels.map { 2 - $0 }
      #expect(try trained(teacher) == taught)
      #expect(try trained(nil) != alone)
    }
  }

  @Test func theGroupLassoTakesItsAmountOffTheNormOfEachGroup() throws {
    try withEverySeed(10) { generator in
      let examples = generator.clusters(rows: 40, inputs: 4, classes: 3)
      var network = try network(&generator)
      // A group of two inputs, one small enough to become zero, one that is kept.
      for unit in 0..<5 { network.parameters[0][0].value[2, unit] = 0.001 * Float(unit) }
      let groups = [[0, 1], [2], [3]]
      var trainer = trainer(epochs: 1, rate: 0.01)
      let plain = try trained(trainer, from: network, on: examples).parameters[0][0].value
      trainer.inputLasso = 20
      let shrunk = try trained(trainer, from: network, on: examples, groups: groups)
      var expected = plain
      for group in groups {
        let norm = group.reduce(Float(0)) { sum, input in
          sum + plain.row(input).reduce(0) { $0 + $1 * $1 }
        }.squareRoot()
        let amount = 0.01 * 20 * Float(group.count).squareRoot()
        for input in group {
          for unit in 0..<5 { expected[input, unit] *= max(0, 1 - amount / norm) }
        }
      }
      #expect(distance(shrunk.parameters[0][0].value, expected) < 1e-5)
      #expect(shrunk.parameters[0][0].value.row(2).allSatisfy { $0 == 0 })
      #expect(!shrunk.parameters[0][0].value.row(3).allSatisfy { $0 == 0 })
    }
  }

  @Test func theL1PenaltyMovesEveryWeightTowardsZeroAndNoBias() throws {
    try withEverySeed(10) { generator in
      let examples = generator.clusters(rows: 40, inputs: 4, classes: 3)
      let network = try network(&generator)
      var trainer = trainer(epochs: 1, rate: 0.01)
      let plain = try trained(trainer, from: network, on: examples)
      trainer.l1 = 10
      let shrunk = try trained(trainer, from: network, on: examples)
      for node in [0, 2] {
        let wanted = plain.parameters[node][0].value.elements.map { weight -> Float in
          weight > 0 ? max(weight - 0.1, 0) : min(weight + 0.1, 0)
        }
        let found = shrunk.parameters[node][0].value
        #expect(distance(found, Tensor(wanted, shape: found.shape)) < 1e-5)
        #expect(
          distance(shrunk.parameters[node][1].value, plain.parameters[node][1].value) < 1e-6)
      }
    }
  }

  @Test func weightDecayTakesAShareOfEveryWeightAndOfNoBias() throws {
    try withEverySeed(10) { generator in
      let examples = generator.clusters(rows: 40, inputs: 4, classes: 3)
      let network = try network(&generator)
      for optimizer in [Optimizer.momentum(momentum: 0), .adam] {
        var trainer = trainer(epochs: 1, rate: 0.1)
        trainer.optimizer = optimizer
        let plain = try trained(trainer, from: network, on: examples)
        trainer.weightDecay = 0.5
        let decayed = try trained(trainer, from: network, on: examples)
        for node in [0, 2] {
          let (before, after) = (
            network.parameters[node][0].value, plain.parameters[node][0].value
          )
          let wanted = zip(after.elements, before.elements).map { $0 - 0.1 * 0.5 * $1 }
          #expect(
            distance(
              decayed.parameters[node][0].value, Tensor(wanted, shape: before.shape)) < 1e-5,
            "\(optimizer)")
          #expect(
            distance(decayed.parameters[node][1].value, plain.parameters[node][1].value) < 1e-6)
        }
      }
    }
  }

  @Test(arguments: [
    (LearningRateSchedule.constant, [1, 1, 1, 1]),
    (.step(every: 2, factor: 0.5), [1, 1, 0.5, 0.5]),
    (.cosine, [1, 0.853_553_39, 0.5, 0.146_446_61]),
  ])
  func theScheduleSaysHowLongStepsAre(
    _ schedule: LearningRateSchedule, _ factors: [Double]
  ) throws {
    var generator = SeededGenerator(seed: 3)
    let examples = generator.clusters(rows: 40, inputs: 4, classes: 3)
    let network = try network(&generator)
    var whole = trainer(epochs: 4, rate: 0.5)
    whole.schedule = schedule
    let found = try trained(whole, from: network, on: examples)
    let expected = try factors.reduce(network) { network, factor in
      try trained(trainer(epochs: 1, rate: 0.5 * factor), from: network, on: examples)
    }
    for node in [0, 2] {
      for index in 0..<2 {
        #expect(
          distance(
            found.parameters[node][index].value, expected.parameters[node][index].value) < 1e-5)
      }
    }
  }

  /// A network after the first of two epochs, and after both, without and with clarification; the
  /// first epoch is the same in both cases.
  private func clarified(
    _ network: Network, on examples: Examples
  ) throws -> (half: Network, without: Network, with: Network) {
    var plain = trainer(epochs: 2, rate: 0.1)
    var clear = plain
    clear.clarification = 0.7
    plain.epochs = 1
    let half = try trained(plain, from: network, on: examples)
    return (
      half, try trained(plain, from: half, on: examples),
      try trained(clear, from: network, on: examples)
    )
  }

  /// In the second half of the epochs each value is pulled to the nearer of 0 and 1 by the gradient
  /// of `c · min(z, 1 - z)`, averaged over the rows.
  @Test func clarificationPullsValuesApartInTheSecondHalf() throws {
    try withEverySeed(5) { generator in
      let examples = generator.clusters(rows: 40, inputs: 4, classes: 3)
      let network = try network(&generator)
      let (half, without, with) = try clarified(network, on: examples)
      let values = half.activations(
        of: half.architecture.nodes[1].id, for: examples.inputs)
      for unit in 0..<5 {
        let pull = (0..<40).reduce(Float(0)) { sum, row in
          let z = values[row, unit]
          return sum + (z < 0.5 ? 1 : -1) * 0.7 / 40 * z * (1 - z)
        }
        let moved =
          with.parameters[0][1].value[unit, 0] - without.parameters[0][1].value[unit, 0]
        #expect(abs(moved + 0.1 * pull) < 1e-5, "unit \(unit)")
      }
      #expect(distance(with.parameters[2][1].value, without.parameters[2][1].value) < 1e-5)
    }
  }

  /// With two sigmoid layers only the last is clarified.
  @Test func clarificationPullsTheLastSigmoidLayer() throws {
    var generator = SeededGenerator(seed: 2)
    let examples = generator.clusters(rows: 40, inputs: 4, classes: 3)
    let layers: [any Layer] = [
      Dense(5), Activation(.sigmoid), Dense(4), Activation(.sigmoid), Dense(3),
    ]
    let network = try Network(Architecture(input: [4]) { layers }, seed: 9)
    let (half, without, with) = try clarified(network, on: examples)
    let values = half.activations(of: half.architecture.nodes[3].id, for: examples.inputs)
    for unit in 0..<4 {
      let pull = (0..<40).reduce(Float(0)) { sum, row in
        let z = values[row, unit]
        return sum + (z < 0.5 ? 1 : -1) * 0.7 / 40 * z * (1 - z)
      }
      let moved = with.parameters[2][1].value[unit, 0] - without.parameters[2][1].value[unit, 0]
      #expect(abs(moved + 0.1 * pull) < 1e-5, "unit \(unit)")
    }
  }

  /// The loss of an epoch is the mean over its rows, also where the last batch is smaller.
  @Test func theLossOfAnEpochIsTheMeanOverRows() throws {
    var generator = SeededGenerator(seed: 8)
    let examples = generator.clusters(rows: 50, inputs: 4, classes: 3)
    let network = try network(&generator)
    var trainer = trainer(epochs: 1, rate: 0)
    trainer.batch = 32
    for clarification in [Float(0), 1] {
      // The second variant trains layer by layer.
      trainer.clarification = clarification
      let state = try trainer.train(
        from: Trainer.State(start: network), head: .softmax, on: examples, validation: examples,
        seed: 1)
      let loss = Head.softmax.loss(
        of: network.outputs(for: examples.inputs), for: examples, classWeights: nil
      ).value
      #expect(abs(state.history[0].loss - loss) < 1e-5)
      #expect(abs(state.history[0].validationLoss - loss) < 1e-5)
      let right = zip(network.outputs(for: examples.inputs).largestColumns, examples.labels)
      #expect(state.history[0].validationCorrect == right.count { $0 == $1 })
    }
  }

  /// Class weights count in both losses; the best epoch is that of the lowest validation loss, of equal
  /// ones the first.
  @Test func classWeightsCountInTheLossesOfAnEpoch() throws {
    var generator = SeededGenerator(seed: 5)
    let examples = generator.clusters(rows: 48, inputs: 4, classes: 3)
    let other = generator.clusters(rows: 30, inputs: 4, classes: 3)
    let network = try network(&generator)
    var trainer = trainer(epochs: 3, rate: 0)
    trainer.classWeights = [1, 4, 0.5]
    let state = try trainer.train(
      from: Trainer.State(start: network), head: .softmax, on: examples, validation: other,
      seed: 1)
    func loss(_ rows: Examples, _ weights: [Float]?) -> Double {
      Head.softmax.loss(of: network.outputs(for: rows.inputs), for: rows, classWeights: weights)
        .value
    }
    for epoch in state.history {
      #expect(abs(epoch.loss - loss(examples, [1, 4, 0.5])) < 1e-5)
      #expect(abs(epoch.validationLoss - loss(other, [1, 4, 0.5])) < 1e-5)
    }
    #expect(abs(loss(other, nil) - loss(other, [1, 4, 0.5])) > 1e-2)
    #expect(state.bestEpoch == 0 && state.history.count == 3)
    let right = zip(network.outputs(for: other.inputs).largestColumns, other.labels)
    #expect(state.history[0].validationCorrect == right.count { $0 == $1 })
  }
}
