import Explanations
import Foundation
import Testing

@Suite struct SimilarFeatureTests {
  /// Of 200 rows at least 198 must have the same or the opposite activity.
  @Test func pairsHaveTheSameOrTheOppositeActivity() throws {
    let first = (0..<200).map { $0 % 3 == 0 }
    func flipped(_ count: Int) -> [Bool] { first.indices.map { first[$0] != ($0 < count) } }
    let pairs = SimilarFeature.pairs(
      ["F1", "F2", "F3", "F4"], active: [first, flipped(2), flipped(3), flipped(198)])
    #expect(pairs.map(\.position) == [1, 3, 2])
    #expect(
      pairs.map(\.other) == [
        SimilarFeature(feature: "F1", isOpposite: false, agreement: Proportion(198, of: 200)),
        SimilarFeature(feature: "F1", isOpposite: true, agreement: Proportion(198, of: 200)),
        SimilarFeature(feature: "F2", isOpposite: false, agreement: Proportion(199, of: 200)),
      ])
    #expect(SimilarFeature.pairs(["F1", "F2"], active: [[], []]).isEmpty)
    let data = try JSONEncoder().encode(pairs[1].other)
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    #expect(object?["feature"] as? String == "F1" && object?["opposite"] as? Bool == true)
    #expect(try JSONDecoder().decode(SimilarFeature.self, from: data) == pairs[1].other)
  }
}
