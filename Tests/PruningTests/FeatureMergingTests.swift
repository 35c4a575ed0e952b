import Datasets
import Networks
import Pruning
import Tensors
import TestSupport
import Testing

/// Merging of hidden features that are copies or mirrors of each other.
@Suite struct FeatureMergingTests {
  /// Six sigmoid units, each with a twin at index + 6: a copy, or a mirror 1 - z.
  ///
  /// `likeness`: 1 for exact twins; a lower value mixes in weights of the twin's own.
  private func network(
    _ generator: inout SeededGenerator, likeness: Float = 1
  ) throws -> Network {
    let layers: [any Layer] = [Dense(12), Activation(.sigmoid), Dense(3)]
    var network = try Network(Architecture(input: [8]) { layers }, seed: generator.next())
    var weights = generator.normalTensor([8, 12])
    var biases = generator.normalTensor([12])
    for unit in 0..<6 {
      let sign: Float = unit % 2 == 0 ? 1 : -1
      for input in 0..<8 {
        // Each unit reads its own input, so units of different pairs are not correlated.
        weights[input, unit] = 0.3 * weights[input, unit] + (input == unit ? 3 : 0)
        let own = likeness == 1 ? 0 : 3 * (1 - likeness) * weights[input, unit + 6]
        weights[input, unit + 6] = sign * weights[input, unit] + own
      }
      biases[unit + 6, 0] = sign * biases[unit, 0]
    }
    var outgoing = generator.normalTensor([12, 3])
    for unit in 0..<12 {
      // In pairs 0, 1 and 2 the first unit has the larger score, in the others the second.
      let isStrong = (unit % 6 < 3) == (unit < 6)
      let norm = (0..<3).reduce(Float(0)) { $0 + outgoing[unit, $1] * outgoing[unit, $1] }
      for output in 0..<3 {
        outgoing[unit, output] *= (isStrong ? 2 : 1) / norm.squareRoot()
      }
    }
    network.parameters[0][0].value = weights
    network.parameters[0][1].value = biases
    network.parameters[2][0].value = outgoing
    network.parameters[2][1].value = generator.normalTensor([3])
    return network
  }

  /// A task whose labels are the network's predictions, and its state just before merging.
  private func merging(
    _ network: Network, head: Head = .softmax, _ generator: inout SeededGenerator
  ) throws -> (task: FeatureLayer.Task, start: FeatureLayer.State) {
    let inputs = generator.normalTensor([300, 8])
    let examples = Examples(
      inputs: inputs, labels: network.outputs(for: inputs).largestColumns,
      numbers: head == .number ? [Float](repeating: 1, count: 300) : [])
    let task = FeatureLayer.Task(
      network: network, node: network.architecture.nodes[1].id, head: head,
      training: examples, checked: examples,
      columns: (0..<8).map { InputColumn(name: "x\($0)", inputs: [$0]) }, seed: 1,
      trainer: Trainer(epochs: 0, batch: 32, learningRate: 0.003))
    var start = try FeatureLayer.State(untouched: task)
    start.phase = .merging
    return (task, start)
  }

  /// No fine-tuning: the result is that of merging alone.
  private var method: FeatureLayer {
    FeatureLayer(accuracyDrop: 0.01, finalEpochs: 0)
  }

