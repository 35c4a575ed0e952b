import Datasets
import NetworkSupport
import Networks
import Pruning
import Tensors
import TestSupport
import Testing

@Suite struct GraphPruningTests {
  @Test func compactionEqualsMaskingOnGraphs() throws {
    try withEverySeed(80) { generator in
      let network = try generator.graphNetwork()
      let plan = try generator.groupPlan(for: network, share: 0.4)
      let inputs = generator.normalTensor([9, network.architecture.input.count])
      let compacted = try network.compacted(by: plan)
      let check = EqualityCheck(
        of: compacted, with: try network.masked(by: plan), inputs: inputs, removed: [],
        head: .softmax)
      #expect(check.holds && check.changedPredictions == 0, "\(check)")
      if !plan.removals.isEmpty { #expect(compacted.parameterCount < network.parameterCount) }
    }
  }

  /// With plain loops of fixed summation order, the outputs of a masked network and its compaction
  /// are bitwise equal, and agree with those of the kernels.
  @Test func plainLoopsFindNoDifferenceAtAll() throws {
    try withEverySeed(60) { generator in
      let network = try generator.graphNetwork()
      let plan = try generator.groupPlan(for: network, share: 0.4)
      let inputs = generator.normalTensor([4, network.architecture.input.count])
      let compacted = try network.compacted(by: plan)
      let plain = try compacted.outputsByPlainLoops(for: inputs)
      #expect(try network.masked(by: plan).outputsByPlainLoops(for: inputs) == plain)
      let fast = compacted.outputs(for: inputs)
      let size = plain.elements.map { abs($0) }.max() ?? 0
      for row in 0..<4 {
        let differences = zip(fast.row(row), plain.row(row)).map { abs($0 - $1) }
        #expect(differences.allSatisfy { $0 <= 1e-5 * size }, "\(differences) of \(size)")
        let order = plain.row(row).sorted(by: >)
        guard order[0] - order[1] > 1e-4 * size else { continue }
        let predictions = [fast, plain].map { Head.softmax.predictions(from: $0)[row] }
        #expect(predictions[0] == predictions[1])
      }
    }
  }

  @Test func costsAreThoseCountedByHand() throws {
    var builder = ArchitectureBuilder(input: [4, 4, 2])
    builder.add(Convolution(5, Window(3, padding: 1)))
    builder.add(BatchNormalization())
    builder.add(Activation(.relu))
    builder.add(Convolution(3, Window(3, stride: 2, padding: 1), hasBias: false))
    builder.add(Flattening())
    builder.add(Dense(2))
    let network = try Network(builder.architecture, seed: 1)
    #expect(network.macs == 16 * 9 * 2 * 5 + 4 * 9 * 5 * 3 + 12 * 2)
    let plan = PruningPlan(
      [("convolution-1", 0), ("convolution-1", 4), ("convolution-2", 1)].map {
        .init(.neuron(name: Neuron(Node.ID($0.0), $0.1)), score: 0, round: 1)
      })
    let cost = try Cost(of: network.compacted(by: plan))
    #expect(cost.macs == 16 * 9 * 2 * 3 + 4 * 9 * 3 * 2 + 8 * 2)
    #expect(cost.parameters == (9 * 2 * 3 + 3) + 2 * 3 + 9 * 3 * 2 + (8 * 2 + 2))
  }

  /// Masking only the incoming weights changes the function if a normalisation has a shift.
  @Test func masksOfIncomingWeightsAloneFailTheCheck() throws {
    var builder = ArchitectureBuilder(input: [4, 4, 1])
    builder.add(Convolution(4, Window(3, padding: 1)))
    builder.add(BatchNormalization())
    builder.add(Convolution(3, Window(3, padding: 1)))
    builder.add(GlobalAveragePooling())
    builder.add(Dense(2))
    var generator = SeededGenerator(seed: 3)
    var network = try Network(builder.architecture, seed: 3)
    network.parameters[1][1].value = generator.normalTensor([4])
    let plan = PruningPlan([
      .init(.neuron(name: Neuron(Node.ID("convolution-1"), 1)), score: 0, round: 1)
    ])
    let compacted = try network.compacted(by: plan)
    network.parameters[0][0].value.withElements { weights in
      for tap in 0..<9 { weights[4 * tap + 1] = 0 }
    }
    network.parameters[0][1].value.withElements { $0[1] = 0 }
    let inputs = generator.normalTensor([20, 16])
    #expect(
      !EqualityCheck(of: compacted, with: network, inputs: inputs, removed: [], head: .softmax)
        .holds)
  }

