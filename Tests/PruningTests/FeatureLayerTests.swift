import Datasets
import Foundation
import Networks
import Pruning
import Tensors
import TestSupport
import Testing

@Suite struct FeatureLayerTests {
  /// Two informative columns, eight noise columns, and more hidden features than needed.
  private func task(seed: UInt64, features: Int = 12) throws -> FeatureLayer.Task {
    var generator = SeededGenerator(seed: seed)
    let rows = 400
    let inputs = generator.normalTensor([rows, 10])
    let labels = (0..<rows).map { (inputs[$0, 3] > 0 ? 1 : 0) + (inputs[$0, 7] > 0.5 ? 1 : 0) }
    let examples = Examples(inputs: inputs, labels: labels)
    let layers: [any Layer] = [
      Dense(16), Activation(.relu), Dense(features, start: .glorot), Activation(.sigmoid), Dense(3),
    ]
    let fresh = try Network(Architecture(input: [10]) { layers }, seed: seed)
    let network = try Trainer(epochs: 40, batch: 32, learningRate: 0.01).train(
      from: Trainer.State(start: fresh), head: .softmax, on: examples, validation: examples,
      seed: seed
    ).best
    return FeatureLayer.Task(
      network: network, node: network.architecture.nodes[3].id, head: .softmax,
      training: examples, checked: examples,
      columns: (0..<10).map { InputColumn(name: "x\($0)", inputs: [$0]) }, seed: seed)
  }

  private var method: FeatureLayer {
    FeatureLayer(accuracyDrop: 0.01, finalEpochs: 5)
  }

  @Test func noiseIsPrunedAndAccuracyIsKept() throws {
    for seed in UInt64(0)..<3 {
      let task = try task(seed: seed)
      let state = try method.prune(task)
      let names = state.plan.removals.compactMap { removal -> String? in
        if case .column(let name, _) = removal.subject { name } else { nil }
      }
      #expect(!names.contains("x3") && !names.contains("x7"))
      #expect(names.count >= 4, "seed \(seed): \(names)")
      #expect(state.plan.neurons.count >= 6)
      let compaction = try state.compacted(
        checkedOn: task.context.validation.inputs, head: .softmax)
      #expect(compaction.check.holds)
      let kept = (0..<10).filter { !state.plan.inputs.contains($0) }
      let outputs = compaction.network(task.context.validation.inputs.selectingColumns(kept))
      let correct = zip(outputs.largestColumns, task.context.validation.labels).count { $0 == $1 }
      // The tolerance is 0.01 plus one standard error of the net loss.
      #expect(Double(correct) / 400 >= state.trace.before.quality.value - 0.0176)
    }
  }

  @Test func aStoredStateGoesOnToTheSameEnd() throws {
    struct Stop: Error {}
    let task = try task(seed: 7)
    let whole = try method.prune(task)
    var stored: FeatureLayer.State? = nil
    var steps = 0
    _ = try? method.prune(task) { state in
      stored = state
      steps += 1
      if steps == 5 { throw Stop() }
    }
    #expect(steps == 5)
    #expect(try method.prune(task, from: stored) == whole)
  }

  @Test func limitsAreKeptWhateverTheyCost() throws {
    var limited = method
    limited.maxNeurons = 3
    limited.maxColumns = 1
    let plan = try limited.prune(task(seed: 1)).plan
    #expect(12 - plan.neurons.count <= 3)
    #expect(10 - plan.inputs.count <= 1)
  }

  /// An eighth of many features is pruned at a time, also on the way to a limit, but no more than to it.
  @Test(arguments: [(20, 7), (53, 3)])
  func manyFeaturesArePrunedInBatches(limit: Int, first: Int) throws {
    var limited = method
    (limited.maxNeurons, limited.finalEpochs) = (limit, 1)
    let steps = try limited.prune(task(seed: 1, features: 56)).trace.steps
    #expect(steps.first?.removals.count == first)
  }

