import Datasets

extension Feature {
  /// A value as text; a missing value is "".
  package func text(of value: Double) -> String {
    if value.isNaN { return "" }
    guard let levels else { return shortest(value) }
    let index = Int(value)
    return levels.indices.contains(index) ? levels[index] : "other"
  }
}
