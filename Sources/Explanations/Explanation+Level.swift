import Rules

extension Explanation {
  /// The result with the rules of another level in place of those of its own: level, fidelity, extractor and
  /// complexity are theirs. Figures that a result has for its own level only are left out: curve,
  /// disagreements, multiplicity, stability.
  /// - Returns: `nil` if the result has no rules of that level, or not their fidelity.
  public func choosing(_ wanted: RuleLevel) -> Explanation? {
    guard wanted != level else { return self }
    guard let entry = entry(wanted), let agreement = fidelity(of: wanted) else { return nil }
    var copy = self
    copy.level = wanted
    copy.fidelity = agreement
    copy.inputFidelity = fidelity(of: .inputs)
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
}