  @Test func everyStepIsRecorded() throws {
    let task = try task(seed: 2)
    let state = try method.prune(task)
    let steps = state.trace.steps
    #expect(state.remaining.map(\.features).first == 12 && state.remaining.count == steps.count + 1)
    #expect(steps.count(where: \.isAccepted) < steps.count)
    #expect(steps.map(\.number) == Array(1...steps.count) && steps.allSatisfy { $0.limit == nil })
    #expect(steps.allSatisfy { $0.result.quality.classified == 400 })
    // The accepted steps are the plan, each with what is left.
    #expect(steps.filter(\.isAccepted).flatMap(\.removals) == state.plan.removals)
    let last = try #require(steps.lastIndex { $0.isAccepted })
    #expect(state.remaining[last + 1].features == 12 - state.plan.neurons.count)
    #expect(state.remaining[last + 1].columns == 10 - state.plan.inputs.count)
    #expect(
      try steps[last].result.cost
        == Cost(
          of: state.compacted(checkedOn: task.context.training.inputs, head: .softmax).network)
    )
    #expect(state.trace.before.cost == (try Cost(of: task.network)))
    // Fine-tuning changes the predictions of some step.
    #expect(steps.contains { $0.qualityBeforeRecovery != $0.result.quality })
  }

  /// On few training rows with label noise, the distilled network agrees with the original on
  /// held-out rows more often than one fine-tuned on the labels.
  @Test func aDistilledNetworkAgreesWithTheNetworkBeforePruning() throws {
    var agreeing = (distilled: 0, relearned: 0)
    for seed in UInt64(0)..<3 {
      var generator = SeededGenerator(seed: seed)
      let inputs = generator.normalTensor([120, 10])
      let labels = (0..<120).map { row in
        (inputs[row, 3] > 0) != (generator.uniform() < 0.2) ? 1 : 0
      }
      let examples = Examples(inputs: inputs, labels: labels)
      let layers: [any Layer] = [
        Dense(32), Activation(.relu), Dense(12, start: .glorot), Activation(.sigmoid), Dense(2),
      ]
      let network = try Trainer(epochs: 10, batch: 16, learningRate: 0.01).train(
        from: Trainer.State(start: try Network(Architecture(input: [10]) { layers }, seed: seed)),
        head: .softmax, on: examples, validation: examples, seed: seed
      ).best
      var task = FeatureLayer.Task(
        network: network, node: network.architecture.nodes[3].id, head: .softmax,
        training: examples, checked: examples,
        columns: (0..<10).map { InputColumn(name: "x\($0)", inputs: [$0]) }, seed: seed)
      task.context.trainer = Trainer(epochs: 10, batch: 16, learningRate: 0.01)
      let unseen = generator.normalTensor([1000, 10])
      let wanted = network.outputs(for: unseen).largestColumns
      func agreement(distilling: Bool) throws -> Int {
        var method = method
        method.distils = distilling
        let predictions = try method.prune(task).network.outputs(for: unseen).largestColumns
        return zip(predictions, wanted).count { $0 == $1 }
      }
      agreeing.distilled += try agreement(distilling: true)
      agreeing.relearned += try agreement(distilling: false)
    }
    #expect(agreeing.distilled >= agreeing.relearned + 60, "\(agreeing)")
    #expect(agreeing.distilled >= 2500, "\(agreeing)")
  }

  /// Labels that the network before pruning does not predict: the tolerance of agreement keeps its
  /// predictions on new rows where the tolerance of accuracy does not.
  @Test func predictionsAreKeptInsteadOfTheAccuracy() throws {
    var agreeing = (predictions: 0, labels: 0)
    for seed in UInt64(0)..<3 {
      var task = try task(seed: seed)
      var generator = SeededGenerator(seed: seed &+ 100)
      // The labels of the pruning are those of one column only, so that the other one
      // can be ignored without a loss of accuracy.
      let inputs = task.context.training.inputs
      let labels = (0..<inputs.rows).map { inputs[$0, 3] > 0 ? 1 : 0 }
      task.context.training.labels = labels
      task.context.validation.labels = labels
      task.unlabelled = generator.normalTensor([1000, 10])
      let unseen = generator.normalTensor([1000, 10])
      let wanted = task.network.outputs(for: unseen).largestColumns
      func agreement(keeping: Bool) throws -> Int {
        var method = method
        method.distils = keeping
        method.keepsPredictions = keeping
        let state = try method.prune(task)
        // Steps are measured on the labels either way.
        #expect(state.trace.steps.allSatisfy { $0.result.quality.classified == 400 })
        #expect(!keeping || !state.plan.inputs.contains(7), "seed \(seed)")
        let predictions = state.network.outputs(for: unseen).largestColumns
        return zip(predictions, wanted).count { $0 == $1 }
      }
      agreeing.predictions += try agreement(keeping: true)
      agreeing.labels += try agreement(keeping: false)
    }
    #expect(agreeing.predictions >= 2850, "\(agreeing)")
    #expect(agreeing.labels < agreeing.predictions - 150, "\(agreeing)")
  }

  /// The reference of the tolerance: predictions on the measured rows, then on the added ones.
  @Test func predictionsReplaceTheLabelsOfMeasuredRows() throws {
    let task = try task(seed: 3)
    let rows = task.context.validation
    let added = Tensor(Array(repeating: 0.5, count: 20), shape: [2, 10])
    let context = task.context.labelled(by: task.network, adding: added)
    #expect(context.validation.count == 402 && context.training.labels == rows.labels)
    #expect(
      context.validation.labels.prefix(400)
        == task.network.outputs(for: rows.inputs).largestColumns[...])
    #expect(
      context.validation.labels.suffix(2) == task.network.outputs(for: added).largestColumns[...])
    #expect(context.validation.inputs.elements.suffix(20) == added.elements[...])
    #expect(context.quality(of: task.network) == 1)
  }

  /// Seven classes, three of them rare: a class with at least ten predictions is still predicted.
  @Test func rareClassesSurvive() throws {
    for seed in UInt64(0)..<3 {
      var generator = SeededGenerator(seed: seed)
      let shares = [0.0, 0.70, 0.85, 0.93, 0.97, 0.985, 0.993]
      let labels = (0..<2000).map { _ -> Int in
        let draw = generator.uniform()
        return shares.lastIndex { draw >= $0 } ?? 0
      }
      // Each class has its own mean on two of nine columns.
      let noise = generator.normalTensor([2000, 9])
      var numbers = noise.elements
      for row in 0..<2000 {
        let angle = Double(labels[row]) * 2 * Double.pi / 7
        numbers[row * 9] = Float(4 * cos(angle)) + 0.5 * numbers[row * 9]
        numbers[row * 9 + 1] = Float(4 * sin(angle)) + 0.5 * numbers[row * 9 + 1]
      }
      let examples = Examples(inputs: Tensor(numbers, shape: [2000, 9]), labels: labels)
      let layers: [any Layer] = [
        Dense(16), Activation(.relu), Dense(12, start: .glorot), Activation(.sigmoid), Dense(7),
      ]
      let network = try Trainer(epochs: 20, batch: 32, learningRate: 0.01).train(
        from: Trainer.State(start: try Network(Architecture(input: [9]) { layers }, seed: seed)),
        head: .softmax, on: examples, validation: examples, seed: seed
      ).best
      var task = FeatureLayer.Task(
        network: network, node: network.architecture.nodes[3].id, head: .softmax,
        training: examples, checked: examples,
        columns: (0..<9).map { InputColumn(name: "x\($0)", inputs: [$0]) }, seed: seed)
      var method = method
      // The tolerance would allow the loss of all rare classes.
      method.accuracyDrop = 0.05
      task.context.trainer.epochs = 1
      let pruned = try method.prune(task).network
      let before = network.outputs(for: examples.inputs).largestColumns
      let after = pruned.outputs(for: examples.inputs).largestColumns
      for label in 0..<7 where before.count(where: { $0 == label }) >= 10 {
        #expect(after.contains(label), "seed \(seed): class \(label) is never predicted")
        let rows = labels.indices.filter { labels[$0] == label }
        let lost =
          rows.count { before[$0] == label && after[$0] != label }
          - rows.count { before[$0] != label && after[$0] == label }
        #expect(
          lost * 4 <= rows.count, "seed \(seed): class \(label) lost \(lost) of \(rows.count)")
      }
    }
  }

  /// Targets far from zero: R² does not depend on the offset.
  @Test func theBaselineOfNumbersIsTheExplainedShareOfTheirVariance() throws {
    let layers: [any Layer] = [Dense(1), Activation(.relu), Dense(1)]
    var network = try Network(Architecture(input: [1]) { layers }, seed: 1)
    network.parameters[0][0].value = Tensor([1], shape: [1, 1])
    network.parameters[2][0].value = Tensor([2], shape: [1, 1])
    let examples = Examples(
      inputs: Tensor([1, 2, 3, 4], shape: [4, 1]), labels: [0, 0, 0, 0], numbers: [3, 4, 5, 8])
    let task = FeatureLayer.Task(
      network: network, node: network.architecture.nodes[1].id, head: .number,
      training: examples, checked: examples, columns: [InputColumn(name: "x", inputs: [0])], seed: 1
    )
    let state = try FeatureLayer.State(untouched: task)
    // Outputs 2, 4, 6, 8: squared errors 1 + 0 + 1 + 0, squared deviations from the mean 5: 4 + 1 +
    // 0 + 9.
    #expect(abs(state.trace.before.quality.value - (1 - 2.0 / 14)) < 1e-6)
  }

  /// The error names the first layer that is not dense.
  @Test func theFirstLayerThatCannotBePrunedIsNamed() throws {
    var task = try task(seed: 1)
    let layers: [any Layer] = [
      Dense(4), BatchNormalization(), Activation(.relu), Dropout(0.5), Dense(3),
    ]
    task.network = try Network(Architecture(input: [10]) { layers }, seed: 1)
    #expect(!task.canBePruned)
    let node = task.network.architecture.nodes[1].id.rawValue
    #expect(throws: PruningError.unknownLayer(node: node, layer: BatchNormalization.name)) {
      try method.prune(task)
    }
  }

  /// Only dense layers and activations, but the last layer does not read the features.
  @Test func aBranchIsNotPrunedAsASequence() throws {
    var task = try task(seed: 1)
    task.network = try Network(
      Architecture(
        input: [10],
        nodes: [
          Node(Node.ID("dense-1"), Dense(4)), Node(Node.ID("relu-1"), Activation(.relu)),
          Node(Node.ID("dense-2"), Dense(4)),
          Node(Node.ID("dense-3"), Dense(3), reading: [Node.ID("relu-1")]),
        ]), seed: 1)
    task.node = Node.ID("relu-1")
    #expect(!task.canBePruned)
  }
}
