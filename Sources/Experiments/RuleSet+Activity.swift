import Explanations
import Rules
import Tensors

extension RuleSet {
  /// The rules with the threshold of a hidden feature in place of a bound, where no training or
  /// validation row lies between the two: the condition then says that the feature is active, or that it
  /// is not.
  func testingActivity(of features: FeatureValues) -> RuleSet {
    let hidden = features.features
    func bound(_ value: Double, of feature: Int) -> Double {
      let threshold = hidden.thresholds[feature]
      let (low, high) = (min(value, threshold), max(value, threshold))
      let isFree = [features.training, features.validation].allSatisfy { values in
        (0..<values.rows).allSatisfy { row in
          let value = Double(values[row, feature])
          return value <= low || value > high
        }
      }
      return isFree ? threshold : value
    }
    var copy = self
    copy.rules = rules.map { rule in
      let literals = rule.premise.literals.map { literal -> Literal in
        guard let feature = hidden.ids.firstIndex(of: literal.variable),
          case .interval(let lower, let upper, let orMissing) = literal.condition
        else { return literal }
        let (low, high) = (
          lower.map { bound($0, of: feature) }, upper.map { bound($0, of: feature) }
        )
        // Both bounds of an interval on the same side.
        if let low, let high, low >= high { return literal }
        return Literal(
          literal.variable, .interval(lower: low, upper: high, orMissing: orMissing))
      }
      guard let premise = Conjunction(literals) else { return rule }
      var changed = rule
      changed.premise = premise
      return changed
    }
    return copy
  }
}
