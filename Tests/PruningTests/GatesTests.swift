import Datasets
import Foundation
import Naming
import Networks
import Pruning
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite struct GatesTests {
  /// The gradient of a gate is the derivative of the loss with respect to it.
  @Test func aGatesGradientIsThatOfTheLoss() throws {
    try withEverySeed(6) { generator in
      var builder = ArchitectureBuilder(input: [4, 4, 2])
      builder.add(Convolution(3, Window(3, padding: 1), hasBias: false))
      builder.add(BatchNormalization())
      builder.add(Activation(.sigmoid))
      builder.add(Convolution(4, Window(3, padding: 1)))
      builder.add(Activation(.sigmoid))
      builder.add(Flattening())
      builder.add(Dense(5))
      builder.add(Activation(.sigmoid))
      builder.add(Dense(3))
      let network = try Network(builder.architecture, seed: generator.next())
      let groups = try NeuronGroups(network.architecture)
      let producers = groups.prunable.compactMap { groups.groups[$0].producers.first }
      let gates = producers.map { network.gate(on: $0, groups) }
      let factors = gates.map { _ in 0.5 + Float(generator.uniform()) }
      let inputs = generator.normalTensor([8, 32])
      let examples = Examples(inputs: inputs, labels: (0..<8).map { $0 % 3 })
      func loss(_ factors: [Float]) -> (value: Double, slopes: [Float]) {
        var random = SeededGenerator(seed: 1)
        let gated = network.gated(gates, by: factors)
        let pass = gated.trainingPass(inputs, using: &random)
        guard let last = pass.outputs.last else { return (0, []) }
        let (value, gradient) = Head.softmax.loss(of: last, for: examples)
        return (value, network.gateGradients(gates, gated.gradients(of: pass, gradient: gradient)))
      }
      let slopes = loss(factors).slopes
      for gate in gates.indices {
        func moved(_ step: Float) -> Double {
          var own = factors
          own[gate] += step
          return loss(own).value
        }
        let change = moved(0.01) - moved(-0.01)
        #expect(abs(change / 0.02 - Double(slopes[gate])) < 1e-3, "gate \(gate)")
      }
    }
  }

  /// The network with a normalisation whose output is zero.
  private func silencing(_ node: Int, of network: Network) -> Network {
    var copy = network
    for parameter in 0...1 {
      copy.parameters[node][parameter].value.withElements { elements in
        for index in elements.indices { elements[index] = 0 }
      }
    }
    return copy
  }

  /// Prunes blocks, then channels; with a learning rate of 0 only the gates are trained.
  private func pruned(
    _ network: Network, to goal: Goal, using generator: inout SeededGenerator
  ) throws -> PrunedNetwork {
    let examples = Examples(
      inputs: generator.normalTensor([64, 32]), labels: (0..<64).map { $0 % 2 })
    let context = PruningContext(
      head: .softmax, training: examples, validation: examples,
      trainer: Trainer(epochs: 0, batch: 16, learningRate: 0), seed: 1)
    var method = BlockThenChannel()
    method.steps = 120
    method.gatePenalty = 0.2
    var recipe = method.recipe
    recipe.recovery = .none
    return try method.prune(network, to: goal, with: recipe, on: context, onRound: { _ in })
  }

  /// The logit of a block with zero output depends on the gate penalty alone.
  @Test func theLogitOfABlockWithZeroOutputFollowsTheGatePenalty() throws {
    var generator = SeededGenerator(seed: 51)
    var builder = ArchitectureBuilder(input: [4, 4, 2])
    builder.add(Convolution(4, Window(3, padding: 1), hasBias: false))
    let start = builder.add(BatchNormalization())
    builder.add(Convolution(4, Window(3, padding: 1), hasBias: false))
    let body = builder.add(BatchNormalization())
    builder.add(Sum(), reading: body, start)
    builder.add(GlobalAveragePooling())
    builder.add(Dense(2))
    let network = try Network(builder.architecture, seed: 51)
    let pruned = try pruned(
      silencing(3, of: network), to: .keep(0.3), using: &generator)
    let block = try #require(
      pruned.plan.removals.first { if case .branch = $0.subject { true } else { false } })
    var (logit, velocity) = (2.0, 0.0)
    for _ in 0..<120 {
      let p = 1 / (1 + exp(-logit))
      velocity = 0.9 * velocity + 0.2 * p * (1 - p)
      logit -= 0.1 * velocity
    }
    #expect(logit < 0 && abs(block.score - logit) < 1e-4, "\(block.score), \(logit)")
  }

  private func residualNetwork(blocks: Int, channels: Int, seed: UInt64) throws -> Network {
    var builder = ArchitectureBuilder(input: [4, 4, 2])
    builder.add(Convolution(channels, Window(3, padding: 1), hasBias: false))
    var start = builder.add(BatchNormalization())
    for _ in 0..<blocks {
      builder.add(Convolution(channels, Window(3, padding: 1), hasBias: false))
      builder.add(BatchNormalization())
      builder.add(Convolution(channels, Window(3, padding: 1), hasBias: false))
      let body = builder.add(BatchNormalization())
      start = builder.add(Sum(), reading: body, start)
    }
    builder.add(GlobalAveragePooling())
    builder.add(Dense(2))
    return try Network(builder.architecture, seed: seed)
  }

  /// A gate with probability 1/2 is not below it: without a step of training no block is pruned.
  @Test func blocksAtOneHalfAreKept() throws {
    var generator = SeededGenerator(seed: 5)
    let network = try residualNetwork(blocks: 2, channels: 4, seed: 5)
    let examples = Examples(
      inputs: generator.normalTensor([32, 32]), labels: (0..<32).map { $0 % 2 })
    let context = PruningContext(
      head: .softmax, training: examples, validation: examples,
      trainer: Trainer(epochs: 0, batch: 16, learningRate: 0), seed: 1)
    var method = BlockThenChannel()
    (method.start, method.steps) = (0, 0)
    var recipe = method.recipe
    recipe.recovery = .none
    func branches() throws -> Int {
      try method.prune(network, to: .keep(0.3), with: recipe, on: context, onRound: { _ in })
        .plan.removals.count { if case .branch = $0.subject { true } else { false } }
    }
    #expect(try branches() == 0)
    method.start = -0.1
    #expect(try branches() > 0)
  }

  /// A share of the MACs refers to the whole network, also after blocks are pruned.
  @Test(arguments: [Goal.macs(0.6), .keep(0.6)])
  func aShareIsOfTheWholeNetwork(_ goal: Goal) throws {
    var generator = SeededGenerator(seed: 52)
    let network = try residualNetwork(blocks: 3, channels: 8, seed: 52)
    let zeroed = try #require(network.architecture.index(of: Node.ID("batch-normalization-5")))
    let pruned = try pruned(silencing(zeroed, of: network), to: goal, using: &generator)
    let left: Double
    if case .keep = goal {
      left = Double(pruned.after.parameters) / Double(pruned.before.parameters)
    } else {
      left = Double(pruned.after.macs) / Double(pruned.before.macs)
    }
    #expect(pruned.plan.removals.contains { if case .branch = $0.subject { true } else { false } })
    #expect(left <= 0.6 && left > 0.45, "\(left)")
  }

  /// Several prunings of one network with a shared cache train gates, or grow the network, only
  /// once, and give the same results as separate prunings.
  @Test(arguments: [BlockThenChannel.name, FromScratch.name, GrowAndPrune.name])
  func whatWasFoundServesEveryGoal(_ name: String) throws {
    var generator = SeededGenerator(seed: 53)
    let network = try residualNetwork(blocks: 2, channels: 6, seed: 53)
    let examples = Examples(
      inputs: generator.normalTensor([64, 32]), labels: (0..<64).map { $0 % 2 })
    var context = PruningContext(
      head: .softmax, training: examples, validation: examples,
      trainer: Trainer(epochs: 0, batch: 16, learningRate: 0.01), seed: 1)
    let counter = Counter()
    context.onStep = { counter.count() }
    let type = try pruningCatalog.type(named: name)
    let method = type.init()
    var recipe = method.recipe
    recipe.recovery = name == GrowAndPrune.name ? .fineTune(epochs: 1) : .none
    let goals = [Goal.keep(0.7), .keep(0.4)]
    let alone = try goals.map { goal in
      try method.prune(network, to: goal, with: recipe, on: context).network
    }
    let steps = counter.reset()
    context.cache = PruningCache()
    for (goal, own) in zip(goals, alone) {
      let pruned = try method.prune(network, to: goal, with: recipe, on: context).network
      #expect(pruned.parameters == own.parameters)
    }
    let shared = counter.reset()
    if name == GrowAndPrune.name {
      #expect(shared < steps)
    } else {
      #expect(shared > 0 && 2 * shared == steps)
    }
    // Another seed does not use the cached result.
    context.seed = 2
    _ = try method.prune(network, to: goals[0], with: recipe, on: context)
    #expect(counter.reset() >= shared / 2)
  }
}

/// Counts training steps across prunings.
private final class Counter: Sendable {
  private let steps = Mutex(0)
  func count() { steps.withLock { $0 += 1 } }
  func reset() -> Int {
    steps.withLock { count in
      defer { count = 0 }
      return count
    }
  }
}
