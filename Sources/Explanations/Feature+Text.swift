import Datasets

extension Feature {
  /// The text of a level that the column does not have; in parentheses, so that it is not read as a level.
  package static let unknownLevelText = "(unknown level)"

  /// A value as text; a missing value is "", a level that the column does not have "(unknown level)".
  package func text(of value: Double) -> String {
    if value.isNaN { return "" }
    guard let levels else { return shortest(value) }
    let index = Int(value)
    return levels.indices.contains(index) ? levels[index] : Self.unknownLevelText
  }
}
