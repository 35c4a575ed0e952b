import Datasets
import NetworkSupport
import Networks
import Pruning
import Tensors
import TestSupport
import Testing

@Suite struct PruningPlanTests {
  @Test func compactionEqualsMasking() throws {
    try withEverySeed(40) { generator in
      let network = try generator.denseNetwork(inputs: 6)
      let plan = generator.plan(for: network)
      let inputs = generator.normalTensor([37, 6])
      let check = EqualityCheck(
        of: try network.compacted(by: plan), with: try network.masked(by: plan), inputs: inputs,
        removed: plan.inputs, head: .softmax)
      #expect(check.holds, "\(check)")
      #expect(check.changedPredictions == 0)
    }
  }

  /// Negative control: masking only the incoming weights changes the function if a zeroed neuron
  /// has a non-zero activation, as a sigmoid does at zero.
  @Test func masksOfIncomingWeightsAloneFailTheCheck() throws {
    var generator = SeededGenerator(seed: 5)
    let layers: [any Layer] = [Dense(6), Activation(.sigmoid), Dense(3)]
    var network = try Network(Architecture(input: [4]) { layers }, seed: 5)
    let plan = PruningPlan([
      .init(.neuron(name: Neuron(network.architecture.nodes[1].id, 2)), score: 0, round: 1)
    ])
    let compacted = try network.compacted(by: plan)
    for row in 0..<4 { network.parameters[0][0].value[row, 2] = 0 }
    network.parameters[0][1].value[2, 0] = 0
    let check = EqualityCheck(
      of: compacted, with: network, inputs: generator.normalTensor([50, 4]), removed: [],
      head: .softmax)
    #expect(!check.holds)
  }

  @Test func keptNeuronsKeepTheirOriginalIndices() throws {
    try withEverySeed { generator in
      let network = try generator.denseNetwork(inputs: 6)
      let plan = generator.plan(for: network)
      let compacted = try network.compacted(by: plan)
      for node in network.architecture.nodes.dropLast() where node.layer is Activation {
        let expected = network.neurons(of: node.id).filter { !plan.neurons.contains($0) }
        #expect(compacted.neurons(of: node.id) == expected)
      }
    }
  }

  @Test func maskedEntriesStayZeroThroughTraining() throws {
    try withEverySeed(5) { generator in
      let network = try generator.denseNetwork(inputs: 5)
      let plan = generator.plan(for: network)
      let masked = try network.masked(by: plan)
      let examples = generator.clusters(rows: 60, inputs: 5, classes: 3)
      let trained = try Trainer(epochs: 3, batch: 16, learningRate: 0.01).train(
        from: Trainer.State(start: masked), head: .softmax, on: examples, validation: examples,
        seed: 1
      ).network
      for parameter in trained.parameters.joined() {
        guard let mask = parameter.mask else { continue }
        for (row, kept) in mask.kept.enumerated() where !kept {
          let width = parameter.value.width
          #expect(parameter.value[row / width, row % width] == 0)
        }
      }
      #expect(trained.parameterCount == masked.parameterCount)
    }
  }
}

extension SeededGenerator {
  /// Some neurons of the hidden layers and some inputs, never all.
  fileprivate mutating func plan(for network: Network) -> PruningPlan {
    var plan = PruningPlan()
    for node in network.architecture.nodes.dropLast() where node.layer is Activation {
      for neuron in network.neurons(of: node.id).dropFirst() where uniform() < 0.4 {
        plan.removals.append(.init(.neuron(name: neuron), score: uniform(), round: 1))
      }
    }
    for input in 1..<network.architecture.input[0] where uniform() < 0.3 {
      plan.removals.append(
        .init(.column(name: "x\(input)", inputs: [input]), score: uniform(), round: 2))
    }
    return plan
  }
}