  @Test func plansComposeAndTheirOrderDoesNotMatter() throws {
    try withEverySeed(30) { generator in
      // A grouped convolution is pruned by group and keeps a channel in each.
      let network = try generator.graphNetwork(hasGroups: false)
      let plan = try generator.groupPlan(for: network, share: 0.5)
      let half = plan.removals.count / 2
      let (first, second) = (
        PruningPlan(Array(plan.removals[..<half])), PruningPlan(Array(plan.removals[half...]))
      )
      let whole = try network.compacted(by: plan)
      #expect(try network.compacted(by: first).compacted(by: second) == whole)
      #expect(try network.compacted(by: second.union(first)) == whole)
      #expect(try network.compacted(by: PruningPlan()) == network)
    }
  }

  @Test func aStepOfTrainingKeepsThemEqual() throws {
    try withEverySeed(20) { generator in
      var network = try generator.graphNetwork()
      // Scales the weights of all layers by 0.3.
      for node in network.parameters.indices {
        for index in network.parameters[node].indices
        where network.parameters[node][index].role == .weight {
          let value = network.parameters[node][index].value
          network.parameters[node][index].value = Tensor(
            value.elements.map { 0.3 * $0 }, shape: value.shape)
        }
      }
      let plan = try generator.groupPlan(for: network, share: 0.4)
      let rows = generator.normalTensor([16, network.architecture.input.count])
      let examples = Examples(inputs: rows, labels: (0..<16).map { $0 % 3 })
      var trainer = Trainer(epochs: 1, batch: 16, learningRate: 0.01)
      trainer.optimizer = .momentum(momentum: 0.9)
      trainer.weightDecay = 0.01
      func step(_ network: Network) throws -> Network {
        try trainer.train(
          from: Trainer.State(start: network), head: .softmax, on: examples, validation: examples,
          seed: 1
        ).network
      }
      let masked = try step(network.masked(by: plan))
      let compacted = try step(network.compacted(by: plan))
      let check = EqualityCheck(
        of: compacted, with: masked, inputs: rows, removed: [], head: .softmax)
      #expect(check.largestRelative < 1e-3, "\(check)")
    }
  }

  /// The gradients of the pruned network are those of its own loss.
  @Test func gradientsOfWhatIsLeftAreThoseOfItsLoss() throws {
    try withEverySeed(3) { generator in
      var builder = ArchitectureBuilder(input: [6, 6, 2])
      builder.add(Convolution(5, Window(3, padding: 1), hasBias: false))
      let start = builder.add(BatchNormalization())
      builder.add(Activation(.sigmoid))
      builder.add(Convolution(6, Window(3, padding: 1)))
      builder.add(Activation(.tanh))
      let body = builder.add(Convolution(5, Window(1)))
      let sum = builder.add(Sum(), reading: body, start)
      builder.add(Concatenation(), reading: sum, sum)
      builder.add(Flattening())
      builder.add(Dense(7))
      builder.add(Activation(.sigmoid))
      builder.add(Dense(3))
      let network = try Network(builder.architecture, seed: generator.next())
      let small = try network.compacted(by: generator.groupPlan(for: network, share: 0.4))
      #expect(small.parameterCount < network.parameterCount)
      let rows = generator.normalTensor([5, 72])
      let labels = (0..<5).map { _ in generator.index(below: 3) }
      #expect(try gradientError(of: small, rows: rows, labels: labels) < 2e-3)
    }
  }

