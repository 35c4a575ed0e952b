import Datasets
import Foundation
import Naming
import NetworkSupport
import Networks
import Pruning
import Synchronization
import Tensors
import TestSupport
import Testing

/// Layer sensitivity analysis, widths as multiples, and resumed prunings.
@Suite struct SensitivityTests {
  /// Rows for a network, with random labels.
  private func context(
    for network: Network, _ generator: inout SeededGenerator, seed: UInt64 = 3
  ) -> PruningContext {
    let count = network.architecture.input.count
    let examples = Examples(
      inputs: generator.normalTensor([60, count]), labels: (0..<60).map { $0 % 3 })
    return PruningContext(
      head: .softmax, training: examples, validation: examples,
      trainer: Trainer(epochs: 1, batch: 16, learningRate: 0.001), seed: seed)
  }

  /// 1.4 of seven neurons are one, 2.8 are three, and one is kept.
  @Test func sharesAreRounded() throws {
    var generator = SeededGenerator(seed: 4)
    let network = try Network(
      Architecture(input: [3]) {
        Dense(7)
        Activation(.relu)
        Dense(3)
      }, seed: 2)
    let table = try Sensitivity(
      of: network, by: NeuronMagnitude().recipe, shares: [0.4, 0.2, 0.99],
      on: context(for: network, &generator))
    #expect(table.lines.map(\.removed) == [1, 3, 6])
  }

  /// Each line equals an actual pruning of that layer, masked and compacted.
  @Test func everyLineIsARealPruning() throws {
    try withEverySeed(12) { generator in
      let network = try generator.graphNetwork()
      let context = context(for: network, &generator)
      let recipe = NeuronMagnitude().recipe
      let table = try Sensitivity(of: network, by: recipe, on: context)
      let groups = try NeuronGroups(network.architecture)
      var random = SeededGenerator(seed: 0)
      guard case .neurons(let score) = recipe.score else { return }
      let scores = groups.reduced(
        try score.scores(of: network, groups, on: context, using: &random), recipe.normalization,
        recipe.reduction)
      for line in table.lines {
        // The same neurons, found independently.
        let own = groups.prunable.filter { group in
          groups.groups[group].producers.map { network.architecture.nodes[$0.node].id }
            == line.layers
        }
        #expect(own.count == line.neurons && (1..<own.count).contains(line.removed))
        let lowest = own.sorted { (scores[$0] ?? 0, $0) < (scores[$1] ?? 0, $1) }
          .prefix(line.removed)
        let plan = PruningPlan(
          lowest.map { group in
            let producer = groups.groups[group].producers[0]
            return PruningPlan.Removal(
              .neuron(
                name: Neuron(
                  network.architecture.nodes[producer.node].id,
                  network.originalIndices[producer.node][producer.neuron])), score: 0, round: 1)
          })
        let small = try network.compacted(by: plan)
        let outputs = small.outputs(for: context.validation.inputs)
        let loss = context.head.loss(of: outputs, for: context.validation).value
        #expect(abs(loss - line.loss) < 1e-6 * max(1, abs(loss)), "\(line)")
        #expect(abs(context.quality(of: small) - line.accuracy) < 1e-6)
        #expect(network.parameterCount - small.parameterCount == line.parameters, "\(line)")
      }
    }
  }

