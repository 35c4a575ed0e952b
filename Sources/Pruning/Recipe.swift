import Foundation

/// Six independent choices that the literature calls a pruning method.
public struct Recipe: Sendable {
  /// What says how little is lost with a neuron or a weight.
  public var score: Score
  /// What makes the scores of layers comparable.
  public var normalization: Normalization
  /// How the scores of neurons that go together become one.
  public var reduction: Reduction
  /// Where the lowest scores are looked for.
  public var scope: Scope
  /// How what goes is spread over rounds.
  public var schedule: Schedule
  /// What makes up for what goes before anything is learned again.
  public var compensation: Compensation
  /// What is learned after each round.
  public var recovery: Recovery
  /// The share of each layer's neurons that stays whatever their scores, at least one: one layer is
  /// not to vanish because its scores are small. It is halved where the goal is out of reach with it.
  public var floor: Double
  /// What is left of a layer that loses neurons is a multiple of this, as some machines want it; a
  /// layer with fewer neurons than that stays whole.
  public var multiple = 1

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

/// How what goes is spread over rounds.
public struct Schedule: Hashable, Codable, Sendable {
  /// How much goes in which round.
  public enum Course: String, Codable, Sendable, CaseIterable {
    /// Everything at once.
    case oneShot = "one-shot"
    /// The same amount in each round.
    case linear
    /// Much at first, little at the end (Zhu & Gupta 2017, arXiv:1710.01878).
    case cubic
    /// The same share of what is left in each round (Frankle & Carbin 2019, arXiv:1803.03635).
    case geometric
  }

  public var course: Course
  /// How often something is removed; after each the rest recovers.
  public var rounds: Int

  public init(_ course: Course, rounds: Int) {
    self.course = course
    self.rounds = course == .oneShot ? 1 : max(rounds, 1)
  }

  /// All at once.
  public static let oneShot = Schedule(.oneShot, rounds: 1)

  /// What is left after a round (from 1), on the way from 1 to `share`.
  func left(after round: Int, of share: Double) -> Double {
    guard round < rounds else { return share }
    let progress = Double(round) / Double(rounds)
    return switch course {
    case .oneShot: share
    case .linear: 1 - (1 - share) * progress
    case .cubic: share + (1 - share) * pow(1 - progress, 3)
    case .geometric: pow(share, progress)
    }
  }
}

/// What makes up for neurons that go, before anything is learned again.
public enum Compensation: String, Codable, Sendable, CaseIterable {
  case none
  /// What a neuron says on average goes into the biases of its readers. At the borders of an image
  /// that is padded with zeros it is too much.
  case constant
  /// The readers' weights are fitted again, in the sense of least squares, to what they got before.
  case leastSquares = "least-squares"
}

/// What is done after each round.
public struct Recovery: Hashable, Codable, Sendable {
  /// What what is left does after a round.
  public enum Course: String, Codable, Sendable, CaseIterable {
    case none
    /// Learns on, after the last of several rounds twice as long.
    case fineTune = "fine-tune"
    /// Learns on, with as many epochs more as each takes fewer multiplications than one of the whole
    /// network.
    case fineTuneBudget = "fine-tune-budget"
    /// Learns on while pruned weights learn unseen and may come back (Guo, Yao & Chen 2016,
    /// arXiv:1608.04493); after the last round twice as long. Neurons learn on as with `fineTune`.
    case splice
    /// Goes back to the weights it started with and learns again (Frankle & Carbin 2019).
    case rewind
    /// Learns from fresh weights after the last round (Liu et al. 2019, arXiv:1810.05270).
    case scratch
    /// The same, with as many epochs more as each is shorter: the multiplications of the whole
    /// network's training (Scratch-B of Liu et al.).
    case scratchBudget = "scratch-budget"
    /// Learns from fresh weights before the first round and on between the rounds: what goes goes in
    /// the course of one training, whose epochs these are.
    case whileTraining = "while-training"
  }

  public var course: Course
  /// Passes over the training rows.
  public var epochs: Int

  public init(_ course: Course, epochs: Int) {
    self.course = course
    self.epochs = course == .none ? 0 : epochs
  }

  /// Nothing is learned.
  public static let none = Recovery(.none, epochs: 0)
  /// What is left learns on, twice as long after the last of several rounds.
  public static func fineTune(epochs: Int) -> Recovery { Recovery(.fineTune, epochs: epochs) }
  /// Pruned weights learn on too and may come back (Guo, Yao & Chen 2016, arXiv:1608.04493).
  public static func splice(epochs: Int) -> Recovery { Recovery(.splice, epochs: epochs) }
  /// What is left learns again from the first weights of this seed (Frankle & Carbin 2019,
  /// arXiv:1803.03635).
  public static func rewind(epochs: Int) -> Recovery { Recovery(.rewind, epochs: epochs) }
  /// What is left at the end learns from fresh weights (Liu et al. 2019, arXiv:1810.05270).
  public static func scratch(epochs: Int) -> Recovery { Recovery(.scratch, epochs: epochs) }
  /// The same, for the multiplications of so many epochs of the whole network.
  public static func scratchBudget(epochs: Int) -> Recovery {
    Recovery(.scratchBudget, epochs: epochs)
  }
  /// One training of so many epochs from fresh weights, with the rounds in its course.
  public static func whileTraining(epochs: Int) -> Recovery {
    Recovery(.whileTraining, epochs: epochs)
  }

  /// The epochs between two cuts of one training in so many rounds; those left over come last.
  package func share(after round: Int, of rounds: Int) -> Int {
    let part = epochs / (rounds + 1)
    return round == rounds ? epochs - part * rounds : part
  }
}
