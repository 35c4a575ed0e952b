import CompressedModels
import Datasets
import NetworkSupport
import Networks
import Pruning
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite struct SharedWeightsTests {
  /// A network with masks whose kept weights share few values.
  private func shared(_ generator: inout SeededGenerator, bits: Int = 2) throws -> Network {
    var network = try generator.denseNetwork(inputs: 6)
    for node in network.parameters.indices where !network.parameters[node].isEmpty {
      let value = network.parameters[node][0].value
      let kept = (0..<value.count).map { _ in generator.uniform() < 0.7 }
      network.parameters[node][0] = Parameter(.weight, value, mask: Mask(kept))
    }
    return WeightSharing(convolutionBits: bits, denseBits: bits).applied(to: network, seed: 1)
  }

  @Test func zerosStayZerosAndValuesAreFew() throws {
    try withEverySeed { generator in
      let network = try shared(&generator)
      for parameter in network.parameters.joined() where parameter.role == .weight {
        let mask = try #require(parameter.mask)
        let values = zip(parameter.value.elements, mask.kept)
        #expect(values.allSatisfy { $1 || $0 == 0 })
        #expect(Set(values.filter(\.1).map(\.0)).count <= 4)
      }
    }
  }

  /// The derivative of the loss with respect to a shared value is the sum of its weights'
  /// gradients.
  @Test func tiedGradientsAreThoseOfTheSharedValue() throws {
    try withEverySeed(10) { generator in
      let fresh = try Network(
        Architecture(input: [6]) {
          Dense(7)
          Activation(.tanh)
          Dense(5)
          Activation(.sigmoid)
          Dense(3)
        }, seed: generator.next())
      var network = WeightSharing(denseBits: 2).applied(to: fresh, seed: 1)
      let examples = generator.clusters(rows: 24, inputs: 6, classes: 3)
      var random = generator
      func loss(_ network: Network) -> Double {
        Head.softmax.loss(of: network(examples.inputs), for: examples).value
      }
      let pass = network.trainingPass(examples.inputs, using: &random)
      let last = try #require(pass.outputs.last)
      var gradients = network.gradients(
        of: pass, gradient: Head.softmax.loss(of: last, for: examples).gradient)
      let sharing = SharedWeights(of: network)
      sharing.tie(&gradients)
      #expect(!sharing.clusters.isEmpty)
      for cluster in sharing.clusters {
        let (node, index) = (cluster.node, cluster.parameter)
        let step: Float = 2e-3
        let original = network
        let losses = [step, -step].map { step in
          network = original
          network.parameters[node][index].value.withElements { elements in
            for entry in cluster.entries { elements[entry] += step }
          }
          return loss(network)
        }
        network = original
        let expected = (losses[0] - losses[1]) / (2 * Double(step))
        for entry in cluster.entries {
          let found = Double(gradients[node][index].elements[entry])
          #expect(abs(found - expected) < 5e-3 * max(1, abs(expected)))
        }
      }
    }
  }

  @Test func tuningKeepsTheClustersAndLowersTheLoss() throws {
    try withEverySeed(5) { generator in
      let network = try shared(&generator)
      let examples = generator.clusters(rows: 120, inputs: 6, classes: 3)
      var trainer = Trainer(epochs: 5, batch: 16, learningRate: 0.01)
      trainer.weightDecay = 0.1
      let context = PruningContext(
        head: .softmax, training: examples, validation: examples, trainer: trainer, seed: 3)
      let sharing = SharedWeights(of: network)
      let tuned = try sharing.tuned(network, on: context, by: trainer)
      func loss(_ network: Network) -> Double {
        Head.softmax.loss(of: network.outputs(for: examples.inputs), for: examples).value
      }
      #expect(loss(tuned) < loss(network))
      for cluster in sharing.clusters {
        let elements = tuned.parameters[cluster.node][cluster.parameter].value.elements
        #expect(Set(cluster.entries.map { elements[$0].bitPattern }).count == 1)
      }
      #expect(try sharing.tuned(network, on: context, by: trainer) == tuned)
    }
  }

  @Test func aCodebookIsNeverLargerThanItsCodes() throws {
    try withEverySeed { generator in
      let network = try generator.denseNetwork(inputs: 9)
      let shared = WeightSharing(denseBits: 8).applied(to: network, seed: 1)
      for part in CompressedNetwork(shared).parts where part.role == .weight && part.kept > 64 {
        #expect(part.sharingRatio > 1)
      }
    }
  }

  @Test func deepCompressionSharesWhatItLeaves() throws {
    var generator = SeededGenerator(seed: 9)
    let layers: [any Layer] = [Dense(40), Activation(.relu), Dense(3)]
    let examples = generator.clusters(rows: 300, inputs: 12, classes: 3)
    let network = try Trainer(epochs: 10, batch: 16, learningRate: 0.01).train(
      from: Trainer.State(start: Network(Architecture(input: [12]) { layers }, seed: 2)),
      head: .softmax, on: examples, validation: examples, seed: 2
    ).best
    let context = PruningContext(
      head: .softmax, training: examples, validation: examples,
      trainer: Trainer(epochs: 5, batch: 16, learningRate: 0.01), seed: 3)
    let method = DeepCompression()
    let pruned = try method.prune(network, to: .keep(0.2), with: method.recipe, on: context)
    #expect(pruned.after.parameters <= network.parameterCount / 5)
    #expect(context.quality(of: pruned.network) > 0.95)
    let rounds = pruned.trace.steps
    #expect(rounds.map(\.number) == Array(1...7) && rounds.allSatisfy { $0.limit == 7 })
    #expect(rounds.prefix(6).allSatisfy { $0.removedCount > 0 } && rounds[6].removals.isEmpty)
    for part in CompressedNetwork(pruned.network).parts where part.role == .weight {
      #expect(part.distinct <= 32)
    }
    let small = try method.prune(network, to: .bytes(200), with: method.recipe, on: context)
    #expect(CompressedNetwork(small.network).bytes.count <= 200)
    // With one weight in each layer, three biases and that of one neuron.
    let least = try method.prune(network, to: .bytes(60), with: method.recipe, on: context)
    #expect(CompressedNetwork(least.network).bytes.count <= 60 && least.after.macs == 1)
    #expect(throws: PruningError.self) {
      try method.prune(network, to: .bytes(20), with: method.recipe, on: context)
    }
  }

  /// A codebook is smaller than configured only where it would take more bits than the weights.
  @Test(arguments: [(2, 2), (3, 8), (6, 16), (8, 32), (40, 32)])
  func fewWeightsKeepDifferentValues(_ width: Int, _ values: Int) throws {
    let network = try Network(Architecture(input: [width]) { Dense(width) }, seed: 1)
    let shared = WeightSharing(denseBits: 5, start: .density).applied(to: network, seed: 1)
    let (before, after) = (
      Set(network.parameters[0][.weight].value.elements),
      Set(shared.parameters[0][.weight].value.elements)
    )
    #expect(before.count == width * width)
    #expect(after.count <= values && 4 * after.count >= 3 * min(values, width * width))
  }

  /// Codes lose bits until the goal is met, in convolutions also after dense layers have one bit left.
  @Test func codesAreAsLongAsTheBytesAllow() throws {
    let network = try Network(
      Architecture(input: [6, 6, 2]) {
        Convolution(12, Window(3))
        Activation(.relu)
        Flattening()
        Dense(16)
        Activation(.relu)
        Dense(3)
      }, seed: 3)
    func bytes(_ convolution: Int, _ dense: Int) -> Int {
      let sharing = WeightSharing(convolutionBits: convolution, denseBits: dense)
      return CompressedNetwork(sharing.applied(to: network, seed: 1)).bytes.count
    }
    let start = WeightSharing(convolutionBits: 4, denseBits: 2)
    let steps = [(4, 2), (3, 1), (2, 1), (1, 1)]
    #expect(steps.map { bytes($0.0, $0.1) } == steps.map { bytes($0.0, $0.1) }.sorted(by: >))
    for (convolution, dense) in steps {
      let found = try start.fitting(bytes: bytes(convolution, dense), of: network, seed: 1)
      #expect(found.convolutionBits == convolution && found.denseBits == dense)
    }
    let least = bytes(1, 1)
    #expect(throws: PruningError.goalOutOfReach(.bytes(least - 1, nearest: least))) {
      try start.fitting(bytes: least - 1, of: network, seed: 1)
    }
  }

  /// Every epoch takes all its steps, from the first on.
  @Test func allEpochsAreTaken() throws {
    var generator = SeededGenerator(seed: 3)
    let network = try shared(&generator)
    let count = try network.architecture.shapes().last?.count ?? 0
    let examples = generator.clusters(rows: 50, inputs: 6, classes: count)
    let steps = Mutex(0)
    var context = PruningContext(
      head: .softmax, training: examples, validation: examples,
      trainer: Trainer(epochs: 3, batch: 20, learningRate: 0.01), seed: 1)
    context.onStep = { steps.withLock { $0 += 1 } }
    _ = try SharedWeights(of: network).tuned(network, on: context, by: context.trainer)
    #expect(steps.withLock { $0 } == 3 * 3)
  }
}
