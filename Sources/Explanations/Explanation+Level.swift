import Rules

extension Explanation {
  /// The result with the rules of another level in place of those of its own: level, fidelity, accuracy,
  /// extractor and complexity are theirs. Figures that a result has for its own level only are left
  /// out: curve, disagreements, multiplicity, stability.
  /// - Returns: `nil` if the result has no rules of that level, or not their fidelity.
  public func choosing(_ wanted: RuleLevel) -> Explanation? {
    guard wanted != level else { return self }
    guard let entry = entry(wanted), let agreement = fidelity(of: wanted) else { return nil }
    var copy = self
    copy.level = wanted
    copy.fidelity = agreement
    copy.inputFidelity = fidelity(of: .inputs)
    copy.keep(accuracy, of: level)
    if let accuracy = accuracy(of: wanted) { copy.accuracy = accuracy }
    copy.extractor = entry.extractor
    copy.complexity = entry.complexity
    copy.curve = []
    copy.disagreements = []
    copy.disagreementsTotal = 0
    copy.multiplicity = nil
    copy.stability = nil
    return copy
  }

  /// The fidelity of the rules of a level; `nil` if the result does not have it.
  public func fidelity(of wanted: RuleLevel) -> Fidelity? {
    if wanted == level { return fidelity }
    switch wanted {
    case .inputs: return inputFidelity
    case .features: return featureFidelity
    case .described: return describedFidelity
    }
  }

  /// The accuracy of the rules of a level; `nil` if the result does not have it.
  public func accuracy(of wanted: RuleLevel) -> AccuracySummary? {
    if wanted == level { return accuracy }
    switch wanted {
    case .inputs: return inputAccuracy
    case .features: return featureAccuracy
    case .described: return describedAccuracy
    }
  }

  /// Keeps the accuracy of the rules of a level other than `level`.
  public mutating func keep(_ accuracy: AccuracySummary?, of level: RuleLevel) {
    switch level {
    case .inputs: inputAccuracy = accuracy
    case .features: featureAccuracy = accuracy
    case .described: describedAccuracy = accuracy
    }
  }

  /// The level of the rules that agree with the network clearly more than those of `level`: described
  /// rules, or rules over hidden features if they agree clearly more than these. Clearly more is a
  /// 95 % interval on held-out rows above that of the others.
  ///
  /// `maxRules`: the largest number of rules.
  /// - Returns: `level` if there are none.
  public func clearlyBestLevel(maxRules: Int? = nil) -> RuleLevel {
    var best = (level: level, bound: fidelity.heldOut.interval.upperBound)
    for other in [RuleLevel.described, .features] where other != level {
      guard let rules = entry(other), let found = fidelity(of: other)?.heldOut, found.total > 0,
        rules.rules.count <= maxRules ?? .max, found.interval.lowerBound > best.bound
      else { continue }
      best = (other, found.interval.upperBound)
    }
    return best.level
  }
}

extension RuleLevel {
  /// What the conditions of rules of this level are about: "over columns".
  package var words: String {
    switch self {
    case .inputs: "over columns"
    case .features: "over hidden features"
    case .described: "over columns and scores"
    }
  }
}
