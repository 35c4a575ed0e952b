import Datasets
import Rules
import Tensors

/// The agreement of rules with a network that predicts a number, on held-out rows.
///
/// The rules predict a number for each row: the mean output of the network over the training rows of
/// the deciding rule, moved into the interval of the rule where it is outside.
public struct NumericFidelity: Codable, Hashable, Sendable {
  /// The coefficient of determination with its interval.
  public struct RSquared: Codable, Hashable, Sendable {
    /// 1 minus the squared differences of rules and network over those of the network's outputs from
    /// their mean.
    public var value: Double
    /// The lower bound of the interval.
    public var low: Double
    /// The upper bound of the interval.
    public var high: Double
    /// "bootstrap-percentile-95": the percentile interval of resampled rows (Efron 1979).
    public var method: String
    /// The number of resamples, drawn with a fixed seed.
    public var resamples: Int
  }

  /// The number that a rule predicts.
  public struct Number: Codable, Hashable, Sendable {
    /// The rule; `nil` where no rule holds.
    public var rule: String?
    /// The mean output of the network over the training rows of the rule, within its interval.
    public var value: Double
    /// Creates a value from its properties.
    public init(rule: String?, value: Double) {
      self.rule = rule
      self.value = value
    }
  }

  /// The coefficient of determination; `nil` if the network's outputs are all equal.
  public var rSquared: RSquared?
  /// The share of rows on which both numbers differ by at most `tolerance`.
  public var within: Proportion
  /// The largest of 1, 2 and 5 times a power of ten within a tenth of the range of the network's
  /// outputs from the 5th to the 95th percentile of the training rows; in the unit of the target.
  public var tolerance: Double
  /// The numbers that the rules predict.
  public var numbers: [Number]

  /// Measures a rule set.
  /// - Parameters:
  ///   - rules: the rules.
  ///   - deciding: the deciding rule of each training and held-out row, `nil` for the default.
  ///   - network: the network's outputs on the same rows, in the unit of the target.
  ///   - predictions: the intervals of the network's outputs on the training rows.
  ///   - cuts: the bounds of the intervals; without, no number is moved.
  ///   - onStep: called between groups of resamples; an error thrown by it ends the measurement.
  public init(
    of rules: RuleSet, deciding: (training: [Int?], heldOut: [Int?]),
    network: (training: [Double], heldOut: [Double]), predictions: [Int], cuts: [Double] = [],
    onStep: () throws -> Void = {}
  ) rethrows {
    let values = Self.numbers(rules, deciding.training, network.training, predictions, cuts)
    let predicted = deciding.heldOut.map { values[$0 ?? rules.rules.count] }
    let tolerance = Self.tolerance(network.training)
    self.tolerance = tolerance
    within = Proportion(
      zip(predicted, network.heldOut).count { abs($0 - $1) <= tolerance },
      of: network.heldOut.count)
    numbers = values.enumerated().map { index, value in
      Number(
        rule: index < rules.rules.count ? "R\(index + 1)" : nil, value: value.roundedFigure)
    }
    rSquared = try Self.rSquared(predicted, network.heldOut, onStep)
  }

  /// The number of each rule, then of the default: the mean output over the training rows that it decides;
  /// without any, over those in its interval, or over all. A mean above the interval is moved to its upper
  /// bound, one below it to the least output in the interval, of the rows of the rule if there is one.
  private static func numbers(
    _ rules: RuleSet, _ deciding: [Int?], _ outputs: [Double], _ predictions: [Int],
    _ cuts: [Double]
  ) -> [Double] {
    func mean(_ rows: [Int]) -> Double? {
      rows.isEmpty ? nil : rows.reduce(0) { $0 + outputs[$1] } / Double(rows.count)
    }
    let last = rules.rules.count
    var decided = [[Int]](repeating: [], count: last + 1)
    for (row, rule) in deciding.enumerated() { decided[rule ?? last].append(row) }
    return zip(decided, rules.rules.map(\.conclusion) + [rules.defaultClass]).map {
      rows, interval in
      let inside = outputs.indices.filter { predictions[$0] == interval }
      let number = mean(rows) ?? mean(inside) ?? mean(Array(outputs.indices)) ?? 0
      if cuts.indices.contains(interval), number > cuts[interval] { return cuts[interval] }
      guard cuts.indices.contains(interval - 1), number <= cuts[interval - 1] else { return number }
      let own = rows.filter { predictions[$0] == interval }
      return (own.isEmpty ? inside : own).map { outputs[$0] }.min() ?? cuts[interval - 1]
    }
  }

  private static func tolerance(_ outputs: [Double]) -> Double {
    let sorted = outputs.sorted()
    guard let last = sorted.indices.last else { return 0 }
    let range = sorted[last * 95 / 100] - sorted[last * 5 / 100]
    return readableStep(atMost: range / 10) ?? 0
  }

  private static func rSquared(
    _ predicted: [Double], _ outputs: [Double], _ onStep: () throws -> Void
  ) rethrows -> RSquared? {
    let rows = outputs.count
    guard rows > 0 else { return nil }
    let mean = outputs.reduce(0, +) / Double(rows)
    let centred = outputs.map { $0 - mean }
    let squares = zip(predicted, outputs).map { ($0 - $1) * ($0 - $1) }
    func value(_ rows: some Sequence<Int>) -> Double? {
      var (count, sum, total, missed) = (0.0, 0.0, 0.0, 0.0)
      for row in rows {
        count += 1
        sum += centred[row]
        total += centred[row] * centred[row]
        missed += squares[row]
      }
      let spread = total - sum * sum / count
      return spread > 1e-12 * total ? 1 - missed / spread : nil
    }
    guard let whole = value(outputs.indices) else { return nil }
    let resamples = rows <= 20_000 ? 1000 : 200
    let generator = SeededGenerator(seed: 42).stream("r-squared")
    var found: [Double] = []
    for start in stride(from: 0, to: resamples, by: 20) {
      try onStep()
      found += Workers.map(20) { offset -> Double? in
        var generator = generator.stream("\(start + offset)")
        return value((0..<rows).lazy.map { _ in generator.index(below: rows) })
      }.compactMap { $0 }
    }
    found.sort()
    let low = found.isEmpty ? whole : found[found.count * 25 / 1000]
    let high = found.isEmpty ? whole : found[max(0, (found.count * 975 + 999) / 1000 - 1)]
    return RSquared(
      value: whole.roundedTo(digits: 6), low: min(low, whole).roundedTo(digits: 6),
      high: max(high, whole).roundedTo(digits: 6), method: "bootstrap-percentile-95",
      resamples: resamples)
  }
}
