import Foundation

/// A pruning method as a combination of independent choices from the literature.
public struct Recipe: Sendable {
  /// The importance score of neurons or weights.
  public var score: Score
  /// The normalisation of scores between layers.
  public var normalization: Normalization
  /// The reduction of the scores of coupled neurons to one.
  public var reduction: Reduction
  /// The ranking scope: per layer or global.
  public var scope: Scope
  /// The sparsity schedule over rounds.
  public var schedule: Schedule
  /// The compensation (reconstruction) after removal, before recovery.
  public var compensation: Compensation
  /// The training after each round.
  public var recovery: Recovery
  /// The minimum share of each layer's neurons that is kept, at least one neuron; it prevents the
  /// collapse of layers with low scores. It is halved if the goal cannot be met.
  public var floor: Double
  /// Pruned layer widths are multiples of this number, for hardware alignment; a layer with fewer
  /// neurons is not pruned. Default 1.
  public var multiple = 1

  /// Creates a recipe; by default one-shot pruning over all layers and fine-tuning of 3 epochs.
  public init(
    _ score: Score, normalization: Normalization = .none, reduction: Reduction = .sum,
    scope: Scope = .network, schedule: Schedule = .oneShot,
    compensation: Compensation = .none, recovery: Recovery = .fineTune(epochs: 3),
    floor: Double = 0.1
  ) {
    self.score = score
    self.normalization = normalization
    self.reduction = reduction
    self.scope = scope
    self.schedule = schedule
    self.compensation = compensation
    self.recovery = recovery
    self.floor = floor
  }
}

/// A sparsity schedule over rounds.
public struct Schedule: Hashable, Codable, Sendable {
  /// The distribution of removals over the rounds.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// All removals in one round.
    case oneShot = "one-shot"
    /// The same number in each round.
    case linear
    /// Most removals in early rounds (Zhu & Gupta 2017, arXiv:1710.01878).
    case cubic
    /// The same share of the remaining structures in each round (Frankle & Carbin 2019,
    /// arXiv:1803.03635).
    case geometric
  }

  /// The kind.
  public var kind: Kind
  /// The number of pruning rounds, each followed by recovery.
  public var rounds: Int

  private enum CodingKeys: String, CodingKey {
    case kind = "course"
    case rounds
  }

  /// Creates a schedule; `oneShot` has one round.
  public init(_ kind: Kind, rounds: Int) {
    self.kind = kind
    self.rounds = kind == .oneShot ? 1 : max(rounds, 1)
  }

  /// All removals in one round.
  public static let oneShot = Schedule(.oneShot, rounds: 1)

  /// The remaining share after a round (from 1), from 1 down to `share`.
  func left(after round: Int, of share: Double) -> Double {
    guard round < rounds else { return share }
    let progress = Double(round) / Double(rounds)
    return switch kind {
    case .oneShot: share
    case .linear: 1 - (1 - share) * progress
    case .cubic: share + (1 - share) * pow(1 - progress, 3)
    case .geometric: pow(share, progress)
    }
  }
}

/// The compensation for pruned neurons before recovery.
public enum Compensation: String, Codable, Sendable, CaseIterable {
  case none
  /// Adds the mean contribution of each pruned neuron to the biases of the layers that read it;
  /// overcompensates at zero-padded image borders.
  case constant
  /// Adjusts the remaining weights by least squares to reconstruct the previous layer outputs.
  case leastSquares = "least-squares"
}

/// The recovery training after each round.
public struct Recovery: Hashable, Codable, Sendable {
  /// The kind of recovery training.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    case none
    /// Fine-tuning, twice as long after the last of several rounds.
    case fineTune = "fine-tune"
    /// Fine-tuning with more epochs for smaller networks, so that the MACs equal those of `epochs`
    /// epochs of the whole network.
    case fineTuneBudget = "fine-tune-budget"
    /// Fine-tuning in which pruned weights are also updated and may be restored (dynamic network
    /// surgery, Guo, Yao & Chen 2016, arXiv:1608.04493), twice as long after the last round. Neuron
    /// pruning is fine-tuned as with `fineTune`.
    case splice
    /// Weights are reset to the initial weights of the seed and retrained (Frankle & Carbin 2019).
    case rewind
    /// Training from newly initialised weights after the last round (Liu et al. 2019,
    /// arXiv:1810.05270).
    case scratch
    /// The same with more epochs for smaller networks, so that the MACs equal those of `epochs`
    /// epochs of the whole network (Scratch-B of Liu et al.).
    case scratchBudget = "scratch-budget"
    /// One training from newly initialised weights with `epochs` epochs in all, pruned in rounds
    /// during training.
    case whileTraining = "while-training"
  }

  /// The kind.
  public var kind: Kind
  /// Epochs of training.
  public var epochs: Int

  private enum CodingKeys: String, CodingKey {
    case kind = "course"
    case epochs
  }

  /// Creates a recovery; `none` has no epochs.
  public init(_ kind: Kind, epochs: Int) {
    self.kind = kind
    self.epochs = kind == .none ? 0 : epochs
  }

  /// No recovery training.
  public static let none = Recovery(.none, epochs: 0)
  /// Fine-tuning, twice as long after the last of several rounds.
  public static func fineTune(epochs: Int) -> Recovery { Recovery(.fineTune, epochs: epochs) }
  /// Fine-tuning in which pruned weights are also updated and may be restored (Guo, Yao & Chen
  /// 2016, arXiv:1608.04493).
  public static func splice(epochs: Int) -> Recovery { Recovery(.splice, epochs: epochs) }
  /// Retraining from the initial weights of the seed (Frankle & Carbin 2019, arXiv:1803.03635).
  public static func rewind(epochs: Int) -> Recovery { Recovery(.rewind, epochs: epochs) }
  /// Training from newly initialised weights after the last round (Liu et al. 2019,
  /// arXiv:1810.05270).
  public static func scratch(epochs: Int) -> Recovery { Recovery(.scratch, epochs: epochs) }
  /// The same, for the MACs of `epochs` epochs of the whole network.
  public static func scratchBudget(epochs: Int) -> Recovery {
    Recovery(.scratchBudget, epochs: epochs)
  }
  /// One training of `epochs` epochs from newly initialised weights, pruned during training.
  public static func whileTraining(epochs: Int) -> Recovery {
    Recovery(.whileTraining, epochs: epochs)
  }

  /// The epochs between two pruning rounds of one training; the remainder is added after the last.
  package func share(after round: Int, of rounds: Int) -> Int {
    let part = epochs / (rounds + 1)
    return round == rounds ? epochs - part * rounds : part
  }
}
