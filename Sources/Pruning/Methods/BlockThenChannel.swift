import Datasets
import Naming
import Networks
import Tensors

/// Prunes whole residual blocks, then channels, including those coupled by skip connections.
///
/// Each block has a logit `a` and a binary gate sampled with probability `p = sigmoid(a)`. The
/// training loss is the network's loss plus a penalty per open gate; the gradient uses the
/// straight-through estimator. Blocks with a final `p` below 0.5 are pruned. Channels are then
/// pruned by the absolute scale of their batch normalisation; channels coupled by a skip connection
/// get the largest of their scores. The pruned network contains no gates.
public struct BlockThenChannel: PruningMethod {
  /// The name in commands, settings and files.
  public static let name = "block-then-channel"
  /// The description in one line.
  public static let summary = "residual blocks by learned gates, then channels by batch-norm scale"
  /// The publication.
  public static let source = Citation(
    authors: "Huang & Wang", title: "Multi-granularity pruning for deep residual networks",
    year: 2020,
    venue: "Journal of Intelligent & Fuzzy Systems 39(5):7403-7410, "
      + "doi:10.3233/JIFS-200771")
  /// The networks that the method supports.
  public static let suits = "residual networks with batch normalisation"

  /// The gate penalty per open gate, in units of the loss; 0.05 as used by the authors.
  public var gatePenalty: Float = 0.05
  /// The initial logit of the gates: most blocks are open at first, while in the authors' code half
  /// of them are closed.
  public var start: Float = 2
  /// The number of training steps with gates.
  public var steps = 400

  /// Creates the method with its defaults.
  public init() {}

  /// Weights are trained together with the gates.
  public static var hasOwnTraining: Bool { true }
  /// The hyperparameters that only this method has.
  public static let ownHyperparameters: [MethodHyperparameter<Self>] = [
    .init("gatePrice", \.gatePenalty, 0...1_000_000, "gate penalty per open gate (default: 0.05)"),
    .init("gateStart", \.start, -20...20, "initial logit of the gates (default: 2)"),
    .init("gateSteps", \.steps, 1...1_000_000, "training steps with gates (default: 400)"),
  ]

  /// The choices of the method.
  public var recipe: Recipe {
    Recipe(
      .neurons(NormalizationScale()), reduction: .max, recovery: .fineTune(epochs: 1), floor: 0.1)
  }

  /// Prunes a network until the goal is met.
  /// - Throws: `PruningError`; errors of training and of the callback.
  public func prune(
    _ network: Network, to goal: Goal, with recipe: Recipe, on context: PruningContext,
    onRound: (PruningTrace.Step) throws -> Void
  ) throws -> PrunedNetwork {
    try goal.mustBeOneNumber(for: Self.name)
    let blocks = network.residualBlocks
    guard !blocks.isEmpty else {
      throw PruningError.unsuited(method: Self.name, needs: .residualBlocks)
    }
    let found = try context.found("blocks \(gatePenalty) \(start) \(steps)", in: network) {
      try context.once(from: network) { try search(network, blocks, context) }
    }
    let (trained, logits) = (found.network, found.logits)
    let order = blocks.indices.sorted { (logits[$0], $0) < (logits[$1], $1) }
    let limit = goal.limit(from: try Cost(of: network))
    var plan = PruningPlan()
    for (rank, index) in order.enumerated() where logits[index] < 0 {
      let block = blocks[index]
      var longer = plan
      longer.removals.append(
        .init(
          .branch(
            into: network.architecture.nodes[block.sum].id,
            from: network.architecture.nodes[block.end].id), score: Double(logits[index]), round: 1,
          rank: rank, threshold: 0))
      let next = try trained.compacted(by: longer)
      // Never prunes below the goal.
      if let left = goal.measure(try Cost(of: next)), left < limit { break }
      plan = longer
    }
    let compaction = try Compaction(
      of: trained, by: plan, on: context.checkRows(for: trained), head: context.head)
    let cut = context.measure(compaction.network)
    var small = compaction.network
    if !plan.removals.isEmpty {
      small = try context.trained(small, epochs: recipe.recovery.epochs, round: 1)
    }
    let round = PruningTrace.Step(
      1, of: recipe.schedule.rounds + 1, removals: plan.removals, qualityBeforeRecovery: cut,
      result: try context.measurement(of: small))
    try onRound(round)
    let left = goal.absolute(limit, in: round.result.cost)
    var pruned = try goal.naming(goalsOf: {
      try recipe.prune(small, to: left, beside: network, on: context, onRound: onRound)
    })
    pruned.plan = plan.union(pruned.plan)
    pruned.check = pruned.check.worst(compaction.check)
    pruned.trace = PruningTrace(
      before: try context.measurement(of: network), steps: [round] + pruned.trace.steps)
    return pruned
  }