  private func correlation(_ values: Tensor, _ one: Int, _ other: Int) -> Double {
    let rows = Double(values.rows)
    let (x, y) = (
      (0..<values.rows).map { Double(values[$0, one]) },
      (0..<values.rows).map { Double(values[$0, other]) }
    )
    let (meanX, meanY) = (x.reduce(0, +) / rows, y.reduce(0, +) / rows)
    let common = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
    let spreads = (
      x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) },
      y.reduce(0) { $0 + ($1 - meanY) * ($1 - meanY) }
    )
    return common / (spreads.0 * spreads.1).squareRoot()
  }

  /// The largest absolute correlation between two of these units.
  private func closest(_ units: [Int], _ values: Tensor) -> Double {
    units.enumerated().flatMap { index, one in
      units.dropFirst(index + 1).map { abs(correlation(values, one, $0)) }
    }.max() ?? 0
  }

  @Test func copiesAndMirrorsAreMerged() throws {
    try withEverySeed(10) { generator in
      let network = try network(&generator)
      let (task, start) = try merging(network, &generator)
      let before = network.activations(of: task.node, for: task.context.training.inputs)
      for unit in 0..<6 {
        #expect(abs(correlation(before, unit, unit + 6) - (unit % 2 == 0 ? 1 : -1)) < 1e-6)
      }
      let state = try method.prune(task, from: start)
      // The unit with the lower score in each pair is removed.
      #expect(state.plan.neurons.map(\.originalIndex).sorted() == [3, 4, 5, 6, 7, 8])
      #expect(state.trace.steps.count == 6 && state.trace.steps.allSatisfy(\.isAccepted))
      #expect(state.remaining.map(\.features) == [12, 11, 10, 9, 8, 7, 6])
      let after = state.network.activations(of: task.node, for: task.context.training.inputs)
      #expect(closest([0, 1, 2, 9, 10, 11], after) < 0.97)
      // The kept unit replaces the pair, on held-out rows too.
      let unseen = generator.normalTensor([200, 8])
      let compaction = try state.compacted(checkedOn: unseen, head: .softmax)
      let small = compaction.network
      #expect(compaction.check.holds && small.originalIndices[1].count == 6)
      let difference = zip(
        small.outputs(for: unseen).elements, network.outputs(for: unseen).elements
      ).map { abs($0 - $1) }.max()
      #expect(try #require(difference) < 1e-3)
    }
  }

  /// Twins with additional weights are merged if and only if their absolute correlation is at least
  /// 0.97.
  @Test func whatOnlyResemblesAnotherStays() throws {
    var counts = (merged: 0, left: 0)
    try withEverySeed(30) { generator in
      let likeness = Float(0.8 + 0.2 * generator.uniform())
      let network = try network(&generator, likeness: likeness)
      // With constant targets there is no loss, so no merge is rejected.
      let (task, start) = try merging(network, head: .number, &generator)
      let before = network.activations(of: task.node, for: task.context.training.inputs)
      let state = try method.prune(task, from: start)
      let removed = Set(state.plan.neurons.map(\.originalIndex))
      for unit in 0..<6 {
        let isCopy = abs(correlation(before, unit, unit + 6)) >= 0.97
        #expect(
          (removed.contains(unit) || removed.contains(unit + 6)) == isCopy,
          "\(unit): \(correlation(before, unit, unit + 6))")
        if isCopy { counts.merged += 1 } else { counts.left += 1 }
      }
    }
    #expect(counts.merged >= 20 && counts.left >= 20, "\(counts)")
  }

  /// A trained network with exact twins: no two remaining features are correlated.
  @Test func noTwinsAreLeftOfATrainedNetwork() throws {
    for seed in UInt64(0)..<2 {
      var generator = SeededGenerator(seed: seed)
      let inputs = generator.normalTensor([400, 8])
      let labels = (0..<400).map { (inputs[$0, 3] > 0 ? 1 : 0) + (inputs[$0, 7] > 0.5 ? 1 : 0) }
      let examples = Examples(inputs: inputs, labels: labels)
      let network = try Trainer(epochs: 20, batch: 32, learningRate: 0.01).train(
        from: Trainer.State(start: network(&generator)), head: .softmax, on: examples,
        validation: examples, seed: seed
      ).best
      let task = FeatureLayer.Task(
        network: network, node: network.architecture.nodes[1].id, head: .softmax,
        training: examples, checked: examples,
        columns: (0..<8).map { InputColumn(name: "x\($0)", inputs: [$0]) }, seed: seed)
      var method = method
      method.accuracyDrop = 0.02
      let state = try method.prune(task)
      let removed = Set(state.plan.neurons.map(\.originalIndex))
      let values = state.network.activations(of: task.node, for: inputs)
      let live = (0..<12).filter { !removed.contains($0) }
      #expect(live.count <= 6 && closest(live, values) < 0.97, "seed \(seed): \(live)")
      #expect(try state.compacted(checkedOn: inputs, head: .softmax).check.holds)
    }
  }
}
