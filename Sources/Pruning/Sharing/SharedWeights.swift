import Datasets
import Networks
import Tensors

/// The clusters of weights that share a value, for fine-tuning a quantised network.
///
/// The clusters do not change during fine-tuning.
public struct SharedWeights: Hashable, Sendable {
  /// The weights of one parameter that share one value.
  public struct Cluster: Hashable, Sendable {
    /// The position of the node.
    public var node: Int
    /// The position of the parameter in its layer.
    public var parameter: Int
    /// The flat positions of the weights that share a value.
    public var entries: [Int]
  }

  /// The clusters of all parameters with shared weights.
  public let clusters: [Cluster]

  /// Finds the weights of equal value within each parameter that has fewer distinct values than
  /// weights.
  public init(of network: Network) {
    var clusters: [Cluster] = []
    for (node, parameters) in network.parameters.enumerated() {
      for (index, parameter) in parameters.enumerated() where parameter.role == .weight {
        let elements = parameter.value.elements
        let kept = elements.indices.filter { parameter.mask?.kept[$0] ?? (elements[$0] != 0) }
        let byValue = Dictionary(grouping: kept) { elements[$0].bitPattern }
        guard byValue.count < kept.count else { continue }
        clusters += byValue.values.sorted { $0[0] < $1[0] }.map {
          Cluster(node: node, parameter: index, entries: $0)
        }
      }
    }
    self.clusters = clusters
  }

  /// Replaces the gradient of every shared weight by the sum of the gradients of its cluster.
  ///
  /// `gradients`: for each node and parameter.
  public func tie(_ gradients: inout [[Tensor]]) {
    for cluster in clusters where !gradients[cluster.node].isEmpty {
      gradients[cluster.node][cluster.parameter].withElements { elements in
        var sum = 0.0
        for entry in cluster.entries { sum += Double(elements[entry]) }
        for entry in cluster.entries { elements[entry] = Float(sum) }
      }
    }
  }

  /// Sets all weights of a cluster to the value of the first, because vectorised and scalar updates
  /// may round differently.
  func equaliseClusters(_ network: inout Network) {
    for cluster in clusters {
      network.parameters[cluster.node][cluster.parameter].value.withElements { elements in
        let value = elements[cluster.entries[0]]
        for entry in cluster.entries { elements[entry] = value }
      }
    }
  }

  /// Fine-tunes the shared values and all other parameters with fixed clusters.
  ///
  /// The gradient of a shared value is the sum of the gradients of its weights (Han, Mao & Dally
  /// 2016, arXiv:1510.00149, section 3.3).
  /// - Returns: the network with the lowest validation loss among the initial one and those after
  ///   each epoch.
  /// - Throws: `NetworkError.notFinite` if training diverges.
  public func tuned(_ network: Network, on context: PruningContext, by trainer: Trainer) throws
    -> Network
  {
    try context.once(from: network) { try learn(network, on: context, by: trainer) }
  }

  private func learn(
    _ network: Network, on context: PruningContext, by trainer: Trainer
  ) throws -> Network {
    var (network, memory) = (network, Optimizer.Memory(for: network))
    let checked = context.measured
    func loss(_ network: Network) -> Double {
      context.head.loss(
        of: network.outputs(for: checked.inputs), for: checked, classWeights: trainer.classWeights
      ).value
    }
    var best = (loss: loss(network), network: network)
    let generator = SeededGenerator(seed: context.seed).stream("shared-weights")
    var update = context.step
    (update.optimizer, update.weightDecay) = (trainer.optimizer, 0)
    for epoch in 0..<trainer.epochs {
      var shuffler = generator.stream("epoch-\(epoch)")
      var random = generator.stream("chance-\(epoch)")
      let batches = MiniBatches(
        of: context.training.count, size: trainer.batch, using: &shuffler)
      let steps = batches.count
      for step in 0..<steps {
        try context.onStep()
        let rate =
          trainer.learningRate
          * LearningRateSchedule.cosine.factor(
            epoch: epoch, progress: Double(step) / Double(steps), epochs: trainer.epochs)
        let batch = trainer.batch(of: context.training, batches[step], using: &random)
        var pass = try update.pass(
          of: network, on: batch, number: epoch * steps + step + 1, using: &random)
        tie(&pass.gradients)
        update.update(&network, by: pass, memory: &memory, rate: rate)
        equaliseClusters(&network)
      }
      let reached = loss(network)
      if reached < best.loss { best = (reached, network) }
    }
    return best.network
  }
}
