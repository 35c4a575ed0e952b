import Foundation
import Networks
import Tensors

/// How long two networks take for the same rows, measured in turn on this machine.
public struct Latency: Hashable, Codable, Sendable {
  /// One network's time for the rows.
  public struct Time: Hashable, Codable, Sendable {
    /// Microseconds, the median of all runs.
    public var median: Double
    /// The order statistics between which the true median lies with 95 % confidence.
    public var low: Double
    /// The upper end of the same.
    public var high: Double
  }

  /// Rows answered in one run.
  public var rows: Int
  /// Runs of each network, in turn, after those that warm up.
  public var runs: Int
  /// Of the network before pruning.
  public var before: Time
  /// Of what is left of it.
  public var after: Time
  /// The median over the runs of after over before, and its interval.
  public var ratio: Double
  /// The lower end of the 95 % interval of the ratio.
  public var ratioLow: Double
  /// Its upper end.
  public var ratioHigh: Double

  /// Warms up, then runs both networks in turn at least `runs` times.
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
      // Each goes first as often as the other.
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

  /// The median and the order statistics around it, of the ranks `n / 2 - 1.96 √n / 2` from below,
  /// rounded down, and from above.
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
