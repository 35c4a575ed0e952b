import Foundation

extension Encoding {
  /// The maximum distance of a value from the mean in standard deviations; beyond it, sums and
  /// squares overflow single precision.
  private static let mostDeviations = 1e15

  /// Checks that all values of a table are in the range of single precision.
  /// - Throws: `NumberRangeError` for the first value out of range.
  /// - Complexity: O(rows × numeric columns)
  public func checkRange(of table: Table) throws(NumberRangeError) {
    for input in inputs {
      guard case .scaled(let mean, let scale) = input.kind,
        case .doubles(let values) = table.columns[input.feature]
      else { continue }
      let limit = Self.limit(mean: mean, scale: scale)
      if let value = values.first(where: { abs(($0 - mean) / scale) > limit }) {
        throw NumberRangeError(
          column: table.schema.features[input.feature].id.rawValue, value: value,
          isScaled: limit == Self.mostDeviations)
      }
    }
    let limit = Self.limit(mean: targetMean, scale: targetScale)
    if let value = table.numbers.first(where: { abs(($0 - targetMean) / targetScale) > limit }) {
      throw NumberRangeError(
        column: table.schema.target.name, value: value, isScaled: limit == Self.mostDeviations)
    }
  }

  private static func limit(mean: Double, scale: Double) -> Double {
    mean == 0 && scale == 1 ? Double(Float.greatestFiniteMagnitude) : mostDeviations
  }
}

/// A value of a table out of the range of single precision.
public struct NumberRangeError: LocalizedError, Hashable, Sendable {
  /// The name of the column.
  public let column: String
  /// The value.
  public let value: Double
  /// Whether the value is too far from the column's mean; otherwise it overflows a float.
  public let isScaled: Bool

  /// The column, the value, and the limit it exceeds.
  public var errorDescription: String? {
    "'\(column)' has \(value) in a row, which "
      + (isScaled
        ? "is more than 1e15 standard deviations from the mean of the training rows"
        : "does not fit a float of 32 bits")
  }
  /// The remedy.
  public var recoverySuggestion: String? { "correct the cell, or remove the column or the row" }
}
