/// A rule that takes part in a vote, in which the rule with the highest priority decides.
public protocol VotingRule {
  /// The support on the training rows.
  var support: Support { get }
  /// The position of the predicted class.
  var conclusion: Int { get }
}

extension VotingRule {
  /// Whether this rule has priority over another in a vote: the higher confidence, then the larger
  /// support, then the lower class position.
  @inlinable
  public func outvotes(_ other: Self) -> Bool {
    // Confidences are compared exactly, as fractions of integers.
    let mine = support.agreeing * max(other.support.covered, 1)
    let others = other.support.agreeing * max(support.covered, 1)
    if mine != others { return mine > others }
    if support.covered != other.support.covered {
      return support.covered > other.support.covered
    }
    return conclusion < other.conclusion
  }
}

extension RuleSet.Resolution {
  /// The positions of rules in the order in which the first that holds decides: their own order, or
  /// from the highest to the lowest priority in a vote; equal rules keep their order.
  public func order(of rules: [some VotingRule]) -> [Int] {
    guard self == .vote else { return Array(rules.indices) }
    return rules.indices.sorted { first, second in
      rules[first].outvotes(rules[second])
        || (!rules[second].outvotes(rules[first]) && first < second)
    }
  }
}
