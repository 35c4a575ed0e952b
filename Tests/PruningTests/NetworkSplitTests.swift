import Datasets
import Networks
import Pruning
import Tensors
import TestSupport
import Testing

@Suite struct NetworkSplitTests {
  /// An image network with two branches that are joined before dense layers.
  private func network(seed: UInt64) throws -> Network {
    var builder = ArchitectureBuilder(input: [6, 6, 2])
    let first = builder.add(Convolution(3, Window(height: 3, width: 3)))
    let bent = builder.add(Activation(.relu))
    let second = builder.add(BatchNormalization(), reading: [first])
    builder.add(Sum(), reading: [bent, second])
    builder.add(Flattening())
    builder.add(Dense(60))
    builder.add(Activation(.relu))
    builder.add(Dense(3))
    return try Network(builder.architecture, seed: seed)
  }

  private func rows(_ count: Int, seed: UInt64) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    return generator.normalTensor([count, 72])
  }

  private func node(_ network: Network) -> Node.ID {
    network.architecture.nodes[network.architecture.nodes.count - 2].id
  }

  @Test func backboneAndHeadAreTheWholeNetwork() throws {
    try withEverySeed(5) { generator in
      let network = try network(seed: generator.next())
      let split = try #require(NetworkSplit(network, beforeMakerOf: node(network)))
      let rows = rows(7, seed: generator.next())
      let between = network.activations(of: split.splitPoint, for: rows)
      #expect(split.head(between).elements == network.outputs(for: rows).elements)
      #expect(try split.joined(with: split.head) == network)
      let cost = try split.backboneCost
      #expect(cost.parameters + split.head.parameterCount == network.parameterCount)
      #expect(cost.macs + split.head.macs == network.macs)
    }
  }

  @Test func onlyDenseLayersBehindABackboneAreSplitOff() throws {
    let dense = try Network(
      Architecture(input: [4]) {
        Dense(5)
        Activation(.relu)
        Dense(2)
      }, seed: 1)
    #expect(NetworkSplit(dense, beforeMakerOf: dense.architecture.nodes[1].id) == nil)
    let pooled = try pooled(seed: 1)
    #expect(NetworkSplit(pooled, beforeMakerOf: pooled.architecture.nodes[2].id) == nil)
    #expect(NetworkSplit(pooled, behind: pooled.architecture.nodes[1].id) == nil)
    // Features can only be inputs of the last dense layer.
    let deeper = try Network(
      Architecture(input: [6, 6, 2]) {
        Convolution(12, Window(height: 3, width: 3))
        Activation(.relu)
        GlobalAveragePooling()
        Dense(4)
        Activation(.relu)
        Dense(3)
      }, seed: 1)
    #expect(NetworkSplit(deeper, behind: deeper.architecture.nodes[2].id) == nil)
  }

  /// A network whose features are pooled channels followed by dropout.
  private func pooled(seed: UInt64) throws -> Network {
    try Network(
      Architecture(input: [6, 6, 2]) {
        Convolution(12, Window(height: 3, width: 3))
        Activation(.relu)
        GlobalAveragePooling()
        Dropout(0.2)
        Dense(3)
      }, seed: seed)
  }

  /// The limit of the mean loss is for columns, not for features that are inputs. Large outputs: a row
  /// that is lost costs many nats.
  @Test func theLossMayRiseWhereTheInputsAreFeatures() throws {
    var network = try pooled(seed: 5)
    let last = network.parameters.count - 1
    for index in 0..<2 {
      let value = network.parameters[last][index].value
      network.parameters[last][index].value = Tensor(
        value.elements.map { 200 * $0 }, shape: value.shape)
    }
    let inputs = rows(300, seed: 6)
    let examples = Examples(
      inputs: inputs, labels: network.outputs(for: inputs).largestColumns)
    var task = FeatureLayer.Task(
      network: network, node: network.architecture.nodes[2].id, head: .softmax,
      training: examples, checked: examples,
      columns: (0..<72).map { InputColumn(name: "p\($0)", inputs: [$0]) }, seed: 2,
      trainer: Trainer(epochs: 0, batch: 32, learningRate: 0.003))
    try task.keep(#require(task.split))
    let traces = try [FeatureLayer.LossLimit.none, .original, .lowest].map { limit in
      try FeatureLayer(accuracyDrop: 0.08, finalEpochs: 0, lossLimit: limit).prune(task).trace
    }
    #expect(traces[0].steps.contains { $0.isAccepted })
    #expect(traces[1] == traces[0] && traces[2] == traces[0])
  }

  /// Inputs of the last dense layer can be features: some are pruned, and the others keep their
  /// original indices.
  @Test func pooledFeaturesAreReadNoMore() throws {
    try withEverySeed(4) { generator in
      let network = try pooled(seed: generator.next())
      let inputs = rows(200, seed: generator.next())
      let labels = network.outputs(for: inputs).largestColumns
      let examples = Examples(inputs: inputs, labels: labels)
      let node = network.architecture.nodes[2].id
      var task = FeatureLayer.Task(
        network: network, node: node, head: .softmax, training: examples, checked: examples,
        columns: (0..<72).map { InputColumn(name: "p\($0)", inputs: [$0]) }, seed: 2,
        trainer: Trainer(epochs: 3, batch: 32, learningRate: 0.003))
      let split = try #require(task.split)
      #expect(split.readsFeatures)
      try task.keep(split)
      #expect(task.canBePruned && task.context.columns.count == 12)
      let method = FeatureLayer(
        accuracyDrop: 0.05, maxNeurons: 2, finalEpochs: 3, distils: true)
      let state = try method.prune(task)
      #expect(state.remaining[0].features == 12 && state.remaining.allSatisfy { $0.columns == 72 })
      // The trace names the pruned inputs of the head as neurons of the whole network.
      let removed = state.trace.steps.filter(\.isAccepted).flatMap(\.removals).map(\.subject)
      #expect(
        removed == state.plan.inputs.map { .neuron(name: network.neurons(of: node)[$0]) })
      #expect(state.trace.before.cost == (try Cost(of: network)))
      let compaction = try state.compacted(
        checkedOn: task.context.validation.inputs, head: .softmax)
      #expect(compaction.check.holds && compaction.check.changedPredictions == 0)
      let unread = state.plan.inputs
      let whole = try split.joined(with: compaction.network, unread: unread)
      let selection = whole.architecture.nodes[4]
      #expect(selection.layer is ChannelSelection)
      let kept = (0..<12).filter { !unread.contains($0) }
      #expect(kept.count <= 2 && whole.neurons(of: selection.id).map(\.originalIndex) == kept)
      // The head on the backbone's outputs gives the outputs of the whole network.
      let between = network.activations(of: split.splitPoint, for: inputs)
      let differences = zip(
        state.network(between).elements, whole.outputs(for: inputs).elements
      ).map { abs($0 - $1) }
      #expect((differences.max() ?? 1) < 1e-5)
    }
  }

  /// With many features an eighth is pruned per step, and the compacted network is equal.
  @Test func featuresBehindABackboneArePruned() throws {
    let network = try network(seed: 3)
    let inputs = rows(300, seed: 4)
    let labels = network.outputs(for: inputs).largestColumns
    let examples = Examples(inputs: inputs, labels: labels)
    var task = FeatureLayer.Task(
      network: network, node: node(network), head: .softmax, training: examples,
      checked: examples, columns: (0..<72).map { InputColumn(name: "p\($0)", inputs: [$0]) },
      seed: 2,
      trainer: Trainer(epochs: 3, batch: 32, learningRate: 0.003))
    #expect(!task.canBePruned)
    let split = try #require(task.split)
    try task.keep(split)
    #expect(task.canBePruned && task.split == nil)
    let method = FeatureLayer(
      accuracyDrop: 0.3, finalEpochs: 3, distils: true)
    let state = try method.prune(task)
    #expect(state.trace.steps[0].removals.count == 7)
    #expect(state.plan.inputs.isEmpty && state.plan.neurons.count >= 14)
    #expect(state.remaining.allSatisfy { $0.columns == 72 })
    #expect(state.trace.before.cost == (try Cost(of: network)))
    let compaction = try state.compacted(checkedOn: task.context.validation.inputs, head: .softmax)
    #expect(compaction.check.holds && compaction.check.changedPredictions == 0)
    let whole = try split.joined(with: compaction.network)
    let last = try #require(state.trace.steps.last { $0.isAccepted })
    #expect(last.result.cost == (try Cost(of: whole)))
    let kept = network.neurons(of: node(network)).filter { !state.plan.neurons.contains($0) }
    #expect(whole.neurons(of: node(network)) == kept)
    let right = zip(whole.outputs(for: inputs).largestColumns, labels).count { $0 == $1 }
    #expect(Double(right) / 300 >= 0.7)
  }

  /// Columns read through an activation have no weights of their own: the activation is a frozen
  /// backbone, and no column is pruned.
  @Test func aLeadingActivationIsABackbone() throws {
    var generator = SeededGenerator(seed: 8)
    let network = try Network(
      Architecture(input: [6]) {
        Activation(.tanh)
        Dense(10, start: .glorot)
        Activation(.sigmoid)
        Dense(3, start: .glorot)
      }, seed: 8)
    let inputs = generator.normalTensor([300, 6])
    let labels = network.outputs(for: inputs).largestColumns
    let examples = Examples(inputs: inputs, labels: labels)
    let node = network.architecture.nodes[2].id
    var task = FeatureLayer.Task(
      network: network, node: node, head: .softmax, training: examples, checked: examples,
      columns: (0..<6).map { InputColumn(name: "x\($0)", inputs: [$0]) }, seed: 2)
    #expect(!task.canBePruned)
    let split = try #require(task.split)
    #expect(!split.readsFeatures)
    try task.keep(split)
    let state = try FeatureLayer(accuracyDrop: 0.3, finalEpochs: 1).prune(task)
    #expect(state.plan.inputs.isEmpty && !state.plan.neurons.isEmpty)
    let compaction = try state.compacted(checkedOn: task.context.validation.inputs, head: .softmax)
    #expect(compaction.check.holds)
    let whole = try split.joined(with: compaction.network)
    #expect(whole.architecture.nodes[0].layer is Activation)
    let kept = network.neurons(of: node).filter { !state.plan.neurons.contains($0) }
    #expect(whole.neurons(of: node) == kept)
  }
}
