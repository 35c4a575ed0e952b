import Foundation
import Networks
import Tensors

/// The inference time of two networks on the same rows, measured alternately on this machine.
public struct Latency: Hashable, Codable, Sendable {
  /// The inference time of one network for all rows.
  public struct Time: Hashable, Codable, Sendable {
    /// The median over all runs, in microseconds.
    public var median: Double
    /// The lower bound of the 95 % confidence interval of the median, an order statistic.
    public var low: Double
    /// The upper bound of the 95 % confidence interval.
    public var high: Double
  }

  /// Rows per run.
  public var rows: Int
  /// Measured runs of each network, without the warm-up runs.
  public var runs: Int
  /// The time of the network before pruning.
  public var before: Time
  /// The time of the pruned network.
  public var after: Time
  /// The median over the runs of the time after pruning divided by the time before.
  public var ratio: Double
  /// The lower bound of the 95 % confidence interval of the ratio.
  public var ratioLow: Double
  /// The upper bound of the 95 % confidence interval of the ratio.
  public var ratioHigh: Double

  /// Runs both networks three times as warm-up, then `runs` times each, alternately.
  public init(of network: Network, beside original: Network, rows: Tensor, runs: Int = 31) {
    self.rows = rows.rows
    self.runs = runs
    func time(_ network: Network) -> Double {
      let start = ContinuousClock.now
      _ = network.outputs(for: rows)
      let taken = start.duration(to: .now).components
      return Double(taken.seconds) * 1e6 + Double(taken.attoseconds) * 1e-12
    }
    for _ in 0..<3 { _ = (time(original), time(network)) }
    var (befores, afters): ([Double], [Double]) = ([], [])
    for run in 0..<runs {
      // The order alternates, so that each network runs first equally often.
      if run.isMultiple(of: 2) {
        befores.append(time(original))
        afters.append(time(network))
      } else {
        afters.append(time(network))
        befores.append(time(original))
      }
    }
    before = Self.summary(befores)
    after = Self.summary(afters)
    let ratios = Self.summary(zip(afters, befores).map { $0 / max($1, 1e-9) })
    (ratio, ratioLow, ratioHigh) = (ratios.median, ratios.low, ratios.high)
  }

  /// The median and its 95 % confidence interval: the order statistics of rank
  /// `n / 2 - 1.96 √n / 2`, rounded down, from below and from above.
  package static func summary(_ values: [Double]) -> Time {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return Time(median: 0, low: 0, high: 0) }
    let count = Double(sorted.count)
    let reach = 1.96 * count.squareRoot() / 2
    let low = max(Int((count / 2 - reach).rounded(.down)) - 1, 0)
    let middle = sorted.count / 2
    let median =
      sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    return Time(median: median, low: sorted[low], high: sorted[sorted.count - 1 - low])
  }
}
