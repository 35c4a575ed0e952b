import Foundation

/// A numeric column whose values are far from those of the training rows.
public struct ColumnShift: Hashable, Sendable {
  /// The name of the column.
  public var column: String
  /// Mean and standard deviation of the rows at hand.
  public var mean, deviation: Double
  /// Mean and standard deviation of the training rows.
  public var trainingMean, trainingDeviation: Double
  /// A number far from the training rows that may stand for a missing value; `nil` for another difference.
  public var code: Double?
  /// The number of cells with `code`; 0 without one.
  public var codeCount = 0

  /// The difference in a sentence.
  public var text: String {
    if let code {
      let distance = Self.rounded((abs(code - trainingMean) / trainingDeviation).rounded())
      return
        "'\(excerpt(column))' has '\(shortest(code))' in \(counted(codeCount, "cell")), \(distance) standard "
        + "deviations from the mean of the training rows: it is read as a number; if it stands for a missing "
        + "value, leave these cells empty"
    }
    return "'\(excerpt(column))' has a mean of \(Self.rounded(mean)) and a standard deviation of "
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

  /// The distance of a usual code for a missing value from the training rows, in their standard
  /// deviations.
  private static let farCode = 3.0

  /// The standardised columns of a table that are not as in the training rows: they have codes that may stand
  /// for missing values; or, without these, they vary more than 50 times as much, their mean is more than
  /// 20 standard deviations away, or they vary less than a fiftieth around another mean.
  /// - Complexity: O(rows × numeric columns)
  public func shifts(of table: Table) -> [ColumnShift] {
    inputs.flatMap { input -> [ColumnShift] in
      guard case .scaled(let mean, let scale) = input.kind, mean != 0 || scale != 1, scale != 0,
        case .doubles(let all) = table.columns[input.feature]
      else { return [] }
      var values = all.filter { !$0.isNaN }
      let name = table.schema.features[input.feature].id.rawValue
      let unit = abs(scale)
      let codes = Self.codes(of: name, in: values, far: { abs($0 - mean) / unit })
      let found = codes.map {
        ColumnShift(
          column: name, mean: $0.value, deviation: 0, trainingMean: mean, trainingDeviation: unit,
          code: $0.value, codeCount: $0.count)
      }
      if !codes.isEmpty { values.removeAll { value in codes.contains { $0.value == value } } }
      return found + (Self.shift(of: name, values, mean: mean, unit: unit).map { [$0] } ?? [])
    }
  }

  /// Sentences about the shifted columns of a table, at most five.
  package func shiftNotes(of table: Table) -> [String] {
    let shifts = shifts(of: table)
    return shifts.prefix(5).map(\.text)
      + (shifts.count > 5 ? ["\(counted(shifts.count - 5, "other column")) likewise"] : [])
  }

  /// The codes among the numbers of a column that may stand for a missing value: usual ones that are more than 20
  /// standard deviations from the training rows, in any number of cells; and those that would be noted in
  /// training rows too.
  private static func codes(
    of name: String, in values: [Double], far distance: (Double) -> Double
  ) -> [DoubtfulNumbers.Code] {
    guard let range = DoubtfulNumbers.range(of: values),
      distance(range.low) > farCode || distance(range.high) > farCode
    else { return [] }
    var codes = DoubtfulNumbers(name, values).codes(range).filter { distance($0.value) > farCode }
    for end in [range.low, range.high]
    where DoubtfulNumbers.isMark(end) && distance(end) > mostDistant {
      guard !codes.contains(where: { $0.value == end }) else { continue }
      codes.append(.init(value: end, count: values.count { $0 == end }))
    }
    return codes
  }

  private static func shift(
    of name: String, _ values: [Double], mean: Double, unit: Double
  ) -> ColumnShift? {
    guard !values.isEmpty else { return nil }
    let count = Double(values.count)
    let center = values.reduce(0, +) / count
    let spread = (values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / count).squareRoot()
    guard center.isFinite, spread.isFinite else { return nil }
    let distance = abs(center - mean) / unit
    let isNarrow =
      values.count >= enoughRows && values.contains { $0 != values[0] }
      && spread * mostSpread < unit
      && distance > mostNarrow
    guard spread > unit * mostSpread || distance > mostDistant || isNarrow else {
      return nil
    }
    return ColumnShift(
      column: name, mean: center, deviation: spread, trainingMean: mean, trainingDeviation: unit)
  }
}
