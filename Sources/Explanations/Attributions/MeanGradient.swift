import Naming
import Networks
import Tensors

/// Map B: mean gradient of the feature's net input (pre-activation), over rows where it is active.
///
/// `M[i] = mean(∂net/∂x[i] where active)`
public struct MeanGradient: AttributionMethod {
  /// The name in commands, settings and files.
  public static let name = "mean-gradient"
  /// The description in one line.
  public static let summary =
    "mean gradient of the pre-activation by the input, where the feature is active"
  /// The publication.
  public static let source = Citation(
    authors: "Simonyan, Vedaldi & Zisserman", title: "Deep inside convolutional networks",
    year: 2014, venue: "ICLR workshop, arXiv:1312.6034")

  /// Creates the method; it has no settings.
  public init() {}

  /// For each hidden feature the attribution of every input.
  public func maps(of subject: AttributionSubject) -> [[Double]] {
    Workers.map(subject.thresholds.count) { feature in
      let rows = subject.rowsOn(feature)
      return subject.netGradient(of: feature, rows: rows).columnStatistics.means
    }
  }
}

/// Map C: mean gradient times input of the feature's net input, over rows where it is active.
///
/// `M[i] = mean(x[i] · ∂net/∂x[i] where active)`
public struct MeanContribution: AttributionMethod {
  /// The name in commands, settings and files.
  public static let name = "mean-contribution"
  /// The description in one line.
  public static let summary = "mean gradient times input, where the feature is active"
  /// The publication.
  public static let source = Citation(
    authors: "Shrikumar et al.", title: "Not just a black box: gradient times input",
    year: 2016, venue: "arXiv:1605.01713")

  /// Creates the method; it has no settings.
  public init() {}

  /// For each hidden feature the attribution of every input.
  public func maps(of subject: AttributionSubject) -> [[Double]] {
    Workers.map(subject.thresholds.count) { feature in
      let rows = subject.rowsOn(feature)
      let gradient = subject.netGradient(of: feature, rows: rows)
      let inputs = subject.inputs.selectingRows(rows)
      let width = inputs.width
      var sums = [Double](repeating: 0, count: width)
      for row in 0..<rows.count {
        for input in 0..<width {
          sums[input] += Double(gradient[row, input]) * Double(inputs[row, input])
        }
      }
      return sums.map { $0 / Double(max(rows.count, 1)) }
    }
  }
}

extension AttributionSubject {
  /// Up to 2,000 evenly spaced rows on which a feature is active; all rows if it never is. Fewer
  /// for large networks: a gradient costs three passes per row and feature, and a report must take
  /// seconds. A multiplication takes longer in a convolution than in a dense layer.
  func rowsOn(_ feature: Int) -> [Int] {
    let work = max(3 * network.macs * thresholds.count, 1)
    let budget = network.architecture.input.rank > 1 ? 20_000_000_000 : 100_000_000_000
    let limit = max(10, min(2000, budget / work))
    let on = (0..<values.rows).filter { isOn(feature, $0) }
    let rows = on.isEmpty ? Array(0..<values.rows) : on
    guard rows.count > limit else { return rows }
    return (0..<limit).map { rows[$0 * rows.count / limit] }
  }
}