  /// The network trained with gates and the logit of each block.
  private struct Found: Codable, Sendable {
    var network: Network
    var logits: [Float]
  }

  /// Trains weights and gates jointly.
  private func search(
    _ network: Network, _ blocks: [ResidualBlock], _ context: PruningContext
  ) throws -> Found {
    var network = network
    let gates = blocks.map { network.gate(onAllOf: $0.gated) }
    var logits = Tensor(repeating: start, shape: [blocks.count])
    let optimizer = Optimizer.momentum(momentum: 0.9)
    var velocity = Optimizer.Memory(for: logits)
    var memory = Optimizer.Memory(for: network)
    var random = SeededGenerator(seed: context.seed).stream("blocks")
    var step = 0
    let batches = Batches(context.training, of: context, seed: context.seed)
    let update = context.step
    var epoch = 0
    while step < steps {
      defer { epoch += 1 }
      try batches.forEach(epoch: epoch) { batch in
        guard step < steps else { return }
        step += 1
        let open = logits.elements.map { Float(random.uniform()) < sigmoid($0) ? Float(1) : 0 }
        let gated = network.gated(gates, by: open)
        var pass = try update.pass(of: gated, on: batch, number: step, using: &random)
        var slopes = network.gateGradients(gates, pass.gradients)
        for (index, gate) in gates.enumerated() {
          // The weights of a closed block get no gradient.
          if open[index] == 0 {
            for part in gate.parts {
              pass.gradients[part.node][part.parameter] = Tensor(
                shape: pass.gradients[part.node][part.parameter].shape)
            }
          }
          let p = sigmoid(logits.elements[index])
          slopes[index] = (slopes[index] + gatePenalty) * p * (1 - p)
        }
        optimizer.step(
          &logits, gradient: Tensor(slopes, shape: logits.shape), memory: &velocity, rate: 0.1)
        update.update(
          &network, by: pass, memory: &memory, rate: context.trainer.learningRate)
      }
    }
    return Found(network: network, logits: logits.elements)
  }

  private func sigmoid(_ logit: Float) -> Float {
    var value = Tensor([logit], shape: [1, 1])
    value = Head.oneVersusRest.probabilities(from: value)
    return value[0, 0]
  }
}

/// Scores channels by the absolute scale (gamma) of their batch normalisation.
public struct NormalizationScale: NeuronScore {
  /// Creates the score.
  public init() {}

  /// Whether the scores use a sample of training rows.
  public var samplesRows: Bool { false }

  /// - Throws: `PruningError.unsuited` if the network has no batch normalisation.
  public func scores(
    of network: Network, _ groups: NeuronGroups, on context: PruningContext,
    using generator: inout SeededGenerator
  ) throws -> [Int: [Double]] {
    var scores: [Int: [Double]] = [:]
    for (node, item) in network.architecture.nodes.enumerated()
    where item.layer.scalesUnits {
      scores[node] = network.parameters[node][.scale].value.elements.map { Double(abs($0)) }
    }
    guard !scores.isEmpty else {
      throw PruningError.unsuited(
        method: BlockThenChannel.name, needs: .batchNormalisation)
    }
    return scores
  }
}

/// A residual sum and its residual branch.
struct ResidualBlock {
  var sum: Int
  /// The last node of the branch, which the sum reads.
  var end: Int
  /// The last node of the branch that has parameters.
  var gated: Int
}

extension Network {
  /// The sums of two nodes whose branches differ in the number of weight layers; the one with more
  /// is the block.
  var residualBlocks: [ResidualBlock] {
    architecture.nodes.indices.compactMap { sum in
      let links = architecture.links[sum]
      guard architecture.nodes[sum].layer.addsInputs, links.count == 2,
        links.allSatisfy({ $0 >= 0 })
      else { return nil }
      let reached = links.map { ancestors(of: $0) }
      let own = [reached[0].subtracting(reached[1]), reached[1].subtracting(reached[0])]
      let mixing = own.map { nodes in
        nodes.count { node in
          if case .mixing = architecture.nodes[node].layer.coupling { true } else { false }
        }
      }
      guard mixing[0] != mixing[1] else { return nil }
      let position = mixing[0] > mixing[1] ? 0 : 1
      var gated = links[position]
      while parameters[gated].isEmpty, let below = architecture.links[gated].first, below >= 0,
        own[position].contains(below)
      {
        gated = below
      }
      guard !parameters[gated].isEmpty else { return nil }
      return ResidualBlock(sum: sum, end: links[position], gated: gated)
    }
  }

  private func ancestors(of node: Int) -> Set<Int> {
    var found: Set<Int> = [node]
    for index in (0...node).reversed() where found.contains(index) {
      for link in architecture.links[index] where link >= 0 { found.insert(link) }
    }
    return found
  }
}