  @Test func aRemovedBranchLeavesTheRest() throws {
    let network = try Network(
      ResNet20().architecture(input: [8, 8, 3], outputs: 4), seed: 5)
    let plan = PruningPlan([
      .init(
        .branch(into: Node.ID("sum-2"), from: Node.ID("batch-normalization-5")), score: 0, round: 1),
      .init(
        .branch(into: Node.ID("sum-4"), from: Node.ID("batch-normalization-9")), score: 0, round: 1),
    ])
    let compacted = try network.compacted(by: plan)
    var generator = SeededGenerator(seed: 5)
    let inputs = generator.normalTensor([12, 192])
    let check = EqualityCheck(
      of: compacted, with: try network.masked(by: plan), inputs: inputs, removed: [],
      head: .softmax)
    #expect(check.holds, "\(check)")
    // Two convolutions, two normalisations, one ReLU and the sum each, and one of two consecutive
    // ReLUs.
    #expect(compacted.architecture.nodes.count <= network.architecture.nodes.count - 13)
    #expect(compacted.architecture.index(of: Node.ID("sum-2")) == nil)
  }

  @Test func aDeadBranchIsRemovedAndADeadLayerKeepsOneZeroedNeuron() throws {
    let residual = try Network(ResNet20().architecture(input: [8, 8, 3], outputs: 4), seed: 6)
    let inner = PruningPlan(
      residual.neurons(of: Node.ID("convolution-4")).map {
        .init(.neuron(name: $0), score: 0, round: 1)
      })
    var generator = SeededGenerator(seed: 6)
    let inputs = generator.normalTensor([12, 192])
    let small = try residual.compacted(by: inner)
    #expect(small.architecture.index(of: Node.ID("sum-2")) == nil)
    #expect(
      EqualityCheck(
        of: small, with: try residual.masked(by: inner), inputs: inputs, removed: [],
        head: .softmax
      ).holds)

    let chain = try generator.denseNetwork(inputs: 4)
    let first = chain.architecture.nodes[0].id
    let all = PruningPlan(
      chain.neurons(of: first).map { .init(.neuron(name: $0), score: 0, round: 1) })
    let left = try chain.compacted(by: all)
    #expect(left.neurons(of: first).count == 1)
    #expect(
      EqualityCheck(
        of: left, with: try chain.masked(by: all), inputs: generator.normalTensor([8, 4]),
        removed: [], head: .softmax
      ).holds)
  }

  @Test func aPlanForAnotherNetworkIsRefused() throws {
    var generator = SeededGenerator(seed: 8)
    let network = try generator.denseNetwork(inputs: 4)
    func error(_ subject: PruningPlan.Subject) -> PruningError? {
      let plan = PruningPlan([.init(subject, score: 0, round: 1)])
      return #expect(throws: PruningError.self) { try network.compacted(by: plan) }
    }
    #expect(error(.neuron(name: Neuron(Node.ID("dense-9"), 0))) == .unknownNode("dense-9"))
    #expect(
      error(.neuron(name: Neuron(Node.ID("dense-1"), 99)))
        == .unknownNeuron(Neuron(Node.ID("dense-1"), 99)))
    #expect(
      error(.neuron(name: Neuron(Node.ID("dense-3"), 0)))
        == .protected(neuron: Neuron(Node.ID("dense-3"), 0), .output))
    #expect(error(.column(name: "x", inputs: [7])) == .unknownInput(column: "x"))
    #expect(
      error(.weights(of: Node.ID("dense-1"), parameter: 0, entries: [100_000]))
        == .unknownWeights(of: "dense-1"))
    #expect(
      error(.branch(into: Node.ID("dense-2"), from: Node.ID("dense-1")))
        == .noBranch(into: "dense-2", from: "dense-1")
    )
  }
}

extension SeededGenerator {
  /// Some prunable groups, never all of a layer.
  mutating func groupPlan(for network: Network, share: Double) throws -> PruningPlan {
    let groups = try NeuronGroups(network.architecture)
    var left: [Int: Int] = [:]
    for group in groups.groups {
      for producer in group.producers { left[producer.node, default: 0] += 1 }
    }
    var plan = PruningPlan()
    for index in groups.prunable where uniform() < share {
      let producers = groups.groups[index].producers
      var own: [Int: Int] = [:]
      for producer in producers { own[producer.node, default: 0] += 1 }
      guard let producer = producers.first, own.allSatisfy({ (left[$0.key] ?? 0) > $0.value })
      else {
        continue
      }
      for (node, count) in own { left[node, default: 0] -= count }
      let name = Neuron(
        network.architecture.nodes[producer.node].id,
        network.originalIndices[producer.node][producer.neuron]
      )
      plan.removals.append(.init(.neuron(name: name), score: uniform(), round: 1))
    }
    return plan
  }
}
