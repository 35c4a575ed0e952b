import Datasets
import NetworkSupport
import Networks
import Pruning
import Tensors
import TestSupport
import Testing

/// Pruning of layers that the catalogue does not list.
@Suite struct JoinPruningTests {
  private func isEqual(
    _ network: Network, masked plan: PruningPlan, _ generator: inout SeededGenerator
  ) throws -> Bool {
    let inputs = generator.normalTensor([9, network.architecture.input.count])
    let check = EqualityCheck(
      of: try network.compacted(by: plan), with: try network.masked(by: plan), inputs: inputs,
      removed: [], head: .softmax)
    return check.holds && check.changedPredictions == 0
  }

  private func draw(_ network: inout Network, _ generator: inout SeededGenerator) {
    for node in network.parameters.indices {
      for index in network.parameters[node].indices {
        let shape = network.parameters[node][index].value.shape
        network.parameters[node][index].value = generator.normalTensor(shape)
      }
    }
  }

  /// The gates of pruned units go with the units of both branches.
  @Test func gatedBranchesArePrunedTogether() throws {
    try withEverySeed(20) { generator in
      var builder = ArchitectureBuilder(input: [6, 6, 2])
      let first = builder.add(Convolution(5, Window(3, padding: 1)))
      let second = builder.add(Convolution(5, Window(1)), reading: .input)
      builder.add(GatedSum(), reading: first, second)
      builder.add(Activation(.relu))
      builder.add(GlobalAveragePooling())
      builder.add(Dense(3))
      var network = try Network(builder.architecture, seed: 1)
      draw(&network, &generator)
      let groups = try NeuronGroups(network.architecture)
      #expect(groups.ofNodes[0] == groups.ofNodes[1] && groups.ofNodes[0] == groups.ofNodes[2])
      #expect(groups.prunable.count == 5)
      let plan = PruningPlan([
        .init(.neuron(name: Neuron(first, 1)), score: 0, round: 1),
        .init(.neuron(name: Neuron(second, 4)), score: 0, round: 1),
      ])
      #expect(try isEqual(network, masked: plan, &generator))
      let compacted = try network.compacted(by: plan)
      #expect(compacted.originalIndices[..<3] == [[0, 2, 3], [0, 2, 3], [0, 2, 3]])
      let gates = network.parameters[2][.gate].value
      #expect(
        compacted.parameters[2][.gate].value
          == Tensor([0, 2, 3].map { gates.elements[$0] }, shape: [3]))
      let mask = try network.masked(by: plan).parameters[2][.gate].mask
      #expect(mask == Mask([true, false, true, true, false]))
      // Growth is the inverse: the copy has the gate of the original.
      let grown = try network.growing(
        copyOf: groups.ofNodes[0][2], groups, using: &generator)
      #expect(grown.parameters[2][.gate].value.elements[2] == gates.elements[2])
      #expect(grown.parameters[2][.gate].value.elements[3] == gates.elements[2])
      let inputs = generator.normalTensor([5, 72])
      #expect(difference(grown.outputs(for: inputs), network.outputs(for: inputs)) < 1e-4)
    }
  }

  /// The neurons of a sequence are its units, not its numbers.
  @Test func unitsOfSequencesArePrunedForAllSteps() throws {
    try withEverySeed(20) { generator in
      var network = try Network(
        Architecture(input: [4, 3]) {
          StepwiseDense(5)
          ParametricReLU()
          StepwiseDense(2)
          Flattening()
          Dense(3)
        }, seed: 1)
      draw(&network, &generator)
      let groups = try NeuronGroups(network.architecture)
      #expect(groups.ofInput.count == 3 && groups.prunable.count == 5 + 2)
      #expect(groups.ofNodes.map(\.count) == [5, 5, 2, 8, 3])
      let plan = PruningPlan(
        [("stepwise-dense-1", 0), ("stepwise-dense-1", 3), ("stepwise-dense-2", 1)].map {
          .init(.neuron(name: Neuron(Node.ID($0.0), $0.1)), score: 0, round: 1)
        })
      #expect(try isEqual(network, masked: plan, &generator))
      let compacted = try network.compacted(by: plan)
      #expect(try compacted.architecture.shapes() == [[4, 3], [4, 3], [4, 1], [4], [3]])
      #expect(try Cost(of: network).neurons == 5 + 2)
    }
  }
}
