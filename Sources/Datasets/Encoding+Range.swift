import Foundation

extension Encoding {
  /// The most standard deviations that a value may lie from the mean: with more, sums and squares in
  /// single precision are not finite any more.
  private static let mostDeviations = 1e15

  /// Finds out whether every number of a table fits what a network computes with, which is single
  /// precision.
  /// - Throws: `NumberRangeError` for the first that does not.
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

/// A number of a table that a network cannot compute with.
public struct NumberRangeError: LocalizedError, Hashable, Sendable {
  /// The name of the column.
  public let column: String
  /// The number.
  public let value: Double
  /// Whether it is too far from the mean of its column, not too large for a float.
  public let isScaled: Bool

  /// The column, the number, and the limit that it is beyond.
  public var errorDescription: String? {
    "'\(column)' has \(value) in a row, which "
      + (isScaled
        ? "is more than 1e15 standard deviations from the mean of the training rows"
        : "does not fit a float of 32 bits")
  }
  /// What to do with the cell.
  public var recoverySuggestion: String? { "correct the cell, or leave the column or the row out" }
}
