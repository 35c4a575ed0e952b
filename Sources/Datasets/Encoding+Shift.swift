import Foundation

/// A numeric column whose values are far from those of the training rows.
public struct ColumnShift: Hashable, Sendable {
  /// The name of the column.
  public var column: String
  /// Mean and standard deviation of the rows at hand.
  public var mean, deviation: Double
  /// Mean and standard deviation of the training rows.
  public var trainingMean, trainingDeviation: Double

  /// The difference in a sentence.
  public var text: String {
    "'\(excerpt(column))' has a mean of \(Self.rounded(mean)) and a standard deviation of "
      + "\(Self.rounded(deviation)), in the training rows \(Self.rounded(trainingMean)) and "
      + "\(Self.rounded(trainingDeviation)): it may be in another unit or have another decimal mark"
  }

  /// Four significant digits.
  private static func rounded(_ value: Double) -> String {
    shortest(Double(String(format: "%.3e", value)) ?? value)
  }
}

extension Encoding {
  /// The factor between standard deviations beyond which columns differ.
  private static let mostSpread = 50.0
  /// The distance of the means in standard deviations of the training rows beyond which columns differ.
  private static let mostDistant = 20.0
  /// The same for columns that vary much less than in the training rows.
  private static let mostNarrow = 0.8
  /// The rows from which a small standard deviation tells anything.
  private static let enoughRows = 20

  /// The standardised columns of a table that are not as in the training rows: they vary more than 50
  /// times as much, their mean is more than 20 standard deviations away, or they vary less than a
  /// fiftieth around another mean.
  /// - Complexity: O(rows × numeric columns)
  public func shifts(of table: Table) -> [ColumnShift] {
    inputs.compactMap { input in
      guard case .scaled(let mean, let scale) = input.kind, mean != 0 || scale != 1, scale != 0,
        case .doubles(let all) = table.columns[input.feature]
      else { return nil }
      let values = all.filter { !$0.isNaN }
      guard !values.isEmpty else { return nil }
      let count = Double(values.count)
      let center = values.reduce(0, +) / count
      let spread = (values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / count).squareRoot()
      let unit = abs(scale)
      let distance = abs(center - mean) / unit
      let isNarrow =
        values.count >= Self.enoughRows && values.contains { $0 != values[0] }
        && spread * Self.mostSpread < unit
        && distance > Self.mostNarrow
      guard spread > unit * Self.mostSpread || distance > Self.mostDistant || isNarrow else {
        return nil
      }
      return ColumnShift(
        column: table.schema.features[input.feature].id.rawValue, mean: center, deviation: spread,
        trainingMean: mean, trainingDeviation: unit)
    }
  }
}
