import Networks

/// The history of a pruning: the network before it, then the network after each step.
///
/// A step is a round of a recipe, or a trial of the feature-layer pruner that may be rejected.
public struct PruningTrace: Hashable, Codable, Sendable {
  /// The size of a network and how well it predicts the validation rows.
  public struct Measurement: Hashable, Codable, Sendable {
    /// The cost of the network.
    public var cost: Cost
    /// The quality of the network.
    public var quality: Quality

    /// Creates a value from its properties.
    public init(cost: Cost, quality: Quality) {
      self.cost = cost
      self.quality = quality
    }
  }

  /// One step: a removal and the recovery after it.
  public struct Step: Hashable, Codable, Sendable {
    /// The number of the step, from 1.
    public var number: Int
    /// The maximum number of steps; `nil` if only rejected removals end the pruning.
    public var limit: Int?
    /// What the step removes, with scores.
    public var removals: [PruningPlan.Removal]
    /// The quality after the removal, before recovery.
    public var qualityBeforeRecovery: Quality
    /// The cost and the quality after recovery.
    public var result: Measurement
    /// Whether the step was accepted; otherwise it was reverted.
    public var isAccepted: Bool

    /// Creates a step; by default it is accepted.
    public init(
      _ number: Int, of limit: Int?, removals: [PruningPlan.Removal],
      qualityBeforeRecovery: Quality, result: Measurement, isAccepted: Bool = true
    ) {
      self.number = number
      self.limit = limit
      self.removals = removals
      self.qualityBeforeRecovery = qualityBeforeRecovery
      self.result = result
      self.isAccepted = isAccepted
    }

    /// The number of removed structures; individual weights count one by one.
    public var removedCount: Int {
      removals.reduce(0) { sum, removal in
        guard case .weights(_, _, let entries) = removal.subject else { return sum + 1 }
        return sum + entries.count
      }
    }
  }

  /// The network before pruning.
  public var before: Measurement
  /// The steps, in order.
  public var steps: [Step]

  /// Creates a history; by default without steps.
  public init(before: Measurement, steps: [Step] = []) {
    self.before = before
    self.steps = steps
  }
}

/// How well a network predicts the measured rows.
public struct Quality: Hashable, Codable, Sendable {
  /// The accuracy, or R² for a numeric target; R² is 0 if all targets are equal.
  public var value: Double
  /// The number of correctly classified rows; 0 for a numeric target.
  public var correct: Int
  /// The number of classified rows; 0 for a numeric target.
  public var classified: Int

  /// The R² of a numeric target.
  public init(explainedVariance: Double) {
    value = explainedVariance
    (correct, classified) = (0, 0)
  }

  /// The accuracy: correctly classified rows of all rows.
  public init(correct: Int, of classified: Int) {
    value = Double(correct) / Double(max(classified, 1))
    self.correct = correct
    self.classified = classified
  }
}
