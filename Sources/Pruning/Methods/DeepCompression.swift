import CompressedModels
import Naming
import Networks
import Tensors

/// Prunes weights in rounds, quantises the remaining weights with k-means codebooks, and fine-tunes
/// the shared values.
///
/// The result is small as a compressed model (`CompressedModel`): weights are stored as gaps
/// between non-zeros and codebook indices of a few bits, both Huffman-coded.
public struct DeepCompression: PruningMethod {
  /// The name in commands, settings and files.
  public static let name = "deep-compression"
  /// The description in one line.
  public static let summary = "individual weights by magnitude, then weight sharing by k-means"
  /// The publication.
  public static let source = Citation(
    authors: "Han, Mao & Dally",
    title:
      "Deep compression: compressing deep neural networks with pruning, trained quantization and "
      + "Huffman coding", year: 2016,
    venue: "ICLR 2016, arXiv:1510.00149; surveyed by Naeem, Jamil, Khan & Nazir 2020, Complexity "
      + "2020:3853780")

  /// The codebook sizes of the weight sharing.
  public var sharing = WeightSharing()
  /// Fine-tuning epochs of the shared values, at a tenth of the training's learning rate.
  public var epochs = 4

  /// Creates the method with its defaults.
  public init() {}

  /// The shared weights are fine-tuned.
  public static var hasOwnTraining: Bool { true }
  /// The hyperparameters that only this method has.
  public static let ownHyperparameters: [MethodHyperparameter<Self>] = [
    .init(
      "denseBits", \.sharing.denseBits, 1...8,
      "bits of a shared weight in dense layers (default: 5)"),
    .init(
      "convolutionBits", \.sharing.convolutionBits, 1...8,
      "bits of a shared weight in convolutions (default: 8)"),
    .init(
      "sharingEpochs", \.epochs, 0...1_000_000,
      "fine-tuning epochs of the shared weights (default: 4)"),
  ]

  /// Rounds as in Zhu & Gupta (2017); normalisation between layers as in Lee et al. (2021).
  public var recipe: Recipe {
    Recipe(
      .weights, normalization: .layerAdaptive, schedule: Schedule(.cubic, rounds: 6),
      recovery: .fineTune(epochs: 3), floor: 0)
  }

  /// - Throws: also `PruningError.unsuited` if the goal is not in parameters or bytes.
  ///
  /// A goal in bytes limits the weight bytes of the compressed model: the number of weights is
  /// estimated from the bits of codes and indices, then the code length is reduced until the goal
  /// is met.
  public func prune(
    _ network: Network, to goal: Goal, with recipe: Recipe, on context: PruningContext,
    onRound: (PruningTrace.Step) throws -> Void
  ) throws -> PrunedNetwork {
    var weightGoal = goal
    switch goal {
    case .bytes(let limit):
      let least = WeightSelection(network, normalization: .none, scope: .network).leastParameters
      weightGoal = .parameters(max(workspace(in: limit, network), least))
    case .inputs: throw PruningError.unsuited(method: Self.name, needs: .parameterGoal)
    default: break
    }
    var rounds: [PruningTrace.Step] = []
    let last = recipe.schedule.rounds + 1
    var pruned = try recipe.prune(network, to: weightGoal, on: context) { round in
      var round = round
      round.limit = last
      rounds.append(round)
      try onRound(round)
    }
    var sharing = sharing
    if case .bytes(let limit) = goal {
      sharing = try sharing.fitting(bytes: limit, of: pruned.network, seed: context.seed)
    }
    let shared = sharing.applied(to: pruned.network, seed: context.seed)
    let cut = context.measure(shared)
    var trainer = context.trainer
    trainer.epochs = epochs
    trainer.learningRate /= 10
    pruned.network = try SharedWeights(of: shared).tuned(shared, on: context, by: trainer)
    let round = PruningTrace.Step(
      last, of: last, removals: [], qualityBeforeRecovery: cut,
      result: .init(cost: pruned.after, quality: context.measure(pruned.network)))
    pruned.trace.steps = rounds + [round]
    try onRound(round)
    return pruned
  }

  /// The number of parameters that fit into a number of bytes: a weight takes its code and about
  /// six bits of index, any other parameter 32 bits.
  private func workspace(in bytes: Int, _ network: Network) -> Int {
    var others = 0
    var codes = (bits: 0.0, weights: 0.0)
    for (node, parameters) in zip(network.architecture.nodes, network.parameters) {
      for parameter in parameters {
        if parameter.role == .weight {
          let bits = sharing.bits(for: node.layer, kept: parameter.keptCount)
          codes.bits += Double(bits * parameter.keptCount)
          codes.weights += Double(parameter.keptCount)
        } else {
          others += parameter.value.count
        }
      }
    }
    let weight = codes.bits / max(codes.weights, 1) + 6
    let left = max(8 * Double(bytes) - 32 * Double(others), 0)
    return others + Int(min(left / weight, codes.weights))
  }
}

extension WeightSharing {
  /// The setting with the longest codes whose compressed network has at most `limit` bytes; codes lose
  /// one bit at a time, in convolutions and in dense layers, down to one.
  /// - Throws: `PruningError.goalOutOfReach` with the bytes of codes of one bit.
  package func fitting(
    bytes limit: Int, of network: Network, seed: UInt64
  ) throws(PruningError) -> WeightSharing {
    var sharing = self
    while true {
      let bytes = CompressedNetwork(sharing.applied(to: network, seed: seed)).bytes.count
      if bytes <= limit { return sharing }
      guard sharing.denseBits > 1 || sharing.convolutionBits > 1 else {
        throw PruningError.goalOutOfReach(.bytes(limit, nearest: bytes))
      }
      sharing.denseBits = max(sharing.denseBits - 1, 1)
      sharing.convolutionBits = max(sharing.convolutionBits - 1, 1)
    }
  }
}
