import Naming
import Tensors

/// Map A: difference of the mean input between rows on which the feature is active and inactive.
///
/// `M[i] = mean(x[i] where active) - mean(x[i] where inactive)`
public struct DifferenceOfMeans: AttributionMethod {
  /// The name in commands, settings and files.
  public static let name = "difference-of-means"
  /// The description in one line.
  public static let summary =
    "mean input where the feature is active minus mean input where it is inactive"
  /// The publication.
  public static let source = Citation(
    authors: "Lee & Kim", title: "Feature-Based Interpretation of the Deep Neural Network",
    year: 2021, venue: "Electronics 10(21):2687, doi:10.3390/electronics10212687")

  /// Creates the method; it has no settings.
  public init() {}

  /// - Complexity: O(rows × inputs × features)
  public func maps(of subject: AttributionSubject) -> [[Double]] {
    let width = subject.inputs.width
    return Workers.map(subject.thresholds.count) { feature in
      var sums = [[Double]](repeating: [Double](repeating: 0, count: width), count: 2)
      var counts = [0, 0]
      for row in 0..<subject.inputs.rows {
        let side = subject.isOn(feature, row) ? 1 : 0
        counts[side] += 1
        for (input, value) in subject.inputs.row(row).enumerated() {
          sums[side][input] += Double(value)
        }
      }
      // A feature that is active on all rows or on none has no difference.
      guard counts[0] > 0, counts[1] > 0 else { return [Double](repeating: 0, count: width) }
      return (0..<width).map { sums[1][$0] / Double(counts[1]) - sums[0][$0] / Double(counts[0]) }
    }
  }
}