  /// Pruned layer widths are multiples; masked and compacted networks agree.
  @Test(arguments: [2, 3, 4])
  func widthsAreMultiples(_ multiple: Int) throws {
    try withEverySeed(4) { generator in
      var builder = ArchitectureBuilder(input: [4, 4, 2])
      builder.add(Convolution(12, Window(3, padding: 1)))
      let start = builder.add(Activation(.relu))
      builder.add(Convolution(10, Window(3, padding: 1), hasBias: false))
      builder.add(BatchNormalization())
      let body = builder.add(Convolution(12, Window(1)))
      builder.add(Sum(), reading: body, start)
      builder.add(Flattening())
      builder.add(Dense(17))
      builder.add(Activation(.relu))
      builder.add(Dense(3))
      let network = try Network(builder.architecture, seed: generator.next())
      let context = context(for: network, &generator)
      var recipe = NeuronMagnitude().recipe
      recipe.multiple = multiple
      recipe.recovery = .none
      let pruned = try recipe.prune(network, to: .keep(0.4), on: context)
      #expect(pruned.check.holds && pruned.check.changedPredictions == 0)
      #expect(Double(pruned.after.parameters) <= 0.4 * Double(network.parameterCount))
      for (node, names) in pruned.network.originalIndices.enumerated()
      where node + 1 < pruned.network.originalIndices.count {
        let before = network.originalIndices[
          network.architecture.nodes.firstIndex {
            $0.id == pruned.network.architecture.nodes[node].id
          } ?? node]
        let pixels = pruned.network.architecture.nodes[node].layer is Flattening ? 16 : 1
        #expect(names.count == before.count || (names.count / pixels).isMultiple(of: multiple))
      }
    }
  }

  @Test func widthsThatCannotBeMultiplesLeaveTheGoalOutOfReach() throws {
    var generator = SeededGenerator(seed: 5)
    let network = try Network(
      Architecture(input: [6]) {
        Dense(8)
        Activation(.relu)
        Dense(3)
      }, seed: 5)
    var recipe = NeuronMagnitude().recipe
    recipe.multiple = 8
    #expect(throws: PruningError.self) {
      try recipe.prune(network, to: .keep(0.5), on: context(for: network, &generator))
    }
  }

  /// An in-memory checkpoint store for interrupted runs.
  private final class Kept: CheckpointStore {
    private let values = Mutex<[String: Data]>([:])
    func load<Value: Codable>(_ name: String, as type: Value.Type) -> Value? {
      values.withLock { $0[name] }.flatMap { try? JSONDecoder().decode(type, from: $0) }
    }
    func save<Value: Codable>(_ value: Value, for name: String) throws {
      let data = try JSONEncoder().encode(value)
      values.withLock { $0[name] = data }
    }
    var count: Int { values.withLock { $0.count } }
  }

  private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .relaxed) }
    func increase() { count.wrappingAdd(1, ordering: .relaxed) }
    func reset() { count.store(0, ordering: .relaxed) }
  }

  private struct Stopped: Error {}

  /// A pruning that is interrupted at a random step and resumed gives bitwise the same result, for
  /// every method.
  @Test(arguments: pruningCatalog.names)
  func aStoppedPruningGoesOn(_ name: String) throws {
    let type = try pruningCatalog.type(named: name)
    let method = type.init()
    var generator = SeededGenerator(seed: 41)
    var builder = ArchitectureBuilder(input: [4, 4, 2])
    builder.add(Convolution(6, Window(3, padding: 1), hasBias: false))
    let start = builder.add(BatchNormalization())
    builder.add(Convolution(6, Window(3, padding: 1), hasBias: false))
    let body = builder.add(BatchNormalization())
    builder.add(Sum(), reading: body, start)
    builder.add(Activation(.relu))
    builder.add(Flattening())
    builder.add(Dense(8))
    builder.add(Activation(.relu))
    builder.add(Dense(3))
    let network = try Network(builder.architecture, seed: 6)
    var context = context(for: network, &generator)
    let steps = Counter()
    context.onStep = { steps.increase() }
    func prune() throws -> PrunedNetwork {
      try method.prune(
        network, to: .keep(0.5), with: method.recipe, on: context, onRound: { _ in })
    }
    let whole = try prune()
    let all = steps.value
    guard all > 0 else { return }
    let kept = Kept()
    let last = 1 + generator.index(below: all)
    steps.reset()
    context.checkpoints = PruningCheckpoints(kept)
    context.onStep = {
      steps.increase()
      if steps.value >= last { throw Stopped() }
    }
    #expect(throws: Stopped.self) { try prune() }
    let before = kept.count
    steps.reset()
    context.checkpoints = PruningCheckpoints(kept)
    context.onStep = { steps.increase() }
    let resumed = try prune()
    #expect(resumed.network == whole.network && resumed.plan == whole.plan)
    #expect(before == 0 || steps.value < all, "finished training stages are not repeated")
  }
}
