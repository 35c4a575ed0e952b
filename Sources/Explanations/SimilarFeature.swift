/// Another hidden feature that is active on nearly the same rows, or on nearly all others.
public struct SimilarFeature: Codable, Hashable, Sendable {
  /// The other feature: `F1`.
  public var feature: String
  /// Whether one is active where the other is not.
  public var isOpposite: Bool
  /// The training rows with the same activity, or with the opposite one.
  public var agreement: Proportion

  private enum CodingKeys: String, CodingKey {
    case feature, isOpposite = "opposite", agreement
  }

  /// Creates a value from its properties.
  public init(feature: String, isOpposite: Bool, agreement: Proportion) {
    self.feature = feature
    self.isOpposite = isOpposite
    self.agreement = agreement
  }

  /// The percentage of rows from which two features are similar.
  private static let leastPercent = 99

  /// All pairs of features that have the same or the opposite activity on at least 99 % of the rows.
  ///
  /// - Parameters:
  ///   - names: the names of the features.
  ///   - active: for each feature the activity on training rows.
  /// - Returns: for each pair the position of the second feature, and the first one.
  /// - Complexity: O(features² · rows)
  public static func pairs(
    _ names: [String], active: [[Bool]]
  ) -> [(position: Int, other: SimilarFeature)] {
    names.indices.flatMap { first in
      names.indices.dropFirst(first + 1).compactMap { second in
        let rows = active[first].count
        let same = zip(active[first], active[second]).count { $0 == $1 }
        let count = max(same, rows - same)
        guard rows > 0, count * 100 >= rows * leastPercent else { return nil }
        return (
          second,
          SimilarFeature(
            feature: names[first], isOpposite: same < rows - same,
            agreement: Proportion(count, of: rows))
        )
      }
    }
  }
}
