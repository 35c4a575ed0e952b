import Foundation

/// Six independent choices that the literature calls a pruning method.
public struct Recipe: Sendable {
  public var score: Score
  public var normalization: Normalization
  public var reduction: Reduction
  public var scope: Scope
  public var schedule: Schedule
  public var compensation: Compensation
  public var recovery: Recovery
  /// The share of each layer's neurons that stays whatever their scores, at least one: one layer is
  /// not to vanish because its scores are small. It is halved where the goal is out of reach with it.
  public var floor: Double

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
  public var rounds: Int

  public init(_ course: Course, rounds: Int) {
    self.course = course
    self.rounds = course == .oneShot ? 1 : max(rounds, 1)
  }

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
  /// What a neuron says on average goes into the biases of its readers. At the borders of a picture
  /// that is padded with zeros it is too much.
  case constant
  /// The readers' weights are fitted again, in the sense of least squares, to what they got before.
  case leastSquares = "least-squares"
}

/// What is done after each round.
public enum Recovery: Hashable, Codable, Sendable {
  case none
  /// Learns on, after the last round twice as long.
  case fineTune(epochs: Int)
  /// Learns on while pruned weights learn unseen and may come back (Guo, Yao & Chen 2016,
  /// arXiv:1608.04493); after the last round twice as long. Neurons learn on as with `fineTune`.
  case splice(epochs: Int)
  /// Goes back to the weights it started with and learns again (Frankle & Carbin 2019).
  case rewind(epochs: Int)
  /// Learns from fresh weights after the last round (Liu et al. 2019, arXiv:1810.05270).
  case scratch(epochs: Int)
  /// The same, with as many epochs more as each is shorter: the multiplications of the whole network's
  /// training (Scratch-B of Liu et al.).
  case scratchBudget(epochs: Int)

  public var name: String {
    switch self {
    case .none: "none"
    case .fineTune: "fine-tune"
    case .splice: "splice"
    case .rewind: "rewind"
    case .scratch: "scratch"
    case .scratchBudget: "scratch-budget"
    }
  }

  /// The same with so many times the epochs.
  public func lasting(_ times: Int) -> Recovery {
    switch self {
    case .none: .none
    case .fineTune(let epochs): .fineTune(epochs: epochs * times)
    case .splice(let epochs): .splice(epochs: epochs * times)
    case .rewind(let epochs): .rewind(epochs: epochs * times)
    case .scratch(let epochs): .scratch(epochs: epochs * times)
    case .scratchBudget(let epochs): .scratchBudget(epochs: epochs * times)
    }
  }

  public var epochs: Int {
    switch self {
    case .none: 0
    case .fineTune(let epochs), .splice(let epochs), .rewind(let epochs), .scratch(let epochs),
      .scratchBudget(let epochs):
      epochs
    }
  }
}
