import Foundation

extension Encoding {
  /// The maximum distance of a value from the mean in standard deviations; beyond it, sums and
  /// squares overflow single precision.
  private static let mostDeviations = 1e15
  /// The range of magnitudes of a target, whose squares are numbers of double precision.
  private static let targets = 1e-100...1e100
  /// The range of magnitudes of inputs: the quotients of smaller numbers are not exact.
  private static let columns = 1e-305...Double.greatestFiniteMagnitude

  /// Checks that all values of a table are in the range of single precision once they are scaled.
  /// - Throws: `NumberRangeError` for the first value out of range.
  /// - Complexity: O(rows × numeric columns)
  public func checkRange(of table: Table) throws(NumberRangeError) {
    for input in inputs {
      guard case .scaled(let mean, let scale) = input.kind,
        case .doubles(let values) = table.columns[input.feature]
      else { continue }
      let name = table.schema.features[input.feature].id.rawValue
      try Self.check(values, mean, scale, name, Self.columns)
    }
    try Self.check(table.numbers, targetMean, targetScale, table.schema.target.name, Self.targets)
  }

  private static func check(
    _ values: [Double], _ mean: Double, _ scale: Double, _ column: String,
    _ magnitudes: ClosedRange<Double>
  ) throws(NumberRangeError) {
    func fail(_ value: Double?, _ limit: NumberRangeError.Limit) throws(NumberRangeError) {
      if let value { throw NumberRangeError(column: column, value: value, limit: limit) }
    }
    let isPlain = mean == 0 && scale == 1
    if isPlain {
      try fail(values.first { abs($0) > Double(Float.greatestFiniteMagnitude) }, .singlePrecision)
    } else {
      try fail(values.first { abs(($0 - mean) / scale) > mostDeviations }, .deviations)
      let (low, high) = (magnitudes.lowerBound, magnitudes.upperBound)
      try fail(values.first { abs($0) > high }, .largest(high))
      if abs(scale) < low { try fail(values.first { $0 != 0 } ?? values.first, .smallest(low)) }
    }
  }
}

/// A value of a table out of the range of single precision.
public struct NumberRangeError: LocalizedError, Hashable, Sendable {
  /// What a value exceeds.
  public enum Limit: Hashable, Sendable {
    /// A float of 32 bits.
    case singlePrecision
    /// A distance of 1e15 standard deviations from the mean.
    case deviations
    /// A magnitude, above which squares overflow.
    case largest(Double)
    /// A standard deviation, below which quotients or squares vanish.
    case smallest(Double)
  }

  /// The name of the column.
  public let column: String
  /// The value.
  public let value: Double
  /// What it exceeds.
  public let limit: Limit

  /// The column, the value, and the limit it exceeds.
  public var errorDescription: String? {
    let reason =
      switch limit {
      case .singlePrecision: "which does not fit a float of 32 bits"
      case .deviations:
        "which is more than 1e15 standard deviations from the mean of the training rows"
      case .largest(let most): "and numbers above \(most) are not supported"
      case .smallest(let least): "and numbers that differ by less than \(least) are not supported"
      }
    return "'\(column)' has \(value) in a row, \(reason)"
  }
  /// The remedy.
  public var recoverySuggestion: String? {
    switch limit {
    case .singlePrecision, .deviations: "correct the cell, or remove the column or the row"
    case .largest, .smallest: "give the column in another unit"
    }
  }
}
