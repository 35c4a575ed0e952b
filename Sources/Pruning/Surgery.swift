import Datasets
import Networks
import Tensors

/// Dynamic network surgery: training in which pruned weights are also updated and may be restored
/// (Guo, Yao & Chen 2016, NeurIPS 2016, arXiv:1608.04493).
///
/// The forward and backward passes use the masked network; the gradient of every weight, masked or
/// not, updates a dense copy. The mask is recomputed from the largest weights of the copy several
/// times per epoch. In the last part of training the mask is fixed.
struct Surgery {
  let recipe: Recipe
  let context: PruningContext
  /// The number of mask updates per epoch.
  private static let choices = 4
  /// The share of the steps after which the mask is fixed.
  private static let maskUpdateShare = 0.7

  /// Trains for some epochs.
  ///
  /// `network`: the masked network; the number of kept weights does not change.
  /// `whole`: the dense weights.
  /// - Throws: `NetworkError.notFinite` if training diverges.
  func learn(_ network: inout Network, whole: inout Network, epochs: Int, round: Int) throws {
    let start = (network: network, whole: whole)
    let learned = try context.once(from: start.whole) {
      var (network, whole) = start
      try go(&network, whole: &whole, epochs: epochs, round: round)
      return [network, whole]
    }
    (network, whole) = (learned[0], learned[1])
  }

  private func go(
    _ network: inout Network, whole: inout Network, epochs: Int, round: Int
  ) throws {
    let kept = Double(network.parameterCount)
    let trainer = context.trainer
    let batches = Batches(context.training, of: context, seed: context.seed &+ UInt64(round))
    let perEpoch = max(1, MiniBatches.count(of: context.training.count, size: trainer.batch))
    let total = Double(epochs * perEpoch)
    var memory = Optimizer.Memory(for: whole)
    var random = SeededGenerator(seed: context.seed).stream("surgery-\(round)")
    let update = context.step
    var step = 0
    for epoch in 0..<epochs {
      try batches.forEach(epoch: epoch) { batch in
        let progress = Double(step) / total
        if progress < Self.maskUpdateShare, step % max(1, perEpoch / Self.choices) == 0 {
          let plan = WeightSelection(
            whole, normalization: recipe.normalization, scope: recipe.scope
          ).plan(leaving: kept, round: round)
          network = try whole.masked(by: plan)
        }
        let pass = try update.pass(of: network, on: batch, number: step + 1, using: &random)
        let rate =
          trainer.learningRate
          * LearningRateSchedule.cosine.factor(
            epoch: epoch, progress: Double(step % perEpoch) / Double(perEpoch), epochs: epochs)
        update.update(&whole, by: pass, memory: &memory, rate: rate)
        network.take(whole)
        step += 1
      }
    }
  }
}

extension Network {
  /// Copies the parameters of another network of the same shape and applies the own masks.
  fileprivate mutating func take(_ other: Network) {
    for node in parameters.indices {
      for index in parameters[node].indices {
        parameters[node][index].value = other.parameters[node][index].value
        parameters[node][index].applyMask()
      }
    }
  }

  /// The masked weights as a plan.
  func maskedWeights(round: Int) -> PruningPlan {
    var plan = PruningPlan()
    for (node, own) in parameters.enumerated() {
      for (index, parameter) in own.enumerated() {
        guard let mask = parameter.mask, mask.keptCount < mask.kept.count else { continue }
        plan.removals.append(
          .init(
            .weights(
              of: architecture.nodes[node].id, parameter: index,
              entries: mask.kept.indices.filter { !mask.kept[$0] }), score: 0, round: round))
      }
    }
    return plan
  }
}
