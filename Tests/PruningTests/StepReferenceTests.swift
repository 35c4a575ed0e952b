import Datasets
import Foundation
import NetworkSupport
import Networks
import Pruning
import Tensors
import TestSupport
import Testing

/// The steps of methods that try removals and additions, compared with a snapshot. Nothing is trained, so
/// that only scores and tolerances decide.
@Suite struct StepReferenceTests {
  private func words(_ removal: PruningPlan.Removal) -> String {
    let name =
      switch removal.subject {
      case .neuron(let neuron): "\(neuron)"
      case .column(let name, _): name
      default: "\(removal.subject)"
      }
    let threshold = removal.threshold.map { String(format: " below %.3f", $0) } ?? ""
    return name + String(format: " (%.3f", removal.score) + threshold + ")"
  }

  private func lines(_ steps: [PruningTrace.Step]) -> [String] {
    steps.map { step in
      "  \(step.number): \(step.removals.map(words).joined(separator: " "))"
        + (step.isAccepted ? "" : ", refused") + ", correct \(step.qualityBeforeRecovery.correct) "
        + "\(step.result.quality.correct), cost \(step.result.cost.parameters) "
        + "\(step.result.cost.neurons) \(step.result.cost.inputs)"
    }
  }

  /// Weights that are multiples of 1/8, the larger the earlier the unit.
  private func network(
    inputs: Int, features: Int, _ generator: inout SeededGenerator
  ) throws -> Network {
    let layers: [any Layer] = [Dense(features), Activation(.sigmoid), Dense(3)]
    var network = try Network(Architecture(input: [inputs]) { layers }, seed: 1)
    for node in [0, 2] {
      for index in 0..<2 {
        let shape = network.parameters[node][index].value.shape
        network.parameters[node][index].value = Tensor(
          (0..<shape.count).map { entry in
            let size = Float(generator.index(below: 33) - 16) / 8
            let unit = node == 0 ? entry / features : entry / 3
            return index == 0 ? size / Float(1 + unit / 4) : size / 4
          }, shape: shape)
      }
    }
    return network
  }

  @Test func stepsOfFeatureLayersAreTheRecordedOnes() throws {
    var text: [String] = []
    for (number, features) in [12, 12, 60].enumerated() {
      var generator = SeededGenerator(seed: UInt64(number) + 5)
      let inputs = 14
      let network = try network(inputs: inputs, features: features, &generator)
      let rows = generator.normalTensor([240, inputs])
      let predictions = network.outputs(for: rows).largestColumns
      let labels = predictions.map { generator.uniform() < 0.05 ? ($0 + 1) % 3 : $0 }
      let examples = Examples(inputs: rows, labels: labels)
      // Columns of one, two and three inputs.
      let columns = [[0], [1, 2], [3], [4, 5, 6], [7], [8], [9], [10, 11], [12], [13]]
      let task = FeatureLayer.Task(
        network: network, node: network.architecture.nodes[1].id, head: .softmax,
        training: examples, checked: examples,
        columns: columns.enumerated().map { InputColumn(name: "c\($0)", inputs: $1) }, seed: 1,
        trainer: Trainer(epochs: 0, batch: 32, learningRate: 0.003))
      for (drop, limits) in [
        (0.01, (neurons: nil, columns: nil)), (0.05, (nil, nil)), (0.02, (5, 3)),
      ] as [(Double, (neurons: Int?, columns: Int?))] {
        for limit in [FeatureLayer.LossLimit.none, .original, .lowest] {
          text.append("# \(features) features, drop \(drop), limits \(limits), loss \(limit)")
          let method = FeatureLayer(
            accuracyDrop: drop, maxNeurons: limits.neurons, maxColumns: limits.columns,
            finalEpochs: 0, lossLimit: limit)
          text += lines(try method.prune(task).trace.steps)
        }
      }
      let keeping = FeatureLayer(accuracyDrop: 0.03, finalEpochs: 0, keepsPredictions: true)
      text.append("# \(features) features, keeping predictions")
      text += lines(try keeping.prune(task).trace.steps)
    }
    try expectSnapshot(text.joined(separator: "\n") + "\n", named: "feature-steps.txt")
  }

