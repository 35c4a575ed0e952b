import Datasets
import Naming
import NetworkSupport
import Networks
import Pruning
import Tensors
import TestSupport
import Testing

/// Training schedules and scores compared with independently computed formulas.
@Suite struct FormulaTests {
  /// A pruned weight of an input that is always zero has no gradient: the other weights are updated
  /// as in training without pruning, with cosine annealing of the learning rate over all steps.
  @Test func splicingWithoutAChoiceIsTraining() throws {
    var generator = SeededGenerator(seed: 3)
    // Identical rows give identical batches in any order.
    let row: [Float] = [0.5, -1, 2, 0]
    let examples = Examples(
      inputs: Tensor((0..<64).flatMap { _ in row }, shape: [64, 4]),
      labels: [Int](repeating: 1, count: 64))
    let layers: [any Layer] = [Dense(3)]
    var network = try Network(Architecture(input: [4]) { layers }, seed: 3)
    let weights = (0..<12).map { index in
      index < 9 ? Float(generator.uniform() < 0.5 ? -1 : 1) : Float(0.001)
    }
    network.parameters[0][0].value = Tensor(weights, shape: [4, 3])
    let trainer = Trainer(epochs: 4, batch: 8, learningRate: 0.05)
    let context = PruningContext(
      head: .softmax, training: examples, validation: examples, trainer: trainer, seed: 5)
    var recipe = WeightMagnitude().recipe
    recipe.normalization = .none
    recipe.schedule = Schedule(.oneShot, rounds: 1)
    // The last round trains twice as long.
    recipe.recovery = .splice(epochs: 2)
    let spliced = try recipe.prune(network, to: .parameters(12), on: context).network
    let trained = try trainer.train(
      from: Trainer.State(start: network), head: .softmax, on: examples, validation: examples,
      seed: 5
    ).network
    for index in 0..<9 {
      let (own, wanted) = (
        spliced.parameters[0][0].value.elements[index],
        trained.parameters[0][0].value.elements[index]
      )
      #expect(abs(own - wanted) < 1e-4, "weight \(index): \(own), \(wanted)")
      #expect(abs(own - weights[index]) > 1e-3)
    }
    #expect(spliced.parameters[0][0].value.elements[9...].allSatisfy { $0 == 0 })
  }

  /// Gates are trained on the loss plus `balance · (mean gate - target)²`, whose gradient is
  /// computed here by finite differences, with Adam at a learning rate of 0.01.
  @Test func gatesAreTrainedOnTheLossAndTheDistanceToTheTarget() throws {
    try withEverySeed(3) { generator in
      let examples = generator.clusters(rows: 24, inputs: 5, classes: 3)
      let layers: [any Layer] = [Dense(6), Activation(.sigmoid), Dense(3)]
      let network = try Network(Architecture(input: [5]) { layers }, seed: generator.next())
      let context = PruningContext(
        head: .softmax, training: examples, validation: examples,
        trainer: Trainer(epochs: 1, batch: 24, learningRate: 0.01), seed: generator.next())
      let groups = try NeuronGroups(network.architecture)
      var method = FromScratch()
      (method.balance, method.epochs) = (0.7, 30)
      let scores = try method.scores(of: network, groups, on: context, using: &generator)

      let fresh = try Network(network.architecture, seed: context.seed ^ 0xF4E5)
      let gates = groups.prunable.map { fresh.gate(on: groups.groups[$0].producers[0], groups) }
      var factors = [Double](repeating: 1, count: gates.count)
      var (means, squares) = (factors.map { _ in 0.0 }, factors.map { _ in 0.0 })
      func distance(_ factors: [Double]) -> Double {
        let apart = factors.reduce(0, +) / Double(factors.count) - 0.2
        return 0.7 * apart * apart
      }
      for step in 1...30 {
        let gated = fresh.gated(gates, by: factors.map(Float.init))
        let pass = gated.trainingPass(examples.inputs, using: &generator)
        let (_, gradient) = Head.softmax.loss(of: try #require(pass.outputs.last), for: examples)
        let slopes = fresh.gateGradients(gates, gated.gradients(of: pass, gradient: gradient))
        let start = factors
        for gate in factors.indices {
          var (more, less) = (start, start)
          more[gate] += 1e-4
          less[gate] -= 1e-4
          let slope = Double(slopes[gate]) + (distance(more) - distance(less)) / 2e-4
          means[gate] = 0.9 * means[gate] + 0.1 * slope
          squares[gate] = 0.999 * squares[gate] + 0.001 * slope * slope
          let (mean, square) = (
            means[gate] / (1 - power(0.9, step)), squares[gate] / (1 - power(0.999, step))
          )
          factors[gate] = min(1, max(0, start[gate] - 0.01 * mean / (square.squareRoot() + 1e-8)))
        }
      }
      let found = try #require(scores[0])
      #expect(factors.contains { $0 > 0 && $0 < 1 })
      for (own, wanted) in zip(found, factors) { #expect(abs(own - wanted) < 1e-3) }
    }
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }

  /// Pooled scores do not depend on the order of pixels.
  @Test(arguments: [TaskGuided.name, PLSImportance.name])
  func everyPixelCounts(_ name: String) throws {
    let type = try pruningCatalog.type(named: name)
    guard case .neurons(let score) = type.init().recipe.score else {
      Issue.record("\(name) does not score neurons")
      return
    }
    try withEverySeed(5) { generator in
      let layers: [any Layer] = [
        Convolution(6, Window(1)), Activation(.relu), Convolution(4, Window(1)),
        Activation(.relu), GlobalAveragePooling(), Dense(3),
      ]
      let network = try Network(
        Architecture(input: [2, 2, 2]) { layers }, seed: generator.next())
      let groups = try NeuronGroups(network.architecture)
      let images = generator.normalTensor([60, 8])
      let turned = Tensor(
        (0..<60).flatMap { row in
          (0..<4).reversed().flatMap { [images[row, 2 * $0], images[row, 2 * $0 + 1]] }
        }, shape: [60, 8])
      let seed = generator.next()
      func scores(_ inputs: Tensor) throws -> [Double] {
        let examples = Examples(inputs: inputs, labels: (0..<60).map { $0 % 3 })
        let context = PruningContext(
          head: .softmax, training: examples, validation: examples,
          trainer: Trainer(epochs: 1, batch: 20, learningRate: 0.01), seed: seed)
        var random = SeededGenerator(seed: seed)
        let found = try score.scores(of: network, groups, on: context, using: &random)
        return found.keys.sorted().flatMap { found[$0] ?? [] }
      }
      let (first, second) = (try scores(images), try scores(turned))
      #expect(first.count == 10 && first.contains { $0 > 0 })
      for (own, other) in zip(first, second) { #expect(abs(own - other) < 1e-3) }
    }
  }

  @Test func theWorseOfTwoChecksIsTakenInEachRespect() {
    func check(_ rows: Int, _ absolute: Double, _ relative: Double, _ changed: Int) -> EqualityCheck
    {
      EqualityCheck(
        rows: rows, largestAbsolute: absolute, largestRelative: relative,
        changedPredictions: changed)
    }
    let (first, second) = (check(10, 0.5, 0.01, 1), check(20, 0.25, 0.03, 2))
    #expect(first.worst(second) == check(20, 0.5, 0.03, 3))
    #expect(second.worst(first) == check(20, 0.5, 0.03, 3))
  }
}
