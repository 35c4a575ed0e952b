import Datasets
import Naming
import Networks
import Tensors

/// Searches an architecture with gates on random weights, then trains the pruned network from
/// scratch.
///
/// Each neuron has a gate with initial value 1. Only the gates are trained (Adam, learning rate
/// 0.01), on the loss plus `balance · (mean gate - target)²`, and clipped to 0...1. The neurons
/// with the smallest gates are pruned until the goal is met, and the pruned network is trained from
/// newly initialised weights with the MACs of the whole network's training (Scratch-B).
public struct FromScratch: PruningMethod, NeuronScore {
  /// The name in commands, settings and files.
  public static let name = "from-scratch"
  /// The description in one line.
  public static let summary = "neurons by gates on random weights, then training from scratch"
  /// The publication.
  public static let source = Citation(
    authors: "Wang, Zhang, Xie, Zhou, Su, Zhang & Hu", title: "Pruning from scratch", year: 2020,
    venue: "AAAI 2020, arXiv:1909.12579")

  /// The weight of the penalty on the mean gate.
  public var balance: Float = 0.5
  /// The target of the mean gate.
  public var target: Float = 0.2
  /// Epochs of gate training.
  public var epochs = 5
  /// Training rows per epoch of gate training.
  public var rows = 12_800

  /// Creates the method with its defaults.
  public init() {}

  /// Gates are trained on random weights.
  public static var hasOwnTraining: Bool { true }
  /// The hyperparameters that only this method has.
  public static let ownHyperparameters: [MethodHyperparameter<Self>] = [
    .init("gateTarget", \.target, 0...1, "target of the mean gate (default: 0.2)"),
    .init(
      "gateBalance", \.balance, 0...1_000_000,
      "weight of the penalty on the mean gate (default: 0.5)"),
    .init("gateEpochs", \.epochs, 1...1_000_000, "epochs of gate training (default: 5)"),
  ]

  /// Whether the scores use a sample of training rows.
  public var samplesRows: Bool { false }

  /// The choices of the method.
  public var recipe: Recipe {
    Recipe(.neurons(self), reduction: .mean, recovery: .scratchBudget(epochs: 5), floor: 0)
  }

  /// The score of each neuron, by node.
  public func scores(
    of network: Network, _ groups: NeuronGroups, on context: PruningContext,
    using generator: inout SeededGenerator
  ) throws -> [Int: [Double]] {
    let fresh = try Network(network.architecture, seed: context.seed ^ 0xF4E5)
    // In residual networks only neurons inside the blocks have gates, not the residual stream.
    let gated = groups.prunable.filter {
      groups.groups[$0].producers.count == 1 && groups.channelOfUnit[$0] == nil
    }
    guard !gated.isEmpty else {
      throw PruningError.nothingToPrune(unknown: groups.unknownNodes.map(\.rawValue))
    }
    let gates = gated.map { fresh.gate(on: groups.groups[$0].producers[0], groups) }
    let factors = try context.found(
      "gates \(balance) \(target) \(epochs) \(rows)", in: network
    ) { try learnedFactors(of: gates, on: fresh, context) }
    var scores: [Int: [Double]] = [:]
    for (index, group) in gated.enumerated() {
      let producer = groups.groups[group].producers[0]
      let none = [Double](repeating: .nan, count: groups.ofNodes[producer.node].count)
      scores[producer.node, default: none][producer.neuron] = Double(factors[index])
    }
    return scores
  }

  private func learnedFactors(
    of gates: [Gate], on fresh: Network, _ context: PruningContext
  ) throws -> [Float] {
    var fresh = fresh
    var generator = SeededGenerator(seed: context.seed).stream("gates")
    var factors = Tensor(repeating: 1, shape: [gates.count])
    var memory = Optimizer.Memory(for: factors)
    var steps = 0
    let update = TrainingStep(optimizer: .adam) { [head = context.head] outputs, batch in
      head.loss(of: outputs, for: batch)
    }
    let batches = Batches(context.sample(of: rows), of: context, seed: context.seed)
    for epoch in 0..<epochs {
      try batches.forEach(epoch: epoch) { batch in
        steps += 1
        let pass = try update.pass(
          of: fresh.gated(gates, by: factors.elements), on: batch, number: steps,
          using: &generator)
        fresh.updateRunningStatistics(pass.forward)
        let gradients = fresh.gateGradients(gates, pass.gradients)
        let mean = factors.elements.reduce(0, +) / Float(factors.count)
        let penalty = 2 * balance * (mean - target) / Float(factors.count)
        update.optimizer.step(
          &factors, gradient: Tensor(gradients.map { $0 + penalty }, shape: factors.shape),
          memory: &memory, rate: 0.01)
        factors.withElements { elements in
          for index in elements.indices { elements[index] = min(1, max(0, elements[index])) }
        }
      }
    }
    return factors.elements
  }
}
