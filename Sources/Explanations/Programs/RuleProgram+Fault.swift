import Foundation

extension RuleProgram {
  /// What makes a program impossible, or impossible to evaluate.
  public enum Fault: LocalizedError, Hashable, Sendable {
    /// Names for another number of hidden features than the layers compute.
    case featureNames(Int, computed: Int)
    /// The position of a prediction that the target does not have.
    case prediction(Int, of: Int)
    /// The weight of a term that is not finite.
    case weight(score: String, Double)
    /// The step of a term that is not finite and positive.
    case step(score: String, Double)
    /// The value for a missing one that is not finite.
    case ifMissing(score: String, Double)
    /// Thresholds that are not finite or not ascending.
    case thresholds(Bounds)
    /// Positions of levels that the column does not have, or that are not ascending.
    case levels([Int], of: Int)
    /// The position of a hidden feature that has no name.
    case feature(Int, of: Int)
    /// The position of a score that is not before the one that uses it.
    case score(Int, before: Int)
    /// The position of a column that the schema does not have.
    case column(Int, of: Int)
    /// A condition on a number at a column of levels, or the reverse.
    case kind(column: String, hasLevels: Bool)
    /// An evaluation of hidden features without the layers that compute them.
    case noLayers
    /// A row with another number of values than the schema has columns.
    case rowWidth(Int, columns: Int)

    /// What is wrong, in one sentence.
    public var errorDescription: String? {
      switch self {
      case .featureNames(let names, let computed):
        "\(names) names for \(computed) hidden features"
      case .prediction(let position, let count):
        "a rule has the prediction \(position), and there are \(count)"
      case .weight(let score, let weight): "the score '\(score)' has the weight \(weight)"
      case .step(let score, let step): "the score '\(score)' has the step \(step)"
      case .ifMissing(let score, let value):
        "the score '\(score)' has \(value) in place of a missing value"
      case .thresholds(let bounds): "a condition has the thresholds \(bounds)"
      case .levels(let levels, let count):
        "a condition has the levels \(levels), and the column has \(count)"
      case .feature(let position, let count):
        "a condition is on the hidden feature \(position), and there are \(count)"
      case .score(let position, let count):
        "a condition is on the score \(position), and \(count) are before it"
      case .column(let position, let count):
        "a condition is on the column \(position), and there are \(count)"
      case .kind(let column, let hasLevels):
        "a condition on a \(hasLevels ? "number" : "level") is on the column '\(column)' of "
          + (hasLevels ? "levels" : "numbers")
      case .noLayers: "the layers that compute the hidden features are not known"
      case .rowWidth(let found, let columns): "a row has \(found) values for \(columns) columns"
      }
    }
  }
}
