import Networks
import Tensors

/// The errors of predicted numbers, each with the percentile interval of resampled rows.
public struct RegressionFigures: Codable, Hashable, Sendable {
  /// A figure with its 95 % interval.
  public struct Estimate: Codable, Hashable, Sendable {
    /// The figure on all rows.
    public var value: Double
    /// The lower bound of the interval.
    public var low: Double
    /// The upper bound of the interval.
    public var high: Double
    /// "bootstrap-percentile-95" (Efron 1979).
    public var method: String
    /// The number of resamples, drawn with a fixed seed.
    public var resamples: Int
  }

  /// 1 minus the squared errors over those of the mean; `nil` if the true numbers are all equal.
  public var rSquared: Estimate?
  /// The mean of |error|, in the unit of the target.
  public var meanAbsoluteError: Estimate
  /// The root of the mean squared error, in the unit of the target.
  public var rootMeanSquaredError: Estimate
  /// The root mean squared error of always predicting the mean of the rows: their standard deviation.
  public var meanBaseline: Double

  /// Measures predictions of numbers.
  ///
  /// `predicted` and `actual` have the same rows, at least one.
  public init?(predicted: [Double], actual: [Double]) {
    precondition(predicted.count == actual.count, "\(predicted.count) and \(actual.count) numbers")
    let rows = actual.count
    guard rows > 0 else { return nil }
    let errors = zip(predicted, actual).map { $0 - $1 }
    let mean = actual.reduce(0) { $0 + $1 / Double(rows) }
    let centred = actual.map { $0 - mean }
    func figures(_ chosen: some Sequence<Int>) -> (r2: Double?, mae: Double, rmse: Double) {
      var (count, sum, total, squares, sizes) = (0.0, 0.0, 0.0, 0.0, 0.0)
      for row in chosen {
        count += 1
        sum += centred[row]
        total += centred[row] * centred[row]
        squares += errors[row] * errors[row]
        sizes += abs(errors[row])
      }
      let spread = total - sum * sum / count
      return (
        spread > 1e-12 * total ? 1 - squares / spread : nil, sizes / count,
        rootMeanSquare(ofSum: squares, count: count)
      )
    }
    let whole = figures(errors.indices)
    let resamples = rows <= 20_000 ? 1000 : 200
    let generator = SeededGenerator(seed: 42).stream("regression")
    let found = Workers.map(resamples) { sample in
      var generator = generator.stream("\(sample)")
      return figures((0..<rows).lazy.map { _ in generator.index(below: rows) })
    }
    func estimate(_ value: Double, _ all: [Double]) -> Estimate {
      let sorted = all.sorted()
      let low = sorted.isEmpty ? value : sorted[sorted.count * 25 / 1000]
      let high = sorted.isEmpty ? value : sorted[max(0, (sorted.count * 975 + 999) / 1000 - 1)]
      return Estimate(
        value: value.roundedFigure, low: min(low, value).roundedFigure,
        high: max(high, value).roundedFigure, method: "bootstrap-percentile-95",
        resamples: resamples)
    }
    rSquared = whole.r2.map { estimate($0, found.compactMap(\.r2)) }
    meanAbsoluteError = estimate(whole.mae, found.map(\.mae))
    rootMeanSquaredError = estimate(whole.rmse, found.map(\.rmse))
    meanBaseline =
      (centred.reduce(0) { $0 + $1 * $1 } / Double(rows)).squareRoot().roundedFigure
  }
}
