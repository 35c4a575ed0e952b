import Datasets
import Naming
import NetworkSupport
import Networks
import Pruning
import Tensors
import TestSupport
import Testing

/// Individually pruned units of flattened images, and pruning to widths per layer.
@Suite struct NumbersTests {
  @Test func compactionEqualsMasking() throws {
    var narrowed = 0
    try withEverySeed(80) { generator in
      let network = try generator.graphNetwork()
      let plan = try generator.numberPlan(for: network, share: 0.5)
      guard !plan.flattenedUnits.isEmpty else { return }
      narrowed += 1
      let compacted = try network.compacted(by: plan)
      let masked = try network.masked(by: plan)
      let inputs = generator.normalTensor([9, network.architecture.input.count])
      let check = EqualityCheck(
        of: compacted, with: masked, inputs: inputs, removed: [], head: .softmax)
      #expect(check.holds && check.changedPredictions == 0, "\(check)")
      #expect(
        try masked.outputsByPlainLoops(for: inputs) == compacted.outputsByPlainLoops(for: inputs))
      // Fewer units are read, also of kept channels.
      let read = try NeuronGroups(compacted.architecture, separatesFlattenedUnits: true)
        .flattenedUnitsRead
      let whole = try NeuronGroups(network.architecture, separatesFlattenedUnits: true)
        .flattenedUnitsRead
      #expect(read < whole)
    }
    #expect(narrowed > 20)
  }

  @Test func plansComposeAndTheirOrderDoesNotMatter() throws {
    try withEverySeed(40) { generator in
      let network = try generator.graphNetwork(hasGroups: false)
      let plan = try generator.numberPlan(for: network, share: 0.5)
      guard !plan.flattenedUnits.isEmpty else { return }
      let (numbers, neurons) = (
        PruningPlan(
          plan.removals.filter { if case .flattenedUnit = $0.subject { true } else { false } }),
        PruningPlan(plan.removals.filter { if case .neuron = $0.subject { true } else { false } })
      )
      let whole = try network.compacted(by: plan)
      #expect(try network.compacted(by: neurons.union(numbers)) == whole)
      // Units pruned in two steps: the same channel selection follows the flatten layer.
      let half = numbers.removals.count / 2
      let halves = [numbers.removals[..<half], numbers.removals[half...]].map {
        PruningPlan(Array($0))
      }
      let once = try network.compacted(by: numbers)
      #expect(try halves.reduce(network) { try $0.compacted(by: $1) } == once)
    }
  }

  private func lenet(_ seed: UInt64) throws -> Network {
    try Network(
      Architecture(input: [6, 6, 2]) {
        Convolution(5, Window(3))
        Activation(.relu)
        Convolution(4, Window(3))
        Activation(.relu)
        Flattening()
        Dropout(0.5)
        Dense(8)
        Activation(.relu)
        Dense(3)
      }, seed: seed)
  }

  private func numbers(_ originalIndices: some Sequence<Int>) -> [PruningPlan.Removal] {
    originalIndices.map {
      .init(.flattenedUnit(name: Neuron(Node.ID("flattening-1"), $0)), score: 0, round: 1)
    }
  }

  @Test func aChannelOfWhichNothingIsReadIsPrunedToo() throws {
    let network = try lenet(1)
    // All four units of the second of four channels, and one of the third.
    let plan = PruningPlan(numbers([1, 5, 9, 13, 6]))
    let small = try network.compacted(by: plan)
    func originalIndices(_ node: String) throws -> [Int] {
      small.originalIndices[try #require(small.architecture.index(of: Node.ID(node)))]
    }
    #expect(try originalIndices("convolution-2") == [0, 2, 3])
    #expect(try originalIndices("flattening-1") == [0, 2, 3, 4, 6, 7, 8, 10, 11, 12, 14, 15])
    #expect(try originalIndices("channel-selection-1") == [0, 2, 3, 4, 7, 8, 10, 11, 12, 14, 15])
    let cost = try Cost(of: small)
    #expect(cost.parameters == (9 * 2 * 5 + 5) + (9 * 5 * 3 + 3) + (11 * 8 + 8) + (8 * 3 + 3))
    #expect(cost.macs == 16 * 9 * 2 * 5 + 4 * 9 * 5 * 3 + 11 * 8 + 8 * 3)
    #expect(cost.neurons == 5 + 3 + 8)
    // If all units are pruned, one is kept with output zero.
    let none = try network.compacted(by: PruningPlan(numbers(0..<16)))
    #expect(none.originalIndices[4] == [0, 4, 8, 12])
    #expect(
      try NeuronGroups(none.architecture, separatesFlattenedUnits: true).flattenedUnitsRead == 1)
    var generator = SeededGenerator(seed: 2)
    let inputs = generator.normalTensor([6, 72])
    let outputs = none.outputs(for: inputs)
    #expect((1..<6).allSatisfy { outputs.row($0).elementsEqual(outputs.row(0)) })
  }

  @Test func whatIsNoNumberIsToldSo() throws {
    let network = try lenet(1)
    func error(_ subject: PruningPlan.Subject) -> PruningError? {
      #expect(throws: PruningError.self) {
        try network.compacted(by: PruningPlan([.init(subject, score: 0, round: 1)]))
      }
    }
    #expect(
      error(.flattenedUnit(name: Neuron(Node.ID("dense-1"), 0)))
        == .noFlattenedUnit(Neuron(Node.ID("dense-1"), 0)))
    #expect(
      error(.flattenedUnit(name: Neuron(Node.ID("flattening-1"), 16)))
        == .unknownNeuron(Neuron(Node.ID("flattening-1"), 16)))
    #expect(error(.flattenedUnit(name: Neuron(Node.ID("flat"), 0))) == .unknownNode("flat"))
  }

  private static var scoring: [String] {
    let others = [
      BlockThenChannel.name, GrowAndPrune.name, AdaptiveGrowthAndPruning.name, FromScratch.name,
    ]
    return pruningCatalog.names.filter { name in
      guard !others.contains(name),
        let type = try? pruningCatalog.type(named: name),
        case .neurons = type.init().recipe.score
      else { return false }
      return true
    }
  }

  private func context(_ network: Network, _ generator: inout SeededGenerator) -> PruningContext {
    let rows = generator.normalTensor([96, network.architecture.input.count])
    let examples = Examples(inputs: rows, labels: (0..<96).map { $0 % 3 })
    return PruningContext(
      head: .softmax, training: examples, validation: examples,
      trainer: Trainer(epochs: 1, batch: 32, learningRate: 0.01), seed: 4)
  }

  @Test(arguments: scoring)
  func layersArePrunedToTheirWidths(_ name: String) throws {
    let type = try pruningCatalog.type(named: name)
    let method = type.init()
    try withEverySeed(3) { generator in
      let network = try lenet(generator.next())
      let context = context(network, &generator)
      let widths = [
        Width(of: "flattening-1", 6), Width(of: "convolution-2", 3), Width(of: "dense-1", 5),
        Width(of: "convolution-1", 9),
      ]
      var recipe = method.recipe
      recipe.schedule = Schedule(.geometric, rounds: 2)
      recipe.recovery = .fineTune(epochs: 1)
      let pruned = try method.prune(network, to: .widths(widths), with: recipe, on: context)
      #expect(pruned.check.holds && pruned.check.changedPredictions == 0, "\(pruned.check)")
      let small = pruned.network
      func count(_ node: String) throws -> Int {
        small.originalIndices[try #require(small.architecture.index(of: Node.ID(node)))].count
      }
      #expect(try count("convolution-1") == 5 && count("dense-1") == 5)
      #expect(try (1...3).contains(count("convolution-2")))
      #expect(try count("channel-selection-1") == 6)
      #expect(pruned.after == (try Cost(of: small)))
      let costs = pruned.trace.steps.map(\.result.cost)
      #expect(costs.count == 2 && costs[0] != costs[1])
      // Applied to the network before pruning, the plan gives the pruned architecture.
      let replayed = try network.compacted(by: pruned.plan)
      #expect(
        replayed.architecture == small.architecture
          && replayed.originalIndices == small.originalIndices)
      let again = try method.prune(network, to: .widths(widths), with: recipe, on: context)
      #expect(again.network == small && again.plan == pruned.plan)
      // Layers that are narrow enough are not pruned.
      let same = try method.prune(small, to: .widths(widths), with: recipe, on: context)
      #expect(same.network == small && same.trace.steps.isEmpty)
    }
  }

  @Test func methodsOfTheirOwnCourseRefuseWidths() throws {
    var generator = SeededGenerator(seed: 6)
    let network = try lenet(6)
    let context = context(network, &generator)
    let goal = Goal.widths([Width(of: "dense-1", 5)])
    for name in pruningCatalog.names where !Self.scoring.contains(name) && name != "from-scratch" {
      let type = try pruningCatalog.type(named: name)
      let error = #expect(throws: PruningError.self, "\(name)") {
        try type.init().prune(network, to: goal, with: type.init().recipe, on: context)
      }
      guard case .unsuited? = error else {
        Issue.record("\(name): \(String(describing: error))")
        continue
      }
    }
    // Gates exist for neurons only, so flattened units have no score.
    var recipe = FromScratch().recipe
    recipe.recovery = .none
    let pruned = try FromScratch().prune(network, to: goal, with: recipe, on: context)
    #expect(pruned.after.neurons == 5 + 4 + 5)
    #expect(throws: PruningError.self) {
      try FromScratch().prune(
        network, to: .widths([Width(of: "flattening-1", 5)]), with: recipe, on: context)
    }
  }

  /// Pixels of a directly flattened image can be pruned, although the image input is protected.
  @Test func pixelsArePrunedAndTheImageIsKept() throws {
    var generator = SeededGenerator(seed: 7)
    let network = try Network(
      Architecture(input: [5, 5, 1]) {
        Flattening()
        Dense(6)
        Activation(.relu)
        Dense(3)
      }, seed: 7)
    var recipe = Taylor().recipe
    recipe.recovery = .none
    let pruned = try Taylor().prune(
      network, to: .widths([Width(of: "flattening-1", 10)]), with: recipe,
      on: context(network, &generator))
    #expect(pruned.after.parameters == 10 * 6 + 6 + 6 * 3 + 3)
    #expect(pruned.network.architecture.input == [5, 5, 1])
    #expect(pruned.check.holds)
  }
}

extension SeededGenerator {
  /// Some flattened units and some neurons, never all of a layer.
  fileprivate mutating func numberPlan(
    for network: Network, share: Double
  ) throws -> PruningPlan {
    var plan = try groupPlan(for: network, share: 0.3)
    guard
      let node = network.architecture.nodes.firstIndex(where: { $0.layer is Flattening })
    else { return plan }
    for originalIndex in network.originalIndices[node] where uniform() < share {
      plan.removals.append(
        .init(
          .flattenedUnit(name: Neuron(network.architecture.nodes[node].id, originalIndex)),
          score: uniform(),
          round: 1))
    }
    return plan
  }
}
