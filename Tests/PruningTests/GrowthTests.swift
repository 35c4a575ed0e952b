import Datasets
import Foundation
import NetworkSupport
import Networks
import Pruning
import Tensors
import TestSupport
import Testing

@Suite struct GrowthTests {
  @Test func aCopyChangesNothingAndCanBePruned() throws {
    try withEverySeed(60) { generator in
      let network = try generator.graphNetwork()
      let groups = try NeuronGroups(network.architecture)
      guard let group = groups.prunable.first(where: { !groups.groups[$0].producers.isEmpty })
      else {
        return
      }
      let grown: Network
      do {
        grown = try network.growing(copyOf: group, groups, share: 0.3, using: &generator)
      } catch PruningError.unsuited {
        // A grouped convolution cannot grow by one channel.
        return
      }
      let inputs = generator.normalTensor([9, network.architecture.input.count])
      let check = EqualityCheck(
        of: grown, with: network, inputs: inputs, removed: [], head: .softmax)
      #expect(check.holds, "\(check)")
      #expect(grown.parameterCount > network.parameterCount)
      // With zero outgoing weights, pruning the copy restores the original network.
      let whole = try network.growing(copyOf: group, groups, share: 0, using: &generator)
      let producer = groups.groups[group].producers[0]
      let newest = try #require(whole.originalIndices[producer.node].max())
      let id = network.architecture.nodes[producer.node].id
      let plan = PruningPlan([.init(.neuron(name: Neuron(id, newest)), score: 0, round: 1)])
      #expect(try whole.compacted(by: plan) == network)
      // The same as a single plan for the initial network.
      let original = Neuron(id, network.originalIndices[producer.node][producer.neuron])
      let both = PruningPlan(
        plan.removals,
        growths: [.init(of: original, name: Neuron(id, newest), share: 0, round: 1)])
      #expect(try network.compacted(by: both) == network)
    }
  }

  /// The original index of a pruned neuron is not reused.
  @Test func namesAreNotGivenTwice() throws {
    var generator = SeededGenerator(seed: 2)
    let network = try Network(
      Architecture(input: [3]) {
        Dense(4)
        Activation(.relu)
        Dense(2)
      }, seed: 1)
    let id = network.architecture.nodes[0].id
    let plan = PruningPlan([.init(.neuron(name: Neuron(id, 3)), score: 0, round: 1)])
    let small = try network.compacted(by: plan)
    let groups = try NeuronGroups(small.architecture)
    let grown = try small.growing(
      copyOf: groups.ofNodes[0][1], groups, taken: [id: 3], using: &generator)
    #expect(grown.originalIndices[0] == [0, 1, 4, 2])
  }

  /// New neurons are kept for three rounds, also random ones, which have no effect at first.
  @Test(arguments: [GrowAndPrune.name, AdaptiveGrowthAndPruning.name])
  func newNeuronsAreNotPrunedForThreeRounds(_ name: String) throws {
    var generator = SeededGenerator(seed: 8)
    let examples = generator.clusters(rows: 200, inputs: 3, classes: 3)
    let network = try Network(
      Architecture(input: [3]) {
        Dense(3)
        Activation(.tanh)
        Dense(3)
      }, seed: 3)
    let context = PruningContext(
      head: .softmax, training: examples, validation: examples,
      trainer: Trainer(epochs: 1, batch: 32, learningRate: 0.005), seed: 5)
    var adaptation =
      name == GrowAndPrune.name ? GrowAndPrune().adaptation : AdaptiveGrowthAndPruning().adaptation
    // Everything is insignificant but for its age.
    (adaptation.low, adaptation.needed, adaptation.patience) = (10, 1.1, 16)
    var method = AdaptiveGrowthAndPruning()
    method.adaptation = adaptation
    var recipe = method.recipe
    recipe.recovery = .fineTune(epochs: 1)
    let plan = try method.prune(
      network, to: .neurons(1000), with: recipe, on: context, onRound: { _ in }
    ).plan
    var young = 0
    for growth in plan.growths {
      for removal in plan.removals where removal.subject == .neuron(name: growth.name) {
        young += 1
        #expect(removal.round - growth.round > adaptation.protectedRounds)
      }
    }
    if name == AdaptiveGrowthAndPruning.name { #expect(young > 0) }
  }

  /// From too few and from too many units the width converges to what the task needs.
  @Test func growingAndPruningFindAUsefulSize() throws {
    var generator = SeededGenerator(seed: 21)
    let rows = (0..<400).map { _ in [Float(generator.normal()), Float(generator.normal())] }
    let labels = rows.map { ($0[0] > 0) != ($0[1] > 0) ? 1 : 0 }
    let examples = Examples(inputs: Tensor(Array(rows.joined()), shape: [400, 2]), labels: labels)
    for units in [2, 32] {
      var trainer = Trainer(epochs: 20, batch: 16, learningRate: 0.02)
      trainer.schedule = .constant
      let network = try Network(
        Architecture(input: [2]) {
          Dense(units)
          Activation(.tanh)
          Dense(2)
        }, seed: 3)
      let context = PruningContext(
        head: .softmax, training: examples, validation: examples, trainer: trainer, seed: 5)
      let method = GrowAndPrune()
      var recipe = method.recipe
      recipe.recovery = .fineTune(epochs: 10)
      let pruned = try method.prune(
        network, to: .neurons(1000), with: recipe, on: context, onRound: { _ in })
      let rounds = pruned.trace.steps.count
      let fixed = try trainer.trained(network, on: examples, epochs: 10 * rounds)
      #expect(units == 2 ? pruned.after.neurons > 2 : pruned.after.neurons < 32)
      // The plan turns the first architecture into the last, independent of training in between.
      if units == 2 { #expect(!pruned.plan.growths.isEmpty) }
      let stored = try JSONDecoder().decode(
        PruningPlan.self, from: JSONEncoder().encode(pruned.plan))
      #expect(stored == pruned.plan)
      let replayed = try network.compacted(by: stored)
      #expect(replayed.architecture == pruned.network.architecture)
      #expect(replayed.originalIndices == pruned.network.originalIndices)
      let names = pruned.plan.growths.map(\.name)
      #expect(Set(names).count == names.count)
      let inputs = examples.inputs
      let check = EqualityCheck(
        of: replayed, with: try network.masked(by: stored), inputs: inputs, removed: [],
        head: .softmax)
      #expect(check.holds, "\(check)")
      #expect(
        EqualityCheck(
          of: try network.grown(by: stored), with: network, inputs: inputs, removed: [],
          head: .softmax
        ).holds)
      #expect(context.quality(of: pruned.network) > context.quality(of: fixed) - 0.02)
    }
  }
}

extension Trainer {
  /// A network trained for some epochs.
  fileprivate func trained(
    _ network: Network, on examples: Examples, epochs: Int
  ) throws -> Network {
    var copy = self
    copy.epochs = epochs
    return try copy.train(
      from: State(start: network), head: .softmax, on: examples, validation: examples, seed: 5
    ).network
  }
}
