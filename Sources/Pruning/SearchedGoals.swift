import Datasets
import Foundation
import Networks

/// Searches the smallest network whose accuracy loss is within a limit, with 95 % confidence.
package struct AccuracyFloor {
  var drop: Double
  /// The number of bisection steps over the kept share.
  private static let steps = 6

  /// The upper 95 % confidence bound of the loss of accuracy, or of R² for a numeric target.
  ///
  /// The comparison is paired: the bound is the mean difference of the errors of a row plus 1.64
  /// standard errors. For classes this is the comparison of McNemar (1947, doi:10.1007/BF02295996):
  /// with `b` rows correct only before pruning and `c` only after, of `n` rows, the loss is
  /// `(b - c) / n` and its standard error `√(b + c - (b - c)² / n) / n`.
  ///
  /// `before`, `after`: the error of each row.
  package static func bound(before: [Double], after: [Double]) -> Double {
    let rows = Double(max(before.count, 1))
    let differences = zip(after, before).map { $0 - $1 }
    let sum = differences.reduce(0, +)
    let squares = differences.reduce(0) { $0 + $1 * $1 }
    let spread = max(squares - sum * sum / rows, 0).squareRoot()
    return (sum + 1.6448536269514722 * spread) / rows
  }

  /// `network`: the network to prune; `original`: that whose accuracy is the reference.
  /// - Throws: `PruningError.goalOutOfReach` if no tried share meets the limit.
  func search(
    _ network: Network, beside original: Network, with recipe: Recipe, on context: PruningContext,
    onRound: (PruningTrace.Step) throws -> Void
  ) throws -> PrunedNetwork {
    let before = context.errors(of: original)
    var (low, high) = (0.0, 1.0)
    var best: PrunedNetwork?
    var nearest = Double.infinity
    for _ in 0..<Self.steps {
      let share = (low + high) / 2
      do {
        let tried = try recipe.prune(network, to: .keep(share), on: context, onRound: onRound)
        let bound = Self.bound(before: before, after: context.errors(of: tried.network))
        if bound <= drop {
          best = tried
          high = share
        } else {
          nearest = min(nearest, bound)
          low = share
        }
      } catch PruningError.goalOutOfReach {
        low = share
      }
    }
    guard let best else {
      throw PruningError.goalOutOfReach(
        .accuracyDrop(drop, nearest: nearest.isFinite ? nearest : nil))
    }
    return best
  }
}

/// Searches the largest network whose measured inference time is at most a share of the original's.
struct LatencyGoal {
  var share: Double
  private static let steps = 6

  /// `network`: the network to prune; `original`: that whose inference time is the reference.
  /// - Throws: `PruningError.goalOutOfReach` if no tried network is fast enough.
  func search(
    _ network: Network, beside original: Network, with recipe: Recipe, on context: PruningContext,
    onRound: (PruningTrace.Step) throws -> Void
  ) throws -> PrunedNetwork {
    var quick = recipe
    quick.schedule = .oneShot
    quick.recovery = .none
    quick.compensation = .none
    var (low, high) = (0.0, 1.0)
    var found: Double?
    var nearest = 1.0
    for _ in 0..<Self.steps {
      let keep = (low + high) / 2
      do {
        let tried = try quick.prune(network, to: .macs(keep), on: context)
        let ratio = Latency(
          of: tried.network, beside: original, rows: context.checkRows(for: original)
        ).ratio
        nearest = min(nearest, ratio)
        if ratio <= share {
          found = keep
          low = keep
        } else {
          high = keep
        }
      } catch PruningError.goalOutOfReach {
        low = keep
        if high - low < 0.02 { break }
      }
    }
    guard let found else {
      throw PruningError.goalOutOfReach(.latency(share, nearest: nearest))
    }
    return try recipe.prune(network, to: .macs(found), on: context, onRound: onRound)
  }
}
