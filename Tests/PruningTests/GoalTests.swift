import Datasets
import NetworkSupport
import Networks
import Pruning
import Tensors
import TestSupport
import Testing

/// Goals are met exactly, and one that is out of reach is named as it was given.
@Suite struct GoalTests {
  /// Random weights: goals are counted, not accuracies.
  private func network(_ inputs: Int, _ units: [Int], seed: UInt64 = 1) throws -> Network {
    try Network(
      Architecture(input: [inputs]) {
        for count in units {
          Dense(count)
          Activation(.relu)
        }
        Dense(3)
      }, seed: seed)
  }

  private func context(_ inputs: Int) -> PruningContext {
    var generator = SeededGenerator(seed: 3)
    let examples = generator.clusters(rows: 90, inputs: inputs, classes: 3)
    return PruningContext(
      head: .softmax, training: examples, validation: examples,
      trainer: Trainer(epochs: 1, batch: 16, learningRate: 0.01), seed: 2)
  }

  private let plain = Recipe(.neurons(NeuronMagnitude()), recovery: .none, floor: 0)

  /// 49 · (2 / 49) is 1.9999999999999998 in double precision.
  @Test(arguments: [2, 4, 8, 16, 27, 32, 48, 49])
  func neuronsAreLeftAsRequested(_ count: Int) throws {
    let pruned = try plain.prune(try network(6, [49]), to: .neurons(count), on: context(6))
    #expect(pruned.after.neurons == count)
  }

  @Test func aSingleNeuronCanBeLeft() throws {
    let pruned = try plain.prune(try network(6, [49]), to: .neurons(1), on: context(6))
    #expect(pruned.after.neurons == 1)
  }

  @Test(arguments: [117, 118, 119, 150, 203])
  func weightsAreLeftAsRequested(_ count: Int) throws {
    let network = try network(6, [20])
    #expect(network.parameterCount == 203)
    let pruned = try Recipe(.weights, recovery: .none, floor: 0).prune(
      network, to: .parameters(count), on: context(6))
    // Neurons that nothing reads are removed too; their weights do not count.
    let removed = pruned.plan.removals.reduce(0) { sum, removal in
      if case .weights(_, _, let entries) = removal.subject { sum + entries.count } else { sum }
    }
    #expect(network.parameterCount - removed == count)
  }

  @Test func aLinearScheduleHasEqualRounds() throws {
    var recipe = plain
    recipe.schedule = Schedule(.linear, rounds: 4)
    let pruned = try recipe.prune(try network(6, [20]), to: .neurons(4), on: context(6))
    #expect(pruned.trace.steps.map(\.result.cost.neurons) == [16, 12, 8, 4])
  }

  @Test func everyShareOfAWidthIsMet() throws {
    for width in 2...40 {
      let network = try network(3, [width])
      // Each unit has 3 + 1 + 3 parameters, and the outputs have 3 biases.
      for left in 1..<width {
        let share = Double(7 * left + 3) / Double(7 * width + 3)
        let pruned = try plain.prune(network, to: .keep(share), on: context(3))
        #expect(pruned.after.neurons == left, "\(left) of \(width)")
      }
    }
  }

  /// Where scores are ranked within each layer, they are compared with those of the layer.
  @Test(arguments: [Scope.layer, .network])
  func removedScoresAreAtMostTheLowestKept(_ scope: Scope) throws {
    var recipe = plain
    recipe.scope = scope
    let pruned = try recipe.prune(try network(6, [20, 12]), to: .keep(0.5), on: context(6))
    var ranks: [String: [Int]] = [:]
    for removal in pruned.plan.removals {
      let threshold = try #require(removal.threshold)
      #expect(removal.score <= threshold)
      guard case .neuron(let name) = removal.subject else { continue }
      ranks[scope == .layer ? name.node.rawValue : "", default: []].append(removal.rank ?? -1)
    }
    for own in ranks.values { #expect(own == Array(own.indices)) }
    let thresholds = Set(pruned.plan.removals.map(\.threshold))
    #expect(ranks.count == (scope == .layer ? 2 : 1) && thresholds.count == ranks.count)
  }

  /// Two of ten units have no weights; every other one decides some rows.
  @Test func theSearchFindsWhatIsUnused() throws {
    var network = try network(4, [10])
    var weights = network.parameters[0]
    let outgoing = network.parameters[2]
    for unit in [3, 7] {
      for input in 0..<4 { weights[.weight].value[input, unit] = 0 }
      weights[.bias].value[unit, 0] = 0
    }
    network = try Network(
      network.architecture, parameters: [weights, network.parameters[1], outgoing],
      originalIndices: network.originalIndices)
    var generator = SeededGenerator(seed: 9)
    let inputs = Tensor((0..<1200).map { _ in Float(generator.normal()) }, shape: [300, 4])
    let labels = network.outputs(for: inputs).largestColumns
    let examples = Examples(inputs: inputs, labels: labels)
    let context = PruningContext(
      head: .softmax, training: examples, validation: examples,
      trainer: Trainer(epochs: 1, batch: 16, learningRate: 0.01), seed: 2)
    let pruned = try plain.prune(network, to: .accuracyDrop(0), on: context)
    #expect(pruned.after.neurons == 8)
    #expect(context.quality(of: pruned.network) == 1)
  }

  private func unmet(_ prune: () throws -> PrunedNetwork) -> UnmetGoal? {
    do {
      _ = try prune()
      return nil
    } catch PruningError.goalOutOfReach(let unmet) {
      return unmet
    } catch {
      return nil
    }
  }

  @Test func anUnmetGoalIsTheGivenOne() throws {
    let network = try network(6, [20])
    var rounds = Recipe(.weights, recovery: .none, floor: 0)
    rounds.schedule = Schedule(.cubic, rounds: 6)
    // The largest weight of each layer and 23 biases are left.
    #expect(
      unmet { try rounds.prune(network, to: .parameters(10), on: context(6)) }
        == .weights(.parameters(10), nearest: 25))
    #expect(
      unmet { try rounds.prune(network, to: .keep(0.01), on: context(6)) }
        == .weights(.keep(0.01), nearest: 25))
    let method = DeepCompression()
    guard
      case .bytes(1, let nearest) = unmet({
        try method.prune(
          network, to: .bytes(1), with: method.recipe, on: context(6), onRound: { _ in })
      })
    else {
      Issue.record("the error names another goal")
      return
    }
    #expect(nearest > 1)
    let grown = GrowAndPrune()
    guard
      case .neurons(.macs(0.001), _) = unmet({
        try grown.prune(
          network, to: .macs(0.001), with: grown.recipe, on: context(6), onRound: { _ in })
      })
    else {
      Issue.record("the error names another goal")
      return
    }
  }

  @Test func sharedWeightsHaveNoGoalInInputs() throws {
    let method = DeepCompression()
    #expect(throws: PruningError.unsuited(method: DeepCompression.name, needs: .parameterGoal)) {
      try method.prune(
        try network(6, [20]), to: .inputs(3), with: method.recipe, on: context(6), onRound: { _ in }
      )
    }
  }
}
