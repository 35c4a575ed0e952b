/// The hidden layers and the weight decay of a network, chosen by cross-validation of its training
/// rows.
public struct HyperparameterSelection: Codable, Hashable, Sendable {
  /// Hyperparameters with their loss.
  public struct Candidate: Codable, Hashable, Sendable {
    /// The units of each hidden layer before the feature layer; empty for none.
    public var hidden: [Int]
    /// The weight decay coefficient.
    public var weightDecay: Double
    /// The loss on the rows of each fold, of the network trained without them: the loss of the training
    /// (cross-entropy, or squared error of the scaled numeric target), averaged over rows.
    public var losses: [Double]
    /// Creates a value from its properties.
    public init(hidden: [Int], weightDecay: Double, losses: [Double]) {
      self.hidden = hidden
      self.weightDecay = weightDecay
      self.losses = losses
    }

    /// The mean of `losses`.
    public var meanLoss: Double { losses.reduce(0, +) / Double(max(losses.count, 1)) }
  }

  /// The number of folds.
  public var folds: Int
  /// The number of training rows, divided into the folds.
  public var rows: Int
  /// The candidates, from the simplest network to the least restricted one.
  public var candidates: [Candidate]
  /// The index of the chosen candidate.
  public var chosen: Int

  /// Chooses the simplest of the candidates that is not clearly worse than a later one.
  ///
  /// A later candidate replaces the chosen one if its mean loss is lower by more than half a standard
  /// error of the difference over the folds: a weaker form of the one-standard-error rule (Breiman et
  /// al. 1984; Hastie, Tibshirani & Friedman 2009, section 7.10).
  ///
  /// `candidates`: at least one, each with a loss of every fold, from the simplest on.
  public init(rows: Int, candidates: [Candidate]) {
    precondition(!candidates.isEmpty, "no candidates")
    self.rows = rows
    self.candidates = candidates
    folds = candidates[0].losses.count
    chosen = 0
    for index in candidates.indices where isBetter(candidates[index], than: candidates[chosen]) {
      chosen = index
    }
  }

  private enum CodingKeys: String, CodingKey {
    case folds, rows, candidates, chosen
  }

  /// Reads a selection; its choice is one of its candidates.
  ///
  /// - Throws: `DecodingError`
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    folds = try values.decode(Int.self, forKey: .folds)
    rows = try values.decode(Int.self, forKey: .rows)
    candidates = try values.decode([Candidate].self, forKey: .candidates)
    chosen = try values.decode(Int.self, forKey: .chosen)
    guard candidates.indices.contains(chosen) else {
      throw DecodingError.dataCorruptedError(
        forKey: .chosen, in: values,
        debugDescription: "\(chosen) is not the index of one of \(candidates.count) candidates")
    }
  }

  /// The chosen candidate.
  public var choice: Candidate { candidates[chosen] }

  private func isBetter(_ one: Candidate, than other: Candidate) -> Bool {
    let gains = zip(other.losses, one.losses).map(-)
    let count = Double(gains.count)
    let mean = gains.reduce(0, +) / count
    let squares = gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let standardError = count > 1 ? (squares / (count - 1) / count).squareRoot() : 0
    return mean > standardError / 2
  }
}
