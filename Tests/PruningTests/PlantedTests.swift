import Datasets
import Naming
import NetworkSupport
import Networks
import Pruning
import Tensors
import TestSupport
import Testing

/// Networks constructed with known important neurons.
@Suite struct PlantedTests {
  /// Three units compute "x and y, or z", and five have very small outgoing weights: the three
  /// units are kept.
  @Test(arguments: ["weak-subnetwork", "taylor", "grow-and-prune"])
  func whatARuleNeedsIsKept(_ name: String) throws {
    let type = try pruningCatalog.type(named: name)
    let method = type.init()
    try withEverySeed(5) { generator in
      let rows = (0..<256).map { _ in (0..<6).map { _ in Float(generator.index(below: 2)) } }
      let labels = rows.map { ($0[0] == 1 && $0[1] == 1) || $0[2] == 1 ? 1 : 0 }
      let examples = Examples(
        inputs: Tensor(Array(rows.joined()), shape: [256, 6]), labels: labels)
      var network = try Network(
        Architecture(input: [6]) {
          Dense(8)
          Activation(.relu)
          Dense(2)
        }, seed: generator.next())
      var weight = Tensor(
        generator.normalTensor([6, 8]).elements.map { 0.05 * $0 }, shape: [6, 8])
      var bias = Tensor(shape: [8])
      for unit in 0..<3 { for input in 0..<6 { weight[input, unit] = 0 } }
      (weight[0, 0], weight[1, 0]) = (4, 4)
      bias.withElements { $0[0] = -4 }
      weight[2, 1] = 4
      (weight[0, 2], weight[1, 2], weight[2, 2]) = (-2, -2, -4)
      bias.withElements { $0[2] = 4 }
      network.parameters[0][0].value = weight
      network.parameters[0][1].value = bias
      var outgoing = Tensor(
        generator.normalTensor([8, 2]).elements.map { 0.02 * $0 }, shape: [8, 2])
      for (unit, says) in [(0, Float(4)), (1, 4), (2, -4)] {
        (outgoing[unit, 0], outgoing[unit, 1]) = (-says, says)
      }
      network.parameters[2][0].value = outgoing
      var last = Tensor(shape: [2])
      last.withElements { $0[0] = 4 }
      network.parameters[2][1].value = last
      let context = PruningContext(
        head: .softmax, training: examples, validation: examples,
        trainer: Trainer(epochs: 1, batch: 32, learningRate: 0.001), seed: 3)
      #expect(context.quality(of: network) == 1)
      var recipe = method.recipe
      recipe.recovery = .none
      recipe.floor = 0
      let pruned = try recipe.prune(network, to: .neurons(3), on: context)
      let stays = Set(0..<8).subtracting(pruned.plan.neurons.map(\.originalIndex))
      #expect(stays == [0, 1, 2], "\(name): \(stays)")
      #expect(context.quality(of: pruned.network) == 1)
    }
  }

  /// Compares gradients of the pruned network with central differences of its loss.
  @Test func gradientsOfWhatIsLeftAreRight() throws {
    try withEverySeed(10) { generator in
      var network = try generator.denseNetwork(inputs: 4, outputs: 3)
      for node in network.architecture.nodes.indices {
        guard let activation = network.architecture.nodes[node].layer as? Activation,
          activation.function == .relu || activation.function == .leakyReLU
        else { continue }
        // The loss is not differentiable at the kink.
        return
      }
      let groups = try NeuronGroups(network.architecture)
      let plan = PruningPlan(
        groups.prunable.prefix(1).compactMap { groups.groups[$0].producers.first }.map { producer in
          .init(
            .neuron(
              name: network.neurons(of: network.architecture.nodes[producer.node].id)[
                producer.neuron]),
            score: 0, round: 1)
        })
      network = try network.compacted(by: plan)
      let examples = generator.clusters(rows: 6, inputs: 4, classes: 3, spread: 0.2)
      let pass = network.trainingPass(examples.inputs, using: &generator)
      let (_, above) = Head.softmax.loss(of: pass.outputs[pass.outputs.count - 1], for: examples)
      let gradients = network.gradients(of: pass, gradient: above)
      for node in network.parameters.indices {
        for index in network.parameters[node].indices {
          for entry in 0..<min(network.parameters[node][index].value.count, 4) {
            func loss(_ shift: Float) -> Double {
              var copy = network
              copy.parameters[node][index].value.withElements { $0[entry] += shift }
              return Head.softmax.loss(of: copy.outputs(for: examples.inputs), for: examples).value
            }
            let slope = (loss(0.01) - loss(-0.01)) / 0.02
            let width = gradients[node][index].width
            let found = Double(gradients[node][index][entry / width, entry % width])
            #expect(abs(slope - found) < 0.02 * max(1, abs(slope)), "\(slope) \(found)")
          }
        }
      }
    }
  }
}