  /// A task of which no row may be lost: each unit and each batch of columns is refused.
  private func strictTask(columns: Int, rows count: Int) throws -> FeatureLayer.Task {
    var generator = SeededGenerator(seed: 8)
    let network = try network(inputs: columns, features: 5, &generator)
    let rows = generator.normalTensor([count, columns])
    let examples = Examples(inputs: rows, labels: network.outputs(for: rows).largestColumns)
    return FeatureLayer.Task(
      network: network, node: network.architecture.nodes[1].id, head: .softmax,
      training: examples, checked: examples,
      columns: (0..<columns).map { InputColumn(name: "c\($0)", inputs: [$0]) }, seed: 1,
      trainer: Trainer(epochs: 0, batch: 32, learningRate: 0.003))
  }

  /// A third of 80 columns at first, then half as many after each refusal; batches of a fortieth of the
  /// columns are not worth another try. On the way to a limit, no more than to it.
  @Test func columnsAreTriedInBatches() throws {
    let task = try strictTask(columns: 80, rows: 2000)
    func counts(_ limit: Int?) throws -> [Int] {
      let method = FeatureLayer(accuracyDrop: 0, maxColumns: limit, finalEpochs: 0)
      return try method.prune(task).trace.steps.map { step in
        step.removals.count { if case .column = $0.subject { true } else { false } }
      }
    }
    let (all, some, few) = (try counts(nil), try counts(70), try counts(20))
    #expect(all == [0, 0, 0, 26, 13, 6, 3])
    #expect(some == [0, 0, 0, 10, 23, 11, 5, 2])
    #expect(few == [0, 0, 0, 26, 18, 12, 4, 6, 3, 1, 1, 1])
  }

  /// Where predictions are to be kept, the loss on the labels is not limited.
  @Test func theLossMayRiseWherePredictionsAreKept() throws {
    var task = try strictTask(columns: 12, rows: 400)
    let last = task.network.parameters.count - 1
    for index in 0..<2 {
      let value = task.network.parameters[last][index].value
      task.network.parameters[last][index].value = Tensor(
        value.elements.map { 100 * $0 }, shape: value.shape)
    }
    let traces = try [FeatureLayer.LossLimit.none, .original, .lowest].map { limit in
      try FeatureLayer(
        accuracyDrop: 0.2, finalEpochs: 0, keepsPredictions: true, lossLimit: limit
      ).prune(task).trace
    }
    #expect(traces[0].steps.contains { $0.isAccepted })
    #expect(traces[1] == traces[0] && traces[2] == traces[0])
    let limited = try FeatureLayer(accuracyDrop: 0.2, finalEpochs: 0, lossLimit: .original)
      .prune(task).trace
    #expect(limited != traces[0])
  }

  @Test func growthAndRemovalAreTheRecordedOnes() throws {
    var text: [String] = []
    for seed in UInt64(1)...3 {
      var generator = SeededGenerator(seed: seed)
      let network = try network(inputs: 6, features: 14, &generator)
      let rows = generator.normalTensor([150, 6])
      let predictions = network.outputs(for: rows).largestColumns
      let labels = predictions.map { generator.uniform() < 0.2 ? ($0 + 1) % 3 : $0 }
      let examples = Examples(inputs: rows, labels: labels)
      let context = PruningContext(
        head: .softmax, training: examples, validation: examples,
        trainer: Trainer(epochs: 1, batch: 16, learningRate: 0.01), seed: seed)
      for (low, needed, repeats) in [(0.15, 0.2, 0.95), (0.9, 0.3, 0.4), (0.6, 0.05, 0.7)] {
        for isImproved in [true, false] {
          var method = AdaptiveGrowthAndPruning()
          if isImproved { method.adaptation = GrowAndPrune().adaptation }
          (method.adaptation.low, method.adaptation.needed) = (low, needed)
          (method.adaptation.repeats, method.adaptation.rounds) = (repeats, 9)
          (method.adaptation.patience, method.adaptation.slowdown) = (6, seed == 3 ? 0.2 : 0.03)
          var recipe = method.recipe
          recipe.recovery = .none
          text.append("# seed \(seed), low \(low), needed \(needed), improved \(isImproved)")
          let pruned = try method.prune(
            network, to: .neurons(10), with: recipe, on: context, onRound: { _ in })
          text += lines(pruned.trace.steps)
          text.append(
            "  grown "
              + pruned.plan.growths.map {
                "\($0.original) → \($0.name) in \($0.round) by \($0.share)"
              }.joined(separator: ", "))
          text.append("  left \(pruned.network.originalIndices[0])")
        }
      }
    }
    try expectSnapshot(text.joined(separator: "\n") + "\n", named: "growth-steps.txt")
  }
}
