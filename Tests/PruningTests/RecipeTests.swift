import Datasets
import Naming
import NetworkSupport
import Networks
import Pruning
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite struct RecipeTests {
  private struct Baseline {
    var network: Network
    var context: PruningContext
  }

  /// A network trained to classify clusters.
  private func baseline(_ generator: inout SeededGenerator, units: Int = 24) throws -> Baseline {
    let examples = generator.clusters(rows: 300, inputs: 5, classes: 3)
    let fresh = try Network(
      Architecture(input: [5]) {
        Dense(units)
        Activation(.relu)
        Dense(12)
        Activation(.relu)
        Dense(3)
      }, seed: generator.next())
    let trainer = Trainer(epochs: 10, batch: 16, learningRate: 0.01)
    let network = try trainer.train(
      from: Trainer.State(start: fresh), head: .softmax, on: examples, validation: examples, seed: 1
    ).network
    return Baseline(
      network: network,
      context: PruningContext(
        head: .softmax, training: examples, validation: examples, trainer: trainer, seed: 2))
  }

  private static var general: [String] {
    testedMethods.names.filter { $0 != BlockThenChannel.name }
  }

  @Test(arguments: general)
  func everyMethodMeetsItsGoalAndReplays(_ name: String) throws {
    let type = try testedMethods.type(named: name)
    let method = type.init()
    var generator = SeededGenerator(seed: 11)
    let baseline = try baseline(&generator)
    let pruned = try method.prune(
      baseline.network, to: .keep(0.5), with: method.recipe, on: baseline.context, onRound: { _ in }
    )
    #expect(Double(pruned.after.parameters) <= 0.5 * Double(baseline.network.parameterCount) + 0.5)
    #expect(pruned.check.holds && pruned.check.changedPredictions == 0)
    #expect(pruned.network.parameterCount == pruned.after.parameters)
    #expect(baseline.context.quality(of: pruned.network) > 0.8)
    let again = try method.prune(
      baseline.network, to: .keep(0.5), with: method.recipe, on: baseline.context, onRound: { _ in }
    )
    #expect(again.network == pruned.network && again.plan == pruned.plan)
    // Applied to the network before pruning, the plan gives the pruned architecture.
    guard !name.hasPrefix("grow") else { return }
    let replayed = try baseline.network.compacted(by: pruned.plan)
    #expect(replayed.architecture == pruned.network.architecture)
    #expect(replayed.originalIndices == pruned.network.originalIndices)
    #expect(replayed.parameterCount == pruned.network.parameterCount)
  }

  /// Convolutions, a residual sum, normalisation and a flatten layer.
  @Test(arguments: testedMethods.names)
  func everyMethodPrunesResidualNetworks(_ name: String) throws {
    let type = try testedMethods.type(named: name)
    let method = type.init()
    var generator = SeededGenerator(seed: 23)
    var builder = ArchitectureBuilder(input: [4, 4, 2])
    builder.add(Convolution(6, Window(3, padding: 1), hasBias: false))
    builder.add(BatchNormalization())
    let start = builder.add(Activation(.relu))
    builder.add(Convolution(6, Window(3, padding: 1), hasBias: false))
    builder.add(BatchNormalization())
    builder.add(Activation(.relu))
    builder.add(Convolution(6, Window(3, padding: 1), hasBias: false))
    let body = builder.add(BatchNormalization())
    builder.add(Sum(), reading: body, start)
    builder.add(Activation(.relu))
    builder.add(Pooling(.largest, Window(2, stride: 2)))
    builder.add(Flattening())
    builder.add(Dense(8))
    builder.add(Activation(.relu))
    builder.add(Dense(2))
    let labels = (0..<128).map { $0 % 2 }
    let rows = labels.flatMap { label in
      (0..<32).map { _ in Float(generator.normal()) + (label == 1 ? 1 : -1) }
    }
    let examples = Examples(inputs: Tensor(rows, shape: [128, 32]), labels: labels)
    let trainer = Trainer(epochs: 3, batch: 32, learningRate: 0.01)
    let network = try trainer.train(
      from: Trainer.State(start: Network(builder.architecture, seed: 23)), head: .softmax,
      on: examples, validation: examples, seed: 1
    ).network
    let context = PruningContext(
      head: .softmax, training: examples, validation: examples, trainer: trainer, seed: 4)
    var recipe = method.recipe
    recipe.recovery = .fineTune(epochs: 1)
    let pruned = try method.prune(
      network, to: .keep(0.5), with: recipe, on: context, onRound: { _ in })
    #expect(2 * pruned.network.parameterCount <= network.parameterCount)
    #expect(pruned.check.holds && pruned.check.changedPredictions == 0, "\(pruned.check)")
  }

  /// The history has the network before pruning, and in each round its removals, what they cost and
  /// what recovery regains.
  @Test func everyRoundIsRecorded() throws {
    var generator = SeededGenerator(seed: 33)
    let baseline = try baseline(&generator)
    var recipe = L1Filter().recipe
    recipe.schedule = Schedule(.linear, rounds: 3)
    recipe.recovery = .fineTune(epochs: 2)
    recipe.compensation = .none
    var reported: [PruningTrace.Step] = []
    let pruned = try recipe.prune(baseline.network, to: .keep(0.3), on: baseline.context) {
      reported.append($0)
    }
    let trace = pruned.trace
    #expect(trace.before.cost == (try Cost(of: baseline.network)))
    #expect(trace.before.quality.value == baseline.context.quality(of: baseline.network))
    #expect(trace.steps == reported && trace.steps.map(\.number) == [1, 2, 3])
    #expect(trace.steps.allSatisfy { $0.limit == 3 && $0.isAccepted })
    #expect(trace.steps.flatMap(\.removals) == pruned.plan.removals)
    #expect(trace.steps.map(\.removedCount) == trace.steps.map(\.removals.count))
    #expect(trace.steps.last?.result.cost == (try Cost(of: pruned.network)))
    let quality = baseline.context.measure(pruned.network)
    #expect(trace.steps.last?.result.quality == quality)
    #expect(quality.value == Double(quality.correct) / Double(quality.classified))
    #expect(trace.steps.contains { $0.qualityBeforeRecovery.value < $0.result.quality.value })
  }

  @Test(arguments: [
    Goal.macs(0.4), .parameters(150), .neurons(9), .bytes(700), .keep(0.3),
  ])
  func goalsOfEveryKindAreMet(_ goal: Goal) throws {
    var generator = SeededGenerator(seed: 12)
    let baseline = try baseline(&generator)
    let pruned = try NeuronMagnitude().prune(
      baseline.network, to: goal, with: NeuronMagnitude().recipe, on: baseline.context)
    switch goal {
    case .macs(let share):
      #expect(
        Double(pruned.network.macs) <= share * Double(baseline.network.macs))
    case .parameters(let count): #expect(pruned.network.parameterCount <= count)
    case .neurons(let count): #expect(pruned.after.neurons <= count)
    case .bytes(let count): #expect(pruned.network.bytes <= count)
    case .keep(let share):
      #expect(
        Double(pruned.network.parameterCount) <= share * Double(baseline.network.parameterCount))
    default: Issue.record("untested")
    }
    #expect(try Cost(of: pruned.network) == pruned.after)
  }

  @Test func aGoalOutOfReachNamesTheNearest() throws {
    var generator = SeededGenerator(seed: 13)
    let baseline = try baseline(&generator)
    let error = #expect(throws: PruningError.self) {
      try NeuronMagnitude().prune(
        baseline.network, to: .parameters(10), with: NeuronMagnitude().recipe, on: baseline.context)
    }
    guard case .goalOutOfReach(.neurons(.parameters(10), let nearest))? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    // One neuron per layer is kept: 5 + 1 + 1 + 1 + 3 + 3.
    #expect(nearest.parameters == 14)
    #expect(error?.recoverySuggestion == "the nearest achievable value: 14 parameters")
  }

  @Test func anAccuracyFloorIsKept() throws {
    var generator = SeededGenerator(seed: 14)
    let baseline = try baseline(&generator)
    let before = baseline.context.quality(of: baseline.network)
    let pruned = try Taylor().prune(
      baseline.network, to: .accuracyDrop(0.02), with: Taylor().recipe, on: baseline.context)
    #expect(baseline.context.quality(of: pruned.network) >= before - 0.02)
    #expect(pruned.after.parameters < pruned.before.parameters / 2)
  }

  /// A duplicate neuron is found and compensated without a change of outputs.
  @Test func aDuplicateIsPrunedWithoutAChange() throws {
    try withEverySeed(10) { generator in
      let baseline = try baseline(&generator, units: 8)
      var network = baseline.network
      // The last neuron of the first layer duplicates the first; each has half the outgoing weights.
      for row in 0..<5 {
        network.parameters[0][0].value[row, 7] = network.parameters[0][0].value[row, 0]
      }
      network.parameters[0][1].value[7, 0] = network.parameters[0][1].value[0, 0]
      for unit in 0..<12 {
        let half = network.parameters[2][0].value[0, unit] / 2
        network.parameters[2][0].value[0, unit] = half
        network.parameters[2][0].value[7, unit] = half
      }
      let total = try Cost(of: network).neurons
      let pruned = try Orthogonal().prune(
        network, to: .neurons(total - 1), with: Orthogonal().recipe, on: baseline.context)
      let (before, after) = (
        network.outputs(for: baseline.context.training.inputs),
        pruned.network.outputs(for: baseline.context.training.inputs)
      )
      let largest = before.elements.map { abs($0) }.max() ?? 1
      let difference = zip(before.elements, after.elements).map { abs($0 - $1) }.max() ?? 1
      #expect(difference <= 1e-6 * max(largest, 1), "\(difference) of \(largest)")
    }
  }

  @Test(arguments: Compensation.allCases)
  func compensationLosesNoMoreThanNone(_ compensation: Compensation) throws {
    var generator = SeededGenerator(seed: 15)
    let baseline = try baseline(&generator)
    func difference(_ compensation: Compensation) throws -> Double {
      var recipe = L1Filter().recipe
      recipe.compensation = compensation
      recipe.recovery = .none
      let pruned = try recipe.prune(baseline.network, to: .keep(0.6), on: baseline.context)
      let (before, after) = (
        baseline.network.outputs(for: baseline.context.training.inputs),
        pruned.network.outputs(for: baseline.context.training.inputs)
      )
      return zip(before.elements, after.elements).reduce(0) {
        $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
      }
    }
    #expect(try difference(compensation) <= difference(.none) + 1e-9)
  }

  /// Restored weights are not in the plan, and the number of kept weights equals the goal.
  @Test func splicedWeightsAreThoseOfThePlan() throws {
    var generator = SeededGenerator(seed: 19)
    let baseline = try baseline(&generator)
    var recipe = WeightMagnitude().recipe
    recipe.recovery = .splice(epochs: 2)
    let pruned = try recipe.prune(baseline.network, to: .keep(0.2), on: baseline.context)
    #expect(Double(pruned.network.parameterCount) <= 0.2 * Double(baseline.network.parameterCount))
    let replayed = try baseline.network.compacted(by: pruned.plan)
    #expect(replayed.architecture == pruned.network.architecture)
    #expect(
      replayed.parameters.map { $0.map(\.mask) } == pruned.network.parameters.map { $0.map(\.mask) }
    )
    #expect(baseline.context.quality(of: pruned.network) > 0.9)
  }

  /// Splicing trains for its epochs after each round, and twice as long after the last.
  @Test(arguments: [(1, 2), (2, 3)])
  func splicingTakesEveryStepOfItsEpochs(rounds: Int, epochs: Int) throws {
    var generator = SeededGenerator(seed: 20)
    let baseline = try baseline(&generator)
    var recipe = WeightMagnitude().recipe
    recipe.schedule = Schedule(.linear, rounds: rounds)
    recipe.recovery = .splice(epochs: 1)
    let steps = Mutex(0)
    var context = baseline.context
    context.onStep = { steps.withLock { $0 += 1 } }
    let pruned = try recipe.prune(baseline.network, to: .keep(0.3), on: context)
    // 300 rows in batches of 16.
    #expect(steps.withLock { $0 } == epochs * 19)
    let replayed = try baseline.network.masked(by: pruned.plan)
    func loss(_ network: Network) -> Double {
      context.head.loss(of: network.outputs(for: context.training.inputs), for: context.training)
        .value
    }
    #expect(loss(pruned.network) < 0.9 * loss(replayed))
  }

  /// Pruning during one training reaches a high accuracy.
  @Test(arguments: [1, 3])
  func pruningCanTakePlaceDuringTraining(rounds: Int) throws {
    var generator = SeededGenerator(seed: 31)
    let baseline = try baseline(&generator)
    var recipe = Orthogonal().recipe
    recipe.schedule = Schedule(.linear, rounds: rounds)
    recipe.recovery = .whileTraining(epochs: 30)
    let pruned = try recipe.prune(baseline.network, to: .keep(0.5), on: baseline.context)
    #expect(2 * pruned.network.parameterCount <= baseline.network.parameterCount)
    #expect(pruned.check.holds && pruned.trace.steps.count == rounds)
    #expect(baseline.context.quality(of: pruned.network) > 0.9)
    #expect(
      (0...rounds).map { recipe.recovery.share(after: $0, of: rounds) }.reduce(0, +) == 30)
  }

  /// Neurons keep their original indices when weights are reinitialised, so a pruned network can be
  /// pruned again.
  @Test(arguments: [Recovery.rewind(epochs: 2), .scratch(epochs: 2), .whileTraining(epochs: 4)])
  func aPrunedNetworkIsPrunedFromFreshWeights(_ recovery: Recovery) throws {
    var generator = SeededGenerator(seed: 32)
    let baseline = try baseline(&generator)
    var recipe = NeuronMagnitude().recipe
    let once = try recipe.prune(baseline.network, to: .keep(0.6), on: baseline.context).network
    recipe.recovery = recovery
    let twice = try recipe.prune(once, to: .keep(0.6), on: baseline.context).network
    for (names, earlier) in zip(twice.originalIndices, once.originalIndices) {
      #expect(Set(names).isSubset(of: earlier))
    }
    #expect(twice.parameterCount < once.parameterCount)
  }

  /// With an equal budget of MACs a smaller network trains for more epochs.
  @Test func aBudgetOfMACsIsSpent() throws {
    var generator = SeededGenerator(seed: 33)
    let baseline = try baseline(&generator)
    var recipe = NeuronMagnitude().recipe
    func network(_ kind: Recovery.Kind, _ epochs: Int) throws -> Network {
      recipe.recovery = Recovery(kind, epochs: epochs)
      return try recipe.prune(baseline.network, to: .macs(0.25), on: baseline.context)
        .network
    }
    let cost = try Cost(of: network(.none, 0))
    let longer = Double(baseline.network.macs) / Double(cost.macs)
    #expect(
      try network(.fineTuneBudget, 2) == network(.fineTune, Int((2 * longer).rounded())))
  }

  @Test func inputsCanBeTheGoal() throws {
    var generator = SeededGenerator(seed: 16)
    var baseline = try baseline(&generator)
    baseline.context.columns = (0..<5).map { InputColumn(name: "x\($0)", inputs: [$0]) }
    let pruned = try Taylor().prune(
      baseline.network, to: .inputs(3), with: Taylor().recipe, on: baseline.context)
    #expect(pruned.network.architecture.input == [3] && pruned.plan.inputs.count == 2)
    #expect(pruned.check.holds)
  }

  @Test func whatHasNoBlocksIsToldSo() throws {
    var generator = SeededGenerator(seed: 17)
    let baseline = try baseline(&generator)
    #expect(
      throws: PruningError.unsuited(
        method: "block-then-channel", needs: .residualBlocks)
    ) {
      try BlockThenChannel().prune(
        baseline.network, to: .keep(0.5), with: BlockThenChannel().recipe, on: baseline.context,
        onRound: { _ in })
    }
  }

  @Test func aUselessBlockIsFound() throws {
    var generator = SeededGenerator(seed: 18)
    var builder = ArchitectureBuilder(input: [4, 4, 2])
    builder.add(Convolution(4, Window(3, padding: 1), hasBias: false))
    builder.add(BatchNormalization())
    let start = builder.add(Activation(.relu))
    builder.add(Convolution(4, Window(3, padding: 1), hasBias: false))
    builder.add(BatchNormalization())
    builder.add(Activation(.relu))
    builder.add(Convolution(4, Window(3, padding: 1), hasBias: false))
    let body = builder.add(BatchNormalization())
    builder.add(Sum(), reading: body, start)
    builder.add(Activation(.relu))
    builder.add(GlobalAveragePooling())
    builder.add(Dense(2))
    let network = try Network(builder.architecture, seed: 18)
    let labels = (0..<256).map { $0 % 2 }
    let rows = labels.flatMap { label in
      (0..<32).map { _ in Float(generator.normal()) + (label == 1 ? 1 : -1) }
    }
    let examples = Examples(inputs: Tensor(rows, shape: [256, 32]), labels: labels)
    let context = PruningContext(
      head: .softmax, training: examples, validation: examples,
      trainer: Trainer(epochs: 2, batch: 32, learningRate: 0.005), seed: 4)
    var method = BlockThenChannel()
    method.gatePenalty = 0.5
    let pruned = try method.prune(
      network, to: .keep(0.2), with: method.recipe, on: context, onRound: { _ in })
    #expect(pruned.network.architecture.nodes.allSatisfy { !($0.layer is Sum) })
    #expect(context.quality(of: pruned.network) > 0.9 && pruned.check.holds)
  }

  /// Fine-tuning takes its share of the learning rate, training of fresh weights the whole.
  @Test func onlyFineTuningIsSlower() throws {
    var generator = SeededGenerator(seed: 12)
    let baseline = try baseline(&generator)
    var context = baseline.context
    context.fineTuningScale = 0.25
    func trained(_ rate: Double) throws -> Network {
      var trainer = context.trainer
      (trainer.epochs, trainer.patience) = (2, nil)
      trainer.learningRate = rate
      return try trainer.train(
        from: .init(start: baseline.network), head: context.head, on: context.training,
        validation: context.validation, seed: context.seed &+ 3
      ).network
    }
    let rate = context.trainer.learningRate
    #expect(
      try context.trained(baseline.network, epochs: 2, round: 3) == trained(rate * 0.25))
    #expect(
      try context.trained(baseline.network, epochs: 2, round: 3, isFresh: true) == trained(rate))
  }
}
